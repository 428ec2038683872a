using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Budgets;

/// <summary>Budget rows that keys, organizations, customers, tags, projects and members link to (admin-api.md 11).</summary>
public sealed class BudgetService(IDatabase database, AuditLog audit, BudgetClock clock)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    private static readonly (string Name, string Type, string Description)[] Settings =
    [
        ("max_parallel_requests", "Integer", "Max concurrent requests allowed for this budget id."),
        ("tpm_limit", "Integer", "Max tokens per minute, allowed for this budget id."),
        ("rpm_limit", "Integer", "Max requests per minute, allowed for this budget id."),
        ("budget_duration", "String", "Length of a budget period, as 30s, 30m, 30h, 30d or 1mo."),
        ("max_budget", "Float", "Requests fail once this budget is exceeded. In USD."),
        ("soft_budget", "Float", "An alert is sent once this budget is exceeded; requests do not fail. In USD."),
        ("model_max_budget", "Object", "Max budget for each model."),
    ];

    /// <summary>Makes a budget row.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var columns = new BudgetFields(fields, Errors, BudgetFields.NotFiniteWords).ReadRow(clock);
        var wanted = fields.Text("budget_id");
        columns["budget_id"] = wanted;
        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    if (wanted is not null && await rows.FindAsync(Tables.Budgets, wanted) is not null)
                    {
                        throw Duplicate(wanted);
                    }

                    var id = await BudgetRows.InsertAsync(rows, caller, clock, columns);
                    var row = (await rows.FindAsync(Tables.Budgets, id))!;
                    await audit.RecordAsync(rows, caller, AuditAction.Created, Tables.Budgets, id, null, row);
                    await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Budget, id));
                    return BudgetShapes.Row(row);
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw Duplicate(wanted);
        }
    }

    /// <summary>Changes a budget row: what links to it follows at once. A new length starts a new period.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var id = fields.Text("budget_id") is { Length: > 0 } given ? given : throw AdminException.Of(Errors, 400, "budget_id is required");
        var changes = new BudgetFields(fields, Errors, BudgetFields.NotFiniteWords).ReadRow(clock);
        return database.WriteAsync(
            async rows =>
            {
                var before = await rows.FindAsync(Tables.Budgets, id) ?? throw NotFound();
                await BudgetRows.UpdateAsync(rows, caller, clock, id, changes);
                await audit.RecordAsync(rows, caller, AuditAction.Updated, Tables.Budgets, id, before, changes);
                return BudgetShapes.Row((await rows.FindAsync(Tables.Budgets, id))!);
            },
            cancellationToken);
    }

    /// <summary>The named budget rows; those that do not exist are absent.</summary>
    public Task<JsonNode> InfoAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        if (!fields.Has("budgets"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "budgets"], "Field required", fields.Json));
        }

        var ids = fields.Texts("budgets") ?? [];
        if (ids.Count == 0)
        {
            throw AdminException.Of(Errors, 400, "Specify list of budget id's to query. Passed in=[]");
        }

        return ReadAsync(Filter.In("budget_id", ids), cancellationToken);
    }

    /// <summary>All budget rows, newest first.</summary>
    public Task<JsonNode> ListAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        return ReadAsync(Filter.None, cancellationToken);
    }

    /// <summary>The fields of a budget row, described for a form.</summary>
    public async Task<JsonNode> SettingsAsync(AdminCaller caller, string budgetId, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        var row = await database.ReadAsync(rows => rows.FindAsync(Tables.Budgets, budgetId), cancellationToken) ?? throw NotFound();
        return new JsonArray([.. Settings.Select(setting => new JsonObject
        {
            ["field_name"] = setting.Name,
            ["field_type"] = setting.Type,
            ["field_description"] = setting.Description,
            ["field_value"] = row[setting.Name]?.DeepClone(),
            ["stored_in_db"] = true,
            ["field_default_value"] = null,
            ["premium_field"] = false,
            ["nested_fields"] = null,
        })]);
    }

    /// <summary>Deletes a budget row; what linked to it has no such limit from then on.</summary>
    public Task<JsonObject> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var id = fields.RequiredText("id");
        return database.WriteAsync(
            async rows =>
            {
                var row = await rows.FindAsync(Tables.Budgets, id) ?? throw NotFound();
                if (await rows.CountAsync(Tables.Organizations, Filter.Equal("budget_id", id)) > 0)
                {
                    throw AdminException.Of(Errors, 400, "Budget belongs to an organization, which always has one. Delete the organization first.");
                }

                await rows.DeleteAsync(Tables.Budgets, Filter.Equal("budget_id", id));
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Budgets, id, row, null);
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Budget, id));
                return BudgetShapes.Row(row);
            },
            cancellationToken);
    }

    private async Task<JsonNode> ReadAsync(Filter filter, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            rows => rows.SelectAsync(Tables.Budgets, filter, [new SortBy("created_at", true)]), cancellationToken);
        return found.Select(BudgetShapes.Row).ToJsonArray();
    }

    private static AdminException NotFound() => AdminException.Of(Errors, 404, "Budget not found");

    private static AdminException Duplicate(string? id) => AdminException.Of(Errors, 400, $"Budget with id '{id}' already exists.");

    private static void RequireAdmin(AdminCaller caller)
    {
        if (!caller.IsAdmin)
        {
            throw Forbidden(caller);
        }
    }

    private static void RequireReader(AdminCaller caller)
    {
        if (!caller.MaySeeAll)
        {
            throw Forbidden(caller);
        }
    }

    // COMPAT: a refusal of rights with status 400 (admin-api.md 11).
    private static AdminException Forbidden(AdminCaller caller)
        => AdminException.Of(Errors, 400, $"Admin-only endpoint. Not allowed to access this., your role={caller.RoleName}");
}
