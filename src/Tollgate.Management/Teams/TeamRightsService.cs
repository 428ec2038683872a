using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Teams;

/// <summary>Rights of members, models and callbacks of a team (admin-api.md 7.10, 7.11).</summary>
public sealed class TeamRightsService
{
    private static readonly string[] CallbackTypes = ["success", "failure", "success_and_failure"];

    private readonly IDatabase _database;
    private readonly AuditLog _audit;
    private readonly TeamRoster _roster;

    /// <summary>Builds the service over its database.</summary>
    public TeamRightsService(IDatabase database, AuditLog audit, BudgetClock clock)
    {
        _database = database;
        _audit = audit;
        _roster = new TeamRoster(new People(audit, clock, ErrorGroup.Detail), clock);
    }

    /// <summary>Rights that members have for keys of their team, and those that could be given.</summary>
    public Task<JsonObject> PermissionsAsync(AdminCaller caller, string teamId, CancellationToken cancellationToken)
        => _database.ReadAsync(
            async rows =>
            {
                var team = await rows.FindAsync(Tables.Teams, teamId) ?? throw TeamService.NotFound(teamId);
                if (!caller.MaySeeAll)
                {
                    await TeamService.RequireManagerAsync(rows, caller, team, "/team/permissions_list");
                }

                var permissions = team.TextList("team_member_permissions");
                return new JsonObject
                {
                    ["team_id"] = teamId,
                    ["team_member_permissions"] = (permissions.Count > 0 ? permissions : (IEnumerable<string>)TeamColumns.UsualPermissions).ToJsonArray(),
                    ["all_available_permissions"] = TeamColumns.Permissions.ToJsonArray(),
                };
            },
            cancellationToken);

