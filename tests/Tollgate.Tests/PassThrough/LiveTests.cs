using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Realtime sessions over providers whose events are others.</summary>
public sealed class LiveTests
{
    private const string Spoken =
        """{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"UklG"}}]},"outputTranscription":{"text":"Hello"}}}""";

    private const string Complete =
        """{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":20,"responseTokenCount":10,"totalTokenCount":30,"responseTokensDetails":[{"modality":"AUDIO","tokenCount":8}]}}""";

    private const string Prices = "input_cost_per_token: 0.001, output_cost_per_token: 0.002, output_cost_per_audio_token: 0.004";

    [Fact]
    public async Task Gemini_IsSpokenToInItsOwnWay_AndPaidFor()
    {
        var setups = new List<string>();
        await using var api = await FakeApi.StartAsync((http, _) => ServeAsync(http, setups));
        await using var gateway = await StartAsync(new TestModel("voice") { Provider = "gemini", ApiBase = api.Address, UpstreamModel = "gemini-live", Params = Prices });
        using var socket = await OpenAsync(gateway);
        (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("session.created");
        await FakeApi.SendAsync(socket, """{"type":"session.update","session":{"modalities":["audio"],"voice":"Puck"}}""");
        (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("session.updated");
        setups[0].ShouldContain("\"model\":\"models/gemini-live\"");
        await FakeApi.SendAsync(socket, """{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]}}""");
        (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("conversation.item.created");
        foreach (var turn in new[] { 1, 2 })
        {
            await FakeApi.SendAsync(socket, """{"type":"response.create"}""");
            var events = await UntilDoneAsync(socket);
            events.ShouldContain(static json => json.GetProperty("type").GetString() == "response.audio.delta" && json.GetProperty("delta").GetString() == "UklG");
            events[^1].GetProperty("response").GetProperty("usage").GetProperty("input_tokens").GetInt32().ShouldBe(20, $"turn {turn}");
        }

        await FakeApi.SendAsync(socket, "nonsense");
        (await NextAsync(socket)).GetProperty("error").GetProperty("message").GetString()!.ShouldContain("Invalid JSON");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);

        var row = (await gateway.LogAsync(1))[0];
        row["call_type"]!.GetValue<string>().ShouldBe("_arealtime");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(40);
        row["completion_tokens"]!.GetValue<long>().ShouldBe(20);
        row["spend"]!.GetValue<double>().ShouldBe((40 * 0.001) + (4 * 0.002) + (16 * 0.004), 1e-9);
        api.Last.Target.ShouldBe("/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent");
        api.Last.Header("x-goog-api-key").ShouldBe(GatewayFixture.UpstreamKey);
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
        await gateway.ShouldBeIdleAsync();
    }

    [Fact]
    public async Task Vertex_HasItsPlaceInTheModel()
    {
        var setups = new List<string>();
        await using var api = await FakeApi.StartAsync((http, _) => ServeAsync(http, setups));
        await using var gateway = await StartAsync(new TestModel("voice")
        {
            Provider = "vertex_ai",
            ApiBase = api.Address,
            UpstreamModel = "gemini-live",
            HasKey = false,
            Params = Prices + ", vertex_project: proj, vertex_location: europe-west1, extra_headers: {Authorization: 'Bearer own-token'}",
        });
        using var socket = await OpenAsync(gateway);
        (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("session.created");
        await FakeApi.SendAsync(socket, """{"type":"response.create"}""");
        (await UntilDoneAsync(socket))[^1].GetProperty("response").GetProperty("status").GetString().ShouldBe("completed");
        setups[0].ShouldContain("\"model\":\"projects/proj/locations/europe-west1/publishers/google/models/gemini-live\"");
        api.Last.Target.ShouldBe("/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent");
        api.Last.Header("authorization").ShouldBe("Bearer own-token");
    }

    [Fact]
    public async Task ProviderThatEndsTheSession_IsHeardOf()
    {
        await using var api = await FakeApi.StartAsync(async (http, _) =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await FakeApi.ReceiveAsync(socket);
            await socket.CloseAsync(WebSocketCloseStatus.InvalidPayloadData, "unknown model", http.RequestAborted);
        });
        await using var gateway = await StartAsync(new TestModel("voice") { Provider = "gemini", ApiBase = api.Address, UpstreamModel = "gemini-live" });
        using var socket = await OpenAsync(gateway);
        await NextAsync(socket);
        await FakeApi.SendAsync(socket, """{"type":"response.create"}""");
        (await NextAsync(socket)).GetProperty("error").GetProperty("message").GetString()!.ShouldContain("unknown model");
        (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.InvalidPayloadData);
    }

    [Theory]
    [InlineData("gemini")]
    [InlineData("openai")]
    public async Task Budget_IsAskedBeforeEachResponse_WithWhatTheSessionHasComeTo(string provider)
    {
        await using var api = await FakeApi.StartAsync((http, _) => provider is "gemini" ? ServeAsync(http, []) : RelayAsync(http));
        await using var gateway = await StartAsync(new TestModel("voice") { Provider = provider, ApiBase = provider is "gemini" ? api.Address : api.Address + "/v1", UpstreamModel = "up-voice", Params = Prices });
        var key = await gateway.NewKeyAsync("\"max_budget\":0.05");
        using var socket = await OpenAsync(gateway, key);
        await NextAsync(socket);
        await FakeApi.SendAsync(socket, """{"type":"response.create"}""");
        await UntilDoneAsync(socket);
        foreach (var name in new[] { "response.create", "response\\u002ecreate" })
        {
            await FakeApi.SendAsync(socket, $"{{\"type\":\"{name}\"}}");
            (await NextAsync(socket)).GetProperty("error").GetProperty("type").GetString().ShouldBe("budget_exceeded");
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);
        (await gateway.LogAsync(1))[0]["completion_tokens"]!.GetValue<long>().ShouldBe(10);
    }

    [Theory]
    [InlineData("gemini")]
    [InlineData("openai")]
    public async Task Sound_EndsTheSession_WhenNothingIsLeft(string provider)
    {
        await using var api = await FakeApi.StartAsync((http, _) => provider is "gemini" ? ServeAsync(http, []) : RelayAsync(http));
        await using var gateway = await StartAsync(new TestModel("voice") { Provider = provider, ApiBase = provider is "gemini" ? api.Address : api.Address + "/v1", UpstreamModel = "up-voice", Params = Prices });
        var key = await gateway.NewKeyAsync("\"max_budget\":0.05");
        using var socket = await OpenAsync(gateway, key);
        await NextAsync(socket);
        await FakeApi.SendAsync(socket, """{"type":"response.create"}""");
        await UntilDoneAsync(socket);
        await FakeApi.SendAsync(socket, """{"type":"input_audio_buffer.append","audio":"AAAA"}""");
        (await NextAsync(socket)).GetProperty("error").GetProperty("type").GetString().ShouldBe("budget_exceeded");
        (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        (await gateway.LogAsync(1))[0]["completion_tokens"]!.GetValue<long>().ShouldBe(10);
    }

    [Theory]
    [InlineData("v1/realtime/client_secrets", """{"session":{"type":"realtime","model":"voice"}}""")]
    [InlineData("v1/realtime/sessions", """{"model":"voice"}""")]
    public async Task Token_IsHandedOut_WithoutTheProvider(string path, string body)
    {
        await using var api = await FakeApi.StartAsync((http, _) => ServeAsync(http, []));
        await using var gateway = await StartAsync(new TestModel("voice") { Provider = "gemini", ApiBase = api.Address, UpstreamModel = "gemini-live", Params = Prices });
        var key = await gateway.NewKeyAsync();
        var answer = await gateway.PostAsync(path, body, ("Authorization", "Bearer " + key));
        answer.Status.ShouldBe(200, answer.Body);
        api.Count.ShouldBe(0);
        var secret = path.EndsWith("sessions", StringComparison.Ordinal) ? answer.Json.GetProperty("client_secret") : answer.Json;
        secret.GetProperty("expires_at").GetInt64().ShouldBeGreaterThan(0);
        using var socket = await OpenAsync(gateway, secret.GetProperty("value").GetString());
        (await NextAsync(socket)).GetProperty("session").GetProperty("model").GetString().ShouldBe("voice");
        using var offer = new StringContent("v=0 offer", Encoding.UTF8, "application/sdp");
        using var call = await gateway.SendAsync(
            HttpMethod.Post, "v1/realtime/calls", offer, ("Authorization", "Bearer " + secret.GetProperty("value").GetString()));
        ((int)call.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task BlockedKey_GetsNoFurtherResponse()
    {
        await using var api = await FakeApi.StartAsync((http, _) => RelayAsync(http));
        await using var gateway = await StartAsync(new TestModel("voice") { ApiBase = api.Address + "/v1", UpstreamModel = "up-voice", Params = Prices });
        var key = await gateway.NewKeyAsync();
        using var socket = await OpenAsync(gateway, key);
        await NextAsync(socket);
        (await gateway.PostAsync("key/block", $$"""{"key":"{{key}}"}""")).Status.ShouldBe(200);
        await FakeApi.SendAsync(socket, """{"type":"response.create"}""");
        (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("error");
    }

    [Theory]
    [InlineData("vertex_ai/live", "gemini-live-2.5-flash-preview-native-audio-09-2025")]
    [InlineData("v1/vertex-ai/live", "our-live")]
    public async Task Live_IsRelayedAsItIs_AndPaidFor(string path, string model)
    {
        var setups = new List<string>();
        await using var api = await FakeApi.StartAsync((http, _) => ServeAsync(http, setups));
        await using var gateway = await StartAsync(new TestModel("our-live")
        {
            Provider = "vertex_ai",
            ApiBase = api.Address,
            UpstreamModel = "gemini-live-2.5-flash-preview-native-audio-09-2025",
            HasKey = false,
            Params = "use_in_pass_through: true, vertex_project: proj, extra_headers: {Authorization: 'Bearer own-token'}",
        });
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + GatewayFixture.MasterKey);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/{path}?project_id=proj&location=us-central1"), GatewayFixture.Token);
        await FakeApi.SendAsync(socket, $$"""{"setup":{"model":"projects/proj/locations/us-central1/publishers/google/models/{{model}}"} }""");
        (await NextAsync(socket)).TryGetProperty("setupComplete", out _).ShouldBeTrue();
        setups[0].ShouldContain("publishers/google/models/gemini-live-2.5-flash-preview-native-audio-09-2025");
        await FakeApi.SendAsync(socket, """{"clientContent":{"turnComplete":true}}""");
        (await FakeApi.ReceiveAsync(socket)).ShouldBe(Spoken);
        (await FakeApi.ReceiveAsync(socket)).ShouldBe(Complete);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);
        var row = (await gateway.LogAsync(1))[0];
        row["call_type"]!.GetValue<string>().ShouldBe("_arealtime");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(20);
        row["completion_tokens"]!.GetValue<long>().ShouldBe(10);
        row["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
        api.Last.Target.ShouldBe("/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent");
        api.Last.Header("authorization").ShouldBe("Bearer own-token");
        await gateway.ShouldBeIdleAsync();
    }

    [Fact]
    public async Task Live_ThatMayNotBe_IsRefusedBeforeTheProviderHearsOfIt()
    {
        await using var api = await FakeApi.StartAsync((http, _) => ServeAsync(http, []));
        await using var gateway = await StartAsync(new TestModel("our-live") { Provider = "vertex_ai", ApiBase = api.Address, HasKey = false, Params = "use_in_pass_through: true, vertex_project: proj, extra_headers: {Authorization: 'Bearer own-token'}" });
        var address = new Uri($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/vertex_ai/live");
        foreach (var (members, setup, expected) in new[]
        {
            ("\"max_budget\":0", """{"setup":{"model":"publishers/google/models/gemini-live-2.5-flash-preview-native-audio-09-2025"}}""", "budget_exceeded"),
            ("\"models\":[\"ok\"]", """{"setup":{"model":"publishers/google/models/gemini-live-2.5-flash-preview-native-audio-09-2025"}}""", "key_model_access_denied"),
            ("", "nonsense", "invalid_request_error"),
        })
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", "Bearer " + await gateway.NewKeyAsync(members));
            await socket.ConnectAsync(address, GatewayFixture.Token);
            await FakeApi.SendAsync(socket, setup);
            (await NextAsync(socket)).GetProperty("error").GetProperty("type").GetString().ShouldBe(expected);
            (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
            socket.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        }

        using (var stranger = new ClientWebSocket())
        {
            stranger.Options.SetRequestHeader("Authorization", "Bearer sk-nobody");
            await stranger.ConnectAsync(address, GatewayFixture.Token);
            (await FakeApi.ReceiveAsync(stranger)).ShouldBeNull();
            stranger.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        }

        api.Count.ShouldBe(0);
        (await gateway.GetAsync("vertex_ai/live")).ShouldBeError(400, "WebSocket");
    }

    private static Task<GatewayFixture> StartAsync(TestModel voice) => GatewayFixture.StartAsync(new GatewaySetup { Models = [new("ok"), voice] });

    private static async Task ServeAsync(Microsoft.AspNetCore.Http.HttpContext http, List<string> setups)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        while (await FakeApi.ReceiveAsync(socket) is { } text)
        {
            if (text.Contains("\"setup\"", StringComparison.Ordinal))
            {
                setups.Add(text);
                await SendAsync(socket, """{"setupComplete":{}}""");
            }
            else if (text.Contains("turnComplete", StringComparison.Ordinal))
            {
                await SendAsync(socket, Spoken);
                await SendAsync(socket, Complete);
            }
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async Task RelayAsync(Microsoft.AspNetCore.Http.HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await FakeApi.SendAsync(socket, """{"type":"session.created","session":{"id":"sess_1","model":"up-voice"}}""");
        while (await FakeApi.ReceiveAsync(socket) is not null)
        {
            await FakeApi.SendAsync(socket, """{"type":"response.done","response":{"usage":{"total_tokens":60,"input_tokens":50,"output_tokens":10}}}""");
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    /// <summary>As Google does it: JSON in a binary frame.</summary>
    private static Task SendAsync(WebSocket socket, string json)
        => socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Binary, endOfMessage: true, GatewayFixture.Token);

    private static async Task<JsonElement> NextAsync(ClientWebSocket socket) => Relays.Parse((await FakeApi.ReceiveAsync(socket)).ShouldNotBeNull());

    private static async Task<List<JsonElement>> UntilDoneAsync(ClientWebSocket socket)
    {
        var events = new List<JsonElement>();
        do
        {
            events.Add(await NextAsync(socket));
        }
        while (events[^1].GetProperty("type").GetString() is not ("response.done" or "error"));

        return events;
    }

    private static async Task<ClientWebSocket> OpenAsync(GatewayFixture gateway, string? key = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + (key ?? GatewayFixture.MasterKey));
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/v1/realtime?model=voice"), GatewayFixture.Token);
        return socket;
    }
}
