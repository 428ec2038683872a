using System.Buffers.Binary;
using System.Globalization;

namespace Tollgate.Data.Journal;

/// <summary>Name and head of a segment's file.</summary>
internal static class SegmentFile
{
    /// <summary>Bytes before the first record: magic, CRC-32C of what follows, number, sequence of the first record, spare.</summary>
    public const int Header = 32;

    public const string Extension = ".seg";

    private const uint Magic = 0x324A4754; // TGJ2

    public static string PathOf(string directory, long number) =>
        Path.Combine(directory, number.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    public static bool TryReadNumber(string path, out long number) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out number);

    public static void WriteHeader(Span<byte> header, long number, long firstSequence)
    {
        header[..Header].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], number);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C.Of(header[8..Header]));
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> header, long number, out long firstSequence)
    {
        firstSequence = 0;
        if (header.Length < Header
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != Crc32C.Of(header[8..Header])
            || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != number)
        {
            return false;
        }

        firstSequence = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        return true;
    }
}
