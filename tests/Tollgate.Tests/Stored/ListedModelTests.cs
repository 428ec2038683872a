using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>What <c>GET /v1/models</c> tells whom (llm-api.md 11.2).</summary>
public sealed class ListedModelTests
{
    [Fact]
    public async Task ModelOfATeam_IsListedForTheTeamAlone()
    {
        await using var gateway = await StoredGateway.StartAsync((string?)null);
        var team = (await gateway.PostAsync("team/new", """{"team_alias":"a"}""").OkAsync()).GetProperty("team_id").GetString();
        var body = gateway.NewModel("of-the-team", "m-1").Replace("\"id\":\"m-1\"", $"\"id\":\"m-1\",\"team_id\":\"{team}\"", StringComparison.Ordinal);
        await gateway.PostAsync("model/new", body).OkAsync();

        var member = await KeyAsync(gateway, $$"""{"team_id":"{{team}}"}""");
        (await NamesAsync(gateway, "", member)).ShouldContain("of-the-team");
        (await gateway.GetAsync("v1/models/of-the-team", member)).Status.ShouldBe(200);
        (await gateway.ChatAsync(GatewayFixture.Chat("of-the-team"), member)).Status.ShouldBe(200);

        var stranger = await KeyAsync(gateway, "{}");
        (await NamesAsync(gateway, "", stranger)).ShouldBe(["ok"]);
        (await gateway.GetAsync("v1/models/of-the-team", stranger)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task AccessGroups_AreListedWhereAskedFor()
    {
        await using var gateway = await StoredGateway.StartAsync((string?)null, new GatewaySetup
        {
            Models = [new("ok"), new("fast") { Entry = "model_info: {access_groups: [quick]}" }, new("deep") { Entry = "model_info: {access_groups: [slow]}" }],
        });
        var limited = await KeyAsync(gateway, """{"models":["quick"]}""");
        (await NamesAsync(gateway, "", limited)).ShouldBe(["fast"]);
        (await NamesAsync(gateway, "?include_model_access_groups=true", limited)).ShouldBe(["fast", "quick"]);
        (await NamesAsync(gateway, "?only_model_access_groups=True", limited)).ShouldBe(["quick"]);
        (await NamesAsync(gateway, "?only_model_access_groups=true", await KeyAsync(gateway, "{}"))).ShouldBe(["quick", "slow"]);
    }

    private static async Task<List<string?>> NamesAsync(GatewayFixture gateway, string query, (string Name, string Value) key)
        => [.. (await gateway.GetAsync("v1/models" + query, key).OkAsync()).GetProperty("data").EnumerateArray()
            .Select(static model => model.GetProperty("id").GetString())];

    private static async Task<(string Name, string Value)> KeyAsync(GatewayFixture gateway, string body)
        => ("Authorization", "Bearer " + (await gateway.PostAsync("key/generate", body).OkAsync()).GetProperty("key").GetString());
}
