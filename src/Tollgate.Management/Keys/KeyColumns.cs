using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Reads the fields of key requests into the columns they set. Only what was sent is set: absent and null are different things.</summary>
internal static class KeyColumns
{
    private static readonly ImmutableArray<string> Ids = ["user_id", "team_id", "organization_id", "project_id", "agent_id", "budget_id"];

    private static readonly ImmutableArray<string> Lists = ["models", "allowed_cache_controls", "allowed_routes", "access_group_ids"];

    private static readonly ImmutableArray<string> Objects = ["aliases", "config", "permissions", "router_settings"];

    /// <summary>The columns that a request sets.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="now">The moment that durations start at.</param>
    /// <param name="zone">Zone whose midnights budgets reset at.</param>
    /// <param name="settings">Rules of the operator.</param>
    /// <param name="errors">Shape of refusals.</param>
    public static JsonObject Read(
        Fields fields, DateTimeOffset now, TimeZoneInfo zone, Engine.Configuration.ManagementSettings settings, ErrorGroup errors)
    {
        var columns = new JsonObject();
        ReadAlias(fields, columns, settings);
        foreach (var name in Ids.Where(fields.Has))
        {
            columns[name] = fields.Text(name) is { Length: > 0 } id ? id : null;
        }

        foreach (var name in Lists.Where(fields.Has))
        {
            columns[name] = new JsonArray([.. (fields.Texts(name) ?? []).Select(static text => (JsonNode)text)]);
        }

        foreach (var name in Objects.Where(fields.Has))
        {
            columns[name] = fields.Object(name)?.DeepClone() ?? new JsonObject();
        }

        ReadLimits(fields, columns, errors);
        ReadBudgets(fields, columns, now, zone, errors);
        ReadKeyType(fields, columns);
        ReadRotation(fields, columns, now, errors);
        if (fields.Has("duration"))
        {
            columns["expires"] = Durations.Expiry(fields.Text("duration"), now, errors);
        }

        if (fields.Has("blocked"))
        {
            columns["blocked"] = fields.Flag("blocked");
        }

        return columns;
    }

    private static void ReadAlias(Fields fields, JsonObject columns, Engine.Configuration.ManagementSettings settings)
    {
        if (!fields.Has("key_alias"))
        {
            return;
        }

        var alias = fields.Text("key_alias") is { Length: > 0 } text ? text : null;
        if (alias is not null && settings.CheckAliasForm && !IsWellFormed(alias))
        {
            throw AdminException.Proxy(
                400,
                "Invalid key_alias format. Use 2 to 255 characters: letters and digits at both ends, between them also _ - / . @",
                "bad_request_error",
                "key_alias");
        }

        columns["key_alias"] = alias;
    }

    private static bool IsWellFormed(string alias)
        => alias.Length is >= 2 and <= 255 && char.IsAsciiLetterOrDigit(alias[0]) && char.IsAsciiLetterOrDigit(alias[^1])
            && alias.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '/' or '.' or '@');

    private static void ReadLimits(Fields fields, JsonObject columns, ErrorGroup errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["max_parallel_requests", "tpm_limit", "rpm_limit"])
        {
            if (fields.Has(name))
            {
                columns[name] = BudgetRules.Limit(fields, name, errors);
            }
        }
    }

    private static void ReadBudgets(Fields fields, JsonObject columns, DateTimeOffset now, TimeZoneInfo zone, ErrorGroup errors)
    {
        if (fields.Has("max_budget"))
        {
            columns["max_budget"] = BudgetRules.Amount(fields, "max_budget", errors);
        }

        // A column without null: null leaves it as it is.
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

        if (fields.Has("model_max_budget"))
        {
            columns["model_max_budget"] = BudgetRules.ModelBudgets(fields, errors) ?? [];
        }

        if (fields.Has("budget_limits"))
        {
            columns["budget_limits"] = BudgetRules.Windows(fields, now, zone, errors);
        }
    }

    private static void ReadKeyType(Fields fields, JsonObject columns)
    {
        string? routes;
        switch (fields.Text("key_type"))
        {
            case null:
                return;
            case "default":
                routes = null;
                break;
            case "llm_api":
                routes = "llm_api_routes";
                break;
            case "management":
                routes = "management_routes";
                break;
            case "read_only":
                routes = "info_routes";
                break;
            default:
                throw fields.Fault(
                    "enum", "key_type", "Input should be 'llm_api', 'management', 'read_only' or 'default'", fields.Any("key_type"));
        }

        if (routes is not null)
        {
            columns["allowed_routes"] = new JsonArray(routes);
        }
    }

    private static void ReadRotation(Fields fields, JsonObject columns, DateTimeOffset now, ErrorGroup errors)
    {
        if (fields.Has("auto_rotate"))
        {
            columns["auto_rotate"] = fields.Flag("auto_rotate") ?? false;
        }

        if (fields.Has("rotation_interval"))
        {
            var interval = fields.Text("rotation_interval");
            columns["rotation_interval"] = Durations.IsNone(interval) ? null : interval;
        }

        if (fields.Flag("auto_rotate") == true && Durations.Read(fields.Text("rotation_interval"), errors) is { } period)
        {
            columns["key_rotation_at"] = Timestamps.Text(period.After(now));
        }
        else if (fields.Flag("auto_rotate") == false)
        {
            columns["key_rotation_at"] = null;
        }
    }
}
