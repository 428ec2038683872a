using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Spend of the whole gateway by day, key, model, provider, tag and customer, from the daily tables (admin-api.md 15.8 to
/// 15.12).</summary>
public sealed class GlobalSpendService(IDatabase database, SnapshotHolder snapshots, AuditLog audit, TimeProvider time)
{
    private const int MostCustomers = 100;
    private const int MostRows = 10_000;

    /// <summary>The last 30 days, or a range.</summary>
    public async Task<JsonNode> TotalAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var asked = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadRequest);
        var rows = await UserSumsAsync(caller, asked ?? Recent, "sum(spend) AS spend", "", cancellationToken);
        var answer = new JsonObject
        {
            ["spend"] = rows[0].Real("spend"),
            ["max_budget"] = (double)snapshots.Current.Config.Budgets.GlobalMax
        };
        if (asked is { } days)
        {
            answer["start_date"] = days.FirstText;
            answer["end_date"] = days.LastText;
        }

        return answer;
    }

    /// <summary>Spend by day of the last 30 days, ascending.</summary>
    public async Task<JsonNode> ByDayAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var key = SpendScope.Hash(query.Filter("api_key"));
        var rows = await UserSumsAsync(caller, Recent, "\"date\" AS day, sum(spend) AS spend", "GROUP BY \"date\" ORDER BY \"date\"",
            cancellationToken, key);
        return rows.Select(row =>
        {
            var item = new JsonObject { ["date"] = row.Text("day"), ["spend"] = row.Real("spend") };
            if (key is not null)
            {
                item["api_key"] = key;
            }

            return item;
        }).ToJsonArray();
    }

    /// <summary>Keys by spend.</summary>
    public async Task<JsonNode> KeysAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        var limit = Limit(query, 100);
        var days = Days(query);
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = scope.OnUsers(new SqlConditions(rows.Kind).Days(days).Add("api_key <> ''"));
                return rows.QueryAsync(
                    "SELECT spent.api_key, token.key_alias, token.key_name, spent.spend FROM (SELECT api_key, sum(spend) AS spend "
                        + $"FROM {rows.NameOf(Tables.DailyUserSpend)}{conditions.Where} GROUP BY api_key ORDER BY sum(spend) DESC, api_key "
                        + $"LIMIT {conditions.Parameter(limit)}) AS spent LEFT JOIN {rows.NameOf(Tables.Keys)} AS token "
                        + "ON token.token = spent.api_key ORDER BY spent.spend DESC, spent.api_key",
                    conditions.Parameters);
            },
            cancellationToken);
        return found.Select(static row => new JsonObject
        {
            ["api_key"] = row.Text("api_key"),
            ["key_alias"] = row.TextOrNull("key_alias"),
            ["key_name"] = row.TextOrNull("key_name"),
            ["total_spend"] = row.Real("spend"),
        }).ToJsonArray();
    }

    /// <summary>Models by spend.</summary>
    public async Task<JsonNode> ModelsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var limit = Limit(query, 10).ToString(CultureInfo.InvariantCulture);
        var rows = await UserSumsAsync(
            caller, Days(query), "model, sum(spend) AS spend",
                $"AND model <> '' GROUP BY model ORDER BY sum(spend) DESC, model LIMIT {limit}", cancellationToken);
        return rows.Select(static row => new JsonObject { ["model"] = row.Text("model"), ["total_spend"] = row.Real("spend") })
            .ToJsonArray();
    }

    /// <summary>Providers by spend.</summary>
    public async Task<JsonNode> ProvidersAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail, required: true)!.Value;
        var rows = await UserSumsAsync(
            caller,
            days,
            "coalesce(nullif(custom_llm_provider, ''), 'Unknown') AS provider, sum(spend) AS spend",
            "GROUP BY 1 ORDER BY sum(spend) DESC",
            cancellationToken);
        return rows.Select(static row => new JsonObject { ["provider"] = row.Text("provider"), ["spend"] = row.Real("spend") })
            .ToJsonArray();
    }

    /// <summary>Tags by spend, all or the named ones.</summary>
    public async Task<JsonNode> TagsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadRequest, required: true);
        var tags = RowValues.List(query.Text("tags"));
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = new SqlConditions(rows.Kind).Days(days)
                    .In("tag", tags?.Contains("all-tags", StringComparer.Ordinal) == true ? null : tags).Add("tag <> ''");
                scope.OnKeys(conditions, rows);
                return rows.GroupsAsync(
                    $"SELECT tag, sum(spend) AS spend, sum(api_requests) AS requests "
                        + $"FROM {rows.NameOf(Tables.DailyTagSpend)}{conditions.Where} GROUP BY tag ORDER BY sum(spend) DESC, tag",
                    conditions.Parameters);
            },
            cancellationToken);
        return new JsonObject
        {
            ["spend_per_tag"] = found.Select(static row => new JsonObject
            {
                ["name"] = row.Text("tag"),
                ["spend"] = Math.Round(row.Real("spend"), 4),
                ["log_count"] = row.Whole("requests"),
            }).ToJsonArray(),
        };
    }

    /// <summary>Names of all tags that calls had.</summary>
    public Task<JsonNode> TagNamesAsync(AdminCaller caller, CancellationToken cancellationToken)
        => NamesAsync(caller, Tables.DailyTagSpend, "tag", "tag_names", cancellationToken);

    /// <summary>Ids of all customers that calls had.</summary>
    public Task<JsonNode> CustomerNamesAsync(AdminCaller caller, CancellationToken cancellationToken)
        => NamesAsync(caller, Tables.DailyCustomerSpend, "end_user_id", "end_users", cancellationToken);

    /// <summary>The hundred customers that spent most.</summary>
    public async Task<JsonNode> CustomersAsync(AdminCaller caller, Fields body, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        var days = DayRange.Of(body.Filter("startTime"), body.Filter("endTime"), SpendErrors.BadDetail) ?? Recent;
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = new SqlConditions(rows.Kind).Days(days).Equal("api_key", SpendScope.Hash(body.Filter("api_key")))
                    .Add("end_user_id <> ''");
                scope.OnKeys(conditions, rows);
                return rows.QueryAsync(
                    $"SELECT end_user_id, sum(api_requests) AS requests, sum(spend) AS spend "
                        + $"FROM {rows.NameOf(Tables.DailyCustomerSpend)}{conditions.Where} "
                        + $"GROUP BY end_user_id ORDER BY sum(spend) DESC, end_user_id LIMIT {MostCustomers}",
                    conditions.Parameters);
            },
            cancellationToken);
        return found.Select(static row => new JsonObject
        {
            ["end_user"] = row.Text("end_user_id"),
            ["total_count"] = row.Whole("requests"),
            ["total_spend"] = row.Real("spend"),
        }).ToJsonArray();
    }

    /// <summary>Sets the recorded spend of all keys and teams to zero; logs and daily tables stay.</summary>
    public async Task<JsonNode> ResetAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        RequireMasterKey(caller, "/global/spend/reset");
        await database.WriteAsync(
            async rows =>
            {
                var zero = new JsonObject { ["spend"] = 0d };
                var keys = await rows.UpdateAsync(Tables.Keys, Filter.NotEqual("spend", 0d), zero);
                var teams = await rows.UpdateAsync(Tables.Teams, Filter.NotEqual("spend", 0d), (JsonObject)zero.DeepClone());
                await rows.NoteChangeAsync(new ChangeNotice(ChangedObject.Everything, "", SpendWasSet: true));
                await audit.RecordAsync(
                    rows, caller, AuditAction.Updated, Tables.Keys, "all", null,
                        new JsonObject { ["spend"] = 0d, ["keys"] = keys, ["teams"] = teams });
                return true;
            },
            cancellationToken);
        return Done("Spend for all API Keys and Teams reset successfully");
    }

    /// <summary>COMPAT: LiteLLM refreshes materialized views here; ours are tables that are always current (admin-api.md 15.12).</summary>
    public static JsonNode Refresh(AdminCaller caller) => caller.IsAdmin
        ? Done("MonthlyGlobalSpend view refreshed")
        : throw AdminException.Proxy(401,
            $"Authentication Error, Only proxy admin can refresh spend views. Your role={caller.RoleName}.", "auth_error");

    private DayRange Recent => DayRange.Recent(time);

    private static void RequireMasterKey(AdminCaller caller, string route)
    {
        if (!caller.IsMasterKey)
        {
            throw AdminException.Proxy(401, $"Authentication Error, Tried to access route={route}, which is only for MASTER KEY",
                "auth_error");
        }
    }

    private static JsonObject Done(string message) => new() { ["message"] = message, ["status"] = "success" };

    private static long Limit(Fields query, int otherwise) => query.Whole("limit") switch
    {
        null => otherwise,
        < 1 => throw AdminException.Detail(422, $"Invalid limit: {query.Text("limit")}, must be greater than 0"),
        var limit => Math.Min(limit.Value, MostRows),
    };

    private DayRange Days(Fields query) => DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail)
        ?? Recent;

    private Task<IReadOnlyList<JsonObject>> UserSumsAsync(
        AdminCaller caller, DayRange days, string columns, string rest, CancellationToken cancellationToken, string? key = null)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        return database.ReadAsync(
            rows =>
            {
                var conditions = scope.OnUsers(new SqlConditions(rows.Kind).Days(days)).Equal("api_key", key);
                return rows.QueryAsync($"SELECT {columns} FROM {rows.NameOf(Tables.DailyUserSpend)}{conditions.Where} {rest}",
                    conditions.Parameters);
            },
            cancellationToken);
    }

    private async Task<JsonNode> NamesAsync(
        AdminCaller caller, Table table, string column, string member, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = scope.OnKeys(new SqlConditions(rows.Kind).Add($"{column} <> ''"), rows);
                return rows.GroupsAsync($"SELECT DISTINCT {column} AS name FROM {rows.NameOf(table)}{conditions.Where} ORDER BY name",
                    conditions.Parameters);
            },
            cancellationToken);
        return new JsonObject { [member] = new JsonArray([.. found.Texts("name").Select(static name => (JsonNode)name)]) };
    }
}
