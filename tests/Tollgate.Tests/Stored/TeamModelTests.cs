using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>What the admin of a team may do with the team's models, over HTTP with a key of theirs.</summary>
public sealed class TeamModelTests
{
    private const string Elsewhere = "http://elsewhere.invalid/v1";

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task TeamAdmin_SwitchesTheTeamsModelAndNoOther(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind);
        var lead = await LeadAsync(gateway);
        await gateway.PostAsync("model/new", gateway.NewModel("foreign", "foreign-1")).OkAsync();
        await gateway.PostAsync("model/new", Model("own", "own-1", """ "api_key":"sk-of-the-team-0001","mock_response":"x" """), lead).OkAsync();
        var member = await KeyAsync(gateway, """{"team_id":"t1"}""");

        await gateway.PostAsync("model/disable", """{"model_id":"own-1"}""", lead).OkAsync();
        (await gateway.ChatAsync(GatewayFixture.Chat("own"), member)).Status.ShouldBe(403);
        await gateway.PostAsync("model/enable", """{"model_id":"own-1"}""", lead).OkAsync();
        (await gateway.ChatAsync(GatewayFixture.Chat("own"), member)).Status.ShouldBe(200);
        (await gateway.PostAsync("model/disable", """{"model_id":"foreign-1"}""", lead)).Status.ShouldBe(403);
        (await gateway.PostAsync("model/block", """{"model_name":"foreign"}""", member)).Status.ShouldBe(403);
        (await gateway.ChatAsync(GatewayFixture.Chat("foreign"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(""" "api_base":"http://elsewhere.invalid/v1" """)]
    [InlineData(""" "api_base":"http://elsewhere.invalid/v1","api_key":"" """)]
    [InlineData(""" "api_base":"http://elsewhere.invalid/v1","api_key":{} """)]
    [InlineData(""" "api_base":"http://elsewhere.invalid/v1","api_key":"mine","litellm_credential_name":"shared" """)]
    [InlineData(""" "api_key":"os.environ/OPENAI_API_KEY" """)]
    public async Task TeamAdmin_GetsNoKeyOfTheGatewaySentElsewhere_WithANewModel(string parameters)
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite);
        var lead = await LeadAsync(gateway);

        (await gateway.PostAsync("model/new", Model("own", "own-1", parameters), lead)).Status.ShouldBe(400);

        (await gateway.GetAsync("model/info?litellm_model_id=own-1")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(""" "api_key":null """)]
    [InlineData(""" "api_key":" " """)]
    [InlineData(""" "litellm_credential_name":"shared" """)]
    [InlineData(""" "api_key":null,"litellm_credential_name":"shared" """)]
    public async Task TeamAdmin_GetsNoKeyOfTheGatewaySentElsewhere_InTwoSteps(string second)
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite);
        var lead = await LeadAsync(gateway);
        await gateway.PostAsync("model/new", Model("own", "own-1", $""" "api_base":"{Elsewhere}","api_key":"mine" """), lead).OkAsync();

        (await PatchAsync(gateway, "own-1", second, lead)).Status.ShouldBe(400);

        (await PatchAsync(gateway, "own-1", "\"rpm\":5", lead)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task TeamAdmin_MovesNoModelWithSecretsOfAnAdmin()
    {
        await using var gateway = await StoredGateway.StartAsync(DatabaseKind.Sqlite);
        var lead = await LeadAsync(gateway);
        await gateway.PostAsync("model/new", Model("own", "own-1", """ "api_key":"sk-of-the-admin-1","extra_headers":{"x-pass":"word"} """)).OkAsync();

        (await PatchAsync(gateway, "own-1", $""" "api_base":"{Elsewhere}" """, lead)).Status.ShouldBe(400);
        (await PatchAsync(gateway, "own-1", $""" "api_base":"{Elsewhere}","api_key":"mine" """, lead)).Status.ShouldBe(400);
        (await PatchAsync(gateway, "own-1", $""" "api_base":"{Elsewhere}","api_key":"mine","extra_headers":null """, lead)).Status.ShouldBe(200);
    }

    private static string Model(string name, string id, string parameters) =>
        $$$"""{"model_name":"{{{name}}}","litellm_params":{"model":"openai/up-model",{{{parameters}}}},"model_info":{"id":"{{{id}}}","team_id":"t1"}}""";

    private static async Task<Answer> PatchAsync(GatewayFixture gateway, string id, string parameters, (string, string) caller)
    {
        using var content = new StringContent($$$"""{"litellm_params":{{{{parameters}}}}}""");
        using var response = await gateway.SendAsync(HttpMethod.Patch, $"model/{id}/update", content, caller);
        return await Answer.ReadAsync(response);
    }

    private static async Task<(string Name, string Value)> LeadAsync(GatewayFixture gateway)
    {
        await gateway.PostAsync("credentials", """{"credential_name":"shared","credential_info":{},"credential_values":{"api_key":"sk-shared-000001"}}""").OkAsync();
        await gateway.PostAsync("user/new", """{"user_id":"lead","user_role":"internal_user","auto_create_key":false}""").OkAsync();
        await gateway.PostAsync("team/new", """{"team_id":"t1","members_with_roles":[{"user_id":"lead","role":"admin"}]}""").OkAsync();
        return await KeyAsync(gateway, """{"user_id":"lead"}""");
    }

    private static async Task<(string Name, string Value)> KeyAsync(GatewayFixture gateway, string body) =>
        ("Authorization", "Bearer " + (await gateway.PostAsync("key/generate", body).OkAsync()).GetProperty("key").GetString());
}
