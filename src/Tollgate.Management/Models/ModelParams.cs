using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Engine.Admission;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary><c>litellm_params</c> of a request: checked, and numbers that came as text made numbers.</summary>
internal static class ModelParams
{
    private static readonly FrozenSet<string> Whole = new[]
    {
        "rpm", "tpm", "max_retries", "num_retries", "order", "max_parallel_requests", "default_api_key_tpm_limit", "default_api_key_rpm_limit",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Real = new[]
    {
        "timeout", "stream_timeout", "max_budget", "weight", "max_file_size_mb", "cooldown_time",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A checked copy.</summary>
    /// <exception cref="AdminException">422 or 400 that names the field.</exception>
    public static JsonObject Read(JsonObject given)
    {
        var fields = new Fields(given);
        var read = new JsonObject();
        foreach (var (name, value) in given)
        {
            read[name] = Whole.Contains(name) ? Number(fields, name, whole: true)
                : Real.Contains(name) || name.Contains("_cost_per_", StringComparison.Ordinal) ? Number(fields, name, whole: false)
                : value?.DeepClone();
        }

        if (read["budget_duration"] is not null)
        {
            read["budget_duration"] = Duration(new Fields(read));
        }

        return read;
    }

    /// <summary>The upstream model, which must be there.</summary>
    public static string Model(JsonObject given) => given["model"] switch
    {
        JsonValue value when value.TryGetValue(out string? model) && model.Length > 0 => model,
        null when !given.ContainsKey("model") => throw AdminException.Invalid(
            new ValidationFault("missing", ["body", "litellm_params", "model"], "Field required", WithoutValues(given))),
        _ => throw AdminException.Invalid(
            new ValidationFault("string_type", ["body", "litellm_params", "model"], "Input should be a valid string", null)),
    };

    private static JsonNode? Number(Fields fields, string name, bool whole)
    {
        // References are resolved when the row is loaded; lists and mappings (search_context_cost_per_query) are no numbers.
        if (fields.Any(name) is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Contains('/', StringComparison.Ordinal))
        {
            return value.DeepClone();
        }

        if (fields.Any(name) is JsonObject or JsonArray)
        {
            return fields.Any(name)!.DeepClone();
        }

        var number = fields.Number(name);
        if (number < 0)
        {
            throw AdminException.Invalid(new ValidationFault(
                "greater_than_equal", ["body", "litellm_params", name], "Input should be greater than or equal to 0", fields.Any(name)));
        }

        return number is null ? null
            : whole ? JsonValue.Create(fields.Whole(name)!.Value)
            : fields.Any(name)!.GetValueKind() == JsonValueKind.Number ? fields.Any(name)!.DeepClone()
            : JsonValue.Create(decimal.TryParse(fields.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? (double)exact : number.Value);
    }

    private static string Duration(Fields fields)
    {
        var text = fields.Text("budget_duration")!;
        return BudgetPeriod.TryParse(text, out var period)
            ? period.ToString()
            : throw AdminException.Of(ErrorGroup.Auth, 400, $"Invalid budget_duration '{text}'. Use <number><unit> with s, m, h, d, w, mo, for example 30d.");
    }

    // What was sent may be a key: the answer names the members only.
    private static JsonObject WithoutValues(JsonObject given) => new(given.Select(static member => KeyValuePair.Create(member.Key, (JsonNode?)null)));
}
