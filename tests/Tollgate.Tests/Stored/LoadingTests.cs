using System.Text.Json.Nodes;
using Tollgate.Configuration;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Tests.Configuration;

namespace Tollgate.Tests.Stored;

/// <summary>What rows do to a configuration (config.md 11.3), without a database.</summary>
public sealed class LoadingTests
{
    private const string File = """
        model_list:
          - {model_name: ok, litellm_params: {model: openai/a, api_key: sk-file-key-0815}, model_info: {id: file-1}}
        general_settings: {master_key: sk-master-for-tests, max_request_size_mb: 5}
        router_settings: {num_retries: 3, fallbacks: [{ok: [ok]}]}
        """;

    [Theory]
    [InlineData(null, null, null, true, StoreMode.Unset, true)]
    [InlineData(null, null, null, false, StoreMode.Unset, false)]
    [InlineData(null, null, "true", false, StoreMode.On, true)]
    [InlineData(null, "False", "true", true, StoreMode.Off, false)]
    [InlineData(true, "False", "false", false, StoreMode.On, true)]
    [InlineData(false, "True", null, true, StoreMode.Off, false)]
    public void StoreSwitch_RowThenEnvironmentThenFile(bool? row, string? variable, string? file, bool isOwn, StoreMode mode, bool isOn)
    {
        var rows = new DatabaseRows { IsOwnDatabase = isOwn, Settings = row is { } value ? [Setting("general_settings", new() { ["store_model_in_db"] = value })] : [] };
        var yaml = file is null ? File : File.Replace("max_request_size_mb: 5", $"store_model_in_db: {file}");
        var view = Load(yaml, rows, variable is null ? [] : [("STORE_MODEL_IN_DB", variable)]).View.Value;
        (view.Store, view.StoreIsOn).ShouldBe((mode, isOn));
    }

    [Fact]
    public void Rows_AreLaidOverTheFile()
    {
        var result = Load(File, new DatabaseRows
        {
            IsOwnDatabase = true,
            Models = [Model("db-1", "stored", new() { ["model"] = "enc:openai/b", ["litellm_credential_name"] = "enc:shared" }), Model("file-1", "twin", new() { ["model"] = "openai/c" })],
            Credentials = [new() { ["credential_name"] = "shared", ["credential_values"] = new JsonObject { ["api_key"] = "enc:sk-shared-key-0815" } }],
            Settings =
            [
                Setting("general_settings", new() { ["master_key"] = "sk-stolen", ["max_request_size_mb"] = 9, ["enforce_user_param"] = null }),
                Setting("router_settings", new() { ["num_retries"] = 7, ["fallbacks"] = new JsonArray() }),
                Setting("litellm_settings", new() { ["ssl_verify"] = false, ["drop_params"] = true }),
                Setting("environment_variables", new() { ["UPSTREAM_NAME"] = "enc:value", ["DATABASE_URL"] = "enc:postgresql://elsewhere" }),
            ],
        });
        var config = result.Config.ShouldNotBeNull(DiagnosticPrinter.ToText(result.Diagnostics));

        config.Deployments.Select(d => d.Id).ShouldBe(["file-1", "db-1"]);
        config.Deployments[1].ApiKey.ShouldBe("sk-shared-key-0815");
        config.General.MasterKey.ShouldBe("sk-master-for-tests");
        config.General.MaxRequestBytes.ShouldBe(9 * 1024 * 1024);
        config.Router.NumRetries.ShouldBe(7);
        config.Router.Fallbacks.Count.ShouldBe(1);
        config.Models.SslVerify.ShouldBeTrue();
        config.Models.DropParams.ShouldBeTrue();
        config.Environment["UPSTREAM_NAME"].ShouldBe("value");
        config.Environment.ContainsKey("DATABASE_URL").ShouldBeFalse();
        result.View.Value.Deployments[^1].Error.ShouldNotBeNull().ShouldContain("file-1");
    }

    [Fact]
    public void BrokenRows_CostOnlyThemselves()
    {
        var result = Load(File, new DatabaseRows
        {
            IsOwnDatabase = true,
            Models =
            [
                Model("locked", "locked", new() { ["model"] = "broken" }), Model("empty", "empty", []),
                Model("negative", "negative", new() { ["model"] = "openai/b", ["input_cost_per_token"] = -1 }), Model("good", "good", new() { ["model"] = "openai/b" }),
            ],
            Settings = [Setting("general_settings", new() { ["allowed_ips"] = "nonsense" })],
        });
        result.Config.ShouldNotBeNull().Deployments.Select(d => d.Id).ShouldBe(["file-1", "good"]);
        result.View.Value.Deployments.Where(d => d.Error is not null).Select(d => d.Id).ShouldBe(["locked", "empty", "negative"]);
    }

