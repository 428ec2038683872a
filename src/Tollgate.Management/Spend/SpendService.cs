using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>What keys, users and tags have spent, and sums over the daily tables (admin-api.md 15.1 to 15.4, 15.13).</summary>
public sealed class SpendService(IDatabase database, SnapshotHolder snapshots, IProviderBudgets providerBudgets)
{
    /// <summary>Team of the dashboard's own session keys, which are no one's spend.</summary>
    private const string SessionTeam = "litellm-dashboard";

    private const int MostRows = 10_000;

    /// <summary>Keys by recorded spend.</summary>
    public async Task<JsonNode> KeysAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var limit = SpendErrors.Number(query, "limit", 1, MostRows, MostRows);
        var filters = new List<Filter> { Filter.NotEqual("team_id", SessionTeam) };
        if (!scope.SeesAll)
        {
            filters.Add(scope.UserId is { } user ? Filter.Equal("user_id", user) : Filter.Equal("token", scope.KeyHash));
        }

        var keys = await database.ReadAsync(
            rows => rows.SelectAsync(Tables.Keys, Filter.All(filters), [new SortBy("spend", Descending: true)], new RowRange(limit)),
                cancellationToken);
        return keys.Select(static row => With(row, "litellm_budget_table", "litellm_organization_table", "object_permission"))
            .ToJsonArray();
    }

    /// <summary>Users by recorded spend.</summary>
    public async Task<JsonNode> UsersAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        if (scope.KeyHash is not null)
        {
            return new JsonArray();
        }

        var filter = (scope.UserId ?? query.Filter("user_id")) is { } user ? Filter.Equal("user_id", user) : Filter.None;
        var users = await database.ReadAsync(
            rows => rows.SelectAsync(Tables.Users, filter, [new SortBy("spend", Descending: true)], new RowRange(MostRows)),
                cancellationToken);
        return users.Select(static row =>
        {
            var answer = With(row, "team_id", "organization_id", "object_permission_id");
            answer.Remove("password");
            answer["organization_memberships"] = new JsonArray();
            return answer;
        }).ToJsonArray();
    }

    /// <summary>The sum of everything, or of a range and an owner.</summary>
    public async Task<JsonNode> TotalAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadRequest);
        var sums = await database.ReadAsync(rows => SumAsync(rows, scope, query, days), cancellationToken);
        var spend = sums.Real("spend");
        return new JsonObject
        {
            ["total_spend"] = spend,
            ["spend"] = spend,
            ["max_budget"] = (double)snapshots.Current.Config.Budgets.GlobalMax,
            ["total_tokens"] = sums.Whole("tokens"),
            ["total_requests"] = sums.Whole("requests"),
            ["start_date"] = days?.FirstText,
            ["end_date"] = days?.LastText,
            ["currency"] = "USD",
        };
    }

    /// <summary>Tags by spend. A call with several tags counts for each of them.</summary>
    public async Task<JsonNode> TagsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadRequest);
        var tags = await database.ReadAsync(
            rows =>
            {
                var conditions = scope.OnKeys(new SqlConditions(rows.Kind).Days(days).Add("tag <> ''"), rows);
                return rows.GroupsAsync(
                    $"SELECT tag, sum(api_requests) AS requests, sum(spend) AS spend "
                        + $"FROM {rows.NameOf(Tables.DailyTagSpend)}{conditions.Where} GROUP BY tag ORDER BY sum(spend) DESC, tag",
                    conditions.Parameters);
            },
            cancellationToken);
        return tags.Select(static row => new JsonObject
        {
            ["individual_request_tag"] = row.Text("tag"),
            ["log_count"] = row.Whole("requests"),
            ["total_spend"] = row.Real("spend"),
        }).ToJsonArray();
    }

    /// <summary>Budgets of providers; none configured is an empty object.</summary>
    public async Task<JsonNode> ProviderBudgetsAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        if (!caller.MaySeeAll)
        {
            throw AdminException.Proxy(
                401, $"Authentication Error, Only proxy admin can read provider budgets. Your role={caller.RoleName}.", "auth_error");
        }

        var providers = new JsonObject();
        foreach (var budget in await providerBudgets.ListAsync(cancellationToken))
        {
            providers[budget.Provider] = new JsonObject
            {
                ["budget_limit"] = (double?)budget.Limit,
                ["time_period"] = budget.Period,
                ["spend"] = (double)budget.Spend,
                ["budget_reset_at"] = budget.ResetAt is { } reset ? Timestamps.Text(reset) : null,
            };
        }

        return new JsonObject { ["providers"] = providers };
    }

    private static async Task<JsonObject> SumAsync(IRowReader rows, SpendScope scope, Fields query, DayRange? days)
    {
        var key = SpendScope.Hash(query.Filter("api_key"));
        var user = scope.UserId ?? query.Filter("user_id");
        var team = query.Filter("team_id");
        if ((await rows.QueryAsync($"SELECT 1 AS found FROM {rows.NameOf(Tables.DailyUserSpend)} LIMIT 1")).Count == 0)
        {
            return await LogSumAsync(rows, scope with { UserId = user }, key, team, query.Filter("model"), days);
        }

        var conditions = new SqlConditions(rows.Kind).Days(days).Equal("api_key", key).Model(query.Filter("model"));
        if (team is null)
        {
            (scope with { UserId = user }).OnUsers(conditions);
        }
        else
        {
            (scope with { UserId = user }).OnKeys(conditions.Equal("team_id", team), rows);
        }

        return (await rows.QueryAsync(
            "SELECT sum(spend) AS spend, sum(prompt_tokens + completion_tokens) AS tokens, sum(api_requests) AS requests "
                + $"FROM {rows.NameOf(team is null ? Tables.DailyUserSpend : Tables.DailyTeamSpend)}{conditions.Where}",
            conditions.Parameters))[0];
    }

    /// <summary>A database that was filled before daily tables existed has only its logs.</summary>
    private static async Task<JsonObject> LogSumAsync(
        IRowReader rows, SpendScope scope, string? key, string? team, string? model, DayRange? days)
    {
        var conditions = scope.OnLogs(new SqlConditions(rows.Kind).Between("\"startTime\"", days?.From, days?.To))
            .Equal("api_key", key).Equal("team_id", team).Model(model);
        return (await rows.QueryAsync(
            "SELECT sum(spend) AS spend, sum(total_tokens) AS tokens, count(*) AS requests "
                + $"FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where}",
            conditions.Parameters))[0];
    }

    private static JsonObject With(JsonObject row, params ReadOnlySpan<string> nulls)
    {
        foreach (var name in nulls)
        {
            if (!row.ContainsKey(name))
            {
                row[name] = null;
            }
        }

        return row;
    }
}
