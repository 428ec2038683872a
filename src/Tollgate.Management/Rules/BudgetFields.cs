using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Engine.Admission;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Rules;

/// <summary>Reads the fields of a request that set budgets and limits into columns (admin-api.md 4.4, 4.5). Only what was sent is there.</summary>
/// <param name="fields">The request.</param>
/// <param name="errors">How refusals look.</param>
/// <param name="complaint">What is said of a negative amount.</param>
internal sealed class BudgetFields(Fields fields, ErrorGroup errors, string complaint = "cannot be negative")
{
    /// <summary>What <c>/budget/*</c> says of an amount that is none.</summary>
    public const string NotFiniteWords = "must be a non-negative finite number";

    /// <summary>Columns of a budget row that requests set.</summary>
    public static readonly string[] Columns =
    [
        "max_budget", "soft_budget", "max_parallel_requests", "tpm_limit", "rpm_limit", "model_max_budget", "budget_duration",
        "budget_reset_at", "allowed_models",
    ];

    /// <summary>True when the request sets any column of a budget row.</summary>
    public static bool AnySent(Fields fields) => Columns.Any(fields.Has);

    /// <summary>The columns of a budget row. A length sets the next reset unless the request gives that too.</summary>
    public JsonObject ReadRow(BudgetClock clock)
    {
        var row = new JsonObject();
        ReadMoney(row, "max_budget");
        ReadMoney(row, "soft_budget");
        ReadLimits(row);
        ReadModelBudgets(row);
        ReadDuration(row, clock);
        if (fields.Has("allowed_models"))
        {
            row["allowed_models"] = (fields.Texts("allowed_models") ?? []).ToJsonArray();
        }

        if (fields.Moment("budget_reset_at") is { } resetAt)
        {
            row["budget_reset_at"] = Timestamps.Text(resetAt);
        }

        return row;
    }

    /// <summary>An amount of USD.</summary>
    public void ReadMoney(JsonObject row, string name, string? column = null)
    {
        if (fields.Has(name))
        {
            row[column ?? name] = Money(name);
        }
    }

    /// <summary>An amount of USD that is no amount (NaN, infinite, negative) is a 400, as LiteLLM has it.</summary>
    public double? Money(string name)
    {
        if (NotFinite(fields.Any(name)) is { } text)
        {
            throw NotMoney(name, NotFiniteWords, text);
        }

        return fields.Number(name) switch
        {
            null => null,
            < 0 and var negative => throw NotMoney(name, complaint, negative.ToString(CultureInfo.InvariantCulture)),
            var amount => amount,
        };
    }

    /// <summary>The three rate limits.</summary>
    public void ReadLimits(JsonObject row)
    {
        ReadLimit(row, "max_parallel_requests", int.MaxValue);
        ReadLimit(row, "tpm_limit");
        ReadLimit(row, "rpm_limit");
    }

    /// <summary>A whole number that is not negative.</summary>
    public void ReadLimit(JsonObject row, string name, long most = long.MaxValue, string? column = null)
    {
        if (!fields.Has(name))
        {
            return;
        }

        var limit = fields.Whole(name);
        if (limit < 0)
        {
            throw AdminException.Of(errors, 400, $"{name} cannot be negative. Received: {limit}");
        }

        if (limit > most)
        {
            throw fields.Fault("less_than_equal", name, $"Input should be less than or equal to {most}", fields.Any(name));
        }

        row[column ?? name] = limit;
    }

    /// <summary>A length and the reset that follows from it; null (or a word for none) clears both.</summary>
    public void ReadDuration(JsonObject row, BudgetClock clock, string name = "budget_duration")
    {
        if (fields.Has(name))
        {
            var duration = Duration(name);
            row["budget_duration"] = duration;
            row["budget_reset_at"] = clock.NextReset(duration);
        }
    }

    /// <summary>A length as written; null for none.</summary>
    public string? Duration(string name)
    {
        var text = fields.Text(name)?.Trim();
        if (text is null or "" || text.Equals("none", StringComparison.OrdinalIgnoreCase) || text.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return BudgetPeriod.TryParse(text, out _)
            ? text
            : throw AdminException.Of(errors, 400, char.IsAsciiDigit(text[0])
                ? $"Unsupported duration unit, passed duration: {text}"
                : $"Invalid duration format, passed duration: {text}");
    }

    /// <summary>Budgets of models: a number, or an object with a number; kept as sent.</summary>
    public void ReadModelBudgets(JsonObject row)
    {
        if (!fields.Has("model_max_budget"))
        {
            return;
        }

        foreach (var (model, entry) in fields.Object("model_max_budget") ?? [])
        {
            CheckModelBudget(model, entry);
        }

        row["model_max_budget"] = fields.Object("model_max_budget")?.DeepClone();
    }

    /// <summary>Several budgets over time; each gets its next reset.</summary>
    public void ReadWindows(JsonObject row, BudgetClock clock)
    {
        if (!fields.Has("budget_limits"))
        {
            return;
        }

        var windows = new JsonArray();
        foreach (var item in fields.List("budget_limits") ?? [])
        {
            var window = item as JsonObject ?? throw fields.Fault("dict_type", "budget_limits", "Input should be a valid dictionary", item);
            var entry = new BudgetFields(new Fields(window), errors);
            var copy = (JsonObject)window.DeepClone();
            copy["max_budget"] = entry.Money("max_budget");
            copy["reset_at"] = clock.NextReset(entry.Duration("budget_duration")
                ?? throw AdminException.Of(errors, 400, "budget_limits: budget_duration is required for every budget"));
            windows.Add(copy);
        }

        row["budget_limits"] = fields.IsNull("budget_limits") ? null : windows;
    }

    private void CheckModelBudget(string model, JsonNode? entry)
    {
        var inner = entry as JsonObject ?? new JsonObject { ["max_budget"] = entry?.DeepClone() };
        var budget = new BudgetFields(new Fields(inner), errors);
        var amount = budget.Money("max_budget") ?? budget.Money("budget_limit");
        _ = budget.Duration("budget_duration") ?? budget.Duration("time_period");
        budget.ReadLimits([]);
        if (amount is null && !inner.ContainsKey("tpm_limit") && !inner.ContainsKey("rpm_limit"))
        {
            throw AdminException.Of(errors, 400, $"model_max_budget: the budget of '{model}' has no max_budget");
        }
    }

    private AdminException NotMoney(string name, string words, string received)
        => AdminException.Of(errors, 400, $"{name} {words}. Received: {received}");

    private static string? NotFinite(JsonNode? node)
    {
        if (node is not JsonValue value)
        {
            return null;
        }

        if (value.GetValueKind() == JsonValueKind.Number)
        {
            return value.TryGetValue(out double number) && !double.IsFinite(number) ? value.ToJsonString() : null;
        }

        if (value.GetValueKind() != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetValue<string>().Trim();
        return text.ToLowerInvariant() is "nan" or "inf" or "-inf" or "+inf" or "infinity" or "-infinity" or "+infinity"
            || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && !double.IsFinite(parsed))
            ? text
            : null;
    }
}
