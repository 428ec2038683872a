using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Activity;

/// <summary>What callers that are no administrators see of daily activity.</summary>
internal static class ActivityScope
{
    /// <summary>Adds the caller's limits and the ids asked for.</summary>
    public static async Task<SqlConditions> LimitAsync(
        IRowReader rows, SqlConditions conditions, SpendScope scope, string owner, ActivityOwner kind, IReadOnlyList<string>? ids)
    {
        switch (owner)
        {
            case "user":
                return ids is [var asked] && !string.Equals(asked, scope.UserId, StringComparison.Ordinal)
                    ? throw AdminException.Detail(403, "You can only view your own activity.")
                    : scope.OnUsers(conditions);
            case "team" when scope.UserId is { } user:
                return await TeamsAsync(rows, conditions, scope, user, ids);
            case "organization" when scope.UserId is { } user:
                return conditions.In(kind.Column, await OrganizationsAsync(rows, user, ids));
            case "tag":
                return scope.OnKeys(conditions.In(kind.Column, ids), rows);
            default:
                throw AdminException.Detail(403, $"Only proxy admin can view {owner} activity.");
        }
    }

    /// <summary>Administrators of a team see all of it, other members what their own keys spent there.</summary>
    private static async Task<SqlConditions> TeamsAsync(
        IRowReader rows, SqlConditions conditions, SpendScope scope, string user, IReadOnlyList<string>? ids)
    {
        var teams = rows.NameOf(Tables.Teams);
        var led = (await rows.QueryAsync(SpendSql.TeamsOf(rows.Kind, teams, "@user", "admin"), ("user", user))).Texts("team_id");
        var all = (await rows.QueryAsync(SpendSql.TeamsOf(rows.Kind, teams, "@user", role: null), ("user", user))).Texts("team_id");
        var wanted = ids ?? all;
        if (wanted.Count == 0 || wanted.FirstOrDefault(id => !all.Contains(id, StringComparer.Ordinal)) is not null)
        {
            throw AdminException.Detail(404, "Team not found");
        }

        conditions.In("team_id", wanted);
        return wanted.All(id => led.Contains(id, StringComparer.Ordinal)) ? conditions
            : led.Count == 0 ? scope.OnKeys(conditions, rows)
            : conditions.Add($"(team_id IN ({Parameters(conditions, led)}) OR {scope.OwnKeys(conditions, rows)})");
    }

    private static string Parameters(SqlConditions conditions, IReadOnlyList<string> values)
        => string.Join(", ", values.Select(conditions.Parameter));

    private static async Task<IReadOnlyList<string>> OrganizationsAsync(IRowReader rows, string user, IReadOnlyList<string>? ids)
    {
        var memberships = await rows.SelectAsync(
            Tables.OrganizationMemberships, Filter.All(Filter.Equal("user_id", user), Filter.Equal("user_role", "org_admin")));
        var led = memberships.Texts("organization_id");
        var wanted = ids ?? led;
        return wanted.Count > 0 && wanted.All(id => led.Contains(id, StringComparer.Ordinal))
            ? wanted
            : throw AdminException.Detail(403, "Only organization admins can view organization activity.");
    }
}
