using System.Net;
using System.Text;

namespace Tollgate.Bench.Load.Upstream;

/// <summary>
/// An OpenAI-like upstream: streams with a fixed gap between chunks, a fixed answer to plain calls, and failures on request.
/// It looks for words in the body and does not parse it, so that it stays cheap beside what is measured.
/// </summary>
/// <remarks>
/// Models: <c>bench-error-500</c> and <c>bench-error-429</c> answer that status; <c>bench-error-cut</c> sends half a stream
/// (or half an answer) and resets the connection; everything else is answered well.
/// </remarks>
internal sealed class StreamingUpstream(TimeSpan gap, int chunks)
{
    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();
    private static readonly byte[] Usage = Event("[]", ""","usage":{"prompt_tokens":20,"completion_tokens":200,"total_tokens":220}""");
    private static readonly byte[] Finish = Event("""[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]""");
    private static readonly byte[] Content = Event(
        """[{"index":0,"delta":{"role":"assistant","content":" and then"},"logprobs":null,"finish_reason":null}]""");

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
            var isStream = body.AsSpan().IndexOf("\"stream\":true"u8) >= 0;
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
        http.Response.ContentType = "text/event-stream";
        using var timer = new PeriodicTimer(gap);
        var writer = http.Response.BodyWriter;
        var count = isCut ? chunks / 2 : chunks;
        for (var i = 0; i < count; i++)
        {
            await writer.WriteAsync(Content, http.RequestAborted);
            await timer.WaitForNextTickAsync(http.RequestAborted);
        }

        if (isCut)
        {
            http.Abort();
            return;
        }

        await writer.WriteAsync(Finish, http.RequestAborted);
        await writer.WriteAsync(Usage, http.RequestAborted);
        await writer.WriteAsync(Done, http.RequestAborted);
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

    private static byte[] Event(string choices, string tail = "") => Encoding.UTF8.GetBytes(
        "data: {\"id\":\"chatcmpl-BenchS7c1f09e2b4d8\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"
        + $"\"model\":\"bench-upstream\",\"system_fingerprint\":\"fp_bench0001\",\"choices\":{choices}{tail}}}\n\n");
}
