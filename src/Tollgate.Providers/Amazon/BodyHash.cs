using System.Security.Cryptography;

namespace Tollgate.Providers.Amazon;

/// <summary>Hashes a body as it is going to be sent, piece by piece, without putting it together.</summary>
internal static class BodyHash
{
    private const string OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly HashPool Pool = new(static () => IncrementalHash.CreateHash(HashAlgorithmName.SHA256));

    /// <summary>SHA-256 of bytes at hand.</summary>
    public static void Of(ReadOnlySpan<byte> bytes, Span<byte> digest) => Pool.Hash(bytes, digest);

    /// <summary>SHA-256 of a body, lower-case hex.</summary>
    public static async ValueTask<string> OfAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            return OfNothing;
        }

        var hash = Pool.Take();
        await using var sink = new Sink(hash);
        try
        {
            await content.CopyToAsync(sink, cancellationToken);
        }
        catch
        {
            // One that holds a part of a body would spoil the next.
            hash.Dispose();
            throw;
        }

        var text = Convert.ToHexStringLower(hash.GetHashAndReset());
        Pool.Return(hash);
        return text;
    }

    private sealed class Sink(IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            hash.AppendData(buffer, offset, count);
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            hash.AppendData(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
