using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Wire.Json;

namespace Tollgate.Management.Keys;

/// <summary>What the operator fills in and allows at most when keys are made (admin-api.md 4.4).</summary>
internal static class KeyDefaults
{
    private static readonly ImmutableArray<string> Fillable =
        ["max_budget", "user_id", "team_id", "max_parallel_requests", "tpm_limit", "rpm_limit", "budget_duration", "duration", "models", "metadata"];

    /// <summary>The request with defaults filled in and bounds checked.</summary>
    public static Fields Apply(Fields request, ManagementSettings settings, DateTimeOffset now, ErrorGroup errors)
    {
        var body = (JsonObject)request.Json.DeepClone();
        Fill(body, settings.KeyDefaults, Fillable);
        var fields = new Fields(body);
        var bounds = settings.KeyBounds;
        Bound(fields, "max_budget", bounds.MaxBudget, errors);
        Bound(fields, "max_parallel_requests", bounds.ParallelRequests, errors);
        Bound(fields, "tpm_limit", bounds.TokensPerMinute, errors);
        Bound(fields, "rpm_limit", bounds.RequestsPerMinute, errors);
        BoundDuration(fields, "budget_duration", bounds.BudgetDuration, now, errors);
        BoundDuration(fields, "duration", bounds.Duration, now, errors);
        return fields;
    }

    /// <summary>
    /// Checks what a change of a key asks for against the same bounds, so that they do not end with the making of the key. Here null (and
    /// <c>-1</c>) asks for no limit at all.
    /// </summary>
    public static void CheckBounds(Fields fields, ManagementSettings settings, DateTimeOffset now, ErrorGroup errors)
    {
        var bounds = settings.KeyBounds;
        CheckBound(fields, "max_budget", bounds.MaxBudget, errors);
        CheckBound(fields, "max_parallel_requests", bounds.ParallelRequests, errors);
        CheckBound(fields, "tpm_limit", bounds.TokensPerMinute, errors);
        CheckBound(fields, "rpm_limit", bounds.RequestsPerMinute, errors);
        foreach (var (name, bound) in (ReadOnlySpan<(string, string?)>)
            [("budget_duration", bounds.BudgetDuration), ("duration", bounds.Duration)])
        {
            if (bound is not null && fields.Has(name) && Durations.Length(fields.Text(name), now, errors) > Durations.Length(bound, now, errors))
            {
                throw OverBound(name, fields.Text(name) ?? "None", bound, errors);
            }
        }
    }

    /// <summary>Fills members that are absent, null or empty.</summary>
    public static void Fill(JsonObject body, ImmutableArray<JsonMember> defaults, ImmutableArray<string>? only = null)
    {
        foreach (var member in defaults)
        {
            if ((only is null || only.Value.Contains(member.Name, StringComparer.Ordinal)) && body[member.Name] is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
            {
                body[member.Name] = JsonNode.Parse(member.Json.Span);
            }
        }
    }

    private static void Bound(Fields fields, string name, double? bound, ErrorGroup errors)
    {
        if (bound is null)
        {
            return;
        }

        var asked = fields.Number(name);
        if (asked is null)
        {
            fields.Json[name] = JsonValue.Create(bound.Value);
        }
        else if (asked > bound)
        {
            throw OverBound(name, BudgetRules.Show(asked.Value), BudgetRules.Show(bound.Value), errors);
        }
    }

    private static void CheckBound(Fields fields, string name, double? bound, ErrorGroup errors)
    {
        if (bound is not null && fields.Has(name) && (fields.Number(name) ?? double.PositiveInfinity) is var asked && asked > bound)
        {
            throw OverBound(name, double.IsFinite(asked) ? BudgetRules.Show(asked) : "None", BudgetRules.Show(bound.Value), errors);
        }
    }

    private static void BoundDuration(Fields fields, string name, string? bound, DateTimeOffset now, ErrorGroup errors)
    {
        if (bound is null)
        {
            return;
        }

        // Absent takes the bound; "-1" is an explicit wish for ever, which no bound allows.
        var asked = fields.Text(name);
        if (Durations.IsNone(asked))
        {
            fields.Json[name] = bound;
        }
        else if (Durations.Length(asked, now, errors) > Durations.Length(bound, now, errors))
        {
            throw OverBound(name, asked!, bound, errors);
        }
    }

    private static AdminException OverBound(string name, string asked, string bound, ErrorGroup errors)
        => AdminException.Of(errors, 400, $"{name} is over max limit set in config - user_value={asked}; max_value={bound}");
}
