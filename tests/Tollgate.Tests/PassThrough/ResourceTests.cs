using System.Net.Http.Headers;
using System.Text;
using Tollgate.Engine.PassThrough;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Files, batches, fine-tuning jobs and vector stores.</summary>
public sealed class ResourceTests
{
    private const string FileAnswer = """{"id":"file-abc","object":"file","purpose":"batch"}""";

    [Theory]
    [InlineData("GET", "/v1/files", "/v1/files")]
    [InlineData("GET", "/files/file-abc?custom_llm_provider=openai", "/v1/files/file-abc")]
    [InlineData("GET", "/openai/v1/files/file-abc/content", "/v1/files/file-abc/content")]
    [InlineData("DELETE", "/v1/files/file-abc", "/v1/files/file-abc")]
    [InlineData("GET", "/v1/batches?limit=2", "/v1/batches?limit=2")]
    [InlineData("POST", "/v1/batches/batch_1/cancel", "/v1/batches/batch_1/cancel")]
    [InlineData("POST", "/v1/fine_tuning/jobs", "/v1/fine_tuning/jobs")]
    [InlineData("GET", "/v1/fine_tuning/jobs/ftjob-1/events", "/v1/fine_tuning/jobs/ftjob-1/events")]
    [InlineData("POST", "/v1/vector_stores/vs_1/search", "/v1/vector_stores/vs_1/search")]
    [InlineData("GET", "/azure/v1/files/file-abc", "/openai/files/file-abc?api-version=2024-07-01-preview")]
    public async Task Call_GoesToTheProviderOfTheEnvironment(string method, string path, string target)
    {
        await using var api = await FakeApi.StartAsync("""{"id": "x" }""");
        await using var gateway = await Relays.StartAsync(api);
        using var response = await gateway.SendAsync(
            new HttpMethod(method), path, method == "POST" ? new StringContent(path is "/v1/fine_tuning/jobs" ? """{"model":"gpt-x","custom_llm_provider":"openai"}""" : """{"custom_llm_provider":"openai"}""", Encoding.UTF8, "application/json") : null);

        ((int)response.StatusCode).ShouldBe(200, await response.Content.ReadAsStringAsync(GatewayFixture.Token));
        (await response.Content.ReadAsStringAsync(GatewayFixture.Token)).ShouldBe("""{"id": "x" }""");
        api.Last.Target.ShouldBe(target);
        api.Last.Header(path.StartsWith("/azure", StringComparison.Ordinal) ? "api-key" : "authorization")!.ShouldEndWith(Relays.ProviderKey);
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
        if (path is "/v1/fine_tuning/jobs")
        {
            Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"model":"gpt-x"}""");
        }
    }

    [Fact]
    public async Task FileMadeForAModel_IsFoundAgainByItsId()
    {
        await using var api = await FakeApi.StartAsync(FileAnswer);
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok"), new("keeper") { ApiBase = api.Address + "/v1" }],
        });
        using var form = Form(("model", "keeper"), ("purpose", "batch"));
        using var created = await gateway.SendAsync(HttpMethod.Post, "/v1/files", form);
        var answer = await Answer.ReadAsync(created);
        answer.Status.ShouldBe(200, answer.Body);
        var id = answer.Json.GetProperty("id").GetString()!;
        ResourceIds.TryDecode(id, out var own, out var model).ShouldBeTrue();
        (own, model).ShouldBe(("file-abc", "keeper"));
        id.ShouldStartWith("file-");
        var sent = Encoding.UTF8.GetString(api.Last.Body);
        sent.ShouldContain("purpose");
        sent.ShouldContain("{\"line\":1}");
        sent.ShouldNotContain("keeper");
        api.Last.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);

        (await gateway.GetAsync("/v1/files/" + id)).Status.ShouldBe(200);
        api.Last.Target.ShouldBe("/v1/files/file-abc");
        var batch = await gateway.PostAsync("/v1/batches", $$"""{"input_file_id":"{{id}}","endpoint":"/v1/chat/completions","completion_window":"24h"}""");
        batch.Status.ShouldBe(200, batch.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"input_file_id":"file-abc","endpoint":"/v1/chat/completions","completion_window":"24h"}""");
        batch.Json.GetProperty("id").GetString().ShouldBe(id);
        (await gateway.LogAsync(3)).Select(row => row["call_type"]!.GetValue<string>()).ShouldBe(["acreate_file", "afile_retrieve", "acreate_batch"], ignoreOrder: true);
    }

    [Fact]
    public async Task SettingsOfTheFile_ComeBeforeTheEnvironment_AndStrangersAreRefused()
    {
        await using var api = await FakeApi.StartAsync(FileAnswer);
        await using var gateway = await Relays.StartAsync(api);

        (await gateway.GetAsync("/v1/files?custom_llm_provider=nobody")).ShouldBeError(400, "'nobody' keeps no /files", "custom_llm_provider");
        (await gateway.GetAsync("/v1/files?model=nothing")).ShouldBeError(400, "Invalid model name", "model");
        (await gateway.GetAsync("/v1/files?target_model_names=a,b")).ShouldBeError(400, "Invalid model name", "target_model_names");
        (await gateway.GetAsync("/v1/files/file-x?target_model_names=a,b")).ShouldBeError(400, "target_model_names is for", "target_model_names");
        (await gateway.GetAsync("/v1/files", ("Authorization", ""))).Status.ShouldBe(401);
        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task KeyKeptToModels_UploadsLinesOfTheseOnly()
    {
        await using var api = await FakeApi.StartAsync(FileAnswer);
        await using var gateway = await Relays.StartAsync(api);
        var key = await gateway.NewKeyAsync("\"models\":[\"mine\"]");
        foreach (var (line, status) in new[] { ("""{"custom_id":"1","body":{"model":"mine"}}""", 200), ("""{"custom_id":"1","body":{"model":"theirs"}}""", 401), ("{broken", 400) })
        {
            using var form = Form(line, ("purpose", "batch"));
            using var response = await gateway.SendAsync(HttpMethod.Post, "/v1/files", form, ("Authorization", "Bearer " + key));
            ((int)response.StatusCode).ShouldBe(status, await response.Content.ReadAsStringAsync(GatewayFixture.Token));
        }

        api.Count.ShouldBe(1);
    }

    [Fact]
    public async Task UsageInsideABatch_IsNotWhatTheCallUsed()
    {
        await using var api = await FakeApi.StartAsync("""{"id":"batch_1","model":"gpt-4o","usage":{"input_tokens":1000000,"output_tokens":1000000}}""");
        await using var gateway = await Relays.StartAsync(api);
        (await gateway.GetAsync("/v1/batches/batch_1")).Status.ShouldBe(200);

        var row = (await gateway.LogAsync(1))[0];
        row["spend"]!.GetValue<double>().ShouldBe(0);
        row["call_type"]!.GetValue<string>().ShouldBe("aretrieve_batch");
    }

    [Theory]
    [InlineData("file-abc", "gpt-4o")]
    [InlineData("batch_68a", "team/großes modell")]
    [InlineData("vs_1", "a;model,b")]
    public void Id_SaysItsModelAndBack(string id, string model)
    {
        var encoded = ResourceIds.Encode(id, model);
        encoded.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_').ShouldBeTrue();
        ResourceIds.TryDecode(encoded, out var own, out var named).ShouldBeTrue();
        (own, named).ShouldBe((id, model));
        ResourceIds.Encode(encoded, model).ShouldBe(encoded);
    }

    [Theory]
    [InlineData("file-abc")]
    [InlineData("thread_1")]
    [InlineData("file-bGl0ZWxsbTo")]
    public void PlainId_StaysPlain(string id) => ResourceIds.TryDecode(id, out _, out _).ShouldBeFalse();

    private static MultipartFormDataContent Form(params (string Name, string Value)[] fields) => Form("{\"line\":1}", fields);

    private static MultipartFormDataContent Form(string line, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(line));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        form.Add(file, "file", "in.jsonl");
        return form;
    }
}
