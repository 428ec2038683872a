using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Users;

/// <summary>Users as answers show them (admin-api.md 4.10). The password never is.</summary>
public static class UserShapes
{
    private static readonly ImmutableArray<string> Lists = ["teams", "models", "allowed_cache_controls", "policies"];

    private static readonly ImmutableArray<string> Objects = ["metadata", "model_spend", "model_max_budget"];

    private static readonly ImmutableArray<string> Members =
    [
        "user_id", "user_alias", "team_id", "sso_user_id", "organization_id", "object_permission_id", "teams", "user_role", "max_budget",
        "spend", "user_email", "models", "metadata", "max_parallel_requests", "tpm_limit", "rpm_limit", "budget_duration", "budget_reset_at",
        "allowed_cache_controls", "policies", "model_spend", "model_max_budget", "created_at", "updated_at",
    ];

    /// <summary>A UserRow.</summary>
    /// <param name="row">The row of the table.</param>
    /// <param name="organizationMemberships">The user's memberships; none when they were not asked for.</param>
    public static JsonObject Row(JsonObject row, IEnumerable<JsonObject>? organizationMemberships = null)
    {
        var shape = new JsonObject();
        foreach (var name in Members)
        {
            shape[name] = row[name] switch
            {
                null when Lists.Contains(name, StringComparer.Ordinal) => new JsonArray(),
                null when Objects.Contains(name, StringComparer.Ordinal) => new JsonObject(),
                null when name is "spend" => 0d,
                var value => value?.DeepClone(),
            };
        }

        shape["organization_memberships"] = new JsonArray([.. (organizationMemberships ?? []).Select(static row => row.DeepClone())]);
        return shape;
    }
}
