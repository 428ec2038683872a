using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Teams;

/// <summary>Names that a team may send for models: <c>model_aliases</c>, a row of <c>LiteLLM_ModelTable</c> that the team links to.</summary>
internal static class TeamAliases
{
    /// <summary>Writes what the request says; returns the row's id for the team's <c>model_id</c>.</summary>
    public static async Task<long?> StoreAsync(IRowWriter rows, AdminCaller caller, BudgetClock clock, Fields fields, long? currentId)
    {
        if (!fields.Has("model_aliases"))
        {
            return currentId;
        }

        var by = caller.UserId ?? AdminCaller.DefaultUserId;
        var aliases = ReadMap(fields);
        var row = new JsonObject { ["aliases"] = aliases, ["updated_at"] = clock.Now, ["updated_by"] = by };
        if (currentId is { } id && await rows.UpdateAsync(Tables.TeamModelAliases, Filter.Equal("id", id), row) > 0)
        {
            return id;
        }

        if (aliases.Count == 0)
        {
            return null;
        }

        row["created_at"] = clock.Now;
        row["created_by"] = by;
        await rows.InsertAsync(Tables.TeamModelAliases, row);
        return await LastIdAsync(rows);
    }

    private static JsonObject ReadMap(Fields fields)
    {
        var map = fields.Object("model_aliases") ?? [];
        var inner = new Fields(map);
        foreach (var (name, _) in map)
        {
            _ = inner.RequiredText(name);
        }

        return (JsonObject)map.DeepClone();
    }

    /// <summary>The number that the database gave to the row of this session.</summary>
    private static async Task<long?> LastIdAsync(IRowWriter rows)
    {
        var found = await rows.QueryAsync(rows.Kind == DatabaseKind.Sqlite
            ? "SELECT last_insert_rowid() AS id"
            : "SELECT currval(pg_get_serial_sequence('\"LiteLLM_ModelTable\"', 'id')) AS id");
        return found[0].Count("id");
    }
}
