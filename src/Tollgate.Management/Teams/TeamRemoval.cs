using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>Deletes a team with what hangs on it: the database has no foreign keys for most of that (database.md 2.34).</summary>
internal sealed class TeamRemoval(AuditLog audit, BudgetClock clock, People people, KeyWriter keys)
{
    /// <summary>Deletes a team; a copy stays in the archive.</summary>
    public async Task RemoveAsync(IRowWriter rows, AdminCaller caller, JsonObject team)
    {
        var id = team.Text("team_id")!;
        foreach (var key in await rows.SelectAsync(Tables.Keys, Filter.Equal("team_id", id)))
        {
            await keys.DeleteAsync(rows, caller, key);
        }

        await RemoveMembersAsync(rows, id);
        foreach (var group in await rows.SelectAsync(Tables.AccessGroups, Filter.Holds("assigned_team_ids", id)))
        {
            var left = group.TextList("assigned_team_ids");
            left.Remove(id);
            await rows.UpdateAsync(
                Tables.AccessGroups,
                Filter.Equal("access_group_id", group.Text("access_group_id")),
                new JsonObject { ["assigned_team_ids"] = left.ToJsonArray() });
        }

        await rows.InsertAsync(Tables.DeletedTeams, Archived(team, caller));
        await rows.DeleteAsync(Tables.Teams, Filter.Equal("team_id", id));
        await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Teams, id, team, null);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Team, id));
    }

    /// <summary>The row with the columns that its archive adds (database.md 2.21).</summary>
    private JsonObject Archived(JsonObject team, AdminCaller caller)
    {
        var copy = (JsonObject)team.DeepClone();
        copy["id"] = Guid.NewGuid().ToString();
        copy["deleted_at"] = clock.Now;
        copy["deleted_by"] = caller.UserId;
        copy["deleted_by_api_key"] = caller.KeyHash;
        copy["litellm_changed_by"] = caller.ChangedByHeader;
        return copy;
    }

    private async Task RemoveMembersAsync(IRowWriter rows, string id)
    {
        var memberships = await rows.SelectAsync(Tables.TeamMemberships, Filter.Equal("team_id", id));
        foreach (var membership in memberships)
        {
            await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.TeamMember, $"{id}|{membership.Text("user_id")}"));
        }

        await rows.DeleteAsync(Tables.TeamMemberships, Filter.Equal("team_id", id));
        foreach (var user in await rows.SelectAsync(Tables.Users, Filter.Holds("teams", id), [new SortBy("user_id")]))
        {
            await people.RemoveTeamAsync(rows, user.Text("user_id")!, id);
        }
    }
}
