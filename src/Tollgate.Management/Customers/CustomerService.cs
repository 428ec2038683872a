using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Customers;

/// <summary>Customers: the <c>user</c> of requests (admin-api.md 10).</summary>
public sealed class CustomerService(IDatabase database, AuditLog audit, BudgetClock clock, SnapshotHolder snapshots)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Internal;

    /// <summary>Makes a customer.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var id = fields.RequiredText("user_id");
        var columns = Read(fields);
        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    if (await rows.FindAsync(Tables.Customers, id) is not null)
                    {
                        throw Duplicate(id);
                    }

                    var row = (JsonObject)columns.DeepClone();
                    row["user_id"] = id;
                    row["budget_id"] = await BudgetRows.LinkAsync(rows, caller, clock, fields, Errors);
                    row["object_permission_id"] = await ObjectPermissions.SaveAsync(rows, fields.Object("object_permission"), null);
                    await rows.InsertAsync(Tables.Customers, row);
                    return await FinishAsync(rows, caller, AuditAction.Created, id, null, columns.ContainsKey("spend"));
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw Duplicate(id);
        }
    }

    /// <summary>Changes a customer. COMPAT: nulls are ignored (admin-api.md 10).</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var id = fields.RequiredText("user_id");
        var sent = new Fields(new JsonObject(fields.Json.Where(static member => member.Value is not null)
            .Select(static member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))));
        var columns = Read(sent);
        var budget = new BudgetFields(sent, Errors).ReadRow(clock);
        return database.WriteAsync(
            async rows =>
            {
                var before = await rows.FindAsync(Tables.Customers, id) ?? throw Unknown(400, $"End User Id={id} does not exist in db");
                var changes = (JsonObject)columns.DeepClone();
                if (sent.Text("budget_id") is { Length: > 0 } named)
                {
                    await BudgetRows.RequireAsync(rows, named, Errors);
                    changes["budget_id"] = named;
                }
                else if (budget.Count > 0)
                {
                    changes["budget_id"] = await OwnBudgetAsync(rows, caller, before, budget);
                }

                if (sent.Has("object_permission"))
                {
                    changes["object_permission_id"] = await ObjectPermissions.SaveAsync(
                        rows, sent.Object("object_permission"), before.Text("object_permission_id"));
                }

                await rows.UpdateAsync(Tables.Customers, Filter.Equal("user_id", id), changes);
                return await FinishAsync(rows, caller, AuditAction.Updated, id, before, changes.ContainsKey("spend"));
            },
            cancellationToken);
    }

    /// <summary>One customer.</summary>
    public Task<JsonObject> InfoAsync(AdminCaller caller, string id, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        return database.ReadAsync(
            async rows => (await ShapeAsync(
                rows, [await rows.FindAsync(Tables.Customers, id) ?? throw Unknown(404, $"End User Id={id} does not exist in db")]))[0],
            cancellationToken);
    }

    /// <summary>All customers.</summary>
    public Task<JsonNode> ListAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        return database.ReadAsync<JsonNode>(
            static async rows => (await ShapeAsync(rows, await rows.SelectAsync(Tables.Customers, Filter.None, [new SortBy("user_id")]))).ToJsonArray(),
            cancellationToken);
    }

    /// <summary>Deletes customers; all of them must exist.</summary>
    public Task<JsonObject> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var ids = Ids(fields);
        return database.WriteAsync(
            async rows =>
            {
                var found = await rows.SelectAsync(Tables.Customers, Filter.In("user_id", ids));
                var missing = ids.Except(found.Select(static row => row.Text("user_id")!), StringComparer.Ordinal).ToList();
                if (missing.Count > 0)
                {
                    throw Unknown(404, $"End User Id(s)={BudgetRules.Show(missing)} do not exist in db");
                }

                foreach (var row in found)
                {
                    var id = row.Text("user_id")!;
                    await rows.DeleteAsync(Tables.Customers, Filter.Equal("user_id", id));
                    await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Customers, id, row, null);
                    await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Customer, id));
                }

                return new JsonObject
                {
                    ["deleted_customers"] = ids.Count,
                    ["message"] = $"Successfully deleted customers with ids: {BudgetRules.Show(ids)}",
                };
            },
            cancellationToken);
    }

    /// <summary>Blocks customers, also such as have no row yet.</summary>
    public Task<JsonObject> BlockAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var ids = Ids(fields);
        return database.WriteAsync(
            async rows =>
            {
                var blocked = new JsonArray();
                foreach (var id in ids)
                {
                    var before = await rows.FindAsync(Tables.Customers, id);
                    await rows.UpsertAsync(Tables.Customers, new JsonObject { ["user_id"] = id, ["blocked"] = true });
                    blocked.Add(await FinishAsync(rows, caller, AuditAction.Blocked, id, before, false));
                }

                return new JsonObject { ["blocked_users"] = blocked };
            },
            cancellationToken);
    }

    /// <summary>Unblocks customers; answers the ids of those still blocked.</summary>
    public Task<JsonObject> UnblockAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var ids = Ids(fields);
        return database.WriteAsync(
            async rows =>
            {
                foreach (var before in await rows.SelectAsync(Tables.Customers, Filter.In("user_id", ids)))
                {
                    var id = before.Text("user_id")!;
                    await rows.UpdateAsync(Tables.Customers, Filter.Equal("user_id", id), new JsonObject { ["blocked"] = false });
                    await FinishAsync(rows, caller, AuditAction.Unblocked, id, before, false);
                }

                var left = await rows.SelectAsync(Tables.Customers, Filter.Equal("blocked", true), [new SortBy("user_id")]);
                return new JsonObject { ["blocked_users"] = left.Select(static row => row.Text("user_id")!).ToJsonArray() };
            },
            cancellationToken);
    }

    private static IReadOnlyList<string> Ids(Fields fields) => fields.Has("user_ids")
        ? [.. (fields.Texts("user_ids") ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
        : throw AdminException.Invalid(new ValidationFault("missing", ["body", "user_ids"], "Field required", fields.Json));

    private JsonObject Read(Fields fields)
    {
        var columns = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["alias", "allowed_model_region", "default_model"])
        {
            if (fields.Has(name))
            {
                columns[name] = fields.Text(name);
            }
        }

        if (columns.Text("allowed_model_region") is { } region && region is not ("eu" or "us"))
        {
            throw fields.Fault("literal_error", "allowed_model_region", "Input should be 'eu' or 'us'", region);
        }

        if (columns.Text("default_model") is { } model && snapshots.Current.Models.Resolve(model) is null)
        {
            throw AdminException.Of(
                Errors, 422, $"Default Model not on proxy. Configure via `/model/new` or config.yaml. Default_model_name={model}");
        }

        if (fields.Flag("blocked") is { } blocked)
        {
            columns["blocked"] = blocked;
        }

        if (new BudgetFields(fields, Errors).Money("spend") is { } spend)
        {
            columns["spend"] = spend;
        }

        return columns;
    }

    /// <summary>The customer's own budget row: one that others share is copied, so that their limits stay.</summary>
    private async Task<string> OwnBudgetAsync(IRowWriter rows, AdminCaller caller, JsonObject customer, JsonObject changes)
    {
        if (customer.Text("budget_id") is not { } current || await rows.FindAsync(Tables.Budgets, current) is not { } row)
        {
            return await BudgetRows.InsertAsync(rows, caller, clock, changes);
        }

        var isDefault = string.Equals(current, snapshots.Current.Config.Budgets.DefaultCustomerBudgetId, StringComparison.Ordinal);
        if (!isDefault && await rows.CountAsync(Tables.Customers, Filter.Equal("budget_id", current)) == 1)
        {
            await BudgetRows.UpdateAsync(rows, caller, clock, current, changes);
            return current;
        }

        row.Remove("budget_id");
        row.Overlay(changes);
        return await BudgetRows.InsertAsync(rows, caller, clock, row);
    }

    private static AdminException Duplicate(string id) => AdminException.Proxy(
        400, $"Customer already exists, passed user_id={id}. Please pass a new user_id.", "bad_request", "user_id");

    private static AdminException Unknown(int status, string message) => AdminException.Proxy(status, message, "not_found", "user_id");

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

    private static AdminException Forbidden(AdminCaller caller)
        => AdminException.Of(Errors, 401, $"Admin-only endpoint. Your user role={caller.RoleName}");

    private static async Task<List<JsonObject>> ShapeAsync(IRowReader rows, IReadOnlyList<JsonObject> customers)
    {
        var budgets = await BudgetShapes.LoadAsync(rows, customers);
        var permissions = await PermissionShapes.LoadAsync(rows, customers);
        return [.. customers.Select(customer => CustomerShapes.Row(customer, budgets, permissions))];
    }

    private async Task<JsonObject> FinishAsync(
        IRowWriter rows, AdminCaller caller, AuditAction action, string id, JsonObject? before, bool spendWasSet)
    {
        var row = (await rows.FindAsync(Tables.Customers, id))!;
        await audit.RecordAsync(rows, caller, action, Tables.Customers, id, before, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Customer, id, spendWasSet));
        return (await ShapeAsync(rows, [row]))[0];
    }
}
