using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tollgate.Tests.PassThrough;

/// <summary>What reached the fake.</summary>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Everything of it as one text: what must not hold a secret.</summary>
    public string Everything => $"{Method} {Target}\n{string.Join('\n', Headers.Select(header => $"{header.Key}: {header.Value}"))}\n{System.Text.Encoding.UTF8.GetString(Body)}";

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>An API of anybody's: notes what comes, answers what the test says.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<SeenRequest> _seen = [];

    private FakeApi(Func<HttpContext, SeenRequest, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(async http =>
        {
            using var body = new MemoryStream();
            if (!http.WebSockets.IsWebSocketRequest && http.Request.Headers["x-unread"].Count == 0)
            {
                await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            }

            var target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            var seen = new SeenRequest(
                http.Request.Method, target, http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray());
            lock (_seen)
            {
                _seen.Add(seen);
            }

            await answer(http, seen);
        });
    }

    /// <summary>Its address without a slash.</summary>
    public string Address => _app.Urls.First();

    public SeenRequest Last
    {
        get
        {
            lock (_seen)
            {
                return _seen[^1];
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_seen)
            {
                return _seen.Count;
            }
        }
    }

    public static async Task<FakeApi> StartAsync(Func<HttpContext, SeenRequest, Task> answer)
    {
        var api = new FakeApi(answer);
        await api._app.StartAsync(TestContext.Current.CancellationToken);
        return api;
    }

    /// <summary>One that answers everything with the same JSON.</summary>
    public static Task<FakeApi> StartAsync(string json, int status = 200) => StartAsync((http, _) => AnswerAsync(http, json, status));

    public static Task AnswerAsync(HttpContext http, string text, int status = 200, string type = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes).AsTask();
    }

    /// <summary>Reads a whole text message; null when the other side has closed.</summary>
    public static async Task<string?> ReceiveAsync(WebSocket socket)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, read.Count);
            if (read.EndOfMessage)
            {
                return System.Text.Encoding.UTF8.GetString(text.ToArray());
            }
        }
    }

    public static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(
        System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
