using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Testing;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>Pictures, speech and orders of providers with words of their own, through the whole gateway to the row in the log.</summary>
public sealed class MediaProviderTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Path, string Type, string Body)> _requests = [];
    private readonly TemporaryFolder _folder = new();
    private MediaUpstream _upstream = null!;
    private Func<HttpContext, (int Status, string Body)> _answer = static _ => (500, "{}");

    public async ValueTask InitializeAsync() => _upstream = await MediaUpstream.StartAsync(async http =>
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        _requests.Enqueue((http.Request.Path + http.Request.QueryString, http.Request.ContentType ?? "", await reader.ReadToEndAsync()));
        var (status, body) = _answer(http);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body);
    });

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task PictureOfGemini_IsPaidByItsTokens()
    {
        _answer = static _ => (200, """
            {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1290,"totalTokenCount":1300,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}}
            """);
        var (answer, row) = await CallAsync(
            Model("gemini", "some-image-model") with { Params = "input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, output_cost_per_image_token: 3e-5" },
            "v1/images/generations", """{"model":"m","prompt":"a cat","size":"1024x1024"}""");

        answer.Json.GetProperty("data")[0].GetProperty("b64_json").GetString().ShouldBe("aGk=");
        _requests.ShouldHaveSingleItem().Path.ShouldEndWith("/models/some-image-model:generateContent");
        row.GetProperty("spend").GetDouble().ShouldBe(10e-6 + 1290 * 3e-5, 1e-9);
    }

    [Fact]
    public async Task EditOfImagen_SendsTheFilesInside_AndIsPaidByThePicture()
    {
        _answer = static _ => (200, """{"predictions":[{"bytesBase64Encoded":"aGk=","mimeType":"image/png"},{"bytesBase64Encoded":"aG8=","mimeType":"image/png"}]}""");
        using var form = Form.Of(("model", "m"), ("prompt", "a hat"), ("n", "2"), ("image", new ByteArrayContent("one"u8.ToArray())));
        var (answer, row) = await CallAsync(Model("gemini", "imagen-edit") with { Params = "output_cost_per_image: 0.02" }, "v1/images/edits", form);

        answer.Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        _requests.ShouldHaveSingleItem().Body.ShouldContain("\"bytesBase64Encoded\":\"b25l\"");
        row.GetProperty("spend").GetDouble().ShouldBe(0.04, 1e-9);
    }

    [Fact]
    public async Task PictureThatIsRefused_Is400OfPolicy()
    {
        _answer = static _ => (200, """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}""");
        await using var gateway = await GatewayFixture.StartAsync(Model("gemini", "image"));
        var answer = await gateway.PostAsync("v1/images/generations", """{"model":"m","prompt":"x"}""");

        answer.Status.ShouldBe(400, answer.Body);
        answer.Error.Message.ShouldContain("ContentPolicyViolationError");
        answer.Error.Message.ShouldContain("PROHIBITED_CONTENT");
    }

    [Fact]
    public async Task SpeechOfGemini_IsAFile_PaidByItsTokens()
    {
        _answer = static _ => (200, """
            {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AQACAA=="}}]}}],
             "usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":50,"totalTokenCount":54}}
            """);
        var (answer, row) = await CallAsync(
            Model("gemini", "tts") with { Params = "input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, output_cost_per_audio_token: 1e-5" },
            "v1/audio/speech", """{"model":"m","input":"Hi","voice":"alloy"}""");

        answer.Header("content-type").ShouldBe("audio/wav");
        answer.Body.ShouldStartWith("RIFF");
        row.GetProperty("spend").GetDouble().ShouldBe(4e-6 + 50e-5, 1e-9);
    }

    [Fact]
    public async Task SpeechOfGeminiInPieces_IsEvents_PaidByItsTokens()
    {
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            _requests.Enqueue((http.Request.Path + http.Request.QueryString, "", ""));
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("""
                data: {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;rate=24000","data":"AQACAA=="}}]}}]}

                data: {"candidates":[{"content":{"parts":[]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":50,"totalTokenCount":54}}


                """);
        });
        var (answer, row) = await CallAsync(
            Model("gemini", "tts") with { ApiBase = upstream.Address, Params = "input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, output_cost_per_audio_token: 1e-5" },
            "v1/audio/speech", """{"model":"m","input":"Hi","voice":"alloy","response_format":"pcm","stream_format":"sse"}""");

        _requests.ShouldHaveSingleItem().Path.ShouldEndWith("/models/tts:streamGenerateContent?alt=sse");
        answer.Body.ShouldBe("data: {\"type\":\"speech.audio.delta\",\"audio\":\"AQACAA==\"}\n\n"
            + "data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":4,\"output_tokens\":50,\"total_tokens\":54}}\n\n");
        row.GetProperty("spend").GetDouble().ShouldBe(4e-6 + 50e-5, 1e-9);
    }

    [Fact]
    public async Task SpeechOfMiniMax_FailsUnderAGoodStatus()
    {
        _answer = static _ => (200, """{"base_resp":{"status_code":1004,"status_msg":"login fail"}}""");
        await using var gateway = await GatewayFixture.StartAsync(Model("minimax", "speech-02-hd"));
        var answer = await gateway.PostAsync("v1/audio/speech", """{"model":"m","input":"Hi"}""");

        answer.Status.ShouldBe(401, answer.Body);
        answer.Error.Message.ShouldContain("login fail (1004)");
    }

    [Fact]
    public async Task SpeechOfMiniMax_IsPaidByTheCharacter()
    {
        _answer = static _ => (200, """{"data":{"audio":"494433"},"base_resp":{"status_code":0}}""");
        var (answer, row) = await CallAsync(
            Model("minimax", "speech-02-hd") with { Params = "input_cost_per_character: 0.0001" }, "v1/audio/speech", """{"model":"m","input":"Hello"}""");

        answer.Body.ShouldBe("ID3");
        row.GetProperty("spend").GetDouble().ShouldBe(0.0005, 1e-9);
    }

    [Fact]
    public async Task SpeechOfAzure_IsMarkupAndSound()
    {
        _answer = static _ => (200, "never");
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
            _requests.Enqueue((http.Request.Headers["X-Microsoft-OutputFormat"].ToString(), http.Request.ContentType ?? "", await reader.ReadToEndAsync()));
            http.Response.ContentType = "audio/mpeg";
            await http.Response.WriteAsync("sound");
        });
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("m") { Provider = "azure", UpstreamModel = "speech/tts", ApiBase = upstream.Address });
        (await gateway.PostAsync("v1/audio/speech", """{"model":"m","input":"Hi","voice":"nova"}""")).Body.ShouldBe("sound");

        var (format, type, body) = _requests.ShouldHaveSingleItem();
        (format, type).ShouldBe(("audio-24khz-48kbitrate-mono-mp3", "application/ssml+xml"));
        body.ShouldContain("en-US-AmberNeural");
    }

    [Theory]
    [InlineData("cohere", "rerank-v3.5", "/v2/rerank", """{"id":"r","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}],"meta":{"billed_units":{"search_units":1}}}""")]
    [InlineData("huggingface", "bge-reranker", "/rerank", """[{"index":0,"score":0.1},{"index":1,"score":0.9}]""")]
    [InlineData("watsonx", "ibm/slate", "/v1/ml/v1/text/rerank?version=2024-03-13", """{"model_id":"ibm/slate","results":[{"index":0,"score":0.1},{"index":1,"score":0.9}],"input_token_count":8}""")]
    [InlineData("vertex_ai", "semantic-ranker-default@latest", "/v1/v1/projects/p/locations/global/rankingConfigs/default_ranking_config:rank", """{"records":[{"id":"1","score":0.9},{"id":"0","score":0.1}]}""")]
    public async Task Order_IsToldAndPaid(string provider, string model, string path, string order)
    {
        _answer = _ => (200, order);
        var more = provider switch
        {
            "watsonx" => ", token: t, project_id: p",
            "vertex_ai" => ", vertex_project: p",
            _ => "",
        };
        var (answer, row) = await CallAsync(
            Model(provider, model) with { Params = "input_cost_per_query: 0.002" + more },
            "v1/rerank", """{"model":"m","query":"q","documents":["a","b"],"top_n":1,"return_documents":true}""");

        var best = answer.Json.GetProperty("results").EnumerateArray().ShouldHaveSingleItem();
        (best.GetProperty("index").GetInt32(), best.GetProperty("document").GetProperty("text").GetString()).ShouldBe((1, "b"));
        _requests.ShouldHaveSingleItem().Path.ShouldBe(path);
        row.GetProperty("spend").GetDouble().ShouldBe(0.002, 1e-9);
        row.GetProperty("call_type").GetString().ShouldBe("arerank");
    }

    [Fact]
    public async Task EditOfNovaCanvas_IsInvoked()
    {
        _answer = static _ => (200, """{"images":["aGk="]}""");
        using var form = Form.Of(("model", "m"), ("prompt", "a hat"), ("image", new ByteArrayContent("one"u8.ToArray())), ("mask", new ByteArrayContent("two"u8.ToArray())));
        var (answer, row) = await CallAsync(Model("bedrock", "amazon.nova-canvas-v1:0") with { Params = "output_cost_per_image: 0.06" }, "v1/images/edits", form);

        answer.Json.GetProperty("data")[0].GetProperty("b64_json").GetString().ShouldBe("aGk=");
        _requests.ShouldHaveSingleItem().Body.ShouldContain("\"taskType\":\"INPAINTING\"");
        row.GetProperty("spend").GetDouble().ShouldBe(0.06, 1e-9);
    }

    [Theory]
    [InlineData(1000, 200)]
    [InlineData(2000, 400)]
    public async Task FileBeyondTheDeploymentsLimit_Is400NamingIt(int size, int status)
    {
        _answer = static _ => (200, """{"text":"Hi"}""");
        await using var gateway = await GatewayFixture.StartAsync(Model("openai", "whisper-1") with { Params = "max_file_size_mb: 0.001" });
        using var form = Form.Of(("model", "m"), ("file", new ByteArrayContent(new byte[size])));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/audio/transcriptions", form);
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(status, answer.Body);
        if (status == 400)
        {
            answer.Error.Message.ShouldContain("File size is too large. Please check your file size. Passed file size:");
            _requests.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task FilterOfTheOperator_GoesWithChatsToo()
    {
        _answer = static _ => (200, """{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}""");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [Model("gemini", "gemini-2.5-flash")],
            Litellm = "vertex_ai_safety_settings: [{category: HARM_CATEGORY_HARASSMENT, threshold: BLOCK_NONE}]",
        });
        (await gateway.ChatAsync(GatewayFixture.Chat("m"))).Status.ShouldBe(200);
        _requests.ShouldHaveSingleItem().Body.ShouldContain("""
            "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}]
            """.Trim());
    }

    private TestModel Model(string provider, string model) => new("m") { Provider = provider, UpstreamModel = model, ApiBase = _upstream.Address };

    private Task<(Answer Answer, JsonElement Row)> CallAsync(TestModel model, string path, string body)
        => CallAsync(model, path, new StringContent(body, null, "application/json"));

    private async Task<(Answer Answer, JsonElement Row)> CallAsync(TestModel model, string path, HttpContent body)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [model], Environment = [("TOLLGATE_DATA_DIR", _folder.Path)] });
        using var response = await gateway.SendAsync(HttpMethod.Post, path, body);
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(200, answer.Body);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var rows = (await gateway.GetAsync("spend/logs").OkAsync()).EnumerateArray().ToList();
            if (rows.Count > 0)
            {
                return (answer, rows.ShouldHaveSingleItem());
            }
        }
    }
}
