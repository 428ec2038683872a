using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

// Looking at keys (admin-api.md 5.5, 5.6).
public sealed partial class KeyService
{
    /// <summary>One key.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">Clear or hashed; null for the caller's own.</param>
    public async Task<JsonNode> InfoAsync(AdminCaller caller, string? key, CancellationToken cancellationToken)
    {
        var shown = key is { Length: > 0 } ? key : caller.KeyHash;
        return await database.ReadAsync(
            async rows =>
            {
                var row = await rows.FindAsync(Tables.Keys, KeyText.ToHash(shown))
                    ?? throw AdminException.Proxy(404, "Key not found in database", "not_found_error", "key");
                if (!await KeyAccess.MaySeeAsync(rows, caller, row))
                {
                    throw AdminException.Of(
                        ErrorGroup.Internal, 403, $"You are not allowed to access this key's info. Your role={caller.RoleName}");
                }

                return new JsonObject { ["key"] = shown, ["info"] = await KeyShapes.RowAsync(rows, row, withToken: false) };
            },
            cancellationToken);
    }

    /// <summary>Several keys at once; those that the caller may not see are left out.</summary>
    public async Task<JsonNode> InfosAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (fields.Texts("keys") is not { } keys)
        {
            throw AdminException.Detail(422, "Malformed request. No keys passed in.", "message");
        }

        return await database.ReadAsync(
            async rows =>
            {
                var infos = new JsonArray();
                foreach (var row in await rows.SelectAsync(Tables.Keys, Filter.In("token", keys.Select(KeyText.ToHash))))
                {
                    if (await KeyAccess.MaySeeAsync(rows, caller, row))
                    {
                        infos.Add(await KeyShapes.RowAsync(rows, row));
                    }
                }

                return new JsonObject { ["key"] = new JsonArray([.. keys.Select(static key => (JsonNode)key)]), ["info"] = infos };
            },
            cancellationToken);
    }

    /// <summary>A page of keys.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="query">Parameters of admin-api.md 5.6.</param>
    /// <param name="expand">What to add to each key: only <c>user</c> is known.</param>
    public async Task<JsonNode> ListAsync(AdminCaller caller, Fields query, IReadOnlyList<string> expand, CancellationToken cancellationToken)
    {
        var request = KeyListQuery.Read(query, expand);
        return await database.ReadAsync(
            async rows =>
            {
                var filter = Filter.All(KeyListQuery.NoSessions, request.Filter(caller), await KeyVisibility.FilterAsync(rows, caller, query));
                if (snapshots.Current.Config is { Management.HideMasterKeyRow: true, General.MasterKey: { Length: > 0 } master })
                {
                    filter = Filter.All(filter, Filter.NotEqual("token", KeyText.ToHash(master)));
                }

                var table = request.Deleted ? Tables.DeletedKeys : Tables.Keys;
                var total = await rows.CountAsync(table, filter);
                var page = await rows.SelectAsync(table, filter, request.Order, new RowRange(request.Size, (request.Page - 1) * request.Size));
                var keys = new JsonArray();
                foreach (var row in page)
                {
                    keys.Add(request.FullObjects ? await FullAsync(rows, row, request) : row["token"]?.DeepClone());
                }

                return new JsonObject
                {
                    ["keys"] = keys,
                    ["total_count"] = total,
                    ["current_page"] = request.Page,
                    ["total_pages"] = Pages(total, request.Size),
                };
            },
            cancellationToken);
    }

    /// <summary>A page of the aliases that keys have, in order.</summary>
    public async Task<JsonNode> AliasesAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var (page, size) = KeyListQuery.ReadPage(query, 50);
        return await database.ReadAsync(
            async rows =>
            {
                var filter = Filter.All(
                    KeyListQuery.NoSessions,
                    Filter.Greater("key_alias", ""),
                    query.Text("search") is { Length: > 0 } search ? Filter.Contains("key_alias", search) : Filter.None,
                    query.Text("team_id") is { Length: > 0 } team ? Filter.Equal("team_id", team) : Filter.None,
                    await KeyVisibility.FilterAsync(rows, caller, query));
                var total = await rows.CountAsync(Tables.Keys, filter);
                var found = await rows.SelectAsync(
                    Tables.Keys, filter, [new SortBy("key_alias"), new SortBy("token")], new RowRange(size, (page - 1) * size));
                return new JsonObject
                {
                    ["aliases"] = new JsonArray([.. found.Select(static row => row["key_alias"]?.DeepClone())]),
                    ["total_count"] = total,
                    ["current_page"] = page,
                    ["total_pages"] = Pages(total, size),
                    ["size"] = size,
                };
            },
            cancellationToken);
    }

    private static long Pages(long total, long size) => (total + size - 1) / size;

    private static async Task<JsonObject> FullAsync(IRowReader rows, JsonObject row, KeyListQuery request)
    {
        var (budget, permission) = await KeyShapes.LinkedAsync(rows, row);
        var shape = KeyShapes.Listed(row, budget, permission);
        if (request.Deleted)
        {
            foreach (var name in (ReadOnlySpan<string>)["id", "deleted_at", "deleted_by", "deleted_by_api_key", "litellm_changed_by"])
            {
                shape[name] = row[name]?.DeepClone();
            }
        }

        if (request.WithUsers)
        {
            var user = BudgetRules.TextOf(row, "user_id") is { } id ? await rows.FindAsync(Tables.Users, id) : null;
            shape["user"] = user is null ? null : Users.UserShapes.Row(user);
            var creator = BudgetRules.TextOf(row, "created_by") is { } by ? await rows.FindAsync(Tables.Users, by) : null;
            shape["created_by_user"] = creator is null ? null : new JsonObject
            {
                ["user_id"] = creator["user_id"]?.DeepClone(),
                ["user_email"] = creator["user_email"]?.DeepClone(),
                ["user_alias"] = creator["user_alias"]?.DeepClone(),
            };
        }

        return shape;
    }
}
