using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Identity;

/// <summary>Reads limits and budgets out of rows (database.md 4.3, routing.md 17.3).</summary>
internal static class BudgetColumns
{
    public static RateLimits Limits(in RowPart row)
        => new(row.Count("rpm_limit"), row.Count("tpm_limit"), row.Count("max_parallel_requests"));

    /// <summary>The budget that an object keeps in its own columns.</summary>
    public static BudgetFacts Own(in RowPart row, decimal? soft) => new(
        row.Money("max_budget"), soft, row.Text("budget_duration"), row.Time("budget_reset_at"), row.Money("spend") ?? 0, null);

    /// <summary>The budget of an object that only has a budget row.</summary>
    public static BudgetFacts Linked(in RowPart budget, decimal? spend) => new(
        budget.Money("max_budget"), budget.Money("soft_budget"), budget.Text("budget_duration"), budget.Time("budget_reset_at"), spend ?? 0,
        budget.Text("budget_id"));

    /// <summary>The object's own columns, and those of its budget row where they say nothing.</summary>
    public static BudgetFacts OwnElseLinked(in RowPart row, in RowPart budget)
    {
        var own = Own(row, budget.Money("soft_budget"));
        var linked = Linked(budget, own.Spend);

        // A key without a period of its own follows its budget row's schedule; the row's moment must not end a period it did not start.
        var schedule = own.Duration is null && own.ResetAt is null ? linked : own;
        return own with
        {
            Max = own.Max ?? linked.Max,
            Duration = schedule.Duration,
            ResetAt = schedule.ResetAt,
            BudgetId = own.Max is null && linked.Max is not null ? linked.BudgetId : null,
        };
    }

    /// <summary>Budgets of single models.</summary>
    /// <param name="node">The column: <c>{"gpt-4o": {"budget_limit": 1.5, "time_period": "1d"}}</c>, other names and a bare number allowed.</param>
    /// <param name="duration">Period of entries that name none.</param>
    public static ImmutableArray<PartialBudget> ModelBudgets(JsonNode? node, string? duration) => node is JsonObject { Count: > 0 } models
        ? [.. models.Select(entry => ModelBudget(entry.Key, entry.Value, duration)).OfType<PartialBudget>()]
        : [];

    private static PartialBudget? ModelBudget(string model, JsonNode? node, string? duration)
    {
        var value = Values.Json(node);
        if (value is JsonObject entry)
        {
            var limits = new RateLimits(Values.Count(entry["rpm_limit"]), Values.Count(entry["tpm_limit"]), null);
            var max = Values.Number(entry["budget_limit"]) ?? Values.Number(entry["max_budget"]);
            return new PartialBudget(model, max, Values.Text(entry["time_period"]) ?? Values.Text(entry["budget_duration"]), limits);
        }

        return Values.Number(value) is { } bare ? new PartialBudget(model, bare, duration, default) : null;
    }

    /// <summary>Several budgets over time: <c>[{"budget_duration": "1d", "max_budget": 5}]</c>. Entries without an amount limit nothing.</summary>
    public static ImmutableArray<PartialBudget> Windows(JsonNode? node) => node is JsonArray { Count: > 0 } windows
        ? [.. windows.OfType<JsonObject>().Select(Window).OfType<PartialBudget>()]
        : [];

    private static PartialBudget? Window(JsonObject entry)
    {
        var duration = Values.Text(entry["budget_duration"]) ?? Values.Text(entry["time_period"]);
        var max = Values.Number(entry["max_budget"]) ?? Values.Number(entry["budget_limit"]);
        return max is null ? null : new PartialBudget(duration ?? "", max, duration, default);
    }

    public static ModelLimits ModelLimits(JsonNode? requests, JsonNode? tokens)
    {
        var (perModel, tokensPerModel) = (Counts(requests), Counts(tokens));
        return perModel.Count + tokensPerModel.Count == 0 ? Engine.Keys.ModelLimits.None : new ModelLimits(perModel, tokensPerModel);
    }

    private static FrozenDictionary<string, long> Counts(JsonNode? node) => Values.Json(node) is JsonObject { Count: > 0 } map
        ? map.Where(static member => Values.Count(member.Value) is not null)
            .ToFrozenDictionary(static member => member.Key, static member => Values.Count(member.Value)!.Value, StringComparer.Ordinal)
        : FrozenDictionary<string, long>.Empty;
}
