using Microsoft.Extensions.DependencyInjection;
using Tollgate.Data.Rows;
using Tollgate.Management.Credentials;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Settings and credentials that live in the database, and what is refused.</summary>
public sealed class StoredSettingTests
{
    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Credential_GivesModelsTheirKeyAndIsNeverShown(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        var body = $$$"""{"credential_name":"shared/one","credential_info":{"description":"d"},"credential_values":{"api_key":"{{{StoredGateway.ProviderKey}}}","api_base":"{{{gateway.Upstream.BaseAddress}}}v1"}}""";
        await gateway.PostAsync("credentials", body).OkAsync();
        (await gateway.PostAsync("credentials", body)).Status.ShouldBe(400);
        await gateway.PostAsync("model/new", """{"model_name":"fresh","litellm_params":{"model":"openai/up-model","litellm_credential_name":"shared/one"},"model_info":{"id":"id-1"}}""").OkAsync();
        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Status.ShouldBe(200);

        foreach (var path in new[] { "credentials", "credentials/by_name/shared/one", "credentials/by_model/id-1", "model/info", "config" })
        {
            var shown = await gateway.GetAsync(path);
            shown.Status.ShouldBe(200, path + shown.Body);
            shown.Body.ShouldNotContain(StoredGateway.ProviderKey);
        }

        var row = await gateway.ReadAsync(rows => rows.SelectAsync(Tables.Credentials, Filter.None));
        row.ShouldHaveSingleItem()["credential_values"]!["api_key"]!.GetValue<string>().ShouldStartWith("v3:gcm:");
        var deleted = await Answer.ReadAsync(await gateway.SendAsync(HttpMethod.Delete, "credentials/shared/one", null));
        deleted.Json.GetProperty("models_using")[0].GetString().ShouldBe("id-1");
        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Status.ShouldBe(401);
        (await gateway.GetAsync("credentials/by_name/shared/one")).Error.Message.ShouldBe("Credential not found. Got credential name: shared/one");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Settings_ApplyAtOnceAndAreShownWithTheirSource(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        await gateway.PostAsync("config/update", """{"router_settings":{"num_retries":5},"environment_variables":{"SOME_SECRET":"hidden-value-1"}}""").OkAsync();
        await gateway.PostAsync("config/field/update", """{"field_name":"max_request_size_mb","field_value":3,"config_type":"general_settings"}""").OkAsync();

        var shown = await gateway.GetAsync("config");
        shown.Body.ShouldNotContain("hidden-value-1");
        shown.Body.ShouldNotContain(GatewayFixture.MasterKey);
        shown.Body.ShouldNotContain(GatewayFixture.UpstreamKey);
        shown.Json.GetProperty("router_settings").GetProperty("num_retries").GetInt32().ShouldBe(5);
        shown.Json.GetProperty("general_settings").GetProperty("max_request_size_mb").GetInt32().ShouldBe(3);
        shown.Json.GetProperty("field_sources").GetProperty("router_settings.num_retries").GetProperty("source").GetString().ShouldBe("db");
        shown.Json.GetProperty("environment_variables").GetProperty("SOME_SECRET").GetString().ShouldBe("****");
        (await gateway.GetAsync("config/field/info?field_name=max_request_size_mb").OkAsync()).GetProperty("field_value").GetInt32().ShouldBe(3);
        await gateway.PostAsync("config/field/delete", """{"field_name":"max_request_size_mb","config_type":"general_settings"}""").OkAsync();
        (await gateway.GetAsync("config/field/info?field_name=max_request_size_mb")).Status.ShouldBe(400);
        (await gateway.PostAsync("config/reload", "").OkAsync()).GetProperty("message").GetString().ShouldBe("Config reloaded successfully");
        (await gateway.GetAsync("config/yaml", ("Authorization", "Bearer none"))).Body.ShouldBe("""{"hello":"world"}""");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task AllowedAddresses_KeepTheCallerFromLockingThemselvesOut(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        (await gateway.PostAsync("add/allowed_ip", """{"ip":"10.0.0.1"}""")).Status.ShouldBe(400);
        await gateway.PostAsync("add/allowed_ip", """{"ip":"127.0.0.0/8"}""").OkAsync();
        await gateway.PostAsync("add/allowed_ip", """{"ip":"10.0.0.1"}""").OkAsync();
        (await gateway.GetAsync("get/allowed_ips")).Body.ShouldBe("""{"data":["127.0.0.0/8","10.0.0.1"]}""");
        (await gateway.PostAsync("delete/allowed_ip", """{"ip":"10.0.0.9"}""")).Status.ShouldBe(404);
        await gateway.PostAsync("delete/allowed_ip", """{"ip":"10.0.0.1"}""").OkAsync();
        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("config/update", """{"general_settings":{"allowed_ips":["10.0.0.1"]}}""", "lock you out")]
    [InlineData("config/update", """{"general_settings":{"allowed_routes":["/v1/chat/completions"]}}""", "lock you out")]
    [InlineData("config/field/update", """{"field_name":"allowed_ips","field_value":["10.0.0.1"],"config_type":"general_settings"}""", "lock you out")]
    [InlineData("config/field/update", """{"field_name":"allowed_routes","field_value":["/v1/*"],"config_type":"general_settings"}""", "lock you out")]
    [InlineData("config/update", """{"litellm_settings":{"cost_discount_config":{"openai":5}}}""", "discount of openai")]
    [InlineData("config/update", """{"litellm_settings":{"cost_margin_config":{"openai":1e300}}}""", "margin of openai")]
    [InlineData("config/update", """{"litellm_settings":{"cost_margin_config":{"openai":{"percent":1}}}}""", "Unknown member 'percent'")]
    public async Task SettingThatCouldNotBeTakenBackOrWouldNotCount_IsRefused(string path, string body, string reason)
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite);
        var answer = await gateway.PostAsync(path, body);
        answer.Status.ShouldBe(400, answer.Body);
        answer.Body.ShouldContain(reason);
        await gateway.ShouldStillServeAsync();
        await gateway.PostAsync("config/update", """{"general_settings":{"allowed_ips":["127.0.0.1","::1"],"allowed_routes":["/*"]}}""").OkAsync();
        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task StoreSwitchedOffByARow_IsSwitchedOnAgain(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1")).OkAsync();
        await gateway.PostAsync("config/update", """{"general_settings":{"store_model_in_db":false}}""").OkAsync();
        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Status.ShouldBe(400);
        (await gateway.PostAsync("model/new", gateway.NewModel("other", "id-2"))).Status.ShouldBe(500);

        await gateway.PostAsync("config/update", """{"general_settings":{"store_model_in_db":true}}""").OkAsync();

        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("model/new", """{"litellm_params":{"model":"openai/x"}}""", 422, "model_name")]
    [InlineData("model/new", """{"model_name":"m"}""", 422, "litellm_params")]
    [InlineData("model/new", """{"model_name":"m","litellm_params":{"api_key":"sk-very-secret"}}""", 422, "Field required")]
    [InlineData("model/new", """{"model_name":"m","litellm_params":{"model":"openai/x","rpm":"many"}}""", 422, "rpm")]
    [InlineData("model/new", """{"model_name":"m","litellm_params":{"model":"openai/x","timeout":[1]}}""", 400, "timeout")]
    [InlineData("model/new", """{"model_name":"m","litellm_params":{"model":"openai/x","budget_duration":"soon"}}""", 400, "budget_duration")]
    [InlineData("model/new", """{"model_name":"m","litellm_params":{"model":"openai/x"},"model_info":{"team_id":"none"}}""", 400, "Team id=none does not exist in db")]
    [InlineData("model/update", "{}", 400, "model_info not provided")]
    [InlineData("model/update", """{"litellm_params":{"rpm":1}}""", 400, "model_info not provided")]
    [InlineData("model/update", """{"litellm_params":{"rpm":1},"model_info":{}}""", 400, "model_info.id not provided")]
    [InlineData("model/update", """{"model_name":"none","max_budget":1}""", 404, "model not found")]
    [InlineData("model/update", """{"litellm_params":{"rpm":1},"model_info":{"id":"file-1"}}""", 400, "Model in config")]
    [InlineData("model/update", """{"model_name":"ok","api_base":"no address"}""", 400, "api_base")]
    [InlineData("model/update", """{"model_id":"file-1","input_cost_per_token":1e300}""", 400, "input_cost_per_token")]
    [InlineData("model/delete", """{"id":"none"}""", 400, "Model with id=none not found in db")]
    [InlineData("model/delete", """{"id":"file-1"}""", 400, "(defined in config)")]
    [InlineData("model/disable", "{}", 400, "model_name or model_id is required")]
    [InlineData("model/disable", """{"model_name":"none"}""", 404, "Model none not found")]
    [InlineData("model/info", """{"model":"none"}""", 404, "not found on litellm proxy")]
    [InlineData("credentials", """{"credential_name":"c","credential_info":{}}""", 400, "Credential values are required")]
    [InlineData("config/update", """{"unheard":{}}""", 400, "unheard")]
    [InlineData("config/update", """{"general_settings":{"master_key":"sk-new-master"}}""", 400, "not taken from the database")]
    [InlineData("config/update", """{"router_settings":{"num_retries":"many"}}""", 400, "num_retries")]
    [InlineData("config/update", """{"environment_variables":{"DATABASE_URL":"x"}}""", 400, "DATABASE_URL")]
    [InlineData("config/field/update", """{"field_name":"unheard","field_value":1,"config_type":"general_settings"}""", 400, "Invalid field=unheard passed in.")]
    [InlineData("config/field/update", """{"field_name":"max_parallel_requests","field_value":"x","config_type":"general_settings"}""", 400, "Invalid type of field value=")]
    [InlineData("add/allowed_ip", """{"ip":"nowhere"}""", 400, "not an IP address")]
    [InlineData("model/new", "{", 422, "JSON decode error")]
    public async Task BadInput_IsRefusedWithItsReason(string path, string body, int status, string reason)
    {
        await using var gateway = await StoredGateway.StartAsync(
            DatabaseKind.Sqlite, new GatewaySetup { Models = [new("ok") { Entry = "model_info: {id: file-1}" }] });
        var answer = await gateway.PostAsync(path, body);
        answer.Status.ShouldBe(status, answer.Body);
        answer.Body.ShouldContain(reason);
        answer.Body.ShouldNotContain("sk-very-secret");
        if (status == 422 || path is "model/info" or "config/field/update")
        {
            answer.Json.TryGetProperty("detail", out _).ShouldBeTrue();
        }
        else
        {
            answer.Error.Code.ShouldBe(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task StoreSwitchedOff_IsRefusedAsLiteLlmDoes()
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite, new GatewaySetup { General = "store_model_in_db: false" });
        var answer = await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1"));
        answer.Status.ShouldBe(500);
        answer.Error.ShouldBe(new ErrorParts("Set 'STORE_MODEL_IN_DB='True'' in your env to enable this feature.", "auth_error", "None", "500"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task RotatedKey_OpensEverythingAndTheOldOneNothing(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1")).OkAsync();
        await gateway.PostAsync("config/update", """{"environment_variables":{"SOME_SECRET":"hidden-value-1"}}""").OkAsync();
        var rotation = gateway.Services.GetServices<Management.Keys.IMasterKeyRotation>().OfType<SecretRotation>().ShouldHaveSingleItem();
        await gateway.WriteAsync(async rows =>
        {
            await rotation.ReencryptAsync(rows, "sk-the-next-master-key", GatewayFixture.Token);
            return true;
        });
        var row = await gateway.ReadAsync(rows => rows.FindAsync(Tables.Models, "id-1"));
        var stored = row!["litellm_params"]!["api_key"]!.GetValue<string>();
        new Data.Secrets.SecretBox(GatewayFixture.MasterKey, []).Decrypt(stored, out _).ShouldBe(Data.Secrets.SecretState.Undecryptable);
        new Data.Secrets.SecretBox("sk-the-next-master-key", []).Decrypt(stored, out var clear).ShouldBe(Data.Secrets.SecretState.Decrypted);
        clear.ShouldBe(StoredGateway.ProviderKey);

        await gateway.Reloader.RefreshAsync(GatewayFixture.Token);
        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Status.ShouldBe(200);
    }
}
