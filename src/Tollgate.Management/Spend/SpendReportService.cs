using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>Spend reports by team, customer or key, of the gateway or of one owner (admin-api.md 5.12, 15.10).</summary>
public sealed class SpendReportService(IDatabase database)
{
    /// <summary><c>/global/spend/report</c>.</summary>
    public async Task<JsonNode> ReportAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller, isGlobal: true);
        var days = Days(query);
        var team = query.Filter("team_id");
        var customer = query.Filter("customer_id");
        var user = query.Filter("internal_user_id");
        var key = SpendScope.Hash(query.Filter("api_key"));
        var group = query.Filter("group_by") ?? "team";
        if (group is not ("team" or "customer" or "api_key"))
        {
            throw query.Fault("literal_error", "group_by", "Input should be 'team', 'customer' or 'api_key'", query.Any("group_by"));
        }

        if (team is not null && customer is not null)
        {
            return await PairAsync(scope, days, team, customer, cancellationToken);
        }

        if (group is "api_key" || key is not null || user is not null)
        {
            return await ByKeyAsync(
                team is null ? Tables.DailyUserSpend : Tables.DailyTeamSpend,
                (conditions, rows) =>
                {
                    conditions.Days(days).Equal("api_key", key).Equal("team_id", team);
                    (scope with { UserId = scope.UserId ?? user }).OnKeysOrUsers(conditions, rows, team is null);
                },
                cancellationToken);
        }

        var found = await database.ReadAsync(
            async rows =>
            {
                if (group is "customer")
                {
                    return await OwnersAsync(rows, Tables.DailyCustomerSpend, "end_user_id", scope, days, customer);
                }

                var teams = await OwnersAsync(rows, Tables.DailyTeamSpend, "team_id", scope, days, team);
                return team is null ? UnassignedSpend.Add(teams, await AllAsync(rows, scope, days)) : teams;
            },
            cancellationToken);
        return await ByOwnerAsync(found, group, cancellationToken);
    }

    /// <summary><c>/key/spend/report</c> and its like for a user, a team or an organization: that owner's keys.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="owner"><c>key</c>, <c>user</c>, <c>team</c> or <c>organization</c>.</param>
    /// <param name="query">Dates and the owner's id.</param>
    /// <param name="cancellationToken">Signalled when the client has left.</param>
    public Task<JsonNode> OfOwnerAsync(AdminCaller caller, string owner, Fields query, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        var days = Days(query);
        var (table, parameter, column) = owner switch
        {
            "key" => (Tables.DailyUserSpend, "api_key", "api_key"),
            "user" => (Tables.DailyUserSpend, "user_id", "user_id"),
            "team" => (Tables.DailyTeamSpend, "team_id", "team_id"),
            _ => (Tables.DailyOrganizationSpend, "organization_id", "organization_id"),
        };
        var id = query.Filter(parameter) ?? (owner is "user" ? scope.UserId : null)
            ?? throw SpendErrors.BadDetail($"Please provide {parameter}");
        return ByKeyAsync(
            table,
            (conditions, rows) => scope.OnKeysOrUsers(
                conditions.Days(days).Equal(column, owner is "key" ? SpendScope.Hash(id) : id), rows, owner is "key" or "user"),
            cancellationToken);
    }

    private static DayRange Days(Fields query)
        => DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail, required: true)!.Value;

    private static Task<IReadOnlyList<JsonObject>> OwnersAsync(
        IRowReader rows, Table table, string column, SpendScope scope, DayRange days, string? owner)
    {
        var conditions = scope.OnKeys(new SqlConditions(rows.Kind).Days(days).Equal(column, owner), rows);
        return rows.GroupsAsync(
            $"SELECT \"date\" AS day, coalesce({column}, '') AS owner, coalesce(model, '') AS model, api_key, sum(spend) AS spend, "
                + $"sum(prompt_tokens + completion_tokens) AS tokens FROM {rows.NameOf(table)}{conditions.Where} "
                + "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            conditions.Parameters);
    }

    /// <summary>What was spent with and without a team: no daily table holds the latter by itself.</summary>
    private static Task<IReadOnlyList<JsonObject>> AllAsync(IRowReader rows, SpendScope scope, DayRange days)
    {
        var conditions = scope.OnUsers(new SqlConditions(rows.Kind).Days(days));
        return rows.GroupsAsync(
            "SELECT \"date\" AS day, coalesce(model, '') AS model, api_key, sum(spend) AS spend, "
                + $"sum(prompt_tokens + completion_tokens) AS tokens FROM {rows.NameOf(Tables.DailyUserSpend)}{conditions.Where} "
                + "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            conditions.Parameters);
    }

    private async Task<JsonNode> ByKeyAsync(Table table, Action<SqlConditions, IRowReader> limit, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = new SqlConditions(rows.Kind);
                limit(conditions, rows);
                return rows.GroupsAsync(
                    "SELECT api_key, model, sum(spend) AS spend, sum(prompt_tokens) AS input, sum(completion_tokens) AS output "
                        + $"FROM {rows.NameOf(table)}{conditions.Where} GROUP BY 1, 2 ORDER BY 1, 2",
                    conditions.Parameters);
            },
            cancellationToken);
        return found.GroupBy(static row => row.Text("api_key"), StringComparer.Ordinal).Select(static key => new JsonObject
        {
            ["api_key"] = key.Key,
            ["total_cost"] = key.Sum(static row => row.Real("spend")),
            ["total_input_tokens"] = key.Sum(static row => row.Whole("input")),
            ["total_output_tokens"] = key.Sum(static row => row.Whole("output")),
            ["model_details"] = key.Select(static row => new JsonObject
            {
                ["model"] = row.Text("model"),
                ["total_cost"] = row.Real("spend"),
                ["total_input_tokens"] = row.Whole("input"),
                ["total_output_tokens"] = row.Whole("output"),
            }).ToJsonArray(),
        }).OrderByDescending(static item => item.Real("total_cost")).ToJsonArray();
    }

    /// <summary>No daily table knows team and customer together: the logs do, by the customer's index.</summary>
    private async Task<JsonNode> PairAsync(
        SpendScope scope, DayRange days, string team, string customer, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            rows =>
            {
                var conditions = scope.OnLogs(
                    new SqlConditions(rows.Kind).Between("\"startTime\"", days.From, days.To).Equal("end_user", customer)
                        .Equal("team_id", team));
                return rows.GroupsAsync(
                    $"SELECT {SpendSql.Day(rows.Kind, "\"startTime\"")} AS day, team_id AS owner, model, api_key, sum(spend) AS spend, "
                        + $"sum(total_tokens) AS tokens FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where} "
                        + "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
                    conditions.Parameters);
            },
            cancellationToken);
        return await ByOwnerAsync(found, "team", cancellationToken);
    }

    private async Task<JsonNode> ByOwnerAsync(IReadOnlyList<JsonObject> found, string group, CancellationToken cancellationToken)
    {
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        if (group is "team" && found.Count > 0)
        {
            var ids = found.Texts("owner").Distinct(StringComparer.Ordinal).ToList();
            var teams = await database.ReadAsync(rows => rows.SelectAsync(Tables.Teams, Filter.In("team_id", ids)), cancellationToken);
            aliases = teams.ToDictionary(
                static team => team.Text("team_id"), static team => team.TextOrNull("team_alias") is { Length: > 0 } alias
                    ? alias : team.Text("team_id"), StringComparer.Ordinal);
        }

        return found.GroupBy(static row => row.Text("day"), StringComparer.Ordinal).Select(day => new JsonObject
        {
            ["group_by_day"] = day.Key + "T00:00:00+00:00",
            [group is "team" ? "teams" : "customers"] = day.GroupBy(
                row => NameOf(row.Text("owner"), group, aliases), StringComparer.Ordinal).Select(owner => new JsonObject
                {
                    [group is "team" ? "team_name" : "customer"] = owner.Key,
                    ["total_spend"] = owner.Sum(static row => row.Real("spend")),
                    ["metadata"] = owner.Select(static row => new JsonObject
                    {
                        ["model"] = row.Text("model"),
                        ["api_key"] = row.Text("api_key"),
                        ["spend"] = row.Real("spend"),
                        ["total_tokens"] = row.Whole("tokens"),
                    }).ToJsonArray(),
                }).ToJsonArray(),
        }).ToJsonArray();
    }

    private static string NameOf(string owner, string group, Dictionary<string, string> aliases) => group is not "team" ? owner
        : owner.Length == 0 ? "Unassigned Team"
        : aliases.GetValueOrDefault(owner, owner);
}
