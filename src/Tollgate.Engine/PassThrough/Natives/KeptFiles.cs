using System.Globalization;
using System.IO.Pipelines;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>
/// Files that the gateway keeps itself, in pieces in the database, for providers that take the lines of a batch with the batch: whichever
/// replica starts it has them.
/// </summary>
internal sealed class KeptFiles(IResourceStore? store, TimeProvider time)
{
    private const int PieceSize = 512 * 1024;
    private const string Prefix = "kept-";

    private IResourceStore Store => store
        ?? throw ApiException.BadRequest("Files for batches of this provider are kept by the gateway, which needs a database.", "file");

    /// <summary>True for ids of such files.</summary>
    public static bool IsKept(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Keeps a file.</summary>
    public async Task<NativeFile> AddAsync(Stream content, long length, string name, CancellationToken cancellationToken)
    {
        var id = Prefix + Guid.NewGuid().ToString("N");
        var now = time.GetUtcNow();
        var buffer = new byte[PieceSize];
        for (var number = 0; await content.ReadAtLeastAsync(buffer, PieceSize, throwOnEndOfStream: false, cancellationToken) is > 0 and var read; number++)
        {
            await Store.KeepPieceAsync(NameOf(id, number), buffer.AsMemory(0, read), cancellationToken);
        }

        // The head comes last: without it there is no file.
        var head = string.Create(CultureInfo.InvariantCulture, $"{length}\n{now.ToUnixTimeSeconds()}\n{name}");
        await Store.KeepPieceAsync(id, System.Text.Encoding.UTF8.GetBytes(head), cancellationToken);
        return new NativeFile(id, name, length, now, "batch");
    }

    /// <summary>Facts about a file.</summary>
    /// <exception cref="ApiException">404 when there is none.</exception>
    public async Task<NativeFile> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await Store.FindPieceAsync(id, cancellationToken) is not { } head)
        {
            throw new ApiException(404, "No such File object: it was deleted, or never was.", "invalid_request_error");
        }

        var parts = System.Text.Encoding.UTF8.GetString(head.Span).Split('\n', 3);
        return new NativeFile(
            id, parts[2], long.Parse(parts[0], CultureInfo.InvariantCulture),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[1], CultureInfo.InvariantCulture)), "batch");
    }

    /// <summary>Writes the file's bytes.</summary>
    public async Task CopyAsync(string id, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        for (var number = 0; await Store.FindPieceAsync(NameOf(id, number), cancellationToken) is { } piece; number++)
        {
            await write(piece, cancellationToken);
        }
    }

    /// <summary>Hands out the file's lines, one by one, holding no more than a few of them.</summary>
    public async Task EachLineAsync(string id, Func<ReadOnlyMemory<byte>, int, ValueTask> take, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var writing = FillAsync(id, pipe.Writer, cancellationToken);
        await using (var stream = pipe.Reader.AsStream())
        {
            await BatchLines.EachAsync(stream, take, cancellationToken);
        }

        await writing;
    }

    /// <summary>Forgets a file.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await FindAsync(id, cancellationToken);
        await Store.DropPieceAsync(id, cancellationToken);
        for (var number = 0; await Store.DropPieceAsync(NameOf(id, number), cancellationToken); number++)
        {
        }
    }

    private async Task FillAsync(string id, PipeWriter writer, CancellationToken cancellationToken)
    {
        Exception? failed = null;
        try
        {
            await CopyAsync(
                id,
                async (piece, token) => await writer.WriteAsync(piece, token),
                cancellationToken);
        }
        catch (Exception stopped) when (stopped is ApiException or OperationCanceledException)
        {
            failed = stopped;
        }

        await writer.CompleteAsync(failed);
    }

    private static string NameOf(string id, int number) => string.Create(CultureInfo.InvariantCulture, $"{id}:{number}");
}
