namespace Tollgate.Tests.Loopback;

/// <summary>Headers in both directions.</summary>
public sealed class ForwardingTests
{
    private static readonly (string Name, string Value)[] ClientHeaders =
    [
        ("x-custom", "mine"), ("anthropic-beta", "beta-1"), ("x-stainless-lang", "python"), ("User-Agent", "client/1"), ("Cookie", "a=b"),
        ("openai-organization", "org-1"), ("X-Forwarded-For", "10.0.0.1"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GoodAnswer_CarriesTheGatewaysAndTheProvidersHeaders(bool stream)
    {
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { Entry = "model_info: {id: 'dep-1'}" });
        var answer = stream ? await gateway.StreamAsync("ok") : await gateway.ChatAsync(GatewayFixture.Chat("ok"));

        Guid.TryParse(answer.Header("x-litellm-call-id"), out _).ShouldBeTrue();
        answer.Header("x-litellm-version").ShouldBe("1.81.0");
        answer.Header("x-litellm-model-id").ShouldBe("dep-1");
        answer.Header("x-litellm-model-group").ShouldBe("ok");
        answer.Header("x-litellm-model-api-base").ShouldBe(gateway.Upstream.BaseAddress + "v1");
        answer.Header("x-litellm-attempted-retries").ShouldBe("0");
        answer.Header("x-litellm-attempted-fallbacks").ShouldBe("0");
        double.Parse(answer.Header("x-litellm-response-duration-ms")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(0);
        double.Parse(answer.Header("x-litellm-overhead-duration-ms")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(0);
        answer.Header("llm_provider-openai-version").ShouldBe("2020-10-01");
        answer.Header("llm_provider-x-request-id")!.ShouldStartWith("req_mock");
        answer.Header("x-ratelimit-remaining-requests").ShouldBe("9999");
        answer.Header("x-request-id").ShouldBeNull();
        answer.Header("server").ShouldBeNull();
        answer.Header("cache-control").ShouldBe(stream ? "no-cache" : null);
        answer.Header("x-accel-buffering").ShouldBe(stream ? "no" : null);
    }

    [Fact]
    public async Task CallIdOfTheClient_IsKept_UnlessItIsUnfit()
    {
        await using var gateway = await GatewayFixture.StartAsync();

        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("x-litellm-call-id", "my-id-1"))).Header("x-litellm-call-id").ShouldBe("my-id-1");
        (await gateway.ChatAsync(GatewayFixture.Chat("none"), ("x-litellm-call-id", "my-id-2"))).Header("x-litellm-call-id").ShouldBe("my-id-2");
        Guid.TryParse((await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("x-litellm-call-id", "has blanks"))).Header("x-litellm-call-id"), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task WithoutOptIn_NoClientHeaderReachesTheUpstream()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ClientHeaders)).Status.ShouldBe(200);

        foreach (var (name, value) in ClientHeaders)
        {
            gateway.LastUpstreamRequest.Header(name).ShouldNotBe(value, name);
        }

