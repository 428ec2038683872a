using System.Buffers.Binary;

namespace Tollgate.Data.Journal;

/// <summary>How a record lies in a segment: length of the payload, CRC-32C of the payload, payload. Integers are little-endian.</summary>
internal static class RecordFrame
{
    /// <summary>Bytes before the payload.</summary>
    public const int Header = 8;

    /// <summary>Longest payload; what is longer is no record.</summary>
    public const int LongestPayload = 48 * 1024 * 1024;

    /// <summary>Fills the header of a record whose payload is in place.</summary>
    public static void Seal(Span<byte> record)
    {
        var payload = record[Header..];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C.Of(payload));
    }

    /// <summary>Payload length that the header names; false when no record can start like this.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> bytes, out int length)
    {
        length = bytes.Length < Header ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length is > 0 and <= LongestPayload;
    }

    /// <summary>True when a whole, undamaged record starts the bytes.</summary>
    public static bool IsRecord(ReadOnlySpan<byte> bytes, out int payload) =>
        TryReadLength(bytes, out payload)
        && bytes.Length - Header >= payload
        && Crc32C.Of(bytes.Slice(Header, payload)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);

    /// <summary>
    /// Tells a write that was cut short from damage: behind the former there is nothing more, behind the latter records may follow.
    /// </summary>
    /// <param name="rest">Everything from the first bad record to the end of the file.</param>
    public static bool IsTornTail(ReadOnlySpan<byte> rest)
    {
        for (var at = 1; at + Header < rest.Length; at++)
        {
            var zeros = rest[at..].IndexOfAnyExcept((byte)0);
            if (zeros < 0)
            {
                return true;
            }

            // A record's length may begin with as many zeros.
            at += Math.Max(0, zeros - 3);
            if (IsRecord(rest[at..], out _))
            {
                return false;
            }
        }

        return true;
    }
}
