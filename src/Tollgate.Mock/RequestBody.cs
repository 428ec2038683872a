using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Mock;

/// <summary>A whole request body in a rented array.</summary>
internal struct RequestBody : IDisposable
{
    private const int FirstSize = 4096;

    private byte[] _rented;
    private int _length;

    public readonly ReadOnlyMemory<byte> Bytes => _rented.AsMemory(0, _length);

    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // One byte more than announced, so that the read that finds the end needs no bigger array.
        var size = request.ContentLength is { } announced ? checked((int)announced + 1) : FirstSize;
        var body = new RequestBody { _rented = ArrayPool<byte>.Shared.Rent(size) };
        try
        {
            while (true)
            {
                if (body._length == body._rented.Length)
                {
                    body.Grow();
                }

                var read = await request.Body.ReadAsync(body._rented.AsMemory(body._length), cancellationToken);
                if (read == 0)
                {
                    return body;
                }

                body._length += read;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = [];
        _length = 0;
    }

    private void Grow()
    {
        var bigger = ArrayPool<byte>.Shared.Rent(_rented.Length * 2);
        _rented.CopyTo(bigger, 0);
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = bigger;
    }
}
