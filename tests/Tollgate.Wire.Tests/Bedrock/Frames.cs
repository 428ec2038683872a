using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Tollgate.Wire.Tests.Bedrock;

/// <summary>Makes frames of event streams, with a checksum of the framework's zip and not of the code that is tested.</summary>
internal static class Frames
{
    public static byte[] Event(string type, string payload) => Make(
        Encoding.UTF8.GetBytes(payload), Text(":event-type", type), Text(":content-type", "application/json"), Text(":message-type", "event"));

    public static byte[] Exception(string type, string payload) => Make(
        Encoding.UTF8.GetBytes(payload), Text(":exception-type", type), Text(":message-type", "exception"));

    public static byte[] Make(byte[] payload, params byte[][] headers)
    {
        var all = headers.SelectMany(static header => header).ToArray();
        var frame = new byte[16 + all.Length + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)all.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Checksum(frame[..8]));
        all.CopyTo(frame, 12);
        payload.CopyTo(frame, 12 + all.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(frame.Length - 4), Checksum(frame[..^4]));
        return frame;
    }

    public static byte[] Text(string name, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return [.. Name(name), 7, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    public static byte[] Header(string name, byte type, params byte[] value) => [.. Name(name), type, .. value];

    private static byte[] Name(string name) => [(byte)name.Length, .. Encoding.UTF8.GetBytes(name)];

    /// <summary>The end of a gzip file holds the checksum of what was packed.</summary>
    private static uint Checksum(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(packed.ToArray().AsSpan()[^8..]);
    }
}