        gateway.LastUpstreamRequest.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
    }

    [Theory]
    [InlineData("forward_client_headers_to_llm_api: true", "")]
    [InlineData("", "model_group_settings: {forward_client_headers_to_llm_api: [ok]}")]
    [InlineData("", "model_group_settings: {forward_client_headers_to_llm_api: ['o*']}")]
    [InlineData("", "model_group_settings: {forward_client_headers_to_llm_api: ['openai/*']}")]
    public async Task WithOptIn_ExtensionHeadersReachTheUpstream(string general, string litellm)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = general, Litellm = litellm });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok"), ClientHeaders)).Status.ShouldBe(200);

        gateway.LastUpstreamRequest.Header("x-custom").ShouldBe("mine");
        gateway.LastUpstreamRequest.Header("anthropic-beta").ShouldBe("beta-1");
        gateway.LastUpstreamRequest.Header("user-agent").ShouldNotBe("client/1");
        foreach (var name in new[] { "x-stainless-lang", "x-forwarded-for", "cookie", "openai-organization" })
        {
            gateway.LastUpstreamRequest.Header(name).ShouldBeNull(name);
        }
    }

    [Fact]
    public async Task OptInOfAnotherModel_ForwardsNothing()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok"), new("other")],
            Litellm = "model_group_settings: {forward_client_headers_to_llm_api: [other]}",
        });
        await gateway.ChatAsync(GatewayFixture.Chat("ok"), ClientHeaders);

        gateway.LastUpstreamRequest.Header("x-custom").ShouldBeNull();
    }

    [Fact]
    public async Task OrganizationOfTheClient_IsForwardedWhenSwitchedOn()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "forward_openai_org_id: true" });
        await gateway.ChatAsync(GatewayFixture.Chat("ok"), ClientHeaders);

        gateway.LastUpstreamRequest.Header("openai-organization").ShouldBe("org-1");
        gateway.LastUpstreamRequest.Header("x-custom").ShouldBeNull();
    }

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("x-litellm-api-key", "")]
    [InlineData("x-litellm-api-key", "Bearer ")]
    [InlineData("api-key", "")]
    [InlineData("x-api-key", "")]
    [InlineData("x-goog-api-key", "")]
    [InlineData("Ocp-Apim-Subscription-Key", "")]
    public async Task KeyOfTheGateway_NeverReachesTheUpstream(string header, string scheme)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            General = "forward_client_headers_to_llm_api: true, forward_llm_provider_auth_headers: true, forward_openai_org_id: true",
        });
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok"), ("Authorization", ""), (header, scheme + GatewayFixture.MasterKey));

        answer.Status.ShouldBe(200, answer.Body);
        gateway.LastUpstreamRequest.Headers.ShouldAllBe(pair => !pair.Value.Contains(GatewayFixture.MasterKey, StringComparison.Ordinal));
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain(GatewayFixture.MasterKey);
    }

    [Fact]
    public async Task KeyInACustomHeader_NeverReachesTheUpstream()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            General = "litellm_key_header_name: 'X-Company-Key', forward_client_headers_to_llm_api: true, forward_llm_provider_auth_headers: true",
        });
        var answer = await gateway.ChatAsync(
            GatewayFixture.Chat("ok"), ("Authorization", ""), ("x-company-key", "Bearer " + GatewayFixture.MasterKey), ("x-custom", "mine"));

        answer.Status.ShouldBe(200, answer.Body);
        gateway.LastUpstreamRequest.Header("x-custom").ShouldBe("mine");
        gateway.LastUpstreamRequest.Headers.ShouldAllBe(pair => !pair.Value.Contains(GatewayFixture.MasterKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ProviderKeyOfTheClient_IsForwardedOnlyWhenSwitchedOn()
    {
        await using var without = await GatewayFixture.StartAsync();
        await using var with = await GatewayFixture.StartAsync(new GatewaySetup { General = "forward_llm_provider_auth_headers: true" });
        await without.ChatAsync(GatewayFixture.Chat("ok"), ("x-api-key", "mine"));
        await with.ChatAsync(GatewayFixture.Chat("ok"), ("x-api-key", "mine"));

        without.LastUpstreamRequest.Header("x-api-key").ShouldBeNull();
        with.LastUpstreamRequest.Header("x-api-key").ShouldBe("mine");
    }

    [Theory]
    [InlineData("\"api_key\":\"sk-client\"", "api_key")]
    [InlineData("\"api_base\":\"http://127.0.0.1:1/v1\"", "api_base")]
    [InlineData("\"base_url\":\"http://127.0.0.1:1/v1\"", "api_base")]
    [InlineData("\"aws_role_name\":\"mine\"", "aws_role_name")]
    [InlineData("\"vertex_credentials\":{}", "vertex_credentials")]
    [InlineData("\"langfuse_host\":\"http://127.0.0.1:1\"", "langfuse_host")]
    public async Task CredentialsInTheBody_AreRefusedUnlessAllowed(string member, string name)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var answer = await gateway.ChatAsync(GatewayFixture.Chat("ok", "," + member));

        answer.ShouldBeError(401, $"Authentication Error, Rejected Request: {name} is not allowed in request body.", "None", "auth_error");
        gateway.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task ProviderKeyInTheBody_ReplacesTheDeploymentsWhenAllowed()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "allow_client_side_credentials: true" });
        (await gateway.ChatAsync(GatewayFixture.Chat("ok", ",\"api_key\":\"sk-client\""))).Status.ShouldBe(200);

        gateway.LastUpstreamRequest.Header("authorization").ShouldBe("Bearer sk-client");
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("sk-client");
    }

    [Fact]
    public async Task Usage_IsHiddenUnlessAskedForOrAlwaysOn()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var always = await GatewayFixture.StartAsync(new GatewaySetup { General = "always_include_stream_usage: true" });

        (await gateway.StreamAsync("ok")).Body.ShouldNotContain("completion_tokens");
        gateway.LastUpstreamRequest.BodyText.ShouldContain("\"include_usage\":true");
        (await gateway.StreamAsync("ok", ",\"stream_options\":{\"include_usage\":false}")).Body.ShouldNotContain("completion_tokens");
        gateway.LastUpstreamRequest.BodyText.ShouldContain("\"include_usage\":true");
        (await gateway.StreamAsync("ok", ",\"stream_options\":{\"include_usage\":true}")).Body.ShouldContain("\"completion_tokens\":10");
        (await always.StreamAsync("ok")).Body.ShouldContain("\"completion_tokens\":10");
    }
}
