using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Models that live in the database, from the request to the call.</summary>
public sealed class StoredModelTests
{
    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task NewModel_IsCallableWhenTheAnswerIsThere(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        var row = await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1", ",\"rpm\":\"100\"")).OkAsync();

        row.GetProperty("model_id").GetString().ShouldBe("id-1");
        row.GetProperty("litellm_params").GetProperty("rpm").GetInt32().ShouldBe(100);
        row.GetProperty("model_info").GetProperty("db_model").GetBoolean().ShouldBeTrue();
        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Text.ShouldBe(GatewayFixture.Text);
        (await gateway.GetAsync("v1/models")).Body.ShouldContain("\"fresh\"");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task SecretsOfAModel_AreEncryptedInTheRowAndNowhereShown(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        var made = await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1"));
        var stored = await gateway.ReadAsync(rows => rows.FindAsync(Tables.Models, "id-1"));
        var audit = await gateway.ReadAsync(rows => rows.SelectAsync(Tables.AuditLog, Filter.None));

        var parameters = stored!["litellm_params"]!.AsObject();
        parameters["api_key"]!.GetValue<string>().ShouldStartWith("v3:gcm:");
        parameters["model"]!.GetValue<string>().ShouldNotContain("up-model");
        made.Body.ShouldNotContain(StoredGateway.ProviderKey);
        audit.ShouldHaveSingleItem()["action"]!.GetValue<string>().ShouldBe("created");
        audit[0].ToJsonString().ShouldNotContain(StoredGateway.ProviderKey);
        foreach (var path in new[] { "model/info", "v2/model/info", "model_group/info" })
        {
            var shown = await gateway.GetAsync(path);
            shown.Status.ShouldBe(200, shown.Body);
            shown.Body.ShouldNotContain(StoredGateway.ProviderKey);
            shown.Body.ShouldNotContain(GatewayFixture.UpstreamKey);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task DisabledGroup_IsRefusedAndHiddenUntilEnabled(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1")).OkAsync();
        foreach (var name in new[] { "fresh", "ok" })
        {
            var off = await gateway.PostAsync("model/disable", $$"""{"model_name":"{{name}}"}""").OkAsync();
            off.GetProperty("disabled").GetBoolean().ShouldBeTrue();
            off.GetProperty("model_ids").GetArrayLength().ShouldBe(1);
            var refused = await gateway.ChatAsync(GatewayFixture.Chat(name));
            refused.Status.ShouldBe(403);
            refused.Body.ShouldContain($"litellm.PermissionDeniedError: Model is blocked - {name} was disabled by an administrator");
            (await gateway.GetAsync("v1/models")).Body.ShouldNotContain($"\"{name}\"");
            (await gateway.GetAsync("model_group/info")).Body.ShouldNotContain($"\"{name}\"");
            (await gateway.GetAsync("model/info")).Body.ShouldContain("\"blocked\":true");

            await gateway.PostAsync("model/enable", $$"""{"model_name":"{{name}}"}""").OkAsync();
            (await gateway.ChatAsync(GatewayFixture.Chat(name))).Status.ShouldBe(200);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task GroupUpdateOfAFileModel_IsAnOverrideThatSurvivesAReloadAndGoesWithNull(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        var answer = await gateway.PostAsync("model/update", """{"model_name":"ok","max_budget":50.0,"budget_duration":"7d","rpm":7}""").OkAsync();
        answer.GetProperty("updated_models")[0].GetProperty("source").GetString().ShouldBe("config");
        answer.GetProperty("max_budget").GetDouble().ShouldBe(50);

        gateway.Reload(new GatewaySetup()).ShouldBeTrue();
        var shown = (await gateway.GetAsync("model/info?model=ok").OkAsync()).GetProperty("data")[0];
        shown.GetProperty("litellm_params").GetProperty("max_budget").GetDouble().ShouldBe(50);
        shown.GetProperty("litellm_params").GetProperty("rpm").GetInt32().ShouldBe(7);
        shown.GetProperty("model_info").GetProperty("overrides").EnumerateArray().Select(item => item.GetString())
            .ShouldBe(["rpm", "max_budget", "budget_duration"], ignoreOrder: true);

        await gateway.PostAsync("model/update", """{"model_name":"ok","max_budget":null,"rpm":null}""").OkAsync();
        shown = (await gateway.GetAsync("model/info?model=ok").OkAsync()).GetProperty("data")[0];
        shown.GetProperty("model_info").TryGetProperty("overrides", out _).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task StoredModel_IsChangedRenamedAndDeleted(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1", ",\"tpm\":5")).OkAsync();
        await gateway.PostAsync("model/update", """{"model_id":"id-1","base_model":"azure/gpt-4o"}""").OkAsync();
        var patched = await gateway.SendAsync(
            HttpMethod.Patch, "model/id-1/update", new StringContent("""{"model_name":"renamed","litellm_params":{"tpm":null,"rpm":3}}"""));
        ((int)patched.StatusCode).ShouldBe(200);

        var shown = (await gateway.GetAsync("model/info?litellm_model_id=id-1").OkAsync()).GetProperty("data")[0];
        shown.GetProperty("model_name").GetString().ShouldBe("renamed");
        shown.GetProperty("litellm_params").TryGetProperty("tpm", out _).ShouldBeFalse();
        shown.GetProperty("litellm_params").GetProperty("rpm").GetInt32().ShouldBe(3);
        shown.GetProperty("model_info").GetProperty("base_model").GetString().ShouldBe("azure/gpt-4o");
        (await gateway.ChatAsync(GatewayFixture.Chat("renamed"))).Status.ShouldBe(200);

        (await gateway.PostAsync("model/delete", """{"id":"id-1"}""").OkAsync()).GetProperty("message").GetString().ShouldBe("Model: id-1 deleted successfully");
        (await gateway.ChatAsync(GatewayFixture.Chat("renamed"))).Status.ShouldBe(400);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task RowThatCannotBeOpened_CostsOnlyItself(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        await gateway.PostAsync("model/new", gateway.NewModel("fresh", "id-1")).OkAsync();
        await gateway.WriteAsync(async rows =>
        {
            await rows.InsertAsync(Tables.Models, new JsonObject
            {
                ["model_id"] = "foreign",
                ["model_name"] = "locked",
                ["litellm_params"] = new JsonObject { ["model"] = "v3:gcm:AAECAwQFBgcICQoLXvM57n4yf3MK8F9zg9n3YKBAJWwMELWel7z17QPwxb54ZF3LeUM=" },
                ["model_info"] = new JsonObject { ["id"] = "foreign" },
                ["created_by"] = "x",
                ["updated_by"] = "x",
            });
            await rows.InsertAsync(Tables.Models, new JsonObject
            {
                ["model_id"] = "odd",
                ["model_name"] = "odd",
                ["litellm_params"] = new JsonObject { ["model"] = "openai/x", ["timeout"] = "soon" },
                ["created_by"] = "x",
                ["updated_by"] = "x",
            });
            return true;
        });
        await gateway.Reloader.RefreshAsync(GatewayFixture.Token);

        (await gateway.ChatAsync(GatewayFixture.Chat("fresh"))).Status.ShouldBe(200);
        var locked = (await gateway.GetAsync("model/info?litellm_model_id=foreign").OkAsync()).GetProperty("data")[0].GetProperty("model_info");
        locked.GetProperty("error").GetString().ShouldBe("undecryptable");
        var odd = (await gateway.GetAsync("model/info?litellm_model_id=odd").OkAsync()).GetProperty("data")[0].GetProperty("model_info");
        odd.GetProperty("config_error").GetString()!.ShouldContain("timeout");
    }

    [Fact]
    public async Task TwoGatewaysOnOneDatabase_ServeWhatEitherWasGiven()
    {
        var url = await (await Testing.PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var first = await StoredGateway.StartAsync(url);
        await using var second = await StoredGateway.StartAsync(url);
        await first.PostAsync("model/new", first.NewModel("fresh", "id-1")).OkAsync();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await second.ChatAsync(GatewayFixture.Chat("fresh"))).Status != 200)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
