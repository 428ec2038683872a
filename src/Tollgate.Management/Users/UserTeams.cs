using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Shapes;
using Tollgate.Management.Teams;

namespace Tollgate.Management.Users;

/// <summary>Puts users into teams and organizations and takes them out, within a transaction of the caller's.</summary>
public sealed class UserTeams(AuditLog audit, TimeProvider time)
{
    /// <summary>Makes a user a member of teams; teams that do not exist, and those that have the member already, are passed over.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="user">The user's row.</param>
    /// <param name="teams">Team ids, or objects with <c>team_id</c>, <c>user_role</c> and <c>max_budget_in_team</c>.</param>
    /// <returns>Ids of the teams that the user is now in by this.</returns>
    public async Task<IReadOnlyList<string>> JoinAsync(IRowWriter rows, AdminCaller caller, JsonObject user, JsonArray teams)
    {
        var joined = new List<string>();
        var userId = user["user_id"]!.GetValue<string>();
        foreach (var item in teams)
        {
            var wish = Wish(item);
            var id = wish.RequiredText("team_id");
            if (await LockAsync(rows, id) is not { } team)
            {
                continue;
            }

            joined.Add(id);
            if (team.RoleOf(userId) is null)
            {
                var after = TeamShapes.Members(team.Row);
                after.Add(new JsonObject
                {
                    ["user_id"] = userId,
                    ["user_email"] = user["user_email"]?.DeepClone(),
                    ["role"] = wish.Text("user_role") is "admin" ? "admin" : "user",
                });
                await WriteMembersAsync(rows, caller, team, after);
                await rows.UpsertAsync(Tables.TeamMemberships, new JsonObject
                {
                    ["user_id"] = userId,
                    ["team_id"] = id,
                    ["budget_id"] = await BudgetAsync(rows, caller, wish) ?? TeamMemberBudget.IdOf(team.Row),
                });
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.TeamMember, $"{id}|{userId}"));
            }
        }

        return joined;
    }

    /// <summary>An entry of <c>teams</c>: a team's id, or an object with more.</summary>
    internal static Fields Wish(JsonNode? item) => new(item as JsonObject ?? new JsonObject { ["team_id"] = item?.DeepClone() });

    /// <summary>Makes a user a plain member of organizations.</summary>
    public async Task JoinOrganizationsAsync(IRowWriter rows, string userId, IEnumerable<string> organizations)
    {
        foreach (var organization in organizations.Distinct(StringComparer.Ordinal))
        {
            if (await rows.FindAsync(Tables.Organizations, organization) is null)
            {
                throw AdminException.Of(ErrorGroup.Internal, 400, $"Organization not found for organization_id={organization}");
            }

            var now = Timestamps.Text(time.GetUtcNow());
            await rows.UpsertAsync(Tables.OrganizationMemberships, new JsonObject
            {
                ["user_id"] = userId,
                ["organization_id"] = organization,
                ["user_role"] = "internal_user",
                ["created_at"] = now,
                ["updated_at"] = now,
            });
            await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Organization, organization));
        }
    }

    /// <summary>Takes a user out of all teams and organizations.</summary>
    public async Task LeaveAllAsync(IRowWriter rows, AdminCaller caller, JsonObject user)
    {
        var userId = user["user_id"]!.GetValue<string>();
        var memberships = await rows.SelectAsync(Tables.TeamMemberships, Filter.Equal("user_id", userId));
        var ids = BudgetRules.TextsOf(user, "teams").Concat(memberships.Select(static row => row["team_id"]!.GetValue<string>()));
        foreach (var id in ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList())
        {
            if (await LockAsync(rows, id) is { } team && team.RoleOf(userId) is not null)
            {
                var left = TeamShapes.Members(team.Row).OfType<JsonObject>().Where(
                    member => !string.Equals(BudgetRules.TextOf(member, "user_id"), userId, StringComparison.Ordinal));
                await WriteMembersAsync(rows, caller, team, new JsonArray([.. left.Select(static member => member.DeepClone())]));
            }
        }

        await rows.DeleteAsync(Tables.TeamMemberships, Filter.Equal("user_id", userId));
        await rows.DeleteAsync(Tables.OrganizationMemberships, Filter.Equal("user_id", userId));
        await rows.DeleteAsync(
            Tables.Invitations, Filter.Any(Filter.Equal("user_id", userId), Filter.Equal("created_by", userId), Filter.Equal("updated_by", userId)));
    }

    /// <summary>A team as answers about users show it (admin-api.md 4.10).</summary>
    internal static JsonObject Shape(JsonObject team)
    {
        var shape = (JsonObject)team.DeepClone();

        // COMPAT: a team without members has an object in this column (database.md 2.3).
        shape["members_with_roles"] = shape["members_with_roles"] is JsonArray members ? members.DeepClone() : new JsonArray();
        foreach (var name in (ReadOnlySpan<string>)["admins", "members", "models", "team_member_permissions", "access_group_ids", "policies"])
        {
            shape[name] ??= new JsonArray();
        }

        shape["litellm_model_table"] = null;
        shape["object_permission"] = null;
        return shape;
    }

    private async Task WriteMembersAsync(IRowWriter rows, AdminCaller caller, TeamFacts team, JsonArray members)
    {
        var changes = new JsonObject
        {
            ["members_with_roles"] = members,
            ["members"] = TeamRoster.IdsOf(members),
            ["updated_at"] = Timestamps.Text(time.GetUtcNow()),
        };
        await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", team.Id), changes);
        await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Teams, team.Id, team.Row, changes);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, team.Id));
    }

    /// <summary>The budget row that the wish asks for; null when it asks for none.</summary>
    private async Task<string?> BudgetAsync(IRowWriter rows, AdminCaller caller, Fields wish)
    {
        if (BudgetRules.Amount(wish, "max_budget_in_team", ErrorGroup.Internal) is not { } most)
        {
            return null;
        }

        var now = Timestamps.Text(time.GetUtcNow());
        var id = Guid.NewGuid().ToString();
        await rows.InsertAsync(Tables.Budgets, new JsonObject
        {
            ["budget_id"] = id,
            ["max_budget"] = most,
            ["created_at"] = now,
            ["created_by"] = caller.ChangedBy,
            ["updated_at"] = now,
            ["updated_by"] = caller.ChangedBy,
        });
        return id;
    }

    /// <summary>The team's row, locked until the transaction ends, so that two who join or leave at once do not undo one another.</summary>
    private async Task<TeamFacts?> LockAsync(IRowWriter rows, string teamId)
        => await rows.UpdateAsync(
            Tables.Teams, Filter.Equal("team_id", teamId), new JsonObject { ["updated_at"] = Timestamps.Text(time.GetUtcNow()) }) > 0
            ? await TeamFacts.FindAsync(rows, teamId)
            : null;
}