    [Fact]
    public void Overrides_ChangeFileModelsWithoutChangingTheirIds()
    {
        var noId = File.Replace(", model_info: {id: file-1}", "") + "\n";
        var id = Load(noId, new DatabaseRows { IsOwnDatabase = true }).Config!.Deployments[0].Id;
        var rows = new DatabaseRows
        {
            IsOwnDatabase = true,
            Overrides =
            [
                new() { ["scope"] = "group", ["id"] = "ok", ["data"] = new JsonObject { ["model_info"] = new JsonObject { ["blocked"] = true }, ["budget"] = new JsonObject { ["max_budget"] = 50, ["budget_duration"] = "7d" } } },
                new() { ["scope"] = "id", ["id"] = id, ["data"] = new JsonObject { ["litellm_params"] = new JsonObject { ["api_base"] = "enc:http://elsewhere/v1", ["rpm"] = 4 } } },
            ],
        };
        var one = Load(noId, rows).Config!;
        var deployment = one.Deployments.ShouldHaveSingleItem();
        (deployment.Id, deployment.ApiBase, deployment.Rpm, deployment.Info.Blocked).ShouldBe((id, "http://elsewhere/v1", 4L, true));
        (deployment.MaxBudget, deployment.BudgetDuration).ShouldBe((50m, "7d"));
        one.GroupBudgets.ShouldBeEmpty();

        // With a second deployment the budget is the group's, once.
        var two = Load(noId, rows with { Models = [Model("db-1", "ok", new() { ["model"] = "openai/b" })] }).Config!;
        two.Deployments.ShouldAllBe(d => d.MaxBudget == null);
        two.GroupBudgets["ok"].Max.ShouldBe(50m);
    }

    [Fact]
    public void ShownConfiguration_HoldsNoSecret()
    {
        const string yaml = """
            model_list:
              - model_name: m
                litellm_params: {model: openai/a, api_key: sk-first-secret-1, api_base: "https://user:hidden-password@host/v1",
                  extra_headers: {Authorization: Bearer sk-header-secret, x-note: copy of sk-first-secret-1}, input_cost_per_token: 0.000001}
              - {model_name: n, litellm_params: {model: openai/b, api_key: os.environ/SOME_KEY, vertex_credentials: {private_key: pem-secret-text}}}
            credential_list: [{credential_name: c, credential_values: {api_key: sk-credential-secret}}]
            general_settings: {master_key: sk-master-for-tests, alert_to_webhook_url: {budget_alerts: https://hooks.example/secret-path}}
            environment_variables: {LANGFUSE_SECRET_KEY: lf-secret-value}
            """;
        var view = Load(yaml, new DatabaseRows { IsOwnDatabase = true }, ("SOME_KEY", "sk-from-environment")).View.Value;
        var text = view.Sections.ToJsonString() + string.Concat(view.Deployments.Select(d => d.Params.ToJsonString() + d.Info.ToJsonString()))
            + string.Concat(view.FileCredentials.Select(c => c.Values.ToJsonString()));

        foreach (var secret in new[]
        {
            "first-secret", "hidden-password", "header-secret", "from-environment", "pem-secret", "credential-secret", "master-for-tests", "secret-path", "lf-secret",
        })
        {
            text.ShouldNotContain(secret);
        }

        text.ShouldContain("os.environ/SOME_KEY");
        text.ShouldContain("\"input_cost_per_token\":0.000001");
    }

    private static ConfigResult Load(string yaml, DatabaseRows rows, params (string Name, string Value)[] variables)
    {
        using var fixture = new ConfigFixture();
        fixture.Write("config.yaml", yaml);
        return ConfigFixture.Load(new ConfigRequest
        {
            Path = "config.yaml",
            Environment = fixture.Environment(variables),
            Stored = new StoredConfiguration(rows, new PrefixBox()),
        });
    }

    private static JsonObject Model(string id, string name, JsonObject parameters) => new()
    {
        ["model_id"] = id,
        ["model_name"] = name,
        ["litellm_params"] = parameters,
        ["model_info"] = new JsonObject(),
        ["blocked"] = false,
    };

    private static JsonObject Setting(string name, JsonObject value) => new() { ["param_name"] = name, ["param_value"] = value };

    /// <summary>Encrypted is what starts with <c>enc:</c>; <c>broken</c> opens with no key.</summary>
    private sealed class PrefixBox : ISecretBox
    {
        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public string Protect(string clear) => "enc:" + clear;

        public ISecretBox WithKey(string signingKey) => this;

        public void Expect(string signingKey)
        {
        }

        public OpenedText Unprotect(string stored) =>
            stored == "broken" ? new(null) : new(stored.StartsWith("enc:", StringComparison.Ordinal) ? stored[4..] : stored);
    }
}
