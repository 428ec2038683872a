using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;

namespace Tollgate.Management.Budgets;

/// <summary>Writes budget rows on behalf of what links to them: organizations, customers, tags, projects, members.</summary>
internal static class BudgetRows
{
    /// <summary>Inserts a budget row and returns its id.</summary>
    /// <param name="rows">The transaction.</param>
    /// <param name="caller">Who made it.</param>
    /// <param name="clock">When.</param>
    /// <param name="columns">Its columns; <c>budget_id</c> is made when absent.</param>
    public static async Task<string> InsertAsync(IRowWriter rows, AdminCaller caller, BudgetClock clock, JsonObject columns)
    {
        var by = caller.UserId ?? AdminCaller.DefaultUserId;
        var row = (JsonObject)columns.DeepClone();
        var id = row.Text("budget_id") is { Length: > 0 } given ? given : Guid.NewGuid().ToString();
        row["budget_id"] = id;
        row["created_at"] = clock.Now;
        row["updated_at"] = clock.Now;
        row["created_by"] = by;
        row["updated_by"] = by;
        await rows.InsertAsync(Tables.Budgets, row);
        return id;
    }

    /// <summary>Sets columns of a budget row and tells everything that links to it; false when there is no such row.</summary>
    public static async Task<bool> UpdateAsync(IRowWriter rows, AdminCaller caller, BudgetClock clock, string id, JsonObject changes)
    {
        if (changes.Count == 0)
        {
            return true;
        }

        var set = (JsonObject)changes.DeepClone();
        set["updated_at"] = clock.Now;
        set["updated_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
        if (await rows.UpdateAsync(Tables.Budgets, Filter.Equal("budget_id", id), set) == 0)
        {
            return false;
        }

        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Budget, id));
        return true;
    }

    /// <summary>
    /// The budget row that a request gives its object: the named one, which must exist, or a new one from the budget fields.
    /// </summary>
    /// <returns>Null when the request says nothing about budgets.</returns>
    public static async Task<string?> LinkAsync(
        IRowWriter rows, AdminCaller caller, BudgetClock clock, Fields fields, ErrorGroup errors)
    {
        var columns = new BudgetFields(fields, errors).ReadRow(clock);
        if (fields.Text("budget_id") is { Length: > 0 } named)
        {
            await RequireAsync(rows, named, errors);
            return named;
        }

        return columns.Count == 0 ? null : await InsertAsync(rows, caller, clock, columns);
    }

    /// <summary>Refuses a budget row that does not exist.</summary>
    public static async Task RequireAsync(IRowReader rows, string id, ErrorGroup errors)
    {
        if (await rows.FindAsync(Tables.Budgets, id) is null)
        {
            throw AdminException.Of(errors, 400, $"Budget not found, passed budget_id={id}");
        }
    }
}
