using System.Text.Json.Nodes;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>OrgRow and OrgMembership of admin-api.md 4.10.</summary>
internal static class OrganizationShapes
{
    private static readonly string[] BudgetCopies =
        ["max_budget", "soft_budget", "tpm_limit", "rpm_limit", "max_parallel_requests", "budget_duration", "model_max_budget"];

    private static readonly string[] MetadataCopies = ["tags", "model_rpm_limit", "model_tpm_limit"];

    /// <summary>An organization without members and teams.</summary>
    public static JsonObject Row(JsonObject organization, Dictionary<string, JsonObject> budgets, Dictionary<string, JsonObject> permissions)
    {
        var shaped = organization.Pick(
            "organization_id", "organization_alias", "budget_id", "spend", "metadata{}", "models[]", "model_spend{}", "object_permission_id",
            "created_at", "created_by", "updated_at", "updated_by");
        shaped["litellm_budget_table"] = BudgetShapes.Of(organization, budgets);
        shaped["object_permission"] = PermissionShapes.Of(organization, permissions);
        return shaped;
    }

    /// <summary>Adds the copies that Terraform reads at the top (admin-api.md 8).</summary>
    public static void AddCopies(JsonObject shaped)
    {
        var budget = shaped["litellm_budget_table"] as JsonObject;
        foreach (var name in BudgetCopies)
        {
            shaped[name] = budget?[name]?.DeepClone();
        }

        var metadata = shaped["metadata"] as JsonObject;
        foreach (var name in MetadataCopies)
        {
            shaped[name] = metadata?[name]?.DeepClone();
        }

        shaped["blocked"] = metadata?["blocked"]?.DeepClone() ?? false;
    }

    /// <summary>A membership.</summary>
    /// <param name="membership">The row.</param>
    /// <param name="user">Its user, shaped; null when there is no such row.</param>
    /// <param name="budgets">Budget rows by id.</param>
    public static JsonObject Membership(JsonObject membership, JsonObject? user, Dictionary<string, JsonObject> budgets)
    {
        var shaped = membership.Pick("user_id", "organization_id", "user_role", "spend", "budget_id", "created_at", "updated_at");
        var budget = BudgetShapes.Of(membership, budgets) as JsonObject;
        shaped["user"] = user?.DeepClone();
        shaped["user_email"] = user?.Text("user_email");
        shaped["litellm_budget_table"] = budget;
        shaped["role"] = shaped["user_role"]?.DeepClone();
        shaped["max_budget_in_organization"] = budget?["max_budget"]?.DeepClone();
        return shaped;
    }
}
