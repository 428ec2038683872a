using System.Net.Http.Headers;
using System.Text;

namespace Tollgate.Mock.Tests;

public sealed class RawScriptServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SegmentsOfAnAnswer_ReachTheClientAndTheConnectionGoesOn()
    {
        await using var server = await RawScriptServer.StartAsync(Answer, Token);
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        (await client.GetStringAsync("a?b", Token)).ShouldBe("GET /a?b 1/1 ");
        using var content = new StringContent("body");
        using var response = await client.PostAsync("c", content, Token);
        (await response.Content.ReadAsStringAsync(Token)).ShouldBe("POST /c 1/2 body");
        server.Connections.ShouldBe(1);
        server.Requests.ShouldBe(2);

        static async IAsyncEnumerable<RawStep> Answer(RawRequest request)
        {
            await Task.Yield();
            var body = $"{request.Method} {request.Target} {request.Connection}/{request.Number} {request.BodyText}";
            yield return RawStep.Send("HTTP/1.1 200");
            yield return RawStep.Send($" OK\r\nContent-Length: {body.Length}\r\n\r\n");
            yield return RawStep.Send(Encoding.UTF8.GetBytes(body));
        }
    }

    [Fact]
    public async Task ChunkedRequest_IsDecoded()
    {
        await using var server = await RawScriptServer.StartAsync(Answer, Token);
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        var sent = new string('x', 40_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "c") { Content = new StringContent(sent) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        using var response = await client.SendAsync(request, Token);
        (await response.Content.ReadAsStringAsync(Token)).ShouldBe("40000 no-store");

        static async IAsyncEnumerable<RawStep> Answer(RawRequest request)
        {
            await Task.Yield();
            yield return RawStep.Send(
                $"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{request.Body.Length} {request.Headers["cache-control"]}");
            yield return RawStep.Close;
        }
    }

    [Fact]
    public async Task CloseAndReset_FailTheRequest()
    {
        await using var server = await RawScriptServer.StartAsync(Answer, Token);
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        var closed = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("close", Token));
        closed.HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
        await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("reset", Token));

        static async IAsyncEnumerable<RawStep> Answer(RawRequest request)
        {
            await Task.Yield();
            yield return RawStep.Send("HTTP/1.1 2");
            yield return request.Target == "/close" ? RawStep.Close : RawStep.Reset;
        }
    }

    [Fact]
    public async Task Stall_GoesOnWhenTheClientLeaves()
    {
        var stalled = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var server = await RawScriptServer.StartAsync(Answer, Token);
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        using var leaving = new CancellationTokenSource();
        var request = client.GetAsync("stall", leaving.Token);
        await stalled.Task.WaitAsync(Token);
        await leaving.CancelAsync();
        await left.Task.WaitAsync(Token);
        await Should.ThrowAsync<OperationCanceledException>(() => request);

        async IAsyncEnumerable<RawStep> Answer(RawRequest request)
        {
            await Task.Yield();
            stalled.SetResult();
            yield return RawStep.Stall;
            left.SetResult();
        }
    }

    [Fact]
    public async Task DisposeDuringAStall_Ends()
    {
        var stalled = new TaskCompletionSource();
        var server = await RawScriptServer.StartAsync(Answer, Token);
        using var client = new HttpClient { BaseAddress = server.BaseAddress };
        var request = client.GetAsync("stall", Token);
        await stalled.Task.WaitAsync(Token);
        await server.DisposeAsync();
        await Should.ThrowAsync<HttpRequestException>(() => request);

        async IAsyncEnumerable<RawStep> Answer(RawRequest request)
        {
            await Task.Yield();
            stalled.SetResult();
            yield return RawStep.Stall;
        }
    }
}
