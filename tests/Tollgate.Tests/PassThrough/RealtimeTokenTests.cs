using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Short-lived tokens for realtime sessions.</summary>
public sealed class RealtimeTokenTests
{
    private const string Far = "4102444800";

    [Theory]
    [InlineData("v1/realtime/client_secrets", """{"session":{"type":"realtime","model":"voice"}}""", """{"session":{"type":"realtime","model":"up-voice"}}""")]
    [InlineData("v1/realtime/sessions", """{"model":"voice","voice":"alloy"}""", """{"model":"up-voice","voice":"alloy"}""")]
    public async Task Token_IsTheGatewaysAndOpensASessionAsTheKeyThatMadeIt(string path, string body, string sent)
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api);
        var key = await gateway.NewKeyAsync();
        var answer = await gateway.PostAsync(path, body, ("Authorization", "Bearer " + key));
        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldNotContain("ek_upstream");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(sent);
        api.Last.Target.ShouldBe("/" + path);
        api.Last.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        var token = (path.EndsWith("sessions", StringComparison.Ordinal) ? answer.Json.GetProperty("client_secret") : answer.Json)
            .GetProperty("value").GetString()!;

        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.AddSubProtocol("openai-insecure-api-key." + token);
        await socket.ConnectAsync(Address(gateway, "v1/realtime"), GatewayFixture.Token);
        (await FakeApi.ReceiveAsync(socket))!.ShouldContain("session.created");
        api.Last.Target.ShouldBe("/v1/realtime?model=up-voice");
        api.Last.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        api.Last.Everything.ShouldNotContain(token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);
        (await gateway.LogAsync(2)).ShouldAllBe(row => row["api_key"]!.GetValue<string>() == Engine.Keys.KeyHash.Of(key).ToHex());
    }

    [Fact]
    public async Task Call_GoesOnWithTheProvidersToken()
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api);
        var key = await gateway.NewKeyAsync();
        var token = (await gateway.PostAsync("v1/realtime/client_secrets", """{"session":{"model":"voice"}}""", ("Authorization", "Bearer " + key)))
            .Json.GetProperty("value").GetString()!;
        using var offer = new StringContent("v=0 offer", Encoding.UTF8, "application/sdp");
        using var answer = await gateway.SendAsync(HttpMethod.Post, "v1/realtime/calls", offer, ("Authorization", "Bearer " + token));

        ((int)answer.StatusCode).ShouldBe(201);
        (await answer.Content.ReadAsStringAsync(GatewayFixture.Token)).ShouldBe("v=0 answer");
        api.Last.Target.ShouldBe("/v1/realtime/calls");
        api.Last.Header("authorization").ShouldBe("Bearer ek_upstream");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("v=0 offer");
        api.Last.Everything.ShouldNotContain(GatewayFixture.UpstreamKey);
    }

    [Fact]
    public async Task TokenThatIsNone_IsExpired_OrWhoseKeyIsBlocked_OpensNothing()
    {
        var expires = "1";
        await using var api = await FakeApi.StartAsync((http, seen) => ServeAsync(http, expires));
        await using var gateway = await StartAsync(api);
        var key = await gateway.NewKeyAsync();
        var expired = await TokenAsync();
        expires = Far;
        var blocked = await TokenAsync();
        await gateway.PostAsync("key/block", $$"""{"key":"{{key}}"}""");
        var seen = api.Count;
        foreach (var token in new[] { expired, blocked, blocked[..^4] + "AAAA", "ek_tg_AAAA", GatewayFixture.MasterKey })
        {
            using var offer = new StringContent("v=0", Encoding.UTF8, "application/sdp");
            using var answer = await gateway.SendAsync(HttpMethod.Post, "v1/realtime/calls", offer, ("Authorization", "Bearer " + token));
            ((int)answer.StatusCode).ShouldBe(401, await answer.Content.ReadAsStringAsync(GatewayFixture.Token));
        }

        // A token opens sessions, nothing else.
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", "Bearer " + blocked))).Status.ShouldBe(401);
        api.Count.ShouldBe(seen);

        async Task<string> TokenAsync() => (await gateway.PostAsync(
            "v1/realtime/client_secrets", """{"session":{"model":"voice"}}""", ("Authorization", "Bearer " + key))).Json.GetProperty("value").GetString()!;
    }

    [Theory]
    [InlineData("""{"session":{}}""", "Missing required parameter")]
    [InlineData("""{"session":{"model":"nothing"}}""", "Invalid model name")]
    public async Task TokenOfNoModel_IsRefused(string body, string message)
    {
        await using var api = await FakeApi.StartAsync(ServeAsync);
        await using var gateway = await StartAsync(api);
        (await gateway.PostAsync("v1/realtime/client_secrets", body)).ShouldBeError(400, message, "model");
        var key = await gateway.NewKeyAsync("\"models\":[\"ok\"]");
        (await gateway.PostAsync("v1/realtime/sessions", """{"model":"voice"}""", ("Authorization", "Bearer " + key))).Status.ShouldBe(401);
        api.Count.ShouldBe(0);
    }

    private static Task ServeAsync(HttpContext http, SeenRequest seen) => ServeAsync(http, Far);

    private static async Task ServeAsync(HttpContext http, string expires)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await FakeApi.SendAsync(socket, """{"type":"session.created","session":{"id":"sess_1","model":"up-voice"}}""");
            while (await FakeApi.ReceiveAsync(socket) is not null)
            {
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            return;
        }

        var secret = $$"""{"value":"ek_upstream","expires_at":{{expires}} }""";
        await (http.Request.Path.Value!.Split('/')[^1] switch
        {
            "calls" => FakeApi.AnswerAsync(http, "v=0 answer", 201, "application/sdp"),
            "sessions" => FakeApi.AnswerAsync(http, $$"""{"id":"sess_1","model":"up-voice","client_secret":{{secret}} }"""),
            _ => FakeApi.AnswerAsync(http, secret[..^1] + ""","session":{"model":"up-voice"}}"""),
        });
    }

    private static Task<GatewayFixture> StartAsync(FakeApi api) => GatewayFixture.StartAsync(
        new TestModel("ok"), new TestModel("voice") { ApiBase = api.Address + "/v1", UpstreamModel = "up-voice" });

    private static Uri Address(GatewayFixture gateway, string path) => new($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/{path}");
}
