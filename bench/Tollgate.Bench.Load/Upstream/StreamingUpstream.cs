using System.Net;
using System.Text;

namespace Tollgate.Bench.Load.Upstream;

/// <summary>
/// An upstream of every dialect that is measured: streams with a fixed gap between chunks, a fixed answer to plain calls, and failures on request.
/// It looks for words in the body and does not parse it, so that it stays cheap beside what is measured.
/// </summary>
/// <remarks>
/// Models: <c>bench-error-500</c> and <c>bench-error-429</c> answer that status; <c>bench-error-cut</c> sends half a stream
/// (or half an answer) and resets the connection; everything else is answered well.
/// </remarks>
internal sealed class StreamingUpstream(TimeSpan gap, int chunks)
{
    private readonly byte[] _answer = Encoding.UTF8.GetBytes(Payloads.Answer());

    public static async Task RunAsync(int port, TimeSpan gap, int chunks, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var upstream = new StreamingUpstream(gap, chunks);
        await using var app = builder.Build();
        app.Run(upstream.AnswerAsync);
        await app.StartAsync(cancellation);
        await app.WaitForShutdownAsync(cancellation);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        try
        {
            var body = await ReadBodyAsync(http);
            var isStream = body.AsSpan().IndexOf("\"stream\":true"u8) >= 0 || http.Request.Path.Value!.Contains("stream", StringComparison.OrdinalIgnoreCase);
            if (Wants(body, "bench-error-500"u8))
            {
                await FailAsync(http, 500, "server_error");
            }
            else if (Wants(body, "bench-error-429"u8))
            {
                http.Response.Headers.RetryAfter = "1";
                await FailAsync(http, 429, "rate_limit_error");
            }
            else if (isStream)
            {
                await StreamAsync(http, isCut: Wants(body, "bench-error-cut"u8));
            }
            else
            {
                await AnswerPlainAsync(http, isCut: Wants(body, "bench-error-cut"u8));
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left in the middle of a stream, as some do on purpose.
        }
    }

    private async Task StreamAsync(HttpContext http, bool isCut)
    {
        var script = StreamScript.Of(http.Request.Path.Value!);
        http.Response.ContentType = script.ContentType;
        using var timer = new PeriodicTimer(gap);
        var writer = http.Response.BodyWriter;
        var count = isCut ? chunks / 2 : chunks;
        if (script.Head.Length > 0)
        {
            await writer.WriteAsync(script.Head, http.RequestAborted);
        }

        for (var i = 0; i < count; i++)
        {
            await writer.WriteAsync(script.Content, http.RequestAborted);
            await timer.WaitForNextTickAsync(http.RequestAborted);
        }

        if (isCut)
        {
            http.Abort();
            return;
        }

        await writer.WriteAsync(script.Tail, http.RequestAborted);
    }

    private async Task AnswerPlainAsync(HttpContext http, bool isCut)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = _answer.Length;
        await http.Response.BodyWriter.WriteAsync(isCut ? _answer.AsMemory(0, _answer.Length / 2) : _answer, http.RequestAborted);
        if (isCut)
        {
            http.Abort();
        }
    }

    private static Task FailAsync(HttpContext http, int status, string type)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync($$$"""{"error":{"message":"asked for","type":"{{{type}}}","param":null,"code":"{{{type}}}"}}""");
    }

    private static bool Wants(byte[] body, ReadOnlySpan<byte> word) => body.AsSpan().IndexOf(word) >= 0;

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        using var buffer = new MemoryStream((int)(http.Request.ContentLength ?? 512));
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }
}
