using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Which keys a caller's lists show (admin-api.md 5.6).</summary>
internal static class KeyVisibility
{
    /// <summary>The condition that the caller's role puts on a list.</summary>
    /// <exception cref="AdminException">403 when the query asks for what is not the caller's.</exception>
    public static async Task<Filter> FilterAsync(IRowReader rows, AdminCaller caller, Fields query)
    {
        if (caller.MaySeeAll)
        {
            return Filter.None;
        }

        if (caller.UserId is not { } user)
        {
            throw AdminException.Proxy(
                403, "You are not authorized to access this endpoint. No 'user_id' is associated with your API key.", "bad_request_error");
        }

        var (administered, member) = await TeamsAsync(rows, caller, user);
        if (query.Text("user_id") is { Length: > 0 } asked && !string.Equals(asked, user, StringComparison.Ordinal))
        {
            throw AdminException.Of(ErrorGroup.Internal, 403, "You are not authorized to check another user's keys");
        }

        if (query.Text("team_id") is { Length: > 0 } team && !administered.Contains(team) && !member.Contains(team))
        {
            throw AdminException.Of(ErrorGroup.Internal, 403, "You are not authorized to check this team's keys");
        }

        if (query.Text("organization_id") is { Length: > 0 } organization
            && await rows.FindAsync(Tables.OrganizationMemberships, user, organization) is null)
        {
            throw AdminException.Of(ErrorGroup.Internal, 403, "You are not authorized to check this organization's keys");
        }

        var seen = new List<Filter> { Filter.Equal("user_id", user) };
        if (query.Flag("include_team_keys") == true || query.Text("team_id") is { Length: > 0 })
        {
            seen.Add(Filter.In("team_id", administered));
            seen.Add(Filter.All(Filter.In("team_id", member), Filter.Equal("user_id", null)));
        }

        if (query.Flag("include_created_by_keys") == true)
        {
            seen.Add(Filter.All(
                Filter.Equal("created_by", user),
                Filter.Any(Filter.Equal("team_id", null), Filter.In("team_id", administered.Concat(member)))));
        }

        return Filter.Any(seen);
    }

    private static async Task<(HashSet<string> Administered, HashSet<string> Member)> TeamsAsync(IRowReader rows, AdminCaller caller, string user)
    {
        var administered = new HashSet<string>(StringComparer.Ordinal);
        var member = new HashSet<string>(StringComparer.Ordinal);
        var ids = BudgetRules.TextsOf(await rows.FindAsync(Tables.Users, user), "teams");
        foreach (var row in await rows.SelectAsync(Tables.Teams, Filter.In("team_id", ids)))
        {
            var team = new TeamFacts(row);
            if (await team.IsAdministeredByAsync(rows, caller))
            {
                administered.Add(team.Id);
            }
            else if (team.RoleOf(user) is not null)
            {
                member.Add(team.Id);
            }
        }

        foreach (var membership in await rows.SelectAsync(
            Tables.OrganizationMemberships, Filter.All(Filter.Equal("user_id", user), Filter.Equal("user_role", "org_admin"))))
        {
            foreach (var row in await rows.SelectAsync(
                Tables.Teams, Filter.Equal("organization_id", BudgetRules.TextOf(membership, "organization_id"))))
            {
                administered.Add(new TeamFacts(row).Id);
            }
        }

        return (administered, member);
    }
}
