using System.Buffers.Binary;

namespace Tollgate.Data.Journal;

/// <summary>
/// How a record lies in a segment: length of the payload, CRC-32C of the payload, number of the segment, payload. Integers are little-endian. The
/// number tells it from what a file that is written a second time holds from its first life.
/// </summary>
internal static class RecordFrame
{
    /// <summary>Bytes before the payload.</summary>
    public const int Header = 16;

    /// <summary>Longest payload; what is longer is no record.</summary>
    public const int LongestPayload = 48 * 1024 * 1024;

    private const int SegmentAt = 8;

    /// <summary>Fills the header of a record whose payload is in place, but for the segment, which is known when it is written.</summary>
    public static void Seal(Span<byte> record)
    {
        var payload = record[Header..];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C.Of(payload));
    }

    /// <summary>Says which segment the record is written to.</summary>
    public static void Address(Span<byte> record, long segment) => BinaryPrimitives.WriteInt64LittleEndian(record[SegmentAt..], segment);

    /// <summary>Payload length that the header names; false when no record of that segment can start like this.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> bytes, long segment, out int length)
    {
        length = bytes.Length < Header ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length is > 0 and <= LongestPayload && BinaryPrimitives.ReadInt64LittleEndian(bytes[SegmentAt..]) == segment;
    }

    /// <summary>True when a whole, undamaged record of that segment starts the bytes.</summary>
    public static bool IsRecord(ReadOnlySpan<byte> bytes, long segment, out int payload) =>
        TryReadLength(bytes, segment, out payload)
        && bytes.Length - Header >= payload
        && Crc32C.Of(bytes.Slice(Header, payload)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);

    /// <summary>
    /// Tells the end of what was written, or a write that was cut short, from damage: behind the former there is no record of that segment, behind
    /// the latter records may follow.
    /// </summary>
    /// <param name="rest">Everything from the first place where no record is to the end of the file.</param>
    /// <param name="segment">Number of the segment.</param>
    public static bool IsTornTail(ReadOnlySpan<byte> rest, long segment)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, segment);
        for (var from = SegmentAt + 1; from < rest.Length; from++)
        {
            var found = rest[from..].IndexOf(number);
            if (found < 0)
            {
                return true;
            }

            from += found;
            if (IsRecord(rest[(from - SegmentAt)..], segment, out _))
            {
                return false;
            }
        }

        return true;
    }
}
