using Microsoft.AspNetCore.Http;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>Images, speech, judgements and orders through the gateway.</summary>
public sealed class MediaRouteTests
{
    [Theory]
    [InlineData("v1/images/generations", """{"model":"ok","prompt":"a cat","n":2,"user":null,"metadata":{"a":1}}""", """{"model":"up-model","prompt":"a cat","n":2}""")]
    [InlineData("images/generations", """{"model":"ok","prompt":"a cat","own":{"x":[1.50]}}""", """{"model":"up-model","prompt":"a cat","own":{"x":[1.50]}}""")]
    [InlineData("openai/deployments/ok/images/generations", """{"prompt":"a cat"}""", """{"prompt":"a cat","model":"up-model"}""")]
    [InlineData("v1/moderations", """{"model":"ok","input":["x"]}""", """{"model":"up-model","input":["x"]}""")]
    [InlineData("openai/v1/audio/speech", """{"model":"ok","input":"Hi","voice":"alloy"}""", """{"model":"up-model","input":"Hi","voice":"alloy"}""")]
    public async Task Json_IsSentOnAsItIs_ButForTheModel(string path, string body, string sent)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.PostAsync(path, body);

        answer.Status.ShouldBe(200, answer.Body);
        gateway.LastUpstreamRequest.BodyText.ShouldBe(sent);
        gateway.LastUpstreamRequest.Header("content-type").ShouldBe("application/json");
        answer.Header("x-litellm-model-group").ShouldBe("ok");
    }

    [Theory]
    [InlineData("v1/images/generations", """{"model":"ok"}""", "Missing required parameter: 'prompt'", "prompt")]
    [InlineData("v1/images/generations", """{"prompt":"x"}""", "Missing required parameter: 'model'", "model")]
    [InlineData("v1/audio/speech", """{"model":"ok","input":["x"]}""", "Invalid type for 'input': expected a string", "input")]
    [InlineData("v1/moderations", """{"model":"ok"}""", "Missing required parameter: 'input'", "input")]
    [InlineData("v1/rerank", """{"model":"ok","query":"q"}""", "Missing required parameter: 'documents'", "documents")]
    [InlineData("v1/rerank", """{"model":"ok","documents":["a"]}""", "Missing required parameter: 'query'", "query")]
    public async Task MissingField_Is400NamingIt(string path, string body, string message, string param)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        (await gateway.PostAsync(path, body)).ShouldBeError(400, message, param);
    }

    [Fact]
    public async Task Moderation_WithoutAModel_TakesTheOperators()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "moderation_model: ok, image_generation_model: ok" });
        var answer = await gateway.PostAsync("moderations", """{"input":"x"}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("model").GetString().ShouldBe("ok");
        (await gateway.PostAsync("images/generations", """{"model":"other","prompt":"x"}""")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task StreamOfPictures_IsRelayed()
    {
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"aa\"}\n\n");
            await http.Response.WriteAsync("event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"bb\"}\n\n");
        });
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { ApiBase = upstream.Address });
        var answer = await gateway.PostAsync("v1/images/generations", """{"model":"ok","prompt":"a cat","stream":true,"partial_images":1}""");

        answer.Header("content-type").ShouldBe("text/event-stream");
        answer.Body.ShouldBe(
            "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"aa\"}\n\n"
            + "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"bb\"}\n\n");
    }

    [Fact]
    public async Task Speech_ReachesTheClientWhileItIsMade_ByteForByte()
    {
        var sound = new byte[300_000];
        new Random(5).NextBytes(sound);
        var heard = new TaskCompletionSource();
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            http.Response.ContentType = "audio/ogg";
            await http.Response.Body.WriteAsync(sound.AsMemory(0, 1000));
            await http.Response.Body.FlushAsync();
            await heard.Task;
            await http.Response.Body.WriteAsync(sound.AsMemory(1000));
        });
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { ApiBase = upstream.Address });
        using var response = await gateway.OpenAsync("v1/audio/speech", """{"model":"ok","input":"Hi","voice":"alloy"}""");
        await using var body = await response.Content.ReadAsStreamAsync(GatewayFixture.Token);
        var received = new byte[sound.Length + 1];
        var length = await body.ReadAsync(received, GatewayFixture.Token);
        length.ShouldBeInRange(1, 1000);
        heard.SetResult();
        while (await body.ReadAsync(received.AsMemory(length), GatewayFixture.Token) is > 0 and var read)
        {
            length += read;
        }

        response.Content.Headers.ContentType!.ToString().ShouldBe("audio/ogg");
        received.AsSpan(0, length).SequenceEqual(sound).ShouldBeTrue();
    }

    [Fact]
    public async Task SpeechThatBreaksOff_BreaksTheConnection()
    {
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            http.Response.ContentType = "audio/mpeg";
            await http.Response.Body.WriteAsync(new byte[100_000]);
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [new("broken") { ApiBase = upstream.Address }, new("ok")] });
        using var response = await gateway.OpenAsync("v1/audio/speech", """{"model":"broken","input":"Hi","voice":"alloy"}""");

        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsByteArrayAsync(GatewayFixture.Token));
        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("", "holds no sound")]
    [InlineData("""{"error":{"message":"no such voice"}}""", "no such voice")]
    public async Task AnswerWithoutSound_IsAnError(string body, string message)
    {
        await using var upstream = await MediaUpstream.StartAsync(http =>
        {
            http.Response.ContentType = body.Length == 0 ? "audio/mpeg" : "application/json";
            return http.Response.WriteAsync(body);
        });
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { ApiBase = upstream.Address });
        var answer = await gateway.PostAsync("v1/audio/speech", """{"model":"ok","input":"Hi"}""");

        answer.Status.ShouldBe(500, answer.Body);
        answer.Error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Order_IsToldBestFirst_WithItsDocuments()
    {
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("order") { Params = "custom_llm_provider: infinity" });
        var answer = await gateway.PostAsync("v2/rerank", """{"model":"order","query":"q","documents":["a","b","c"],"top_n":2,"return_documents":true}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("results").EnumerateArray().Select(result => (result.GetProperty("index").GetInt32(), result.GetProperty("document").GetProperty("text").GetString()))
            .ShouldBe([(2, "c"), (1, "b")]);
        answer.Json.GetProperty("meta").GetProperty("billed_units").GetProperty("search_units").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("v1/images/generations", """{"model":"canned","prompt":"x","n":2}""", """{"created":0,"data":[{"url":"canned text"},{"url":"canned text"}]}""")]
    [InlineData("v1/images/generations", """{"model":"canned","prompt":"x","stream":true}""", "data: {\"created\":0,\"data\":[{\"url\":\"canned text\"}]}\n\n")]
    [InlineData("v1/audio/speech", """{"model":"canned","input":"x"}""", "canned text")]
    [InlineData("v1/moderations", """{"model":"canned","input":"x"}""", """{"id":"modr-mock","model":"canned","results":[{"flagged":false,"categories":{},"category_scores":{}}]}""")]
    [InlineData("v1/rerank", """{"model":"canned","query":"q","documents":["a","b"]}""", """{"results":[{"index":0,"relevance_score":1},{"index":1,"relevance_score":0.5}]}""")]
    public async Task CannedAnswer_HasTheFormOfItsSurface(string path, string body, string expected)
    {
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("canned") { Params = "mock_response: 'canned text'" });
        var answer = await gateway.PostAsync(path, body);

        (answer.Status, answer.Body).ShouldBe((200, expected));
    }

    [Fact]
    public async Task FailedPicture_FallsBackToAnotherGroup()
    {
        await using var upstream = await MediaUpstream.StartAsync(http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("down") { ApiBase = upstream.Address }, new("ok")],
            Router = "num_retries: 0, fallbacks: [{down: [ok]}]",
        });
        var answer = await gateway.PostAsync("v1/images/generations", """{"model":"down","prompt":"x"}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Header("x-litellm-attempted-fallbacks").ShouldBe("1");
    }
}
