using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;
using Tollgate.Management.Teams;

namespace Tollgate.Management.Projects;

/// <summary>Projects, which stand between teams and keys (admin-api.md 9).</summary>
public sealed class ProjectService(IDatabase database, AuditLog audit, BudgetClock clock)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;
    private static readonly string[] Texts = ["project_alias", "description"];
    private static readonly string[] Maps = ["model_rpm_limit", "model_tpm_limit"];

    /// <summary>Makes a project of a team.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var teamId = fields.RequiredText("team_id");
        var wanted = fields.Text("project_id") is { Length: > 0 } given ? given : null;
        var id = wanted ?? Guid.NewGuid().ToString();
        var columns = Read(fields);
        var metadata = MetadataOverlay.Apply(null, WithoutLimits(fields)) ?? [];
        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    var team = await RequireTeamAsync(rows, caller, teamId);
                    if (await rows.FindAsync(Tables.Projects, id) is not null)
                    {
                        throw Duplicate(id);
                    }

                    var row = (JsonObject)columns.DeepClone();
                    CheckModels(row, team);
                    row["project_id"] = id;
                    row["team_id"] = teamId;
                    row["metadata"] = metadata.DeepClone();
                    row["budget_id"] = await BudgetRows.LinkAsync(rows, caller, clock, fields, Errors);
                    row["object_permission_id"] = await ObjectPermissions.SaveAsync(rows, fields.Object("object_permission"), null);
                    row["created_at"] = clock.Now;
                    row["updated_at"] = clock.Now;
                    row["created_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                    row["updated_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                    await rows.InsertAsync(Tables.Projects, row);
                    return await FinishAsync(rows, caller, AuditAction.Created, id, null);
                },
                cancellationToken);
        }
        catch (DuplicateRowException) when (wanted is not null)
        {
            throw Duplicate(wanted);
        }
    }

    /// <summary>Changes a project; budget fields change its budget row.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("project_id");
        var columns = Read(fields);
        var budget = new BudgetFields(fields, Errors).ReadRow(clock);
        var newTeam = fields.Text("team_id");
        return database.WriteAsync(
            async rows =>
            {
                await Locks.TakeAsync(rows, "project:" + id);
                var before = await rows.FindAsync(Tables.Projects, id) ?? throw NotFound(id);
                var team = await RequireManagerAsync(rows, caller, before);
                var changes = (JsonObject)columns.DeepClone();
                if (newTeam is not null)
                {
                    team = await RequireTeamAsync(rows, caller, newTeam);
                    changes["team_id"] = newTeam;
                }

                CheckModels(changes, team);
                if (MetadataOverlay.Apply(before["metadata"] as JsonObject, WithoutLimits(fields)) is { } metadata)
                {
                    changes["metadata"] = metadata;
                }

                await ChangeBudgetAsync(rows, caller, fields, before, budget, changes);
                if (fields.Has("object_permission"))
                {
                    changes["object_permission_id"] = await ObjectPermissions.SaveAsync(
                        rows, fields.Object("object_permission"), before.Text("object_permission_id"));
                }

                changes["updated_at"] = clock.Now;
                changes["updated_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                await rows.UpdateAsync(Tables.Projects, Filter.Equal("project_id", id), changes);
                return await FinishAsync(rows, caller, AuditAction.Updated, id, before);
            },
            cancellationToken);
    }

    /// <summary>Deletes projects; their keys stay with the team.</summary>
    public Task<JsonNode> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (!fields.Has("project_ids"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "project_ids"], "Field required", fields.Json));
        }

        var ids = (fields.Texts("project_ids") ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return database.WriteAsync<JsonNode>(
            async rows =>
            {
                var deleted = new JsonArray();
                foreach (var id in ids)
                {
                    await Locks.TakeAsync(rows, "project:" + id);
                    var project = await rows.FindAsync(Tables.Projects, id) ?? throw NotFound(id);
                    await RequireManagerAsync(rows, caller, project);
                    deleted.Add((await ShapeAsync(rows, [project]))[0]);
                    await rows.DeleteAsync(Tables.Projects, Filter.Equal("project_id", id));
                    await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Projects, id, project, null);
                    await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Project, id));
                }

                return deleted;
            },
            cancellationToken);
    }

    /// <summary>One project.</summary>
    public Task<JsonObject> InfoAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
        => database.ReadAsync(
            async rows =>
            {
                var project = await rows.FindAsync(Tables.Projects, id) ?? throw NotFound(id);
                var team = project.Text("team_id") is { } teamId ? await rows.FindAsync(Tables.Teams, teamId) : null;
                if (!caller.MaySeeAll && (team is null || !await TeamAccess.SeesAsync(rows, caller, team)))
                {
                    throw AdminException.Of(Errors, 403, $"User not authorized to see this project. Your role={caller.RoleName}");
                }

                return (await ShapeAsync(rows, [project]))[0];
            },
            cancellationToken);

    /// <summary>Projects: all for those who see all, for others those of their teams.</summary>
    public Task<JsonNode> ListAsync(AdminCaller caller, CancellationToken cancellationToken)
        => database.ReadAsync<JsonNode>(
            async rows =>
            {
                var filter = Filter.None;
                if (!caller.MaySeeAll)
                {
                    var user = caller.UserId is null ? null : await rows.FindAsync(Tables.Users, caller.UserId);
                    filter = Filter.In("team_id", user?.TextList("teams") ?? []);
                }

                var found = await rows.SelectAsync(Tables.Projects, filter, [new SortBy("created_at"), new SortBy("project_id")]);
                return (await ShapeAsync(rows, found)).ToJsonArray();
            },
            cancellationToken);

    private static JsonObject Read(Fields fields)
    {
        var columns = new JsonObject();
        foreach (var name in Texts.Where(fields.Has))
        {
            columns[name] = fields.Text(name);
        }

        foreach (var name in Maps.Where(fields.Has))
        {
            var limits = fields.Object(name) ?? [];
            foreach (var (model, _) in limits)
            {
                new BudgetFields(new Fields(limits), Errors).ReadLimit([], model);
            }

            columns[name] = limits.DeepClone();
        }

        if (fields.Has("models"))
        {
            columns["models"] = (fields.Texts("models") ?? []).ToJsonArray();
        }

        if (fields.Has("blocked"))
        {
            columns["blocked"] = fields.Flag("blocked") ?? false;
        }

        return columns;
    }

    /// <summary>Limits of models have columns here and do not go into the metadata.</summary>
    private static Fields WithoutLimits(Fields fields)
    {
        var body = (JsonObject)fields.Json.DeepClone();
        foreach (var name in Maps)
        {
            body.Remove(name);
        }

        return new Fields(body);
    }

    private static void CheckModels(JsonObject columns, JsonObject? team)
    {
        if (team is not null && ModelLists.FirstOutside(columns.TextList("models"), team.TextList("models")) is { } stranger)
        {
            throw AdminException.Of(Errors, 400, $"Model '{stranger}' is not among the models of the project's team.");
        }
    }

    private static AdminException NotFound(string id) => AdminException.Of(Errors, 404, $"Project not found, passed project_id={id}");

    private static AdminException Duplicate(string id) => AdminException.Of(Errors, 400, $"Project id = {id} already exists.");

    private static async Task<JsonObject> RequireTeamAsync(IRowReader rows, AdminCaller caller, string teamId)
    {
        var team = await rows.FindAsync(Tables.Teams, teamId)
            ?? throw AdminException.Of(Errors, 400, $"Team not found, passed team_id={teamId}");
        return await TeamAccess.ManagesAsync(rows, caller, team) ? team : throw Forbidden(caller);
    }

    private static async Task<JsonObject?> RequireManagerAsync(IRowReader rows, AdminCaller caller, JsonObject project)
    {
        var team = project.Text("team_id") is { } id ? await rows.FindAsync(Tables.Teams, id) : null;
        var may = team is null ? caller.IsAdmin : await TeamAccess.ManagesAsync(rows, caller, team);
        return may ? team : throw Forbidden(caller);
    }

    private static AdminException Forbidden(AdminCaller caller)
        => AdminException.Of(Errors, 403, $"Only proxy admins and admins of the team can manage its projects. Your role={caller.RoleName}");

    private static async Task<List<JsonObject>> ShapeAsync(IRowReader rows, IReadOnlyList<JsonObject> projects)
    {
        var budgets = await BudgetShapes.LoadAsync(rows, projects);
        var permissions = await PermissionShapes.LoadAsync(rows, projects);
        return [.. projects.Select(project => ProjectShapes.Row(project, budgets, permissions))];
    }

    private async Task ChangeBudgetAsync(
        IRowWriter rows, AdminCaller caller, Fields fields, JsonObject before, JsonObject budget, JsonObject changes)
    {
        if (fields.Text("budget_id") is { Length: > 0 } named)
        {
            await BudgetRows.RequireAsync(rows, named, Errors);
            changes["budget_id"] = named;
        }
        else if (budget.Count > 0
            && !(before.Text("budget_id") is { } current && await BudgetRows.UpdateAsync(rows, caller, clock, current, budget)))
        {
            changes["budget_id"] = await BudgetRows.InsertAsync(rows, caller, clock, budget);
        }
    }

    private async Task<JsonObject> FinishAsync(IRowWriter rows, AdminCaller caller, AuditAction action, string id, JsonObject? before)
    {
        var row = (await rows.FindAsync(Tables.Projects, id))!;
        await audit.RecordAsync(rows, caller, action, Tables.Projects, id, before, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Project, id));
        return (await ShapeAsync(rows, [row]))[0];
    }
}
