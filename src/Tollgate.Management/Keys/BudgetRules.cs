using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Rules of amounts and periods that keys and users share (admin-api.md 4.4).</summary>
internal static class BudgetRules
{
    /// <summary>An amount or limit; null when absent or null.</summary>
    /// <exception cref="AdminException">400 when negative.</exception>
    public static double? Amount(Fields fields, string name, ErrorGroup errors)
    {
        var amount = fields.Number(name);
        return amount is not < 0 ? amount : throw Negative(name, amount.Value, errors);
    }

    /// <summary>A whole limit that its column can hold; null when absent or null.</summary>
    public static long? Limit(Fields fields, string name, ErrorGroup errors)
    {
        var limit = fields.Whole(name);
        if (limit is < 0)
        {
            throw Negative(name, limit.Value, errors);
        }

        // COMPAT: this one column has 32 bits in LiteLLM's tables.
        return limit > int.MaxValue && name is "max_parallel_requests"
            ? throw fields.Fault("less_than_equal", name, $"Input should be less than or equal to {int.MaxValue}", fields.Any(name))
            : limit;
    }

    /// <summary>
    /// Budgets of single models. Stored as they were given; a bare number is accepted besides LiteLLM's object, since infrastructure tools send it.
    /// </summary>
    public static JsonObject? ModelBudgets(Fields fields, ErrorGroup errors)
    {
        if (fields.Object("model_max_budget") is not { } budgets)
        {
            return null;
        }

        foreach (var (model, entry) in budgets)
        {
            switch (entry)
            {
                case JsonObject details:
                    var inner = new Fields(details);
                    Amount(inner, "max_budget", errors);
                    Amount(inner, "budget_limit", errors);
                    Limit(inner, "tpm_limit", errors);
                    Limit(inner, "rpm_limit", errors);
                    Durations.Read(inner.Text("budget_duration") ?? inner.Text("time_period"), errors);
                    break;
                case JsonValue:
                    Amount(new Fields(new JsonObject { [model] = entry.DeepClone() }), model, errors);
                    break;
                default:
                    throw AdminException.Of(errors, 400, $"model_max_budget of {model} must be an object or a number.");
            }
        }

        return (JsonObject)budgets.DeepClone();
    }

    /// <summary>Several budgets over time; the next reset of each is filled in.</summary>
    public static JsonArray? Windows(Fields fields, DateTimeOffset now, TimeZoneInfo zone, ErrorGroup errors)
    {
        if (fields.List("budget_limits") is not { } windows)
        {
            return null;
        }

        var result = new JsonArray();
        foreach (var item in windows)
        {
            if (item is not JsonObject window)
            {
                throw fields.Fault("dict_type", "budget_limits", "Input should be a valid dictionary", item);
            }

            var inner = new Fields(window);
            if (Amount(inner, "max_budget", errors) is null || Durations.Read(inner.Text("budget_duration"), errors) is not { } period)
            {
                throw AdminException.Of(errors, 400, "Each entry of budget_limits needs max_budget and budget_duration.");
            }

            var copy = (JsonObject)window.DeepClone();
            copy["reset_at"] = Timestamps.Text(period.NextReset(now, zone));
            result.Add(copy);
        }

        return result;
    }

    /// <summary>A number as messages show it.</summary>
    public static string Show(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A list as LiteLLM's messages show it: <c>['a', 'b']</c>.</summary>
    public static string Show(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(static text => $"'{text}'"))}]";

    /// <summary>The number in a row; null when it has none.</summary>
    public static double? NumberOf(JsonObject? row, string column)
        => row?[column] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? AsDouble(value) : null;

    /// <summary>The text in a row; null when it has none.</summary>
    public static string? TextOf(JsonObject? row, string column)
        => row?[column] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>The texts of a list in a row; none when it has none.</summary>
    public static IReadOnlyList<string> TextsOf(JsonObject? row, string column) => row?[column] is JsonArray array
        ? [.. array.OfType<JsonValue>().Where(static item => item.GetValueKind() == JsonValueKind.String).Select(static item => item.GetValue<string>())]
        : [];

    private static double AsDouble(JsonValue value) => value.TryGetValue(out double real) ? real
        : value.TryGetValue(out long whole) ? whole
        : value.TryGetValue(out int small) ? small
        : value.TryGetValue(out decimal exact) ? (double)exact
        : 0;

    private static AdminException Negative(string name, double amount, ErrorGroup errors)
        => AdminException.Of(errors, 400, $"{name} cannot be negative. Received: {Show(amount)}");
}
