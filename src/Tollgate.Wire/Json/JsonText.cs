using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Wire.Json;

/// <summary>Text of JSON strings: undoing and making escapes.</summary>
public static class JsonText
{
    /// <summary>Undoes the escapes of a string's inside (no quotes). A lone surrogate is dropped, never an error: llm-api.md section 1.</summary>
    public static string Unescape(ReadOnlySpan<byte> inside)
    {
        if (!inside.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(inside);
        }

        var text = new StringBuilder(inside.Length);
        while (!inside.IsEmpty)
        {
            var slash = inside.IndexOf((byte)'\\');
            if (slash < 0)
            {
                text.Append(Encoding.UTF8.GetString(inside));
                break;
            }

            text.Append(Encoding.UTF8.GetString(inside[..slash]));
            inside = inside[slash..];
            inside = inside[AppendEscape(inside, text)..];
        }

        return DropLoneSurrogates(text);
    }

    /// <summary>The text of a string value (quotes included); null for any other value.</summary>
    public static string? AsString(ReadOnlySpan<byte> value)
        => value.Length >= 2 && value[0] == (byte)'"' ? Unescape(value[1..^1]) : null;

    /// <summary>True when the inside of a string is <paramref name="text"/> once its escapes are undone.</summary>
    public static bool EqualsUnescaped(ReadOnlySpan<byte> inside, ReadOnlySpan<byte> text)
        => string.Equals(Unescape(inside), Encoding.UTF8.GetString(text), StringComparison.Ordinal);

    /// <summary>Makes a JSON string, quotes included, as UTF-8. Only what JSON demands is escaped.</summary>
    public static byte[] Quote(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var quoted = new byte[encoded.Length + 2];
        quoted[0] = (byte)'"';
        encoded.CopyTo(quoted.AsSpan(1));
        quoted[^1] = (byte)'"';
        return quoted;
    }

    private static int AppendEscape(ReadOnlySpan<byte> at, StringBuilder text)
    {
        if (at.Length < 2)
        {
            return at.Length;
        }

        var letter = at[1];
        if (letter == (byte)'u' && at.Length >= 6
            && ushort.TryParse(at.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            text.Append((char)unit);
            return 6;
        }

        text.Append(letter switch
        {
            (byte)'n' => '\n',
            (byte)'t' => '\t',
            (byte)'r' => '\r',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            _ => (char)letter,
        });
        return 2;
    }

    private static string DropLoneSurrogates(StringBuilder builder)
    {
        var text = builder.ToString();
        var first = FindLoneSurrogate(text, 0);
        if (first < 0)
        {
            return text;
        }

        builder.Clear();
        var start = 0;
        for (var lone = first; lone >= 0; lone = FindLoneSurrogate(text, start))
        {
            builder.Append(text, start, lone - start);
            start = lone + 1;
        }

        return builder.Append(text, start, text.Length - start).ToString();
    }

    private static int FindLoneSurrogate(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
            {
                return i;
            }

            i++;
        }

        return -1;
    }
}
