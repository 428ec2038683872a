using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tollgate.Data.Rows;
using Tollgate.Engine.PassThrough.Stored;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>Files and batches with ids of the gateway's own.</summary>
public sealed class ManagedFileTests
{
    private const string Line = """{"custom_id":"1","url":"/v1/chat/completions","body":{"model":"a","x":{"model":"a"}}}""";

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Upload_GoesToEveryDeploymentAndGetsOneId(DatabaseKind kind)
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api, kind);

        var file = await UploadAsync(gateway, "a,b", null);
        var id = file.GetProperty("id").GetString()!;
        ManagedIds.IsFile(id).ShouldBeTrue();
        Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(id)).ShouldMatch(
            "^litellm_proxy:application/jsonl;unified_id,[0-9a-f-]{36};target_model_names,a,b;llm_output_file_id,file-one1;llm_output_file_model_id,dep-a$");
        file.GetProperty("purpose").GetString().ShouldBe("batch");
        files.Files.Keys.ShouldBe(["one/file-one1", "two/file-two2"], ignoreOrder: true);

        // Each gets the lines by its own name of the model, and no field of the gateway's.
        var sent = Encoding.UTF8.GetString(files.Files["one/file-one1"]);
        sent.ShouldContain(Line.Replace("\"body\":{\"model\":\"a\"", "\"body\":{\"model\":\"up-a\"", StringComparison.Ordinal));
        sent.ShouldNotContain("target_model_names");
        sent.ShouldContain("name=purpose");
        Encoding.UTF8.GetString(files.Files["two/file-two2"]).ShouldContain("\"body\":{\"model\":\"up-b\"");

        var row = (await gateway.ReadAsync(reader => reader.SelectAsync(Tables.ManagedFiles, Filter.None))).ShouldHaveSingleItem();
        row["unified_file_id"]!.GetValue<string>().ShouldBe(id);
        row["model_mappings"]!.ToJsonString().ShouldBe("""{"dep-a":"file-one1","dep-b":"file-two2"}""");
        row["flat_model_file_ids"]!.AsArray().Select(item => item!.GetValue<string>()).ShouldBe(["file-one1", "file-two2"], ignoreOrder: true);

        (await gateway.GetAsync("v1/files/" + id).OkAsync()).GetProperty("id").GetString().ShouldBe(id);
        (await gateway.GetAsync($"v1/files/{id}/content")).Body.ShouldBe("content of file-one1");
        using (var deleted = await gateway.SendAsync(HttpMethod.Delete, "v1/files/" + id, null))
        {
            (await deleted.Content.ReadAsStringAsync(GatewayFixture.Token)).ShouldBe($$"""{"id":"{{id}}","object":"file","deleted":true}""");
        }

        files.Files.ShouldBeEmpty();
        (await gateway.GetAsync("v1/files/" + id)).Status.ShouldBe(404);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task OnlyTheOwner_SeesFileAndBatch(DatabaseKind kind)
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api, kind);
        var mine = await gateway.NewKeyAsync();
        var theirs = await gateway.NewKeyAsync();
        var id = (await UploadAsync(gateway, "a", mine)).GetProperty("id").GetString()!;
        var batch = await BatchAsync(gateway, id, mine).OkAsync();
        var batchId = batch.GetProperty("id").GetString()!;
        var output = batch.GetProperty("output_file_id").GetString()!;

        foreach (var path in new[] { $"v1/files/{id}", $"v1/files/{id}/content", $"v1/batches/{batchId}", $"v1/files/{output}", $"v1/files/{output}/content" })
        {
            (await gateway.GetAsync(path, Key(mine))).Status.ShouldBe(200, path);
            (await gateway.GetAsync(path)).Status.ShouldBe(200, path);
            (await gateway.GetAsync(path, Key(theirs))).ShouldBeError(403, "does not have access", "None", "auth_error");
        }

        (await BatchAsync(gateway, id, theirs)).Status.ShouldBe(403);
        using (var refused = await gateway.SendAsync(HttpMethod.Delete, "v1/files/" + id, null, Key(theirs)))
        {
            ((int)refused.StatusCode).ShouldBe(403);
        }

        // The provider's own id, which stands in the text of the managed one, is no way around.
        (await gateway.GetAsync("v1/files/file-one1/content?model=a", Key(theirs))).Status.ShouldBe(403);
        (await gateway.GetAsync("v1/files/file-out/content?model=a", Key(theirs))).Status.ShouldBe(403);

        foreach (var (path, own) in new[] { ("v1/files?target_model_names=a", id), ("v1/batches?target_model_names=a", batchId) })
        {
            Ids(await gateway.GetAsync(path, Key(mine)).OkAsync()).ShouldBe([own]);
            Ids(await gateway.GetAsync(path, Key(theirs)).OkAsync()).ShouldBeEmpty();
            Ids(await gateway.GetAsync(path).OkAsync()).ShouldBe([own]);
        }
    }

    [Fact]
    public async Task Batch_RunsWhereTheFileIs_AndItsIdsAreTheGateways()
    {
        var files = new FakeFiles { Status = "in_progress" };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api, DatabaseKind.Sqlite);
        var id = (await UploadAsync(gateway, "b", null)).GetProperty("id").GetString()!;
        var made = await BatchAsync(gateway, id, null).OkAsync();
        var batchId = made.GetProperty("id").GetString()!;
        Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(batchId)).ShouldBe("litellm_proxy;model_id:dep-b;llm_batch_id:batch_two");
        made.GetProperty("input_file_id").GetString().ShouldBe(id);
        api.Last.Target.ShouldBe("/two/v1/batches");
        Encoding.UTF8.GetString(api.Last.Body).ShouldContain("\"input_file_id\":\"file-two1\"");

        files.Status = "completed";
        var done = await gateway.GetAsync("v1/batches/" + batchId).OkAsync();
        api.Last.Target.ShouldContain("/two/v1/");
        done.GetProperty("input_file_id").GetString().ShouldBe(id);
        var output = done.GetProperty("output_file_id").GetString()!;
        ManagedIds.IsFile(output).ShouldBeTrue();
        (await gateway.GetAsync("v1/batches/" + batchId).OkAsync()).GetProperty("output_file_id").GetString().ShouldBe(output);
        (await gateway.GetAsync("v1/files/" + output).OkAsync()).GetProperty("id").GetString().ShouldBe(output);
        var row = (await gateway.ReadAsync(reader => reader.SelectAsync(Tables.ManagedObjects, Filter.None))).ShouldHaveSingleItem();
        row["status"]!.GetValue<string>().ShouldBe("completed");
        row["model_object_id"]!.GetValue<string>().ShouldBe("batch_two");

        (await gateway.PostAsync($"v1/batches/{batchId}/cancel", "{}").OkAsync()).GetProperty("id").GetString().ShouldBe(batchId);
        api.Last.Target.ShouldBe("/two/v1/batches/batch_two/cancel");
    }

    [Theory]
    [InlineData("nothing", """{"body":{"model":"a"}}""", 400, "Invalid model name")]
    [InlineData("a", """{"body":{"model":"other"}}""", 400, "calls the model 'other'")]
    [InlineData("a", "{broken", 400, "Line 1 of the file")]
    [InlineData("a,b", """{"body":{"model":"a"}}""", 400, "no room")]
    public async Task UploadThatCannotBe_LeavesNothingBehind(string models, string line, int status, string message)
    {
        var files = new FakeFiles { Refuses = "two" };
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api, DatabaseKind.Sqlite);
        using var form = Form(models, line);
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form);

        ((int)response.StatusCode).ShouldBe(status);
        (await response.Content.ReadAsStringAsync(GatewayFixture.Token)).ShouldContain(message);
        files.Files.ShouldBeEmpty();
        (await gateway.ReadAsync(reader => reader.SelectAsync(Tables.ManagedFiles, Filter.None))).ShouldBeEmpty();
    }

    [Fact]
    public async Task KeyKeptToModels_UploadsForTheseOnly()
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync(files.AnswerAsync);
        await using var gateway = await StartAsync(api, DatabaseKind.Sqlite);
        var key = await gateway.NewKeyAsync("\"models\":[\"a\"]");
        await UploadAsync(gateway, "a", key);
        using var form = Form("a,b", Line);
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form, Key(key));
        ((int)response.StatusCode).ShouldBe(401);
        files.Files.Count.ShouldBe(1);
    }

    internal static Task<GatewayFixture> StartAsync(FakeApi api, DatabaseKind kind, GatewaySetup? setup = null) => StoredGateway.StartAsync(
        kind,
        (setup ?? new GatewaySetup()) with
        {
            Models =
            [
                new("ok"),
                new("a") { ApiBase = api.Address + "/one/v1", UpstreamModel = "up-a", Entry = "model_info: {id: dep-a}", Params = "input_cost_per_token: 0.001, output_cost_per_token: 0.002" },
                new("b") { ApiBase = api.Address + "/two/v1", UpstreamModel = "up-b", Entry = "model_info: {id: dep-b}" },
            ],
        });

    internal static async Task<JsonElement> UploadAsync(GatewayFixture gateway, string models, string? key)
    {
        using var form = Form(models, Line.Replace("\"a\"", $"\"{models.Split(',')[0]}\"", StringComparison.Ordinal));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form, key is null ? [] : [Key(key)]);
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    internal static Task<Answer> BatchAsync(GatewayFixture gateway, string file, string? key) => gateway.PostAsync(
        "v1/batches", $$"""{"input_file_id":"{{file}}","endpoint":"/v1/chat/completions","completion_window":"24h"}""", key is null ? [] : [Key(key)]);

    internal static (string Name, string Value) Key(string key) => ("Authorization", "Bearer " + key);

    private static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString());

    private static MultipartFormDataContent Form(string models, string line)
    {
        var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new StringContent(models), "target_model_names" } };
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(line));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        form.Add(file, "file", "in.jsonl");
        return form;
    }
}
