using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Tests.Loopback;

/// <summary>An upstream that speaks Google's dialect, on a free port.</summary>
internal sealed class GoogleUpstream : IAsyncDisposable
{
    public const string Hello =
        """{"candidates":[{"content":{"parts":[{"text":"Hello "}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7},"modelVersion":"gemini-2.5-flash-001","responseId":"r1"}""";

    public const string Call =
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":3,"thoughtsTokenCount":2,"totalTokenCount":12},"modelVersion":"gemini-2.5-flash-001","responseId":"r1"}""";

    private readonly WebApplication _app;

    private GoogleUpstream(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public ConcurrentQueue<(string Path, string Key, string Body)> Requests { get; } = new();

    /// <summary>What is answered instead of an answer.</summary>
    public (int Status, string Body)? Failure { get; set; }

    public static async Task<GoogleUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var upstream = new GoogleUpstream(app);
        app.MapPost("/{**rest}", upstream.AnswerAsync);
        await app.StartAsync(GatewayFixture.Token);
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var path = http.Request.Path + http.Request.QueryString;
        Requests.Enqueue((path, http.Request.Headers["x-goog-api-key"].ToString(), await reader.ReadToEndAsync()));
        if (Failure is { } failure)
        {
            http.Response.StatusCode = failure.Status;
            await SendAsync(http, "application/json", failure.Body);
            return;
        }

        if (path.Contains(":batchEmbedContents", StringComparison.Ordinal))
        {
            await SendAsync(http, "application/json", """{"embeddings":[{"values":[0.5,1]},{"values":[2,3]}]}""");
            return;
        }

        var isStream = path.EndsWith(":streamGenerateContent?alt=sse", StringComparison.Ordinal);
        await (isStream ? SendAsync(http, "text/event-stream", $"data: {Hello}\r\n\r\ndata: {Call}\r\n\r\n") : SendAsync(http, "application/json", Call));
    }

    private static Task SendAsync(HttpContext http, string type, string body)
    {
        http.Response.ContentType = type;
        return http.Response.WriteAsync(body);
    }
}
