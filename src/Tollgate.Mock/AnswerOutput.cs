using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Mock;

/// <summary>Where an answer's bytes go. Status and headers are set on the response before the first flush.</summary>
internal abstract class AnswerOutput
{
    public abstract IBufferWriter<byte> Writer { get; }

    /// <summary>Sends what was written so far; a splitting output may hold back less than a piece.</summary>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Sends what was written so far, all of it: before a stall or a cut.</summary>
    public virtual ValueTask DrainAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken);

    /// <summary>Sends the rest; a cut answer does not come here.</summary>
    public virtual ValueTask CompleteAsync(CancellationToken cancellationToken) => DrainAsync(cancellationToken);
}

/// <summary>The usual way, through Kestrel.</summary>
internal sealed class KestrelOutput(HttpResponse response) : AnswerOutput
{
    public override IBufferWriter<byte> Writer => response.BodyWriter;

    public override async ValueTask FlushAsync(CancellationToken cancellationToken) =>
        await response.BodyWriter.FlushAsync(cancellationToken);

    // Kestrel flushes at the end of the request by itself, together with the end of the chunked encoding.
    public override ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>Collects what was written and passes it on when flushed.</summary>
internal abstract class CollectingOutput : AnswerOutput
{
    protected ArrayBufferWriter<byte> Collected { get; } = new();

    public override IBufferWriter<byte> Writer => Collected;
}

/// <summary>Compresses; every flush is a flush of the compressor, as streaming servers do it.</summary>
internal sealed class GzipOutput : CollectingOutput, IDisposable
{
    private readonly AnswerOutput _inner;
    private readonly MemoryStream _compressed = new();
    private readonly GZipStream _gzip;

    public GzipOutput(AnswerOutput inner)
    {
        _inner = inner;
        _gzip = new GZipStream(_compressed, CompressionLevel.Fastest, leaveOpen: true);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _gzip.Write(Collected.WrittenSpan);
        _gzip.Flush();
        Collected.ResetWrittenCount();
        return PassOnAsync(cancellationToken);
    }

    public override async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await _inner.DrainAsync(cancellationToken);
    }

    public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await _gzip.DisposeAsync();
        await PassOnAsync(cancellationToken);
        await _inner.CompleteAsync(cancellationToken);
    }

    public void Dispose()
    {
        _gzip.Dispose();
        _compressed.Dispose();
    }

    private ValueTask PassOnAsync(CancellationToken cancellationToken)
    {
        _inner.Writer.Write(_compressed.GetBuffer().AsSpan(0, (int)_compressed.Length));
        _compressed.SetLength(0);
        return _inner.FlushAsync(cancellationToken);
    }
}

/// <summary>Flushes every few bytes, wherever that cuts.</summary>
internal sealed class SplitOutput(AnswerOutput inner, int size) : CollectingOutput
{
    public override ValueTask FlushAsync(CancellationToken cancellationToken) => SendAsync(size, cancellationToken);

    public override async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await SendAsync(1, cancellationToken);
        await inner.DrainAsync(cancellationToken);
    }

    public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await SendAsync(1, cancellationToken);
        await inner.CompleteAsync(cancellationToken);
    }

    /// <summary>Sends piece by piece, and keeps a rest that is shorter than <paramref name="smallest"/>.</summary>
    private async ValueTask SendAsync(int smallest, CancellationToken cancellationToken)
    {
        var rest = Collected.WrittenMemory;
        while (rest.Length >= smallest && !rest.IsEmpty)
        {
            var piece = rest[..Math.Min(size, rest.Length)];
            inner.Writer.Write(piece.Span);
            await inner.FlushAsync(cancellationToken);
            rest = rest[piece.Length..];
        }

        var kept = rest.ToArray();
        Collected.ResetWrittenCount();
        Collected.Write(kept);
    }
}
