using Tollgate.Engine.Configuration;

namespace Tollgate.Tests.Configuration;

public class SectionTests
{
    [Fact]
    public void GeneralSettings_AreTyped()
    {
        var general = ConfigFixture.LoadClean("""
            general_settings:
              master_key: sk-abc
              litellm_key_header_name: X-Key
              pass_through_all_models: yes
              allow_client_side_credentials: 1
              public_routes: [/a, LiteLLMRoutes.public_routes]
              allowed_routes: /v1/chat/completions
              allowed_ips: [10.0.0.0/8, "::1"]
              use_x_forwarded_for: "true"
              completion_model: a
              embedding_model: b
              forward_client_headers_to_llm_api: true
              forward_openai_org_id: true
              always_include_stream_usage: true
              max_request_size_mb: 0.5
              max_response_size_mb: 2
              enforced_params: [user, metadata.x]
              enforce_user_param: true
              reject_clientside_metadata_tags: true
              allow_client_mock: false
              sse_keepalive_seconds: 15
              health_check_details: false
              database_url: postgres://h/db
            litellm_settings:
              forward_llm_provider_auth_headers: true
              model_group_settings: {forward_client_headers_to_llm_api: [g, openai/*]}
            """).General;
        (general.MasterKey, general.KeyHeaderName, general.CompletionModel, general.EmbeddingModel).ShouldBe(("sk-abc", "X-Key", "a", "b"));
        new[]
        {
            general.AllowNonRegisteredModels, general.AllowClientSideCredentials, general.UseForwardedFor, general.ForwardClientHeaders,
            general.ForwardOpenAiOrganization, general.AlwaysIncludeStreamUsage, general.EnforceUserParam, general.RejectClientTags,
            general.ForwardProviderAuthHeaders, !general.AllowClientMock, !general.HealthCheckDetails,
        }.ShouldAllBe(on => on);
        general.AllowedRoutes.ShouldBe(["/v1/chat/completions"]);
        general.AllowedIps.ShouldBe(["10.0.0.0/8", "::1"]);
        general.ForwardClientHeadersFor.ShouldBe(["g", "openai/*"]);
        (general.MaxRequestBytes, general.MaxResponseBytes, general.SseKeepAlive).ShouldBe((524288, 2097152, TimeSpan.FromSeconds(15)));
        general.DatabaseUrl.ShouldBe("postgres://h/db");
    }

    [Fact]
    public void EmptyConfig_HasLiteLlmsDefaults()
    {
        var config = ConfigFixture.LoadClean("{}");
        (config.Router.NumRetries, config.Router.MaxFallbacks, config.Models.RequestTimeout).ShouldBe((2, 5, TimeSpan.FromSeconds(6000)));
        (config.Server.DocsUrl, config.Server.OpenApiUrl, config.Server.RootPath).ShouldBe(("/docs", "/openapi.json", ""));
        config.General.MasterKey.ShouldBe("sk-master-for-tests");
        config.General.MaxRequestBytes.ShouldBe(100L * 1024 * 1024);
    }

