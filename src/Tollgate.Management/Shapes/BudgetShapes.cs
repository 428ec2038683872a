using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>BudgetRow of admin-api.md 4.10.</summary>
internal static class BudgetShapes
{
    /// <summary>A budget row as answers carry it.</summary>
    public static JsonObject Row(JsonObject budget) => budget.Pick(
        "budget_id", "max_budget", "soft_budget", "max_parallel_requests", "tpm_limit", "rpm_limit", "model_max_budget", "budget_duration",
        "budget_reset_at", "allowed_models[]", "created_at", "created_by", "updated_at", "updated_by");

    /// <summary>The budget rows that these owners link to, shaped, by id.</summary>
    public static async Task<Dictionary<string, JsonObject>> LoadAsync(IRowReader rows, IEnumerable<JsonObject> owners)
    {
        var ids = owners.Select(static owner => owner.Text("budget_id")).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count == 0)
        {
            return [];
        }

        var found = await rows.SelectAsync(Tables.Budgets, Filter.In("budget_id", ids));
        return found.ToDictionary(static row => row.Text("budget_id")!, Row, StringComparer.Ordinal);
    }

    /// <summary>A copy of the budget row that an owner links to; null when it links to none.</summary>
    public static JsonNode? Of(JsonObject owner, Dictionary<string, JsonObject> budgets)
        => owner.Text("budget_id") is { } id && budgets.TryGetValue(id, out var budget) ? budget.DeepClone() : null;
}
