using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Management.Budgets;
using Tollgate.Management.Kernel;
using Tollgate.Management.Rules;
using Tollgate.Management.Shapes;

namespace Tollgate.Management.Tags;

/// <summary>Tags with their budgets (admin-api.md 12).</summary>
public sealed class TagService(IDatabase database, AuditLog audit, BudgetClock clock, SnapshotHolder snapshots)
{
    private static readonly ErrorGroup Errors = ErrorGroup.Detail;

    /// <summary>Makes a tag.</summary>
    public async Task<JsonNode> CreateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = Name(fields);
        var columns = Read(fields);
        try
        {
            return await database.WriteAsync(
                async rows =>
                {
                    if (await rows.FindAsync(Tables.Tags, name) is not null)
                    {
                        throw Duplicate(name);
                    }

                    var row = (JsonObject)columns.DeepClone();
                    row["tag_name"] = name;
                    row["budget_id"] = await BudgetRows.LinkAsync(rows, caller, clock, fields, Errors);
                    row["created_at"] = clock.Now;
                    row["updated_at"] = clock.Now;
                    row["created_by"] = caller.UserId ?? AdminCaller.DefaultUserId;
                    await rows.InsertAsync(Tables.Tags, row);
                    return await FinishAsync(rows, caller, AuditAction.Created, name, null);
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            throw Duplicate(name);
        }
    }

    /// <summary>Changes a tag; budget fields change its budget row.</summary>
    public Task<JsonObject> UpdateAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = Name(fields);
        var columns = Read(fields);
        var budget = new BudgetFields(fields, Errors).ReadRow(clock);
        return database.WriteAsync(
            async rows =>
            {
                var before = await rows.FindAsync(Tables.Tags, name) ?? throw NotFound(name);
                var changes = (JsonObject)columns.DeepClone();
                if (fields.Text("budget_id") is { Length: > 0 } named)
                {
                    await BudgetRows.RequireAsync(rows, named, Errors);
                    changes["budget_id"] = named;
                }
                else if (budget.Count > 0
                    && !(before.Text("budget_id") is { } current && await BudgetRows.UpdateAsync(rows, caller, clock, current, budget)))
                {
                    changes["budget_id"] = await BudgetRows.InsertAsync(rows, caller, clock, budget);
                }

                changes["updated_at"] = clock.Now;
                await rows.UpdateAsync(Tables.Tags, Filter.Equal("tag_name", name), changes);
                return await FinishAsync(rows, caller, AuditAction.Updated, name, before);
            },
            cancellationToken);
    }

    /// <summary>The named tags, by name.</summary>
    public Task<JsonObject> InfoAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        if (!fields.Has("names"))
        {
            throw AdminException.Invalid(new ValidationFault("missing", ["body", "names"], "Field required", fields.Json));
        }

