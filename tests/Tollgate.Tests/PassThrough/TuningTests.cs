using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>Fine-tuning at a provider with an API of its own, by clients of OpenAI's (llm-api.md 13.4), with bytes of Vertex AI's documentation.</summary>
public sealed class TuningTests
{
    private const string Project = "/v1/projects/proj/locations/us-central1";
    private const string Asked = """
        {"model":"gemini-2.0-flash-001","training_file":"gs://mine/train.jsonl","validation_file":"gs://mine/check.jsonl","suffix":"mine",
         "hyperparameters":{"n_epochs":4,"learning_rate_multiplier":0.5,"adapter_size":4},"custom_llm_provider":"vertex_ai"}
        """;

    private const string End = """
        "endTime":"2025-01-02T04:04:05Z","tunedModel":{"model":"projects/proj/locations/us-central1/models/8","endpoint":"projects/proj/locations/us-central1/endpoints/9"},
        """;

    private readonly ConcurrentDictionary<string, string> _jobs = new(StringComparer.Ordinal);

    [Fact]
    public async Task Job_IsMadeToldListedAndCancelled()
    {
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(api);
        var key = ManagedFileTests.Key(await gateway.NewKeyAsync());
        var made = await gateway.PostAsync("v1/fine_tuning/jobs", Asked, key).OkAsync();
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(
            """{"baseModel":"gemini-2.0-flash-001","tunedModelDisplayName":"mine","supervisedTuningSpec":{"trainingDatasetUri":"gs://mine/train.jsonl","validationDatasetUri":"gs://mine/check.jsonl","hyperParameters":{"epochCount":"4","learningRateMultiplier":0.5,"adapterSize":"ADAPTER_SIZE_FOUR"}}}""");
        (api.Last.Method, api.Last.Target, api.Last.Header("authorization")).ShouldBe(("POST", Project + "/tuningJobs", "Bearer token"));
        var id = made.GetProperty("id").GetString()!;
        id.ShouldStartWith("ftjob-");
        Texts(made, "object", "model", "status", "training_file", "validation_file")
            .ShouldBe(["fine_tuning.job", "gemini-2.0-flash-001", "validating_files", "gs://mine/train.jsonl", "gs://mine/check.jsonl"]);
        made.GetProperty("created_at").GetInt64().ShouldBe(1_735_787_045);
        made.GetProperty("fine_tuned_model").ValueKind.ShouldBe(JsonValueKind.Null);
        made.GetProperty("hyperparameters").ToString().ShouldBe("""{"n_epochs":4,"learning_rate_multiplier":0.5}""");

        _jobs["1"] = "JOB_STATE_SUCCEEDED";
        var told = await gateway.GetAsync($"v1/fine_tuning/jobs/{id}?custom_llm_provider=vertex_ai", key).OkAsync();
        Texts(told, "id", "status", "fine_tuned_model").ShouldBe([id, "succeeded", "projects/proj/locations/us-central1/endpoints/9"]);
        told.GetProperty("finished_at").GetInt64().ShouldBe(1_735_790_645);
        (await gateway.PostAsync($"v1/fine_tuning/jobs/{id}/cancel", """{"custom_llm_provider":"vertex_ai"}""", key).OkAsync())
            .GetProperty("status").GetString().ShouldBe("cancelled");
        var list = await gateway.GetAsync("v1/fine_tuning/jobs?custom_llm_provider=vertex_ai", key).OkAsync();
        list.GetProperty("data").EnumerateArray().Select(static job => job.GetProperty("id").GetString()).ShouldBe([id]);
        list.GetProperty("has_more").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Jobs_AreTheirMakersAlone_AndComeInPages()
    {
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(api);
        var (mine, theirs) = (ManagedFileTests.Key(await gateway.NewKeyAsync()), ManagedFileTests.Key(await gateway.NewKeyAsync()));
        var ids = new List<string>();
        foreach (var key in ((string, string)[])[mine, theirs, mine, mine])
        {
            ids.Add((await gateway.PostAsync("v1/fine_tuning/jobs", Asked, key).OkAsync()).GetProperty("id").GetString()!);
        }

        (await gateway.GetAsync($"v1/fine_tuning/jobs/{ids[0]}?custom_llm_provider=vertex_ai", theirs)).Status.ShouldBe(403);
        (await gateway.PostAsync($"v1/fine_tuning/jobs/{ids[0]}/cancel?custom_llm_provider=vertex_ai", "{}", theirs)).Status.ShouldBe(403);
        var forged = "ftjob-" + System.Buffers.Text.Base64Url.EncodeToString("tollgate:77\n"u8);
        (await gateway.GetAsync($"v1/fine_tuning/jobs/{forged}?custom_llm_provider=vertex_ai", theirs)).Status.ShouldBe(403);
        (await gateway.GetAsync("v1/fine_tuning/jobs/ftjob-1?custom_llm_provider=vertex_ai", theirs)).ShouldBeError(404, "ftjob-1", "fine_tune_id");

        var first = await gateway.GetAsync("v1/fine_tuning/jobs?custom_llm_provider=vertex_ai&limit=2", mine).OkAsync();
        Ids(first).ShouldBe([ids[3], ids[2]]);
        first.GetProperty("has_more").GetBoolean().ShouldBeTrue();
        var last = await gateway.GetAsync($"v1/fine_tuning/jobs?custom_llm_provider=vertex_ai&limit=2&after={ids[2]}", mine).OkAsync();
        Ids(last).ShouldBe([ids[0]]);
        last.GetProperty("has_more").GetBoolean().ShouldBeFalse();
        Ids(await gateway.GetAsync("v1/fine_tuning/jobs?custom_llm_provider=vertex_ai", theirs).OkAsync()).ShouldBe([ids[1]]);
        Ids(await gateway.GetAsync("v1/fine_tuning/jobs?custom_llm_provider=vertex_ai").OkAsync()).Length.ShouldBe(4);
    }

    [Theory]
    [InlineData("""{"training_file":"gs://a/b"}""", "model")]
    [InlineData("""{"model":"gemini-2.0-flash-001"}""", "training_file")]
    [InlineData("""{"model":5,"training_file":"gs://a/b"}""", "model")]
    [InlineData("""{"model":"g","training_file":"gs://a/b","hyperparameters":{"n_epochs":"many"}}""", "n_epochs")]
    [InlineData("""{"model":"g","training_file":"gs://a/b","method":{"type":"dpo"}}""", "method")]
    public async Task JobThatCannotBe_IsRefused(string body, string name)
    {
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(api);
        (await gateway.PostAsync("v1/fine_tuning/jobs?custom_llm_provider=vertex_ai", body)).ShouldBeError(400, name, name);
        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task ErrorOfTheProvider_IsTheClients()
    {
        await using var api = await FakeApi.StartAsync("""{"error":{"code":400,"message":"Base model is not supported.","status":"INVALID_ARGUMENT"}}""", 400);
        await using var gateway = await StartAsync(api);
        (await gateway.PostAsync("v1/fine_tuning/jobs", Asked)).ShouldBeError(400, "Base model is not supported.");
    }

    private static Task<GatewayFixture> StartAsync(FakeApi api) => StoredGateway.StartAsync(DatabaseKind.Sqlite, new GatewaySetup
    {
        Sections = $$$"""
            finetune_settings:
              - {custom_llm_provider: vertex_ai, vertex_project: proj, vertex_location: us-central1, api_base: '{{{api.Address}}}', extra_headers: {Authorization: Bearer token}}

            """,
    });

    private Task AnswerAsync(HttpContext http, SeenRequest seen)
    {
        if (seen is { Method: "POST", Target: Project + "/tuningJobs" })
        {
            var id = (_jobs.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            _jobs[id] = "JOB_STATE_PENDING";
            return FakeApi.AnswerAsync(http, Job(id));
        }

        if (seen.Target.StartsWith(Project + "/tuningJobs?pageSize=100", StringComparison.Ordinal))
        {
            var jobs = _jobs.Keys.OrderDescending(StringComparer.Ordinal).ToList();
            var rest = seen.Target.EndsWith("&pageToken=more", StringComparison.Ordinal);
            var page = string.Join(',', (rest ? jobs.Skip(2) : jobs.Take(2)).Select(Job));
            return FakeApi.AnswerAsync(http, rest || jobs.Count <= 2 ? $$"""{"tuningJobs":[{{page}}]}""" : $$"""{"tuningJobs":[{{page}}],"nextPageToken":"more"}""");
        }

        var name = seen.Target[(Project + "/tuningJobs/").Length..].Split(':');
        if (name is [var cancelled, "cancel"])
        {
            _jobs[cancelled] = "JOB_STATE_CANCELLED";
            return FakeApi.AnswerAsync(http, "{}");
        }

        return FakeApi.AnswerAsync(http, Job(name[0]));
    }

    private string Job(string id) => $$$$"""
        {"name":"projects/proj/locations/us-central1/tuningJobs/{{{{id}}}}","baseModel":"gemini-2.0-flash-001","state":"{{{{_jobs[id]}}}}","tunedModelDisplayName":"mine",
         "createTime":"2025-01-02T03:04:05.123456Z","updateTime":"2025-01-02T03:04:05.123456Z",
         {{{{(_jobs[id] is "JOB_STATE_SUCCEEDED" ? End : "")}}}}
         "supervisedTuningSpec":{"trainingDatasetUri":"gs://mine/train.jsonl","validationDatasetUri":"gs://mine/check.jsonl","hyperParameters":{"epochCount":"4","learningRateMultiplier":0.5,"adapterSize":"ADAPTER_SIZE_FOUR"}}}
        """;

    private static string?[] Texts(JsonElement json, params string[] names) => [.. names.Select(name => json.GetProperty(name).GetString())];

    private static string?[] Ids(JsonElement list) => [.. list.GetProperty("data").EnumerateArray().Select(static job => job.GetProperty("id").GetString())];
}
