using System.Text;
using Tollgate.Configuration;
using Tollgate.Engine.Configuration;

namespace Tollgate.Tests.Configuration;

public class ModelListTests
{
    [Fact]
    public void DeploymentId_IsTheHashOfTheTestVector()
    {
        var deployment = ConfigFixture.LoadOne("""
            model_list:
              - model_name: gpt-4o
                litellm_params:
                  model: openai/gpt-4o
                  api_key: sk-x
                  rpm: 100
                  input_cost_per_token: 0.0000025
                  drop_params: true
                  tags: [free, paid]
                  extra_headers: {x-a: "1"}
                  api_base: null
            """);
        deployment.Id.ShouldBe("72933eb9a571819d264d0dca51e706163df02d997cce20a3fb66db83a6c39e58");
        deployment.ExtraHeaders["x-a"].ShouldBe("1");
    }

    [Theory]
    [InlineData("1e-6", "1e-6")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("1.0", "1.0")]
    [InlineData("1.0e+15", "1000000000000000.0")]
    [InlineData("1.0e+16", "1e+16")]
    [InlineData("123456789012345680000.0", "1.2345678901234568e+20")]
    [InlineData("-2.5e-07", "-2.5e-07")]
    [InlineData("0777", "511")]
    [InlineData("12:30", "750")]
    [InlineData("no", "False")]
    [InlineData("~", "None")]
    [InlineData("[1, a, \"it's\", null, {b: yes}]", "[1, 'a', \"it's\", None, {'b': True}]")]
    [InlineData("{a: [1, x], b: null, c: é}", "{\"a\": [1, \"x\"], \"b\": null, \"c\": \"\\u00e9\"}")]
    public void PythonText_PrintsLikePython(string yaml, string python)
    {
        var root = (MappingNode)new YamlReader("c", $"v: {yaml}", new DiagnosticBag()).Read()!;
        PythonText.Of(root.Get("v")!).ShouldBe(python);
    }

