using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Data.Managed;

/// <summary>Batches that nobody has seen the end of.</summary>
public sealed partial class ResourceStore
{
    private const string OpenPrefix = "open-batch:";

    /// <inheritdoc/>
    public Task KeepOpenAsync(OpenBatch batch, CancellationToken cancellationToken) => WriteAsync(
        rows => rows.UpsertAsync(Tables.Values, RowOf(batch, time.GetUtcNow().ToUnixTimeMilliseconds(), seen: 0)), cancellationToken);

    /// <inheritdoc/>
    public Task CloseAsync(string name, CancellationToken cancellationToken)
        => WriteAsync(rows => rows.DeleteAsync(Tables.Values, Filter.Equal("name", OpenPrefix + name)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OpenBatch>> TakeOpenAsync(int most, DateTimeOffset since, CancellationToken cancellationToken) => GuardAsync(
        () => database.WriteAsync(
            async rows =>
            {
                var kept = (await rows.SelectAsync(Tables.Values, Filter.Contains("name", OpenPrefix), range: new RowRange(MostListed)))
                    .Where(static row => Text(row["name"])!.StartsWith(OpenPrefix, StringComparison.Ordinal) && row["value"] is JsonObject)
                    .Select(static row => (Batch: OpenOf(row), Made: Number(row, "made"), Seen: Number(row, "seen"))).ToList();
                var oldest = since.ToUnixTimeMilliseconds();
                foreach (var (batch, _, _) in kept.Where(open => open.Made < oldest))
                {
                    await rows.DeleteAsync(Tables.Values, Filter.Equal("name", OpenPrefix + batch.Name));
                }

                var now = time.GetUtcNow().ToUnixTimeMilliseconds();
                List<OpenBatch> taken = [];
                foreach (var (batch, made, _) in kept.Where(open => open.Made >= oldest).OrderBy(static open => open.Seen).Take(most))
                {
                    await rows.UpsertAsync(Tables.Values, RowOf(batch, made, now));
                    taken.Add(batch);
                }

                var known = kept.Select(static open => open.Batch.ManagedId).ToHashSet(StringComparer.Ordinal);
                taken.AddRange((await OthersAsync(rows, since, known)).Take(most - taken.Count));
                return (IReadOnlyList<OpenBatch>)taken;
            },
            cancellationToken));

    /// <summary>Batches in LiteLLM's table that another gateway on the same database has made.</summary>
    private static async Task<IReadOnlyList<OpenBatch>> OthersAsync(IRowReader rows, DateTimeOffset since, HashSet<string?> known)
    {
        var filter = Filter.All(
            Filter.Equal("file_purpose", "batch"), Filter.NotEqual("batch_processed", true), Filter.AtLeast("created_at", since.UtcDateTime));
        var found = await rows.SelectAsync(Tables.ManagedObjects, filter, [new SortBy("updated_at"), new SortBy("id")], new RowRange(MostListed));
        var batches = found.Select(static row => BatchOf(row)).Where(batch => !known.Contains(batch.Id)).ToList();
        var owners = await OwnersAsync(rows, [.. batches.Select(static batch => batch.Id)]);
        return [.. batches.Select(batch => new OpenBatch(
            "managed|" + batch.Id, "", batch.Copies.Values.First(), batch.Copies.Keys.First(), batch.Id, WithOwner(batch, owners).Owner))];
    }

    private static JsonObject RowOf(OpenBatch batch, long made, long seen) => new()
    {
        ["name"] = OpenPrefix + batch.Name,
        ["value"] = new JsonObject
        {
            ["provider"] = batch.Provider,
            ["id"] = batch.Id,
            ["deployment"] = batch.DeploymentId,
            ["managed"] = batch.ManagedId,
            ["key"] = batch.Owner.KeyHash,
            ["user"] = batch.Owner.UserId,
            ["team"] = batch.Owner.TeamId,
            ["made"] = made,
            ["seen"] = seen,
        },
    };

    private static OpenBatch OpenOf(JsonObject row)
    {
        var value = (JsonObject)row["value"]!;
        return new OpenBatch(
            Text(row["name"])![OpenPrefix.Length..], Text(value["provider"]) ?? "", Text(value["id"]) ?? "", Text(value["deployment"]),
            Text(value["managed"]), new ResourceOwner(Text(value["key"]), Text(value["user"]), Text(value["team"])));
    }

    private static long Number(JsonObject row, string name) => row["value"]![name]?.GetValue<long>() ?? 0;
}
