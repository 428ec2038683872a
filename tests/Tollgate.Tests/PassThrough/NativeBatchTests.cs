using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>Batches over providers that have APIs of their own for them, by clients of OpenAI's.</summary>
public sealed class NativeBatchTests
{
    private const string Lines =
        """
        {"custom_id":"Request 1!","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":9}}
        {"custom_id":"second","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Ho"}],"max_tokens":9}}
        """;

    public static TheoryData<string> Providers => [.. FakeCloud.All];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Batch_RunsInTheProvidersApiAndComesBackInOpenAis(string provider)
    {
        await using var place = await CloudGateway.StartAsync(provider);
        var cloud = place.Cloud;
        var gateway = place.Gateway;
        var key = await gateway.NewKeyAsync();

        var file = await UploadAsync(gateway, "model", "m", key);
        var fileId = file.GetProperty("id").GetString()!;
        fileId.ShouldStartWith("file-");
        file.GetProperty("object").GetString().ShouldBe("file");
        file.GetProperty("purpose").GetString().ShouldBe("batch");
        file.GetProperty("bytes").GetInt64().ShouldBe(Encoding.UTF8.GetByteCount(Lines));

        var made = await BatchAsync(gateway, fileId, key).OkAsync();
        var id = made.GetProperty("id").GetString()!;
        id.ShouldStartWith("batch_");
        made.GetProperty("object").GetString().ShouldBe("batch");
        made.GetProperty("status").GetString().ShouldBeOneOf("validating", "in_progress");
        made.GetProperty("input_file_id").GetString().ShouldBe(fileId);
        cloud.CheckLines();

        cloud.IsOver = true;
        var done = await gateway.GetAsync("v1/batches/" + id, ManagedFileTests.Key(key)).OkAsync();
        done.GetProperty("id").GetString().ShouldBe(id);
        done.GetProperty("status").GetString().ShouldBe("completed");
        done.GetProperty("request_counts").ToString().ShouldBe("""{"total":3,"completed":2,"failed":1}""");
        done.GetProperty("input_file_id").GetString().ShouldBe(fileId);
        var output = done.GetProperty("output_file_id").GetString()!;

        var content = await gateway.GetAsync($"v1/files/{output}/content", ManagedFileTests.Key(key));
        content.Status.ShouldBe(200, content.Body);
        var lines = content.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Relays.Parse).ToList();
        lines.Select(line => line.GetProperty("custom_id").GetString()).ShouldBe(["Request 1!", "second", "third"]);
        var body = lines[0].GetProperty("response").GetProperty("body");
        lines[0].GetProperty("response").GetProperty("status_code").GetInt32().ShouldBe(200);
        body.GetProperty("object").GetString().ShouldBe("chat.completion");
        body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe("Hello!");
        body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(100);
        lines[2].GetProperty("response").ValueKind.ShouldBe(JsonValueKind.Null);
        lines[2].GetProperty("error").GetProperty("message").GetString().ShouldBe("too long");

