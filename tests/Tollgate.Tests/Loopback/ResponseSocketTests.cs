using System.Net.WebSockets;
using System.Text.Json;
using Tollgate.Mock;
using Tollgate.Tests.PassThrough;

namespace Tollgate.Tests.Loopback;

/// <summary>The Responses dialect over a WebSocket: each turn is a call of its own.</summary>
public sealed class ResponseSocketTests
{
    [Fact]
    public async Task Turns_GoOnFromEachOther_AndAreEachPaidFor()
    {
        await using var gateway = await StartAsync();
        using var socket = await OpenAsync(gateway, "v1/responses");
        var first = await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"Hello","background":true}""");
        first[0].GetProperty("type").GetString().ShouldBe("response.created");
        first.Select(static frame => frame.GetProperty("sequence_number").GetInt32()).ShouldBe(Enumerable.Range(0, first.Count));
        var last = first[^1];
        last.GetProperty("type").GetString().ShouldBe("response.completed");
        last.GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe(GatewayFixture.Text);
        Sent(gateway).GetProperty("stream").GetBoolean().ShouldBeTrue();
        Sent(gateway).TryGetProperty("background", out _).ShouldBeFalse();
        Sent(gateway).TryGetProperty("type", out _).ShouldBeFalse();

        var second = await TurnAsync(socket, $$"""{"type":"response.create","model":"ok","input":"And?","previous_response_id":"{{IdOf(first)}}"}""");
        second[^1].GetProperty("type").GetString().ShouldBe("response.completed");
        Sent(gateway).GetProperty("messages").GetArrayLength().ShouldBe(3);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);

        var rows = await gateway.LogAsync(2);
        rows.Count.ShouldBe(2);
        foreach (var row in rows)
        {
            row["call_type"]!.GetValue<string>().ShouldBe("aresponses");
            row["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
        }

        (await gateway.GetAsync("v1/responses/" + IdOf(second))).Status.ShouldBe(200);
        await gateway.ShouldBeIdleAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnstoredAnswer_IsGoneOnFrom_AsLongAsTheSocketIsOpen(bool isChat)
    {
        await using var gateway = isChat ? await StartAsync() : await StartNativeAsync();
        using var socket = await OpenAsync(gateway, "responses?model=ok");
        var first = await TurnAsync(socket, """{"type":"response.create","store":false,"input":[{"role":"user","content":"Hello"}]}""");
        var next = $$"""{"type":"response.create","store":false,"input":"And?","previous_response_id":"{{IdOf(first)}}"}""";
        var second = await TurnAsync(socket, next);
        second[^1].GetProperty("type").GetString().ShouldBe("response.completed");
        Items(gateway, isChat).ShouldBe(3);
        Sent(gateway).TryGetProperty("previous_response_id", out _).ShouldBeFalse();
        await TurnAsync(socket, next.Replace(IdOf(first), IdOf(second), StringComparison.Ordinal));
        Items(gateway, isChat).ShouldBe(5);

        // Not on another socket.
        using var other = await OpenAsync(gateway, "responses?model=ok");
        await TurnAsync(other, next);
        Items(gateway, isChat).ShouldBe(1);
    }

    [Fact]
    public async Task UnstoredAnswers_GoOnFromAStoredOne()
    {
        await using var gateway = await StartAsync();
        using var socket = await OpenAsync(gateway, "responses?model=ok");
        var id = IdOf(await TurnAsync(socket, """{"type":"response.create","input":"Hello"}"""));
        foreach (var expected in new[] { 3, 5, 7 })
        {
            id = IdOf(await TurnAsync(socket, $$"""{"type":"response.create","store":false,"input":"And?","previous_response_id":"{{id}}"}"""));
            Items(gateway, isChat: true).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task WarmUp_ProducesNothing_AndIsGoneOnFrom()
    {
        await using var gateway = await StartAsync();
        using var socket = await OpenAsync(gateway, "v1/responses");
        var warm = await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"You are a parrot.","generate":false}""");
        warm.Select(static frame => frame.GetProperty("type").GetString()).ShouldBe(["response.created", "response.completed"]);
        warm[1].GetProperty("response").GetProperty("output").GetArrayLength().ShouldBe(0);
        gateway.Upstream.Requests.Count.ShouldBe(0);
        await TurnAsync(socket, $$"""{"type":"response.create","model":"ok","input":"Hello","previous_response_id":"{{IdOf(warm)}}"}""");
        Sent(gateway).GetProperty("messages").GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData("nonsense", "Invalid JSON payload", 400)]
    [InlineData("[]", "must be a JSON object", 400)]
    [InlineData("{}", "'type'", 400)]
    [InlineData("""{"type":"session.update"}""", "response.create", 400)]
    [InlineData("""{"type":"response.create","input":"Hello"}""", "'model'", 400)]
    [InlineData("""{"type":"response.create","model":"ok"}""", "'input'", 400)]
    [InlineData("""{"type":"response.create","model":"ok","input":7}""", "input", 400)]
    [InlineData("""{"type":"response.create","model":"nobody","input":"Hello"}""", "nobody", 400)]
    [InlineData("""{"type":"response.create","generate":false,"input":"Hello"}""", "'model'", 400)]
    public async Task BadFrame_IsAnErrorEvent_AndTheSocketStaysOpen(string frame, string expected, int status)
    {
        await using var gateway = await StartAsync();
        using var socket = await OpenAsync(gateway, "v1/responses");
        var error = (await TurnAsync(socket, frame)).ShouldHaveSingleItem();
        error.GetProperty("type").GetString().ShouldBe("error");
        error.GetProperty("status").GetInt32().ShouldBe(status);
        error.GetProperty("error").GetProperty("message").GetString()!.ShouldContain(expected);
        (await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"Hello"}"""))[^1].GetProperty("type").GetString().ShouldBe("response.completed");
    }

    [Fact]
    public async Task Budget_IsAskedForEachTurn()
    {
        await using var gateway = await StartAsync();
        var key = await gateway.NewKeyAsync("\"max_budget\":0.001");
        using var socket = await OpenAsync(gateway, "v1/responses", ("Authorization", "Bearer " + key));
        (await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"Hello"}"""))[^1].GetProperty("type").GetString().ShouldBe("response.completed");
        var refusal = (await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"More","event_id":"e1"}""")).ShouldHaveSingleItem();
        refusal.GetProperty("error").GetProperty("type").GetString().ShouldBe("budget_exceeded");
        refusal.GetProperty("event_id").GetString().ShouldBe("e1");
        gateway.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task UpstreamError_IsAnErrorEvent()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new TestModel("ok") { Params = "use_chat_completions_api: true" }],
            Upstream = new MockServerOptions
            {
                Script = static async (http, _) =>
                {
                    http.Response.StatusCode = 429;
                    http.Response.ContentType = "application/json";
                    await http.Response.Body.WriteAsync("""{"error":{"message":"Slow down","type":"rate_limit_error"}}"""u8.ToArray());
                    return true;
                },
            },
        });
        using var socket = await OpenAsync(gateway, "v1/responses");
        var error = (await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"Hello"}""")).ShouldHaveSingleItem();
        error.GetProperty("status").GetInt32().ShouldBe(429);
        error.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("Slow down");
    }

    [Fact]
    public async Task Stranger_IsClosedWithoutAWord_AndABrowsersKeyIsFound()
    {
        await using var gateway = await StartAsync();
        using (var stranger = await OpenAsync(gateway, "v1/responses", ("Authorization", "Bearer sk-nobody")))
        {
            (await FakeApi.ReceiveAsync(stranger)).ShouldBeNull();
            stranger.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        }

        using var browser = new ClientWebSocket();
        browser.Options.AddSubProtocol("realtime");
        browser.Options.AddSubProtocol("openai-insecure-api-key." + GatewayFixture.MasterKey);
        await browser.ConnectAsync(Address(gateway, "v1/responses"), GatewayFixture.Token);
        (await TurnAsync(browser, """{"type":"response.create","model":"ok","input":"Hello"}"""))[^1].GetProperty("type").GetString().ShouldBe("response.completed");
        (await gateway.GetAsync("v1/responses")).ShouldBeError(400, "WebSocket");
    }

    [Fact]
    public async Task Drain_ClosesTheSocket()
    {
        await using var gateway = await StartAsync();
        using var socket = await OpenAsync(gateway, "v1/responses");
        await TurnAsync(socket, """{"type":"response.create","model":"ok","input":"Hello"}""");
        var drained = ((Tollgate.Hosting.InFlight)gateway.Services.GetService(typeof(Tollgate.Hosting.InFlight))!).DrainAsync();
        (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        await drained.WaitAsync(GatewayFixture.Token);
    }

    private static Task<GatewayFixture> StartAsync() => GatewayFixture.StartAsync(
        new TestModel("ok") { Params = "use_chat_completions_api: true, input_cost_per_token: 0.001, output_cost_per_token: 0.002" });

    private static Task<GatewayFixture> StartNativeAsync() => GatewayFixture.StartAsync(new GatewaySetup
    {
        Upstream = new MockServerOptions
        {
            Script = static async (http, _) =>
            {
                var id = "resp_up" + Guid.NewGuid().ToString("N");
                const string message = """{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]}""";
                http.Response.ContentType = "text/event-stream";
                string[] events =
                [
                    $$"""{"type":"response.created","sequence_number":0,"response":{"id":"{{id}}","status":"in_progress","model":"up-model","output":[]} }""",
                    """{"type":"response.output_text.delta","sequence_number":1,"output_index":0,"content_index":0,"item_id":"msg_1","delta":"Hi"}""",
                    $$"""{"type":"response.completed","sequence_number":2,"response":{"id":"{{id}}","status":"completed","model":"up-model","output":[{"type":"reasoning","id":"rs_1","summary":[]},{{message}}],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5} } }""",
                ];
                foreach (var json in events)
                {
                    await http.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"event: x\ndata: {json}\n\n"));
                }

                return true;
            },
        },
    });

    private static JsonElement Sent(GatewayFixture gateway) => JsonDocument.Parse(gateway.LastUpstreamRequest.BodyText).RootElement;

    private static int Items(GatewayFixture gateway, bool isChat) => Sent(gateway).GetProperty(isChat ? "messages" : "input") is { ValueKind: JsonValueKind.Array } items
        ? items.GetArrayLength() : 1;

    private static string IdOf(List<JsonElement> turn) => turn[^1].GetProperty("response").GetProperty("id").GetString()!;

    /// <summary>Sends a frame and reads up to the end of its turn.</summary>
    private static async Task<List<JsonElement>> TurnAsync(ClientWebSocket socket, string frame)
    {
        await FakeApi.SendAsync(socket, frame);
        var events = new List<JsonElement>();
        while (true)
        {
            var next = Relays.Parse((await FakeApi.ReceiveAsync(socket)).ShouldNotBeNull());
            events.Add(next);
            if (next.GetProperty("type").GetString() is "response.completed" or "response.incomplete" or "response.failed" or "error")
            {
                return events;
            }
        }
    }

    private static async Task<ClientWebSocket> OpenAsync(GatewayFixture gateway, string path, params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in headers.Length > 0 ? headers : [("Authorization", "Bearer " + GatewayFixture.MasterKey)])
        {
            socket.Options.SetRequestHeader(name, value);
        }

        await socket.ConnectAsync(Address(gateway, path), GatewayFixture.Token);
        return socket;
    }

    private static Uri Address(GatewayFixture gateway, string path) => new($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/{path}");
}