    [Fact]
    public void RequiredFields_AreNamedWithPosition()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - litellm_params: {model: openai/a}
              - model_name: b
              - model_name: c
                litellm_params:
                  api_key: sk-c
              - model_name: d
                litellm_params: {model: openai/d}
            """);
        result.HasFatal.ShouldBeTrue();
        result.Diagnostics.Where(d => d.Code == "CFG004").Select(d => $"{d.Position.Line}:{d.Position.Column} {d.Path}").ShouldBe(
        [
            "2:5 model_list[0].model_name", "3:5 model_list[1] (b).litellm_params.model", "6:7 model_list[2] (c).litellm_params.model",
        ]);
    }

    [Fact]
    public void WrongValuesInEntries_AreAllNamed()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: a
                litellm_params: {model: openai/a, rpm: fast}
              - model_name: b
                litellm_params: {model: openai/b, weight: -1}
              - model_name: c
                litellm_params: {model: openai/c, input_cost_per_token: -0.1}
            """);
        result.Diagnostics.Where(d => d.Level == DiagnosticLevel.Error)
            .Select(d => $"{d.Position.Line}:{d.Position.Column} {d.Path}: {d.Message}").ShouldBe(
        [
            "3:44 model_list[0] (a).litellm_params.rpm: expected an integer, found 'fast'",
            "5:47 model_list[1] (b).litellm_params.weight: expected zero or more, found '-1'",
            "7:61 model_list[2] (c).litellm_params.input_cost_per_token: a price cannot be negative",
        ]);
        result.HasFatal.ShouldBeTrue();
    }

    [Fact]
    public void UnknownParameters_BecomeDefaultsOfTheRequest()
    {
        var deployment = ConfigFixture.LoadOne("""
            model_list:
              - model_name: m
                rpm: 7
                litellm_params:
                  model: openai/m
                  temperature: 0.70
                  max_tokens: 1_000
                  top_p: 1e-1
                  stop: [a, "1"]
                  response_format: {type: json_object}
                  seed: null
                  think: no
                  # none of these may leave
                  metadata: {a: b}
                  tags: [x]
                  litellm_trace_id: t
                  mock_timeout: true
                  cooldown_time: 5
                  max_budget: 1
                  budget_duration: 1d
                  output_cost_per_token_above_200k_tokens: 1e-5
                  cache_read_input_token_cost: 0.1
                  my_credential_ref: x
                  vertex_project: p
                  vertex_ai_project: other
                  vertex_ai_location: l
                  use_psc_endpoint_format: true
                  aws_session_tags: {a: b}
                  guardrails: [g]
                  health_check_model: z
                  caching_groups: [[a]]
                  default_api_key_rpm_limit: 3
            """);
        deployment.DefaultParams.Json().ShouldBe(
            "temperature=0.70, max_tokens=1000, top_p=1e-1, stop=[\"a\",\"1\"], response_format={\"type\":\"json_object\"}, think=false");
        deployment.Rpm.ShouldBe(7);
        deployment.ProviderParams["vertex_project"].ShouldBe("p");
        deployment.ProviderParams["vertex_location"].ShouldBe("l");
        deployment.ProviderParams["use_psc_endpoint_format"].ShouldBe("true");
        deployment.ProviderParams.ContainsKey("vertex_ai_project").ShouldBeFalse();
        deployment.ProviderParams["aws_session_tags"].ShouldBe("""{"a":"b"}""");
        deployment.Info.Members.Json().ShouldBe("output_cost_per_token_above_200k_tokens=1e-5, cache_read_input_token_cost=0.1");
    }

    [Fact]
    public void AllConnectionFields_AreTyped()
    {
        var deployment = ConfigFixture.LoadOne("""
            model_list:
              - model_name: m
                litellm_params:
                  model: azure/m
                  custom_llm_provider: azure
                  base_url: https://a.example/
                  api_version: 2024-02-15
                  request_timeout: "30"
                  stream_timeout: os.environ/ST
                  max_retries: 2
                  headers: {a: 1}
                  extra_body: {b: 0777}
                  extra_query: {c: yes}
                  ssl_verify: /ca.pem
                  additional_drop_params: seed
                  configurable_clientside_auth_params: [api_key, {api_base: "^https://"}]
                  mock_response: hi
                  merge_reasoning_content_in_choices: "True"
                  azure_scope: s
                  organization: o
                  proxy: http://proxy:3128
                model_info:
                  id: my-id
                  base_model: azure/gpt-4
                  mode: EMBEDDING
                  access_groups: [g]
                  blocked: true
                  supports_vision: true
                  supports_system_message: false
                  free: [1]
            """, ("ST", "2.5"));
        (deployment.Id, deployment.CustomProvider, deployment.ApiBase, deployment.ApiVersion)
            .ShouldBe(("my-id", "azure", "https://a.example/", "2024-02-15"));
        (deployment.Timeout, deployment.StreamTimeout, deployment.NumRetries)
            .ShouldBe((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2.5), 2));
        (deployment.ExtraHeaders["a"], deployment.ExtraQuery["c"], deployment.ExtraBody.Json()).ShouldBe(("1", "yes", "b=777"));
        (deployment.SslVerify, deployment.SslCaFile).ShouldBe((true, "/ca.pem"));
        deployment.AdditionalDropParams.ShouldBe(["seed"]);
        deployment.ClientSideAuthParams["api_key"].ShouldBeNull();
        deployment.ClientSideAuthParams["api_base"].ShouldBe("^https://");
        Encoding.UTF8.GetString(deployment.MockResponse!.Value.Span).ShouldBe("\"hi\"");
        (deployment.MergeReasoningContent, deployment.SupportsSystemMessage).ShouldBe((true, false));
        (deployment.Organization, deployment.Proxy).ShouldBe(("o", "http://proxy:3128"));
        (deployment.Info.BaseModel, deployment.Info.Mode, deployment.Info.Blocked).ShouldBe(("azure/gpt-4", "embedding", true));
        deployment.Info.Capabilities["supports_vision"].ShouldBeTrue();
        deployment.Info.Members.Json().ShouldContain("free=[1]");
        deployment.DefaultParams.ShouldBeEmpty();
    }

    [Fact]
    public void ListOfOrganizations_IsADeploymentEach()
    {
        var config = ConfigFixture.LoadClean("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, organization: [a, b]}
              - model_name: n
                litellm_params: {model: openai/n, organization: [a, b, c]}
                model_info: {id: fixed}
            """);
        config.Deployments.Select(d => d.Organization).ShouldBe(["a", "b", "a", "b", "c"]);
        config.Deployments.Skip(2).Select(d => d.Id).ShouldBe(["fixed", "fixed-2", "fixed-3"]);
        config.Deployments.Select(d => d.Id).ShouldBeUnique();
    }

    [Fact]
    public void IdenticalEntries_AreMergedAndWeightsSummed()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, weight: 2}
              - model_name: m
                litellm_params: {model: openai/m, weight: 2}
            """);
        result.Config!.Deployments.ShouldHaveSingleItem().Weight.ShouldBe(4);
        result.At("CFG018").ShouldBe("Warning 4:5 model_list[1] (m)");
    }

    [Fact]
    public void ChosenIdTwice_KeepsTheFirst()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m}
                model_info: {id: x}
              - model_name: n
                litellm_params: {model: openai/n}
                model_info: {id: x}
            """);
        result.Single("CFG018").Message.ShouldStartWith("model_info.id 'x' is used by model_list[0] and model_list[1]");
        result.Config!.Deployments.ShouldHaveSingleItem().ModelGroup.ShouldBe("m");
    }

    [Fact]
    public void Credentials_FillWhatTheEntryLeavesOpen()
    {
        var result = ConfigFixture.Load("""
            credential_list:
              - credential_name: shared
                credential_values: {api_key: os.environ/SHARED, api_base: "https://shared.example", aws_region_name: eu}
              - credential_name: shared
                credential_values: {api_key: sk-second, api_base: "https://shared.example", aws_region_name: eu}
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, litellm_credential_name: shared, api_base: "https://own.example"}
              - model_name: n
                litellm_params: {model: openai/n, litellm_credential_name: shraed}
            """, ("SHARED", "sk-shared"));
        var deployment = result.Config!.Deployments.ShouldHaveSingleItem();
        (deployment.ApiKey, deployment.ApiBase, deployment.ProviderParams["aws_region_name"])
            .ShouldBe(("sk-second", "https://own.example", "eu"));
        result.Single("CFG035").Hint.ShouldBe("Did you mean 'shared'?");
        result.Single("CFG013").Message.ShouldContain("defined twice");
    }

    [Fact]
    public void DefaultParams_FillDeploymentsAndStayBehindClients()
    {
        var config = ConfigFixture.LoadClean("""
            router_settings:
              default_litellm_params: {timeout: 9, temperature: 0.1, tags: [x]}
            x-shared: {api_key: os.environ/UNUSED}
            model_list:
              - model_name: m
                litellm_params: {model: openai/m}
              - model_name: n
                litellm_params: {model: openai/n, timeout: 3}
            """);
        config.Deployments.Select(d => d.Timeout!.Value.TotalSeconds).ShouldBe([9, 3]);
        config.Router.DefaultParams.Json().ShouldBe("temperature=0.1");
    }

    [Theory]
    [InlineData(null, "Error", 0)]
    [InlineData("staging", "Notice", 0)]
    [InlineData("production", null, 1)]
    public void SupportedEnvironments_FilterDeployments(string? environment, string? level, int expected)
    {
        (string, string)[] variables = environment is null ? [] : [("LITELLM_ENVIRONMENT", environment)];
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m}
                model_info: {supported_environments: [production]}
            """, variables);
        result.Config!.Deployments.Length.ShouldBe(expected);
        result.Diagnostics.FirstOrDefault(d => d.Code == "CFG035")?.Level.ToString().ShouldBe(level);
    }

    [Fact]
    public void UnresolvedKeyOrAddress_KeepsTheDeploymentButMarksIt()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, api_key: os.environ/NOPE}
              - model_name: n
                litellm_params: {model: openai/n, api_key: sk-real-key, api_base: "https://${NOHOST}/v1"}
            """);
        result.Config!.Deployments.ShouldAllBe(d => d.ApiKeyUnresolved);
        result.Diagnostics.Where(d => d.Code == "CFG007").Select(d => $"{d.Level} {d.Position.Line}:{d.Position.Column} {d.Path}").ShouldBe(
            ["Warning 3:48 model_list[0] (m).litellm_params.api_key", "Warning 5:71 model_list[1] (n).litellm_params.api_base"]);
    }

    [Fact]
    public void ModelWithoutProvider_IsAnAliasOrAWarning()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: fast
                litellm_params: {model: big}
              - model_name: big
                litellm_params: {model: openai/m}
              - model_name: lost
                litellm_params: {model: my-model}
              - model_name: typo
                litellm_params: {model: opneai/m}
              - model_name: guessed
                litellm_params: {model: my-model, api_base: "http://h:1"}
            """);
        const string message = "LLM Provider NOT provided. Pass in the LLM provider you are trying to call. You passed model=";
        result.Config!.Deployments.Select(d => d.ModelGroup).ShouldBe(["big", "lost", "typo", "guessed"]);
        result.Config.Router.Aliases["fast"].ShouldBe(new ModelAlias("big", Hidden: false));
        result.Diagnostics.Where(d => d is { Code: "CFG033", Level: DiagnosticLevel.Warning })
            .Select(d => $"{d.Position.Line} {d.Message} / {d.Hint}").ShouldBe(
        [
            $"7 {message}my-model / Use 'openai/my-model' with api_base for any OpenAI-compatible server",
            $"9 {message}opneai/m / Did you mean 'openai/m'?",
        ]);
    }

    [Theory]
    [InlineData("provider: litellm, model: openai/a, api_base: 'http://h:1'", "Warning", 1)]
    [InlineData("provider: litellm, model: a", "Error", 0)]
    public void ProviderField_IsExplained(string parameters, string level, int deployments)
    {
        var result = ConfigFixture.Load($"model_list: [{{model_name: a, litellm_params: {{{parameters}}}}}]");
        result.Single("CFG015").Level.ToString().ShouldBe(level);
        result.Config!.Deployments.Length.ShouldBe(deployments);
        result.Config.Deployments.ShouldAllBe(d => d.DefaultParams.IsEmpty);
    }

    [Fact]
    public void MoreStarsThanTheName_IsAnError()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - {model_name: one, litellm_params: {model: openai/*}}
              - {model_name: "openai/*", litellm_params: {model: openai/*}}
              - {model_name: "*", litellm_params: {model: "*"}}
            """);
        result.At("CFG035").ShouldBe("Error 2:47 model_list[0] (one).litellm_params.model");
        result.Config!.Deployments.Length.ShouldBe(2);
    }

    [Fact]
    public void MisspeltGatewayKey_IsSuggested()
    {
        var result = ConfigFixture.Load(
            "model_list: [{model_name: a, litellm_params: {model: openai/a, api_bsae: 'http://h', top_k: 3, frequency_penalty: 1}}]");
        result.Single("CFG003").Hint.ShouldBe("Did you mean 'api_base'?");
    }

    [Fact]
    public void WrongFactsInModelInfo_CostNothingButTheFact()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: a
                litellm_params: {model: openai/a}
                model_info: {mode: chatty, max_tokens: many, supports_vision: maybe}
            """);
        result.Config!.Deployments.ShouldHaveSingleItem().Info.Mode.ShouldBeNull();
        result.Codes(DiagnosticLevel.Warning).ShouldBe(["CFG006", "CFG005", "CFG005"]);
        result.Diagnostics.ShouldAllBe(d => d.Level == DiagnosticLevel.Warning);
    }

    [Fact]
    public void OrderOnSomeDeploymentsOnly_IsNoticed()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - {model_name: a, litellm_params: {model: openai/a, order: 1}}
              - {model_name: a, litellm_params: {model: openai/b}}
            """);
        result.Single("CFG014").Message.ShouldContain("ranks last");
    }

    [Fact]
    public void ModelListAsMapping_IsFatalWithHint()
    {
        var result = ConfigFixture.Load("general_settings: {}\nmodel_list:\n  model_name: a\n");
        result.HasFatal.ShouldBeTrue();
        result.At("CFG002").ShouldBe("Fatal 3:3 model_list");
        result.Single("CFG002").Hint.ShouldBe("Put '- ' before 'model_name'");
    }
}