        // Half of (200 x 0.001 + 20 x 0.002), once, for whoever made it.
        var row = (await gateway.LogAsync(5)).Where(static row => row["spend"]!.GetValue<double>() > 0).ShouldHaveSingleItem();
        row["call_type"]!.GetValue<string>().ShouldBe("aretrieve_batch");
        row["spend"]!.GetValue<double>().ShouldBe(0.12, 1e-9);
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(200);
        row["api_key"]!.GetValue<string>().ShouldBe(Engine.Keys.KeyHash.Of(key).ToHex());
        row["model_group"]!.GetValue<string>().ShouldBe("m");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task FileAndBatch_AreTheMakersAlone(string provider)
    {
        await using var place = await CloudGateway.StartAsync(provider);
        var cloud = place.Cloud;
        var gateway = place.Gateway;
        var mine = await gateway.NewKeyAsync();
        var theirs = await gateway.NewKeyAsync();
        var file = (await UploadAsync(gateway, "model", "m", mine)).GetProperty("id").GetString()!;
        var batch = (await BatchAsync(gateway, file, mine).OkAsync()).GetProperty("id").GetString()!;
        cloud.IsOver = true;
        var output = (await gateway.GetAsync("v1/batches/" + batch, ManagedFileTests.Key(mine)).OkAsync()).GetProperty("output_file_id").GetString()!;

        foreach (var path in new[] { $"v1/files/{file}", $"v1/batches/{batch}", $"v1/files/{output}/content" })
        {
            (await gateway.GetAsync(path, ManagedFileTests.Key(mine))).Status.ShouldBe(200, path);
            (await gateway.GetAsync(path, ManagedFileTests.Key(theirs))).Status.ShouldBe(403, path);
        }

        (await BatchAsync(gateway, file, theirs)).Status.ShouldBe(403);

        // An id that somebody has written leads to nothing that is not known to be his.
        var forged = "file-" + System.Buffers.Text.Base64Url.EncodeToString("tollgate:gs://other/secret\n"u8);
        (await gateway.GetAsync($"v1/files/{forged}/content?model=m", ManagedFileTests.Key(theirs))).Status.ShouldBe(403);
        (await gateway.GetAsync("v1/files/file-abc/content?model=m", ManagedFileTests.Key(theirs))).Status.ShouldBe(404);
        (await gateway.GetAsync("v1/files?model=m", ManagedFileTests.Key(theirs))).Status.ShouldBe(400);

        (await gateway.PostAsync($"v1/batches/{batch}/cancel", "{}", ManagedFileTests.Key(mine))).Status.ShouldBe(200);
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, "v1/files/" + file, null, ManagedFileTests.Key(mine));
        ((int)deleted.StatusCode).ShouldBe(200);
        (await Answer.ReadAsync(deleted)).Json.GetProperty("deleted").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ManagedBatch_IsFoundByPollingAndPaid(string provider)
    {
        await using var place = await CloudGateway.StartAsync(provider);
        var cloud = place.Cloud;
        var gateway = place.Gateway;
        var key = await gateway.NewKeyAsync();
        var file = (await UploadAsync(gateway, "target_model_names", "m", key)).GetProperty("id").GetString()!;
        ManagedIds.IsFile(file).ShouldBeTrue();
        var batch = (await BatchAsync(gateway, file, key).OkAsync()).GetProperty("id").GetString()!;
        ManagedIds.IsBatch(batch).ShouldBeTrue();

        cloud.IsOver = true;
        (await gateway.Services.GetRequiredService<BatchPolling>().RunAsync(() => Task.FromResult(true), GatewayFixture.Token)).ShouldBe(1);
        var done = await gateway.GetAsync("v1/batches/" + batch, ManagedFileTests.Key(key)).OkAsync();
        done.GetProperty("status").GetString().ShouldBe("completed");
        done.GetProperty("input_file_id").GetString().ShouldBe(file);
        var output = done.GetProperty("output_file_id").GetString()!;
        ManagedIds.IsFile(output).ShouldBeTrue();
        (await gateway.GetAsync($"v1/files/{output}/content", ManagedFileTests.Key(key))).Body.ShouldContain("\"custom_id\":\"second\"");
        (await gateway.LogAsync(4)).Count(static row => row["spend"]!.GetValue<double>() > 0).ShouldBe(1);
        (await gateway.ReadAsync(reader => reader.SelectAsync(Tables.ManagedObjects, Filter.None)))
            .ShouldHaveSingleItem()["batch_processed"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("{broken", "Line 1 of the file is not")]
    [InlineData("""{"custom_id":"1","body":{"model":"other","messages":[]}}""", "calls the model 'other'")]
    [InlineData("""{"body":{"model":"m","messages":[]}}""", "has no custom_id")]
    [InlineData("""{"custom_id":"1","url":"/v1/embeddings","body":{"model":"m","input":"x"}}""", "/v1/chat/completions only")]
    [InlineData("""{"custom_id":"1","body":{"model":"m","messages":7}}""", "Line 1 of the file cannot be run")]
    public async Task FileThatCannotRun_IsRefusedAtUpload(string line, string message)
    {
        foreach (var provider in FakeCloud.All)
        {
            await using var place = await CloudGateway.StartAsync(provider);
            var api = place.Api;
            var gateway = place.Gateway;
            using var form = Form("model", "m", line);
            using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form);
            var answer = await Answer.ReadAsync(response);
            answer.Status.ShouldBe(400, answer.Body);
            answer.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldContain(message);
            api.Count.ShouldBe(0);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ErrorsOfTheProvider_AreInOpenAisShape(string provider)
    {
        await using var api = await FakeApi.StartAsync("""{"error":{"message":"no such thing","status":"NOT_FOUND"}}""", 404);
        await using var gateway = await CloudGateway.StartAsync(api, provider);
        var id = "batch_" + System.Buffers.Text.Base64Url.EncodeToString("tollgate:batches/1\n\n"u8);
        (await gateway.GetAsync($"v1/batches/{id}?model=m")).ShouldBeError(404, "no such thing", null, "invalid_request_error");
        (await BatchAsync(gateway, id, null)).Status.ShouldBeOneOf(400, 404);
        (await gateway.PostAsync("v1/batches", """{"model":"m"}""")).ShouldBeError(400, "Missing required parameter", "input_file_id", "invalid_request_error");
    }

    private static Task<Answer> BatchAsync(GatewayFixture gateway, string file, string? key) => gateway.PostAsync(
        "v1/batches", $$"""{"input_file_id":"{{file}}","endpoint":"/v1/chat/completions","completion_window":"24h","model":"m"}""",
        key is null ? [] : [ManagedFileTests.Key(key)]);

    private static async Task<JsonElement> UploadAsync(GatewayFixture gateway, string field, string model, string key)
    {
        using var form = Form(field, model, Lines);
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form, ManagedFileTests.Key(key));
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    private static MultipartFormDataContent Form(string field, string model, string lines)
    {
        var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new StringContent(model), field } };
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(lines));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        form.Add(file, "file", "in.jsonl");
        return form;
    }
}

/// <summary>A provider's cloud, and a gateway with a model of it.</summary>
internal sealed record CloudGateway(FakeCloud Cloud, FakeApi Api, GatewayFixture Gateway) : IAsyncDisposable
{
    public static async Task<CloudGateway> StartAsync(string provider)
    {
        var cloud = new FakeCloud(provider);
        var api = await FakeApi.StartAsync(cloud.AnswerAsync);
        cloud.Address = api.Address;
        return new CloudGateway(cloud, api, await StartAsync(api, provider));
    }

    public static Task<GatewayFixture> StartAsync(FakeApi api, string provider) => StoredGateway.StartAsync(
        DatabaseKind.Sqlite, new GatewaySetup { Models = [FakeCloud.Model(provider, api.Address)] });

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Api.DisposeAsync();
    }
}
