using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>Who may see and change a team (admin-api.md 3.4, 7).</summary>
internal static class TeamAccess
{
    /// <summary>Role in an organization whose holder runs its teams.</summary>
    public const string OrganizationAdmin = "org_admin";

    /// <summary>The entry of a user in <c>members_with_roles</c>; null when the user is no member.</summary>
    public static JsonObject? EntryOf(JsonObject team, string? userId)
        => userId is null ? null : (team["members_with_roles"] as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(entry => string.Equals(entry.Text("user_id"), userId, StringComparison.Ordinal));

    /// <summary>Member with role <c>admin</c>.</summary>
    public static bool IsTeamAdmin(JsonObject team, AdminCaller caller) => EntryOf(team, caller.UserId)?.Text("role") is "admin";

    /// <summary>Administrator of the organization.</summary>
    public static async Task<bool> IsOrganizationAdminAsync(IRowReader rows, AdminCaller caller, string? organizationId)
        => caller.UserId is { } user && organizationId is not null
            && await rows.FindAsync(Tables.OrganizationMemberships, user, organizationId) is { } membership
            && membership.Text("user_role") is OrganizationAdmin;

    /// <summary>Proxy administrator or administrator of the team's organization: may do everything with the team.</summary>
    public static async Task<bool> OwnsAsync(IRowReader rows, AdminCaller caller, JsonObject team)
        => caller.IsAdmin || await IsOrganizationAdminAsync(rows, caller, team.Text("organization_id"));

    /// <summary>As <see cref="OwnsAsync"/>, or administrator of the team itself.</summary>
    public static async Task<bool> ManagesAsync(IRowReader rows, AdminCaller caller, JsonObject team)
        => IsTeamAdmin(team, caller) || await OwnsAsync(rows, caller, team);

    /// <summary>Who may read a team: those who see all, its members, its keys, administrators of its organization.</summary>
    public static async Task<bool> SeesAsync(IRowReader rows, AdminCaller caller, JsonObject team)
        => caller.MaySeeAll
            || EntryOf(team, caller.UserId) is not null
            || (caller.Key?.TeamId is { } keyTeam && string.Equals(keyTeam, team.Text("team_id"), StringComparison.Ordinal))
            || await IsOrganizationAdminAsync(rows, caller, team.Text("organization_id"));

    /// <summary>Organizations that the caller runs.</summary>
    public static async Task<List<string>> OrganizationsOfAsync(IRowReader rows, AdminCaller caller)
    {
        if (caller.UserId is null)
        {
            return [];
        }

        var memberships = await rows.SelectAsync(Tables.OrganizationMemberships, Filter.All(
            Filter.Equal("user_id", caller.UserId), Filter.Equal("user_role", OrganizationAdmin)));
        return [.. memberships.Select(static row => row.Text("organization_id")).OfType<string>()];
    }
}
