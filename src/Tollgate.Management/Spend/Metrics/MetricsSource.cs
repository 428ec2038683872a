using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Management.Spend.Metrics;

/// <summary>What of the hourly rollup is wanted.</summary>
/// <param name="From">First moment.</param>
/// <param name="To">Last moment.</param>
/// <param name="ModelGroup">Null for all.</param>
/// <param name="KeyHash">Null for all.</param>
/// <param name="Customer">Null for all. The rollup knows no customers: their calls are summed from the logs, which have an index for
/// them.</param>
/// <param name="Scope">The caller's limits.</param>
internal sealed record MetricsFilter(DateTime From, DateTime To, string? ModelGroup, string? KeyHash, string? Customer, SpendScope Scope);

/// <summary>Reads sums of calls by day and deployment.</summary>
internal static class MetricsSource
{
    private const string Sums =
        "sum(requests) AS requests, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, sum(spend) AS spend, "
        + "sum(dur_ms_sum) AS duration, sum(ttft_ms_sum) AS first_output, sum(ttft_n) AS first_outputs";

    /// <summary>Sums by day, deployment, model group and status.</summary>
    public static Task<IReadOnlyList<JsonObject>> SumsAsync(IRowReader rows, MetricsFilter filter)
    {
        var conditions = new SqlConditions(rows.Kind);
        var source = SourceOf(rows, filter, conditions, withBuckets: false);
        return rows.GroupsAsync(
            $"SELECT day, deployment, model_group, status, {Sums} FROM ({source}) AS calls GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
                conditions.Parameters);
    }

    /// <summary>Successful calls by deployment, model group and bucket of duration.</summary>
    public static Task<IReadOnlyList<JsonObject>> BucketsAsync(IRowReader rows, MetricsFilter filter)
    {
        var conditions = new SqlConditions(rows.Kind);
        var source = SourceOf(rows, filter, conditions, withBuckets: true);
        return rows.GroupsAsync(
            $"SELECT deployment, model_group, bucket, sum(calls) AS calls FROM ({source}) AS calls "
                + "WHERE status = 'success' GROUP BY 1, 2, 3",
            conditions.Parameters);
    }

    /// <summary>Calls of the logs that took longer than a number of milliseconds, by deployment and model group.</summary>
    public static Task<IReadOnlyList<JsonObject>> SlowAsync(IRowReader rows, MetricsFilter filter, double milliseconds)
    {
        var conditions = OfLogs(filter, new SqlConditions(rows.Kind));
        conditions.Add($"{SpendSql.Milliseconds(rows.Kind, "\"startTime\"", "\"endTime\"")} >= {conditions.Parameter(milliseconds)}");
        return rows.GroupsAsync(
            "SELECT coalesce(model_id, '') AS deployment, coalesce(model_group, '') AS model_group, count(*) AS calls "
                + $"FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where} GROUP BY 1, 2",
            conditions.Parameters);
    }

    private static string SourceOf(IRowReader rows, MetricsFilter filter, SqlConditions conditions, bool withBuckets)
    {
        if (filter.Customer is not null)
        {
            return LogsAs(rows, filter, conditions);
        }

        var first = conditions.Parameter(SpendSql.MomentText(HourOf(filter.From)));
        var last = conditions.Parameter(SpendSql.MomentText(filter.To));
        conditions.Add($"{SpendSql.Hour(rows.Kind)} >= {SpendSql.HourMoment(rows.Kind, first)}")
            .Add($"{SpendSql.Hour(rows.Kind)} <= {SpendSql.HourMoment(rows.Kind, last)}")
            .Equal("model_group", filter.ModelGroup).Equal("api_key", filter.KeyHash);
        filter.Scope.OnKeys(conditions, rows);
        var columns = withBuckets
            ? $"deployment, model_group, status, {SpendSql.ItemPosition(rows.Kind)} AS bucket, {SpendSql.ItemCount(rows.Kind)} AS calls"
            : $"{SpendSql.DayOfHour(rows.Kind)} AS day, deployment, model_group, status, requests, tokens_in, tokens_out, spend, "
                + "dur_ms_sum, ttft_ms_sum, ttft_n";
        var items = withBuckets ? " " + SpendSql.HistogramItems(rows.Kind, "dur_ms_hist") : "";
        return $"SELECT {columns} FROM {{own:rollup_hour}}{items}{conditions.Where}";
    }

    /// <summary>Single calls in the form of the rollup.</summary>
    private static string LogsAs(IRowReader rows, MetricsFilter filter, SqlConditions conditions)
    {
        OfLogs(filter, conditions);
        var duration = SpendSql.Milliseconds(rows.Kind, "\"startTime\"", "\"endTime\"");
        var firstOutput = SpendSql.Milliseconds(rows.Kind, "\"startTime\"", "\"completionStartTime\"");
        var isStream = "\"completionStartTime\" > \"startTime\" AND \"completionStartTime\" < \"endTime\"";
        var buckets = string.Concat(DurationHistogram.Bounds.Select((bound, i) => $" WHEN {duration} <= {bound} THEN {i}"));
        var failure = SpendSql.JsonText(rows.Kind, "metadata", "error_information", "error_class");
        return $"SELECT {SpendSql.Day(rows.Kind, "\"startTime\"")} AS day, coalesce(model_id, '') AS deployment, "
            + "coalesce(model_group, '') AS model_group, "
            + $"CASE WHEN status = 'failure' THEN coalesce({failure}, 'failure') ELSE 'success' END AS status, 1 AS requests, 1 AS calls, "
            + $"prompt_tokens AS tokens_in, completion_tokens AS tokens_out, spend, {duration} AS dur_ms_sum, "
            + $"CASE WHEN {isStream} THEN {firstOutput} ELSE 0 END AS ttft_ms_sum, "
            + $"CASE WHEN {isStream} THEN 1 ELSE 0 END AS ttft_n, CASE{buckets} ELSE {DurationHistogram.Bounds.Length} END AS bucket "
            + $"FROM {rows.NameOf(Tables.SpendLogs)}{conditions.Where}";
    }

    private static SqlConditions OfLogs(MetricsFilter filter, SqlConditions conditions) => filter.Scope.OnLogs(
        conditions.Between("\"startTime\"", filter.From, filter.To).Equal("model_group", filter.ModelGroup).Equal("api_key", filter.KeyHash)
            .Equal("end_user", filter.Customer));

    private static DateTime HourOf(DateTime moment) => moment.Date.AddHours(moment.Hour);
}
