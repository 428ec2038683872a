using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>Batches count with their lines against rate limits, before they are made (routing.md 14.6).</summary>
public sealed class BatchLimitTests
{
    private const string Lines = """
        {"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"up-a","messages":[{"role":"user","content":"one"}],"max_tokens":100}}

        {"custom_id":"2","method":"POST","url":"/v1/chat/completions","body":{"model":"up-a","messages":[{"role":"user","content":"two"}]}}
        {"custom_id":"3","method":"POST","url":"/v1/chat/completions","body":{"model":"up-a","messages":[{"role":"user","content":"three"}]}}
        """;

    [Theory]
    [InlineData("\"rpm_limit\":6", "requests")]
    [InlineData("\"tpm_limit\":250", "tokens")]
    public async Task LinesBeyondWhatIsLeft_AreRefused(string limit, string type)
    {
        var files = new FakeFiles { Input = Lines };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        var key = await gateway.NewKeyAsync(limit);
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", key)).GetProperty("id").GetString()!;
        await ManagedFileTests.BatchAsync(gateway, id, key).OkAsync();
        var before = api.Count;
        var refused = await ManagedFileTests.BatchAsync(gateway, id, key);
        refused.ShouldBeError(429, "Limit type: " + type, type: "rate_limit_error");
        refused.Header("rate_limit_type").ShouldBe(type);
        api.Last.Target.ShouldEndWith("/content");
        api.Count.ShouldBe(before + 1);
    }

    [Fact]
    public async Task KeyWithoutRates_HasNothingCounted()
    {
        var files = new FakeFiles { Input = "no lines" };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        var key = await gateway.NewKeyAsync("\"max_budget\":5");
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", key)).GetProperty("id").GetString()!;
        files.Status = "in_progress";
        await ManagedFileTests.BatchAsync(gateway, id, key).OkAsync();
        files.Fetches.ShouldBe(0);
    }

    [Theory]
    [InlineData(true, 400)]
    [InlineData(false, 200)]
    public async Task FileThatCannotBeRead_IsRefused_UnlessBatchesDoNotCount(bool counts, int status)
    {
        var files = new FakeFiles { Input = "no lines" };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(
            api, DatabaseKind.Sqlite, new GatewaySetup { Own = counts ? "" : "batch_rate_limit: off" });
        var key = await gateway.NewKeyAsync("\"rpm_limit\":10");
        var id = (await ManagedFileTests.UploadAsync(gateway, "a", key)).GetProperty("id").GetString()!;
        var answer = await ManagedFileTests.BatchAsync(gateway, id, key);
        answer.Status.ShouldBe(status, answer.Body);
        if (counts)
        {
            answer.ShouldBeError(400, "line 1 is not a JSON object", "input_file_id");
        }
    }

    [Theory]
    [InlineData("""{"endpoint":"/v1/chat/completions","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"file-1","completion_window":"24h"}""", "endpoint")]
    [InlineData("""{"input_file_id":"file-1","endpoint":null,"completion_window":"24h"}""", "endpoint")]
    [InlineData("""{"input_file_id":5,"endpoint":"/v1/chat/completions","completion_window":"24h"}""", "input_file_id")]
    public async Task BatchWithoutWhatItNeeds_IsRefused(string body, string name)
    {
        await using var api = await FakeApi.StartAsync(new FakeFiles().AnswerAsync);
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        (await gateway.PostAsync("v1/batches?model=a", body)).ShouldBeError(400, name, name);
        api.Count.ShouldBe(0);
    }
}
