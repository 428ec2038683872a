using System.Text.Json.Nodes;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>ProjectRow of admin-api.md 9.</summary>
internal static class ProjectShapes
{
    /// <summary>A project with budget and permissions, and the copies that Terraform reads at the top.</summary>
    public static JsonObject Row(JsonObject project, Dictionary<string, JsonObject> budgets, Dictionary<string, JsonObject> permissions)
    {
        var shaped = project.Pick(
            "project_id", "project_alias", "description", "team_id", "budget_id", "metadata{}", "models[]", "spend", "model_spend{}",
            "model_rpm_limit", "model_tpm_limit", "blocked", "object_permission_id", "created_by", "updated_by", "created_at", "updated_at");
        foreach (var name in (ReadOnlySpan<string>)["model_rpm_limit", "model_tpm_limit"])
        {
            if (shaped[name] is JsonObject { Count: 0 })
            {
                shaped[name] = null;
            }
        }

        var budget = BudgetShapes.Of(project, budgets);
        shaped["litellm_budget_table"] = budget;
        shaped["object_permission"] = PermissionShapes.Of(project, permissions);
        shaped["tags"] = (shaped["metadata"] as JsonObject)?["tags"]?.DeepClone();
        shaped["model_max_budget"] = (budget as JsonObject)?["model_max_budget"]?.DeepClone();
        return shaped;
    }
}
