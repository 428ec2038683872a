using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Activity;

/// <summary>Who uses the gateway with which client program, told by the tags that calls carry (admin-api.md 12).</summary>
public sealed class TagActivityService(IDatabase database, TimeProvider time)
{
    /// <summary>Calls get such a tag from their header on their own.</summary>
    private const string AgentTags = "tag LIKE 'User-Agent:%'";

    /// <summary>A user is whoever has the key; a key without a user counts for itself.</summary>
    private const string User = "coalesce(token.user_id, spent.api_key)";

    /// <summary>Periods of active users.</summary>
    public enum Period
    {
        Day,
        Week,
        Month,
    }

    /// <summary>Client programs that were seen.</summary>
    public async Task<JsonNode> DistinctAsync(AdminCaller caller, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(caller, null, tags, "tag", "GROUP BY tag ORDER BY tag", cancellationToken);
        return new JsonObject { ["results"] = found.Select(static row => new JsonObject { ["tag"] = row.Text("tag") }).ToJsonArray() };
    }

    /// <summary>Active users of each of the last seven periods, newest first.</summary>
    public async Task<JsonNode> ActiveUsersAsync(
        AdminCaller caller, IReadOnlyList<string> tags, Period period, CancellationToken cancellationToken)
    {
        const int periods = 7;
        var length = period switch { Period.Day => 1, Period.Week => 7, _ => 30 };
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var days = new DayRange(today.AddDays(1 - (periods * length)), today);
        var found = await QueryAsync(
            caller, days, tags, $"tag, spent.\"date\" AS day, {User} AS user_id", $"GROUP BY tag, spent.\"date\", {User}",
                cancellationToken);
        var results = found.GroupBy(row => (Tag: row.Text("tag"), Age: Age(row.Text("day"), today) / length))
            .OrderBy(static group => group.Key.Age).ThenBy(static group => group.Key.Tag, StringComparer.Ordinal).Select(group =>
            {
                var end = today.AddDays(-group.Key.Age * length);
                return new JsonObject
                {
                    ["tag"] = group.Key.Tag,
                    ["active_users"] = group.Select(static row => row.Text("user_id")).Distinct(StringComparer.Ordinal).Count(),
                    ["date"] = DayRange.Text(end),
                    ["period_start"] = period == Period.Day ? null : DayRange.Text(end.AddDays(1 - length)),
                    ["period_end"] = period == Period.Day ? null : DayRange.Text(end),
                };
            });
        return new JsonObject { ["results"] = results.ToJsonArray() };
    }

    /// <summary>Users, requests and spend of each client program in a range.</summary>
    public async Task<JsonNode> SummaryAsync(
        AdminCaller caller, Fields query, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail, required: true);
        var found = await QueryAsync(
            caller, days, tags, $"tag, count(DISTINCT {User}) AS users, {Sums}",
                "GROUP BY tag ORDER BY sum(spent.api_requests) DESC, tag", cancellationToken);
        return new JsonObject
        {
            ["results"] = found.Select(static row => new JsonObject
            {
                ["tag"] = row.Text("tag"),
                ["unique_users"] = row.Whole("users"),
                ["total_requests"] = row.Whole("requests"),
                ["successful_requests"] = row.Whole("succeeded"),
                ["failed_requests"] = row.Whole("failed"),
                ["total_tokens"] = row.Whole("tokens"),
                ["total_spend"] = row.Real("spend"),
            }).ToJsonArray(),
        };
    }

    /// <summary>Users by client program, of the last 30 days.</summary>
    public async Task<JsonNode> UsersAsync(
        AdminCaller caller, Fields query, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var page = SpendErrors.Number(query, "page", 1, int.MaxValue, 1);
        var size = SpendErrors.Number(query, "page_size", 1, 1000, 50);
        var found = await QueryAsync(
            caller, DayRange.Recent(time), tags, $"tag, {User} AS user_id, {Sums}",
                $"GROUP BY tag, {User} ORDER BY sum(spent.api_requests) DESC, tag, 2", cancellationToken);
        var shown = found.Skip((int)Math.Min(int.MaxValue, (page - 1L) * size)).Take(size).ToList();
        var users = shown.Count == 0 ? [] : await database.ReadAsync(
            rows => rows.SelectAsync(Tables.Users, Filter.In("user_id", shown.Texts("user_id")
                .Distinct(StringComparer.Ordinal))), cancellationToken);
        var mails = users.ToDictionary(static row => row.Text("user_id"),
            static row => row.TextOrNull("user_email"), StringComparer.Ordinal);
        return new JsonObject
        {
            ["results"] = shown.Select(row => new JsonObject
            {
                ["user_id"] = row.Text("user_id"),
                ["user_email"] = mails.GetValueOrDefault(row.Text("user_id")),
                ["user_agent"] = row.Text("tag"),
                ["successful_requests"] = row.Whole("succeeded"),
                ["failed_requests"] = row.Whole("failed"),
                ["total_requests"] = row.Whole("requests"),
                ["total_tokens"] = row.Whole("tokens"),
                ["spend"] = row.Real("spend"),
            }).ToJsonArray(),
            ["total_count"] = found.Count,
            ["page"] = page,
            ["page_size"] = size,
            ["total_pages"] = (found.Count + size - 1) / size,
        };
    }

    private const string Sums =
        "sum(spent.api_requests) AS requests, sum(spent.successful_requests) AS succeeded, sum(spent.failed_requests) AS failed, "
        + "sum(spent.prompt_tokens + spent.completion_tokens) AS tokens, sum(spent.spend) AS spend";

    private static int Age(string day, DateOnly today)
        => DateOnly.TryParseExact(day, "yyyy-MM-dd", out var date) ? Math.Max(0, today.DayNumber - date.DayNumber) : 0;

    private Task<IReadOnlyList<JsonObject>> QueryAsync(
        AdminCaller caller, DayRange? days, IReadOnlyList<string> tags, string columns, string rest, CancellationToken cancellationToken)
    {
        var scope = SpendScope.Of(caller);
        return database.ReadAsync(
            rows =>
            {
                var conditions = new SqlConditions(rows.Kind).Days(days).In("tag", tags).Equal("spent.api_key", scope.KeyHash)
                    .Equal("token.user_id", scope.UserId);
                if (tags.Count == 0)
                {
                    conditions.Add(AgentTags);
                }

                return rows.GroupsAsync(
                    $"SELECT {columns} FROM {rows.NameOf(Tables.DailyTagSpend)} AS spent "
                        + $"LEFT JOIN {rows.NameOf(Tables.Keys)} AS token ON token.token = spent.api_key{conditions.Where} {rest}",
                    conditions.Parameters);
            },
            cancellationToken);
    }
}