        var names = (fields.Texts("names") ?? []).Distinct(StringComparer.Ordinal).ToList();
        return database.ReadAsync(
            async rows =>
            {
                var found = await rows.SelectAsync(Tables.Tags, Filter.In("tag_name", names), [new SortBy("tag_name")]);
                if (found.Count == 0)
                {
                    throw AdminException.Of(Errors, 404, names.Count == 0 ? "No tags found" : $"Tags not found: {string.Join(", ", names)}");
                }

                var budgets = await BudgetShapes.LoadAsync(rows, found);
                return new JsonObject(found.Select(tag =>
                    KeyValuePair.Create<string, JsonNode?>(tag.Text("tag_name")!, TagShapes.Row(tag, budgets))));
            },
            cancellationToken);
    }

    /// <summary>All tags: those that were made, then those that calls carried.</summary>
    public Task<JsonNode> ListAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        RequireReader(caller);
        var start = query.Moment("start_date");
        var end = query.Moment("end_date");
        if (start is null != end is null)
        {
            throw AdminException.Of(Errors, 400, "Please provide both start_date and end_date, or neither");
        }

        return database.ReadAsync<JsonNode>(
            async rows =>
            {
                var made = await rows.SelectAsync(Tables.Tags, Filter.None, [new SortBy("created_at"), new SortBy("tag_name")]);
                var budgets = await BudgetShapes.LoadAsync(rows, made);
                var known = made.Select(static tag => tag.Text("tag_name")!).ToHashSet(StringComparer.Ordinal);
                var tags = made.Select(tag => TagShapes.Row(tag, budgets)).ToJsonArray();
                foreach (var seen in await SeenAsync(rows, start, end))
                {
                    if (seen.Text("tag") is { Length: > 0 } name && known.Add(name))
                    {
                        tags.Add(TagShapes.Dynamic(name, seen["first_seen"], seen["last_seen"]));
                    }
                }

                return tags;
            },
            cancellationToken);
    }

    /// <summary>Deletes a tag; what calls have carried stays in the logs.</summary>
    public Task<JsonObject> DeleteAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        RequireAdmin(caller);
        var name = Name(fields);
        return database.WriteAsync(
            async rows =>
            {
                var before = await rows.FindAsync(Tables.Tags, name) ?? throw NotFound(name);
                await rows.DeleteAsync(Tables.Tags, Filter.Equal("tag_name", name));
                await audit.RecordAsync(rows, caller, AuditAction.Deleted, Tables.Tags, name, before, null);
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Tag, name));
                return new JsonObject { ["message"] = $"Tag {name} deleted successfully" };
            },
            cancellationToken);
    }

    private static Task<IReadOnlyList<JsonObject>> SeenAsync(IRowReader rows, DateTime? start, DateTime? end)
    {
        var from = start is { } first ? Timestamps.Text(first)[..10] : "";
        var to = end is { } last ? Timestamps.Text(last)[..10] : "9999";
        return rows.QueryAsync(
            $"SELECT tag, MIN(date) AS first_seen, MAX(date) AS last_seen FROM {rows.NameOf(Tables.DailyTagSpend)} "
            + "WHERE date >= @from AND date <= @to GROUP BY tag ORDER BY tag",
            ("from", from), ("to", to));
    }

    private static string Name(Fields fields) => fields.RequiredText("name") is { Length: > 0 } name
        ? name
        : throw fields.Fault("value_error", "name", "Value error, name cannot be empty", fields.Any("name"));

    /// <summary>Columns that the request sets. Models may be given by id or by the name of their group.</summary>
    private JsonObject Read(Fields fields)
    {
        var columns = new JsonObject();
        if (fields.Has("description"))
        {
            columns["description"] = fields.Text("description");
        }

        if (fields.Has("models"))
        {
            var names = new JsonObject();
            foreach (var model in fields.Texts("models") ?? [])
            {
                var deployments = snapshots.Current.Config.Deployments
                    .Where(d => string.Equals(d.Id, model, StringComparison.Ordinal) || string.Equals(d.ModelGroup, model, StringComparison.Ordinal))
                    .ToList();
                foreach (var deployment in deployments)
                {
                    names[deployment.Id] = deployment.ModelGroup;
                }

                if (deployments.Count == 0)
                {
                    names[model] = model;
                }
            }

            columns["models"] = names.Select(static member => member.Key).ToJsonArray();
            columns["model_info"] = names;
        }

        if (fields.Object("model_info") is { } info)
        {
            columns["model_info"] = info.DeepClone();
        }

        return columns;
    }

    private async Task<JsonObject> FinishAsync(IRowWriter rows, AdminCaller caller, AuditAction action, string name, JsonObject? before)
    {
        var row = (await rows.FindAsync(Tables.Tags, name))!;
        await audit.RecordAsync(rows, caller, action, Tables.Tags, name, before, row);
        await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Tag, name));
        var verb = action == AuditAction.Created ? "created" : "updated";
        return new JsonObject
        {
            ["message"] = $"Tag {row.Text("tag_name")} {verb} successfully",
            ["tag"] = TagShapes.Row(row, await BudgetShapes.LoadAsync(rows, [row])),
        };
    }

    private static AdminException NotFound(string name) => AdminException.Of(Errors, 404, $"Tag {name} not found");

    private static AdminException Duplicate(string name) => AdminException.Of(Errors, 400, $"Tag {name} already exists");

    private static void RequireAdmin(AdminCaller caller)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admins can change tags. Your role={caller.RoleName}");
        }
    }

    private static void RequireReader(AdminCaller caller)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Of(Errors, 403, $"Only proxy admins can see tags. Your role={caller.RoleName}");
        }
    }
}
