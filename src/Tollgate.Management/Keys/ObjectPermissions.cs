using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>Rows that say which tools, agents and stores an object may use (admin-api.md 4.8).</summary>
internal static class ObjectPermissions
{
    private static readonly ImmutableArray<string> Lists =
    [
        "mcp_servers", "mcp_access_groups", "mcp_toolsets", "blocked_tools", "vector_stores", "agents", "agent_access_groups", "models",
        "search_tools",
    ];

    /// <summary>Writes what a request says into the object's row.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="given">The request's <c>object_permission</c>; null or empty is no restriction.</param>
    /// <param name="currentId">The row that the object has; null without one.</param>
    /// <returns>Id of the row that the object has from now on; null for none.</returns>
    public static async Task<string?> SaveAsync(IRowWriter rows, JsonObject? given, string? currentId)
    {
        if (given is null or { Count: 0 })
        {
            return null;
        }

        var fields = new Fields(given);
        var changes = new JsonObject();
        foreach (var name in Lists.Where(fields.Has))
        {
            changes[name] = new JsonArray([.. (fields.Texts(name) ?? []).Select(static text => (JsonNode)text)]);
        }

        if (fields.Has("mcp_tool_permissions"))
        {
            changes["mcp_tool_permissions"] = fields.Object("mcp_tool_permissions")?.DeepClone();
        }

        if (currentId is not null && await rows.FindAsync(Tables.ObjectPermissions, currentId) is not null)
        {
            if (changes.Count > 0)
            {
                await rows.UpdateAsync(Tables.ObjectPermissions, Filter.Equal("object_permission_id", currentId), changes);
            }

            return currentId;
        }

        var id = Guid.NewGuid().ToString();
        changes.Insert(0, "object_permission_id", id);
        await rows.InsertAsync(Tables.ObjectPermissions, changes);
        return id;
    }

    /// <summary>Checks that a team's key asks for no tool servers beyond the team's own, where the team has a list of them.</summary>
    public static async Task CheckTeamAsync(IRowReader rows, JsonObject? given, JsonObject? team, ErrorGroup errors)
    {
        if (given is null || BudgetRules.TextOf(team, "object_permission_id") is not { } id
            || await rows.FindAsync(Tables.ObjectPermissions, id) is not { } permission)
        {
            return;
        }

        var allowed = BudgetRules.TextsOf(permission, "mcp_servers");
        var foreign = (new Fields(given).Texts("mcp_servers") ?? []).Where(server => !allowed.Contains(server, StringComparer.Ordinal)).ToList();
        if (allowed.Count > 0 && foreign.Count > 0)
        {
            throw AdminException.Of(
                errors, 403, $"Key requests MCP servers not allowed by team {BudgetRules.TextOf(team, "team_id")}: {BudgetRules.Show(foreign)}");
        }
    }
}
