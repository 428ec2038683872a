using System.Buffers.Binary;
using System.Text;

namespace Tollgate.Wire.Bedrock;

/// <summary>One message of <c>application/vnd.amazon.eventstream</c>: what it is, and its payload.</summary>
/// <param name="MessageType"><c>event</c>, <c>exception</c> or <c>error</c>; null when the frame does not say.</param>
/// <param name="EventType"><c>:event-type</c>.</param>
/// <param name="ExceptionType"><c>:exception-type</c>.</param>
/// <param name="ErrorCode"><c>:error-code</c>.</param>
/// <param name="ErrorMessage"><c>:error-message</c>.</param>
/// <param name="Payload">The payload, a slice of what was read.</param>
internal readonly record struct EventStreamFrame(
    string? MessageType, string? EventType, string? ExceptionType, string? ErrorCode, string? ErrorMessage, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Lengths and their checksum stand before the headers.</summary>
    public const int PreludeLength = 12;

    /// <summary>A frame without headers and payload: the prelude and the checksum of the whole.</summary>
    public const int ShortestLength = 16;

    /// <summary>A frame beyond this is a mistake or an attack (05-bedrock-sagemaker.md section 4).</summary>
    public const int LongestLength = 16 * 1024 * 1024;

    /// <summary>Reads the prelude.</summary>
    /// <returns>Length of the whole frame.</returns>
    /// <exception cref="InvalidDataException">The bytes are no frame.</exception>
    public static int LengthOf(ReadOnlySpan<byte> prelude)
    {
        var total = BinaryPrimitives.ReadUInt32BigEndian(prelude);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(prelude[4..]);
        if (Crc32.Of(prelude[..8]) != BinaryPrimitives.ReadUInt32BigEndian(prelude[8..]))
        {
            throw new InvalidDataException("A frame of the event stream is damaged: the checksum of its prelude is wrong.");
        }

        if (total is < ShortestLength or > LongestLength || headers > total - ShortestLength)
        {
            throw new InvalidDataException($"A frame of the event stream claims lengths that cannot be: {total} bytes, {headers} of them headers.");
        }

        return (int)total;
    }

    /// <summary>Reads a whole frame.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static EventStreamFrame Read(ReadOnlyMemory<byte> frame)
    {
        var bytes = frame.Span;
        if (Crc32.Of(bytes[..^4]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[^4..]))
        {
            throw new InvalidDataException("A frame of the event stream is damaged: its checksum is wrong.");
        }

        var headersLength = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var read = new EventStreamFrame { Payload = frame[(PreludeLength + headersLength)..^4] };
        var headers = bytes.Slice(PreludeLength, headersLength);
        while (!headers.IsEmpty)
        {
            var nameLength = headers[0];
            var name = Take(ref headers, 1 + nameLength)[1..];
            var type = Take(ref headers, 1)[0];
            var value = TakeValue(ref headers, type);
            if (type == StringType)
            {
                read = read.With(name, value);
            }
        }

        return read;
    }

    private const byte StringType = 7;

    private EventStreamFrame With(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        => name.SequenceEqual(":message-type"u8) ? this with { MessageType = Encoding.UTF8.GetString(value) }
        : name.SequenceEqual(":event-type"u8) ? this with { EventType = KnownName(value) }
        : name.SequenceEqual(":exception-type"u8) ? this with { ExceptionType = Encoding.UTF8.GetString(value) }
        : name.SequenceEqual(":error-code"u8) ? this with { ErrorCode = Encoding.UTF8.GetString(value) }
        : name.SequenceEqual(":error-message"u8) ? this with { ErrorMessage = Encoding.UTF8.GetString(value) }
        : this;

    /// <summary>PERF: nearly all frames of a stream are one of these.</summary>
    private static string KnownName(ReadOnlySpan<byte> value)
        => value.SequenceEqual("contentBlockDelta"u8) ? "contentBlockDelta"
        : value.SequenceEqual("chunk"u8) ? "chunk"
        : value.SequenceEqual("PayloadPart"u8) ? "PayloadPart"
        : Encoding.UTF8.GetString(value);

    private static ReadOnlySpan<byte> TakeValue(ref ReadOnlySpan<byte> headers, byte type)
    {
        var length = type switch
        {
            0 or 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 or 8 => 8,
            9 => 16,
            6 or StringType => BinaryPrimitives.ReadUInt16BigEndian(Take(ref headers, 2)),
            _ => throw new InvalidDataException($"A frame of the event stream has a header of type {type}, which does not exist."),
        };
        return Take(ref headers, length);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> headers, int length)
    {
        if (length > headers.Length)
        {
            throw new InvalidDataException("A frame of the event stream is damaged: a header runs beyond the headers' end.");
        }

        var taken = headers[..length];
        headers = headers[length..];
        return taken;
    }
}
