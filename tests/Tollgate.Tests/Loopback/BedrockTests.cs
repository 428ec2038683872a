using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Mock;
using Tollgate.Wire.Tests.Bedrock;

namespace Tollgate.Tests.Loopback;

/// <summary>Calls to Bedrock and SageMaker through the whole gateway; the upstream checks every signature with the bytes that it got.</summary>
public sealed class BedrockTests : IAsyncLifetime
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Usage = """{"inputTokens":11,"outputTokens":5,"totalTokens":16,"cacheReadInputTokens":3,"cacheWriteInputTokens":0}""";
    private const string Whole = """{"output":{"message":{"role":"assistant","content":[{"text":"Hello there"}]}},"stopReason":"end_turn","usage":""" + Usage + "}";

    private readonly ConcurrentQueue<RawRequest> _requests = [];
    private RawScriptServer _upstream = null!;
    private GatewayFixture _gateway = null!;
    private Func<RawRequest, byte[]> _answer = static _ => [];

    public async ValueTask InitializeAsync()
    {
        _upstream = await RawScriptServer.StartAsync(Script);
        _gateway = await GatewayFixture.StartAsync(
            Model("claude", "bedrock", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
            Model("llama", "bedrock", "invoke/meta.llama3-8b-instruct-v1:0"),
            Model("mistral", "bedrock", "mistral.mixtral-8x7b-instruct-v0:1"),
            Model("titan", "bedrock", "amazon.titan-embed-text-v2:0"),
            Model("hf", "sagemaker", "my-endpoint"),
            Model("hf-chat", "sagemaker_chat", "my-endpoint"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Converse_IsSignedAndTranslated()
    {
        _answer = static _ => Ok("application/json", Encoding.UTF8.GetBytes(Whole));
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("claude", ""","max_tokens":7,"user":"ü" """));
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        answer.Json.GetProperty("model").GetString().ShouldBe("claude");
        var usage = answer.Json.GetProperty("usage");
        (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()).ShouldBe((14, 5));
        answer.Header("llm_provider-x-amzn-requestid").ShouldBe("req-1");
        var request = Verified();
        request.Target.ShouldBe("/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse");
        request.BodyText.ShouldBe("""{"messages":[{"role":"user","content":[{"text":"Hello"}]}],"inferenceConfig":{"maxTokens":7}}""");
        request.Headers["x-amz-security-token"].ShouldBe("session");
    }

    [Fact]
    public async Task ConverseStream_IsTranslatedWithItsUsage()
    {
        byte[] frames =
        [
            .. Frames.Event("messageStart", """{"role":"assistant"}"""),
            .. Frames.Event("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hello "}}"""),
            .. Frames.Event("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"there"}}"""),
            .. Frames.Event("contentBlockStop", """{"contentBlockIndex":0}"""),
            .. Frames.Event("messageStop", """{"stopReason":"end_turn"}"""),
            .. Frames.Event("metadata", """{"usage":""" + Usage + "}"),
        ];
        _answer = _ => Ok("application/vnd.amazon.eventstream", frames);
        var answer = await _gateway.StreamAsync("claude", ""","stream_options":{"include_usage":true}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(19);
        Verified().Target.ShouldEndWith("/converse-stream");
    }

    [Fact]
    public async Task ExceptionBeforeAnyOutput_HasItsStatus()
    {
        _answer = static _ => Ok("application/vnd.amazon.eventstream", Frames.Exception("throttlingException", """{"message":"Too many requests"}"""));
        var answer = await _gateway.StreamAsync("claude");
        answer.Status.ShouldBe(429, answer.Body);
        answer.Error.Message.ShouldContain("litellm.RateLimitError: ");
    }

    [Fact]
    public async Task DamagedFrame_IsAnError()
    {
        var frame = Frames.Event("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hello "}}""");
        frame[^1] ^= 1;
        _answer = _ => Ok("application/vnd.amazon.eventstream", frame);
        (await _gateway.StreamAsync("claude")).Status.ShouldBe(500);
    }

    [Fact]
    public async Task Refusal_IsClassifiedByItsHeader()
    {
        _answer = static _ => Bytes("HTTP/1.1 403 Forbidden\r\nx-amzn-ErrorType: UnrecognizedClientException:http://x\r\n", "application/json", """{"message":"The security token included in the request is invalid."}"""u8.ToArray());
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("claude"));
        answer.Status.ShouldBe(401, answer.Body);
        answer.Error.Message.ShouldContain("litellm.AuthenticationError: ");
        answer.Error.Message.ShouldContain("The security token included in the request is invalid.");
    }

    [Fact]
    public async Task InvokeModelsStream_IsUnwrapped()
    {
        static byte[] Chunk(string inner) => Frames.Event("chunk", $$"""{"bytes":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(inner))}}"}""");
        byte[] frames =
        [
            .. Chunk("""{"generation":"Hello ","prompt_token_count":4,"generation_token_count":1,"stop_reason":null}"""),
            .. Chunk("""{"generation":"there","generation_token_count":2,"stop_reason":"stop"}"""),
        ];
        _answer = _ => Ok("application/vnd.amazon.eventstream", frames);
        var answer = await _gateway.StreamAsync("llama", ""","stream_options":{"include_usage":true}""");
        answer.Text.ShouldBe("Hello there");
        answer.Chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(6);
        Verified().BodyText.ShouldStartWith("""{"prompt":"<|begin_of_text|>""");
    }

    [Fact]
    public async Task CountsInHeaders_AreTheUsage()
    {
        _answer = static _ => Bytes(
            "HTTP/1.1 200 OK\r\nX-Amzn-Bedrock-Input-Token-Count: 21\r\nX-Amzn-Bedrock-Output-Token-Count: 4\r\n", "application/json", """{"outputs":[{"text":"Hello there","stop_reason":"stop"}]}"""u8.ToArray());
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("mistral"));
        answer.Text.ShouldBe("Hello there");
        var usage = answer.Json.GetProperty("usage");
        (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()).ShouldBe((21, 4));
    }

    [Fact]
    public async Task Embeddings_AreOneCallEachAndOneAnswer()
    {
        _answer = static _ => Ok("application/json", """{"embedding":[1,0.5],"inputTextTokenCount":3}"""u8.ToArray());
        var answer = await _gateway.PostAsync("v1/embeddings", """{"model":"titan","input":["a","b"],"dimensions":256}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(6);
        _requests.Select(static request => request.BodyText).ShouldBe(["""{"inputText":"a","dimensions":256}""", """{"inputText":"b","dimensions":256}"""]);
        Verified(_requests.First()).Target.ShouldBe("/model/amazon.titan-embed-text-v2%3A0/invoke");
    }

    [Fact]
    public async Task SageMaker_IsSignedAndRead()
    {
        _answer = static _ => Ok("application/json", """[{"generated_text":"Hello there"}]"""u8.ToArray());
        (await _gateway.ChatAsync(GatewayFixture.Chat("hf"))).Text.ShouldBe("Hello there");
        var request = Verified();
        request.Target.ShouldBe("/endpoints/my-endpoint/invocations");
        request.BodyText.ShouldBe("""{"inputs":"Hello","parameters":{"return_full_text":false}}""");
    }

    [Fact]
    public async Task SageMakersStream_IsPutTogether()
    {
        var lines = Encoding.UTF8.GetBytes(
            "data:{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hello there\"}}]}\n\n"
            + "data:{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        byte[] frames = [.. lines.Chunk(50).SelectMany(static part => Frames.Make(part, Frames.Text(":event-type", "PayloadPart"), Frames.Text(":message-type", "event")))];
        _answer = _ => Ok("application/vnd.amazon.eventstream", frames);
        var answer = await _gateway.StreamAsync("hf-chat");
        answer.Text.ShouldBe("Hello there");
        answer.Events[^1].ShouldBe(Answer.Done);
        Verified().Target.ShouldBe("/endpoints/my-endpoint/invocations-response-stream");
    }

    private TestModel Model(string name, string provider, string model) => new(name)
    {
        Provider = provider,
        UpstreamModel = model,
        HasKey = false,
        ApiBase = _upstream.BaseAddress.AbsoluteUri,
        Params = $"aws_access_key_id: AKIDEXAMPLE, aws_secret_access_key: '{Secret}', aws_session_token: session, aws_region_name: eu-west-1",
    };

    private async IAsyncEnumerable<RawStep> Script(RawRequest request)
    {
        await Task.CompletedTask;
        _requests.Enqueue(request);
        yield return RawStep.Send(_answer(request));
    }

    private static byte[] Ok(string type, byte[] body) => Bytes("HTTP/1.1 200 OK\r\nx-amzn-requestid: req-1\r\n", type, body);

    private static byte[] Bytes(string head, string type, byte[] body)
        => [.. Encoding.ASCII.GetBytes($"{head}Content-Type: {type}\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. body];

    /// <summary>The request, once its signature is that of the bytes which came.</summary>
    private RawRequest Verified() => Verified(_requests.ShouldHaveSingleItem());

    private static RawRequest Verified(RawRequest request)
    {
        var parts = request.Headers["Authorization"].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        var scope = parts[1]["Credential=".Length..].Split('/', 2)[1];
        var names = parts[2]["SignedHeaders=".Length..];
        var canonical = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(request.Target.Replace("%", "%25", StringComparison.Ordinal)).Append("\n\n");
        foreach (var name in names.Split(';'))
        {
            canonical.Append(name).Append(':').Append(request.Headers[name]).Append('\n');
        }

        canonical.Append('\n').Append(names).Append('\n').Append(Hex(SHA256.HashData(request.Body.Span)));
        var text = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + Secret);
        foreach (var step in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }

        parts[3].ShouldBe("Signature=" + Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))));
        names.ShouldContain("content-type;host;x-amz-date");
        return request;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
