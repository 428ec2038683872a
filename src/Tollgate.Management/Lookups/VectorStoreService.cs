using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Lookups;

/// <summary>Vector stores that the gateway knows (admin-api.md 23): those of the database are written, those of the file are shown.</summary>
public sealed class VectorStoreService(
    IDatabase database, ModelWrite write, ModelRows models, SnapshotHolder snapshots, IProviderDirectory providers, AuditLog audit)
{
    private const int UsualPage = 100;

    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    private static readonly string[] Texts =
        ["custom_llm_provider", "vector_store_name", "vector_store_description", "litellm_credential_name", "team_id", "user_id"];

    /// <summary>The stores that a caller may see.</summary>
    public async Task<JsonNode?> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var page = Paging.Read(query, UsualPage);
        var rows = await database.ReadAsync(
            static reader => reader.SelectAsync(Tables.VectorStores, Filter.None, [new SortBy("vector_store_id")]), cancellationToken);
        var ids = rows.Select(static row => ModelRows.Text(row["vector_store_id"])).ToHashSet(StringComparer.Ordinal);
        var own = snapshots.Current.Config.VectorStores.Where(store => !ids.Contains(store.Id)).Select(Shown);
        var seen = rows.Select(Shown).Concat(own).Where(store => MaySee(caller, store)).ToList();
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. seen.Skip((int)page.Range.Offset).Take(page.Size)]),
            ["total_count"] = seen.Count,
            ["current_page"] = page.Number,
            ["total_pages"] = (seen.Count + page.Size - 1) / page.Size,
        };
    }

    /// <summary>One store.</summary>
    public async Task<JsonNode?> InfoAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        var id = body.RequiredText("vector_store_id");
        var row = await database.ReadAsync(reader => reader.FindAsync(Tables.VectorStores, id), cancellationToken);
        var store = row is not null ? Shown(row)
            : snapshots.Current.Config.VectorStores.FirstOrDefault(own => string.Equals(own.Id, id, StringComparison.Ordinal)) is { } known ? Shown(known)
            : throw NotFound(id);
        return MaySee(caller, store) ? new JsonObject { ["vector_store"] = store }
            : throw AdminException.Of(Errors, 403, "Access denied: You do not have permission to access this vector store");
    }

    /// <summary>Tells the gateway of a store.</summary>
    public Task<JsonNode?> CreateAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, Errors);
        var id = body.RequiredText("vector_store_id");
        RequireProvider(body.RequiredText("custom_llm_provider"));
        return write.RunAsync<JsonNode?>(
            id,
            async rows =>
            {
                if (await rows.FindAsync(Tables.VectorStores, id) is not null
                    || snapshots.Current.Config.VectorStores.Any(own => string.Equals(own.Id, id, StringComparison.Ordinal)))
                {
                    throw AdminException.Of(Errors, 400, $"Vector store with ID {id} already exists");
                }

                var now = models.Now;
                var row = new JsonObject { ["vector_store_id"] = id, ["created_at"] = now, ["updated_at"] = now };
                Take(row, body, models.Seal(body.Object("litellm_params") ?? []));
                await rows.InsertAsync(Tables.VectorStores, row);
                await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.VectorStores, id, null, row);
                return new JsonObject
                {
                    ["status"] = "success",
                    ["message"] = $"Vector store {id} created successfully",
                    ["vector_store"] = Shown(row),
                };
            },
            cancellationToken);
    }

    /// <summary>Changes what is known of a store.</summary>
    public Task<JsonNode?> UpdateAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, Errors);
        var id = body.RequiredText("vector_store_id");
        if (body.Has("custom_llm_provider"))
        {
            RequireProvider(body.RequiredText("custom_llm_provider"));
        }

        return write.RunAsync<JsonNode?>(
            id,
            async rows =>
            {
                var row = await rows.FindAsync(Tables.VectorStores, id) ?? throw NotFound(id);
                var changes = new JsonObject { ["updated_at"] = models.Now };
                Take(changes, body, body.Object("litellm_params") is { } given ? models.Merge(row["litellm_params"], given, nullRemoves: true) : null);
                await rows.UpdateAsync(Tables.VectorStores, Filter.Equal("vector_store_id", id), changes);
                await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.VectorStores, id, row, changes);
                return new JsonObject { ["vector_store"] = Shown((await rows.FindAsync(Tables.VectorStores, id))!) };
            },
            cancellationToken);
    }

    /// <summary>Forgets a store; the provider keeps it.</summary>
    public Task<JsonNode?> DeleteAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        ModelRights.RequireAdmin(caller, Errors);
        var id = body.RequiredText("vector_store_id");
        return write.RunAsync<JsonNode?>(
            id,
            async rows =>
            {
                var row = await rows.FindAsync(Tables.VectorStores, id) ?? throw NotFound(id);
                await rows.DeleteAsync(Tables.VectorStores, Filter.Equal("vector_store_id", id));
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.VectorStores, id, row, null);
                return new JsonObject { ["message"] = $"Vector store {id} deleted successfully" };
            },
            cancellationToken);
    }

    private static void Take(JsonObject row, Fields body, JsonObject? parameters)
    {
        foreach (var name in Texts.Where(body.Has))
        {
            row[name] = body.Text(name);
        }

        if (body.Has("vector_store_metadata"))
        {
            // Objects come as such, or as their text.
            row["vector_store_metadata"] = body.Any("vector_store_metadata") is JsonValue text && text.TryGetValue(out string? json)
                ? AdminJson.Parse(System.Text.Encoding.UTF8.GetBytes(json)) : body.Object("vector_store_metadata")?.DeepClone();
        }

        if (parameters is not null)
        {
            row["litellm_params"] = parameters;
        }
    }

    private void RequireProvider(string provider)
    {
        if (!providers.IsProvider(provider.Split('/')[0]))
        {
            throw AdminException.Of(Errors, 400, $"custom_llm_provider: unknown provider '{provider}'.");
        }
    }

    private static bool MaySee(AdminCaller caller, JsonObject store)
    {
        if (caller.MaySeeAll)
        {
            return true;
        }

        var allowed = caller.Key?.Objects.VectorStores ?? [];
        var team = ModelRows.Text(store["team_id"]);
        return (allowed.IsDefaultOrEmpty || allowed.Contains(ModelRows.Text(store["vector_store_id"])!, StringComparer.Ordinal))
            && (team is null || string.Equals(team, caller.Key?.TeamId, StringComparison.Ordinal));
    }

    private JsonObject Shown(JsonObject row)
    {
        var shown = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)[
            "vector_store_id", "custom_llm_provider", "vector_store_name", "vector_store_description", "vector_store_metadata",
            "litellm_credential_name", "team_id", "user_id", "created_at", "updated_at"])
        {
            shown[name] = row[name]?.DeepClone();
        }

        shown["litellm_params"] = SecretNames.Masked(models.Open(row["litellm_params"]), static _ => SecretNames.Mask);
        return shown;
    }

    private static JsonObject Shown(VectorStoreConfig store) => new()
    {
        ["vector_store_id"] = store.Id,
        ["custom_llm_provider"] = store.Provider,
        ["vector_store_name"] = store.Name,
        ["vector_store_description"] = store.Description,
        ["vector_store_metadata"] = null,
        ["litellm_credential_name"] = null,
        ["litellm_params"] = new JsonObject(),
        ["team_id"] = store.TeamId,
        ["user_id"] = null,
        ["created_at"] = null,
        ["updated_at"] = null,
    };

    private static AdminException NotFound(string id) => AdminException.Of(Errors, 404, $"Vector store not found with id={id}");
}
