using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Rules;

/// <summary>What an object may use of servers, stores, agents and tools: <c>object_permission</c> (admin-api.md 4.8).</summary>
internal static class ObjectPermissions
{
    private static readonly string[] Lists =
    [
        "mcp_servers", "mcp_access_groups", "vector_stores", "agents", "agent_access_groups", "models", "blocked_tools", "mcp_toolsets",
        "search_tools",
    ];

    /// <summary>
    /// Stores what the request says: merged into the owner's row when there is one. Returns the row's id for the owner's column
    /// <c>object_permission_id</c>.
    /// </summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="fields">The request, with <c>object_permission</c>.</param>
    /// <param name="currentId">Row that the owner has; null for none.</param>
    /// <returns>The id, <paramref name="currentId"/> when the request says nothing, null when it lifts all restrictions.</returns>
    public static async Task<string?> StoreAsync(IRowWriter rows, Fields fields, string? currentId)
    {
        if (!fields.Has("object_permission"))
        {
            return currentId;
        }

        var sent = Read(fields);
        if (sent.Count == 0)
        {
            return null;
        }

        if (currentId is not null
            && await rows.UpdateAsync(Tables.ObjectPermissions, Filter.Equal("object_permission_id", currentId), sent) > 0)
        {
            return currentId;
        }

        var id = Guid.NewGuid().ToString();
        sent["object_permission_id"] = id;
        await rows.InsertAsync(Tables.ObjectPermissions, sent);
        return id;
    }

    /// <summary>Columns that the request sets; throws 422 for what does not fit. Null in a list clears it.</summary>
    public static JsonObject Read(Fields fields)
    {
        var row = new JsonObject();
        if (fields.Object("object_permission") is not { } sent)
        {
            return row;
        }

        var inner = new Fields(sent);
        foreach (var name in Lists)
        {
            if (inner.Has(name))
            {
                row[name] = (inner.Texts(name) ?? []).ToJsonArray();
            }
        }

        if (inner.Has("mcp_tool_permissions"))
        {
            var tools = new Fields(inner.Object("mcp_tool_permissions") ?? []);
            foreach (var server in tools.Json.Select(static member => member.Key).ToList())
            {
                _ = tools.Texts(server);
            }

            row["mcp_tool_permissions"] = inner.Object("mcp_tool_permissions")?.DeepClone();
        }

        return row;
    }

    /// <summary>The rows of these owners' column <c>object_permission_id</c>, shaped, by id.</summary>
    public static async Task<Dictionary<string, JsonObject>> LoadAsync(IRowReader rows, IEnumerable<JsonObject> owners)
    {
        var ids = owners.Select(static owner => owner.Text("object_permission_id")).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count == 0)
        {
            return [];
        }

        var found = await rows.SelectAsync(Tables.ObjectPermissions, Filter.In("object_permission_id", ids));
        return found.ToDictionary(static row => row.Text("object_permission_id")!, Shape, StringComparer.Ordinal);
    }

    /// <summary>A row as answers carry it.</summary>
    public static JsonObject Shape(JsonObject row) => row.Pick(
        "object_permission_id", "mcp_servers[]", "mcp_access_groups[]", "mcp_tool_permissions", "vector_stores[]", "agents[]",
        "agent_access_groups[]", "models[]", "mcp_toolsets", "blocked_tools[]", "search_tools[]");
}
