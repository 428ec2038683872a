using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Who may see and change which key (admin-api.md 3.4, 5).</summary>
internal static class KeyAccess
{
    /// <summary>True for callers that may write at all; what exactly is decided by the owner of the key.</summary>
    public static bool MayWrite(AdminCaller caller)
        => caller.Role is AdminRole.ProxyAdmin or AdminRole.InternalUser or AdminRole.None or AdminRole.Team;

    /// <summary>True for the gateway's administrator and for those of the key's team or organization.</summary>
    public static async Task<bool> IsAdministratorAsync(IRowReader rows, AdminCaller caller, JsonObject key)
    {
        if (caller.IsAdmin)
        {
            return true;
        }

        if (!MayWrite(caller) || caller.UserId is null)
        {
            return false;
        }

        return (await TeamFacts.FindAsync(rows, BudgetRules.TextOf(key, "team_id")) is { } team
                && await team.IsAdministeredByAsync(rows, caller))
            || await TeamFacts.IsOrganizationAdminAsync(rows, caller, BudgetRules.TextOf(key, "organization_id"));
    }

    /// <summary>True for administrators, for the owner of the key, and for members of its team whom the team lets call this route.</summary>
    public static async Task<bool> MayChangeAsync(IRowReader rows, AdminCaller caller, JsonObject key, string route)
    {
        if (!MayWrite(caller))
        {
            return false;
        }

        if (IsOwner(caller, key) || await IsAdministratorAsync(rows, caller, key))
        {
            return true;
        }

        return await TeamFacts.FindAsync(rows, BudgetRules.TextOf(key, "team_id")) is { } team
            && team.RoleOf(caller.UserId) is not null && team.MemberPermissions.Contains(route, StringComparer.Ordinal);
    }

    /// <summary>True for those who may look at the key: who sees all, the key itself, its owner, and members of its team.</summary>
    public static async Task<bool> MaySeeAsync(IRowReader rows, AdminCaller caller, JsonObject key)
    {
        if (caller.MaySeeAll || IsOwner(caller, key)
            || string.Equals(BudgetRules.TextOf(key, "token"), caller.KeyHash, StringComparison.Ordinal))
        {
            return true;
        }

        return await TeamFacts.FindAsync(rows, BudgetRules.TextOf(key, "team_id")) is { } team
            && (team.RoleOf(caller.UserId) is not null || await team.IsAdministeredByAsync(rows, caller));
    }

    private static bool IsOwner(AdminCaller caller, JsonObject key)
        => caller.UserId is { } user && string.Equals(BudgetRules.TextOf(key, "user_id"), user, StringComparison.Ordinal);
}
