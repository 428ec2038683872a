using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;
using Tollgate.Management.Teams;

namespace Tollgate.Management.Organizations;

/// <summary>Makes, changes and deletes organizations (admin-api.md 8).</summary>
public sealed class OrganizationService
{
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    private readonly IDatabase _database;
    private readonly AuditLog _audit;
    private readonly BudgetClock _clock;
    private readonly KeyWriter _keys;
    private readonly TeamRemoval _teams;

    /// <summary>Builds the service over its database.</summary>
    public OrganizationService(IDatabase database, AuditLog audit, BudgetClock clock, KeyWriter keys)
    {
        _database = database;
        _audit = audit;
        _clock = clock;
        _keys = keys;
        _teams = new TeamRemoval(audit, clock, new People(audit, clock, Errors), keys);
    }

    /// <summary>Makes an organization; it always has a budget row.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller, "create");
        var alias = fields.RequiredText("organization_alias");
        var columns = Read(fields);
        var metadata = ReadMetadata(null, fields) ?? [];
        var budget = new BudgetFields(fields, Errors).ReadRow(_clock);
        var wanted = fields.Text("organization_id") is { Length: > 0 } given ? given : null;
        var id = wanted ?? Guid.NewGuid().ToString();
        try
        {
            return await _database.WriteAsync(
                async rows =>
                {
                    if (await rows.FindAsync(Tables.Organizations, id) is not null)
                    {
                        throw Duplicate(id);
                    }

                    var row = (JsonObject)columns.DeepClone();
                    row["organization_id"] = id;
                    row["organization_alias"] = alias;
                    row["metadata"] = metadata.DeepClone();
                    row["models"] ??= new JsonArray();
                    row["budget_id"] = await BudgetRows.LinkAsync(rows, caller, _clock, fields, Errors)
                        ?? await BudgetRows.InsertAsync(rows, caller, _clock, budget);
                    row["object_permission_id"] = await ObjectPermissions.SaveAsync(rows, fields.Object("object_permission"), null);
                    row["created_at"] = _clock.Now;
                    row["updated_at"] = _clock.Now;
                    row["created_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                    row["updated_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                    await rows.InsertAsync(Tables.Organizations, row);
                    var made = await FinishAsync(rows, caller, AuditAction.Created, id, null);
                    return (await OrganizationReader.PlainAsync(rows, [made]))[0];
                },
                cancellationToken);
        }
        catch (DuplicateRowException) when (wanted is not null)
        {
            throw Duplicate(wanted);
        }
    }

    /// <summary>Changes an organization; budget fields change its budget row.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller, "update");
        var id = fields.RequiredText("organization_id");
        var columns = Read(fields);
        var budget = new BudgetFields(fields, Errors).ReadRow(_clock);
        return _database.WriteAsync(
            async rows =>
            {
                await rows.UpdateAsync(Tables.Organizations, Filter.Equal("organization_id", id), new JsonObject { ["updated_at"] = _clock.Now });
                var before = await rows.FindAsync(Tables.Organizations, id) ?? throw OrganizationReader.NotFound(id);
                var changes = (JsonObject)columns.DeepClone();
                if (fields.Text("organization_alias") is { } alias)
                {
                    changes["organization_alias"] = alias;
                }

                if (ReadMetadata(before["metadata"] as JsonObject, fields) is { } metadata)
                {
                    changes["metadata"] = metadata;
                }

                if (fields.Has("object_permission"))
                {
                    changes["object_permission_id"] = await ObjectPermissions.SaveAsync(
                        rows, fields.Object("object_permission"), before.Text("object_permission_id"));
                }

                if (fields.Text("budget_id") is { Length: > 0 } budgetId)
                {
                    await BudgetRows.RequireAsync(rows, budgetId, Errors);
                    changes["budget_id"] = budgetId;
                }

                await BudgetRows.UpdateAsync(rows, caller, _clock, (changes.Text("budget_id") ?? before.Text("budget_id"))!, budget);
                changes["updated_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                await rows.UpdateAsync(Tables.Organizations, Filter.Equal("organization_id", id), changes);
                var after = await FinishAsync(rows, caller, AuditAction.Updated, id, before);
                return (await OrganizationReader.FullAsync(rows, [after]))[0];
            },
            cancellationToken);
    }

    /// <summary>Deletes organizations with their keys, teams and memberships.</summary>
    public Task<JsonNode> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller, "delete");
        if (!fields.Has("organization_ids"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "organization_ids"], "Field required", fields.Json));
        }

        var ids = (fields.Texts("organization_ids") ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return _database.WriteAsync<JsonNode>(
            async rows =>
            {
                var deleted = new JsonArray();
                foreach (var id in ids)
                {
                    await Locks.TakeAsync(rows, "organization:" + id);
                    var organization = await rows.FindAsync(Tables.Organizations, id) ?? throw OrganizationReader.NotFound(id);
                    deleted.Add((await OrganizationReader.FullAsync(rows, [organization]))[0]);
                    await RemoveAsync(rows, caller, organization);
                }

                return deleted;
            },
            cancellationToken);
    }

    private static JsonObject Read(Fields fields)
    {
        var columns = new JsonObject();
        if (fields.Has("models"))
        {
            columns["models"] = (fields.Texts("models") ?? []).ToJsonArray();
        }

        return columns;
    }

    /// <summary>The metadata after a request. The switch <c>blocked</c> has no column: it lives there too.</summary>
    private static JsonObject? ReadMetadata(JsonObject? stored, Fields fields)
    {
        var metadata = MetadataOverlay.Apply(stored, fields);
        if (fields.Flag("blocked") is { } blocked)
        {
            metadata ??= stored?.DeepClone() as JsonObject ?? [];
            metadata["blocked"] = blocked;
        }

        return metadata;
    }

    private static void RequireAdmin(AdminCaller caller, string verb)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admin can {verb} organizations. Your role={caller.RoleName}");
        }
    }

    private static AdminException Duplicate(string id) => AdminException.Of(Errors, 400, $"Organization id = {id} already exists.");

    private async Task RemoveAsync(IRowWriter rows, AdminCaller caller, JsonObject organization)
    {
        var id = organization.Text("organization_id")!;
        foreach (var team in await rows.SelectAsync(Tables.Teams, Filter.Equal("organization_id", id), [new SortBy("team_id")]))
        {
            await _teams.RemoveAsync(rows, caller, team);
        }

        foreach (var key in await rows.SelectAsync(Tables.Keys, Filter.Equal("organization_id", id)))
        {
            await _keys.DeleteAsync(rows, caller, key);
        }

        await rows.DeleteAsync(Tables.OrganizationMemberships, Filter.Equal("organization_id", id));
        await rows.DeleteAsync(Tables.Organizations, Filter.Equal("organization_id", id));
        await _audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Organizations, id, organization, null);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Organization, id));
    }

    private async Task<JsonObject> FinishAsync(IRowWriter rows, AdminCaller caller, AuditAction action, string id, JsonObject? before)
    {
        var row = (await rows.FindAsync(Tables.Organizations, id))!;
        await _audit.RecordAsync(rows, caller, action, Tables.Organizations, id, before, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Organization, id));
        return row;
    }
}
