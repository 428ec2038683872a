using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>What differs between two requests with the same answer.</summary>
internal enum HoleKind : byte
{
    ChatId,
    TextId,
    Created,
    Model,

    /// <summary>Prompt tokens plus the hole's addend.</summary>
    Tokens,
}

/// <summary>A place in a template; the placeholder there is one byte long.</summary>
internal readonly record struct Hole(int Offset, HoleKind Kind, int Addend);

/// <summary>The values for the holes of one request. The model is raw JSON, quotes included.</summary>
internal readonly record struct HoleValues(long Number, long Created, ReadOnlyMemory<byte> Model, int PromptTokens);

/// <summary>Prebuilt bytes with holes: an answer costs a copy, not a serialisation.</summary>
internal sealed class ByteTemplate(byte[] bytes, Hole[] holes)
{
    private const int IdDigits = 16;

    // Small enough for one span of Kestrel's writer without a bigger block than usual.
    private const int OneSpan = 4096;

    private static ReadOnlySpan<byte> ChatIdPrefix => "\"chatcmpl-mock"u8;

    private static ReadOnlySpan<byte> TextIdPrefix => "\"cmpl-mock"u8;

    /// <summary>The exact number of bytes that <see cref="Render"/> writes.</summary>
    public int Measure(in HoleValues values)
    {
        var length = bytes.Length;
        foreach (var hole in holes)
        {
            length += Measure(hole, values) - 1;
        }

        return length;
    }

    public void Render(IBufferWriter<byte> writer, in HoleValues values)
    {
        var length = Measure(values);
        if (length <= OneSpan)
        {
            RenderTo(writer.GetSpan(length), values);
            writer.Advance(length);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        RenderTo(rented, values);
        writer.Write(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static int Measure(Hole hole, in HoleValues values) => hole.Kind switch
    {
        HoleKind.ChatId => ChatIdPrefix.Length + IdDigits + 1,
        HoleKind.TextId => TextIdPrefix.Length + IdDigits + 1,
        HoleKind.Created => Digits(values.Created),
        HoleKind.Model => values.Model.Length,
        _ => Digits(values.PromptTokens + hole.Addend),
    };

    private void RenderTo(Span<byte> target, in HoleValues values)
    {
        var from = 0;
        foreach (var hole in holes)
        {
            bytes.AsSpan(from, hole.Offset - from).CopyTo(target);
            target = target[(hole.Offset - from)..];
            target = target[Fill(target, hole, values)..];
            from = hole.Offset + 1;
        }

        bytes.AsSpan(from).CopyTo(target);
    }

    private static int Fill(Span<byte> target, Hole hole, in HoleValues values)
    {
        switch (hole.Kind)
        {
            case HoleKind.ChatId:
                return FillId(target, ChatIdPrefix, values.Number);
            case HoleKind.TextId:
                return FillId(target, TextIdPrefix, values.Number);
            case HoleKind.Model:
                values.Model.Span.CopyTo(target);
                return values.Model.Length;
            default:
                var number = hole.Kind == HoleKind.Created ? values.Created : values.PromptTokens + hole.Addend;
                Utf8Formatter.TryFormat(number, target, out var written);
                return written;
        }
    }

    private static int FillId(Span<byte> target, ReadOnlySpan<byte> prefix, long number)
    {
        prefix.CopyTo(target);
        Utf8Formatter.TryFormat(number, target[prefix.Length..], out var written, new StandardFormat('x', IdDigits));
        target[prefix.Length + written] = (byte)'"';
        return prefix.Length + written + 1;
    }

    private static int Digits(long number)
    {
        var digits = 1;
        while (number >= 10)
        {
            number /= 10;
            digits++;
        }

        return digits;
    }
}

/// <summary>Builds a <see cref="ByteTemplate"/>: JSON with holes, and raw bytes around it.</summary>
internal sealed class TemplateBuilder : IDisposable
{
    // Multi-byte characters stay raw on the wire, so that cuts within them can happen.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<Hole> _holes = [];

    public TemplateBuilder()
    {
        Json = new Utf8JsonWriter(_bytes, WriterOptions);
    }

    public Utf8JsonWriter Json { get; }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Json.Flush();
        _bytes.Write(bytes);
        Json.Reset();
    }

    public void Hole(string property, HoleKind kind, int addend = 0)
    {
        Json.WritePropertyName(property);
        Json.Flush();
        _holes.Add(new Hole(_bytes.WrittenCount, kind, addend));
        Json.WriteNumberValue(0);
    }

    public ByteTemplate Build()
    {
        Json.Flush();
        return new ByteTemplate(_bytes.WrittenSpan.ToArray(), [.. _holes]);
    }

    public void Dispose() => Json.Dispose();
}
