using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Keys;

/// <summary>Keys as answers show them (admin-api.md 4.10, 5.1). All members are there, nulls included.</summary>
public static class KeyShapes
{
    private static readonly ImmutableArray<string> Lists =
        ["models", "allowed_cache_controls", "allowed_routes", "policies", "access_group_ids"];

    private static readonly ImmutableArray<string> Objects =
        ["aliases", "config", "router_settings", "permissions", "metadata", "model_spend", "model_max_budget"];

    private static readonly ImmutableArray<string> Members =
    [
        "token", "key_name", "key_alias", "soft_budget_cooldown", "spend", "expires", "models", "aliases", "config", "router_settings", "user_id",
        "team_id", "agent_id", "project_id", "permissions", "max_parallel_requests", "metadata", "blocked", "tpm_limit", "rpm_limit",
        "max_budget", "budget_duration", "budget_reset_at", "budget_limits", "allowed_cache_controls", "allowed_routes", "policies",
        "access_group_ids", "model_spend", "model_max_budget", "budget_id", "organization_id", "object_permission_id", "created_at",
        "created_by", "updated_at", "updated_by", "last_active", "rotation_count", "auto_rotate", "rotation_interval", "last_rotation_at",
        "key_rotation_at",
    ];

    private static readonly ImmutableArray<string> CreatedColumns =
    [
        "models", "spend", "max_budget", "user_id", "team_id", "agent_id", "organization_id", "project_id", "max_parallel_requests", "metadata",
        "tpm_limit", "rpm_limit", "budget_duration", "budget_limits", "allowed_cache_controls", "config", "permissions", "model_max_budget",
        "blocked", "aliases", "budget_id", "allowed_routes", "router_settings", "access_group_ids", "expires", "created_by", "updated_by",
        "created_at", "updated_at", "budget_reset_at", "auto_rotate", "rotation_interval", "key_rotation_at", "rotation_count",
        "last_rotation_at", "object_permission_id",
    ];

    private static readonly ImmutableArray<string> CreatedMetadata =
    [
        "model_rpm_limit", "model_tpm_limit", "guardrails", "policies", "prompts", "tags", "disable_global_guardrails", "enforced_params",
        "allowed_passthrough_routes", "allowed_vector_store_indexes", "rpm_limit_type", "tpm_limit_type",
    ];

    // COMPAT: full objects of lists are LiteLLM's authentication objects, which carry what is known of owners; there it is null.
    private static readonly ImmutableArray<string> AuthFields =
    [
        "team_spend", "team_alias", "team_tpm_limit", "team_rpm_limit", "team_max_budget", "team_soft_budget", "team_models", "team_blocked",
        "team_model_aliases", "team_member_spend", "team_member_tpm_limit", "team_member_rpm_limit", "team_member", "team_metadata",
        "team_object_permission_id", "end_user_id", "end_user_tpm_limit", "end_user_rpm_limit", "end_user_max_budget", "user_role",
        "user_tpm_limit", "user_rpm_limit", "user_email", "user_spend", "user_max_budget", "rpm_limit_per_model", "tpm_limit_per_model",
        "allowed_model_region", "soft_budget", "last_refreshed_at",
    ];

    /// <summary>A KeyRow.</summary>
    /// <param name="row">The row of the table.</param>
    /// <param name="budget">The linked budget row; null without.</param>
    /// <param name="permission">The linked permission row; null without.</param>
    /// <param name="withToken">False for answers that leave the hash out.</param>
    public static JsonObject Row(JsonObject row, JsonObject? budget = null, JsonObject? permission = null, bool withToken = true)
    {
        var shape = new JsonObject();
        foreach (var name in withToken ? Members : Members.Skip(1))
        {
            shape[name] = Member(row, name);
        }

        shape["litellm_budget_table"] = budget?.DeepClone();
        shape["litellm_organization_table"] = null;
        shape["object_permission"] = permission?.DeepClone();
        return shape;
    }

    /// <summary>A full object of <c>/key/list</c>.</summary>
    public static JsonObject Listed(JsonObject row, JsonObject? budget, JsonObject? permission)
    {
        var shape = Row(row, budget, permission);
        shape["org_id"] = shape["organization_id"]?.DeepClone();
        foreach (var name in AuthFields)
        {
            shape[name] = null;
        }

        shape["soft_budget"] = budget?["soft_budget"]?.DeepClone();
        return shape;
    }

    /// <summary>Answer of the calls that make a key: the only ones that show it.</summary>
    public static JsonObject Created(string key, JsonObject row, JsonObject? budget, JsonObject? permission, string? duration)
    {
        var token = BudgetRules.TextOf(row, "token");
        var shape = new JsonObject
        {
            ["key"] = key,
            ["token"] = token,
            ["token_id"] = token,
            ["key_name"] = Member(row, "key_name"),
            ["key_alias"] = Member(row, "key_alias"),
            ["duration"] = duration,
        };
        foreach (var name in CreatedColumns)
        {
            shape[name] = Member(row, name);
        }

        foreach (var name in CreatedMetadata)
        {
            shape[name] = (row["metadata"] as JsonObject)?[name]?.DeepClone();
        }

        shape["soft_budget"] = budget?["soft_budget"]?.DeepClone();
        shape["litellm_budget_table"] = budget?.DeepClone();
        shape["object_permission"] = permission?.DeepClone();
        return shape;
    }

    /// <summary>The rows that a key links to.</summary>
    public static async Task<(JsonObject? Budget, JsonObject? Permission)> LinkedAsync(IRowReader rows, JsonObject row) => (
        BudgetRules.TextOf(row, "budget_id") is { } budget ? await rows.FindAsync(Tables.Budgets, budget) : null,
        BudgetRules.TextOf(row, "object_permission_id") is { } permission ? await rows.FindAsync(Tables.ObjectPermissions, permission) : null);

    /// <summary>A KeyRow with the rows that it links to.</summary>
    public static async Task<JsonObject> RowAsync(IRowReader rows, JsonObject row, bool withToken = true)
    {
        var (budget, permission) = await LinkedAsync(rows, row);
        return Row(row, budget, permission, withToken);
    }

    private static JsonNode? Member(JsonObject row, string name) => row[name] switch
    {
        null when Lists.Contains(name, StringComparer.Ordinal) => new JsonArray(),
        null when Objects.Contains(name, StringComparer.Ordinal) => new JsonObject(),
        null when name is "spend" => 0d,
        null when name is "soft_budget_cooldown" or "auto_rotate" => false,
        null when name is "rotation_count" => 0,
        var value => value?.DeepClone(),
    };
}
