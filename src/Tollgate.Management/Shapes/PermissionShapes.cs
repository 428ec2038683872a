using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Shapes;

/// <summary>The response object of <c>object_permission</c> (admin-api.md 4.8).</summary>
internal static class PermissionShapes
{
    /// <summary>The permission rows that these owners link to, shaped, by id.</summary>
    public static async Task<Dictionary<string, JsonObject>> LoadAsync(IRowReader rows, IEnumerable<JsonObject> owners)
    {
        var ids = owners.Select(static owner => owner.Text("object_permission_id")).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count == 0)
        {
            return [];
        }

        var found = await rows.SelectAsync(Tables.ObjectPermissions, Filter.In("object_permission_id", ids));
        return found.ToDictionary(static row => row.Text("object_permission_id")!, Row, StringComparer.Ordinal);
    }

    /// <summary>A copy of the row that an owner links to; null when it links to none.</summary>
    public static JsonNode? Of(JsonObject owner, Dictionary<string, JsonObject> permissions)
        => owner.Text("object_permission_id") is { } id && permissions.TryGetValue(id, out var permission) ? permission.DeepClone() : null;

    private static JsonObject Row(JsonObject row) => row.Pick(
        "object_permission_id", "mcp_servers[]", "mcp_access_groups[]", "mcp_tool_permissions", "vector_stores[]", "agents[]",
        "agent_access_groups[]", "models[]", "mcp_toolsets", "blocked_tools[]", "search_tools[]");
}
