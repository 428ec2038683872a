using System.IO.Compression;
using System.Net;
using System.Text;

namespace Tollgate.Mock.Tests;

public sealed class MisbehaviourTests
{
    [Fact]
    public void EveryHeaderName_IsInTheTable()
    {
        var documented = typeof(MockHeaders).GetFields()
            .Select(field => (string)field.GetRawConstantValue()!).Where(name => name != MockHeaders.Prefix);
        OverrideTable.Names.ShouldBe(documented, ignoreOrder: true);
    }

    [Theory]
    [InlineData("x-mock-chunks", "many")]
    [InlineData("x-mock-cut", "everywhere")]
    [InlineData("x-mock-cut", "after-chunks:-1")]
    [InlineData("x-mock-error-rate", "2")]
    [InlineData("x-mock-split-bytes", "0")]
    [InlineData("x-mock-latency-ms", "1e99")]
    public async Task BadHeaderValue_IsRefusedByName(string header, string value)
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(MockClient.Chat, (header, value));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(MockClient.Token)).ShouldContain(header);
    }

    [Fact]
    public void With_TakesShortNamesAndRefusesUnknownOnes()
    {
        new MockServerOptions().With("chunk-gap-ms", "2.5").ChunkGap.ShouldBe(TimeSpan.FromMilliseconds(2.5));
        Should.Throw<FormatException>(() => new MockServerOptions().With("x-mock-nothing", "1")).Message.ShouldContain("x-mock-nothing");
    }

    [Fact]
    public async Task ErrorStatus_AnswersThatStatusWithOpenAisError()
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(
            MockClient.ChatStream,
            (MockHeaders.ErrorStatus, "503"),
            (MockHeaders.ErrorType, "overloaded"), (MockHeaders.ErrorCode, "busy"));
        ((int)response.StatusCode).ShouldBe(503);
        var error = MockClient.Parse(await response.Content.ReadAsStringAsync(MockClient.Token)).GetProperty("error");
        error.GetProperty("type").GetString().ShouldBe("overloaded");
        error.GetProperty("code").GetString().ShouldBe("busy");
        mock.Server.Statistics.Errors.ShouldBe(1);
        mock.Server.Statistics.CompletionTokens.ShouldBe(0);
    }

    [Fact]
    public async Task ErrorBody_IsSentRaw()
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(
            MockClient.Chat, (MockHeaders.ErrorStatus, "529"), (MockHeaders.ErrorBody, Uri.EscapeDataString("völlig {kaputt")));
        ((int)response.StatusCode).ShouldBe(529);
        (await response.Content.ReadAsStringAsync(MockClient.Token)).ShouldBe("völlig {kaputt");
    }

    [Fact]
    public async Task RetryAfter_Answers429()
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(MockClient.Chat, (MockHeaders.RetryAfter, "1.5"));
        ((int)response.StatusCode).ShouldBe(429);
        response.Headers.GetValues("Retry-After").Single().ShouldBe("2");
        response.Headers.GetValues("retry-after-ms").Single().ShouldBe("1500");
        (await response.Content.ReadAsStringAsync(MockClient.Token)).ShouldContain("rate_limit_exceeded");
    }

    [Fact]
    public async Task RatesWithTheSameSeed_FailTheSameRequests()
    {
        var fates = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            await using var mock = await MockClient.StartAsync(new MockServerOptions { ErrorRate = 0.3, RateLimitRate = 0.2, Seed = 7 });
            var statuses = new List<int>();
            for (var i = 0; i < 60; i++)
            {
                using var response = await mock.ChatAsync(MockClient.Chat);
                statuses.Add((int)response.StatusCode);
            }

            statuses.Distinct().Order().ShouldBe([200, 429, 500]);
            fates.Add(string.Join(',', statuses));
        }

        fates[1].ShouldBe(fates[0]);
    }

    [Theory]
    [InlineData("true", 200)]
    [InlineData("502", 502)]
    public async Task Html_IsAnsweredWithThatStatus(string value, int status)
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(MockClient.Chat, (MockHeaders.Html, value));
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await response.Content.ReadAsStringAsync(MockClient.Token)).ShouldStartWith("<!DOCTYPE html>");
    }

    [Fact]
    public async Task ErrorIn200_HasAnErrorBody()
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync("v1/chat/completions", MockClient.Chat, (MockHeaders.ErrorIn200, "1"));
        answer.GetProperty("error").GetProperty("type").GetString().ShouldBe("server_error");
    }

    [Fact]
    public async Task ErrorMidStream_EndsTheStreamAfterSoManyChunks()
    {
        await using var mock = await MockClient.StartAsync();
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.ErrorMidStream, "3"));
        events.Count.ShouldBe(5);
        events[^1].ShouldStartWith("""{"error":""");
        MockClient.Content(events.SkipLast(1)).ShouldBe("Tollgate mock answers ");
        mock.Server.Statistics.CompletionTokens.ShouldBe(3);
    }

    [Fact]
    public async Task NoDone_EndsCleanlyWithoutDone()
    {
        await using var mock = await MockClient.StartAsync();
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.Cut, "no-done"));
        events[^1].ShouldContain("\"finish_reason\":\"stop\"");
    }

    [Theory]
    [InlineData(MockClient.Chat)]
    [InlineData(MockClient.ChatStream)]
    public async Task Gzip_IsSentUnasked(string request)
    {
        await using var mock = await MockClient.StartAsync();
        var plain = await mock.TextAsync(request);
        using var response = await mock.ChatAsync(request, (MockHeaders.Gzip, "1"));
        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(MockClient.Token), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        (await reader.ReadToEndAsync(MockClient.Token)).Length.ShouldBe(plain.Length);
    }

    [Fact]
    public async Task BigEvent_HasSoManyBytes()
    {
        await using var mock = await MockClient.StartAsync();
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.BigEventBytes, "300000"));
        MockClient.Content([events[1]]).Length.ShouldBe(300_000);
    }

    [Theory]
    [InlineData("lf", "\n")]
    [InlineData("crlf", "\r\n")]
    [InlineData("cr", "\r")]
    public async Task LineEnding_IsUsedForAllLines(string name, string end)
    {
        await using var mock = await MockClient.StartAsync();
        var text = await mock.TextAsync(MockClient.ChatStream, (MockHeaders.LineEnding, name), (MockHeaders.Comments, "1"));
        text.ShouldStartWith($": keep-alive{end}{end}data: {{");
        text.ShouldEndWith($"data: [DONE]{end}{end}");
        text.Replace(end, string.Empty).ShouldNotContain(end == "\n" ? "\r" : "\n");
    }

    [Theory]
    [InlineData(MockClient.Chat, "{")]
    [InlineData(MockClient.ChatStream, "data: ")]
    public async Task Bom_ComesFirst(string request, string next)
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(request, (MockHeaders.Bom, "true"));
        var bytes = await response.Content.ReadAsByteArrayAsync(MockClient.Token);
        bytes[..3].ShouldBe([0xEF, 0xBB, 0xBF]);
        Encoding.UTF8.GetString(bytes[3..]).ShouldStartWith(next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task SplitBytes_ChangesTheChunksButNotTheBytes(int size)
    {
        await using var mock = await MockClient.StartAsync();
        var (bytes, _) = await mock.RawAsync(
            MockClient.ChatStream, (MockHeaders.SplitBytes, $"{size}"), (MockHeaders.Text, "gr%C3%BC%E4%B8%96"), ("Connection", "close"));
        var wire = Encoding.Latin1.GetString(bytes);
        var body = wire[(wire.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var joined = new StringBuilder();
        var largest = 0;
        while (body.Length > 0)
        {
            var line = body.IndexOf("\r\n", StringComparison.Ordinal);
            var length = Convert.ToInt32(body[..line], 16);
            largest = Math.Max(largest, length);
            joined.Append(body, line + 2, length);
            body = body[(line + 2 + length + 2)..];
        }

        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(joined.ToString()));
        MockClient.Content(MockClient.Data(text)).ShouldBe("grü世");
        largest.ShouldBe(Math.Min(size, joined.Length));
    }

    [Fact]
    public async Task NoUsage_LeavesUsageOut()
    {
        await using var mock = await MockClient.StartAsync();
        (await mock.TextAsync(MockClient.Chat, (MockHeaders.NoUsage, "1"))).ShouldNotContain("usage");
        (await mock.TextAsync(MockClient.ChatStreamUsage, (MockHeaders.NoUsage, "1"))).ShouldNotContain("usage");
        mock.Server.Statistics.CompletionTokens.ShouldBe(20);
    }

    [Fact]
    public async Task UsageEveryChunk_CountsUp()
    {
        await using var mock = await MockClient.StartAsync();
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.UsageEveryChunk, "1"));
        events.SkipLast(1).Select(data => MockClient.Parse(data).GetProperty("usage").GetProperty("completion_tokens").GetInt32())
            .ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    }

    [Fact]
    public async Task Reasoning_ComesBeforeTheContent()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Chunks = 2 });
        var body = await mock.JsonAsync("v1/chat/completions", MockClient.Chat, (MockHeaders.Reasoning, "hm%20hm"));
        body.GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning").GetString().ShouldBe("hm hm");
        body.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(4);
        body.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32().ShouldBe(2);
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.Reasoning, "hm%20hm"));
        events[1].ShouldContain("\"delta\":{\"reasoning\":\"hm\"}");
        events[3].ShouldContain("\"delta\":{\"content\":");
    }

    [Fact]
    public async Task IgnoreStream_AnswersJson()
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.IgnoreStream, "1"));
        answer.GetProperty("object").GetString().ShouldBe("chat.completion");
    }

    [Theory]
    [InlineData("null", "\"choices\":null")]
    [InlineData("empty", "\"choices\":[]")]
    public async Task EmptyChoices_AreInBodyAndEvents(string value, string expected)
    {
        await using var mock = await MockClient.StartAsync();
        (await mock.TextAsync(MockClient.Chat, (MockHeaders.EmptyChoices, value))).ShouldContain(expected);
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.EmptyChoices, value));
        events.SkipLast(1).ShouldAllBe(data => data.Contains(expected));
    }

    [Fact]
    public async Task EmptyChoicesFirst_OnlySpoilsTheFirstEvent()
    {
        await using var mock = await MockClient.StartAsync();
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.EmptyChoices, "first"));
        events.Count(data => data.Contains("\"choices\":[]")).ShouldBe(1);
        events[0].ShouldContain("\"choices\":[]");
        events[1].ShouldContain("assistant");
    }

    [Fact]
    public async Task Extra_IsInBodyAndEvents()
    {
        await using var mock = await MockClient.StartAsync();
        var body = await mock.TextAsync(MockClient.Chat, (MockHeaders.Extra, "1"));
        body.ShouldContain("\"big\":123456789012345678901234567890,\"exact\":1.50");
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream, (MockHeaders.Extra, "1"));
        events.SkipLast(1).ShouldAllBe(data => data.Contains("x_mock_extra"));
    }

    [Fact]
    public async Task Options_ApplyToAllRequestsAndHeadersWin()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { ResponseText = "from options", ErrorRate = 1 });
        using var failed = await mock.ChatAsync(MockClient.Chat);
        ((int)failed.StatusCode).ShouldBe(500);
        var answer = await mock.JsonAsync("v1/chat/completions", MockClient.Chat, (MockHeaders.ErrorRate, "0"));
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe("from options");
    }
}
