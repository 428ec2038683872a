using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Tollgate.Data.Redis;

/// <summary>Reads answers in Redis' protocol (version 2). One that has not arrived whole is read again from its start.</summary>
internal static class RespReader
{
    // Our scripts and the topology's answers nest three deep; a peer that goes on and on is not Redis.
    private const int Deepest = 16;
    private const int LongestText = 512 * 1024 * 1024;
    private const int LongestList = 1024 * 1024;

    /// <summary>Reads one answer; false when more bytes are needed, and the reader then stands anywhere.</summary>
    /// <exception cref="RedisUnavailableException">What came is not Redis' protocol.</exception>
    public static bool TryRead(ref SequenceReader<byte> reader, out RedisReply reply, int depth = 0)
    {
        reply = default;
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            return false;
        }

        var first = line.FirstSpan.IsEmpty ? (byte)0 : line.FirstSpan[0];
        var rest = line.Slice(Math.Min(1, line.Length));
        switch (first)
        {
            case (byte)'+':
                reply = RedisReply.OfText(rest.ToArray());
                return true;
            case (byte)'-':
                reply = RedisReply.OfError(Encoding.UTF8.GetString(rest));
                return true;
            case (byte)':':
                reply = RedisReply.OfNumber(Number(rest));
                return true;
            case (byte)'$':
                return TryReadText(ref reader, Number(rest), out reply);
            case (byte)'*' when depth < Deepest:
                return TryReadList(ref reader, Number(rest), depth, out reply);
            default:
                throw Foreign();
        }
    }

    private static bool TryReadText(ref SequenceReader<byte> reader, long length, out RedisReply reply)
    {
        reply = RedisReply.OfText(null);
        if (length < 0)
        {
            return true;
        }

        if (length > LongestText)
        {
            throw Foreign();
        }

        if (reader.Remaining < length + 2)
        {
            return false;
        }

        reply = RedisReply.OfText(reader.UnreadSequence.Slice(0, length).ToArray());
        reader.Advance(length + 2);
        return true;
    }

    private static bool TryReadList(ref SequenceReader<byte> reader, long count, int depth, out RedisReply reply)
    {
        reply = RedisReply.OfList(null);
        if (count < 0)
        {
            return true;
        }

        // Each part has at least four bytes, so a count alone does not make us allocate.
        if (count > LongestList)
        {
            throw Foreign();
        }

        if (reader.Remaining < count * 4)
        {
            return false;
        }

        var items = new RedisReply[count];
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryRead(ref reader, out items[i], depth + 1))
            {
                return false;
            }
        }

        reply = RedisReply.OfList(items);
        return true;
    }

    private static long Number(ReadOnlySequence<byte> digits)
    {
        Span<byte> copy = stackalloc byte[20];
        if (digits.Length is 0 or > 20)
        {
            throw Foreign();
        }

        digits.CopyTo(copy);
        var text = copy[..(int)digits.Length];
        return Utf8Parser.TryParse(text, out long number, out var read) && read == text.Length ? number : throw Foreign();
    }

    private static RedisUnavailableException Foreign() => new("what answers there does not speak Redis' protocol");
}
