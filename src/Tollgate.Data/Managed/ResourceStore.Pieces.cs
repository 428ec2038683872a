using System.IO.Compression;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Managed;

/// <summary>Pieces of files that the gateway keeps itself, compressed among our own named values.</summary>
public sealed partial class ResourceStore
{
    private const string PiecePrefix = "piece:";

    /// <inheritdoc/>
    public async Task KeepPieceAsync(string name, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        using var compressed = new MemoryStream();
        await using (var zip = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await zip.WriteAsync(piece, cancellationToken);
        }

        var text = Convert.ToBase64String(compressed.GetBuffer(), 0, (int)compressed.Length);
        await WriteAsync(
            rows => rows.UpsertAsync(Tables.Values, new JsonObject { ["name"] = PiecePrefix + name, ["value"] = new JsonObject { ["br"] = text } }),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> FindPieceAsync(string name, CancellationToken cancellationToken)
    {
        var row = await GuardAsync(() => database.ReadAsync(rows => rows.FindAsync(Tables.Values, PiecePrefix + name), cancellationToken));
        if (row is null || Text(row["value"]?["br"]) is not { } text)
        {
            return null;
        }

        await using var zip = new BrotliStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        using var piece = new MemoryStream();
        await zip.CopyToAsync(piece, cancellationToken);
        return piece.ToArray();
    }

    /// <inheritdoc/>
    public Task<bool> DropPieceAsync(string name, CancellationToken cancellationToken) => GuardAsync(() => database.WriteAsync(
        async rows => await rows.DeleteAsync(Tables.Values, Filter.Equal("name", PiecePrefix + name)) > 0, cancellationToken));
}
