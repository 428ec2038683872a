using System.Text;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Streams event by event, and clients that leave.</summary>
public sealed class ClientLeavesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task LeavingMidStream_CancelsTheUpstreamWhereThatIsThePolicy()
    {
        await using var gateway = await GatewayFixture.StartAsync(Cancelling(new TestModel("stall", (MockHeaders.Stall, "after-chunks:3"))));
        using (var response = await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("stall", ",\"stream\":true")))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(GatewayFixture.Token));
            (await NextDataAsync(reader)).ShouldNotBeNull();
        }

        (await gateway.LastUpstreamRequest.Aborted.WaitAsync(Patience, GatewayFixture.Token)).ShouldBeTrue();
        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LeavingBeforeTheAnswer_CancelsTheUpstream(bool stream)
    {
        await using var gateway = await GatewayFixture.StartAsync(new("ok"), new TestModel("stall", (MockHeaders.Stall, "headers")));
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(GatewayFixture.Token);
        using var content = new StringContent(GatewayFixture.Chat("stall", stream ? ",\"stream\":true" : ""), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = content };
        request.Headers.Add("Authorization", "Bearer " + GatewayFixture.MasterKey);
        var call = gateway.Http.SendAsync(request, leaving.Token);
        var upstream = await gateway.Upstream.NextRequestAsync(GatewayFixture.Token).WaitAsync(Patience, GatewayFixture.Token);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
        (await upstream.Aborted.WaitAsync(Patience, GatewayFixture.Token)).ShouldBeTrue();
        await gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task LeavingWhileARetryWaits_EndsTheCall()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok"), new("busy", (MockHeaders.RetryAfter, "50"))],
            Router = "num_retries: 3",
        });
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(GatewayFixture.Token);
        using var content = new StringContent(GatewayFixture.Chat("busy"), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = content };
        request.Headers.Add("Authorization", "Bearer " + GatewayFixture.MasterKey);
        var call = gateway.Http.SendAsync(request, leaving.Token);
        var upstream = await gateway.Upstream.NextRequestAsync(GatewayFixture.Token).WaitAsync(Patience, GatewayFixture.Token);
        (await upstream.Aborted.WaitAsync(Patience, GatewayFixture.Token)).ShouldBeFalse();
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await gateway.ShouldBeIdleAsync();
        gateway.Upstream.Statistics.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Events_ArriveOneByOneAsTheyAreSent()
    {
        var received = Enumerable.Range(0, 5).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        await using var upstream = await RawScriptServer.StartAsync(request => Script(received, request));
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("raw") { ApiBase = upstream.BaseAddress + "v1" });
        using var response = await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("raw", ",\"stream\":true"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(GatewayFixture.Token));
        for (var i = 0; i < received.Length; i++)
        {
            // The upstream sends the next event only after this one has come through.
            var data = await NextDataAsync(reader).WaitAsync(Patience, GatewayFixture.Token);
            Answer.TextOf([data.ShouldNotBeNull()]).ShouldBe($"word{i} ");
            received[i].SetResult();
        }

        (await NextDataAsync(reader)).ShouldNotBeNull().ShouldContain("\"finish_reason\":\"stop\"");
        (await NextDataAsync(reader)).ShouldBe(Answer.Done);
        (await NextDataAsync(reader)).ShouldBeNull();
    }

    [Fact]
    public async Task SilentStream_CarriesKeepAliveCommentsWhenSwitchedOn()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok"), new("stall", (MockHeaders.Stall, "after-chunks:1"))],
            General = "sse_keepalive_seconds: 0.05",
            Own = "disconnect_policy: cancel",
        });
        using (var response = await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("stall", ",\"stream\":true")))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(GatewayFixture.Token));
            var lines = new List<string>();
            while (lines.Count(line => line == ": ping") < 3)
            {
                lines.Add((await reader.ReadLineAsync(GatewayFixture.Token).AsTask().WaitAsync(Patience, GatewayFixture.Token)).ShouldNotBeNull());
            }
        }

        (await gateway.LastUpstreamRequest.Aborted.WaitAsync(Patience, GatewayFixture.Token)).ShouldBeTrue();
        await gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task ManyClientsLeaving_LeaveNothingBehind()
    {
        await using var gateway = await GatewayFixture.StartAsync(Cancelling(new TestModel("stall", (MockHeaders.Stall, "after-chunks:3"))));
        var responses = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(_ => gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("stall", ",\"stream\":true"))));
        foreach (var response in responses)
        {
            response.Dispose();
        }

        foreach (var request in gateway.Upstream.Requests)
        {
            (await request.Aborted.WaitAsync(Patience, GatewayFixture.Token)).ShouldBeTrue();
        }

        await gateway.ShouldBeIdleAsync();
        await gateway.ShouldStillServeAsync();
    }

    private static GatewaySetup Cancelling(TestModel model) => new() { Models = [new("ok"), model], Own = "disconnect_policy: cancel" };

    private static async IAsyncEnumerable<RawStep> Script(TaskCompletionSource[] received, RawRequest request)
    {
        yield return RawStep.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        for (var i = 0; i < received.Length; i++)
        {
            yield return RawStep.Send($"data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word{i} \"}}}}]}}\n\n");
            await received[i].Task.WaitAsync(request.Stopping);
        }

        yield return RawStep.Send("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        yield return RawStep.Close;
    }

    private static async Task<string?> NextDataAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(GatewayFixture.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line[6..];
            }
        }

        return null;
    }
}
