using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Tests.Loopback.Messages;

/// <summary>An upstream that speaks Anthropic's dialect.</summary>
internal sealed class FakeClaude : IAsyncDisposable
{
    public const string Answer = """{"id":"msg_9","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Grüße"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":4,"cache_read_input_tokens":6,"output_tokens":3}}""";

    public const string Stream = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_9","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":4,"cache_read_input_tokens":6,"output_tokens":1}}}

        event: ping
        data: {"type":"ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Grüße"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private readonly WebApplication _app;

    private FakeClaude(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>Status of the answers to come and the body of those that are errors.</summary>
    public (int Status, string Body)? Failure { get; set; }

    /// <summary>Streams end behind their text, without a word of it.</summary>
    public bool EndsEarly { get; set; }

    public JsonElement LastBody { get; private set; }

    public string LastPath { get; private set; } = "";

    public Dictionary<string, string> LastHeaders { get; private set; } = [];

    public static async Task<FakeClaude> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeClaude(app);
        app.MapPost("/v1/messages", fake.ServeAsync);
        app.MapPost("/v1/messages/count_tokens", fake.ServeAsync);
        await app.StartAsync(GatewayFixture.Token);
        fake.Address = app.Urls.Single();
        return fake;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        LastBody = document.RootElement.Clone();
        LastPath = http.Request.Path;
        LastHeaders = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        http.Response.Headers["request-id"] = "req_1";
        http.Response.Headers["anthropic-ratelimit-requests-remaining"] = "7";
        var streams = LastBody.TryGetProperty("stream", out var stream) && stream.GetBoolean();
        var body = Failure is { } failure ? failure.Body
            : LastPath.EndsWith("count_tokens", StringComparison.Ordinal) ? """{"input_tokens":42}"""
            : !streams ? Answer
            : (EndsEarly ? Stream[..Stream.IndexOf("event: content_block_stop", StringComparison.Ordinal)] : Stream).ReplaceLineEndings("\n");
        http.Response.StatusCode = Failure?.Status ?? 200;
        http.Response.ContentType = streams && Failure is null ? "text/event-stream" : "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), http.RequestAborted);
    }
}
