using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Calls to providers with dialects of their own through the whole gateway.</summary>
public sealed class NativeProviderTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<RawRequest> _requests = [];
    private RawScriptServer _upstream = null!;
    private GatewayFixture _gateway = null!;
    private Func<RawRequest, byte[]> _answer = static _ => [];

    public async ValueTask InitializeAsync()
    {
        _upstream = await RawScriptServer.StartAsync(Script);
        _gateway = await GatewayFixture.StartAsync(
            Model("local", "ollama", "llama3:8b") with { Params = "num_ctx: 8192, keep_alive: 24h" },
            Model("cohere", "cohere_chat", "command-a"),
            Model("text", "predibase", "llama") with { Params = "predibase_tenant_id: t1" },
            Model("replicate", "replicate", "o/n"),
            Model("vectors", "ollama", "nomic-embed-text"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task OllamaChat_IsTranslatedWithTheDeploymentsParameters()
    {
        _answer = static _ => Ok("application/json", """
            {"model":"llama3:8b","message":{"role":"assistant","content":"Hello there"},"done":true,"done_reason":"stop","prompt_eval_count":11,"eval_count":5}
            """);
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("local", ""","max_tokens":7"""));
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(16);
        var request = _requests.ShouldHaveSingleItem();
        request.Target.ShouldBe("/api/chat");
        request.BodyText.ShouldBe(
            """{"model":"llama3:8b","stream":false,"messages":[{"role":"user","content":"Hello"}],"keep_alive":"24h","options":{"num_ctx":8192,"num_predict":7}}""");
    }

    [Fact]
    public async Task OllamaStream_IsTranslatedWithItsUsage()
    {
        _answer = static _ => Ok("application/x-ndjson", """
            {"model":"llama3:8b","message":{"role":"assistant","content":"Hello "},"done":false}
            {"model":"llama3:8b","message":{"role":"assistant","content":"there"},"done":false}
            {"model":"llama3:8b","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":11,"eval_count":5}

            """);
        var answer = await _gateway.StreamAsync("local", ""","stream_options":{"include_usage":true}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(16);
    }

    [Fact]
    public async Task OllamaThatFailsMidStream_EndsWithAnError()
    {
        _answer = static _ => Ok("application/x-ndjson", "{\"message\":{\"content\":\"Hello \"},\"done\":false}\n{\"error\":\"model runner has unexpectedly stopped\"}\n");
        var answer = await _gateway.StreamAsync("local");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldContain("model runner has unexpectedly stopped");
        answer.Events[^1].ShouldNotBe(Answer.Done);
    }

    [Fact]
    public async Task OllamaWithoutTheModel_IsNotFound()
    {
        _answer = static _ => Bytes("HTTP/1.1 404 Not Found", "application/json", """{"error":"model 'llama3:8b' not found"}""");
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("local"));
        answer.Status.ShouldBe(404, answer.Body);
        answer.Error.Message.ShouldContain("litellm.NotFoundError: ");
        answer.Error.Message.ShouldContain("model 'llama3:8b' not found");
    }

    [Fact]
    public async Task OllamaEmbeddings_AreOneCall()
    {
        _answer = static _ => Ok("application/json", """{"model":"m","embeddings":[[1,0.5],[2,3]],"prompt_eval_count":6}""");
        var answer = await _gateway.PostAsync("v1/embeddings", """{"model":"vectors","input":["a","b"]}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(6);
        var request = _requests.ShouldHaveSingleItem();
        request.Target.ShouldBe("/api/embed");
        request.BodyText.ShouldBe("""{"model":"nomic-embed-text","input":["a","b"]}""");
    }

    [Fact]
    public async Task CohereStream_IsTranslated()
    {
        _answer = static _ => Ok("text/event-stream", """
            event: message-start
            data: {"id":"c1","type":"message-start","delta":{"message":{"role":"assistant"}}}

            event: content-delta
            data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hello there"}}}}

            event: message-end
            data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":11,"output_tokens":5}}}}


            """);
        var answer = await _gateway.StreamAsync("cohere");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        _requests.ShouldHaveSingleItem().Headers["Authorization"].ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
    }

    [Fact]
    public async Task CohereThatRefusesTheKey_IsAnAuthenticationError()
    {
        _answer = static _ => Bytes("HTTP/1.1 401 Unauthorized", "application/json", """{"id":"x","message":"invalid api token"}""");
        var answer = await _gateway.ChatAsync(GatewayFixture.Chat("cohere"));
        answer.Status.ShouldBe(401, answer.Body);
        answer.Error.Message.ShouldContain("invalid api token");
    }

    [Fact]
    public async Task GenerationStream_HasAnAddressOfItsOwn()
    {
        _answer = static _ => Ok("text/event-stream", """
            data:{"token":{"text":"Hello there","special":false},"generated_text":null}

            data:{"token":{"text":"</s>","special":true},"generated_text":"Hello there","details":{"finish_reason":"eos_token","generated_tokens":3,"input_length":4}}


            """);
        var answer = await _gateway.StreamAsync("text");
        answer.Text.ShouldBe("Hello there");
        _requests.ShouldHaveSingleItem().Target.ShouldBe("/t1/deployments/v2/llms/llama/generate_stream");
    }

    [Fact]
    public async Task ReplicatePrediction_IsWaitedForAndStreamedWhole()
    {
        _answer = request => Ok("application/json", request.Method is "POST"
            ? $$$"""{"id":"p","status":"starting","urls":{"get":"{{{_upstream.BaseAddress}}}predictions/p"}}"""
            : """{"id":"p","status":"succeeded","output":["Hello ","there"],"metrics":{"input_token_count":4,"output_token_count":3}}""");
        var answer = await _gateway.StreamAsync("replicate");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        _requests.Select(static request => $"{request.Method} {request.Target}").ShouldBe(["POST /models/o/n/predictions", "GET /predictions/p"]);
        _requests.Last().Headers["Authorization"].ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
    }

    [Fact]
    public async Task ReplicateThatStreams_IsListenedTo()
    {
        _answer = request => request.Method is "POST"
            ? Ok("application/json", $$$"""{"id":"p","status":"starting","urls":{"get":"{{{_upstream.BaseAddress}}}predictions/p","stream":"{{{_upstream.BaseAddress}}}stream/p"}}""")
            : Ok("text/event-stream", "event: output\nid: 1\ndata: Hello\n\n: hi\n\nevent: output\nid: 2\ndata:  there\n\nevent: done\ndata: {}\n\n");
        var answer = await _gateway.StreamAsync("replicate");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe("Hello there");
        answer.Events[^1].ShouldBe(Answer.Done);
        _requests.Select(static request => $"{request.Method} {request.Target}").ShouldBe(["POST /models/o/n/predictions", "GET /stream/p"]);
        _requests.First().BodyText.ShouldContain("\"stream\":true");
        _requests.Last().Headers["Authorization"].ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        _requests.Last().Headers["Accept"].ShouldBe("text/event-stream");
    }

    [Fact]
    public async Task ReplicateThatFailsMidStream_EndsWithAnError()
    {
        _answer = request => request.Method is "POST"
            ? Ok("application/json", $$$"""{"id":"p","status":"starting","urls":{"stream":"{{{_upstream.BaseAddress}}}stream/p"}}""")
            : Ok("text/event-stream", "event: output\ndata: Hello\n\nevent: error\ndata: out of memory\n\nevent: done\ndata: {\"reason\":\"error\"}\n\n");
        var answer = await _gateway.StreamAsync("replicate");
        answer.Body.ShouldContain("out of memory");
        answer.Events[^1].ShouldNotBe(Answer.Done);
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

    private static byte[] Ok(string type, string body) => Bytes("HTTP/1.1 200 OK", type, body);

    private static byte[] Bytes(string head, string type, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return
        [
            .. Encoding.ASCII.GetBytes($"{head}\r\nContent-Type: {type}\r\nContent-Length: {bytes.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"),
            .. bytes,
        ];
    }
}
