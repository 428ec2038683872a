using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>Gates before the key: addresses, routes, concurrency; and routes without one.</summary>
public sealed class AccessTests
{
    private static readonly (string, string) NoKey = ("Authorization", "");

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/*")]
    [InlineData("LiteLLMRoutes.public_routes', '/v1/models")]
    public async Task PublicRoute_NeedsNoKey(string route)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = $"public_routes: ['{route}']" });

        (await gateway.GetAsync("/v1/models", NoKey)).Status.ShouldBe(200);
        (await gateway.PostAsync("/embeddings", "{}", NoKey)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task PublicInferenceRoute_IsServedAsNobody()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "public_routes: ['/v1/chat/completions']" });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), NoKey)).Text.ShouldBe(GatewayFixture.Text);
        (await gateway.PostAsync("/chat/completions", GatewayFixture.Chat("ok"), NoKey)).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("'127.0.0.1'", null, true)]
    [InlineData("'127.0.0.0/8'", null, true)]
    [InlineData("'10.0.0.1', '127.0.0.1'", null, true)]
    [InlineData("'10.0.0.1'", null, false)]
    [InlineData("'10.0.0.1'", "10.0.0.1", false)]
    public async Task AllowedIps_KeepOthersOut(string list, string? forwardedFor, bool allowed)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = $"allowed_ips: [{list}]" });
        (string, string)[] headers = forwardedFor is null ? [] : [("X-Forwarded-For", forwardedFor)];
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"), headers);

        if (allowed)
        {
            answer.Status.ShouldBe(200, answer.Body);
        }
        else
        {
            answer.ShouldBeError(403, "Access forbidden: IP address 127.0.0.1 not allowed.", "None", "auth_error");
        }
    }

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.1, 172.16.0.1", true)]
    [InlineData("10.0.0.2", false)]
    public async Task ForwardedAddress_CountsWhenSwitchedOn(string forwardedFor, bool allowed)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allowed_ips: ['10.0.0.1'], use_x_forwarded_for: true" });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("X-Forwarded-For", forwardedFor))).Status.ShouldBe(allowed ? 200 : 403);
    }

    [Fact]
    public async Task AllowedRoutes_KeepOthersClosed()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allowed_routes: ['/v1/chat/completions', '/health*']" });

        (await gateway.ChatAsync(GatewayFixture.Chat("ok"))).Status.ShouldBe(200);
        (await gateway.PostAsync("/embeddings", """{"model":"ok","input":"x"}"""))
            .ShouldBeError(403, "Access forbidden: Route /embeddings not allowed", "None", "auth_error");
        (await gateway.GetAsync("/v1/models")).ShouldBeError(403, "Access forbidden: Route /v1/models not allowed", "None", "auth_error");
        (await gateway.GetAsync("/health/readiness")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task MoreRequestsThanAllowed_Are503_ProbesAreNot()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok"), new("stall", (MockHeaders.Stall, "after-chunks:1"))],
            Own = "disconnect_policy: cancel",
            LimitConcurrency = 2,
        });
        using var first = await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("stall", ",\"stream\":true"));
        using (await gateway.OpenAsync("v1/chat/completions", GatewayFixture.Chat("stall", ",\"stream\":true")))
        {
            var refused = await gateway.ChatAsync(GatewayFixture.Chat("ok"));
            refused.ShouldBeError(503, "More than 2 requests at once; retry later.", null, "service_unavailable");
            refused.Header("retry-after").ShouldBe("2");
            (await gateway.GetAsync("/health/readiness")).Status.ShouldBe(200);
        }

        (await gateway.Upstream.Requests[1].Aborted.WaitAsync(TimeSpan.FromSeconds(60), GatewayFixture.Token)).ShouldBeTrue();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await gateway.ChatAsync(GatewayFixture.Chat("ok"))).Status != 200)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    [Theory]
    [InlineData("enforce_user_param: true", 401, "'user' param not passed in. 'enforce_user_param'=True")]
    [InlineData("enforced_params: [user]", 400, "BadRequest please pass param=user in request body. This is a required param")]
    public async Task DemandedField_MustBeThere(string general, int status, string message)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = general });
        var without = await gateway.ChatAsync(GatewayFixture.Chat("ok"));

        without.Status.ShouldBe(status);
        without.Error.Message.ShouldContain(message);
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"user\":\"u1\""))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task BlockedDeployment_Is403()
    {
        await using var gateway = await GatewayFixture.StartAsync(new("ok"), new TestModel("shut") { Entry = "model_info: {blocked: true}" });

        (await gateway.ChatAsync(GatewayFixture.Chat("shut")))
            .ShouldBeError(403, "litellm.PermissionDeniedError: Model is blocked", null, "permission_error");
        await gateway.ShouldStillServeAsync();
    }
}
