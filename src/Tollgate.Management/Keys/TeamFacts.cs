using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>What key rules need of a team's row.</summary>
internal sealed class TeamFacts(JsonObject row)
{
    public JsonObject Row => row;

    public string Id => BudgetRules.TextOf(row, "team_id") ?? "";

    public string? OrganizationId => BudgetRules.TextOf(row, "organization_id");

    public IReadOnlyList<string> Models => BudgetRules.TextsOf(row, "models");

    /// <summary>Management routes that plain members may call for keys of the team.</summary>
    public IReadOnlyList<string> MemberPermissions => BudgetRules.TextsOf(row, "team_member_permissions");

    /// <summary>The team; null when there is none.</summary>
    public static async Task<TeamFacts?> FindAsync(IRowReader rows, string? teamId)
        => teamId is not null && await rows.FindAsync(Tables.Teams, teamId) is { } row ? new TeamFacts(row) : null;

    /// <summary>Role of a user within the team; null for no member.</summary>
    public string? RoleOf(string? userId)
    {
        // COMPAT: a team without members has an object here, not an empty list (database.md 2.3).
        if (userId is null || row["members_with_roles"] is not JsonArray members)
        {
            return null;
        }

        foreach (var member in members.OfType<JsonObject>())
        {
            if (string.Equals(BudgetRules.TextOf(member, "user_id"), userId, StringComparison.Ordinal))
            {
                return BudgetRules.TextOf(member, "role") ?? "user";
            }
        }

        return null;
    }

    /// <summary>True for an administrator of the team, or of the organization that it belongs to.</summary>
    public async Task<bool> IsAdministeredByAsync(IRowReader rows, AdminCaller caller)
        => RoleOf(caller.UserId) is "admin" || await IsOrganizationAdminAsync(rows, caller, OrganizationId);

    /// <summary>True for an administrator of the organization.</summary>
    public static async Task<bool> IsOrganizationAdminAsync(IRowReader rows, AdminCaller caller, string? organizationId)
        => organizationId is not null && caller.UserId is { } user
            && await rows.FindAsync(Tables.OrganizationMemberships, user, organizationId) is { } membership
            && BudgetRules.TextOf(membership, "user_role") is "org_admin";

    /// <summary>Checks that the team may use every model of a key.</summary>
    /// <exception cref="AdminException">401 in the words of a refused call.</exception>
    public void CheckModels(IEnumerable<string> models)
    {
        var allowed = Models;
        if (allowed.Count == 0 || allowed.Contains("all-proxy-models", StringComparer.Ordinal) || allowed.Contains("*", StringComparer.Ordinal)
            || BudgetRules.TextsOf(row, "access_group_ids").Count > 0)
        {
            return;
        }

        foreach (var model in models)
        {
            if (model is not ("all-team-models" or "no-default-models") && !allowed.Any(pattern => Covers(pattern, model)))
            {
                throw AdminException.Proxy(
                    401,
                    $"team not allowed to access model. This team can only access models={BudgetRules.Show(allowed)}. Tried to access {model}",
                    "team_model_access_denied",
                    "model");
            }
        }
    }

    private static bool Covers(string pattern, string model) => pattern.EndsWith('*')
        ? model.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : string.Equals(pattern, model, StringComparison.Ordinal);
}
