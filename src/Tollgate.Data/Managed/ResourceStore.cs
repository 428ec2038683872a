using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Data.Managed;

/// <summary>
/// Files and batches in LiteLLM's tables (database.md 2.31); what these cannot hold (the key that made something, files and batches without an
/// id of the gateway's own) stands among our own named values.
/// </summary>
public sealed partial class ResourceStore(IDatabase database, TimeProvider time) : IResourceStore
{
    /// <summary>Rows looked at for one listing.</summary>
    private const int MostListed = 10_000;

    private const string OwnerPrefix = "resource:";
    private const string ClaimPrefix = OnceSql.Prefix;

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, ResourceOwner>> FindOwnersAsync(
        IReadOnlyCollection<string> names, CancellationToken cancellationToken) => GuardAsync(
            () => database.ReadAsync(rows => OwnersAsync(rows, names), cancellationToken));

    /// <inheritdoc/>
    public Task KeepOwnerAsync(string name, ResourceOwner owner, CancellationToken cancellationToken)
        => WriteAsync(rows => KeepOwnerAsync(rows, name, owner), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryClaimAsync(string name, TimeSpan length, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var now = time.GetUtcNow();
        var row = new JsonObject
        {
            ["name"] = ClaimPrefix + name,
            ["value"] = new JsonObject { ["until"] = (now + length).ToUnixTimeMilliseconds() },
        };
        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    if (await rows.FindAsync(Tables.Values, ClaimPrefix + name) is not { } claim)
                    {
                        await rows.InsertAsync(Tables.Values, row);
                        return true;
                    }

                    // Two that find the same one run out at once are both let through: the database takes one of their records.
                    if (claim["value"] is not JsonObject held || held["until"]?.GetValue<long>() > now.ToUnixTimeMilliseconds())
                    {
                        return false;
                    }

                    await rows.UpsertAsync(Tables.Values, row);
                    return true;
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            // Another replica was faster by less than a look.
            return false;
        }
    });

    /// <inheritdoc/>
    public Task ReleaseAsync(string name, CancellationToken cancellationToken) => WriteAsync(
        async rows =>
        {
            if (await rows.FindAsync(Tables.Values, ClaimPrefix + name) is { } claim && claim["value"] is JsonObject)
            {
                await rows.DeleteAsync(Tables.Values, Filter.Equal("name", ClaimPrefix + name));
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task ConfirmAsync(string name, CancellationToken cancellationToken) => WriteAsync(
        rows => rows.UpsertAsync(Tables.Values, new JsonObject { ["name"] = ClaimPrefix + name, ["value"] = true }), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsRecordedAsync(string name, CancellationToken cancellationToken) => GuardAsync(() => database.ReadAsync(
        async rows => await rows.FindAsync(Tables.Values, ClaimPrefix + name) is { } claim && claim["value"] is not JsonObject, cancellationToken));

    /// <inheritdoc/>
    public Task<ManagedResource?> FindFileAsync(string id, CancellationToken cancellationToken)
        => FindAsync(Tables.ManagedFiles, "unified_file_id", id, FileOf, cancellationToken);

    /// <inheritdoc/>
    public Task<ManagedResource?> FindBatchAsync(string id, CancellationToken cancellationToken)
        => FindAsync(Tables.ManagedObjects, "unified_object_id", id, BatchOf, cancellationToken);

    /// <inheritdoc/>
    public async Task AddFileAsync(ManagedResource file, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(
                async rows =>
                {
                    if (await rows.CountAsync(Tables.ManagedFiles, Filter.Equal("unified_file_id", file.Id)) == 0)
                    {
                        await rows.InsertAsync(Tables.ManagedFiles, FileRow(file));
                        await KeepOwnerAsync(rows, file.Id, file.Owner);
                    }
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            // Two who asked for one provider's file at once: both mean the same row.
        }
    }

    /// <inheritdoc/>
    public Task DeleteFileAsync(string id, CancellationToken cancellationToken) => WriteAsync(
        async rows =>
        {
            await rows.DeleteAsync(Tables.ManagedFiles, Filter.Equal("unified_file_id", id));
            await rows.DeleteAsync(Tables.Values, Filter.Equal("name", OwnerPrefix + id));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SaveBatchAsync(ManagedResource batch, string? status, CancellationToken cancellationToken) => WriteAsync(
        async rows =>
        {
            var filter = Filter.Equal("unified_object_id", batch.Id);
            var row = new JsonObject
            {
                ["file_object"] = Json(batch.Object),
                ["status"] = status,
                ["updated_by"] = batch.Owner.UserId,
            };
            if ((await rows.SelectAsync(Tables.ManagedObjects, filter, range: new RowRange(1))).Count > 0)
            {
                await rows.UpdateAsync(Tables.ManagedObjects, filter, row);
                return;
            }

            row["id"] = Guid.NewGuid().ToString();
            row["unified_object_id"] = batch.Id;
            row["model_object_id"] = batch.Copies.Values.First();
            row["file_purpose"] = "batch";
            row["created_by"] = batch.Owner.UserId;
            row["team_id"] = batch.Owner.TeamId;
            await rows.InsertAsync(Tables.ManagedObjects, row);
            await KeepOwnerAsync(rows, batch.Id, batch.Owner);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task MarkAccountedAsync(string id, CancellationToken cancellationToken) => WriteAsync(
        rows => rows.UpdateAsync(Tables.ManagedObjects, Filter.Equal("unified_object_id", id), new JsonObject { ["batch_processed"] = true }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ManagedResource>> ListAsync(bool batches, ResourceOwner? caller, CancellationToken cancellationToken) => GuardAsync(
        () => database.ReadAsync(
            async rows =>
            {
                var filter = Filter.All(
                    batches ? Filter.Equal("file_purpose", "batch") : Filter.None,
                    caller is null ? Filter.None : Filter.Any(
                        caller.UserId is { } user ? Filter.Equal("created_by", user)
                            : Filter.All(Filter.Equal("created_by", null), Filter.Equal("team_id", null)),
                        caller.TeamId is { } team ? Filter.Equal("team_id", team) : Filter.Any()));
                var found = await rows.SelectAsync(
                    batches ? Tables.ManagedObjects : Tables.ManagedFiles, filter, [new SortBy("created_at", Descending: true), new SortBy("id")],
                    new RowRange(MostListed));
                var resources = found.Select(row => batches ? BatchOf(row) : FileOf(row)).ToList();
                var owners = await OwnersAsync(rows, [.. resources.Select(static resource => resource.Id)]);
                return (IReadOnlyList<ManagedResource>)[.. resources.Select(resource => WithOwner(resource, owners))];
            },
            cancellationToken));

    private Task<ManagedResource?> FindAsync(
        Table table, string column, string id, Func<JsonObject, ManagedResource> read, CancellationToken cancellationToken) => GuardAsync(
            () => database.ReadAsync(
                async rows =>
                {
                    var found = await rows.SelectAsync(table, Filter.Equal(column, id), range: new RowRange(1));
                    return found.Count == 0 ? null : WithOwner(read(found[0]), await OwnersAsync(rows, [id]));
                },
                cancellationToken));

    private static async Task<IReadOnlyDictionary<string, ResourceOwner>> OwnersAsync(IRowReader rows, IReadOnlyCollection<string> names)
    {
        var owners = new Dictionary<string, ResourceOwner>(StringComparer.Ordinal);
        foreach (var chunk in names.Distinct(StringComparer.Ordinal).Chunk(500))
        {
            foreach (var row in await rows.SelectAsync(Tables.Values, Filter.In("name", chunk.Select(static name => OwnerPrefix + name))))
            {
                var value = row["value"] as JsonObject ?? [];
                owners[Text(row["name"])![OwnerPrefix.Length..]] = new ResourceOwner(Text(value["key"]), Text(value["user"]), Text(value["team"]));
            }
        }

        return owners;
    }

    private static Task KeepOwnerAsync(IRowWriter rows, string name, ResourceOwner owner) => rows.UpsertAsync(
        Tables.Values,
        new JsonObject
        {
            ["name"] = OwnerPrefix + name,
            ["value"] = new JsonObject { ["key"] = owner.KeyHash, ["user"] = owner.UserId, ["team"] = owner.TeamId },
        });

    private static JsonObject FileRow(ManagedResource file) => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["unified_file_id"] = file.Id,
        ["file_object"] = file.Object.IsEmpty ? null : Json(file.Object),
        ["model_mappings"] = new JsonObject(file.Copies.Select(static copy => KeyValuePair.Create(copy.Key, (JsonNode?)copy.Value))),
        ["flat_model_file_ids"] = new JsonArray([.. file.Copies.Values.Distinct(StringComparer.Ordinal).Select(static id => JsonValue.Create(id))]),
        ["created_by"] = file.Owner.UserId,
        ["team_id"] = file.Owner.TeamId,
        ["updated_by"] = file.Owner.UserId,
    };

    private static ManagedResource FileOf(JsonObject row) => Of(
        row,
        "unified_file_id",
        (row["model_mappings"] as JsonObject ?? []).Where(static copy => Text(copy.Value) is not null)
            .ToDictionary(static copy => copy.Key, static copy => Text(copy.Value)!, StringComparer.Ordinal));

    private static ManagedResource BatchOf(JsonObject row)
    {
        var id = Text(row["unified_object_id"]) ?? "";
        return Of(
            row, "unified_object_id", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [ManagedIds.DeploymentOf(id)] = Text(row["model_object_id"]) ?? "",
            });
    }

    private static ManagedResource Of(JsonObject row, string id, IReadOnlyDictionary<string, string> copies) => new(
        Text(row[id]) ?? "",
        row["file_object"] is JsonObject shown ? Encoding.UTF8.GetBytes(shown.ToJsonString()) : default,
        copies,
        new ResourceOwner(KeyHash: null, Text(row["created_by"]), Text(row["team_id"])));

    private static ManagedResource WithOwner(ManagedResource resource, IReadOnlyDictionary<string, ResourceOwner> owners)
        => owners.TryGetValue(resource.Id, out var owner) ? resource with { Owner = owner } : resource;

    private static JsonNode? Json(ReadOnlyMemory<byte> json) => json.IsEmpty ? new JsonObject() : JsonNode.Parse(json.Span);

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private Task WriteAsync(Func<IRowWriter, Task> work, CancellationToken cancellationToken) => GuardAsync(() => database.WriteAsync(
        async rows =>
        {
            await work(rows);
            return true;
        },
        cancellationToken));

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DatabaseUnavailableException)
        {
            throw new ApiException(
                503,
                "Service Unavailable, the database that knows whose files and batches these are is temporarily unreachable. Please retry shortly.",
                "no_db_connection")
            { RetryAfterSeconds = 1 };
        }
    }
}
