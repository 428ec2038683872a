using Tollgate.Data.Rows;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Stored;

/// <summary>Budgets of single models that users and customers have, and prices that come with a request.</summary>
public sealed class ModelBudgetTests
{
    private const string Budgets = "\"model_max_budget\":{\"paid\":{\"budget_limit\":0.000001,\"time_period\":\"1d\"}}";

    private static readonly GatewaySetup Setup = new()
    {
        Models = [Priced("paid"), Priced("other")],
    };

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Users_IsEnforcedForItsModelOnly(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind, Setup);
        await gateway.PostAsync("user/new", "{\"user_id\":\"u1\",\"auto_create_key\":false," + Budgets + "}").OkAsync();
        var first = await KeyAsync(gateway, "\"user_id\":\"u1\"");
        var second = await KeyAsync(gateway, "\"user_id\":\"u1\"");
        (await gateway.ChatAsync(GatewayFixture.Chat("paid"), first)).Status.ShouldBe(200);

        // Of one user: the other key has spent it as well.
        var refusal = await gateway.ChatAsync(GatewayFixture.Chat("paid"), second);
        refusal.Status.ShouldBe(400, refusal.Body);
        refusal.Error.Message.ShouldStartWith("LiteLLM User: u1, exceeded budget for model=paid");
        (await gateway.ChatAsync(GatewayFixture.Chat("other"), second)).Status.ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Customers_IsEnforcedForItsModelOnly_AndKnowsWhatIsRecorded(DatabaseKind kind)
    {
        await using var gateway = await StoredGateway.StartAsync(kind, Setup);
        await gateway.PostAsync("budget/new", "{\"budget_id\":\"b1\"," + Budgets + "}").OkAsync();
        await gateway.PostAsync("customer/new", """{"user_id":"c1","budget_id":"b1"}""").OkAsync();
        const string Customer = ",\"user\":\"c1\"";
        var key = await KeyAsync(gateway, "");
        (await gateway.ChatAsync(GatewayFixture.Chat("paid", Customer), key)).Status.ShouldBe(200);
        await gateway.SpendLogAsync();

        // Read anew, from what the database has.
        await gateway.PostAsync("customer/update", """{"user_id":"c1","alias":"again"}""").OkAsync();
        var refusal = await gateway.ChatAsync(GatewayFixture.Chat("paid", Customer), key);
        refusal.Status.ShouldBe(400, refusal.Body);
        refusal.Error.Message.ShouldStartWith("LiteLLM End User: c1, exceeded budget for model=paid");
        (await gateway.ChatAsync(GatewayFixture.Chat("other", Customer), key)).Status.ShouldBe(200);
        (await gateway.ChatAsync(GatewayFixture.Chat("paid", ",\"user\":\"c2\""), key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task PricesOfARequest_CountForAdministratorsOnlyAndStayHere()
    {
        await using var gateway = await GatewayFixture.StartAsync(Setup);
        const string Prices = ",\"input_cost_per_token\":0.5,\"output_cost_per_token\":\"0.25\"";
        (await gateway.ChatAsync(GatewayFixture.Chat("paid", Prices))).Status.ShouldBe(200);
        var row = await gateway.SpendLogAsync();
        row["spend"]!.GetValue<double>().ShouldBe(
            (row["prompt_tokens"]!.GetValue<long>() * 0.5) + (row["completion_tokens"]!.GetValue<long>() * 0.25), 1e-9);
        gateway.LastUpstreamRequest.BodyText.ShouldNotContain("cost_per_token");

        var key = await KeyAsync(gateway, "");
        (await gateway.ChatAsync(GatewayFixture.Chat("paid", Prices), key)).Status.ShouldBe(200);
        (await gateway.SpendLogAsync(2))["spend"]!.GetValue<double>().ShouldBeLessThan(0.1);
        (await gateway.ChatAsync(GatewayFixture.Chat("paid", ",\"input_cost_per_token\":-1"))).Status.ShouldBe(400);
    }

    private static TestModel Priced(string name) => new(name) { Params = "input_cost_per_token: 0.00001, output_cost_per_token: 0.00001" };

    private static async Task<(string Name, string Value)> KeyAsync(GatewayFixture gateway, string members)
    {
        var made = await gateway.PostAsync("key/generate", "{" + members + "}").OkAsync();
        return ("Authorization", "Bearer " + made.GetProperty("key").GetString());
    }
}
