using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Activity;

/// <summary>Daily activity of users, teams, organizations, customers, tags and agents (admin-api.md 4.10, 6.7, 7.11, 8, 10, 12,
/// 15.14).</summary>
public sealed class ActivityService(IDatabase database)
{
    private const string Sums =
        "sum(spend) AS spend, sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens, "
        + "sum(cache_read_input_tokens) AS cache_read_input_tokens, sum(cache_creation_input_tokens) AS cache_creation_input_tokens, "
        + "sum(api_requests) AS api_requests, sum(successful_requests) AS successful_requests, sum(failed_requests) AS failed_requests";

    /// <summary>One page of daily rows, newest day first.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="owner"><c>user</c>, <c>team</c>, <c>organization</c>, <c>customer</c>, <c>tag</c> or <c>agent</c>.</param>
    /// <param name="query">Dates, owners, model, key and page.</param>
    /// <param name="cancellationToken">Signalled when the client has left.</param>
    public async Task<JsonNode> DailyAsync(AdminCaller caller, string owner, Fields query, CancellationToken cancellationToken)
    {
        var kind = ActivityOwner.All[owner];
        var days = Days(query);
        var page = SpendErrors.Number(query, "page", 1, int.MaxValue, 1);
        var size = SpendErrors.Number(query, "page_size", 1, 1000, kind.DefaultPageSize);
        return await database.ReadAsync<JsonNode>(
            async rows =>
            {
                var conditions = await ConditionsAsync(rows, caller, owner, kind, query, days);
                var table = rows.NameOf(kind.Daily);
                var total = (await rows.QueryAsync($"SELECT count(*) AS n FROM {table}{conditions.Where}",
                    conditions.Parameters))[0].Whole("n");
                var found = await rows.QueryAsync(
                    $"SELECT * FROM {table}{conditions.Where} ORDER BY \"date\" DESC, id LIMIT {conditions.Parameter((long)size)} "
                        + $"OFFSET {conditions.Parameter((page - 1L) * size)}",
                    conditions.Parameters);
                return (await DocumentAsync(rows, kind, found)).ToAnswer(page, (total + size - 1) / size);
            },
            cancellationToken);
    }

    /// <summary>A user's activity without pages.</summary>
    public async Task<JsonNode> AggregatedAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var kind = ActivityOwner.All["user"];
        var days = Days(query);
        return await database.ReadAsync<JsonNode>(
            async rows =>
            {
                var conditions = await ConditionsAsync(rows, caller, "user", kind, query, days);
                var endpoint = await HasEndpointAsync(rows, kind) ? "endpoint" : "''";
                var found = await rows.GroupsAsync(
                    $"SELECT \"date\", api_key, model, model_group, custom_llm_provider, mcp_namespaced_tool_name, "
                        + $"{endpoint} AS endpoint, {Sums} FROM {rows.NameOf(kind.Daily)}{conditions.Where} "
                        + $"GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1 DESC",
                    conditions.Parameters);
                return (await DocumentAsync(rows, kind, found)).ToAnswer(1, 1);
            },
            cancellationToken);
    }

    private static DayRange Days(Fields query)
    {
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail, required: true)!.Value;

        // COMPAT: days are UTC's; a viewer elsewhere also gets the UTC day that the ends of theirs lie in (admin-api.md 6.7).
        return query.Whole("timezone") switch
        {
            > 0 when days.Last < DateOnly.MaxValue => days with { Last = days.Last.AddDays(1) },
            < 0 when days.First > DateOnly.MinValue => days with { First = days.First.AddDays(-1) },
            _ => days,
        };
    }

    private static async Task<SqlConditions> ConditionsAsync(
        IRowReader rows, AdminCaller caller, string owner, ActivityOwner kind, Fields query, DayRange days)
    {
        var conditions = new SqlConditions(rows.Kind).Days(days).Model(query.Filter("model"))
            .Equal("api_key", SpendScope.Hash(query.Filter("api_key")));
        var ids = owner is "user"
            ? query.Filter(kind.Parameter) is { } user ? [user] : null
            : RowValues.List(query.Text(kind.Parameter));
        conditions.NotIn(kind.Column, RowValues.List(query.Text("exclude_" + kind.Parameter)));
        if (!caller.MaySeeAll)
        {
            return await ActivityScope.LimitAsync(rows, conditions, SpendScope.Of(caller), owner, kind, ids);
        }

        return conditions.In(kind.Column, ids);
    }

    private static async Task<AnalyticsDocument> DocumentAsync(IRowReader rows, ActivityOwner kind, IReadOnlyList<JsonObject> found)
    {
        var keys = await NamesAsync(rows, Tables.Keys, "token", found.Texts("api_key"), static row => new JsonObject
        {
            ["key_alias"] = row.TextOrNull("key_alias"),
            ["team_id"] = row.TextOrNull("team_id"),
        });
        var isUser = ReferenceEquals(kind.Daily, Tables.DailyUserSpend);
        var entities = kind.Names is { } table
            ? await NamesAsync(rows, table, kind.NameKey, found.Texts(kind.Column),
                row => new JsonObject { [kind.NameColumn] = row.TextOrNull(kind.NameColumn) })
            : new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var document = new AnalyticsDocument(isUser ? null : kind.Column, keys, entities);
        foreach (var row in found)
        {
            document.Add(row);
        }

        return document;
    }

    private static async Task<Dictionary<string, JsonObject>> NamesAsync(
        IRowReader rows, Table table, string key, IReadOnlyList<string> ids, Func<JsonObject, JsonObject> select)
    {
        var wanted = ids.Where(static id => id.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var found = wanted.Count == 0 ? [] : await rows.SelectAsync(table, Filter.In(key, wanted));
        return found.ToDictionary(row => row.Text(key), select, StringComparer.Ordinal);
    }

    /// <summary>Databases of older releases lack the column.</summary>
    private static async Task<bool> HasEndpointAsync(IRowReader rows, ActivityOwner kind)
        => await rows.QueryAsync($"SELECT * FROM {rows.NameOf(kind.Daily)} LIMIT 1") is not [var first] || first.ContainsKey("endpoint");
}
