using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend.Metrics;

namespace Tollgate.Management.Tests.Spend;

public sealed class ModelMetricsTests
{
    private static readonly Table Hours = new("rollup_hour", ["hour", "deployment", "model_group", "api_key", "status", "route"], IsOwn: true);

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task EmptyDatabase_AnswersEmptyCharts(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);

        (await host.GetTextAsync("/model/metrics")).Text.ShouldBe("""{"data":[],"all_api_bases":[],"models":[]}""");
        (await host.GetTextAsync("/model/streaming_metrics")).Text.ShouldBe("""{"data":[],"all_api_bases":[]}""");
        (await host.GetTextAsync("/model/metrics/slow_responses")).Text.ShouldBe("[]");
        (await host.GetTextAsync("/model/metrics/exceptions")).Text.ShouldBe("""{"data":[],"exception_types":[]}""");
        (await host.GetTextAsync("/model/metrics?customer=c1")).Text.ShouldBe("""{"data":[],"all_api_bases":[],"models":[]}""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Hours_BecomeChartsOfDays(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind, 0, Deployment("d1", "openai/gpt-4o", null), Deployment("d2", "azure/gpt-4o", "https://azure.example"));
        await host.InsertAsync(
            Hours,
            Hour("2026-02-03T10:00:00Z", "d1", "success", 10, milliseconds: 12_000, tokens: 1000, firstOutput: 4000, bucket: 7),
            Hour("2026-02-03T23:00:00Z", "d1", "success", 10, milliseconds: 8000, tokens: 1000, firstOutput: 4000, bucket: 5),
            Hour("2026-02-04T00:00:00Z", "d2", "RateLimitError", 3, 0, 0, 0, bucket: 0),
            Hour("2026-02-04T00:00:00Z", "d2", "Timeout", 1, 90_000, 0, 0, bucket: 15),
            Hour("2025-12-04T00:00:00Z", "d2", "success", 100, 1000, 10, 0, bucket: 0));

        var metrics = await host.GetAsync("/model/metrics");

        metrics!["data"]!.ToJsonString().ShouldBe("""[{"date":"2026-02-03","openai/gpt-4o":0.01}]""");
        metrics["all_api_bases"]!.ToJsonString().ShouldBe("""["openai/gpt-4o"]""");
        metrics["models"]!.AsArray().Count.ShouldBe(2);
        metrics["models"]![0]!.ToJsonString().ShouldBe(
            """
            {"model_group":"gpt-4o","model":"openai/gpt-4o","api_base":"","requests":20,"failed":0,"total_tokens":2200,"spend":1.0,"avg_latency_s":1.0,
            "p50_latency_s":0.75,"p95_latency_s":1.45,"avg_latency_per_token":0.01}
            """.Replace("\n", "", StringComparison.Ordinal));
        metrics["models"]![1]!["failed"]!.GetValue<int>().ShouldBe(4);
        (await host.GetAsync("/model/streaming_metrics?startTime=2026-02-03&endTime=2026-02-03"))!["data"]!.ToJsonString().ShouldBe(
            """[{"date":"2026-02-03","openai/gpt-4o":0.4}]""");
        (await host.GetTextAsync("/model/metrics/exceptions")).Text.ShouldBe(
            """{"data":[{"model":"gpt-4o","total_exceptions":4,"RateLimitError":3,"Timeout":1}],"exception_types":["RateLimitError","Timeout"]}""");
        (await host.GetTextAsync("/global/activity/exceptions?start_date=2026-02-01&end_date=2026-02-28&model_group=gpt-4o")).Text.ShouldBe(
            """{"daily_data":[{"date":"Feb 04","num_rate_limit_exceptions":3}],"sum_num_rate_limit_exceptions":3}""");
        (await host.GetTextAsync("/global/activity/exceptions/deployment?start_date=2026-02-01&end_date=2026-02-28")).Text.ShouldBe(
            """[{"api_base":"https://azure.example","daily_data":[{"date":"Feb 04","num_rate_limit_exceptions":3}],"sum_num_rate_limit_exceptions":3}]""");
        (await host.GetAsync("/model/metrics?_selected_model_group=other"))!["models"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task SlowAnswers_AreCountedFromTheLogs(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind, 0, Deployment("deployment-1", "openai/gpt-4o", "https://upstream.example/v1"));
        await host.InsertAsync(Hours, Hour("2026-02-03T10:00:00Z", "deployment-1", "success", 4, 700_000, 10, 0, bucket: 15));
        var slow = Rows.Log("slow", "2026-02-03T10:00:00Z");
        slow["endTime"] = "2026-02-03T10:05:01Z";
        await host.InsertAsync(Tables.SpendLogs, slow, Rows.Log("fast", "2026-02-03T10:00:00Z"));

        (await host.GetTextAsync("/model/metrics/slow_responses")).Text.ShouldBe(
            """[{"api_base":"https://upstream.example/v1","total_count":4,"slow_count":1}]""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Customers_AreReadFromTheLogs(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        var good = Rows.Log("good", "2026-02-03T10:00:00Z");
        good["end_user"] = "c1";
        var failed = Rows.Log("failed", "2026-02-03T10:00:00Z", 0);
        failed["end_user"] = "c1";
        failed["status"] = "failure";
        failed["metadata"] = new JsonObject { ["error_information"] = new JsonObject { ["error_class"] = "Timeout" } };
        await host.InsertAsync(Tables.SpendLogs, good, failed, Rows.Log("other", "2026-02-03T10:00:00Z"));

        var metrics = await host.GetAsync("/model/metrics?customer=c1");

        metrics!["data"]![0]!["gpt-4o"]!.GetValue<double>().ShouldBe(0.2, 0.0001);
        metrics["models"]![0]!["requests"]!.GetValue<int>().ShouldBe(2);
        metrics["models"]![0]!["failed"]!.GetValue<int>().ShouldBe(1);
        metrics["models"]![0]!["p50_latency_s"]!.GetValue<double>().ShouldBe(2);
        (await host.GetAsync("/model/streaming_metrics?customer=c1"))!["data"]![0]!["gpt-4o"]!.GetValue<double>().ShouldBe(1, 0.0001);
        (await host.GetAsync("/model/metrics/exceptions?customer=c1"))!["exception_types"]!.ToJsonString().ShouldBe("""["Timeout"]""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task InternalUsers_SeeTheirKeys(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.Keys, Rows.Key("hash-1", "u1"));
        await host.InsertAsync(Hours, Hour("2026-02-03T10:00:00Z", "d1", "success", 4, 1000, 10, 0, bucket: 3));
        var metrics = host.Service<ModelMetricsService>();

        (await metrics.LatencyAsync(Callers.User("u1"), new Fields([], "query"), CancellationToken.None))["models"]!.AsArray().Count.ShouldBe(1);
        (await metrics.LatencyAsync(Callers.User("u2"), new Fields([], "query"), CancellationToken.None))["models"]!.AsArray().ShouldBeEmpty();
    }

    private static DeploymentConfig Deployment(string id, string model, string? address)
        => new() { Id = id, ModelGroup = "gpt-4o", Model = model, ApiBase = address };

    private static JsonObject Hour(string hour, string deployment, string status, long requests, double milliseconds, long tokens, double firstOutput, int bucket)
    {
        var histogram = new JsonArray([.. Enumerable.Range(0, DurationHistogram.Bounds.Length + 1).Select(i => (JsonNode)(i == bucket ? requests : 0L))]);
        return new JsonObject
        {
            ["hour"] = hour,
            ["deployment"] = deployment,
            ["model_group"] = "gpt-4o",
            ["api_key"] = "hash-1",
            ["status"] = status,
            ["route"] = "/chat/completions",
            ["requests"] = requests,
            ["tokens_in"] = status == "success" ? 100 : 0,
            ["tokens_out"] = tokens,
            ["spend"] = status == "success" ? 0.5 : 0,
            ["dur_ms_sum"] = milliseconds,
            ["dur_ms_hist"] = histogram,
            ["ttft_ms_sum"] = firstOutput,
            ["ttft_n"] = firstOutput > 0 ? requests : 0,
        };
    }
}
