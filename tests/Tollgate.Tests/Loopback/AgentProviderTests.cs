using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Tollgate.Mock;
using Tollgate.Wire.Tests.Bedrock;

namespace Tollgate.Tests.Loopback;

/// <summary>Calls to agents, and to Anthropic's text completions, through the whole gateway.</summary>
public sealed class AgentProviderTests : IAsyncLifetime
{
    private const string Done = """{"jsonrpc":"2.0","id":"1","result":{"kind":"task","id":"t","status":{"state":"completed"},"artifacts":[{"parts":[{"kind":"text","text":"Hello there"}]}]}}""";

    private readonly ConcurrentQueue<RawRequest> _requests = [];
    private RawScriptServer _upstream = null!;
    private GatewayFixture _gateway = null!;
    private Func<RawRequest, byte[]> _answer = static _ => [];

    public async ValueTask InitializeAsync()
    {
        _upstream = await RawScriptServer.StartAsync(Script);
        const string amazon = "aws_access_key_id: AKIDEXAMPLE, aws_secret_access_key: secret, aws_region_name: eu-west-1";
        _gateway = await GatewayFixture.StartAsync(
            Model("manus", "manus", "manus-1.6"),
            Model("a2a", "a2a", "agent"),
            Model("pydantic", "pydantic_ai_agents", "agent"),
            Model("claude-2", "anthropic_text", "claude-2.1") with { Params = "input_cost_per_token: 0.00001, output_cost_per_token: 0.00002" },
            Model("agent", "bedrock", "agent/A1/B1") with { HasKey = false, Params = amazon },
            Model("core", "bedrock", "agentcore/arn:aws:bedrock-agentcore:eu-west-1:1:runtime/r-1") with { HasKey = false, Params = amazon },
            Model("later", "bedrock", "async_invoke/twelvelabs.marengo-embed-2-7-v1:0") with { HasKey = false, Params = amazon + ", output_s3_uri: 's3://b/o'" });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task ManusTask_IsToldToClientsOfResponses()
    {
        _answer = static _ => Ok("application/json", """{"id":"task_1","status":"running","metadata":{"task_url":"u"}}""");
        var answer = await _gateway.PostAsync("v1/responses", """{"model":"manus","input":"Hello"}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("status").GetString().ShouldBe("running");
        var request = _requests.ShouldHaveSingleItem();
        request.Target.ShouldBe("/v1/responses");
        request.Headers["API_KEY"].ShouldBe(GatewayFixture.UpstreamKey);
        request.BodyText.ShouldBe("""{"input":"Hello","agent_profile":"manus-1.6","task_mode":"agent"}""");

        _answer = static _ => Ok("application/json", """{"id":"task_1","status":"completed","output":[]}""");
        var later = await _gateway.GetAsync("v1/responses/" + answer.Json.GetProperty("id").GetString());
        later.Json.GetProperty("status").GetString().ShouldBe("completed");
        _requests.Last().Target.ShouldBe("/v1/responses/task_1");
    }

    [Fact]
    public async Task ManusFiles_AreItsOwn()
    {
        _answer = static _ => Ok("application/json", """{"object":"list","data":[]}""");
        var answer = await _gateway.GetAsync("v1/files?model=manus");
        answer.Status.ShouldBe(200, answer.Body);
        var request = _requests.ShouldHaveSingleItem();
        (request.Target, request.Headers["API_KEY"]).ShouldBe(("/v1/files", GatewayFixture.UpstreamKey));
    }

    [Fact]
    public async Task ManusStream_IsMadeOfWhatTheTaskCameTo()
    {
        _answer = static request => Ok("application/json", request.Method is "POST" ? """{"id":"task_1","status":"running"}"""
            : """{"id":"task_1","status":"completed","output":[{"type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello there"}]}]}""");
        var answer = await _gateway.StreamAsync("manus");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        answer.Events[^1].ShouldBe(Answer.Done);
        _requests.Select(static request => $"{request.Method} {request.Target}").ShouldBe(["POST /v1/responses", "GET /v1/responses/task_1"]);
    }

    [Fact]
    public async Task AgentsTask_IsWaitedFor()
    {
        _answer = static request => Ok("application/json", request.BodyText.Contains("tasks/get", StringComparison.Ordinal) ? Done
            : """{"jsonrpc":"2.0","id":"1","result":{"kind":"task","id":"t","status":{"state":"submitted"}}}""");
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("a2a"));
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        _requests.Count.ShouldBe(2);
        _requests.Last().Headers["Authorization"].ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        (await _gateway.StreamAsync("pydantic")).Text.ShouldBe("Hello there");
    }

    [Fact]
    public async Task AgentThatFails_IsAnError()
    {
        _answer = static _ => Ok("application/json", """{"jsonrpc":"2.0","id":"1","error":{"code":-32603,"message":"Internal agent error"}}""");
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("a2a"));
        answer.Status.ShouldBeGreaterThanOrEqualTo(500, answer.Body);
        answer.Error.Message.ShouldContain("Internal agent error");
    }

    [Fact]
    public async Task AnthropicText_CompletesAndChats_AndIsPaid()
    {
        _answer = static _ => Ok("application/json", """{"type":"completion","id":"c1","completion":"Hello there","stop_reason":"stop_sequence","model":"claude-2.1"}""");
        var chat = await _gateway.ChatAsync(GatewayFixture.Chat("claude-2"));
        chat.Text.ShouldBe("Hello there");
        double.Parse(chat.Header("x-litellm-response-cost")!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        var text = await _gateway.PostAsync("v1/completions", """{"model":"claude-2","prompt":"Hello","max_tokens":7}""");
        text.Status.ShouldBe(200, text.Body);
        text.Json.GetProperty("choices")[0].GetProperty("text").GetString().ShouldBe("Hello there");
        _requests.Select(static request => request.Target).ShouldBe(["/v1/complete", "/v1/complete"]);
        _requests.Last().BodyText.ShouldBe("""{"model":"claude-2.1","prompt":"\n\nHuman: Hello\n\nAssistant:","max_tokens_to_sample":7}""");
    }

    [Fact]
    public async Task AnthropicTextThatIsTooLong_IsAContextError()
    {
        _answer = static _ => Bytes("HTTP/1.1 400 Bad Request", "application/json", """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 300000 tokens"}}"""u8.ToArray());
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("claude-2"));
        answer.Status.ShouldBe(400, answer.Body);
        answer.Error.Message.ShouldContain("ContextWindowExceededError");
    }

    [Fact]
    public async Task BedrockAgent_AnswersWholeAndStreamed()
    {
        byte[] frames = [.. Frames.Event("chunk", $$"""{"bytes":"{{Convert.ToBase64String("Hello "u8)}}"}"""), .. Frames.Event("chunk", $$"""{"bytes":"{{Convert.ToBase64String("there"u8)}}"}""")];
        _answer = _ => Bytes("HTTP/1.1 200 OK", "application/vnd.amazon.eventstream", frames);
        var whole = await _gateway.ChatAsync(GatewayFixture.Chat("agent", ""","sessionID":"s-1" """));
        whole.Status.ShouldBe(200, whole.Body);
        whole.Text.ShouldBe("Hello there");
        _requests.ShouldHaveSingleItem().Target.ShouldBe("/agents/A1/agentAliases/B1/sessions/s-1/text");
        _requests.Last().BodyText.ShouldBe("""{"inputText":"Hello"}""");
        var streamed = await _gateway.StreamAsync("agent");
        streamed.Text.ShouldBe("Hello there");
        streamed.Events[^1].ShouldBe(Answer.Done);
    }

    [Fact]
    public async Task BedrockAgentThatIsThrottled_Is429()
    {
        _answer = static _ => Bytes("HTTP/1.1 200 OK", "application/vnd.amazon.eventstream", Frames.Exception("throttlingException", """{"message":"Slow down"}"""));
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("agent"));
        answer.Status.ShouldBe(429, answer.Body);
        answer.Error.Message.ShouldContain("Slow down");
    }

    [Fact]
    public async Task AgentCore_AnswersInJsonAndInEvents()
    {
        _answer = static _ => Ok("application/json", """{"result":{"role":"assistant","content":[{"text":"Hello there"}]}}""");
        (await _gateway.ChatAsync(GatewayFixture.Chat("core"))).Text.ShouldBe("Hello there");
        (await _gateway.StreamAsync("core")).Text.ShouldBe("Hello there");
        _answer = static _ => Ok("text/event-stream", "data: {\"event\":{\"contentBlockDelta\":{\"delta\":{\"text\":\"Hello \"}}}}\n\ndata: {\"event\":{\"contentBlockDelta\":{\"delta\":{\"text\":\"there\"}}}}\n\n");
        (await _gateway.ChatAsync(GatewayFixture.Chat("core"))).Text.ShouldBe("Hello there");
        (await _gateway.StreamAsync("core")).Text.ShouldBe("Hello there");
        _requests.First().Target.ShouldBe("/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aeu-west-1%3A1%3Aruntime%2Fr-1/invocations");
        _requests.First().Headers["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"].Length.ShouldBe(64);
        _requests.First().BodyText.ShouldBe("""{"prompt":"Hello"}""");
    }

    [Fact]
    public async Task VectorsThatComeLater_AnswerWithTheirName()
    {
        _answer = static _ => Ok("application/json", """{"invocationArn":"arn:aws:bedrock:eu-west-1:1:async-invoke/x"}""");
        var answer = await _gateway.PostAsync("v1/embeddings", """{"model":"later","input":"s3://b/film.mp4"}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("id").GetString().ShouldBe("arn:aws:bedrock:eu-west-1:1:async-invoke/x");
        answer.Json.GetProperty("data")[0].GetProperty("embedding").GetArrayLength().ShouldBe(0);
        _requests.ShouldHaveSingleItem().BodyText.ShouldContain("\"outputDataConfig\":{\"s3OutputDataConfig\":{\"s3Uri\":\"s3://b/o\"}}");
    }

    private TestModel Model(string name, string provider, string model) => new(name)
    {
        Provider = provider,
        UpstreamModel = model,
        ApiBase = _upstream.BaseAddress.AbsoluteUri,
    };

    private async IAsyncEnumerable<RawStep> Script(RawRequest request)
    {
        await Task.CompletedTask;
        _requests.Enqueue(request);
        yield return RawStep.Send(_answer(request));
    }

    private static byte[] Ok(string type, string body) => Bytes("HTTP/1.1 200 OK", type, Encoding.UTF8.GetBytes(body));

    private static byte[] Bytes(string head, string type, byte[] body)
        => [.. Encoding.ASCII.GetBytes($"{head}\r\nContent-Type: {type}\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. body];
}
