using System.Net.WebSockets;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Realtime sessions through the gateway.</summary>
public sealed class RealtimeTests
{
    private const string Done =
        """{"type":"response.done","response":{"usage":{"total_tokens":30,"input_tokens":20,"output_tokens":10,"input_token_details":{"cached_tokens":4,"audio_tokens":6},"output_token_details":{"audio_tokens":3}}}}""";

    [Theory]
    [InlineData("openai")]
    [InlineData("azure")]
    public async Task Session_IsRelayedBothWaysAndPaidForOnce(string provider)
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api, provider);
        using var socket = await OpenAsync(gateway, "v1/realtime?model=voice&x=1", ("Authorization", "Bearer " + GatewayFixture.MasterKey), ("OpenAI-Beta", "realtime=v1"));
        (await FakeApi.ReceiveAsync(socket)).ShouldBe("""{"type":"session.created","session":{"id":"sess_1","model":"voice"}}""");
        var audio = $$"""{"type":"input_audio_buffer.append","audio":"{{new string('A', 100_000)}}"}""";
        await FakeApi.SendAsync(socket, audio);
        (await FakeApi.ReceiveAsync(socket)).ShouldBe($"{{\"type\":\"echo\",\"length\":{audio.Length}}}");
        foreach (var turn in new[] { 1, 2 })
        {
            await FakeApi.SendAsync(socket, $$"""{"type":"response.create","turn":{{turn}} }""");
            (await FakeApi.ReceiveAsync(socket)).ShouldBe(Done);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "enough", GatewayFixture.Token);
        var row = (await gateway.LogAsync(1))[0];
        row["call_type"]!.GetValue<string>().ShouldBe("_arealtime");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(40);
        row["completion_tokens"]!.GetValue<long>().ShouldBe(20);
        row["spend"]!.GetValue<double>().ShouldBe((40 * 0.001) + (20 * 0.002), 1e-9);
        row["model_group"]!.GetValue<string>().ShouldBe("voice");
        api.Last.Header(provider == "azure" ? "api-key" : "authorization").ShouldBe((provider == "azure" ? "" : "Bearer ") + GatewayFixture.UpstreamKey);
        api.Last.Header("openai-beta").ShouldBe("realtime=v1");
        api.Last.Target.ShouldBe(provider == "azure" ? "/openai/realtime?api-version=2024-10-01-preview&deployment=openai%2Fup-voice&x=1" : "/v1/realtime?model=up-voice&x=1");
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
        await gateway.ShouldBeIdleAsync();
    }

    [Theory]
    [InlineData("subprotocol")]
    [InlineData("query")]
    [InlineData("api-key")]
    public async Task Key_IsTakenFromWhereBrowsersPutIt_AndGoesNoFurther(string place)
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api, "openai");
        using var socket = new ClientWebSocket();
        if (place is "subprotocol")
        {
            socket.Options.AddSubProtocol("realtime");
            socket.Options.AddSubProtocol("openai-insecure-api-key." + GatewayFixture.MasterKey);
            socket.Options.AddSubProtocol("openai-beta.realtime-v1");
        }
        else if (place is "api-key")
        {
            socket.Options.SetRequestHeader("api-key", GatewayFixture.MasterKey);
        }

        await socket.ConnectAsync(Address(gateway, "realtime?model=voice" + (place is "query" ? "&api_key=" + GatewayFixture.MasterKey : "")), GatewayFixture.Token);
        socket.SubProtocol.ShouldBe(place is "subprotocol" ? "realtime" : null);
        (await FakeApi.ReceiveAsync(socket))!.ShouldContain("session.created");
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
        api.Last.Header("openai-beta").ShouldBe(place is "subprotocol" ? "realtime=v1" : null);
    }

    [Fact]
    public async Task WrongKey_IsClosedWithoutAWord_AndASpentBudgetIsExplained()
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api, "openai");
        using (var socket = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer sk-nobody")))
        {
            (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
            socket.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        }

        var broke = await gateway.NewKeyAsync("\"max_budget\":0");
        using (var socket = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer " + broke)))
        {
            var refusal = Relays.Parse((await FakeApi.ReceiveAsync(socket))!);
            refusal.GetProperty("type").GetString().ShouldBe("error");
            refusal.GetProperty("error").GetProperty("type").GetString().ShouldBe("budget_exceeded");
            (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
            socket.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        }

        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task ParallelSlot_IsHeldAsLongAsTheSession()
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api, "openai");
        var key = await gateway.NewKeyAsync("\"max_parallel_requests\":1");
        using var first = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer " + key));
        (await FakeApi.ReceiveAsync(first))!.ShouldContain("session.created");
        using (var second = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer " + key)))
        {
            (await FakeApi.ReceiveAsync(second))!.ShouldContain("429");
        }

        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);
        await gateway.ShouldBeIdleAsync();
        using var third = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer " + key));
        (await FakeApi.ReceiveAsync(third))!.ShouldContain("session.created");
    }

    [Fact]
    public async Task UpstreamThatRefuses_IsAnHttpAnswer_AndOneThatClosesIsHeard()
    {
        var refuse = true;
        await using var api = await FakeApi.StartAsync(async (http, _) =>
        {
            if (refuse)
            {
                http.Response.StatusCode = 403;
                return;
            }

            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync(WebSocketCloseStatus.InvalidPayloadData, "bad event", http.RequestAborted);
        });
        await using var gateway = await StartAsync(api, "openai");
        using var failed = new ClientWebSocket();
        failed.Options.CollectHttpResponseDetails = true;
        failed.Options.SetRequestHeader("Authorization", "Bearer " + GatewayFixture.MasterKey);
        await Should.ThrowAsync<WebSocketException>(() => failed.ConnectAsync(Address(gateway, "v1/realtime?model=voice"), GatewayFixture.Token));
        ((int)failed.HttpStatusCode).ShouldBe(403);

        refuse = false;
        using var socket = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer " + GatewayFixture.MasterKey));
        (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.InvalidPayloadData);
        socket.CloseStatusDescription.ShouldBe("bad event");
    }

    [Fact]
    public async Task Drain_EndsTheSession()
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api, "openai");
        using var socket = await OpenAsync(gateway, "v1/realtime?model=voice", ("Authorization", "Bearer " + GatewayFixture.MasterKey));
        (await FakeApi.ReceiveAsync(socket))!.ShouldContain("session.created");
        var drained = ((Tollgate.Hosting.InFlight)gateway.Services.GetService(typeof(Tollgate.Hosting.InFlight))!).DrainAsync();

        (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        await drained.WaitAsync(GatewayFixture.Token);
    }

    [Fact]
    public async Task PlainRequest_IsToldToBeAWebSocket()
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api, "openai");
        (await gateway.GetAsync("v1/realtime?model=voice")).ShouldBeError(400, "WebSocket");
    }

    private static async Task ServeAsync(Microsoft.AspNetCore.Http.HttpContext http, SeenRequest seen)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var model = Uri.UnescapeDataString(seen.Target.Split("model=")[^1].Split("deployment=")[^1].Split('&')[0]);
        await FakeApi.SendAsync(socket, $$$"""{"type":"session.created","session":{"id":"sess_1","model":"{{{model}}}"}}""");
        while (await FakeApi.ReceiveAsync(socket) is { } text)
        {
            await FakeApi.SendAsync(socket, text.Contains("response.create", StringComparison.Ordinal) ? Done : $"{{\"type\":\"echo\",\"length\":{text.Length}}}");
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static Task<GatewayFixture> StartAsync(FakeApi api, string provider) => GatewayFixture.StartAsync(new GatewaySetup
    {
        Models =
        [
            new("ok"),
            new("voice")
            {
                ApiBase = provider == "azure" ? api.Address : api.Address + "/v1",
                UpstreamModel = "up-voice",
                Params = (provider == "azure" ? "custom_llm_provider: azure, api_version: 2024-10-01-preview, " : "")
                    + "input_cost_per_token: 0.001, output_cost_per_token: 0.002, input_cost_per_audio_token: 0.001, output_cost_per_audio_token: 0.002, cache_read_input_token_cost: 0.001",
            },
        ],
    });

    private static async Task<ClientWebSocket> OpenAsync(GatewayFixture gateway, string path, params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        await socket.ConnectAsync(Address(gateway, path), GatewayFixture.Token);
        return socket;
    }

    private static Uri Address(GatewayFixture gateway, string path) => new($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/{path}");
}
