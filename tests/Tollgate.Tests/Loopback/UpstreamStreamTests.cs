using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Upstreams that misbehave when asked for a stream, and those that are merely odd.</summary>
public sealed class UpstreamStreamTests(UpstreamStreamTests.Gateways shared) : IClassFixture<UpstreamStreamTests.Gateways>
{
    /// <summary>The first three of ten words.</summary>
    private const string ThreeWords = "Tollgate mock answers ";

    [Theory]
    [InlineData("html-200", 500, "litellm.InternalServerError: ")]
    [InlineData("html-502", 502, "Upstream answered 502 with a page instead of JSON: ")]
    [InlineData("cut-headers", 500, "Connection error. The upstream closed the connection before its answer was complete.")]
    [InlineData("cut-status-line", 500, "Connection error. ")]
    [InlineData("cut-mid-headers", 500, "Connection error. ")]
    [InlineData("cut-after-0", 500, "Connection error. ")]
    [InlineData("cut-mid-event-0", 500, "Connection error. ")]
    [InlineData("error-in-200", 500, "Mock: the server had an error while processing your request.")]
    [InlineData("error-at-once", 500, "Mock: the server had an error while processing your request.")]
    [InlineData("refused", 500, "Connection error. The upstream refused the connection or could not be reached.")]
    [InlineData("unknown-host", 500, "Connection error. The upstream's host name could not be resolved.")]
    [InlineData("error-429", 429, "litellm.RateLimitError: RateLimitError: OpenAIException - ")]
    public async Task FaultBeforeTheFirstOutput_IsAnErrorWithItsStatus(string model, int status, string message)
    {
        var answer = await shared.Gateway.StreamAsync(model);

        answer.ShouldBeError(status, message, null, status == 429 ? "rate_limit_error" : "internal_server_error");
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("cut-after-3", "Connection error. ")]
    [InlineData("cut-mid-event-3", "Connection error. ")]
    [InlineData("reset-after-3", "Connection error. ")]
    [InlineData("error-after-3", "Mock: the server had an error while processing your request.")]
    public async Task FaultMidStream_IsAnErrorEventAndNoDone(string model, string message)
    {
        var answer = await shared.Gateway.StreamAsync(model);

        answer.Status.ShouldBe(200);
        answer.IsStream.ShouldBeTrue();
        answer.Text.ShouldBe(ThreeWords);
        answer.Error.Message.ShouldContain(message);
        answer.Error.Type.ShouldBe("internal_server_error");
        answer.Error.Code.ShouldBe("500");
        answer.Events.ShouldNotContain(Answer.Done);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task LimitOfTheFirstChunk_IsTheOneThatIsNamed()
    {
        var answer = await shared.Gateway.StreamAsync("stall-after-0", ",\"stream_timeout\":0.25");
        answer.ShouldBeError(408, "No first chunk within 0.25 seconds.");
        answer.Header("x-litellm-timeout").ShouldBe("0.25");
    }

    [Theory]
    [InlineData("stall-headers", "No complete answer within 0.25 seconds.")]
    [InlineData("stall-after-0", "No complete answer within 0.25 seconds.")]
    public async Task StallBeforeTheFirstOutput_Is408(string model, string message)
    {
        var answer = await shared.Gateway.StreamAsync(model, ",\"timeout\":0.25");

        answer.ShouldBeError(408, "litellm.Timeout: APITimeoutError - Request timed out. " + message);
        answer.Header("x-litellm-timeout").ShouldBe("0.25");
        (await shared.Gateway.LastUpstreamRequest.Aborted.WaitAsync(TimeSpan.FromSeconds(60), GatewayFixture.Token)).ShouldBeTrue();
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Fact]
    public async Task StreamTimeout_BoundsTheWaitForTheFirstChunk()
    {
        var answer = await shared.Gateway.StreamAsync("stall-headers", ",\"stream_timeout\":0.2");

        answer.ShouldBeError(408, "No first chunk within 0.2 seconds.");
    }

    [Fact]
    public async Task StallMidStream_IsAnErrorEventWhenTheTimeIsUp()
    {
        var answer = await shared.Gateway.StreamAsync("stall-after-3", ",\"timeout\":0.5");

        answer.Status.ShouldBe(200);
        answer.Text.ShouldBe(ThreeWords);
        answer.Error.Code.ShouldBe("408");
        answer.Error.Message.ShouldContain("litellm.Timeout: APITimeoutError - Request timed out. ");
        answer.Events.ShouldNotContain(Answer.Done);
        (await shared.Gateway.LastUpstreamRequest.Aborted.WaitAsync(TimeSpan.FromSeconds(60), GatewayFixture.Token)).ShouldBeTrue();
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("gzip")]
    [InlineData("crlf")]
    [InlineData("cr")]
    [InlineData("comments")]
    [InlineData("bom")]
    [InlineData("bom-crlf-comments-1")]
    [InlineData("split-1")]
    [InlineData("split-3")]
    [InlineData("split-7")]
    [InlineData("split-64")]
    [InlineData("split-1-crlf")]
    [InlineData("gzip-split-5")]
    [InlineData("ignore-stream")]
    [InlineData("choices-first")]
    [InlineData("usage-every-chunk")]
    [InlineData("no-usage")]
    [InlineData("no-done")]
    [InlineData("extra")]
    public async Task Oddity_IsAStreamLikeAnyOther(string model)
    {
        var answer = await shared.Gateway.StreamAsync(model);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Header("content-type").ShouldBe("text/event-stream");
        answer.Text.ShouldBe(GatewayFixture.Text);
        answer.Body.ShouldEndWith("data: [DONE]\n\n");
        answer.Body.ShouldNotContain("\r");
        answer.Events.Count(item => item == Answer.Done).ShouldBe(1);
        var chunks = answer.Chunks;
        chunks.Select(chunk => chunk.GetProperty("model").GetString()).ShouldAllBe(name => name == model);
        chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
        chunks.Count(HasFinishReason).ShouldBe(1);
        chunks.ShouldAllBe(chunk => chunk.GetProperty("choices").GetArrayLength() == 1);
        chunks.ShouldAllBe(chunk => !HasUsage(chunk));
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("usage-every-chunk")]
    [InlineData("ignore-stream")]
    [InlineData("choices-first")]
    [InlineData("no-done")]
    public async Task UsageAskedFor_ComesOnceAndLastWithOneEmptyChoice(string model)
    {
        var answer = await shared.Gateway.StreamAsync(model, ",\"stream_options\":{\"include_usage\":true}");

        answer.Text.ShouldBe(GatewayFixture.Text);
        var withUsage = answer.Chunks.Where(HasUsage).ToList();
        withUsage.Count.ShouldBe(1, answer.Body);
        answer.Chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(10);
        answer.Chunks[^1].GetProperty("choices").GetArrayLength().ShouldBe(1);
        answer.Events[^1].ShouldBe(Answer.Done);
    }

    [Fact]
    public async Task EventOf10Megabytes_ArrivesWhole()
    {
        var answer = await shared.Gateway.StreamAsync("big-event");

        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Chunks.Max(chunk => chunk.GetRawText().Length).ShouldBeGreaterThan(10_000_000);
        answer.Text.ShouldBe(await DirectTextAsync((MockHeaders.BigEventBytes, "10000000")));
    }

    [Fact]
    public async Task LongStream_ArrivesByteForByte()
    {
        var answer = await shared.Gateway.StreamAsync("long");

        answer.Chunks.Count.ShouldBeGreaterThan(2000);
        answer.Text.ShouldBe(await DirectTextAsync((MockHeaders.Chunks, "2000")));
        answer.Events[^1].ShouldBe(Answer.Done);
    }

    [Fact]
    public async Task Reasoning_ReachesTheClient()
    {
        var answer = await shared.Gateway.StreamAsync("reasoning");

        answer.Text.ShouldBe(GatewayFixture.Text);
        string.Concat(answer.Chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
            .Select(choice => choice.GetProperty("delta"))
            .Select(delta => delta.TryGetProperty("reasoning_content", out var text) || delta.TryGetProperty("reasoning", out text) ? text.GetString() : ""))
            .ShouldBe("thinking it over");
    }

    [Fact]
    public async Task StreamWithoutAnyOutput_IsAnError()
    {
        var answer = await shared.Gateway.StreamAsync("empty-no-done");

        answer.Status.ShouldBe(500, answer.Body);
        await shared.Gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("crlf")]
    [InlineData("split-3")]
    [InlineData("ignore-stream")]
    [InlineData("usage-every-chunk")]
    public async Task Completions_StreamAsWell(string model)
    {
        var answer = await shared.Gateway.PostAsync("v1/completions", $$"""{"model":"{{model}}","prompt":"Hello","stream":true}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        answer.Events[^1].ShouldBe(Answer.Done);
        answer.Chunks.Select(chunk => chunk.GetProperty("object").GetString()).ShouldAllBe(kind => kind == "text_completion");
        answer.Chunks.Count(HasFinishReason).ShouldBe(1);
    }

    private static bool HasFinishReason(JsonElement chunk) => chunk.GetProperty("choices").EnumerateArray()
        .Any(choice => choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String);

    private static bool HasUsage(JsonElement chunk) => chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object;

    /// <summary>What the fake upstream itself says.</summary>
    private async Task<string> DirectTextAsync(params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient { BaseAddress = shared.Gateway.Upstream.BaseAddress };
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.Add(name, value);
        }

        using var content = new StringContent(GatewayFixture.Chat("up-model", ",\"stream\":true"));
        using var response = await client.PostAsync("v1/chat/completions", content, GatewayFixture.Token);
        return (await Answer.ReadAsync(response)).Text;
    }

    public sealed class Gateways : SharedGateway
    {
        private protected override GatewaySetup Setup => new()
        {
            Models =
            [
                new("ok"),
                new("html-200", (MockHeaders.Html, "200")),
                new("html-502", (MockHeaders.Html, "502")),
                new("cut-headers", (MockHeaders.Cut, "headers")),
                new("cut-status-line", (MockHeaders.Cut, "status-line")),
                new("cut-mid-headers", (MockHeaders.Cut, "mid-headers")),
                new("cut-after-0", (MockHeaders.Cut, "after-chunks:0")),
                new("cut-after-3", (MockHeaders.Cut, "after-chunks:3")),
                new("cut-mid-event-0", (MockHeaders.Cut, "mid-event:0")),
                new("cut-mid-event-3", (MockHeaders.Cut, "mid-event:3")),
                new("reset-after-3", (MockHeaders.Cut, "after-chunks:3"), (MockHeaders.CutReset, "true"), (MockHeaders.ChunkGapMs, "20")),
                new("no-done", (MockHeaders.Cut, "no-done")),
                new("empty-no-done", (MockHeaders.Cut, "no-done"), (MockHeaders.EmptyChoices, "null")),
                new("error-in-200", (MockHeaders.ErrorIn200, "true")),
                new("error-at-once", (MockHeaders.ErrorMidStream, "0")),
                new("error-after-3", (MockHeaders.ErrorMidStream, "3")),
                new("error-429", (MockHeaders.ErrorStatus, "429")),
                new("stall-headers", (MockHeaders.Stall, "headers")),
                new("stall-after-0", (MockHeaders.Stall, "after-chunks:0")),
                new("stall-after-3", (MockHeaders.Stall, "after-chunks:3")),
                new("gzip", (MockHeaders.Gzip, "true")),
                new("crlf", (MockHeaders.LineEnding, "crlf")),
                new("cr", (MockHeaders.LineEnding, "cr")),
                new("comments", (MockHeaders.Comments, "true")),
                new("bom", (MockHeaders.Bom, "true")),
                new(
                    "bom-crlf-comments-1",
                    (MockHeaders.Bom, "true"),
                    (MockHeaders.LineEnding, "crlf"),
                    (MockHeaders.Comments, "true"),
                    (MockHeaders.SplitBytes, "1")),
                new("split-1", (MockHeaders.SplitBytes, "1")),
                new("split-3", (MockHeaders.SplitBytes, "3")),
                new("split-7", (MockHeaders.SplitBytes, "7")),
                new("split-64", (MockHeaders.SplitBytes, "64")),
                new("split-1-crlf", (MockHeaders.SplitBytes, "1"), (MockHeaders.LineEnding, "crlf")),
                new("gzip-split-5", (MockHeaders.Gzip, "true"), (MockHeaders.SplitBytes, "5")),
                new("ignore-stream", (MockHeaders.IgnoreStream, "true")),
                new("choices-first", (MockHeaders.EmptyChoices, "first")),
                new("usage-every-chunk", (MockHeaders.UsageEveryChunk, "true")),
                new("no-usage", (MockHeaders.NoUsage, "true")),
                new("extra", (MockHeaders.Extra, "true")),
                new("big-event", (MockHeaders.BigEventBytes, "10000000")),
                new("long", (MockHeaders.Chunks, "2000")),
                new("reasoning", (MockHeaders.Reasoning, "thinking it over")),
                new("refused") { ApiBase = $"http://127.0.0.1:{ClosedPort()}/v1" },
                new("unknown-host") { ApiBase = "http://no-such-host.invalid/v1" },
            ],
        };

        private static int ClosedPort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
