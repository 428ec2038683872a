using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Writes rows of keys within a transaction of the caller's; whoever uses it has checked the right to.</summary>
public sealed class KeyWriter(AuditLog audit, SnapshotHolder snapshots, TimeProvider time)
{
    /// <summary>Makes a key.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who makes it.</param>
    /// <param name="fields">The request, defaults filled in.</param>
    /// <param name="owner">Whose it is; null for nobody's.</param>
    /// <param name="errors">Shape of refusals.</param>
    /// <returns>The answer of the call that makes a key; the only place where its clear text is.</returns>
    public async Task<JsonObject> CreateAsync(IRowWriter rows, AdminCaller caller, Fields fields, string? owner, ErrorGroup errors)
    {
        var settings = snapshots.Current.Config.Management;
        var now = time.GetUtcNow();
        var key = fields.Text("key") is { Length: > 0 } chosen ? KeyForm.Chosen(chosen) : KeyText.Generate(settings.KeyBytes);
        var token = KeyText.ToHash(key);
        if (await rows.FindAsync(Tables.Keys, token) is not null || string.Equals(key, snapshots.Current.Config.General.MasterKey, StringComparison.Ordinal))
        {
            throw AlreadyExists();
        }

        var row = ReadColumns(fields, errors);
        row["token"] = token;
        row["key_name"] = settings.HideKeyNames ? null : KeyText.Mask(key);
        row["user_id"] = owner;
        row["metadata"] = MetadataOverlay.Apply(null, fields) ?? [];
        if (settings.RequireAlias && BudgetRules.TextOf(row, "key_alias") is null)
        {
            throw AdminException.Proxy(400, "key_alias is required while keys are kept in a secret manager.", "bad_request_error", "key_alias");
        }

        RemoveNulls(row);
        await KeyReferences.CheckAsync(rows, row, null, errors);
        await LinkAsync(rows, caller, row, fields, null, errors);
        row["created_at"] = Timestamps.Text(now);
        row["created_by"] = caller.UserId;
        row["updated_at"] = Timestamps.Text(now);
        row["updated_by"] = caller.UserId;
        await rows.InsertAsync(Tables.Keys, row);
        var written = await rows.FindAsync(Tables.Keys, token) ?? row;
        await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.Keys, token, null, written);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Key, token));
        var (budget, permission) = await KeyShapes.LinkedAsync(rows, written);
        return KeyShapes.Created(key, written, budget, permission, fields.Text("duration"));
    }

    /// <summary>Sets columns of a key.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who changes it.</param>
    /// <param name="before">The row.</param>
    /// <param name="changes">Columns to set; <c>token</c> gives the key a new hash.</param>
    /// <param name="action">What the audit record says.</param>
    /// <returns>The row afterwards.</returns>
    public async Task<JsonObject> ChangeAsync(IRowWriter rows, AdminCaller caller, JsonObject before, JsonObject changes, AuditAction action)
    {
        var old = before["token"]!.GetValue<string>();
        var token = BudgetRules.TextOf(changes, "token") ?? old;
        changes["updated_at"] = Timestamps.Text(time.GetUtcNow());
        changes["updated_by"] = caller.UserId;
        await rows.UpdateAsync(Tables.Keys, Filter.Equal("token", old), changes);
        var after = await rows.FindAsync(Tables.Keys, token) ?? throw AdminException.Proxy(404, "Key not found", "not_found_error", "key");
        await audit.RecordAsync(rows, caller, action, Tables.Keys, old, before, after);
        var spendWasSet = changes.ContainsKey("spend");
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Key, old, spendWasSet));
        if (!string.Equals(token, old, StringComparison.Ordinal))
        {
            await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Key, token, spendWasSet));
        }

        return after;
    }

    /// <summary>Deletes a key and keeps a copy of its row.</summary>
    /// <returns>False when somebody else has deleted it meanwhile.</returns>
    public async Task<bool> DeleteAsync(IRowWriter rows, AdminCaller caller, JsonObject row)
    {
        var token = row["token"]!.GetValue<string>();

        // Their foreign key would keep the key alive.
        await rows.DeleteAsync(Tables.JwtKeyMappings, Filter.Equal("token", token));
        await rows.DeleteAsync(Tables.DeprecatedKeys, Filter.Equal("active_token_id", token));
        if (await rows.DeleteAsync(Tables.Keys, Filter.Equal("token", token)) == 0)
        {
            return false;
        }

        await ArchiveAsync(rows, caller, row);
        await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Keys, token, row, null);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Key, token));
        return true;
    }

    /// <summary>Copies a row into the table of deleted keys.</summary>
    internal Task ArchiveAsync(IRowWriter rows, AdminCaller caller, JsonObject row)
    {
        var copy = (JsonObject)row.DeepClone();
        copy["id"] = Guid.NewGuid().ToString();
        copy["deleted_at"] = Timestamps.Text(time.GetUtcNow());
        copy["deleted_by"] = caller.UserId;
        copy["deleted_by_api_key"] = caller.KeyHash;
        copy["litellm_changed_by"] = caller.ChangedByHeader;
        return rows.InsertAsync(Tables.DeletedKeys, copy);
    }

    /// <summary>The columns that a request sets.</summary>
    internal JsonObject ReadColumns(Fields fields, ErrorGroup errors)
    {
        var config = snapshots.Current.Config;
        return KeyColumns.Read(fields, time.GetUtcNow(), config.Budgets.TimeZone, config.Management, errors);
    }

    /// <summary>Writes the rows that a key links to: its soft budget and its permissions.</summary>
    internal async Task LinkAsync(
        IRowWriter rows, AdminCaller caller, JsonObject changes, Fields fields, JsonObject? current, ErrorGroup errors)
    {
        if (fields.Has("soft_budget"))
        {
            var soft = BudgetRules.Amount(fields, "soft_budget", errors);
            if (soft is not null)
            {
                changes["budget_id"] = await SoftBudgetAsync(rows, caller, soft.Value, current);
            }
            else if (current is not null && !changes.ContainsKey("budget_id"))
            {
                changes["budget_id"] = null;
            }
        }

        if (fields.Has("object_permission"))
        {
            var given = fields.Object("object_permission");
            var team = await TeamFacts.FindAsync(rows, BudgetRules.TextOf(changes.ContainsKey("team_id") ? changes : current, "team_id"));
            await ObjectPermissions.CheckTeamAsync(rows, given, team?.Row, errors);
            changes["object_permission_id"] = await ObjectPermissions.SaveAsync(rows, given, BudgetRules.TextOf(current, "object_permission_id"));
        }
    }

    internal static AdminException AlreadyExists() => AdminException.Proxy(400, "Key already exists", "bad_request_error", "key");

    /// <summary>A row of its own for the key, since budget rows may be shared: only one that was made for this key is changed.</summary>
    private async Task<string> SoftBudgetAsync(IRowWriter rows, AdminCaller caller, double soft, JsonObject? current)
    {
        var now = Timestamps.Text(time.GetUtcNow());
        if (BudgetRules.TextOf(current, "budget_id") is { } linked && await rows.FindAsync(Tables.Budgets, linked) is { } budget
            && BudgetRules.NumberOf(budget, "soft_budget") is not null && BudgetRules.NumberOf(budget, "max_budget") is null
            && await rows.CountAsync(Tables.Keys, Filter.Equal("budget_id", linked)) == 1)
        {
            await rows.UpdateAsync(
                Tables.Budgets,
                Filter.Equal("budget_id", linked),
                new JsonObject { ["soft_budget"] = soft, ["updated_at"] = now, ["updated_by"] = caller.ChangedBy });
            return linked;
        }

        var id = Guid.NewGuid().ToString();
        await rows.InsertAsync(Tables.Budgets, new JsonObject
        {
            ["budget_id"] = id,
            ["soft_budget"] = soft,
            ["model_max_budget"] = new JsonObject(),
            ["created_at"] = now,
            ["created_by"] = caller.ChangedBy,
            ["updated_at"] = now,
            ["updated_by"] = caller.ChangedBy,
        });
        return id;
    }

    // Absent columns take the table's defaults, which null would not.
    private static void RemoveNulls(JsonObject row)
    {
        foreach (var name in row.Where(static member => member.Value is null).Select(static member => member.Key).ToList())
        {
            row.Remove(name);
        }
    }
}
