using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

/// <summary>Configurations in the forms that operators really use (config.md 8.9): all must load without an error.</summary>
public class OperatorConfigTests
{
    private static readonly (string, string)[] Variables =
    [
        ("OPENAI_API_KEY", "sk-openai"), ("ANTHROPIC_API_KEY", "sk-ant"), ("DATABASE_URL", "postgresql://u:p@db:5432/litellm"),
        ("UP_URL", "https://gateway.example"), ("UP_KEY", "sk-up"), ("AZURE_API_KEY", "az"), ("LF_PUBLIC", "pk"), ("LF_SECRET", "sk"),
    ];

    [Fact]
    public void LocalServers_LoadWithZeroPrices()
    {
        var config = ConfigFixture.LoadClean("""
            model_list:
              - model_name: local-ollama
                litellm_params:
                  model: ollama/mistral:latest
                  api_base: http://192.0.2.50:11434  # elsewhere
                  api_key: sk-local
                  input_cost_per_token: 0.0
                  output_cost_per_token: 0.0
              - model_name: local-cpp
                litellm_params:
                  model: local-model
                  api_base: http://192.0.2.51:8080/v1
                  api_key: sk-local
            """);
        config.Deployments.Select(d => d.ModelGroup).ShouldBe(["local-ollama", "local-cpp"]);
        config.Deployments[0].Info.Members.Json().ShouldBe("input_cost_per_token=0.0, output_cost_per_token=0.0");
        config.Deployments[0].DefaultParams.ShouldBeEmpty();
    }

    [Fact]
    public void ProviderBudgetsAndModelBudgets_AreTyped()
    {
        var result = ConfigFixture.Load("""
            router_settings:
              provider_budget_config:
                openai: {budget_limit: 100.0, time_period: 30d}
                anthropic: {budget_limit: 50.0, time_period: 1mo}
                local: {budget_limit: 0.0, time_period: 1d}
            model_list:
              - model_name: gpt-4o
                litellm_params:
                  model: openai/gpt-4o
                  api_key: os.environ/OPENAI_API_KEY
                  max_budget: 20.0
                  budget_duration: 1d
                  rpm: 100
                  tpm: 100000
            """, Variables);
        result.Codes().ShouldBeEmpty();
        result.WithoutEffect.ShouldBeEmpty();
        var deployment = result.Config!.Deployments[0];
        (deployment.MaxBudget, deployment.BudgetDuration).ShouldBe((20m, "1d"));
        result.Config.Budgets.Providers.Select(static budget => (budget.Name, budget.Max, budget.Duration)).ShouldBe(
            [("openai", 100m, "30d"), ("anthropic", 50m, "1mo"), ("local", 0m, "1d")]);
        (deployment.Rpm, deployment.Tpm, deployment.DefaultParams.Length).ShouldBe((100L, 100000L, 0));
    }

    [Fact]
    public void PlainFallbackListAndPostgresCallback_Load()
    {
        var config = ConfigFixture.LoadClean("""
            model_list:
              - model_name: claude-x
                litellm_params: {model: anthropic/claude-x, api_key: os.environ/ANTHROPIC_API_KEY}
            router_settings:
              redis_host: redis
              redis_port: 6379
              num_retries: 3
              timeout: 600
              fallbacks:
                - claude-x
                - gpt-4o
            litellm_settings:
              success_callback: ["postgres"]
              database_url: postgresql://litellm@db:5432/litellm
              drop_params: true
              set_verbose: false
            """, ("ANTHROPIC_API_KEY", "sk-ant"));
        config.Router.NumRetries.ShouldBe(3);
        config.Router.Timeout.ShouldBe(TimeSpan.FromSeconds(600));
        config.Models.DropParams.ShouldBeTrue();
        config.General.DatabaseUrl.ShouldBe("postgresql://litellm@db:5432/litellm");
        config.Router.Fallbacks["claude-x"].Select(t => t.Model).ShouldBe(["gpt-4o"]);
        config.Router.Fallbacks["*"].Select(t => t.Model).ShouldBe(["claude-x", "gpt-4o"]);
    }

