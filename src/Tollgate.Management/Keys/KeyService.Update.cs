using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

// Changes of keys, one by one and many at once (admin-api.md 5.3, 5.9).
public sealed partial class KeyService
{
    private const int MostAtOnce = 500;

    private static readonly HashSet<string> TeamUpdateFields = new(StringComparer.Ordinal)
    {
        "max_budget", "budget_id", "budget_duration", "budget_limits", "model_max_budget", "tpm_limit", "rpm_limit", "model_tpm_limit",
        "model_rpm_limit", "max_parallel_requests", "rpm_limit_type", "tpm_limit_type", "temp_budget_increase", "temp_budget_expiry",
        "duration", "tags", "metadata",
    };

    /// <summary>Changes a key: what is absent stays, what is null is cleared.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="fields">Fields of admin-api.md 5.3; <c>key</c> is required.</param>
    public async Task<JsonNode> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var key = fields.RequiredText("key");
        return await database.WriteAsync(
            async rows =>
            {
                var row = await FindAsync(rows, key);
                await CheckMayChangeAsync(rows, caller, row, fields, "/key/update");
                var answer = new JsonObject { ["key"] = key };
                foreach (var (name, value) in await KeyShapes.RowAsync(rows, await ChangeAsync(rows, caller, row, fields, ErrorGroup.Auth)))
                {
                    answer[name] = value?.DeepClone();
                }

                return answer;
            },
            cancellationToken);
    }

    /// <summary>Changes budget, team and tags of many keys; each succeeds or fails alone.</summary>
    public async Task<JsonNode> BulkUpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(403, "Only proxy admins can perform bulk key updates");
        }

        var updates = fields.List("keys");
        CheckCount(updates?.Count ?? 0);
        var changes = new List<(string, Fields?)>();
        foreach (var item in updates!)
        {
            var update = new Fields(item as JsonObject ?? throw fields.Fault("dict_type", "keys", "Input should be a valid dictionary", item));
            var only = new JsonObject();
            foreach (var name in (ReadOnlySpan<string>)["key", "budget_id", "max_budget", "team_id", "tags"])
            {
                // COMPAT: here null means that the field was left out.
                if (update.Any(name) is { } value)
                {
                    only[name] = value.DeepClone();
                }
            }

            changes.Add((update.RequiredText("key"), new Fields(only)));
        }

        return await UpdateEachAsync(caller, changes, cancellationToken);
    }

    /// <summary>Changes limits of a team's keys, named or all.</summary>
    public async Task<JsonNode> TeamBulkUpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var teamId = fields.RequiredText("team_id");
        var update = new Fields(fields.Object("update_fields") ?? throw fields.Fault("missing", "update_fields", "Field required", fields.Json));
        foreach (var (name, value) in update.Json)
        {
            if (!TeamUpdateFields.Contains(name))
            {
                throw fields.Fault("extra_forbidden", name, "Extra inputs are not permitted", value);
            }
        }

        var tokens = await database.ReadAsync(
            async rows =>
            {
                var team = await TeamFacts.FindAsync(rows, teamId) ?? throw AdminException.Detail(404, $"Team not found, passed team_id={teamId}");
                if (!caller.IsAdmin && !(KeyAccess.MayWrite(caller) && await team.IsAdministeredByAsync(rows, caller)))
                {
                    throw AdminException.Detail(403, "Only proxy admins and team admins can update the keys of a team");
                }

                var ofTeam = await rows.SelectAsync(Tables.Keys, Filter.Equal("team_id", teamId));
                return ofTeam.Select(static row => row["token"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            },
            cancellationToken);
        var keys = fields.Flag("all_keys_in_team") == true ? [.. tokens] : fields.Texts("key_ids") ?? [];
        CheckCount(keys.Count);
        return await UpdateEachAsync(
            caller, keys.Select(key => (key, tokens.Contains(KeyText.ToHash(key)) ? update : null)), cancellationToken);
    }

    /// <summary>The row of a key, held until the transaction ends: changes that build on it come one after the other.</summary>
    private static async Task<JsonObject?> LockAsync(IRowWriter rows, string token)
    {
        await Locks.TakeAsync(rows, "key:" + token);
        return await rows.FindAsync(Tables.Keys, token);
    }

    /// <summary>The row of a key, clear or hashed.</summary>
    private static async Task<JsonObject> FindAsync(IRowWriter rows, string key)
        => await LockAsync(rows, KeyText.ToHash(key)) ?? throw AdminException.Proxy(404, "Key not found", "not_found_error", "key");

    private static void CheckCount(int count)
    {
        if (count == 0)
        {
            throw AdminException.Detail(400, "No keys provided for update");
        }

        if (count > MostAtOnce)
        {
            throw AdminException.Detail(400, $"Maximum {MostAtOnce} keys can be updated at once. Found {count} keys.");
        }
    }

    /// <param name="changes">Key and what to change; null for a key that is none of the team's.</param>
    private async Task<JsonNode> UpdateEachAsync(AdminCaller caller, IEnumerable<(string Key, Fields? Fields)> changes, CancellationToken cancellationToken)
    {
        var successful = new JsonArray();
        var failed = new JsonArray();
        foreach (var (key, fields) in changes)
        {
            try
            {
                var row = fields is null ? throw AdminException.Detail(404, "Key not found") : await database.WriteAsync(
                    async rows => await KeyShapes.RowAsync(rows, await ChangeAsync(rows, caller, await FindAsync(rows, key), fields, ErrorGroup.Auth)),
                    cancellationToken);
                successful.Add(new JsonObject { ["key"] = key, ["key_info"] = row });
            }
            catch (AdminException error)
            {
                failed.Add(new JsonObject { ["key"] = key, ["key_info"] = null, ["failed_reason"] = error.Message });
            }
        }

        return new JsonObject
        {
            ["total_requested"] = successful.Count + failed.Count,
            ["successful_updates"] = successful,
            ["failed_updates"] = failed,
        };
    }

    private async Task CheckMayChangeAsync(IRowReader rows, AdminCaller caller, JsonObject row, Fields fields, string route)
    {
        if (caller.IsAdmin)
        {
            return;
        }

        if (!await KeyAccess.MayChangeAsync(rows, caller, row, route))
        {
            throw AdminException.Of(ErrorGroup.Auth, 403, $"You are not authorized to call {route} for this key");
        }

        KeyCreation.CheckSafeFields(fields, ErrorGroup.Auth);
        KeyDefaults.CheckBounds(fields, snapshots.Current.Config.Management, time.GetUtcNow(), ErrorGroup.Auth);
        await KeyOwners.CheckAsync(rows, caller, fields, row, ErrorGroup.Auth);
        if (fields.Has("user_id") && !string.Equals(fields.Text("user_id"), BudgetRules.TextOf(row, "user_id"), StringComparison.Ordinal))
        {
            await KeyOwners.CheckRankAsync(rows, caller, fields.Text("user_id"), ErrorGroup.Auth);
        }

        var administers = await KeyAccess.IsAdministratorAsync(rows, caller, row);
        if (fields.Has("blocked") && !administers && (fields.Flag("blocked") == true) != (row["blocked"]?.GetValue<bool>() == true))
        {
            throw AdminException.Of(ErrorGroup.Auth, 403, "Only proxy admins, team admins, or org admins can block or unblock this key.");
        }

        if (fields.Has("user_id") && fields.Text("user_id") is var owner
            && !string.Equals(owner, BudgetRules.TextOf(row, "user_id"), StringComparison.Ordinal)
            && !string.Equals(owner, caller.UserId, StringComparison.Ordinal)
            && !(administers && await KeyOwners.IsOfTheirsAsync(rows, owner, fields, row)))
        {
            throw AdminException.Of(
                ErrorGroup.Auth, 403, $"User={caller.UserId} is not allowed to update key={BudgetRules.TextOf(row, "key_name")} to belong to user={owner}");
        }

        if (fields.Number("spend") is not null && !administers)
        {
            throw AdminException.Of(ErrorGroup.Auth, 403, "Only proxy admins and team admins can set the spend of a key.");
        }

        if (fields.Has("team_id") && fields.Text("team_id") is { Length: > 0 } teamId
            && !string.Equals(teamId, BudgetRules.TextOf(row, "team_id"), StringComparison.Ordinal)
            && !(await TeamFacts.FindAsync(rows, teamId) is { } team && await team.IsAdministeredByAsync(rows, caller)))
        {
            throw AdminException.Of(ErrorGroup.Auth, 403, $"Only proxy admins and admins of team={teamId} can move a key there.");
        }
    }

    /// <summary>Sets what the request says; the caller's right was checked.</summary>
    private async Task<JsonObject> ChangeAsync(
        IRowWriter rows, AdminCaller caller, JsonObject row, Fields fields, ErrorGroup errors, JsonObject? more = null, AuditAction action = AuditAction.Updated)
    {
        var changes = writer.ReadColumns(fields, errors);
        if (MetadataOverlay.Apply(row["metadata"] as JsonObject, fields) is { } metadata)
        {
            changes["metadata"] = metadata;
        }

        if (fields.Has("temp_budget_increase") || fields.Has("temp_budget_expiry"))
        {
            var target = changes["metadata"] as JsonObject ?? (JsonObject)(row["metadata"]?.DeepClone() ?? new JsonObject());
            MetadataOverlay.ApplyTemporaryBudget(target, fields, time.GetUtcNow(), errors);
            changes["metadata"] ??= target;
        }

        await KeyReferences.CheckAsync(rows, changes, row, errors);
        await KeyMoves.CheckAsync(rows, changes, row, errors);
        await writer.LinkAsync(rows, caller, changes, fields, row, errors);
        foreach (var (name, value) in more ?? [])
        {
            changes[name] = value?.DeepClone();
        }

        return await writer.ChangeAsync(rows, caller, row, changes, action);
    }
}
