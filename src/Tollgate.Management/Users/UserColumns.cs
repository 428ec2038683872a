using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

/// <summary>Reads the fields of user requests into the columns they set (admin-api.md 6.1, 6.3).</summary>
internal static class UserColumns
{
    private const int ShortestPassword = 8;

    private static readonly ImmutableArray<string> Roles = ["proxy_admin", "proxy_admin_viewer", "internal_user", "internal_user_viewer"];

    private static readonly ImmutableArray<string> Texts = ["user_email", "user_alias", "sso_user_id"];

    private static readonly ImmutableArray<string> Lists = ["models", "allowed_cache_controls"];

    /// <summary>Explicit null clears these on an update; of other fields null, <c>[]</c> and <c>{}</c> mean nothing.</summary>
    private static readonly ImmutableArray<string> Clearable = ["max_budget", "budget_duration", "tpm_limit", "rpm_limit"];

    /// <summary>The columns that a request sets.</summary>
    public static JsonObject Read(Fields fields, JsonObject? stored, DateTimeOffset now, TimeZoneInfo zone, ErrorGroup errors)
    {
        var request = stored is null ? fields : Meant(fields);
        var columns = new JsonObject();
        foreach (var name in Texts.Where(request.Has))
        {
            columns[name] = request.Text(name) is { Length: > 0 } text ? text : null;
        }

        foreach (var name in Lists.Where(request.Has))
        {
            columns[name] = new JsonArray([.. (request.Texts(name) ?? []).Select(static text => (JsonNode)text)]);
        }

        ReadRole(request, columns);
        foreach (var name in (ReadOnlySpan<string>)["max_parallel_requests", "tpm_limit", "rpm_limit"])
        {
            if (request.Has(name))
            {
                columns[name] = BudgetRules.Limit(request, name, errors);
            }
        }

        ReadBudgets(request, columns, now, zone, errors);
        if (MetadataOverlay.Apply(stored?["metadata"] as JsonObject, request) is { } metadata)
        {
            columns["metadata"] = metadata;
        }

        return columns;
    }

    /// <summary>A password that may be set; null when none was sent.</summary>
    public static string? Password(Fields fields) => fields.Text("password") switch
    {
        null or "" => null,
        { Length: < ShortestPassword } => throw fields.Fault(
            "value_error", "password", $"Value error, password must be at least {ShortestPassword} characters", null),
        var password => password,
    };

    private static void ReadRole(Fields fields, JsonObject columns)
    {
        if (fields.Text("user_role") is not { Length: > 0 } role)
        {
            return;
        }

        columns["user_role"] = Roles.Contains(role, StringComparer.Ordinal)
            ? role
            : throw fields.Fault("enum", "user_role", $"Input should be {string.Join(" or ", Roles.Select(static name => $"'{name}'"))}", role);
    }

    private static void ReadBudgets(Fields fields, JsonObject columns, DateTimeOffset now, TimeZoneInfo zone, ErrorGroup errors)
    {
        if (fields.Has("max_budget"))
        {
            columns["max_budget"] = BudgetRules.Amount(fields, "max_budget", errors);
        }

        if (BudgetRules.Amount(fields, "spend", errors) is { } spend)
        {
            columns["spend"] = spend;
        }

        if (fields.Has("budget_duration"))
        {
            var duration = fields.Text("budget_duration");
            columns["budget_reset_at"] = Durations.ResetAt(duration, now, zone, errors);
            columns["budget_duration"] = Durations.IsNone(duration) ? null : duration;
        }

        if (BudgetRules.ModelBudgets(fields, errors) is { } budgets)
        {
            columns["model_max_budget"] = budgets;
        }
    }

    // COMPAT: LiteLLM drops empty values of updates, so that a form may send all of its fields (admin-api.md 6.3).
    private static Fields Meant(Fields fields)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in fields.Json)
        {
            if (value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 }) || (value is null && Clearable.Contains(name, StringComparer.Ordinal)))
            {
                kept[name] = value?.DeepClone();
            }
        }

        return new Fields(kept);
    }
}
