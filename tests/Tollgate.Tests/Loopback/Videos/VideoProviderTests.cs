using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Testing;
using Tollgate.Tests.Loopback.Media;
using Tollgate.Tests.PassThrough;

namespace Tollgate.Tests.Loopback.Videos;

/// <summary>Films of providers with words of their own: asked for, told about, fetched and paid, with bytes of their documentation.</summary>
public sealed class VideoProviderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task VeoOfStudio_IsAnOperation_AndItsFilmIsFetchedWithTheKey()
    {
        const string Operation = "models/veo-3.1-generate-preview/operations/op1";
        var isDone = false;
        await using var api = await FakeApi.StartAsync((http, seen) => seen.Target switch
        {
            "/v1beta/models/veo-3.1-generate-preview:predictLongRunning" => FakeApi.AnswerAsync(http, $$"""{"name":"{{Operation}}"}"""),
            $"/v1beta/{Operation}" when !isDone => FakeApi.AnswerAsync(http, $$"""{"name":"{{Operation}}"}"""),
            $"/v1beta/{Operation}" => FakeApi.AnswerAsync(http, $$$$"""
                {"name":"{{{{Operation}}}}","done":true,"response":{"@type":"type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse",
                 "generateVideoResponse":{"generatedSamples":[{"video":{"uri":"http://{{{{http.Request.Host}}}}/v1beta/files/f1:download?alt=media"}}]}}}
                """),
            "/v1beta/files/f1:download?alt=media" => FakeApi.AnswerAsync(http, "film", type: "video/mp4"),
            _ => FakeApi.AnswerAsync(http, "{}", 500),
        });
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "gemini", UpstreamModel = "veo-3.1-generate-preview", ApiBase = api.Address });
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat","seconds":"4","size":"720x1280","negative_prompt":"dogs"}""");
        made.Status.ShouldBe(200, made.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(
            """{"instances":[{"prompt":"a cat"}],"parameters":{"aspectRatio":"9:16","durationSeconds":4,"negativePrompt":"dogs"}}""");
        api.Last.Header("x-goog-api-key").ShouldBe(GatewayFixture.UpstreamKey);
        Texts(made, "object", "status", "model", "seconds", "size").ShouldBe(["video", "queued", "films", "4", "720x1280"]);
        made.Json.GetProperty("created_at").GetInt64().ShouldBeGreaterThan(1);
        var id = made.Json.GetProperty("id").GetString();

        var told = await gateway.GetAsync("v1/videos/" + id);
        Texts(told, "id", "status", "model").ShouldBe([id!, "in_progress", "films"]);
        (await gateway.GetAsync($"v1/videos/{id}/content")).ShouldBeError(400, "not ready yet");
        isDone = true;
        Texts(await gateway.GetAsync("v1/videos/" + id), "status").ShouldBe(["completed"]);
        var film = await gateway.GetAsync($"v1/videos/{id}/content");
        (film.Status, film.Body, film.Header("content-type")).ShouldBe((200, "film", "video/mp4"));
        api.Last.Header("x-goog-api-key").ShouldBe(GatewayFixture.UpstreamKey);
        (await gateway.GetAsync($"v1/videos/{id}/content?variant=thumbnail")).ShouldBeError(400, "variant", "variant");
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, "v1/videos/" + id, null);
        ((int)deleted.StatusCode).ShouldBe(400);
        (await gateway.GetAsync("v1/videos?model=films")).ShouldBeError(400, "does not serve");
        (await gateway.PostAsync($"v1/videos/{id}/remix", """{"prompt":"x"}""")).ShouldBeError(400, "makes no films from films");

        (await gateway.LogAsync(1)).Single(static row => row["call_type"]!.GetValue<string>() is "avideo_generation")["spend"]!.GetValue<double>().ShouldBe(1.6, 1e-9);
    }

    [Fact]
    public async Task FilmElsewhere_IsFetchedWithoutTheKey_AndNotFromAnUnsafePlace()
    {
        await using var store = await FakeApi.StartAsync("film");
        var place = store.Address;
        await using var api = await FakeApi.StartAsync((http, seen) => FakeApi.AnswerAsync(http, seen.Method is "POST" ? """{"id":"t1"}"""
            : $$"""{"id":"t1","status":"SUCCEEDED","createdAt":"2024-06-27T19:49:32.335Z","output":["{{place}}/film.mp4"]}"""));
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "runwayml", UpstreamModel = "gen4_turbo", ApiBase = api.Address + "/v1" });
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat"}""");
        var content = await gateway.GetAsync($"v1/videos/{made.Json.GetProperty("id").GetString()}/content");
        content.Status.ShouldBe(500, content.Body);
        store.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("https://{0}/film")]
    [InlineData("http://{1}/moved")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    public async Task FilmInsideTheOperatorsNetwork_IsNotFetched(string place)
    {
        await using var store = await FakeApi.StartAsync("film");
        var inside = new Uri(store.Address).Authority;
        await using var api = await FakeApi.StartAsync((http, seen) => seen switch
        {
            { Method: "POST" } => FakeApi.AnswerAsync(http, """{"id":"t1"}"""),
            { Target: "/moved" } => MoveAsync(http, $"https://{inside}/film"),
            _ => FakeApi.AnswerAsync(http, $$"""
                {"id":"t1","status":"SUCCEEDED","createdAt":"2024-06-27T19:49:32.335Z","output":["{{string.Format(System.Globalization.CultureInfo.InvariantCulture, place, inside, http.Request.Host)}}"]}
                """),
        });
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "runwayml", UpstreamModel = "gen4_turbo", ApiBase = api.Address + "/v1" });
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat"}""");
        var content = await gateway.GetAsync($"v1/videos/{made.Json.GetProperty("id").GetString()}/content");
        content.Status.ShouldBe(502, content.Body);
        content.Body.ShouldContain("not on the public internet");
        content.Body.ShouldNotContain(inside);
    }

    [Fact]
    public async Task RunwaysTask_IsToldFetchedAndDeleted()
    {
        await using var api = await FakeApi.StartAsync((http, seen) => (seen.Method, seen.Target) switch
        {
            ("POST", "/v1/image_to_video") => FakeApi.AnswerAsync(http, """{"id":"17f20503-6c24-4c16-946b-35dbbce2af2f"}"""),
            ("GET", "/v1/tasks/17f20503-6c24-4c16-946b-35dbbce2af2f") => FakeApi.AnswerAsync(http, $$"""
                {"id":"17f20503-6c24-4c16-946b-35dbbce2af2f","status":"SUCCEEDED","createdAt":"2024-06-27T19:49:32.335Z","output":["http://{{http.Request.Host}}/film"]}
                """),
            ("GET", "/film") => MoveAsync(http, "/moved"),
            ("GET", "/moved") => FakeApi.AnswerAsync(http, "film", type: "binary/octet-stream"),
            ("DELETE", _) => FakeApi.AnswerAsync(http, "", 204),
            _ => FakeApi.AnswerAsync(http, "{}", 500),
        });
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "runwayml", UpstreamModel = "gen4_turbo", ApiBase = api.Address + "/v1" });
        using var form = Form.Of(("model", "films"), ("prompt", "a cat"), ("seconds", "10"), ("size", "1280x720"), ("input_reference", new ByteArrayContent("png"u8.ToArray())));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/videos", form);
        var made = await Answer.ReadAsync(response);
        made.Status.ShouldBe(200, made.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(
            """{"model":"gen4_turbo","promptText":"a cat","promptImage":"data:image/png;base64,cG5n","ratio":"1280:720","duration":10}""");
        api.Last.Header("x-runway-version").ShouldBe("2024-11-06");
        var id = made.Json.GetProperty("id").GetString();
        var told = await gateway.GetAsync("v1/videos/" + id);
        Texts(told, "status", "id").ShouldBe(["completed", id!]);
        told.Json.GetProperty("created_at").GetInt64().ShouldBe(1719517772);
        var film = await gateway.GetAsync($"v1/videos/{id}/content");
        (film.Status, film.Body, film.Header("content-type")).ShouldBe((200, "film", "video/mp4"));
        api.Last.Header("authorization").ShouldBeNull();
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, "v1/videos/" + id, null);
        (await Answer.ReadAsync(deleted)).Json.GetProperty("deleted").GetBoolean().ShouldBeTrue();

        (await gateway.LogAsync(1)).Single(static row => row["call_type"]!.GetValue<string>() is "avideo_generation")["spend"]!.GetValue<double>().ShouldBe(0.5, 1e-9);
    }

    [Fact]
    public async Task FalsQueue_IsAskedForStatusAndResult()
    {
        await using var api = await FakeApi.StartAsync((http, seen) => seen.Target switch
        {
            "/fal-ai/veo3/fast" => FakeApi.AnswerAsync(http, $$"""
                {"status":"IN_QUEUE","request_id":"r1","response_url":"http://{{http.Request.Host}}/fal-ai/veo3/requests/r1",
                 "status_url":"http://{{http.Request.Host}}/fal-ai/veo3/requests/r1/status","queue_position":0}
                """),
            "/fal-ai/veo3/requests/r1/status" => FakeApi.AnswerAsync(http, """{"status":"COMPLETED","request_id":"r1"}"""),
            "/fal-ai/veo3/requests/r1" => FakeApi.AnswerAsync(http, $$$"""{"video":{"url":"http://{{{http.Request.Host}}}/film.mp4","content_type":"video/mp4"}}"""),
            "/film.mp4" => FakeApi.AnswerAsync(http, "film", type: "video/mp4"),
            _ => FakeApi.AnswerAsync(http, "{}", 500),
        });
        await using var gateway = await StartAsync(new TestModel("films")
        {
            Provider = "fal_ai",
            UpstreamModel = "fal-ai/veo3/fast",
            ApiBase = api.Address,
            Params = "output_cost_per_video_per_second: 0.25",
        });
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat","seconds":8,"aspect_ratio":"16:9","generate_audio":false,"num_videos":5}""");
        made.Status.ShouldBe(200, made.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"prompt":"a cat","aspect_ratio":"16:9","duration":"8s","generate_audio":false}""");
        api.Last.Header("authorization").ShouldBe("Key " + GatewayFixture.UpstreamKey);
        var id = made.Json.GetProperty("id").GetString();
        Texts(await gateway.GetAsync("v1/videos/" + id), "status").ShouldBe(["completed"]);
        (await gateway.GetAsync($"v1/videos/{id}/content")).Body.ShouldBe("film");
        (await gateway.LogAsync(1)).Single(static row => row["call_type"]!.GetValue<string>() is "avideo_generation")["spend"]!.GetValue<double>().ShouldBe(2.0, 1e-9);
    }

    [Fact]
    public async Task NovaReel_WritesIntoTheOperatorsBucket()
    {
        const string Arn = "arn:aws:bedrock:us-east-1:111122223333:async-invoke/s5xkc2jvu6ur";
        await using var api = await FakeApi.StartAsync((http, seen) => (seen.Method, seen.Target) switch
        {
            ("POST", "/async-invoke") => FakeApi.AnswerAsync(http, $$"""{"invocationArn":"{{Arn}}"}"""),
            ("GET", "/bucket/films/s5xkc2jvu6ur/output.mp4") => FakeApi.AnswerAsync(http, "film", type: "video/mp4"),
            ("GET", _) => FakeApi.AnswerAsync(http, $$$$"""
                {"invocationArn":"{{{{Arn}}}}","modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-reel-v1:0","status":"Completed",
                 "submitTime":"2024-12-01T00:00:00Z","endTime":"2024-12-01T00:02:00Z","outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://bucket/films/s5xkc2jvu6ur"}}}
                """),
            _ => FakeApi.AnswerAsync(http, "{}", 500),
        });
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models =
            [
                new TestModel("films")
                {
                    Provider = "bedrock", UpstreamModel = "amazon.nova-reel-v1:0", ApiBase = api.Address, HasKey = false,
                    Params = "aws_access_key_id: AKIDEXAMPLE, aws_secret_access_key: secret, aws_region_name: us-east-1, "
                        + "output_s3_uri: 's3://bucket/films', output_cost_per_second: 0.08",
                },
            ],
            Environment = [("TOLLGATE_DATA_DIR", _folder.Path), ("AWS_ENDPOINT_URL_S3", api.Address)],
        });
        (await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat","seconds":4}""")).ShouldBeError(400, "multiple of 6", "seconds");
        var made = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"a cat","seconds":6,"seed":7}""");
        made.Status.ShouldBe(200, made.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""
            {"modelId":"amazon.nova-reel-v1:0","modelInput":{"taskType":"TEXT_VIDEO","textToVideoParams":{"text":"a cat"},"videoGenerationConfig":{"durationSeconds":6,"fps":24,"dimension":"1280x720","seed":7}},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://bucket/films"}}}
            """.Trim());
        api.Last.Header("authorization")!.ShouldContain("/us-east-1/bedrock/aws4_request");
        var id = made.Json.GetProperty("id").GetString();
        var told = await gateway.GetAsync("v1/videos/" + id);
        Texts(told, "status").ShouldBe(["completed"]);
        told.Json.GetProperty("completed_at").GetInt64().ShouldBe(1733011320);
        api.Last.Target.ShouldBe("/async-invoke/" + Uri.EscapeDataString(Arn));
        (await gateway.GetAsync($"v1/videos/{id}/content")).Body.ShouldBe("film");
        api.Last.Header("authorization")!.ShouldContain("/us-east-1/s3/aws4_request");
        api.Last.Header("authorization")!.ShouldContain("host;x-amz-content-sha256;x-amz-date");
        api.Last.Header("x-amz-content-sha256").ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        (await gateway.LogAsync(1)).Single(static row => row["call_type"]!.GetValue<string>() is "avideo_generation"
            && row["status"]?.GetValue<string>() is "success")["spend"]!.GetValue<double>().ShouldBe(0.48, 1e-9);
    }

    [Theory]
    [InlineData("gemini", "veo-3", "../../v1beta/models")]
    [InlineData("gemini", "veo-3", "models/a/../b")]
    [InlineData("gemini", "veo-3", "files/f1:download?alt=media")]
    [InlineData("vertex_ai", "veo-3", "projects/p/locations/l/operations/1")]
    [InlineData("runwayml", "gen4", "a/b")]
    [InlineData("fal_ai", "veo", "fal-ai/veo3")]
    [InlineData("bedrock", "amazon.nova-reel-v1:0", "arn:aws:iam::1:user/x")]
    public async Task IdThatWasMadeUp_ReachesNoOtherPlace(string provider, string model, string made)
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StartAsync(new TestModel("films")
        {
            Provider = provider,
            UpstreamModel = model,
            ApiBase = api.Address,
            Entry = "model_info: {id: one}",
            Params = provider is "vertex_ai" ? "vertex_project: p" : "",
        });
        var id = "video_" + Convert.ToBase64String(Encoding.UTF8.GetBytes($"litellm:custom_llm_provider:{provider};model_id:one;video_id:{made}"))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');
        (await gateway.GetAsync("v1/videos/" + id)).Status.ShouldBe(404);
        (await gateway.GetAsync($"v1/videos/{id}/content")).Status.ShouldBe(404);
        api.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(429, """{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}""", 429, "RateLimitError")]
    [InlineData(400, """{"error":{"code":400,"message":"durationSeconds is out of bound","status":"INVALID_ARGUMENT"}}""", 400, "out of bound")]
    [InlineData(200, """{"candidates":[]}""", 500, "")]
    public async Task ErrorOfTheProvider_IsTheClients(int status, string body, int told, string word)
    {
        await using var api = await FakeApi.StartAsync(body, status);
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "gemini", UpstreamModel = "veo-3", ApiBase = api.Address });
        var answer = await gateway.PostAsync("v1/videos", """{"model":"films","prompt":"x"}""");
        answer.Status.ShouldBe(told, answer.Body);
        answer.Error.Message.ShouldContain(word);
    }

    [Fact]
    public async Task FilmThatFailed_SaysWhy()
    {
        await using var api = await FakeApi.StartAsync("""
            {"name":"models/veo-3/operations/o","done":true,"response":{"generateVideoResponse":{"raiMediaFilteredCount":1,"raiMediaFilteredReasons":["The prompt is unsafe."]}}}
            """);
        await using var gateway = await StartAsync(new TestModel("films") { Provider = "gemini", UpstreamModel = "veo-3", ApiBase = api.Address, Entry = "model_info: {id: one}" });
        var id = "video_" + Convert.ToBase64String("litellm:custom_llm_provider:gemini;model_id:one;video_id:models/veo-3/operations/o"u8.ToArray())
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var told = await gateway.GetAsync("v1/videos/" + id);
        told.Json.GetProperty("status").GetString().ShouldBe("failed");
        told.Json.GetProperty("error").GetProperty("message").GetString().ShouldBe("The prompt is unsafe.");
        (await gateway.GetAsync($"v1/videos/{id}/content")).ShouldBeError(400, "The prompt is unsafe.");
    }

    private static Task MoveAsync(HttpContext http, string to)
    {
        http.Response.StatusCode = 302;
        http.Response.Headers.Location = to;
        return Task.CompletedTask;
    }

    private static string[] Texts(Answer answer, params string[] names)
    {
        answer.Status.ShouldBe(200, answer.Body);
        return [.. names.Select(name => answer.Json.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "")];
    }

    private Task<GatewayFixture> StartAsync(params TestModel[] models)
        => GatewayFixture.StartAsync(new GatewaySetup { Models = models, Environment = [("TOLLGATE_DATA_DIR", _folder.Path)] });
}
