using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Fields that requests send on the top level and rows keep in <c>metadata</c> (admin-api.md 4.6).</summary>
internal static class MetadataOverlay
{
    private static readonly ImmutableArray<string> TextLists =
        ["tags", "guardrails", "policies", "prompts", "enforced_params", "allowed_passthrough_routes"];

    private static readonly ImmutableArray<string> ModelLimits = ["model_rpm_limit", "model_tpm_limit"];

    private static readonly ImmutableArray<string> LimitTypes = ["rpm_limit_type", "tpm_limit_type"];

    private static readonly ImmutableArray<string> Free =
    [
        "allowed_vector_store_indexes", "enforced_batch_output_expires_after", "enforced_file_expires_after", "team_member_key_duration",
        "logging", "secret_manager_settings", "disable_global_guardrails", "service_account_id",
    ];

    private static readonly ImmutableArray<string> Names = [.. TextLists, .. ModelLimits, .. LimitTypes, .. Free];

    /// <summary>The metadata after a request; null when the request says nothing about it.</summary>
    /// <param name="stored">What the row has; null for a new one.</param>
    /// <param name="fields">The request. Given <c>metadata</c> replaces the stored one, null empties it.</param>
    public static JsonObject? Apply(JsonObject? stored, Fields fields)
    {
        var given = fields.Has("metadata");
        if (!given && !Names.Any(fields.Has))
        {
            return null;
        }

        Check(fields);
        var metadata = given ? fields.Object("metadata") : stored;
        var result = metadata is null ? [] : (JsonObject)metadata.DeepClone();
        foreach (var name in Names)
        {
            if (fields.IsNull(name))
            {
                if (stored is not null && !given)
                {
                    result.Remove(name);
                }
            }
            else if (fields.Has(name))
            {
                result[name] = fields.Any(name)!.DeepClone();
            }
        }

        return result;
    }

    /// <summary>A temporary increase of the budget: both fields or neither, written into <paramref name="metadata"/>.</summary>
    public static void ApplyTemporaryBudget(JsonObject metadata, Fields fields, DateTimeOffset now, ErrorGroup errors)
    {
        var increase = BudgetRules.Amount(fields, "temp_budget_increase", errors);
        var expiry = fields.Text("temp_budget_expiry");
        if (increase is null != expiry is null)
        {
            throw fields.Fault(
                "value_error", "temp_budget_increase", "Value error, temp_budget_increase and temp_budget_expiry must be set together", fields.Json);
        }

        if (increase is null)
        {
            return;
        }

        metadata["temp_budget_increase"] = increase;
        metadata["temp_budget_expiry"] = Engine.Admission.BudgetPeriod.TryParse(expiry, out var period) && !IsDate(expiry!)
            ? Timestamps.Text(period.After(now))
            : Timestamps.Text(fields.Moment("temp_budget_expiry")!.Value);
    }

    // "2026-02-03" starts with digits too; a dash right behind them is a date.
    private static bool IsDate(string text) => text.Trim() is { Length: >= 8 } trimmed && trimmed[4] == '-';

    private static void Check(Fields fields)
    {
        foreach (var name in TextLists)
        {
            fields.Texts(name);
        }

        foreach (var name in ModelLimits)
        {
            if (fields.Object(name) is { } limits)
            {
                var inner = new Fields(limits);
                foreach (var (model, _) in limits)
                {
                    if (inner.Whole(model) is < 0 and var limit)
                    {
                        throw AdminException.Proxy(400, $"{name} cannot be negative. Received: {limit}", "bad_request_error", name);
                    }
                }
            }
        }

        foreach (var name in LimitTypes)
        {
            if (fields.Text(name) is { } type
                && type is not ("guaranteed_throughput" or "best_effort_throughput" or "dynamic"))
            {
                throw fields.Fault(
                    "literal_error", name, "Input should be 'guaranteed_throughput', 'best_effort_throughput' or 'dynamic'", fields.Any(name));
            }
        }

        fields.Flag("disable_global_guardrails");
    }
}
