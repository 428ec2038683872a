using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>TeamRow and TeamMembership of admin-api.md 4.10.</summary>
internal static class TeamShapes
{
    /// <summary>Team rows with their model aliases and permissions.</summary>
    public static async Task<List<JsonObject>> RowsAsync(IRowReader rows, IReadOnlyList<JsonObject> teams)
    {
        var permissions = await PermissionShapes.LoadAsync(rows, teams);
        var aliases = await AliasesAsync(rows, teams);
        return [.. teams.Select(team => Row(team, permissions, aliases))];
    }

    /// <summary>One team.</summary>
    public static async Task<JsonObject> RowAsync(IRowReader rows, JsonObject team) => (await RowsAsync(rows, [team]))[0];

    /// <summary>Members with their roles. COMPAT: the column's default is <c>{}</c>, an object, and means none (database.md 2.3).</summary>
    public static JsonArray Members(JsonObject team) => team["members_with_roles"] is JsonArray members
        ? members.OfType<JsonObject>().Select(static entry => entry.Pick("user_id", "user_email", "role")).ToJsonArray()
        : [];

    /// <summary>Memberships with their budget rows.</summary>
    public static async Task<JsonArray> MembershipsAsync(IRowReader rows, IReadOnlyList<JsonObject> memberships)
    {
        var budgets = await BudgetShapes.LoadAsync(rows, memberships);
        var shaped = new JsonArray();
        foreach (var membership in memberships)
        {
            var row = membership.Pick("user_id", "team_id", "budget_id", "spend", "total_spend");
            row["total_spend"] ??= row["spend"]?.DeepClone();
            row["litellm_budget_table"] = BudgetShapes.Of(membership, budgets);
            shaped.Add(row);
        }

        return shaped;
    }

    private static JsonObject Row(JsonObject team, Dictionary<string, JsonObject> permissions, Dictionary<long, JsonObject> aliases)
    {
        var shaped = team.Pick(
            "team_id", "team_alias", "organization_id", "object_permission_id", "admins[]", "members[]", "members_with_roles[]",
            "team_member_permissions[]", "metadata{}", "max_budget", "soft_budget", "spend", "models[]", "max_parallel_requests", "tpm_limit",
            "rpm_limit", "budget_duration", "budget_reset_at", "budget_limits", "blocked", "router_settings{}", "access_group_ids[]",
            "default_team_member_models", "policies[]", "model_spend{}", "model_max_budget{}", "model_id");
        shaped["members_with_roles"] = Members(team);
        shaped["litellm_model_table"] = team.Count("model_id") is { } model && aliases.TryGetValue(model, out var alias) ? alias.DeepClone() : null;
        shaped["object_permission"] = PermissionShapes.Of(team, permissions);
        shaped.Overlay(team.Pick("created_at", "updated_at"));
        return shaped;
    }

    private static async Task<Dictionary<long, JsonObject>> AliasesAsync(IRowReader rows, IReadOnlyList<JsonObject> teams)
    {
        var ids = teams.Select(static team => team.Count("model_id")).OfType<long>().Distinct().ToList();
        if (ids.Count == 0)
        {
            return [];
        }

        var found = await rows.SelectAsync(Tables.TeamModelAliases, Filter.Any(ids.Select(static id => Filter.Equal("id", id))));
        return found.ToDictionary(static row => row.Count("id")!.Value, static row => new JsonObject
        {
            ["id"] = row.Count("id"),
            ["model_aliases"] = AliasMap(row),
            ["created_by"] = row.Text("created_by"),
            ["updated_by"] = row.Text("updated_by"),
        });
    }

    /// <summary>COMPAT: the alias map is often JSON within a JSON text (database.md 2.12).</summary>
    private static JsonNode AliasMap(JsonObject row)
    {
        if (row["aliases"] is JsonObject map)
        {
            return map.DeepClone();
        }

        try
        {
            return row.Text("aliases") is { } text && JsonNode.Parse(text) is JsonObject parsed ? parsed : new JsonObject();
        }
        catch (System.Text.Json.JsonException)
        {
            return new JsonObject();
        }
    }

    /// <summary>Number as answers and messages write it.</summary>
    public static string Figure(double? number) => number is { } value ? value.ToString(CultureInfo.InvariantCulture) : "None";
}