    /// <summary>Sets the rights of members.</summary>
    public Task<JsonObject> SetPermissionsAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var permissions = TeamColumns.ReadPermissions(fields, "team_member_permissions");
        return ChangeAsync(caller, fields.RequiredText("team_id"), "/team/permissions_update", Unchecked,
            _ => new JsonObject { ["team_member_permissions"] = permissions.ToJsonArray() }, cancellationToken);
    }

    /// <summary>Adds rights to many teams.</summary>
    public Task<JsonObject> AppendPermissionsAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(403, $"Only proxy admin can change permissions of many teams. Your role={caller.RoleName}");
        }

        var added = TeamColumns.ReadPermissions(fields, "permissions");
        var everyTeam = fields.Flag("apply_to_all_teams") == true;
        var ids = fields.Texts("team_ids") ?? [];
        if (added.Count == 0 || everyTeam == ids.Count > 0)
        {
            throw AdminException.Detail(400, "Specify permissions, and either team_ids or apply_to_all_teams.");
        }

        return _database.WriteAsync(
            async rows =>
            {
                var teams = await rows.SelectAsync(
                    Tables.Teams, everyTeam ? Filter.None : Filter.In("team_id", ids), [new SortBy("team_id")]);
                if (!everyTeam && ids.FirstOrDefault(id => !teams.Any(team => string.Equals(team.Text("team_id"), id, StringComparison.Ordinal))) is { } missing)
                {
                    throw TeamService.NotFound(missing);
                }

                foreach (var team in teams)
                {
                    // A team that says nothing has the usual rights: what is added comes on top of them.
                    var current = team.TextList("team_member_permissions");
                    var permissions = (current.Count > 0 ? current : (IEnumerable<string>)TeamColumns.UsualPermissions).Union(added, StringComparer.Ordinal);
                    await SaveAsync(rows, caller, team, new JsonObject { ["team_member_permissions"] = permissions.ToJsonArray() });
                }

                return new JsonObject
                {
                    ["message"] = $"Permissions appended to {teams.Count} teams",
                    ["teams_updated"] = teams.Count,
                    ["permissions_appended"] = added.ToJsonArray(),
                };
            },
            cancellationToken);
    }

    /// <summary>Adds models to a team.</summary>
    public Task<JsonObject> AddModelsAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var added = RequiredModels(fields);
        return ChangeAsync(caller, fields.RequiredText("team_id"), "/team/model/add", TeamLimitsOfCallers.CheckTeamAdminAsync, team =>
        {
            // A team without a list may call everything: adding to it must not take that away.
            var current = team.TextList("models");
            var models = current.Count == 0 ? [ModelLists.AllProxyModels] : current;
            return new JsonObject { ["models"] = models.Union(added, StringComparer.Ordinal).ToJsonArray() };
        }, cancellationToken);
    }

    /// <summary>Takes models from a team.</summary>
    public Task<JsonObject> RemoveModelsAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var removed = RequiredModels(fields);
        return ChangeAsync(caller, fields.RequiredText("team_id"), "/team/model/delete", Unchecked, team =>
        {
            var current = team.TextList("models");
            var left = current.Except(removed, StringComparer.Ordinal).ToList();
            if (left.Count == 0 && current.Count > 0)
            {
                // An empty list would let the team call everything.
                left.Add("no-default-models");
            }

            return new JsonObject { ["models"] = left.ToJsonArray() };
        }, cancellationToken);
    }

    /// <summary>Adds a callback for calls of the team.</summary>
    public async Task<JsonObject> AddCallbackAsync(AdminCaller caller, string teamId, Fields fields, CancellationToken cancellationToken)
    {
        var name = fields.RequiredText("callback_name");
        var type = fields.Text("callback_type") ?? "success_and_failure";
        if (!CallbackTypes.Contains(type, StringComparer.Ordinal))
        {
            throw fields.Fault("literal_error", "callback_type", "Input should be 'success', 'failure' or 'success_and_failure'", type);
        }

        var variables = fields.Object("callback_vars") ?? [];
        foreach (var (variable, _) in variables)
        {
            _ = new Fields(variables).RequiredText(variable);
        }

        var data = await ChangeAsync(caller, teamId, $"/team/{teamId}/callback", Unchecked, team =>
        {
            var metadata = team.MapCopy("metadata");
            var settings = metadata.MapCopy("callback_settings");
            Append(settings, "success_callback", name, teamId, type is not "failure");
            Append(settings, "failure_callback", name, teamId, type is not "success");
            var all = settings.MapCopy("callback_vars");
            all.Overlay(variables);
            settings["callback_vars"] = all;
            metadata["callback_settings"] = settings;
            return new JsonObject { ["metadata"] = metadata };
        }, cancellationToken);
        return new JsonObject { ["status"] = "success", ["data"] = data };
    }

    /// <summary>The callbacks for calls of the team.</summary>
    public Task<JsonObject> CallbacksAsync(AdminCaller caller, string teamId, CancellationToken cancellationToken)
        => _database.ReadAsync(
            async rows =>
            {
                var team = await rows.FindAsync(Tables.Teams, teamId) ?? throw TeamService.NotFound(teamId);
                if (!caller.MaySeeAll)
                {
                    await TeamService.RequireManagerAsync(rows, caller, team, $"/team/{teamId}/callback");
                }

                var settings = team.MapCopy("metadata").MapCopy("callback_settings");
                var data = CallbacksOf(teamId, settings);
                data["callback_vars"] = settings.MapCopy("callback_vars");
                return new JsonObject { ["status"] = "success", ["data"] = data };
            },
            cancellationToken);

    /// <summary>Removes all callbacks for calls of the team.</summary>
    public async Task<JsonObject> DisableLoggingAsync(AdminCaller caller, string teamId, CancellationToken cancellationToken)
    {
        await ChangeAsync(caller, teamId, $"/team/{teamId}/disable_logging", Unchecked, static team =>
        {
            var metadata = team.MapCopy("metadata");
            metadata["callback_settings"] = new JsonObject
            {
                ["success_callback"] = new JsonArray(),
                ["failure_callback"] = new JsonArray(),
                ["callback_vars"] = new JsonObject(),
            };
            return new JsonObject { ["metadata"] = metadata };
        }, cancellationToken);
        return new JsonObject
        {
            ["status"] = "success",
            ["message"] = $"Logging disabled for team {teamId}",
            ["data"] = CallbacksOf(teamId, []),
        };
    }

    private static JsonObject CallbacksOf(string teamId, JsonObject settings) => new()
    {
        ["team_id"] = teamId,
        ["success_callbacks"] = settings.TextList("success_callback").ToJsonArray(),
        ["failure_callbacks"] = settings.TextList("failure_callback").ToJsonArray(),
    };

    private static void Append(JsonObject settings, string list, string name, string teamId, bool wanted)
    {
        var names = settings.TextList(list);
        if (wanted)
        {
            if (names.Contains(name, StringComparer.Ordinal))
            {
                throw AdminException.Detail(400, $"callback_name = {name} already exists in {list}, for team_id = {teamId}");
            }

            names.Add(name);
        }

        settings[list] = names.ToJsonArray();
    }

    private static IReadOnlyList<string> RequiredModels(Fields fields) => fields.Has("models")
        ? fields.Texts("models") ?? []
        : throw AdminException.Invalid(new ValidationFault("missing", ["body", "models"], "Field required", fields.Json));

    private static Task Unchecked(IRowReader rows, JsonObject before, JsonObject changes) => Task.CompletedTask;

    private Task<JsonObject> ChangeAsync(
        AdminCaller caller,
        string teamId,
        string route,
        Func<IRowReader, JsonObject, JsonObject, Task> checkTeamAdmin,
        Func<JsonObject, JsonObject> change,
        CancellationToken cancellationToken)
        => _database.WriteAsync(
            async rows =>
            {
                var team = await _roster.LockAsync(rows, teamId) ?? throw TeamService.NotFound(teamId);
                await TeamService.RequireManagerAsync(rows, caller, team, route);
                var changes = change(team);
                if (!await TeamAccess.OwnsAsync(rows, caller, team))
                {
                    await checkTeamAdmin(rows, team, changes);
                }

                var after = (JsonObject)team.DeepClone();
                after.Overlay(changes);
                if (changes.ContainsKey("models"))
                {
                    await OrganizationBounds.CheckAsync(rows, after);
                }

                return await SaveAsync(rows, caller, team, changes);
            },
            cancellationToken);

    private async Task<JsonObject> SaveAsync(IRowWriter rows, AdminCaller caller, JsonObject before, JsonObject changes)
    {
        var id = before.Text("team_id")!;
        await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", id), changes);
        await _audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Teams, id, before, changes);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, id));
        return await TeamShapes.RowAsync(rows, (await rows.FindAsync(Tables.Teams, id))!);
    }
}
