using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.AccessGroups;

/// <summary>Groups of models, tool servers and agents that teams and keys are given (admin-api.md 26.2).</summary>
public sealed class AccessGroupService(IDatabase database, AuditLog audit, BudgetClock clock)
{
    private const string Assigned = "access_group_ids";
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    private static readonly string[] Lists =
        ["access_model_names", "access_mcp_server_ids", "access_agent_ids", "assigned_team_ids", "assigned_key_ids"];

    /// <summary>Makes a group.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = fields.RequiredText("access_group_name");
        var columns = Read(fields);
        var id = Guid.NewGuid().ToString();
        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    if (await rows.CountAsync(Tables.AccessGroups, Filter.Equal("access_group_name", name)) > 0)
                    {
                        throw Duplicate(name);
                    }

                    var row = (JsonObject)columns.DeepClone();
                    row["access_group_id"] = id;
                    row["access_group_name"] = name;
                    row["created_at"] = clock.Now;
                    row["updated_at"] = clock.Now;
                    row["created_by"] = caller.UserId;
                    row["updated_by"] = caller.UserId;
                    await rows.InsertAsync(Tables.AccessGroups, row);
                    return await FinishAsync(rows, caller, AuditAction.Created, id, null);
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw Duplicate(name);
        }
    }

    /// <summary>All groups.</summary>
    public async Task<JsonNode> ListAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        var found = await database.ReadAsync(
            static rows => rows.SelectAsync(Tables.AccessGroups, Filter.None, [new SortBy("created_at"), new SortBy("access_group_id")]),
            cancellationToken);
        return found.Select(Row).ToJsonArray();
    }

    /// <summary>One group.</summary>
    public async Task<JsonNode> InfoAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        return Row(await database.ReadAsync(rows => rows.FindAsync(Tables.AccessGroups, id), cancellationToken) ?? throw NotFound(id));
    }

    /// <summary>Changes a group; teams and keys that it is assigned to, or no longer, follow at once.</summary>
    public async Task<JsonNode> UpdateAsync(AdminCaller caller, string id, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var columns = Read(fields);
        if (fields.Text("access_group_name") is { Length: > 0 } name)
        {
            columns["access_group_name"] = name;
        }

        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    var before = await LockAsync(rows, id);
                    var changes = (JsonObject)columns.DeepClone();
                    changes["updated_by"] = caller.UserId;
                    await rows.UpdateAsync(Tables.AccessGroups, Filter.Equal("access_group_id", id), changes);
                    return await FinishAsync(rows, caller, AuditAction.Updated, id, before);
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw Duplicate(columns.Text("access_group_name") ?? id);
        }
    }

    /// <summary>Deletes a group and takes it from teams and keys.</summary>
    public Task<bool> DeleteAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        return database.WriteAsync(
            async rows =>
            {
                var before = await LockAsync(rows, id);
                await AssignAsync(rows, id, before, []);
                await rows.DeleteAsync(Tables.AccessGroups, Filter.Equal("access_group_id", id));
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.AccessGroups, id, before, null);
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.AccessGroup, id));
                return true;
            },
            cancellationToken);
    }

    private static JsonObject Row(JsonObject row) => row.Pick(
        "access_group_id", "access_group_name", "description", "access_model_names[]", "access_mcp_server_ids[]", "access_agent_ids[]",
        "assigned_team_ids[]", "assigned_key_ids[]", "created_at", "created_by", "updated_at", "updated_by");

    private static JsonObject Read(Fields fields)
    {
        var columns = new JsonObject();
        if (fields.Has("description"))
        {
            columns["description"] = fields.Text("description");
        }

        foreach (var list in Lists.Where(fields.Has))
        {
            columns[list] = (fields.Texts(list) ?? []).Distinct(StringComparer.Ordinal).ToJsonArray();
        }

        if (columns.ContainsKey("assigned_key_ids"))
        {
            columns["assigned_key_ids"] = columns.TextList("assigned_key_ids").Select(KeyText.ToHash).Distinct(StringComparer.Ordinal).ToJsonArray();
        }

        return columns;
    }

    private async Task<JsonObject> LockAsync(IRowWriter rows, string id)
        => await rows.UpdateAsync(Tables.AccessGroups, Filter.Equal("access_group_id", id), new JsonObject { ["updated_at"] = clock.Now }) > 0
            ? (await rows.FindAsync(Tables.AccessGroups, id))!
            : throw NotFound(id);

    private async Task<JsonObject> FinishAsync(IRowWriter rows, AdminCaller caller, AuditAction action, string id, JsonObject? before)
    {
        var row = (await rows.FindAsync(Tables.AccessGroups, id))!;
        await AssignAsync(rows, id, before ?? [], row);
        await audit.RecordAsync(rows, caller, action, Tables.AccessGroups, id, before, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.AccessGroup, id));
        return Row(row);
    }

    /// <summary>Writes the group into the teams and keys that it is assigned to, and out of those that it was.</summary>
    private static async Task AssignAsync(IRowWriter rows, string id, JsonObject before, JsonObject after)
    {
        await AssignAsync(rows, id, Tables.Teams, ChangedObject.Team, before.TextList("assigned_team_ids"), after.TextList("assigned_team_ids"));
        await AssignAsync(rows, id, Tables.Keys, ChangedObject.Key, before.TextList("assigned_key_ids"), after.TextList("assigned_key_ids"));
    }

    private static async Task AssignAsync(
        IRowWriter rows, string id, Table table, ChangedObject kind, List<string> before, List<string> after)
    {
        foreach (var owner in before.Union(after, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var belongs = after.Contains(owner, StringComparer.Ordinal);
            if (await rows.FindAsync(table, owner) is not { } row)
            {
                if (belongs)
                {
                    throw AdminException.Of(Errors, 400, $"{(kind == ChangedObject.Team ? "Team" : "Key")} does not exist: {owner}");
                }

                continue;
            }

            var groups = row.TextList(Assigned).Where(group => !string.Equals(group, id, StringComparison.Ordinal));
            await rows.UpdateAsync(
                table,
                Filter.Equal(table.Key[0], owner),
                new JsonObject { [Assigned] = (belongs ? groups.Append(id) : groups).ToJsonArray() });
            await rows.NoteChangeAsync(new ChangeNotice(kind, owner));
        }
    }

    private static AdminException NotFound(string id) => AdminException.Of(Errors, 404, $"Access group '{id}' not found");

    private static AdminException Duplicate(string name) => AdminException.Of(Errors, 409, $"Access group '{name}' already exists");

    private static void RequireAdmin(AdminCaller caller)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admins can manage access groups. Your role={caller.RoleName}");
        }
    }

    private static void RequireReader(AdminCaller caller)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admins can see access groups. Your role={caller.RoleName}");
        }
    }
}
