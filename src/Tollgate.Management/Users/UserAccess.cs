using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

/// <summary>Who may see and change which user (admin-api.md 6).</summary>
internal static class UserAccess
{
    /// <summary>What users may change of themselves; everything else decides about money and rights.</summary>
    private static readonly HashSet<string> OwnFields = new(StringComparer.Ordinal) { "user_id", "user_email", "password", "user_alias" };

    /// <summary>Who may set these of another user can log in as that user, also where that user has more rights.</summary>
    private static readonly string[] LoginFields = ["password", "user_email", "sso_user_id"];

    /// <summary>Organizations that the caller administers.</summary>
    public static async Task<HashSet<string>> OrganizationsAsync(IRowReader rows, AdminCaller caller)
    {
        if (caller.UserId is not { } user)
        {
            return [];
        }

        var memberships = await rows.SelectAsync(
            Tables.OrganizationMemberships, Filter.All(Filter.Equal("user_id", user), Filter.Equal("user_role", "org_admin")));
        return memberships.Select(static row => row["organization_id"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>True for the gateway's administrator, and for one of an organization that the user is in (unless the user ranks higher).</summary>
    public static async Task<bool> AdministersAsync(IRowReader rows, AdminCaller caller, JsonObject user)
    {
        if (caller.IsAdmin)
        {
            return true;
        }

        if (AdminCaller.RoleOf(BudgetRules.TextOf(user, "user_role")) is AdminRole.ProxyAdmin or AdminRole.ProxyAdminViewer)
        {
            return false;
        }

        var own = await OrganizationsAsync(rows, caller);
        return own.Count > 0 && await rows.CountAsync(
            Tables.OrganizationMemberships,
            Filter.All(Filter.Equal("user_id", BudgetRules.TextOf(user, "user_id")), Filter.In("organization_id", own))) > 0;
    }

    /// <summary>Checks an update of a user by himself or by somebody above him.</summary>
    public static async Task CheckUpdateAsync(IRowReader rows, AdminCaller caller, JsonObject? user, Fields fields)
    {
        if (caller.IsAdmin)
        {
            return;
        }

        if (fields.Any("user_role") is not null)
        {
            throw AdminException.Of(ErrorGroup.Auth, 403, "Only proxy admins can modify user roles.");
        }

        var isOwn = user is not null && caller.UserId is { } self
            && string.Equals(BudgetRules.TextOf(user, "user_id"), self, StringComparison.Ordinal);
        if (user is not null && KeyAccess.MayWrite(caller) && await AdministersAsync(rows, caller, user))
        {
            if (!isOwn && Array.Find(LoginFields, name => IsChanged(user, fields, name)) is { } login)
            {
                throw AdminException.Of(ErrorGroup.Auth, 403, $"Only PROXY_ADMIN can update {login} of other users.");
            }

            return;
        }

        if (!isOwn)
        {
            throw AdminException.Of(
                ErrorGroup.Auth, 403, "User does not have permission to update this user. Only PROXY_ADMIN can update other users.");
        }

        // Null is no less than a value: it takes a budget away.
        if (fields.Json.FirstOrDefault(static member => !OwnFields.Contains(member.Key)) is { Key: { } refused })
        {
            throw AdminException.Of(ErrorGroup.Auth, 403, $"Only PROXY_ADMIN can update {refused}.");
        }
    }

    /// <summary>True when every organization that the user is in is one of the caller's, so that nobody else loses the user.</summary>
    public static async Task<bool> OwnsAsync(IRowReader rows, AdminCaller caller, JsonObject user)
    {
        if (caller.IsAdmin)
        {
            return true;
        }

        if (!KeyAccess.MayWrite(caller) || !await AdministersAsync(rows, caller, user))
        {
            return false;
        }

        var own = await OrganizationsAsync(rows, caller);
        var all = await rows.SelectAsync(Tables.OrganizationMemberships, Filter.Equal("user_id", BudgetRules.TextOf(user, "user_id")));
        return all.All(membership => own.Contains(BudgetRules.TextOf(membership, "organization_id")!));
    }

    // A form that sends the address it was filled with changes nothing.
    private static bool IsChanged(JsonObject user, Fields fields, string name)
        => fields.Any(name) is not null && !string.Equals(BudgetRules.TextOf(user, name), fields.Text(name), StringComparison.Ordinal);
}
