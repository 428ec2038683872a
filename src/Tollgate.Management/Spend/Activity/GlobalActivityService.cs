using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Activity;

/// <summary>Requests, tokens and cache hits of the whole gateway by day (admin-api.md 15.14).</summary>
public sealed class GlobalActivityService(IDatabase database)
{
    private const int MostModels = 10;

    /// <summary>Requests and tokens by day.</summary>
    public async Task<JsonNode> DaysAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
        => Days(await SumsAsync(caller, query, "''", cancellationToken));

    /// <summary>The same for the ten models with most requests.</summary>
    public async Task<JsonNode> ModelsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var rows = await SumsAsync(caller, query, "coalesce(nullif(model_group, ''), model, '')", cancellationToken);
        return rows.GroupBy(static row => row.Text("model"), StringComparer.Ordinal).Where(
            static model => model.Key.Length > 0).Select(static model =>
        {
            var item = new JsonObject { ["model"] = model.Key };
            foreach (var (name, value) in Days([.. model]))
            {
                item[name] = value?.DeepClone();
            }

            return item;
        }).OrderByDescending(static item => item.Whole("sum_api_requests")).Take(MostModels).ToJsonArray();
    }

    /// <summary>Hits and misses of the response cache by key, kind of call and model. Only the logs know hits.</summary>
    public async Task<JsonNode> CacheHitsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var days = RangeOf(query);
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = new SqlConditions(rows.Kind).Between("calls.\"startTime\"", days.From, days.To)
                    .Equal("calls.\"user\"", scope.UserId).Equal("calls.api_key", scope.KeyHash);
                return rows.GroupsAsync(
                    "SELECT coalesce(token.key_alias, 'Unnamed Key') AS api_key, calls.call_type, calls.model, count(*) AS total_rows, "
                        + "sum(CASE WHEN calls.cache_hit = 'True' THEN 1 ELSE 0 END) AS hits, "
                        + "sum(CASE WHEN calls.cache_hit = 'True' THEN calls.completion_tokens ELSE 0 END) AS cached, "
                        + "sum(CASE WHEN calls.cache_hit = 'True' THEN 0 ELSE calls.completion_tokens END) AS generated "
                        + $"FROM {rows.NameOf(Tables.SpendLogs)} AS calls "
                        + $"LEFT JOIN {rows.NameOf(Tables.Keys)} AS token ON token.token = calls.api_key{conditions.Where} "
                        + "GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3",
                    conditions.Parameters);
            },
            cancellationToken);
        return found.Select(static row => new JsonObject
        {
            ["api_key"] = row.Text("api_key"),
            ["call_type"] = row.Text("call_type"),
            ["model"] = row.Text("model"),
            ["total_rows"] = row.Whole("total_rows"),
            ["cache_hit_true_rows"] = row.Whole("hits"),
            ["cached_completion_tokens"] = row.Whole("cached"),
            ["generated_completion_tokens"] = row.Whole("generated"),
        }).ToJsonArray();
    }

    private static DayRange RangeOf(Fields query)
        => DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail, required: true)!.Value;

    private static JsonObject Days(IReadOnlyList<JsonObject> rows) => new()
    {
        ["daily_data"] = rows.Select(static row => new JsonObject
        {
            ["date"] = DayRange.Label(row.Text("day")),
            ["api_requests"] = row.Whole("requests"),
            ["total_tokens"] = row.Whole("tokens"),
        }).ToJsonArray(),
        ["sum_api_requests"] = rows.Sum(static row => row.Whole("requests")),
        ["sum_total_tokens"] = rows.Sum(static row => row.Whole("tokens")),
    };

    private Task<IReadOnlyList<JsonObject>> SumsAsync(AdminCaller caller, Fields query, string model, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var days = RangeOf(query);
        return database.ReadAsync(
            rows =>
            {
                var conditions = scope.OnUsers(new SqlConditions(rows.Kind).Days(days));
                return rows.GroupsAsync(
                    $"SELECT \"date\" AS day, {model} AS model, sum(api_requests) AS requests, "
                        + $"sum(prompt_tokens + completion_tokens) AS tokens FROM {rows.NameOf(Tables.DailyUserSpend)}{conditions.Where} "
                        + "GROUP BY 1, 2 ORDER BY 1, 2",
                    conditions.Parameters);
            },
            cancellationToken);
    }
}
