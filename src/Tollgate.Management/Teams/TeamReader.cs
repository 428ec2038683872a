using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Teams;

/// <summary>Reads teams (admin-api.md 7.2, 7.3).</summary>
public sealed class TeamReader(IDatabase database, TeamSettings settings)
{
    private static readonly ErrorGroup InfoErrors = ErrorGroup.Auth;

    private static readonly string[] Copies =
    [
        "tags", "guardrails", "policies", "prompts", "model_rpm_limit", "model_tpm_limit", "tpm_limit_type", "rpm_limit_type",
        "team_member_key_duration",
    ];

    /// <summary>One team with its keys and memberships.</summary>
    public Task<JsonObject> InfoAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        if (query.Text("team_id") is not { Length: > 0 } id)
        {
            throw AdminException.Of(InfoErrors, 422, "Malformed request. No team id passed in.");
        }

        return database.ReadAsync(
            async rows =>
            {
                var team = await rows.FindAsync(Tables.Teams, id)
                    ?? throw AdminException.Of(InfoErrors, 404, $"Team not found, passed team id: {id}.");
                if (!await TeamAccess.SeesAsync(rows, caller, team))
                {
                    throw AdminException.Of(InfoErrors, 403, $"User={caller.UserId} not authorized to access this team={id}");
                }

                var keys = await rows.SelectAsync(Tables.Keys, Filter.Equal("team_id", id), [new SortBy("created_at")]);
                var memberships = await rows.SelectAsync(Tables.TeamMemberships, Filter.Equal("team_id", id), [new SortBy("user_id")]);
                return new JsonObject
                {
                    ["team_id"] = id,
                    ["team_info"] = await DetailsAsync(rows, team, keys.Count),
                    ["keys"] = keys.Select(static key => KeyShapes.Row(key, withToken: false)).ToJsonArray(),
                    ["team_memberships"] = await TeamShapes.MembershipsAsync(rows, memberships),
                };
            },
            cancellationToken);
    }

    /// <summary>Teams in full, unpaged: all of them, those of a user or of an organization.</summary>
    public Task<JsonNode> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
        => database.ReadAsync<JsonNode>(
            async rows =>
            {
                var filter = await VisibleAsync(rows, caller, query);
                var teams = await rows.SelectAsync(Tables.Teams, filter, [new SortBy("created_at")]);
                var ids = teams.Select(static team => team.Text("team_id")!).ToList();
                var keys = (await rows.SelectAsync(Tables.Keys, Filter.In("team_id", ids))).ToLookup(static key => key.Text("team_id"), StringComparer.Ordinal);
                var memberships = (await TeamShapes.MembershipsAsync(rows, await rows.SelectAsync(
                    Tables.TeamMemberships, Filter.In("team_id", ids)))).OfType<JsonObject>().ToLookup(static row => row.Text("team_id"), StringComparer.Ordinal);
                var shaped = await TeamShapes.RowsAsync(rows, teams);
                foreach (var team in shaped)
                {
                    var id = team.Text("team_id");
                    team["team_memberships"] = memberships[id].Select(static row => (JsonObject)row.DeepClone()).ToJsonArray();
                    team["keys"] = keys[id].Select(static key => KeyShapes.Row(key)).ToJsonArray();
                }

                return shaped.ToJsonArray();
            },
            cancellationToken);

    /// <summary>A page of teams, or of deleted ones.</summary>
    public Task<JsonObject> PageAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var page = Paging.Read(query, 10);
        var table = query.Text("status") switch
        {
            null or "" => Tables.Teams,
            "deleted" => Tables.DeletedTeams,
            var other => throw AdminException.Detail(400, $"Invalid status value: {other}. Only 'deleted' is supported."),
        };
        var order = TeamFilters.Order(query);
        return database.ReadAsync(
            async rows =>
            {
                var filter = Filter.All(await VisibleAsync(rows, caller, query), TeamFilters.Read(query));
                var total = await rows.CountAsync(table, filter);
                var teams = await TeamShapes.RowsAsync(rows, await rows.SelectAsync(table, filter, order, page.Range));
                foreach (var team in teams)
                {
                    team["members_count"] = TeamShapes.Members(team).Count;
                    team["keys_count"] = await rows.CountAsync(Tables.Keys, Filter.Equal("team_id", team.Text("team_id")));
                }

                return page.Answer("teams", teams.ToJsonArray(), total);
            },
            cancellationToken);
    }

    /// <summary>Teams that the caller may join and is not in.</summary>
    public Task<JsonNode> AvailableAsync(AdminCaller caller, CancellationToken cancellationToken)
        => database.ReadAsync<JsonNode>(
            async rows =>
            {
                var teams = await rows.SelectAsync(Tables.Teams, Filter.In("team_id", settings.Available), [new SortBy("team_alias")]);
                return (await TeamShapes.RowsAsync(rows, [.. teams.Where(team => TeamAccess.EntryOf(team, caller.UserId) is null)])).ToJsonArray();
            },
            cancellationToken);

    /// <summary>Teams by id or alias, for a search field.</summary>
    public Task<JsonNode> SearchAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var page = Paging.Read(query, 50);
        return database.ReadAsync<JsonNode>(
            async rows =>
            {
                var visible = caller.MaySeeAll ? Filter.None : await OwnAsync(rows, caller);
                var teams = await rows.SelectAsync(
                    Tables.Teams, Filter.All(visible, TeamFilters.Read(query)), [new SortBy("team_alias")], page.Range);
                return (await TeamShapes.RowsAsync(rows, teams)).ToJsonArray();
            },
            cancellationToken);
    }

    /// <summary>The caller's own membership of a team.</summary>
    public Task<JsonObject> OwnMembershipAsync(AdminCaller caller, string teamId, CancellationToken cancellationToken)
        => database.ReadAsync(
            async rows =>
            {
                var team = await rows.FindAsync(Tables.Teams, teamId);
                if (team is null || TeamAccess.EntryOf(team, caller.UserId) is not { } entry)
                {
                    throw AdminException.Detail(404, $"User is not a member of team {teamId}");
                }

                var row = await rows.FindAsync(Tables.TeamMemberships, caller.UserId!, teamId)
                    ?? new JsonObject { ["user_id"] = caller.UserId, ["team_id"] = teamId, ["spend"] = 0.0 };
                var membership = (JsonObject)(await TeamShapes.MembershipsAsync(rows, [row]))[0]!.DeepClone();
                membership["role"] = entry.Text("role");
                membership["user_email"] = entry.Text("user_email");
                membership["team_alias"] = team.Text("team_alias");
                return membership;
            },
            cancellationToken);

    private static async Task<JsonObject> DetailsAsync(IRowReader rows, JsonObject team, int keys)
    {
        var shaped = await TeamShapes.RowAsync(rows, team);
        var budget = TeamMemberBudget.IdOf(team) is { } id && await rows.FindAsync(Tables.Budgets, id) is { } row
            ? BudgetShapes.Row(row)
            : null;
        shaped["team_member_budget_table"] = budget;
        shaped["access_group_models"] = null;
        shaped["access_group_mcp_server_ids"] = null;
        shaped["access_group_agent_ids"] = null;
        shaped["members_count"] = TeamShapes.Members(team).Count;
        shaped["keys_count"] = keys;
        var metadata = team["metadata"] as JsonObject;
        foreach (var name in Copies.Where(name => metadata?[name] is not null && shaped[name] is null or JsonArray { Count: 0 }))
        {
            shaped[name] = metadata?[name]?.DeepClone() ?? shaped[name]?.DeepClone();
        }

        shaped["model_aliases"] = (shaped["litellm_model_table"] as JsonObject)?["model_aliases"]?.DeepClone();
        shaped["team_member_budget"] = budget?["max_budget"]?.DeepClone();
        shaped["team_member_budget_duration"] = budget?["budget_duration"]?.DeepClone();
        shaped["team_member_rpm_limit"] = budget?["rpm_limit"]?.DeepClone();
        shaped["team_member_tpm_limit"] = budget?["tpm_limit"]?.DeepClone();
        return shaped;
    }

    /// <summary>The teams that the query asks for, as far as the caller may ask.</summary>
    private static async Task<Filter> VisibleAsync(IRowReader rows, AdminCaller caller, Fields query)
    {
        var user = query.Text("user_id") is { Length: > 0 } given ? given : null;
        var organization = query.Text("organization_id") is { Length: > 0 } named ? named : null;
        var byOrganization = organization switch
        {
            null => Filter.None,
            "default_organization" => Filter.Equal("organization_id", null),
            _ => Filter.Equal("organization_id", organization),
        };
        if (!caller.MaySeeAll)
        {
            var run = await TeamAccess.OrganizationsOfAsync(rows, caller);
            if (user is null && run.Count > 0)
            {
                return Filter.All(byOrganization, Filter.Any(Filter.In("organization_id", run), await TeamFilters.OfUserAsync(rows, caller.UserId!)));
            }

            if (user is null || !string.Equals(user, caller.UserId, StringComparison.Ordinal))
            {
                throw AdminException.Detail(
                    401, $"Only admin users can query all teams/other teams. Your user role={caller.RoleName}");
            }
        }

        return user is null ? byOrganization : Filter.All(byOrganization, await TeamFilters.OfUserAsync(rows, user));
    }

    private static async Task<Filter> OwnAsync(IRowReader rows, AdminCaller caller)
    {
        if (caller.UserId is null)
        {
            return Filter.Any();
        }

        var run = await TeamAccess.OrganizationsOfAsync(rows, caller);
        return Filter.Any(Filter.In("organization_id", run), await TeamFilters.OfUserAsync(rows, caller.UserId));
    }
}
