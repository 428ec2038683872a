using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tollgate.Testing;
using Tollgate.Tests.Loopback.Media;
using Tollgate.Tests.PassThrough;

namespace Tollgate.Tests.Loopback.Videos;

/// <summary>Films at OpenAI and Azure: made, asked for, fetched, changed and paid, through the whole gateway.</summary>
public sealed class VideoTests : IDisposable
{
    private const string Created = """{"id":"video_abc","object":"video","created_at":1,"status":"queued","model":"sora-2","progress":0,"seconds":"8","size":"1280x720"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Film_IsMadeFoundAgainFetchedAndDeleted()
    {
        await using var api = await FakeApi.StartAsync(static (http, seen) => seen.Target.EndsWith("/content?variant=thumbnail", StringComparison.Ordinal)
            ? FakeApi.AnswerAsync(http, "film", type: "image/webp") : FakeApi.AnswerAsync(http, Created));
        await using var gateway = await StartAsync(new TestModel("films") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1" });
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat","seconds":"8","size":"1280x720"}""");
        made.Status.ShouldBe(200, made.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"model":"sora-2","prompt":"a cat","seconds":"8","size":"1280x720"}""");
        api.Last.Target.ShouldBe("/v1/videos");
        var id = made.Json.GetProperty("id").GetString()!;
        id.ShouldStartWith("video_");
        id.ShouldNotBe("video_abc");
        made.Json.GetProperty("model").GetString().ShouldBe("films");

        var told = await gateway.GetAsync("videos/" + id);
        told.Status.ShouldBe(200, told.Body);
        api.Last.Target.ShouldBe("/v1/videos/video_abc");
        api.Last.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        told.Json.GetProperty("id").GetString().ShouldBe(id);
        told.Json.GetProperty("model").GetString().ShouldBe("films");

        var content = await gateway.GetAsync($"openai/v1/videos/{id}/content?variant=thumbnail");
        (content.Status, content.Body, content.Header("content-type")).ShouldBe((200, "film", "image/webp"));
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, "v1/videos/" + id, null);
        ((int)deleted.StatusCode, api.Last.Method, api.Last.Target).ShouldBe((200, "DELETE", "/v1/videos/video_abc"));

        var log = await gateway.LogAsync(4);
        log.Select(Type).ShouldBe(["avideo_generation", "avideo_status", "avideo_content", "avideo_delete"], ignoreOrder: true);
        log.Sum(static row => row["spend"]!.GetValue<double>()).ShouldBe(0.8, 1e-9);
    }

    [Theory]
    [InlineData("sora-2", """{"prompt":"x"}""", """{"id":"video_1","seconds":"4"}""", 0.4)]
    [InlineData("sora-2", """{"prompt":"x","seconds":12}""", """{"id":"video_1"}""", 1.2)]
    [InlineData("sora-2-pro", """{"prompt":"x","seconds":"4","size":"1280x720"}""", """{"id":"video_1","seconds":"4","size":"1280x720"}""", 1.2)]
    [InlineData("sora-2-pro", """{"prompt":"x","seconds":"4","size":"1792x1024"}""", """{"id":"video_1","seconds":"4","size":"1792x1024"}""", 2.0)]
    public async Task Film_IsPaidByTheSecond_AndBySize(string model, string body, string answer, double cost)
    {
        await using var api = await FakeApi.StartAsync(answer);
        await using var gateway = await StartAsync(new TestModel("films") { UpstreamModel = model, ApiBase = api.Address + "/v1" });
        (await gateway.PostAsync("v1/videos", "{\"model\":\"films\"," + body[1..])).Status.ShouldBe(200);
        (await gateway.LogAsync(1))[0]["spend"]!.GetValue<double>().ShouldBe(cost, 1e-9);
    }

    [Fact]
    public async Task Form_GoesOnWithItsPicture()
    {
        ReceivedForm? received = null;
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            received = await ReceivedForm.ReadAsync(http.Request);
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(Created);
        });
        await using var gateway = await StartAsync(new TestModel("films") { UpstreamModel = "sora-2", ApiBase = upstream.Address });
        using var form = Form.Of(("model", "films"), ("prompt", "a cat"), ("seconds", "8"), ("input_reference", new ByteArrayContent("png"u8.ToArray())));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/videos", form);
        (await Answer.ReadAsync(response)).Status.ShouldBe(200);

        received!.Fields.ShouldBe([("model", "sora-2"), ("prompt", "a cat"), ("seconds", "8")]);
        received.Files.ShouldHaveSingleItem().Name.ShouldBe("input_reference");
    }

    [Fact]
    public async Task FilmFromAFilm_GoesToWhoHasIt_AndIsPaid()
    {
        await using var api = await FakeApi.StartAsync("""{"id":"video_new","object":"video","seconds":"4","model":"sora-2","remixed_from_video_id":"video_abc"}""");
        await using var other = await FakeApi.StartAsync("""{"id":"never"}""");
        await using var gateway = await StartAsync(
            new TestModel("films") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1", Entry = "model_info: {id: one}" },
            new TestModel("films") { UpstreamModel = "sora-2", ApiBase = other.Address + "/v1", Params = "weight: 100" });
        var id = IdOf("openai", "one", "video_abc");

        var remix = await gateway.PostAsync($"v1/videos/{id}/remix", """{"prompt":"more"}""");
        remix.Status.ShouldBe(200, remix.Body);
        (api.Last.Target, Encoding.UTF8.GetString(api.Last.Body)).ShouldBe(("/v1/videos/video_abc/remix", """{"prompt":"more"}"""));
        remix.Json.GetProperty("remixed_from_video_id").GetString().ShouldBe(id);
        var edit = await gateway.PostAsync("videos/edits", $$$"""{"prompt":"red","video":{"id":"{{{id}}}"}}""");
        edit.Status.ShouldBe(200, edit.Body);
        (api.Last.Target, Encoding.UTF8.GetString(api.Last.Body)).ShouldBe(("/v1/videos/edits", """{"prompt":"red","video":{"id":"video_abc"}}"""));
        var extension = await gateway.PostAsync("videos/extensions", $$"""{"prompt":"on","seconds":"4","video_id":"{{id}}"}""");
        extension.Status.ShouldBe(200, extension.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"prompt":"on","seconds":"4","video":{"id":"video_abc"}}""");

        other.Count.ShouldBe(0);
        var log = await gateway.LogAsync(3);
        log.Select(Type).ShouldBe(["avideo_remix", "avideo_edit", "avideo_extension"], ignoreOrder: true);
        log.ShouldAllBe(static row => Math.Abs(row["spend"]!.GetValue<double>() - 0.4) < 1e-9);
    }

    [Fact]
    public async Task AzuresFilms_AreBesideItsDeployments()
    {
        await using var api = await FakeApi.StartAsync(Created);
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "azure", UpstreamModel = "sora-2", ApiBase = api.Address });
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat"}""");
        made.Status.ShouldBe(200, made.Body);
        api.Last.Target.ShouldBe("/openai/v1/videos");
        api.Last.Header("api-key").ShouldBe(GatewayFixture.UpstreamKey);
        (await gateway.GetAsync("v1/videos/" + made.Json.GetProperty("id").GetString())).Status.ShouldBe(200);
        api.Last.Target.ShouldBe("/openai/v1/videos/video_abc");
        (await gateway.LogAsync(2)).Sum(static row => row["spend"]!.GetValue<double>()).ShouldBe(0.8, 1e-9);
    }

    [Fact]
    public async Task Film_IsItsOwners_AndItsModels()
    {
        await using var api = await FakeApi.StartAsync(static (http, seen) => FakeApi.AnswerAsync(
            http, seen.Method is "GET" && seen.Target is "/v1/videos" ? """{"object":"list","data":[{"id":"video_abc"},{"id":"video_theirs"}],"first_id":"video_abc"}""" : Created));
        await using var gateway = await StartAsync(new TestModel("films") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1" }, new TestModel("chats"));
        var mine = ("Authorization", "Bearer " + await gateway.NewKeyAsync());
        var theirs = ("Authorization", "Bearer " + await gateway.NewKeyAsync());
        var chats = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"models\":[\"chats\"]"));
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat"}""", mine);
        made.Status.ShouldBe(200, made.Body);
        var id = made.Json.GetProperty("id").GetString();

        (await gateway.GetAsync("v1/videos/" + id, mine)).Status.ShouldBe(200);
        (await gateway.GetAsync("v1/videos/" + id)).Status.ShouldBe(200);
        (await gateway.GetAsync($"v1/videos/{id}/content", theirs)).Status.ShouldBe(403);
        (await gateway.PostAsync($"v1/videos/{id}/remix", """{"prompt":"x"}""", theirs)).Status.ShouldBe(403);
        (await gateway.GetAsync("v1/videos/" + id, chats)).Status.ShouldBe(401);
        (await gateway.PostAsync($"v1/videos/{id}/remix", """{"prompt":"x"}""", chats)).Status.ShouldBe(401);

        var list = await gateway.GetAsync("v1/videos?model=films", mine);
        list.Status.ShouldBe(200, list.Body);
        list.Json.GetProperty("data").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(id);
        (await gateway.GetAsync("v1/videos?model=films", theirs)).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        (await gateway.GetAsync("v1/videos?model=films")).Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        (await gateway.GetAsync("v1/videos?model=films", chats)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task FilmOfAWildcard_IsFoundByWhoMayCallItsModel()
    {
        await using var api = await FakeApi.StartAsync(Created);
        await using var gateway = await StartAsync(
            new TestModel("films/*") { UpstreamModel = "*", ApiBase = api.Address + "/v1", Entry = "model_info: {id: many}" },
            new TestModel("secret") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1", Entry = "model_info: {id: other}" });
        var key = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"models\":[\"films/sora-2\"]"));
        var made = await gateway.PostAsync("v1/videos", """{"model":"films/sora-2","prompt":"a cat"}""", key);
        made.Status.ShouldBe(200, made.Body);
        var told = await gateway.GetAsync("v1/videos/" + made.Json.GetProperty("id").GetString(), key);
        told.Status.ShouldBe(200, told.Body);
        told.Json.GetProperty("model").GetString().ShouldBe("films/sora-2");
        told.Json.GetProperty("id").GetString().ShouldBe(made.Json.GetProperty("id").GetString());

        // A name that does not lead to the deployment opens nothing.
        (await gateway.GetAsync("v1/videos/" + IdOf("openai", "other", "video_abc;model:films/sora-2"), key)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Character_IsMadeAndUsed()
    {
        await using var api = await FakeApi.StartAsync(static (http, seen) => FakeApi.AnswerAsync(
            http, seen.Target.Contains("characters", StringComparison.Ordinal) ? """{"id":"char_1","name":"Luna","created_at":1}""" : Created));
        await using var gateway = await StartAsync(new TestModel("films") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1" });
        using var form = Form.Of(("model", "films"), ("name", "Luna"), ("video", new ByteArrayContent("mp4"u8.ToArray())));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/videos/characters", form);
        var made = await Answer.ReadAsync(response);
        made.Status.ShouldBe(200, made.Body);
        api.Last.Everything.ShouldNotContain("films");
        var id = made.Json.GetProperty("id").GetString()!;
        (await gateway.GetAsync("v1/videos/characters/" + id)).Status.ShouldBe(200);
        api.Last.Target.ShouldBe("/v1/videos/characters/char_1");
        (await gateway.PostAsync("v1/videos", $$"""{"model":"films","prompt":"x","characters":[{"id":"{{id}}"}]}""")).Status.ShouldBe(200);
        Encoding.UTF8.GetString(api.Last.Body).ShouldContain("""
            "characters":[{"id":"char_1"}]
            """.Trim());
    }

    [Fact]
    public async Task WithoutModel_ThePlaceOfTheEnvironmentIsAsked()
    {
        await using var api = await FakeApi.StartAsync(Created);
        await using var gateway = await Relays.StartAsync(api);
        (await gateway.GetAsync("v1/videos/video_abc")).Status.ShouldBe(200);
        (api.Last.Target, api.Last.Header("authorization")).ShouldBe(("/v1/videos/video_abc", "Bearer " + Relays.ProviderKey));
    }

    [Theory]
    [InlineData("POST", "v1/videos", """{"model":"films"}""", 400, "prompt")]
    [InlineData("POST", "v1/videos", """{"prompt":"x"}""", 400, "model")]
    [InlineData("POST", "v1/videos", """{"model":"films","prompt":5}""", 400, "prompt")]
    [InlineData("POST", "v1/videos", "[]", 400, "object")]
    [InlineData("POST", "v1/videos", "{", 400, "JSON")]
    [InlineData("POST", "v1/videos/edits", """{"model":"films","prompt":"x"}""", 400, "video")]
    [InlineData("POST", "v1/videos/plain/remix", """{"prompt":"x"}""", 400, "model")]
    [InlineData("POST", "v1/videos/extensions", "", 400, "video")]
    [InlineData("GET", "v1/videos?model=nothing", "", 400, "Invalid model name")]
    [InlineData("GET", "v1/videos?custom_llm_provider=anthropic", "", 400, "makes no videos")]
    [InlineData("GET", "v1/videos/video_x?model=chats", "", 400, "makes no videos")]
    public async Task BadCall_IsRefusedByName(string method, string path, string body, int status, string word)
    {
        await using var api = await FakeApi.StartAsync(Created);
        await using var gateway = await StartAsync(
            new TestModel("films") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1" }, new TestModel("chats") { Provider = "groq" });
        using var content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await gateway.SendAsync(new HttpMethod(method), path, content);
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(status, answer.Body);
        answer.Error.Message.ShouldContain(word);
        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task IdOfADeploymentThatIsGone_Is404_AndErrorsOfTheUpstreamAreItsOwn()
    {
        await using var api = await FakeApi.StartAsync("""{"error":{"message":"no such video","type":"invalid_request_error","param":null,"code":null}}""", 404);
        await using var gateway = await StartAsync(
            new TestModel("films") { UpstreamModel = "sora-2", ApiBase = api.Address + "/v1", Entry = "model_info: {id: one}" });
        (await gateway.GetAsync("v1/videos/" + IdOf("openai", "two", "video_abc"))).Status.ShouldBe(404);
        (await gateway.PostAsync($"v1/videos/{IdOf("openai", "two", "video_abc")}/remix", """{"prompt":"x"}""")).Status.ShouldBe(404);
        api.Count.ShouldBe(0);
        var answer = await gateway.GetAsync("v1/videos/" + IdOf("openai", "one", "video_abc"));
        (answer.Status, answer.Error.Message).ShouldBe((404, "no such video"));

        // Ids that LiteLLM has made name the model, in the other alphabet and with padding.
        var old = "video_" + Convert.ToBase64String("litellm:custom_llm_provider:openai;model_id:sora-2;video_id:video_old"u8.ToArray());
        (await gateway.GetAsync("v1/videos/" + Uri.EscapeDataString(old))).Status.ShouldBe(404);
        api.Last.Target.ShouldBe("/v1/videos/video_old");
    }

    private static string IdOf(string provider, string deployment, string id)
        => "video_" + Convert.ToBase64String(Encoding.UTF8.GetBytes($"litellm:custom_llm_provider:{provider};model_id:{deployment};video_id:{id}"))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Type(JsonObject row) => row["call_type"]!.GetValue<string>();

    private Task<GatewayFixture> StartAsync(params TestModel[] models)
        => GatewayFixture.StartAsync(new GatewaySetup { Models = models, Environment = [("TOLLGATE_DATA_DIR", _folder.Path)] });
}
