using System.Buffers.Binary;
using System.Text;

namespace Tollgate.Wire.Bedrock;

/// <summary>Makes messages of <c>application/vnd.amazon.eventstream</c> (05-bedrock-sagemaker.md section 4).</summary>
public static class EventStreamWriter
{
    private const byte BytesType = 6;
    private const byte StringType = 7;
    private const byte TimeType = 8;

    /// <summary>A text header.</summary>
    public static byte[] Header(string name, string value) => Header(name, StringType, Counted(Encoding.UTF8.GetBytes(value)));

    /// <summary>A header of bytes.</summary>
    public static byte[] Header(string name, ReadOnlySpan<byte> value) => Header(name, BytesType, Counted(value));

    /// <summary>A header that is a time, in milliseconds.</summary>
    public static byte[] Header(string name, DateTimeOffset value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value.ToUnixTimeMilliseconds());
        return Header(name, TimeType, bytes);
    }

    /// <summary>A whole message.</summary>
    /// <param name="headers">Its headers, one after the other.</param>
    /// <param name="payload">Its payload.</param>
    public static byte[] Frame(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[EventStreamFrame.ShortestLength + headers.Length + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Crc32.Of(frame.AsSpan(0, 8)));
        headers.CopyTo(frame.AsSpan(EventStreamFrame.PreludeLength));
        payload.CopyTo(frame.AsSpan(EventStreamFrame.PreludeLength + headers.Length));
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(frame.Length - 4), Crc32.Of(frame.AsSpan(0, frame.Length - 4)));
        return frame;
    }

    private static byte[] Header(string name, byte type, ReadOnlySpan<byte> value)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return [(byte)bytes.Length, .. bytes, type, .. value];
    }

    private static byte[] Counted(ReadOnlySpan<byte> value)
    {
        var counted = new byte[2 + value.Length];
        BinaryPrimitives.WriteUInt16BigEndian(counted, checked((ushort)value.Length));
        value.CopyTo(counted.AsSpan(2));
        return counted;
    }
}