    [Fact]
    public void EnvironmentDefaults_AreTaken()
    {
        var config = ConfigFixture.LoadClean("{}",
            ("DOCS_URL", ""), ("OPENAPI_URL", "api.json"), ("SERVER_ROOT_PATH", "/litellm/"), ("AIOHTTP_CONNECTOR_LIMIT_PER_HOST", "50"),
            ("AIOHTTP_KEEPALIVE_TIMEOUT", "30"), ("LITELLM_DROP_PARAMS", "True"), ("REQUEST_TIMEOUT", "77"), ("INITIAL_RETRY_DELAY", "0.1"),
            ("MAX_RETRY_DELAY", "2"), ("JITTER", "0"), ("SUPERVISORD_STOPWAITSECS", "9"),
            ("LITELLM_MAX_STREAMING_DURATION_SECONDS", "90"), ("SSL_VERIFY", "false"),
            ("DATABASE_HOST", "h"), ("DATABASE_USERNAME", "u@x"), ("DATABASE_PASSWORD", "p:w"), ("DATABASE_NAME", "d"));
        (config.Server.DocsUrl, config.Server.OpenApiUrl, config.Server.RootPath, config.Server.MaxConnectionsPerHost)
            .ShouldBe((null, "/api.json", "/litellm", 50));
        config.Server.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(9));
        config.Server.PooledConnectionIdleTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        (config.Models.DropParams, config.Models.SslVerify, config.Models.RequestTimeout).ShouldBe((true, false, TimeSpan.FromSeconds(77)));
        (config.Router.InitialRetryDelay.TotalSeconds, config.Router.MaxRetryDelay.TotalSeconds, config.Router.RetryJitter.TotalSeconds)
            .ShouldBe((0.1, 2, 0));
        config.Models.MaxStreamDuration.ShouldBe(TimeSpan.FromSeconds(90));
        config.General.DatabaseUrl.ShouldBe("postgresql://u%40x:p%3Aw@h:5432/d");
    }

    [Fact]
    public void NoDocs_SwitchesDocsOff() =>
        ConfigFixture.LoadClean("{}", ("NO_DOCS", "True"), ("DOCS_URL", "/swagger"), ("NO_OPENAPI", "1")).Server
            .ShouldSatisfyAllConditions(s => s.DocsUrl.ShouldBeNull(), s => s.OpenApiUrl.ShouldBeNull());

    [Fact]
    public void RouterSettings_WinOverModelSettings()
    {
        var router = ConfigFixture.LoadClean("""
            litellm_settings:
              num_retries: 1
              retry_after: 3
              fallbacks: [{a: [b]}]
              default_fallbacks: [z]
              request_timeout: 12
              ssl_verify: /ca.pem
              model_alias_map: {old: new}
            router_settings:
              num_retries: 5
              stream_timeout: 4
              retry_policy: [{RateLimitErrorRetries: 3}, {TimeoutErrorRetries: "1"}]
              model_group_retry_policy: {g: {BadRequestErrorRetries: 0}}
              model_group_alias: {gpt-4: gpt-4o, hid: {model: gpt-4o, hidden: true}}
              max_fallbacks: 2
            model_list: [{model_name: gpt-4o, litellm_params: {model: openai/gpt-4o}}]
            """);
        (router.Router.NumRetries, router.Router.RetryAfter.TotalSeconds, router.Router.MaxFallbacks,
            router.Router.StreamTimeout!.Value.TotalSeconds).ShouldBe((5, 3, 2, 4));
        router.Router.RetryPolicy.OrderBy(p => p.Value).Select(p => $"{p.Key}={p.Value}")
            .ShouldBe(["TimeoutErrorRetries=1", "RateLimitErrorRetries=3"]);
        router.Router.GroupRetryPolicy["g"]["BadRequestErrorRetries"].ShouldBe(0);
        router.Router.Aliases["gpt-4"].ShouldBe(new ModelAlias("gpt-4o", false));
        router.Router.Aliases["hid"].ShouldBe(new ModelAlias("gpt-4o", true));
        router.Router.Fallbacks.Keys.ShouldBe(["a", "*"], ignoreOrder: true);
        (router.Models.RequestTimeout.TotalSeconds, router.Models.SslCaFile, router.Models.AliasMap["old"])
            .ShouldBe((12, "/ca.pem", "new"));
    }

    [Theory]
    [InlineData("[{a: [b, c]}]", "a=b,c")]
    [InlineData("[{a: b}]", "a=b")]
    [InlineData("{a: [b]}", "a=b")]
    [InlineData("[{model_name: a, fallbacks: [b, c]}]", "a=b,c")]
    [InlineData("[{primary_model: a, fallback_models: b}]", "a=b")]
    [InlineData("[a, b, c]", "*=a,b,c; a=b,c; b=c,a; c=a,b")]
    [InlineData("[[a, b], [c, d]]", "*=a,b; a=b; b=a; c=d; d=c")]
    [InlineData("[{'*': [b]}]", "*=b")]
    [InlineData("[{a: [b]}, {a: [c]}]", "a=b,c")]
    [InlineData("[]", "")]
    public void FallbackForms_AreAllRead(string yaml, string expected) =>
        string.Join("; ", ConfigFixture.LoadClean(
            $"general_settings: {{allow_non_registered_models: true}}\nrouter_settings: {{fallbacks: {yaml}}}")
            .Router.Fallbacks.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $"{p.Key}={string.Join(',', p.Value.Select(t => t.Model))}")).ShouldBe(expected);

    [Fact]
    public void FallbackWithParameters_CarriesThem()
    {
        var target = ConfigFixture.LoadClean("router_settings: {content_policy_fallbacks: [{a: [{model: b, max_tokens: 100}]}]}")
            .Router.ContentPolicyFallbacks["a"].ShouldHaveSingleItem();
        (target.Model, target.Overrides.Json()).ShouldBe(("b", "max_tokens=100"));
    }

    [Fact]
    public void UnknownFallbackModels_AreNamedWithTheNearest()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - {model_name: gpt-4o, litellm_params: {model: openai/gpt-4o}}
              - {model_name: "azure/*", litellm_params: {model: azure/*}}
            router_settings:
              fallbacks:
                - gpt-4o: [azure/x]
                - gpt-4o: [gpt-40]
              model_group_alias: {a: gpt-5o}
            """);
        result.Diagnostics.Where(d => d.Code == "CFG008")
            .Select(d => $"{d.Level} {d.Position.Line}:{d.Position.Column} {d.Path}: {d.Message}. {d.Hint}").ShouldBe(
        [
            "Warning 7:16 router_settings.fallbacks[1]: 'gpt-40' is not a model name, alias or wildcard. Did you mean 'gpt-4o'?",
            "Warning 8:26 router_settings.model_group_alias.a: 'gpt-5o' is not a model name, alias or wildcard. Did you mean 'gpt-4o'?",
        ]);
    }

    [Fact]
    public void AliasCircle_IsAnErrorAndRemoved()
    {
        var result = ConfigFixture.Load("router_settings: {model_group_alias: {a: b, b: c, c: a, d: d}}");
        result.HasFatal.ShouldBeFalse();
        result.Diagnostics.Where(d => d.Code == "CFG035").Select(d => d.Message).ShouldBe(
            ["aliases lead in a circle: a -> b -> c -> a", "aliases lead in a circle: d -> d"]);
    }
}
