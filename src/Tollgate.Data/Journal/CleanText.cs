using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Tollgate.Data.Journal;

/// <summary>
/// Text as both databases can store it: UTF-8 without U+0000 and without lone surrogates, which PostgreSQL refuses in text and in JSON.
/// Destinations have room for three bytes a character (six within JSON strings).
/// </summary>
internal static class CleanText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static i => (byte)i), (byte)'"', (byte)'\\']);

    /// <summary>Writes the text; returns the bytes written.</summary>
    public static int Write(string? text, Span<byte> to)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        var status = Utf8.FromUtf16(text, to, out _, out var written, replaceInvalidSequences: false);
        return status == OperationStatus.Done && !to[..written].Contains((byte)0) ? written : WriteSlowly(text, to);
    }

    /// <summary>Writes the text as a JSON string with its quotes.</summary>
    public static int WriteJsonString(string text, Span<byte> to)
    {
        to[0] = (byte)'"';
        var length = Write(text, to[1..]);
        if (to.Slice(1, length).IndexOfAny(Escaped) >= 0)
        {
            length = Escape(to[1..], length);
        }

        to[length + 1] = (byte)'"';
        return length + 2;
    }

    /// <summary>Copies JSON text; escapes of U+0000 and of lone surrogates are left out.</summary>
    public static int WriteJson(ReadOnlySpan<byte> json, Span<byte> to)
    {
        if (!Utf8.IsValid(json) || json.Contains((byte)0))
        {
            return WriteInvalid(json, to);
        }

        if (json.IndexOf("\\u"u8) >= 0)
        {
            return WriteWithoutBadEscapes(json, to);
        }

        json.CopyTo(to);
        return json.Length;
    }

    private static int WriteSlowly(string text, Span<byte> to)
    {
        var written = 0;
        var at = 0;
        while (at < text.Length)
        {
            var status = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var consumed);
            at += consumed;
            if (status == OperationStatus.Done && rune.Value != 0)
            {
                written += rune.EncodeToUtf8(to[written..]);
            }
        }

        return written;
    }

    private static int Escape(Span<byte> text, int length)
    {
        var plain = text[..length].ToArray();
        var at = 0;
        foreach (var one in plain)
        {
            if (one is (byte)'"' or (byte)'\\')
            {
                text[at++] = (byte)'\\';
                text[at++] = one;
            }
            else if (one < 0x20)
            {
                "\\u00"u8.CopyTo(text[at..]);
                text[at + 4] = Hex(one >> 4);
                text[at + 5] = Hex(one & 0xF);
                at += 6;
            }
            else
            {
                text[at++] = one;
            }
        }

        return at;
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);

    /// <summary>Bytes that are no UTF-8 become question marks: one for one, so that the text does not grow.</summary>
    private static int WriteInvalid(ReadOnlySpan<byte> json, Span<byte> to)
    {
        var written = 0;
        while (!json.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(json, out var rune, out var consumed);
            if (status != OperationStatus.Done)
            {
                to[written++] = (byte)'?';
            }
            else if (rune.Value != 0)
            {
                json[..consumed].CopyTo(to[written..]);
                written += consumed;
            }

            json = json[consumed..];
        }

        var clean = to[..written].ToArray();
        return WriteWithoutBadEscapes(clean, to);
    }

    private static int WriteWithoutBadEscapes(ReadOnlySpan<byte> json, Span<byte> to)
    {
        var written = 0;
        var at = 0;
        while (at < json.Length)
        {
            var length = 1;
            var keep = true;
            if (json[at] == (byte)'\\' && at + 1 < json.Length)
            {
                (length, keep) = json[at + 1] == (byte)'u' ? Judge(json[at..]) : (2, true);
            }

            if (keep)
            {
                json.Slice(at, length).CopyTo(to[written..]);
                written += length;
            }

            at += length;
        }

        return written;
    }

    /// <summary>How long the escape at the start is and whether it may stay.</summary>
    private static (int Length, bool Keep) Judge(ReadOnlySpan<byte> escape)
    {
        if (!TryReadUnit(escape, out var unit))
        {
            return (2, true);
        }

        if (char.IsHighSurrogate((char)unit) && TryReadUnit(escape[6..], out var low) && char.IsLowSurrogate((char)low))
        {
            return (12, true);
        }

        return (6, unit != 0 && !char.IsSurrogate((char)unit));
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> escape, out int unit)
    {
        unit = 0;
        if (escape.Length < 6 || escape[0] != (byte)'\\' || escape[1] != (byte)'u')
        {
            return false;
        }

        foreach (var digit in escape.Slice(2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return false;
            }

            unit = (unit << 4) | ((digit & 0xF) + (digit > (byte)'9' ? 9 : 0));
        }

        return true;
    }
}
