using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Audit;

/// <summary>Reads the audit log (admin-api.md 29.1).</summary>
public sealed class AuditReader(IDatabase database)
{
    private static readonly string[] Matched = ["changed_by", "changed_by_api_key", "action", "table_name", "object_id"];

    private static readonly string[] Sortable = ["updated_at", "changed_by", "changed_by_api_key", "action", "table_name", "object_id"];

    /// <summary>A page of records, newest first unless the query says otherwise.</summary>
    public Task<JsonObject> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        var page = Paging.Read(query, 10);
        var filter = Read(query);
        var order = Order(query);
        return database.ReadAsync(
            async rows =>
            {
                var total = await rows.CountAsync(Tables.AuditLog, filter);
                var found = await rows.SelectAsync(Tables.AuditLog, filter, order, page.Range);
                return page.Answer("audit_logs", found.Select(Row).ToJsonArray(), total);
            },
            cancellationToken);
    }

    /// <summary>One record.</summary>
    public async Task<JsonObject> FindAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        var row = await database.ReadAsync(rows => rows.FindAsync(Tables.AuditLog, id), cancellationToken);
        return row is null ? throw AdminException.Detail(404, $"Audit log with ID {id} not found", "message") : Row(row);
    }

    private static JsonObject Row(JsonObject row) => row.Pick(
        "id", "updated_at", "changed_by", "changed_by_api_key", "action", "table_name", "object_id", "before_value", "updated_values");

    private static Filter Read(Fields query)
    {
        var filters = new List<Filter>();
        foreach (var name in Matched)
        {
            if (query.Text(name) is { Length: > 0 } value)
            {
                filters.Add(Filter.Equal(name, value));
            }
        }

        if (query.Moment("start_date") is { } start)
        {
            filters.Add(Filter.AtLeast("updated_at", start));
        }

        if (query.Moment("end_date") is { } end)
        {
            // A date without time means the whole day.
            filters.Add(query.Text("end_date")!.Trim().Length == 10 && end < DateTime.MaxValue.Date
                ? Filter.Less("updated_at", end.AddDays(1))
                : Filter.AtMost("updated_at", end));
        }

        AddObject(filters, query, "object_team_id", Tables.Teams);
        AddObject(filters, query, "object_key_hash", Tables.Keys);
        return Filter.All(filters);
    }

    private static void AddObject(List<Filter> filters, Fields query, string name, Table table)
    {
        if (query.Text(name) is { Length: > 0 } id)
        {
            filters.Add(Filter.All(Filter.Equal("table_name", table.Name), Filter.Equal("object_id", id)));
        }
    }

    private static SortBy[] Order(Fields query)
    {
        var descending = query.Text("sort_order") is not "asc";
        if (query.Text("sort_by") is not { Length: > 0 } column)
        {
            return [new SortBy("updated_at", descending), new SortBy("id")];
        }

        var known = Array.Find(Sortable, name => string.Equals(name, column, StringComparison.Ordinal))
            ?? throw AdminException.Detail(400, $"Invalid sort_by. Use one of {string.Join(", ", Sortable)}.");
        return [new SortBy(known, descending), new SortBy("id")];
    }

    private static void RequireReader(AdminCaller caller)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Detail(403, $"Only proxy admins may read the audit log. Your role={caller.RoleName}");
        }
    }
}
