using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Users;

// Budgets of users and what they have spent (admin-api.md 6.10, 6.11).
public sealed partial class UserService
{
    private static readonly string[] BudgetFields =
        ["max_budget", "budget_duration", "tpm_limit", "rpm_limit", "max_parallel_requests", "model_max_budget"];

    /// <summary>Sets a user's budget; a user that does not exist is made, without a key. Spend stays.</summary>
    public async Task<JsonNode> SetBudgetAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        var id = fields.RequiredText("user_id");
        if (id.Length == 0)
        {
            throw fields.Fault("value_error", "user_id", "Value error, user_id must not be empty", fields.Any("user_id"));
        }

        return await database.WriteAsync(
            async rows =>
            {
                var before = await LockAsync(rows, id, null);
                if (before is null ? !caller.IsAdmin : !(KeyAccess.MayWrite(caller) && await UserAccess.AdministersAsync(rows, caller, before)))
                {
                    throw AdminException.Of(ErrorGroup.Internal, 403, "Only proxy admins can set the budgets of users.");
                }

                var only = new JsonObject(
                    BudgetFields.Where(fields.Has).Select(name => KeyValuePair.Create(name, fields.Any(name)?.DeepClone())));
                var columns = UserColumns.Read(
                    new Fields(only), before ?? [], time.GetUtcNow(), snapshots.Current.Config.Budgets.TimeZone, ErrorGroup.Internal);
                JsonObject after;
                if (before is null)
                {
                    columns["user_id"] = id;
                    columns["user_role"] = "internal_user";
                    after = await writer.CreateAsync(rows, caller, columns, ErrorGroup.Internal);
                }
                else
                {
                    after = await writer.ChangeAsync(rows, caller, before, columns, ErrorGroup.Internal);
                }

                return BudgetShape(after, before is null);
            },
            cancellationToken);
    }

    /// <summary>A user's budget.</summary>
    public async Task<JsonNode> BudgetAsync(AdminCaller caller, string? userId, CancellationToken cancellationToken)
    {
        var id = (userId is { Length: > 0 } ? userId : caller.UserId)
            ?? throw AdminException.Of(ErrorGroup.Internal, 400, "user_id is required: this key has no user of its own.");
        return await database.ReadAsync(
            async rows =>
            {
                var user = await rows.FindAsync(Tables.Users, id);
                await CheckMaySeeAsync(rows, caller, id, user);
                return BudgetShape(user ?? throw NotFound(id), created: false);
            },
            cancellationToken);
    }

    /// <summary>Sets what users have spent, usually to nothing; with <c>include_keys</c> what their keys have spent too.</summary>
    public async Task<JsonNode> ResetSpendAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
        {
            throw AdminException.Of(ErrorGroup.Internal, 403, "Only proxy admins can reset the spend of users.");
        }

        var ids = fields.Texts("user_ids");
        var one = fields.Text("user_id") is { Length: > 0 } given ? given : null;
        var email = fields.Text("user_email") is { Length: > 0 } address ? address : null;
        if (ids is null && one is null && email is null)
        {
            throw fields.Fault("missing", "user_id", "Field required", fields.Json);
        }

        var amount = fields.Any("reset_to") switch
        {
            null => 0,
            JsonValue value when value.GetValueKind() == JsonValueKind.Number => fields.Number("reset_to")!.Value,
            _ => throw AdminException.Detail(400, "reset_to must be a float"),
        };
        return await database.WriteAsync(
            async rows =>
            {
                if (ids is null)
                {
                    return await ResetAsync(rows, caller, await LockAsync(rows, one, email) ?? throw NotFound(one ?? email!), amount, fields);
                }

                var results = new JsonArray();
                foreach (var id in ids.Distinct(StringComparer.Ordinal))
                {
                    results.Add(await ResetAsync(rows, caller, await LockAsync(rows, id, null) ?? throw NotFound(id), amount, fields));
                }

                return new JsonObject { ["results"] = results };
            },
            cancellationToken);
    }

    private async Task<JsonObject> ResetAsync(IRowWriter rows, AdminCaller caller, JsonObject user, double amount, Fields fields)
    {
        var spent = BudgetRules.NumberOf(user, "spend") ?? 0;
        var allowed = SpendReset.Check(amount, spent, BudgetRules.NumberOf(user, "max_budget"));
        var after = await writer.ChangeAsync(rows, caller, user, new JsonObject { ["spend"] = allowed }, ErrorGroup.Internal);
        var id = user["user_id"]!.GetValue<string>();
        if (fields.Flag("include_keys") == true)
        {
            foreach (var key in await rows.SelectAsync(Tables.Keys, Filter.All(Filter.Equal("user_id", id), Filter.Greater("spend", amount))))
            {
                var token = key["token"]!.GetValue<string>();
                await rows.UpdateAsync(Tables.Keys, Filter.Equal("token", token), new JsonObject { ["spend"] = amount });
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Key, token, SpendWasSet: true));
            }
        }

        return new JsonObject
        {
            ["user_id"] = id,
            ["spend"] = after["spend"]?.DeepClone(),
            ["previous_spend"] = spent,
            ["max_budget"] = after["max_budget"]?.DeepClone(),
            ["budget_reset_at"] = after["budget_reset_at"]?.DeepClone(),
        };
    }

    private static JsonObject BudgetShape(JsonObject user, bool created) => new()
    {
        ["user_id"] = user["user_id"]?.DeepClone(),
        ["max_budget"] = user["max_budget"]?.DeepClone(),
        ["budget_duration"] = user["budget_duration"]?.DeepClone(),
        ["budget_reset_at"] = user["budget_reset_at"]?.DeepClone(),
        ["spend"] = user["spend"]?.DeepClone(),
        ["created"] = created,
        ["data"] = UserShapes.Row(user),
    };

    private static AdminException NotFound(string id) => AdminException.Proxy(404, $"User {id} not found", "not_found_error", "user_id");
}
