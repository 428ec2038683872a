using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Tollgate.Data.Redis;

/// <summary>Writes commands in Redis' protocol: an array of strings with their lengths.</summary>
internal static class RespWriter
{
    // A sign and nineteen digits.
    private const int LongestNumber = 20;

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<RedisArgument> command)
    {
        Span<byte> digits = stackalloc byte[LongestNumber];
        Header(output, (byte)'*', command.Length);
        foreach (ref readonly var argument in command)
        {
            if (argument.Text is { } text)
            {
                Header(output, (byte)'$', Encoding.UTF8.GetByteCount(text));
                Encoding.UTF8.GetBytes(text, output);
            }
            else if (argument.IsBytes)
            {
                Header(output, (byte)'$', argument.Bytes.Length);
                output.Write(argument.Bytes.Span);
            }
            else
            {
                Utf8Formatter.TryFormat(argument.Number, digits, out var length);
                Header(output, (byte)'$', length);
                output.Write(digits[..length]);
            }

            output.Write("\r\n"u8);
        }
    }

    private static void Header(IBufferWriter<byte> output, byte kind, int count)
    {
        var span = output.GetSpan(LongestNumber + 3);
        span[0] = kind;
        Utf8Formatter.TryFormat(count, span[1..], out var length);
        "\r\n"u8.CopyTo(span[(1 + length)..]);
        output.Advance(length + 3);
    }
}
