using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class RuleTests
{
    [Fact]
    public void UnknownKeys_AreWarningsWithTheNearestName()
    {
        var result = ConfigFixture.Load("""
            modle_list: []
            x-anchors: {a: 1}
            router_settings:
              routing_stategy: simple-shuffle
              completely_made_up: 1
            """);
        result.HasFatal.ShouldBeFalse();
        result.Diagnostics.Select(d => $"{d.Level} {d.Code} {d.Position.Line}:{d.Position.Column} {d.Path} {d.Hint}").ShouldBe(
        [
            "Warning CFG003 1:1 modle_list Did you mean 'model_list'?",
            "Warning CFG003 4:3 router_settings.routing_stategy Did you mean 'routing_strategy'?",
            "Warning CFG003 5:3 router_settings.completely_made_up ",
        ]);
    }

    [Theory]
    [InlineData("router_settings: {routing_strategy: round-robin}", "CFG006", "'round-robin' is not one of simple-shuffle, least-busy")]
    [InlineData("router_settings: {num_retries: many}", "CFG005", "expected an integer, found 'many'")]
    [InlineData("router_settings: {num_retries: 12:30}", "CFG005", "expected an integer, found '12:30'")]
    [InlineData("router_settings: {timeout: -1}", "CFG005", "expected a number of seconds, found '-1'")]
    [InlineData("router_settings: {num_retries: [1]}", "CFG005", "expected a single value, found a list")]
    [InlineData("router_settings: {model_group_alias: {a: [b]}}", "CFG005", "expected a model name or {model, hidden}")]
    [InlineData("general_settings: {budget_duration: 30 days}", "CFG009", "'30 days' is not a duration")]
    [InlineData("general_settings: {max_request_size_mb: 0}", "CFG005", "expected a size in MB above zero, found '0'")]
    [InlineData("general_settings: {mcp_internal_ip_ranges: [10.0.0.0/99]}", "CFG005",
        "expected an IP address or CIDR range, found '10.0.0.0/99'")]
    [InlineData("router_settings: {default_litellm_params: {timeout: soon}}", "CFG005", "expected a number of seconds, found 'soon'")]
    [InlineData("router_settings: {num_retries: sk-abcdefghijkl1234}", "CFG005", "expected an integer, found 'sk-...1234'")]
    [InlineData("general_settings: {use_x_forwarded_for: maybe}", "CFG005", "expected true or false, found 'maybe'")]
    [InlineData("litellm_settings: {cache_params: {type: memcached}}", "CFG006", "'memcached' is not one of redis, local")]
    [InlineData("model_list: [{model_name: a, litellm_params: {model: openai/a, api_base: localhost:8080}}]", "CFG005",
        "expected an absolute URL")]
    public void WrongValues_AreErrorsOfTheirOwnCodeAndRefuseTheStart(string yaml, string code, string message)
    {
        var result = ConfigFixture.Load(yaml);
        result.HasFatal.ShouldBe(code is "CFG005" or "CFG006" or "CFG009");
        result.Single(code).Level.ShouldBe(DiagnosticLevel.Error);
        result.Single(code).Message.ShouldStartWith(message);
    }

    [Theory]
    [InlineData("allowed_ips: [10.0.0.0/99]", "CFG005")]
    [InlineData("allowed_ips: {a: b}", "CFG005")]
    [InlineData("allowed_routes: {a: b}", "CFG005")]
    [InlineData("master_key: [sk-a]", "CFG005")]
    public void WrongValueOfAGuard_RefusesTheStart(string setting, string code)
    {
        var result = ConfigFixture.Load($"general_settings: {{{setting}}}");
        result.HasFatal.ShouldBeTrue();
        result.Diagnostics.ShouldContain(d => d.Code == code && d.Level == DiagnosticLevel.Fatal);
    }

    [Fact]
    public void Enums_TakeAnyCaseAndDash() =>
        ConfigFixture.LoadClean(
            "router_settings: {routing_strategy: Simple_Shuffle}\ntollgate: {budget_mode: STRICT, mid_stream_fallback: off}")
            .ShouldNotBeNull();

    [Fact]
    public void AllProblemsOfAFile_AreReportedTogetherInOrder()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: a
                litellm_params: {model: openai/a, rpm: x}
            general_settings:
              master_key: os.environ/NOPE
              max_budget: lots
            guardrails:
              - guardrail_name: g
                litellm_params: {guardrail: presido, mode: pre_call, default_on: true}
            router_settings:
              num_retries: 1
              num_retries: 2
            """);
        result.HasFatal.ShouldBeTrue();
        result.Diagnostics.Select(d => $"{d.Code} {d.Position.Line}")
            .ShouldBe(["CFG005 3", "CFG010 5", "CFG005 6", "CFG012 9", "CFG013 12"]);
    }

    [Theory]
    [InlineData("general_settings: {master_key: os.environ/NOPE}",
        "refers to NOPE, which is not set; refusing to start without authentication")]
    [InlineData("general_settings: {master_key: '${NOPE}'}", "refers to NOPE, which is not set; refusing to start without authentication")]
    [InlineData("general_settings: {master_key: os.environ/EMPTY}",
        "refers to EMPTY, which is not set; refusing to start without authentication")]
    [InlineData("general_settings: {master_key: ''}", "is empty; refusing to start without authentication")]
    public void MasterKeyThatIsNotThere_IsFatal(string yaml, string message)
    {
        ConfigFixture.Load(yaml, ("EMPTY", "")).Single("CFG010").Message.ShouldBe(message);
        var permitted = ConfigFixture.Load(yaml.TrimEnd('}') + ", dangerously_permit_weak_or_unset_master_key: true}", ("EMPTY", ""));
        permitted.Config.ShouldNotBeNull().General.MasterKey.ShouldBeNull();
        permitted.Codes(DiagnosticLevel.Warning).ShouldBe(["CFG038"]);
    }

    [Fact]
    public void OpenOrOddMasterKey_IsAWarning()
    {
        ConfigFixture.Load("{}", ("LITELLM_MASTER_KEY", "")).Single("CFG038").Message.ShouldStartWith("no master key is set");
        ConfigFixture.Load("general_settings: {master_key: 12345}").Single("CFG038").Message.ShouldContain("'sk-'");
    }

    [Theory]
    [InlineData("general_settings: {database_url: 'mysql://u:secret@h/d'}", "Fatal 1:34 general_settings.database_url")]
    [InlineData("litellm_settings: {database_url: 'mysql://u:secret@h/d'}", "Fatal 1:34 litellm_settings.database_url")]
    public void OtherDatabases_AreRefused(string yaml, string at)
    {
        var result = ConfigFixture.Load(yaml);
        result.At("CFG011").ShouldBe(at);
        DiagnosticPrinter.ToText(result.Diagnostics, (_, _) => yaml).ShouldNotContain("secret");
    }

    [Fact]
    public void UnsetDatabaseReference_IsFatal() =>
        ConfigFixture.Load("general_settings: {database_url: os.environ/NODB}")
            .Single("CFG010").Message.ShouldBe("refers to NODB, which is not set");

    [Theory]
    [InlineData("general_settings: {custom_auth: my_module.auth}", "CFG017", "Fatal")]
    [InlineData("general_settings: {custom_auth: 'https://hook.example'}", "CFG034", "Fatal")]
    [InlineData("general_settings: {custom_key_generate: my_module.make}", "CFG017", "Fatal")]
    [InlineData("litellm_settings: {callbacks: [my_module.handler]}", "CFG017", "Error")]
    [InlineData("litellm_settings: {post_call_rules: my_module.rule}", "CFG017", "Error")]
    [InlineData("litellm_settings: {custom_provider_map: [{provider: p, custom_handler: m.h}]}", "CFG017", "Error")]
    [InlineData("litellm_settings: {success_callback: [langfuze]}", "CFG023", "Warning")]
    [InlineData("general_settings: {key_management_system: hashicorp_vault}", "CFG034", "Error")]
    [InlineData("guardrails: [{guardrail_name: g, litellm_params: {guardrail: presido}}]", "CFG012", "Error")]
    [InlineData("guardrails: [{guardrail_name: g, litellm_params: {guardrail: presido, default_on: true}}]", "CFG012", "Fatal")]
    [InlineData("guardrails: [{guardrail_name: g, litellm_params: {guardrail: m.Guard, default_on: true}}]", "CFG017", "Fatal")]
    [InlineData("guardrails: [{guardrail_name: g, litellm_params: {guardrail: presidio, default_on: true}}]", "CFG034", "Warning")]
    [InlineData("guardrails: [{litellm_params: {guardrail: presidio}}]", "CFG004", "Error")]
    [InlineData("router_settings: {provider_budget_config: {openai: {budget_limit: 1, time_period: 1y}}}", "CFG022", "Warning")]
    [InlineData("tollgate: {journal_fsync: often}", "CFG005", "Error")]
    [InlineData("general_settings: {maximum_spend_logs_cleanup_cron: daily}", "CFG005", "Error")]
    [InlineData("litellm_settings: {default_team_settings: [{success_callback: [langfuse]}]}", "CFG004", "Error")]
    [InlineData("model_list: [{model_name: a, litellm_params: {model: openai/a, max_budget: 3}}]", "CFG022", "Warning")]
    public void Rules_ReportAtTheirLevel(string yaml, string code, string level)
    {
        var result = ConfigFixture.Load(yaml);
        result.Single(code).Level.ToString().ShouldBe(level);
        result.HasFatal.ShouldBe(level == "Fatal" || (level == "Error" && code is "CFG002" or "CFG004" or "CFG005" or "CFG006" or "CFG009"));
    }

    [Fact]
    public void DeclaredWebhook_IsNoUnknownCallback() => ConfigFixture.Load("""
        litellm_settings: {callbacks: [my_hook, custom_callback], success_callback: s3}
        callback_settings:
          my_hook: {callback_type: generic_api, endpoint: "https://h.example"}
        """, ("GENERIC_LOGGER_ENDPOINT", "https://g.example")).Codes(DiagnosticLevel.Warning).ShouldBeEmpty();

    [Theory]
    [InlineData("tollgate: {strict_config: true}\n", false, "0")]
    [InlineData("", true, "0")]
    [InlineData("", false, "1")]
    public void Strict_TurnsErrorsIntoARefusal(string head, bool flag, string variable)
    {
        using var fixture = new ConfigFixture();
        fixture.Write("c.yaml", head + "router_settings: {num_retries: x}");
        var request = new ConfigRequest { Path = "c.yaml", Environment = fixture.Environment(("STRICT_CONFIG", variable)), Strict = flag };
        ConfigFixture.Load(request).HasFatal.ShouldBeTrue();
    }

    [Fact]
    public void OctalLookingNumber_IsDecimalWithAWord()
    {
        var result = ConfigFixture.Load("router_settings: {num_retries: 010}");
        result.Config!.Router.NumRetries.ShouldBe(10);
        result.Single("CFG014").Message.ShouldContain("decimal");
    }
}
