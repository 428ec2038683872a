using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Second attempts, other deployments, fallbacks: what the client sees and how often the upstream is asked.</summary>
public sealed class RetryTests
{
    /// <summary>Retries at once.</summary>
    private static readonly (string Name, string Value)[] NoWaits = [("INITIAL_RETRY_DELAY", "0"), ("MAX_RETRY_DELAY", "0"), ("JITTER", "0")];

    [Fact]
    public async Task RateLimitThenOk_IsRetriedAndAnswered()
    {
        await using var gateway = await GatewayFixture.StartAsync(FailingFirst(2, 429));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        answer.Header("x-litellm-attempted-retries").ShouldBe("2");
        answer.Header("x-litellm-max-retries").ShouldBe("2");
        gateway.Upstream.Requests.Count.ShouldBe(3);
        gateway.Upstream.Requests.Select(request => request.BodyText).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(409)]
    public async Task FailureThatMayPass_IsRetriedForStreamsToo(int status)
    {
        await using var gateway = await GatewayFixture.StartAsync(FailingFirst(1, status));
        var answer = await gateway.StreamAsync("ok");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        answer.Header("x-litellm-attempted-retries").ShouldBe("1");
        gateway.Upstream.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task FailureThatStays_IsNotRetried(int status)
    {
        await using var gateway = await GatewayFixture.StartAsync(FailingFirst(9, status));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"));

        answer.Status.ShouldBe(status);
        gateway.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RetriesExhausted_IsTheFirstErrorWithTheCount()
    {
        await using var gateway = await GatewayFixture.StartAsync(FailingFirst(9, 500));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"));

        answer.ShouldBeError(500, "LiteLLM Retried: 2 times, LiteLLM Max Retries: 2", null, "internal_server_error");
        gateway.Upstream.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(",\"num_retries\":0", null, 1)]
    [InlineData(",\"num_retries\":1", null, 2)]
    [InlineData(",\"max_retries\":1", null, 2)]
    [InlineData("", "3", 4)]
    [InlineData(",\"num_retries\":1", "3", 2)]
    public async Task NumberOfRetries_IsTheClientsWhenItSaysSo(string member, string? header, int attempts)
    {
        await using var gateway = await GatewayFixture.StartAsync(FailingFirst(9, 500));
        (string, string)[] headers = header is null ? [] : [("x-litellm-num-retries", header)];
        await gateway.ChatAsync(GatewayFixture.Chat("ok", member), headers);

        gateway.Upstream.Requests.Count.ShouldBe(attempts);
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("retries");
    }

    [Fact]
    public async Task RetryAfterBeyondAMinute_IsNotWaitedFor()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok", (MockHeaders.RetryAfter, "61"))],
            Router = "num_retries: 2",
            Environment = NoWaits,
        });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"));

