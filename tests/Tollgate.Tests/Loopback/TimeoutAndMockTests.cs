using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Whose timeout counts, and answers made without an upstream.</summary>
public sealed class TimeoutAndMockTests
{
    [Theory]
    [InlineData(",\"timeout\":0.1", null, "0.1")]
    [InlineData(",\"request_timeout\":0.1", null, "0.1")]
    [InlineData(",\"timeout\":\"0.1\"", null, "0.1")]
    [InlineData("", "0.1", "0.1")]
    [InlineData(",\"timeout\":0.1", "50", "0.1")]
    public async Task TimeoutOfTheClient_EndsTheCall(string member, string? header, string seconds)
    {
        await using var gateway = await GatewayFixture.StartAsync(new("ok"), new TestModel("stall", (MockHeaders.Stall, "headers")));
        (string, string)[] headers = header is null ? [] : [("x-litellm-timeout", header)];
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("stall", member), headers);

        answer.ShouldBeError(408, $"No complete answer within {seconds} seconds.");
        answer.Header("x-litellm-timeout").ShouldBe(seconds);
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("timeout");
    }

    [Theory]
    [InlineData("timeout: 0.1", "num_retries: 0", "")]
    [InlineData("", "num_retries: 0, timeout: 0.1", "")]
    [InlineData("", "num_retries: 0", "request_timeout: 0.1")]
    [InlineData("timeout: 0.1", "num_retries: 0, timeout: 50", "request_timeout: 50")]
    public async Task TimeoutOfTheConfiguration_EndsTheCall(string deployment, string router, string litellm)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("stall", (MockHeaders.Stall, "headers")) { Params = deployment }],
            Router = router,
            Litellm = litellm,
        });

        (await gateway.ChatAsync(GatewayFixture.Chat("stall"))).ShouldBeError(408, "No complete answer within 0.1 seconds.");
    }

    [Theory]
    [InlineData("stream_timeout: 0.1", "num_retries: 0", null)]
    [InlineData("", "num_retries: 0, stream_timeout: 0.1", null)]
    [InlineData("stream_timeout: 50", "num_retries: 0", "0.1")]
    public async Task StreamTimeout_ConcernsStreamsAlone(string deployment, string router, string? header)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("stall", (MockHeaders.Stall, "headers")) { Params = deployment }, new("slow", (MockHeaders.LatencyMs, "300")) { Params = deployment }],
            Router = router,
        });
        (string, string)[] headers = header is null ? [] : [("x-litellm-stream-timeout", header)];

        (await gateway.StreamAsync("stall", "", headers)).ShouldBeError(408, "No first chunk within 0.1 seconds.");
        (await gateway.ChatAsync(GatewayFixture.Chat("slow"), headers)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MockResponse_AnswersWithoutTheUpstream(bool stream)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"mock_response\":\"Grüße 🙂\",\"stream\":{(stream ? "true" : "false")}"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.IsStream.ShouldBe(stream);
        answer.Text.ShouldBe("Grüße 🙂");
        (stream ? answer.Chunks[0] : answer.Json).GetProperty("model").GetString().ShouldBe("ok");
        gateway.Upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("litellm.RateLimitError", 429, "rate_limit_error")]
    [InlineData("litellm.InternalServerError", 500, "internal_server_error")]
    [InlineData("litellm.ContextWindowExceededError", 400, "invalid_request_error")]
    public async Task MockResponse_MayBeAFailure(string word, int status, string type)
    {
        await using var gateway = await GatewayFixture.StartAsync();

        (await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"mock_response\":\"{word}\""))).ShouldBeError(status, word, null, type);
        (await gateway.StreamAsync("ok", $",\"mock_response\":\"{word}\"")).ShouldBeError(status, word, null, type);
        gateway.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task MockTimeout_EndsWithTheTimeout()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"mock_timeout\":true,\"timeout\":0.1"))).ShouldBeError(408, "Request timed out. ");
    }

    [Fact]
    public async Task MockRateLimit_IsReturnedWithoutFallbacks()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"mock_testing_rate_limit_error\":true")))
            .ShouldBeError(429, "litellm.RateLimitError", null, "rate_limit_error");
    }

    [Fact]
    public async Task MocksSwitchedOff_ReachTheUpstreamAsNormalCalls()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allow_client_mock: false" });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"mock_response\":\"cheap\",\"mock_testing_fallbacks\":true"));

        answer.Text.ShouldBe(GatewayFixture.Text);
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("mock_");
    }

    [Fact]
    public async Task MockResponseOfADeployment_NeedsNoUpstream()
    {
        await using var gateway = await GatewayFixture.StartAsync(
            new TestModel("canned") { Params = "mock_response: 'canned answer'" }, new TestModel("vector") { Params = "mock_response: 'x'" });

        (await gateway.ChatAsync(GatewayFixture.Chat("canned"))).Text.ShouldBe("canned answer");
        (await gateway.StreamAsync("canned")).Text.ShouldBe("canned answer");
        (await gateway.PostAsync("v1/completions", """{"model":"canned","prompt":"x"}""")).Text.ShouldBe("canned answer");
        (await gateway.PostAsync("v1/embeddings", """{"model":"vector","input":["a","b"]}""")).Json.GetProperty("data").GetArrayLength().ShouldBe(2);
        gateway.Upstream.Requests.ShouldBeEmpty();
    }
}
