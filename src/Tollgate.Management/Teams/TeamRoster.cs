using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>Writes memberships: the list in the team's row, the membership's row and the list in the user's row belong together.</summary>
internal sealed class TeamRoster(People people, BudgetClock clock)
{
    /// <summary>The users' row and the entry for <c>members_with_roles</c> of somebody who joins.</summary>
    internal readonly record struct Joined(JsonObject User, JsonObject Entry);

    /// <summary>The team's row, locked until the transaction ends; null when there is none.</summary>
    public async Task<JsonObject?> LockAsync(IRowWriter rows, string teamId)
        => await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", teamId), new JsonObject { ["updated_at"] = clock.Now }) > 0
            ? await rows.FindAsync(Tables.Teams, teamId)
            : null;

    /// <summary>Makes a user a member. The caller puts the entry into the team's row.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="member">Who joins.</param>
    /// <param name="budgetId">Budget row of the membership; null for none.</param>
    public async Task<Joined> JoinAsync(IRowWriter rows, AdminCaller caller, string teamId, NamedMember member, string? budgetId)
    {
        var user = await people.FindOrMakeAsync(rows, caller, member);
        var userId = user.Text("user_id")!;
        await People.AddTeamAsync(rows, user, teamId);
        if (await rows.FindAsync(Tables.TeamMemberships, userId, teamId) is null)
        {
            await rows.InsertAsync(Tables.TeamMemberships, new JsonObject
            {
                ["user_id"] = userId,
                ["team_id"] = teamId,
                ["budget_id"] = budgetId,
            });
        }
        else if (budgetId is not null)
        {
            // Spend of somebody who was a member before stays.
            await rows.UpdateAsync(Tables.TeamMemberships, Membership(teamId, userId), new JsonObject { ["budget_id"] = budgetId });
        }

        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.TeamMember, $"{teamId}|{userId}"));
        return new Joined(user, new JsonObject
        {
            ["user_id"] = userId,
            ["user_email"] = member.UserEmail ?? user.Text("user_email"),
            ["role"] = member.Role,
        });
    }

    /// <summary>Ends a membership. The caller takes the entry out of the team's row.</summary>
    public async Task LeaveAsync(IRowWriter rows, string teamId, string userId)
    {
        await rows.DeleteAsync(Tables.TeamMemberships, Membership(teamId, userId));
        await people.RemoveTeamAsync(rows, userId, teamId);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.TeamMember, $"{teamId}|{userId}"));
    }

    /// <summary>Writes the members into the team's row, also the older list of ids.</summary>
    public async Task SaveAsync(IRowWriter rows, string teamId, JsonArray entries)
    {
        await rows.UpdateAsync(Tables.Teams, Filter.Equal("team_id", teamId), new JsonObject
        {
            ["members_with_roles"] = entries.DeepClone(),
            ["members"] = IdsOf(entries),
            ["updated_at"] = clock.Now,
        });
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, teamId));
    }

    /// <summary>User ids of entries.</summary>
    public static JsonArray IdsOf(JsonArray entries)
        => entries.OfType<JsonObject>().Select(static entry => entry.Text("user_id")).OfType<string>().ToJsonArray();

    /// <summary>The row of one membership.</summary>
    public static Filter Membership(string teamId, string userId)
        => Filter.All(Filter.Equal("team_id", teamId), Filter.Equal("user_id", userId));
}
