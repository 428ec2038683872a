using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tollgate.Tests.Loopback;
using Tollgate.Wire.Bedrock;

namespace Tollgate.Tests.PassThrough;

/// <summary>Realtime sessions over one HTTP/2 request whose two bodies are frames of an event stream.</summary>
public sealed class SonicTests
{
    private const string Usage =
        """{"event":{"usageEvent":{"details":{"delta":{"input":{"speechTokens":15,"textTokens":5},"output":{"speechTokens":8,"textTokens":2}}}}}}""";

    [Fact]
    public async Task Session_GoesBothWaysAtOnce_AndIsPaidFor()
    {
        var seen = new List<string>();
        var target = "";
        await using var api = await StartApiAsync(async http =>
        {
            target = $"{http.Request.Protocol} {http.Request.Path} {http.Request.ContentType} {http.Request.Headers.Authorization}";
            http.Response.ContentType = EventStreamSplitter.MediaType;
            await http.Response.StartAsync();
            await foreach (var message in MessagesAsync(http.Request.Body))
            {
                lock (seen)
                {
                    seen.Add(message);
                }

                if (message.Contains("\"audioInput\"", StringComparison.Ordinal))
                {
                    await SayAsync(http, """{"event":{"contentStart":{"contentId":"1","type":"AUDIO","role":"ASSISTANT"}}}""");
                    await SayAsync(http, """{"event":{"audioOutput":{"contentId":"1","content":"UklG"}}}""");
                    await SayAsync(http, Usage);
                    await SayAsync(http, """{"event":{"contentEnd":{"contentId":"1","stopReason":"END_TURN"}}}""");
                }
            }
        });
        await using var gateway = await StartAsync(api);
        using (var socket = await OpenAsync(gateway))
        {
            (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("session.created");
            await FakeApi.SendAsync(socket, """{"type":"session.update","session":{"voice":"matthew"}}""");
            (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("session.updated");
            for (var turn = 0; turn < 2; turn++)
            {
                await FakeApi.SendAsync(socket, """{"type":"input_audio_buffer.append","audio":"AAAA"}""");
                JsonElement next;
                do
                {
                    next = await NextAsync(socket);
                }
                while (next.GetProperty("type").GetString() is not "response.done");

                next.GetProperty("response").GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(30);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, GatewayFixture.Token);
        }

        var row = (await gateway.LogAsync(1))[0];
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(40);
        row["spend"]!.GetValue<double>().ShouldBe((40 * 0.001) + (20 * 0.002), 1e-9);
        target.ShouldBe($"HTTP/2 /model/amazon.nova-sonic-v1:0/invoke-with-bidirectional-stream {EventStreamSplitter.MediaType} Bearer {GatewayFixture.UpstreamKey}");
        await gateway.ShouldBeIdleAsync();
        lock (seen)
        {
            seen[0].ShouldContain("sessionStart");
            seen[^1].ShouldContain("sessionEnd");
        }
    }

    [Fact]
    public async Task ModelThatRefuses_IsAnHttpAnswer_AndOneThatFailsLaterIsHeardOf()
    {
        var refuses = true;
        await using var api = await StartApiAsync(async http =>
        {
            if (refuses)
            {
                http.Response.StatusCode = 403;
                return;
            }

            http.Response.ContentType = EventStreamSplitter.MediaType;
            await http.Response.Body.WriteAsync(EventStreamWriter.Frame(
                [.. EventStreamWriter.Header(":message-type", "exception"), .. EventStreamWriter.Header(":exception-type", "validationException")],
                "{\"message\":\"No such voice\"}"u8));
        });
        await using var gateway = await StartAsync(api);
        using var failed = new ClientWebSocket();
        failed.Options.CollectHttpResponseDetails = true;
        failed.Options.SetRequestHeader("Authorization", "Bearer " + GatewayFixture.MasterKey);
        await Should.ThrowAsync<WebSocketException>(() => failed.ConnectAsync(Address(gateway), GatewayFixture.Token));
        ((int)failed.HttpStatusCode).ShouldBe(403);

        refuses = false;
        using var socket = await OpenAsync(gateway);
        (await NextAsync(socket)).GetProperty("type").GetString().ShouldBe("session.created");
        (await NextAsync(socket)).GetProperty("error").GetProperty("message").GetString().ShouldBe("No such voice");
        (await FakeApi.ReceiveAsync(socket)).ShouldBeNull();
    }

    private static async IAsyncEnumerable<string> MessagesAsync(Stream body)
    {
        var splitter = new EventStreamSplitter();
        var buffer = new byte[256 * 1024];
        var filled = 0;
        while (true)
        {
            var found = splitter.TryRead(buffer.AsMemory(0, filled), out var consumed, out var next);
            var text = found ? Encoding.UTF8.GetString(next.Data.Span) : "";
            buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
            filled -= consumed;
            if (found)
            {
                yield return text;
                continue;
            }

            var read = await body.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                yield break;
            }

            filled += read;
        }
    }

    private static async Task SayAsync(HttpContext http, string json)
    {
        await http.Response.Body.WriteAsync(EventStreamWriter.Frame(
            [.. EventStreamWriter.Header(":event-type", "chunk"), .. EventStreamWriter.Header(":message-type", "event")],
            Encoding.ASCII.GetBytes($"{{\"bytes\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}\"}}")));
        await http.Response.Body.FlushAsync();
    }

    private static async Task<WebApplication> StartApiAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(GatewayFixture.Token);
        return app;
    }

    private static Task<GatewayFixture> StartAsync(WebApplication api) => GatewayFixture.StartAsync(new GatewaySetup
    {
        Models =
        [
            new("ok"),
            new("voice")
            {
                Provider = "bedrock", ApiBase = api.Urls.First(), UpstreamModel = "amazon.nova-sonic-v1:0",
                Params = "input_cost_per_token: 0.001, output_cost_per_token: 0.002, input_cost_per_audio_token: 0.001, output_cost_per_audio_token: 0.002",
            },
        ],
    });

    private static async Task<JsonElement> NextAsync(ClientWebSocket socket) => Relays.Parse((await FakeApi.ReceiveAsync(socket)).ShouldNotBeNull());

    private static async Task<ClientWebSocket> OpenAsync(GatewayFixture gateway)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + GatewayFixture.MasterKey);
        await socket.ConnectAsync(Address(gateway), GatewayFixture.Token);
        return socket;
    }

    private static Uri Address(GatewayFixture gateway) => new($"ws://127.0.0.1:{gateway.Http.BaseAddress!.Port}/v1/realtime?model=voice");
}
