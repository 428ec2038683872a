using System.Buffers;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Pipeline;

/// <summary>Reads a request's body into one pooled buffer, never more than the limit.</summary>
internal static class RequestBody
{
    /// <summary>First size for bodies that do not say how long they are.</summary>
    private const int FirstSize = 16 * 1024;

    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>Reads the body. The caller returns the array to the shared pool.</summary>
    /// <exception cref="ApiException">400 when it is larger than <paramref name="limit"/>.</exception>
    public static async ValueTask<(byte[] Buffer, int Length)> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength is { } announced)
        {
            ThrowIfTooLarge(announced, limit);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? FirstSize, 1, 1 << 20));
        var length = 0;
        var reader = request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                var chunk = read.Buffer;
                var size = length + chunk.Length;
                if (size > limit)
                {
                    // Without it the server could not drain the rest and would close a connection that the client goes on using.
                    reader.AdvanceTo(chunk.End);
                    ThrowIfTooLarge(size, limit);
                }

                buffer = Append(buffer, length, chunk);
                length += (int)chunk.Length;
                reader.AdvanceTo(chunk.End);
                if (read.IsCompleted)
                {
                    return (buffer, length);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Append(byte[] buffer, int length, ReadOnlySequence<byte> chunk)
    {
        var needed = length + (int)chunk.Length;
        if (needed > buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(int.MaxValue / 2, buffer.Length * 2L)));
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        chunk.CopyTo(buffer.AsSpan(length));
        return buffer;
    }

    private static void ThrowIfTooLarge(long size, long limit)
    {
        if (size > limit)
        {
            throw new ApiException(
                400,
                FormattableString.Invariant(
                    $"Request size is too large. Request size is {size / BytesPerMegabyte:0.##} MB. Max size is {limit / BytesPerMegabyte:0.##} MB"),
                "bad_request_error",
                "content-length");
        }
    }
}
