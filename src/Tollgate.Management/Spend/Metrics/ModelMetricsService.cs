using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend.Metrics;

/// <summary>Latency, slow answers and failures of deployments, from the hourly rollup (admin-api.md 13.9, 15.14).</summary>
public sealed class ModelMetricsService(IDatabase database, SnapshotHolder snapshots, TimeProvider time)
{
    /// <summary>Answers that take this long count as slow: the default of <c>general_settings.alerting_threshold</c>, 300 s.</summary>
    private const double SlowMilliseconds = 300_000;

    private const string Success = "success";

    /// <summary>Seconds per output token by day, and a list of all deployments with what they did.</summary>
    public async Task<JsonNode> LatencyAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var filter = FilterOf(caller, query, 30);
        var (sums, buckets) = await database.ReadAsync(
            async rows => (await MetricsSource.SumsAsync(rows, filter), await MetricsSource.BucketsAsync(rows, filter)), cancellationToken);
        var names = new DeploymentNames(snapshots.Current);
        var answer = Chart(sums.Where(static row => IsSuccess(row)), names,
            static calls => calls.Sum(static row => row.Whole("tokens_out")) is > 0 and var tokens
            ? calls.Sum(static row => row.Real("duration")) / 1000 / tokens
            : null);
        var histograms = buckets.GroupBy(DeploymentOf).ToDictionary(static group => group.Key, static group =>
        {
            var histogram = new DurationHistogram();
            foreach (var row in group)
            {
                histogram.Add(row.Whole("bucket"), row.Whole("calls"));
            }

            return histogram;
        });
        answer["models"] = sums.GroupBy(DeploymentOf)
            .Select(group => Model(group.Key, [.. group], names, histograms.GetValueOrDefault(group.Key) ?? new DurationHistogram()))
            .OrderByDescending(static model => model.Real("spend")).ThenByDescending(static model => model.Whole("requests")).ToJsonArray();
        return answer;
    }

    /// <summary>Seconds to the first token of streams, by day.</summary>
    public async Task<JsonNode> FirstTokenAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var filter = FilterOf(caller, query, 7);
        var sums = await database.ReadAsync(rows => MetricsSource.SumsAsync(rows, filter), cancellationToken);
        return Chart(sums.Where(IsSuccess), new DeploymentNames(snapshots.Current),
            static calls => calls.Sum(static row => row.Whole("first_outputs")) is > 0 and var n
            ? calls.Sum(static row => row.Real("first_output")) / 1000 / n
            : null);
    }

    /// <summary>How many answers were slow.</summary>
    public async Task<JsonNode> SlowAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var filter = FilterOf(caller, query, 30);
        var (sums, slow) = await database.ReadAsync(
            async rows =>
            {
                var totals = await MetricsSource.SumsAsync(rows, filter);

                // Only the last bucket can hold slow calls; the logs are searched when it is not empty.
                var mayBeSlow = (await MetricsSource.BucketsAsync(rows, filter)).Any(
                    static row => row.Whole("bucket") == DurationHistogram.Bounds.Length && row.Whole("calls") > 0);
                return (totals, mayBeSlow ? await MetricsSource.SlowAsync(rows, filter, SlowMilliseconds) : []);
            },
            cancellationToken);
        var names = new DeploymentNames(snapshots.Current);
        var counts = slow.GroupBy(row => Label(names, row), StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Sum(static row => row.Whole("calls")), StringComparer.Ordinal);
        return sums.GroupBy(row => Label(names, row), StringComparer.Ordinal).Select(group => new JsonObject
        {
            ["api_base"] = group.Key,
            ["total_count"] = group.Sum(static row => row.Whole("requests")),
            ["slow_count"] = counts.GetValueOrDefault(group.Key),
        }).OrderByDescending(static item => item.Whole("slow_count")).ToJsonArray();
    }

    /// <summary>Failures by model and kind.</summary>
    public async Task<JsonNode> ExceptionsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var filter = FilterOf(caller, query, 30);
        var sums = await database.ReadAsync(rows => MetricsSource.SumsAsync(rows, filter), cancellationToken);
        var failed = sums.Where(static row => !IsSuccess(row)).ToList();
        var data = failed.GroupBy(static row => row.Text("model_group"), StringComparer.Ordinal).Select(static model =>
        {
            var item = new JsonObject { ["model"] = model.Key, ["total_exceptions"] = model.Sum(static row => row.Whole("requests")) };
            foreach (var kind in model.GroupBy(static row => row.Text("status"), StringComparer.Ordinal))
            {
                item[kind.Key] = kind.Sum(static row => row.Whole("requests"));
            }

            return item;
        }).OrderByDescending(static item => item.Whole("total_exceptions")).ToJsonArray();
        var kinds = failed.Texts("status").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new JsonObject { ["data"] = data, ["exception_types"] = new JsonArray([.. kinds.Select(static kind => (JsonNode)kind)]) };
    }

    /// <summary>Refusals for too many requests, by day.</summary>
    public async Task<JsonNode> RateLimitsAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
        => Days(await RateLimitedAsync(caller, query, cancellationToken));

    /// <summary>The same by deployment.</summary>
    public async Task<JsonNode> RateLimitsByDeploymentAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var names = new DeploymentNames(snapshots.Current);
        var rows = await RateLimitedAsync(caller, query, cancellationToken);
        return rows.GroupBy(row => Label(names, row), StringComparer.Ordinal).Select(static group =>
        {
            var item = new JsonObject { ["api_base"] = group.Key };
            foreach (var (name, value) in Days([.. group]))
            {
                item[name] = value?.DeepClone();
            }

            return item;
        }).OrderByDescending(static item => item.Whole("sum_num_rate_limit_exceptions")).ToJsonArray();
    }

    private async Task<IReadOnlyList<JsonObject>> RateLimitedAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        var days = DayRange.Of(query.Filter("start_date"), query.Filter("end_date"), SpendErrors.BadDetail, required: true)!.Value;
        var filter = new MetricsFilter(days.From, days.To, query.Filter("model_group"), null, null, SpendScope.Of(caller));
        var sums = await database.ReadAsync(rows => MetricsSource.SumsAsync(rows, filter), cancellationToken);
        return [.. sums.Where(static row => row.Text("status").StartsWith("RateLimit", StringComparison.Ordinal))];
    }

    private static JsonObject Days(IReadOnlyList<JsonObject> rows) => new()
    {
        ["daily_data"] = rows.GroupBy(static row => row.Text("day"), StringComparer.Ordinal).Select(static day => new JsonObject
        {
            ["date"] = DayRange.Label(day.Key),
            ["num_rate_limit_exceptions"] = day.Sum(static row => row.Whole("requests")),
        }).ToJsonArray(),
        ["sum_num_rate_limit_exceptions"] = rows.Sum(static row => row.Whole("requests")),
    };

    private static JsonObject Chart(IEnumerable<JsonObject> rows, DeploymentNames names, Func<IReadOnlyList<JsonObject>, double?> value)
    {
        var labels = new SortedSet<string>(StringComparer.Ordinal);
        var data = new List<JsonObject>();
        foreach (var day in rows.GroupBy(static row => row.Text("day"), StringComparer.Ordinal))
        {
            var item = new JsonObject { ["date"] = day.Key };
            foreach (var line in day.GroupBy(row => Label(names, row), StringComparer.Ordinal))
            {
                if (value([.. line]) is { } number && line.Key is not "date")
                {
                    item[line.Key] = number;
                    labels.Add(line.Key);
                }
            }

            data.Add(item);
        }

        return new JsonObject
        {
            ["data"] = data.ToJsonArray(),
            ["all_api_bases"] = new JsonArray([.. labels.Select(static label => (JsonNode)label)])
        };
    }

    private static JsonObject Model(
        (string Deployment, string Group) id, IReadOnlyList<JsonObject> rows, DeploymentNames names, DurationHistogram durations)
    {
        var good = rows.Where(IsSuccess).ToList();
        var requests = good.Sum(static row => row.Whole("requests"));
        var seconds = good.Sum(static row => row.Real("duration")) / 1000;
        var output = good.Sum(static row => row.Whole("tokens_out"));
        return new JsonObject
        {
            ["model_group"] = id.Group,
            ["model"] = names.ModelOf(id.Deployment, id.Group),
            ["api_base"] = names.ApiBaseOf(id.Deployment),
            ["requests"] = rows.Sum(static row => row.Whole("requests")),
            ["failed"] = rows.Sum(static row => row.Whole("requests")) - requests,
            ["total_tokens"] = rows.Sum(static row => row.Whole("tokens_in") + row.Whole("tokens_out")),
            ["spend"] = rows.Sum(static row => row.Real("spend")),
            ["avg_latency_s"] = requests == 0 ? 0d : seconds / requests,
            ["p50_latency_s"] = durations.Quantile(0.5),
            ["p95_latency_s"] = durations.Quantile(0.95),
            ["avg_latency_per_token"] = output == 0 ? 0d : seconds / output,
        };
    }

    private MetricsFilter FilterOf(AdminCaller caller, Fields query, int days)
    {
        var recent = DayRange.Recent(time, days);
        return new MetricsFilter(
            query.Filter("startTime") is { } start ? DayRange.Moment(start, out _, SpendErrors.BadDetail) : recent.From,
            query.Filter("endTime") is { } end ? EndOf(end) : recent.To,
            query.Filter("_selected_model_group"),
            SpendScope.Hash(query.Filter("api_key")),
            query.Filter("customer"),
            SpendScope.Of(caller));
    }

    private static DateTime EndOf(string text)
    {
        var moment = DayRange.Moment(text, out var isDay, SpendErrors.BadDetail);
        return isDay ? DayRange.EndOf(DateOnly.FromDateTime(moment)) : moment;
    }

    private static bool IsSuccess(JsonObject row) => string.Equals(row.Text("status"), Success, StringComparison.Ordinal);

    private static (string Deployment, string Group) DeploymentOf(JsonObject row) => (row.Text("deployment"), row.Text("model_group"));

    private static string Label(DeploymentNames names, JsonObject row) => names.LabelOf(row.Text("deployment"), row.Text("model_group"));
}
