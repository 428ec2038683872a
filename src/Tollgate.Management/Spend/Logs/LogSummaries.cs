using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend.Logs;

/// <summary>The summarized form of <c>/spend/logs</c>: one item per day with what users, models and keys spent.</summary>
internal sealed class LogSummaries(IDatabase database)
{
    /// <summary>Days without data after the last one with data are shown up to this many.</summary>
    private const int MostEmptyDays = 366;

    /// <summary>Days in ascending order; none when there is no data at all.</summary>
    public async Task<IReadOnlyList<JsonObject>> ByDayAsync(LogFilter filter, DayRange days, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(reader => SumsAsync(reader, filter, days), cancellationToken);
        var items = new List<JsonObject>();
        JsonObject? item = null;
        foreach (var row in rows)
        {
            if (item is null || !string.Equals(item.Text("startTime"), row.Text("day"), StringComparison.Ordinal))
            {
                item = new JsonObject
                {
                    ["startTime"] = row.Text("day"),
                    ["spend"] = 0d,
                    ["users"] = new JsonObject(),
                    ["models"] = new JsonObject()
                };
                items.Add(item);
            }

            var spend = row.Real("spend");
            Add(item, "spend", spend);
            Add(item["users"]!.AsObject(), row.Text("user_id"), spend);
            Add(item["models"]!.AsObject(), row.Text("model"), spend);

            // COMPAT: what a key spent stands beside the other members, under the key's hash (admin-api.md 15.5).
            if (row.Text("api_key") is { Length: > 0 } key && key is not ("startTime" or "users" or "models" or "spend"))
            {
                Add(item, key, spend);
            }
        }

        if (items.Count > 0)
        {
            FillUp(items, days);
        }

        return items;
    }

    private static void FillUp(List<JsonObject> items, DayRange days)
    {
        if (!DateOnly.TryParse(items[^1].Text("startTime"), System.Globalization.CultureInfo.InvariantCulture, out var last))
        {
            return;
        }

        for (var added = 0; last < days.Last && added < MostEmptyDays; added++)
        {
            last = last.AddDays(1);
            items.Add(new JsonObject
            {
                ["startTime"] = DayRange.Text(last),
                ["spend"] = 0L,
                ["users"] = new JsonObject(),
                ["models"] = new JsonObject(),
            });
        }
    }

    private static void Add(JsonObject sums, string name, double spend) => sums[name] = sums.Real(name) + spend;

    private static Task<IReadOnlyList<JsonObject>> SumsAsync(IRowReader rows, LogFilter filter, DayRange days)
    {
        // Daily tables answer in milliseconds what a scan of the logs would take seconds for; they know one owner each.
        (Table? Table, string Column, string? Id) owner = (filter.TeamId, filter.EndUser, filter.UserId ?? filter.Scope.UserId) switch
        {
            (null, null, var user) => (Tables.DailyUserSpend, "user_id", user),
            ({ } team, null, null) => (Tables.DailyTeamSpend, "team_id", team),
            (null, { } customer, null) => (Tables.DailyCustomerSpend, "end_user_id", customer),
            _ => (null, "", null),
        };
        if (owner.Table is not { } table || filter.RequestId is not null || filter.Status is not null)
        {
            return LogsAsync(rows, filter, days);
        }

        // The other tables know no users: whose key it is, or was, says who spent.
        var users = ReferenceEquals(table, Tables.DailyUserSpend) ? "coalesce(user_id, '')"
            : $"coalesce((SELECT token.user_id FROM {rows.NameOf(Tables.Keys)} AS token WHERE token.token = spent.api_key), "
                + $"(SELECT max(gone.user_id) FROM {rows.NameOf(Tables.DeletedKeys)} AS gone WHERE gone.token = spent.api_key), '')";
        var conditions = new SqlConditions(rows.Kind).Days(days).Equal(owner.Column, owner.Id).Equal("api_key", filter.KeyHash)
            .Equal("api_key", filter.Scope.KeyHash).Model(filter.Model);
        return rows.GroupsAsync(
            $"SELECT \"date\" AS day, {users} AS user_id, coalesce(model, '') AS model, api_key, sum(spend) AS spend "
                + $"FROM {rows.NameOf(table)} AS spent{conditions.Where} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            conditions.Parameters);
    }

    private static Task<IReadOnlyList<JsonObject>> LogsAsync(IRowReader rows, LogFilter filter, DayRange days)
    {
        var conditions = (filter with { From = days.From, To = days.To }).Conditions(rows.Kind);
        return rows.GroupsAsync(
            $"SELECT {SpendSql.Day(rows.Kind, "\"startTime\"")} AS day, "
                + "coalesce(\"user\", '') AS user_id, model, api_key, sum(spend) AS spend "
                + $"FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where} GROUP BY 1, 2, 3, 4 ORDER BY 1",
            conditions.Parameters);
    }
}