        answer.Status.ShouldBe(429);
        answer.Header("retry-after").ShouldBe("61");
        gateway.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RetryAfterBeyondTheClientsTimeout_IsNotWaitedFor()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok", (MockHeaders.RetryAfter, "30"))],
            Router = "num_retries: 2",
            Environment = NoWaits,
        });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"timeout\":10"))).Status.ShouldBe(429);
        gateway.Upstream.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("429")]
    [InlineData("401")]
    public async Task OtherDeployment_IsTriedFirst(string status)
    {
        // Each group of two goes to the good one in the end, whichever is picked first.
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models =
            [
                new("pair", (MockHeaders.ErrorStatus, status), (MockHeaders.RetryAfter, "50")) { Entry = "model_info: {id: 'bad'}", Params = "order: 1" },
                new("pair") { Entry = "model_info: {id: 'good'}", Params = "order: 2" },
            ],
            Router = "num_retries: 1",
        });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("pair"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Header("x-litellm-model-id").ShouldBe("good");
        answer.Header("x-litellm-attempted-retries").ShouldBe("1");
        gateway.Upstream.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task CutBeforeTheFirstOutput_IsRetried_CutAfterItIsNot()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models =
            [
                new("early", (MockHeaders.Cut, "after-chunks:0")) { Params = "order: 1" }, new("early") { Params = "order: 2" },
                new("late", (MockHeaders.Cut, "after-chunks:2")) { Params = "order: 1" }, new("late") { Params = "order: 2" },
            ],
            Router = "num_retries: 1",
        });

        (await gateway.StreamAsync("early")).Text.ShouldBe(GatewayFixture.Text);
        gateway.Upstream.Requests.Count.ShouldBe(2);
        (await gateway.StreamAsync("late")).Error.Message.ShouldContain("Connection error.");
        gateway.Upstream.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fallback_AnswersUnderItsOwnName(bool stream)
    {
        await using var gateway = await GatewayFixture.StartAsync(Falling("fallbacks: [{bad: [alsobad, ok]}]"));
        var answer = stream ? await gateway.StreamAsync("bad") : await gateway.ChatAsync(GatewayFixture.Chat("bad"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Text.ShouldBe(GatewayFixture.Text);
        (stream ? answer.Chunks[0] : answer.Json).GetProperty("model").GetString().ShouldBe("ok");
        answer.Header("x-litellm-attempted-fallbacks").ShouldBe("2");
        answer.Header("x-litellm-model-group").ShouldBe("ok");
        gateway.Upstream.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("default_fallbacks: [ok]", "")]
    [InlineData("fallbacks: [{'*': [ok]}]", "")]
    [InlineData("num_retries: 0", ",\"fallbacks\":[\"ok\"]")]
    [InlineData("num_retries: 0", ",\"fallbacks\":[{\"model\":\"ok\"}]")]
    public async Task Fallback_ComesFromDefaultsAndFromTheClient(string router, string member)
    {
        await using var gateway = await GatewayFixture.StartAsync(Falling(router));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("bad", member));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("model").GetString().ShouldBe("ok");
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("fallbacks");
    }

    [Fact]
    public async Task FallbackOfTheClient_MayReplaceMembers()
    {
        await using var gateway = await GatewayFixture.StartAsync(Falling("num_retries: 0"));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("bad", ",\"max_tokens\":5,\"fallbacks\":[{\"model\":\"ok\",\"max_tokens\":77}]"));

        answer.Status.ShouldBe(200, answer.Body);
        gateway.Upstream.Requests[0].BodyText.ShouldContain("\"max_tokens\":5");
        gateway.LastUpstreamRequest.BodyText.ShouldContain("\"max_tokens\":77");
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("\"max_tokens\":5");
    }

    [Fact]
    public async Task FallbacksSwitchedOffByTheClient_AreNotTaken()
    {
        await using var gateway = await GatewayFixture.StartAsync(Falling("fallbacks: [{bad: [ok]}]"));

        (await gateway.ChatAsync(GatewayFixture.Chat("bad", ",\"disable_fallbacks\":true"))).Status.ShouldBe(500);
        gateway.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task AllFallbacksFailing_IsTheFirstError()
    {
        await using var gateway = await GatewayFixture.StartAsync(Falling("fallbacks: [{bad: [alsobad]}]"));
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("bad"));

        answer.Status.ShouldBe(500, answer.Body);
        answer.Header("x-litellm-attempted-fallbacks").ShouldBe("1");
        gateway.Upstream.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task FallbacksInACircle_End()
    {
        await using var gateway = await GatewayFixture.StartAsync(Falling("fallbacks: [{bad: [alsobad]}, {alsobad: [bad]}]"));

        (await gateway.ChatAsync(GatewayFixture.Chat("bad"))).Status.ShouldBe(500);
        gateway.Upstream.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task PromptTooLong_TakesItsOwnFallback()
    {
        var tooLong = Uri.EscapeDataString(
            """{"error":{"message":"This model has a maximum context length","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models =
            [
                new("ok"),
                new("short", (MockHeaders.ErrorStatus, "400"), (MockHeaders.ErrorBody, tooLong)),
                new("wrong", (MockHeaders.ErrorStatus, "500")),
            ],
            Router = "num_retries: 0, fallbacks: [{short: [wrong]}], context_window_fallbacks: [{short: [ok]}]",
        });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("short"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("model").GetString().ShouldBe("ok");
        gateway.Upstream.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("mock_testing_fallbacks", "fallbacks: [{ok: [other]}]")]
    [InlineData("mock_testing_context_fallbacks", "context_window_fallbacks: [{ok: [other]}]")]
    [InlineData("mock_testing_content_policy_fallbacks", "content_policy_fallbacks: [{ok: [other]}]")]
    public async Task FallbacksCanBeTriedOut(string member, string router)
    {
        await using var gateway = await GatewayFixture.StartAsync(
            new GatewaySetup { Models = [new("ok"), new("other")], Router = "num_retries: 0, " + router });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", $",\"{member}\":true"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("model").GetString().ShouldBe("other");
        gateway.Upstream.Requests.Count.ShouldBe(1);
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("mock_testing");
    }

    /// <summary>An upstream whose first requests fail; two retries without waiting.</summary>
    private static GatewaySetup FailingFirst(int count, int status) => new()
    {
        Router = "num_retries: 2",
        Environment = NoWaits,
        Upstream = new MockServerOptions
        {
            Script = async (http, context) =>
            {
                if (context.Number > count)
                {
                    return false;
                }

                http.Response.StatusCode = status;
                http.Response.ContentType = "application/json";
                await http.Response.Body.WriteAsync("""{"error":{"message":"not now","type":"x","param":null,"code":null}}"""u8.ToArray());
                return true;
            },
        },
    };

    private static GatewaySetup Falling(string router) => new()
    {
        Models = [new("ok"), new("bad", (MockHeaders.ErrorStatus, "500")), new("alsobad", (MockHeaders.ErrorStatus, "503"))],
        Router = router.Contains("num_retries", StringComparison.Ordinal) ? router : "num_retries: 0, " + router,
    };
}