    [Fact]
    public void GatewayBehindGateway_TakesBraceReferences()
    {
        var config = ConfigFixture.LoadClean("""
            general_settings:
              master_key: ${LITELLM_MASTER_KEY}
              allow_non_registered_models: true
            model_list:
              - model_name: corp/atlas
                litellm_params:
                  model: openai/atlas
                  api_base: ${UP_URL}
                  api_key: ${UP_KEY}
            """, Variables);
        (config.General.MasterKey, config.General.AllowNonRegisteredModels).ShouldBe(("sk-master-for-tests", true));
        (config.Deployments[0].ModelGroup, config.Deployments[0].ApiBase, config.Deployments[0].ApiKey)
            .ShouldBe(("corp/atlas", "https://gateway.example", "sk-up"));
    }

    [Fact]
    public void HelmValues_AreUnwrapped()
    {
        var result = ConfigFixture.Load("""
            image: {repository: example/litellm, tag: main}
            replicaCount: 1
            db: {useExisting: true, secret: {name: s, usernameKey: DATABASE_USERNAME}}
            migrationJob: {enabled: false}
            proxy_config:
              model_list:
                - model_name: qwen-local
                  litellm_params: {model: "ollama_chat/qwen2.5:7b-instruct", api_base: "http://192.0.2.92:11434"}
                - model_name: bedrock-claude
                  litellm_params: {model: "bedrock/anthropic.claude-3-sonnet-20240229-v1:0", aws_region_name: us-east-1}
                - model_name: azure-gpt4
                  litellm_params:
                    model: azure/gpt-4-deployment
                    api_base: https://your-resource.openai.azure.com/
                    api_key: os.environ/AZURE_API_KEY
                    api_version: 2024-02-15-preview
              litellm_settings:
                callbacks:
                  - prometheus
                json_logs: true
                store_audit_logs: true
              general_settings:
                master_key: os.environ/LITELLM_MASTER_KEY
                database_url: os.environ/DATABASE_URL
            environmentSecrets: [litellm-secrets]
            """, Variables);
        result.Codes(DiagnosticLevel.Warning).ShouldBe(["CFG037"]);
        var config = result.Config.ShouldNotBeNull();
        config.Deployments.Length.ShouldBe(3);
        config.Deployments[1].ProviderParams["aws_region_name"].ShouldBe("us-east-1");
        config.Deployments[2].ApiVersion.ShouldBe("2024-02-15-preview");
    }

    [Fact]
    public void ObservabilityAndSsoSettings_Load()
    {
        var result = ConfigFixture.Load("""
            litellm_settings:
              success_callback: ["langfuse"]
              langfuse_public_key: os.environ/LF_PUBLIC
              langfuse_secret_key: os.environ/LF_SECRET
              langfuse_host: https://langfuse.example
              callbacks: [prometheus, langfuse, custom_callback]
              prometheus_metrics_config:
                - group: "deployment_health"
                  metrics: ["litellm_deployment_success_responses"]
            general_settings:
              master_key: sk-1234
              budget_duration: 30d
              max_budget: 100.0  # USD
              enable_oauth2_auth: true
              ui_access_mode: "all"
              litellm_license: "anything"
            """, Variables);
        result.HasFatal.ShouldBeFalse();
        result.Single("CFG023").Message.ShouldContain("custom_callback");
        result.Codes(DiagnosticLevel.Warning).ShouldBe(["CFG023"]);
        result.WithoutEffect.ShouldNotContain(k => k.Path.Contains("license"));
    }

    [Fact]
    public void PlaceholderModel_StaysListed() =>
        ConfigFixture.LoadClean(
            "proxy_config:\n  model_list:\n    - {model_name: new-model, litellm_params: {model: provider/model-name}}\n")
            .Deployments.ShouldHaveSingleItem().Model.ShouldBe("provider/model-name");

    [Fact]
    public void LoadBalancedGroupWithNamedFallbacks_Loads()
    {
        var config = ConfigFixture.LoadClean("""
            model_list:
              - model_name: gpt-4o
                litellm_params: {model: openai/gpt-4o, api_key: sk-1}
              - model_name: gpt-4o
                litellm_params: {model: openai/gpt-4o, api_key: sk-2}
            router_settings:
              routing_strategy: usage-based-routing  # or least-busy
              fallbacks:
                - model_name: gpt-4o
                  fallbacks: [claude-3-5, gpt-4o-mini]
            """);
        config.Deployments.Select(d => d.Id).Distinct().Count().ShouldBe(2);
        config.Router.Fallbacks["gpt-4o"].Select(t => t.Model).ShouldBe(["claude-3-5", "gpt-4o-mini"]);
    }
}
