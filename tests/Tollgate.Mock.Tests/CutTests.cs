using System.Net.Sockets;
using System.Text;

namespace Tollgate.Mock.Tests;

public sealed class CutTests
{
    [Theory]
    [InlineData("headers", "")]
    [InlineData("status-line", "HTTP/1.")]
    public async Task CutBeforeTheHead_SendsJustThat(string cut, string expected)
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, reset) = await mock.RawAsync(MockClient.Chat, (MockHeaders.Cut, cut));
        Encoding.Latin1.GetString(bytes).ShouldBe(expected);
        reset.ShouldBeFalse();
        mock.Server.Statistics.Cuts.ShouldBe(1);
        mock.Server.Statistics.ClientAborts.ShouldBe(0);
        mock.Server.Statistics.PromptTokens.ShouldBe(0);
    }

    [Fact]
    public async Task CutWithinTheHead_HasNoEndOfHead()
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, _) = await mock.RawAsync(MockClient.Chat, (MockHeaders.Cut, "mid-headers"));
        var wire = Encoding.Latin1.GetString(bytes);
        wire.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        wire.ShouldContain("x-request-id: req_");
        wire.ShouldNotContain("\r\n\r\n");
    }

    [Fact]
    public async Task CutMidBody_SendsHalfOfTheAnnouncedLength()
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, _) = await mock.RawAsync(MockClient.Chat, (MockHeaders.Cut, "mid-body"));
        var wire = Encoding.Latin1.GetString(bytes);
        var announced = int.Parse(wire.Split("Content-Length: ")[1].Split('\r')[0]);
        (bytes.Length - wire.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4).ShouldBe(announced / 2);
        using var response = await mock.ChatAsync(MockClient.Chat, (MockHeaders.Cut, "mid-body"));
        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(MockClient.Token));
    }

    [Theory]
    [InlineData("after-chunks:0", 0)]
    [InlineData("after-chunks:3", 3)]
    [InlineData("after-chunks:99", 10)]
    [InlineData("mid-body", 5)]
    public async Task CutAfterChunks_SendsExactlyThoseChunks(string cut, int chunks)
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, reset) = await mock.RawAsync(MockClient.ChatStream, (MockHeaders.Cut, cut));
        var wire = Encoding.UTF8.GetString(bytes);
        wire.ShouldContain("Transfer-Encoding: chunked\r\n");
        wire.Split("\"delta\":{\"content\":").Length.ShouldBe(chunks + 1);
        wire.ShouldNotContain("\r\n0\r\n");
        wire.ShouldNotContain("[DONE]");
        reset.ShouldBeFalse();
        mock.Server.Statistics.Chunks.ShouldBe(chunks);
        mock.Server.Statistics.CompletionTokens.ShouldBe(chunks);
    }

    [Fact]
    public async Task CutMidEvent_EndsWithinAnEvent()
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, _) = await mock.RawAsync(MockClient.ChatStream, (MockHeaders.Cut, "mid-event:2"));
        var wire = Encoding.UTF8.GetString(bytes);
        wire.Split("\"delta\":{\"content\":").Length.ShouldBe(3);
        wire[wire.LastIndexOf("data: ", StringComparison.Ordinal)..].ShouldNotContain("\n\n");
    }

    [Fact]
    public async Task CutByReset_ResetsTheConnection()
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, reset) = await mock.RawAsync(MockClient.ChatStream, (MockHeaders.Cut, "after-chunks:1"), (MockHeaders.CutReset, "1"));
        reset.ShouldBeTrue();
        Encoding.UTF8.GetString(bytes).ShouldContain("Tollgate");
    }

    [Fact]
    public async Task CutRate_CutsAfterTheChosenNumberOfChunks()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { CutRate = 1, CutAfterChunks = 4 });
        var (bytes, _) = await mock.RawAsync(MockClient.ChatStream);
        Encoding.UTF8.GetString(bytes).Split("\"delta\":{\"content\":").Length.ShouldBe(5);
    }

    [Fact]
    public async Task StreamWithoutCut_EndsTheChunkedEncoding()
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, _) = await mock.RawAsync(MockClient.ChatStream, ("Connection", "close"));
        Encoding.UTF8.GetString(bytes).ShouldEndWith("\r\n0\r\n\r\n");
    }

    [Theory]
    [InlineData(MockClient.Chat, "headers")]
    [InlineData(MockClient.Chat, "after-chunks:1")]
    [InlineData(MockClient.ChatStream, "after-chunks:2")]
    public async Task Stall_LastsUntilTheClientLeaves(string request, string stall)
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Record = true });
        RecordedRequest recorded;
        using (var client = await mock.OpenRawAsync(request, (MockHeaders.Stall, stall)))
        {
            recorded = await mock.Server.NextRequestAsync(MockClient.Token);
            if (stall != "headers")
            {
                (await client.GetStream().ReadAsync(new byte[1], MockClient.Token)).ShouldBe(1);
            }

            recorded.Aborted.IsCompleted.ShouldBeFalse();
        }

        (await recorded.Aborted.WaitAsync(MockClient.Token)).ShouldBeTrue();
        mock.Server.Statistics.ClientAborts.ShouldBe(1);
    }

    [Fact]
    public async Task StreamStall_SendsTheChunksBeforeIt()
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(
            MockClient.ChatStream, (MockHeaders.Stall, "after-chunks:2"), (MockHeaders.SplitBytes, "50"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(MockClient.Token));
        var lines = new List<string>();
        while (lines.Count < 6)
        {
            lines.Add((await reader.ReadLineAsync(MockClient.Token))!);
        }

        lines[4].ShouldContain("mock ");
        mock.Server.Statistics.Streams.ShouldBe(1);
    }

    [Fact]
    public async Task ConnectionInUse_DisposeAbortsIt()
    {
        var mock = await MockClient.StartAsync(new MockServerOptions { Record = true });
        using var client = await mock.OpenRawAsync(MockClient.Chat, (MockHeaders.Stall, "headers"));
        await mock.Server.NextRequestAsync(MockClient.Token);
        await mock.DisposeAsync();
        try
        {
            (await client.GetStream().ReadAsync(new byte[1], MockClient.Token)).ShouldBe(0);
        }
        catch (IOException problem)
        {
            problem.InnerException.ShouldBeOfType<SocketException>();
        }
    }
}
