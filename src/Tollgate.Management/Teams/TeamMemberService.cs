using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;
using Tollgate.Management.Users;

namespace Tollgate.Management.Teams;

/// <summary>Members of teams: joining, budgets within the team, leaving (admin-api.md 7.7 to 7.9).</summary>
public sealed class TeamMemberService
{
    private const int MostAtOnce = 500;

    private readonly IDatabase _database;
    private readonly AuditLog _audit;
    private readonly BudgetClock _clock;
    private readonly TeamSettings _settings;
    private readonly TeamRoster _roster;
    private readonly KeyWriter _keys;

    /// <summary>Builds the service over its database.</summary>
    public TeamMemberService(IDatabase database, AuditLog audit, BudgetClock clock, TeamSettings settings, KeyWriter keys)
    {
        _database = database;
        _audit = audit;
        _clock = clock;
        _settings = settings;
        _keys = keys;
        _roster = new TeamRoster(new People(audit, clock, ErrorGroup.Detail), clock);
    }

    /// <summary>Adds one member or several; users who do not exist are made.</summary>
    public Task<JsonObject> AddAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        var members = NamedMember.ReadAll(fields, "member", NamedMember.TeamRoles);
        var budget = OwnBudget(fields);
        return _database.WriteAsync(rows => AddAsync(rows, caller, id, members, budget), cancellationToken);
    }

    /// <summary>Adds many members, each on its own: one that fails does not stop the others.</summary>
    public async Task<JsonObject> AddManyAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        var budget = OwnBudget(fields);
        var members = fields.Flag("all_users") == true
            ? await EveryoneAsync(caller, cancellationToken)
            : NamedMember.ReadAll(fields, "members", NamedMember.TeamRoles);
        if (members.Count is 0 or > MostAtOnce)
        {
            throw AdminException.Detail(400, members.Count == 0
                ? "Must specify either 'members' or set 'all_users' to true"
                : $"Maximum {MostAtOnce} members can be added at once. Found {members.Count} members.");
        }

        var results = new JsonArray();
        JsonObject? updated = null;
        foreach (var member in members)
        {
            var (result, team) = await TryAddAsync(caller, id, member, budget, cancellationToken);
            results.Add(result);
            updated = team ?? updated;
        }

        var added = results.Count(static result => result is JsonObject row && row.IsTrue("success"));
        return new JsonObject
        {
            ["team_id"] = id,
            ["results"] = results,
            ["total_requested"] = members.Count,
            ["successful_additions"] = added,
            ["failed_additions"] = members.Count - added,
            ["updated_team"] = updated,
        };
    }

    /// <summary>Changes the role of a member, or what a member may spend and call within the team.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        var (userId, email) = NamedMember.ReadIds(fields);
        var role = fields.Text("role");
        if (role is not (null or "admin" or "user"))
        {
            throw fields.Fault("literal_error", "role", "Input should be 'admin' or 'user'", role);
        }

        var changes = OwnBudget(fields);
        return _database.WriteAsync(
            async rows =>
            {
                var team = await _roster.LockAsync(rows, id) ?? throw AdminException.Detail(400, $"Team id={id} does not exist in db");
                await TeamService.RequireManagerAsync(rows, caller, team, "/team/member_update");
                var entries = TeamShapes.Members(team);
                var entry = Find(entries, new NamedMember(userId, email, "user"))
                    ?? throw AdminException.Detail(400, $"User id doesn't exist in team table. Data={AdminJson.ToText(fields.Json)}");
                var member = entry.Text("user_id")!;
                var budget = await new MemberBudgets(_clock).ChangeAsync(rows, caller, team, member, changes);
                if (role is not null)
                {
                    entry["role"] = role;
                }

                await SaveAsync(rows, caller, team, entries);
                return new JsonObject
                {
                    ["team_id"] = id,
                    ["user_id"] = member,
                    ["user_email"] = entry.Text("user_email"),
                    ["max_budget_in_team"] = budget?["max_budget"]?.DeepClone(),
                    ["tpm_limit"] = budget?["tpm_limit"]?.DeepClone(),
                    ["rpm_limit"] = budget?["rpm_limit"]?.DeepClone(),
                    ["allowed_models"] = budget?["allowed_models"]?.DeepClone(),
                };
            },
            cancellationToken);
    }

    /// <summary>Takes a member out of a team, with the member's keys of that team.</summary>
    public Task<JsonObject> RemoveAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("team_id");
        var (userId, email) = NamedMember.ReadIds(fields);
        return _database.WriteAsync(
            async rows =>
            {
                var team = await _roster.LockAsync(rows, id) ?? throw AdminException.Detail(400, $"Team id={id} does not exist in db");
                await TeamService.RequireManagerAsync(rows, caller, team, "/team/member_delete");
                var entries = TeamShapes.Members(team);
                var entry = Find(entries, new NamedMember(userId, email, "user"))
                    ?? throw AdminException.Detail(400, "User not found in team");
                entries.Remove(entry);
                if (entry.Text("user_id") is { } member)
                {
                    await _roster.LeaveAsync(rows, id, member);
                    foreach (var key in await rows.SelectAsync(Tables.Keys, TeamRoster.Membership(id, member)))
                    {
                        await _keys.DeleteAsync(rows, caller, key);
                    }
                }

                await SaveAsync(rows, caller, team, entries);
                return await TeamShapes.RowAsync(rows, (await rows.FindAsync(Tables.Teams, id))!);
            },
            cancellationToken);
    }

    private JsonObject OwnBudget(Fields fields)
    {
        var columns = new JsonObject();
        var budget = new BudgetFields(fields, ErrorGroup.Detail);
        budget.ReadMoney(columns, "max_budget_in_team", "max_budget");
        budget.ReadLimit(columns, "tpm_limit");
        budget.ReadLimit(columns, "rpm_limit");
        budget.ReadDuration(columns, _clock);
        if (fields.Has("allowed_models"))
        {
            columns["allowed_models"] = (fields.Texts("allowed_models") ?? []).ToJsonArray();
        }

        return columns;
    }

    private async Task<JsonObject> AddAsync(
        IRowWriter rows, AdminCaller caller, string id, List<NamedMember> members, JsonObject budget)
    {
        var team = await _roster.LockAsync(rows, id) ?? throw AdminException.Detail(404, $"Team not found for team_id={id}");
        if (!IsOwnJoining(caller, id, members, budget))
        {
            await TeamService.RequireManagerAsync(rows, caller, team, "/team/member_add");
        }

        var entries = TeamShapes.Members(team);
        var users = new JsonArray();
        var memberships = new List<JsonObject>();
        NamedMember? refused = null;
        foreach (var named in members)
        {
            // A person named by e-mail may be in the team by id.
            var member = named.UserId is null ? named with { UserId = await People.FindByEmailAsync(rows, named.UserEmail!, ErrorGroup.Detail) } : named;
            if (Find(entries, member) is not null)
            {
                refused ??= named;
                continue;
            }

            var joined = await _roster.JoinAsync(rows, caller, id, member, await BudgetOfAsync(rows, caller, team, budget));
            var userId = joined.Entry.Text("user_id")!;
            entries.Add(joined.Entry);
            users.Add(UserShapes.Row((await rows.FindAsync(Tables.Users, userId))!));
            memberships.Add((await rows.FindAsync(Tables.TeamMemberships, userId, id))!);
        }

        if (users.Count == 0)
        {
            throw refused is null ? AdminException.Detail(400, "No members were given.") : AlreadyMember(refused);
        }

        await SaveAsync(rows, caller, team, entries);
        var shaped = await TeamShapes.RowAsync(rows, (await rows.FindAsync(Tables.Teams, id))!);
        shaped["updated_users"] = users;
        shaped["updated_team_memberships"] = await TeamShapes.MembershipsAsync(rows, memberships);
        return shaped;
    }

    private static AdminException AlreadyMember(NamedMember member) => AdminException.Proxy(
        400,
        $"User already in team. Member: user_id={member.UserId ?? "None"}, user_email={member.UserEmail ?? "None"}",
        "team_member_already_in_team",
        "user_id");

    /// <summary>Users may put themselves, as plain members, into the teams that the operator opened to all.</summary>
    private bool IsOwnJoining(AdminCaller caller, string id, List<NamedMember> members, JsonObject budget)
        => budget.Count == 0 && _settings.IsAvailable(id)
            && members is [{ Role: "user", UserId: { } userId }] && string.Equals(userId, caller.UserId, StringComparison.Ordinal);

    private async Task<string?> BudgetOfAsync(IRowWriter rows, AdminCaller caller, JsonObject team, JsonObject budget)
        => budget.All(static column => column.Value is null)
            ? TeamMemberBudget.IdOf(team)
            : await BudgetRows.InsertAsync(rows, caller, _clock, budget);

    private async Task SaveAsync(IRowWriter rows, AdminCaller caller, JsonObject before, JsonArray entries)
    {
        var id = before.Text("team_id")!;
        await _roster.SaveAsync(rows, id, entries);
        await _audit.RecordAsync(
            rows, caller, AuditAction.Updated, Tables.Teams, id, before, new JsonObject { ["members_with_roles"] = entries.DeepClone() });
    }

    private static JsonObject? Find(JsonArray entries, NamedMember member) => entries.OfType<JsonObject>().FirstOrDefault(member.Is);

    private async Task<List<NamedMember>> EveryoneAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Detail(403, "Only proxy admins can add all users to a team.");
        }

        var users = await _database.ReadAsync(
            static rows => rows.SelectAsync(Tables.Users, Filter.None, [new SortBy("user_id")], new RowRange(MostAtOnce + 1)), cancellationToken);
        return [.. users.Select(static user => new NamedMember(user.Text("user_id"), null, "user"))];
    }

    private async Task<(JsonObject Result, JsonObject? Team)> TryAddAsync(
        AdminCaller caller, string id, NamedMember member, JsonObject budget, CancellationToken cancellationToken)
    {
        var result = new JsonObject
        {
            ["user_id"] = member.UserId,
            ["user_email"] = member.UserEmail,
            ["success"] = true,
            ["error"] = null,
        };
        try
        {
            var team = await _database.WriteAsync(rows => AddAsync(rows, caller, id, [member], budget), cancellationToken);
            result["updated_user"] = team["updated_users"]![0]!.DeepClone();
            result["updated_team_membership"] = team["updated_team_memberships"]![0]!.DeepClone();
            team.Remove("updated_users");
            team.Remove("updated_team_memberships");
            return (result, team);
        }
        catch (AdminException error) when (error.Status is 400)
        {
            result["success"] = false;
            result["error"] = error.Message;
            result["updated_user"] = null;
            result["updated_team_membership"] = null;
            return (result, null);
        }
    }
}
