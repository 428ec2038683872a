namespace Tollgate.Tests.Loopback;

/// <summary>Failures that a request asks for, to see what follows.</summary>
public sealed class SimulatedFailureTests
{
    private static GatewaySetup Setup(string fallbacks) => new()
    {
        Models = [new("ok"), new("other")],
        Router = $"num_retries: 2, fallbacks: {fallbacks}",
        Environment = [("INITIAL_RETRY_DELAY", "0.01"), ("JITTER", "0")],
    };

    [Fact]
    public async Task Fallbacks_AreTriedAtOnce()
    {
        await using var gateway = await GatewayFixture.StartAsync(Setup("[{ok: [other]}]"));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"mock_testing_fallbacks\":true"));

        answer.Status.ShouldBe(200, answer.Body);
        (answer.Header("x-litellm-model-group"), answer.Header("x-litellm-attempted-retries"), answer.Header("x-litellm-attempted-fallbacks"))
            .ShouldBe(("other", "0", "1"));
    }

    [Fact]
    public async Task RateLimit_IsOverAtTheFirstRetry()
    {
        await using var gateway = await GatewayFixture.StartAsync(Setup("[]"));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"mock_testing_rate_limit_error\":true"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Header("x-litellm-attempted-retries").ShouldBe("1");
        gateway.Upstream.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("[{ok: [nowhere, other]}]", ",\"disable_fallbacks\":true", "None")]
    [InlineData("[]", "", "None")]
    [InlineData("[{ok: [nowhere]}]", "", "['nowhere']")]
    public async Task ErrorText_NamesTheFallbacks(string fallbacks, string more, string named)
    {
        await using var gateway = await GatewayFixture.StartAsync(Setup(fallbacks));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"mock_testing_fallbacks\":true" + more));

        answer.Status.ShouldBe(500, answer.Body);
        answer.Error.Message.ShouldContain($"Received Model Group=ok\nAvailable Model Group Fallbacks={named}");
    }
}
