namespace Tollgate.Mock.Tests;

public sealed class RecordingTests
{
    [Fact]
    public async Task RecordedRequest_HoldsWhatWasSent()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Record = true });
        using var response = await mock.PostAsync(
            "v1/chat/completions?a=%C3%BC", MockClient.Chat, ("Authorization", "Bearer sk-1"), ("X-Two", "1"));
        var recorded = await mock.Server.NextRequestAsync(MockClient.Token);
        recorded.Method.ShouldBe("POST");
        recorded.Target.ShouldBe("/v1/chat/completions?a=%C3%BC");
        recorded.Header("authorization").ShouldBe("Bearer sk-1");
        recorded.Header("x-none").ShouldBeNull();
        recorded.BodyText.ShouldBe(MockClient.Chat);
        (await recorded.Aborted.WaitAsync(MockClient.Token)).ShouldBeFalse();
        mock.Server.Requests.ShouldBe([recorded]);
    }

    [Fact]
    public async Task LargeBody_IsReadWhole()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Record = true });
        var text = new string('ü', 1_500_000);
        var answer = await mock.JsonAsync("v1/chat/completions", $$"""{"model":"m","messages":[{"role":"user","content":"{{text}}"}]}""");
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(375_000);
        (await mock.Server.NextRequestAsync(MockClient.Token)).Body.Length.ShouldBeGreaterThan(3_000_000);
    }

    [Fact]
    public async Task WithoutRecord_NothingIsKept()
    {
        await using var mock = await MockClient.StartAsync();
        await mock.TextAsync(MockClient.Chat);
        mock.Server.Requests.ShouldBeEmpty();
        await Should.ThrowAsync<InvalidOperationException>(() => mock.Server.NextRequestAsync(MockClient.Token));
    }

    [Fact]
    public async Task MoreThanAThousandRequests_KeepsTheNewest()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Record = true });
        for (var i = 0; i < 1002; i++)
        {
            using var response = await mock.Http.GetAsync("v1/models", MockClient.Token);
        }

        mock.Server.Requests.Count.ShouldBe(1000);
        mock.Server.Requests[0].Number.ShouldBe(3);
        (await mock.Server.NextRequestAsync(MockClient.Token)).Number.ShouldBe(3);
    }

    [Fact]
    public async Task ClientLeavesMidStream_IsCountedWithWhatWasSent()
    {
        await using var mock = await MockClient.StartAsync(
            new MockServerOptions { Record = true, Chunks = 10_000, ChunkGap = TimeSpan.FromMilliseconds(5) });
        using (var response = await mock.ChatAsync(MockClient.ChatStream))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(MockClient.Token));
            await reader.ReadLineAsync(MockClient.Token);
        }

        var recorded = await mock.Server.NextRequestAsync(MockClient.Token);
        (await recorded.Aborted.WaitAsync(MockClient.Token)).ShouldBeTrue();
        mock.Server.Statistics.ClientAborts.ShouldBe(1);
        mock.Server.Statistics.Chunks.ShouldBeLessThan(10_000);
        mock.Server.Statistics.PromptTokens.ShouldBe(2);
    }

    [Fact]
    public async Task Statistics_CountWhatTheAnswersSaid()
    {
        await using var mock = await MockClient.StartAsync();
        await mock.TextAsync(MockClient.Chat);
        await mock.TextAsync(MockClient.ChatStream);
        await mock.JsonAsync("v1/embeddings", """{"model":"e","input":"1234"}""");
        var stats = MockClient.Parse(await mock.Http.GetStringAsync("__stats", MockClient.Token));
        stats.GetProperty("requests").GetInt64().ShouldBe(3);
        stats.GetProperty("streams").GetInt64().ShouldBe(1);
        stats.GetProperty("chunks").GetInt64().ShouldBe(10);
        stats.GetProperty("prompt_tokens").GetInt64().ShouldBe(5);
        stats.GetProperty("completion_tokens").GetInt64().ShouldBe(20);
        stats.GetProperty("total_tokens").GetInt64().ShouldBe(25);
        stats.GetProperty("client_aborts").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Script_AnswersOrLeavesIt()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions
        {
            Script = async (http, context) =>
            {
                if (context.Operation != "messages")
                {
                    return false;
                }

                http.Response.StatusCode = 418;
                await http.Response.Body.WriteAsync(context.Body);
                return true;
            },
        });
        using var scripted = await mock.PostAsync("v1/messages", "any bytes");
        ((int)scripted.StatusCode).ShouldBe(418);
        (await scripted.Content.ReadAsStringAsync(MockClient.Token)).ShouldBe("any bytes");
        (await mock.TextAsync(MockClient.Chat)).ShouldContain("chat.completion");
    }

    [Fact]
    public async Task Cancellation_EndsWaitForShutdown()
    {
        await using var mock = await MockClient.StartAsync();
        using var stop = new CancellationTokenSource();
        var waiting = mock.Server.WaitForShutdownAsync(stop.Token);
        waiting.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        await waiting.WaitAsync(MockClient.Token);
        await Should.ThrowAsync<HttpRequestException>(() => mock.ChatAsync(MockClient.Chat));
    }

    [Fact]
    public async Task PortInUse_IsAnIoException()
    {
        await using var mock = await MockClient.StartAsync();
        await Should.ThrowAsync<IOException>(
            () => MockServer.StartAsync(new MockServerOptions { Port = mock.Server.BaseAddress.Port }, MockClient.Token));
        await Should.ThrowAsync<ArgumentException>(
            () => MockServer.StartAsync(new MockServerOptions { Host = "example.org" }, MockClient.Token));
    }

    [Fact]
    public async Task OptionOutOfRange_IsRefusedByName()
    {
        var problem = await Should.ThrowAsync<ArgumentException>(
            () => MockServer.StartAsync(new MockServerOptions { SplitBytes = 0 }, MockClient.Token));
        problem.Message.ShouldContain("SplitBytes");
        problem = await Should.ThrowAsync<ArgumentException>(
            () => MockServer.StartAsync(new MockServerOptions { CutRate = 1.1 }, MockClient.Token));
        problem.Message.ShouldContain("CutRate");
    }
}
