using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Files that prompts name by ids of the gateway's making: providers get their own ids, and nobody gets another one's file.</summary>
public sealed class FilePartTests
{
    private const string Completion = """
        {"id":"c1","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"read"},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
        """;

    private const string Response = """
        {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"up","output":[],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}
        """;

    [Fact]
    public async Task ManagedFile_IsNamedAsItsDeploymentKnowsIt()
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync((http, seen) => AnswerAsync(files, http, seen));
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        var key = await gateway.NewKeyAsync();
        var id = (await ManagedFileTests.UploadAsync(gateway, "a,b", key)).GetProperty("id").GetString()!;

        foreach (var (model, own) in ((string, string)[])[("a", "file-one1"), ("b", "file-two2")])
        {
            (await gateway.PostAsync("v1/chat/completions", Chat(model, id), ManagedFileTests.Key(key))).Status.ShouldBe(200);
            Encoding.UTF8.GetString(api.Last.Body).ShouldBe(Chat("up-" + model, own, told: id));
            (await gateway.PostAsync("v1/responses", Input(model, id), ManagedFileTests.Key(key))).Status.ShouldBe(200);
            Encoding.UTF8.GetString(api.Last.Body).ShouldBe(Input("up-" + model, own));
        }
    }

    [Fact]
    public async Task SomebodyElsesFile_IsNotRead_NorOneThatIsNotThere()
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync((http, seen) => AnswerAsync(files, http, seen));
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        var (mine, theirs) = (await gateway.NewKeyAsync(), await gateway.NewKeyAsync());
        var managed = (await ManagedFileTests.UploadAsync(gateway, "a", mine)).GetProperty("id").GetString()!;
        var encoded = await UploadAsync(gateway, "a", mine);
        var before = api.Count;
        foreach (var id in (string[])[managed, encoded])
        {
            (await gateway.PostAsync("v1/chat/completions", Chat("a", id), ManagedFileTests.Key(theirs))).Status.ShouldBe(403, id);
            (await gateway.PostAsync("v1/responses", Input("a", id), ManagedFileTests.Key(theirs))).Status.ShouldBe(403, id);
            (await gateway.PostAsync("v1/chat/completions", Chat("b", id), ManagedFileTests.Key(mine))).ShouldBeError(400, "target_model_names=b", "file_id");
        }

        using (var deleted = await gateway.SendAsync(HttpMethod.Delete, "v1/files/" + managed, null, ManagedFileTests.Key(mine)))
        {
            ((int)deleted.StatusCode).ShouldBe(200);
        }

        (await gateway.PostAsync("v1/chat/completions", Chat("a", managed), ManagedFileTests.Key(mine))).Status.ShouldBe(404);
        api.Count.ShouldBe(before + 1);
    }

    [Fact]
    public async Task IdThatNamesItsModel_IsDecoded_AndOtherIdsStay()
    {
        var files = new FakeFiles();
        await using var api = await FakeApi.StartAsync((http, seen) => AnswerAsync(files, http, seen));
        await using var gateway = await ManagedFileTests.StartAsync(api, DatabaseKind.Sqlite);
        var id = await UploadAsync(gateway, "a", null);
        id.ShouldNotBe("file-one1");
        (await gateway.PostAsync("v1/chat/completions", Chat("a", id))).Status.ShouldBe(200);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(Chat("up-a", "file-one1", told: id));
        (await gateway.PostAsync("v1/chat/completions", Chat("a", "file-of-theirs"))).Status.ShouldBe(200);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(Chat("up-a", "file-of-theirs"));
    }

    private static Task AnswerAsync(FakeFiles files, HttpContext http, SeenRequest seen)
        => seen.Target.EndsWith("/chat/completions", StringComparison.Ordinal) ? FakeApi.AnswerAsync(http, Completion)
            : seen.Target.EndsWith("/responses", StringComparison.Ordinal) ? FakeApi.AnswerAsync(http, Response)
            : files.AnswerAsync(http, seen);

    /// <summary>A prompt with a file, and with a text that quotes one.</summary>
    private static string Chat(string model, string id, string? told = null) => $$$"""
        {"model":"{{{model}}}","messages":[{"role":"user","content":[{"type":"text","text":"{\"file_id\":\"{{{told ?? id}}}\"}"},
        {"type":"file","file":{"file_id" : "{{{id}}}"}}]}]}
        """;

    private static string Input(string model, string id) => $$"""
        {"model":"{{model}}","input":[{"role":"user","content":[{"type":"input_file","file_id":"{{id}}"},{"type":"input_image","file_id":"{{id}}"}]}]}
        """;

    private static async Task<string> UploadAsync(GatewayFixture gateway, string model, string? key)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("user_data"), "purpose" },
            { new StringContent(model), "model" },
            { new ByteArrayContent("%PDF-1.7"u8.ToArray()), "file", "a.pdf" },
        };
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/files", form, key is null ? [] : [ManagedFileTests.Key(key)]);
        return (await Answer.ReadAsync(response)).Json.GetProperty("id").GetString()!;
    }
}
