using System.Text.Json.Nodes;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>TagObj of admin-api.md 12.</summary>
internal static class TagShapes
{
    private static readonly string[] BudgetCopies =
        ["max_budget", "soft_budget", "tpm_limit", "rpm_limit", "max_parallel_requests", "budget_duration", "model_max_budget"];

    /// <summary>A tag with its budget row, whose figures it also carries itself (Terraform reads them there).</summary>
    public static JsonObject Row(JsonObject tag, Dictionary<string, JsonObject> budgets)
    {
        var shaped = new JsonObject { ["name"] = tag.Text("tag_name") };
        shaped.Overlay(tag.Pick("description", "models[]", "model_info", "created_at", "updated_at", "created_by", "spend", "budget_id"));
        var budget = BudgetShapes.Of(tag, budgets) as JsonObject;
        shaped["litellm_budget_table"] = budget;
        foreach (var name in BudgetCopies)
        {
            shaped[name] = budget?[name]?.DeepClone();
        }

        return shaped;
    }

    /// <summary>A tag that calls carried but nobody made.</summary>
    public static JsonObject Dynamic(string name, JsonNode? firstSeen, JsonNode? lastSeen) => new()
    {
        ["name"] = name,
        ["description"] = "This is just a spend tag that was passed dynamically in a request. It does not control any LLM models.",
        ["models"] = null,
        ["created_at"] = firstSeen?.DeepClone(),
        ["updated_at"] = lastSeen?.DeepClone(),
    };
}
