using System.Text.Json.Nodes;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>EndUserRow of admin-api.md 10.</summary>
internal static class CustomerShapes
{
    /// <summary>A customer with budget and permissions.</summary>
    public static JsonObject Row(JsonObject customer, Dictionary<string, JsonObject> budgets, Dictionary<string, JsonObject> permissions)
    {
        var shaped = customer.Pick(
            "user_id", "alias", "spend", "allowed_model_region", "default_model", "budget_id", "object_permission_id", "blocked");
        shaped["litellm_budget_table"] = BudgetShapes.Of(customer, budgets);
        shaped["object_permission"] = PermissionShapes.Of(customer, permissions);
        return shaped;
    }
}
