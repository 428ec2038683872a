using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>
/// Whose keys callers may make or change: a key acts for its user and is paid for by its team, organization and project, so nobody gives a
/// key to somebody of more rights than his own, nor lets strangers pay for it.
/// </summary>
internal static class KeyOwners
{
    private static readonly string[] Payers = ["team_id", "organization_id", "project_id"];

    /// <summary>Refuses a key of the gateway's own administrators to everybody else: whoever holds it has their rights.</summary>
    /// <param name="rows">The database.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="userId">Whose key it is or would be; null for nobody's.</param>
    /// <param name="errors">Shape of the refusal.</param>
    public static async Task CheckRankAsync(IRowReader rows, AdminCaller caller, string? userId, ErrorGroup errors)
    {
        if (caller.IsAdmin || userId is null || string.Equals(userId, caller.UserId, StringComparison.Ordinal)
            || await rows.FindAsync(Tables.Users, userId) is not { } user)
        {
            return;
        }

        if (AdminCaller.RoleOf(BudgetRules.TextOf(user, "user_role")) is AdminRole.ProxyAdmin or AdminRole.ProxyAdminViewer)
        {
            throw AdminException.Of(errors, 403, $"Only proxy admins can handle keys of user={userId}, who administers the proxy.");
        }
    }

    /// <summary>True for nobody, and for somebody of the team or the organization that the key will have: those who run these give keys to no one else.</summary>
    public static async Task<bool> IsOfTheirsAsync(IRowReader rows, string? userId, Fields fields, JsonObject current)
    {
        if (userId is null or "")
        {
            return true;
        }

        return (await TeamFacts.FindAsync(rows, After(fields, current, "team_id")))?.RoleOf(userId) is not null
            || (After(fields, current, "organization_id") is { } organization
                && await rows.FindAsync(Tables.OrganizationMemberships, userId, organization) is not null);
    }

    /// <summary>Checks the organization and the project that a request names, and that a key stays with those who have it.</summary>
    /// <param name="rows">The database.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="fields">The request.</param>
    /// <param name="current">The row as it is; null for a new key.</param>
    /// <param name="errors">Shape of refusals.</param>
    public static async Task CheckAsync(IRowReader rows, AdminCaller caller, Fields fields, JsonObject? current, ErrorGroup errors)
    {
        if (caller.IsAdmin)
        {
            return;
        }

        foreach (var name in Payers)
        {
            if (BudgetRules.TextOf(current, name) is { } before && fields.Has(name) && !string.Equals(before, After(fields, current, name), StringComparison.Ordinal)
                && !await KeyAccess.IsAdministratorAsync(rows, caller, current!))
            {
                throw AdminException.Of(errors, 403, $"Only proxy admins and team admins can take a key from its {name}={before}.");
            }
        }

        var team = await TeamFacts.FindAsync(rows, After(fields, current, "team_id"));
        if (IsNew("organization_id") && After(fields, current, "organization_id") is { } organization
            && !string.Equals(organization, team?.OrganizationId, StringComparison.Ordinal)
            && (caller.UserId is null || await rows.FindAsync(Tables.OrganizationMemberships, caller.UserId, organization) is null))
        {
            throw AdminException.Of(errors, 403, $"User={caller.UserId ?? "None"} is not a member of organization={organization}.");
        }

        if (IsNew("project_id") && After(fields, current, "project_id") is { } project && await rows.FindAsync(Tables.Projects, project) is { } row
            && !(await TeamFacts.FindAsync(rows, BudgetRules.TextOf(row, "team_id")) is { } holder
                && (holder.RoleOf(caller.UserId) is not null || await holder.IsAdministeredByAsync(rows, caller))))
        {
            throw AdminException.Of(errors, 403, $"User={caller.UserId ?? "None"} is not a member of the team of project={project}.");
        }

        bool IsNew(string name) => !string.Equals(After(fields, current, name), BudgetRules.TextOf(current, name), StringComparison.Ordinal);
    }

    private static string? After(Fields fields, JsonObject? current, string name)
        => !fields.Has(name) ? BudgetRules.TextOf(current, name) : fields.Text(name) is { Length: > 0 } text ? text : null;
}
