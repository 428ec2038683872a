using Tollgate.Mock;
using Tollgate.Money.Tests.Gateway;

namespace Tollgate.Money.Tests;

/// <summary>Budgets under many clients at once: neither jumped nor left unused.</summary>
public sealed class BudgetTests(ITestOutputHelper output)
{
    private const decimal CostOfCall = 10 * Config.SlowPrice;

    [Theory]
    [InlineData("budget_mode: reserve", 1 + CostOfCallForAttributes)]
    [InlineData("budget_mode: strict", 1)]
    public async Task Burst_StopsAtTheBudget(string mode, double most)
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress, mode));
        using var client = await gateway.NewClientAsync("\"max_budget\":1");
        var refusals = await Crowd.SpendAsync(client);
        await gateway.DrainedAsync();

        var spent = upstream.Statistics.CompletionTokens * Config.SlowPrice;
        output.WriteLine($"{mode}: {upstream.Statistics.Requests} calls, {spent} USD");
        refusals.ShouldAllBe(static refusal => refusal.Status == 400 && refusal.Error.GetProperty("type").GetString() == "budget_exceeded");
        spent.ShouldBeInRange(0.99m, (decimal)most);
        var ledger = await Ledger.OfFileAsync(gateway.DatabaseFile, client.Key);
        (ledger.KeySpend, ledger.LoggedSpend, ledger.DailySpend).ShouldBe((spent, spent, spent));
    }

    [Fact]
    public async Task NullIsUnlimited_ZeroRefuses_FreeIsNeverRefused()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress, "budget_error_status: 429"));
        using var unlimited = await gateway.NewClientAsync("\"max_budget\":null");
        using var broke = await gateway.NewClientAsync("\"max_budget\":0");
        using var small = await gateway.NewClientAsync("\"max_budget\":0.001");
        (await unlimited.ChatAsync(Config.Paid)).Status.ShouldBe(200);
        ShouldBeRefused(await broke.ChatAsync(Config.Paid));

        // The one call that may pass a budget, and the first behind it.
        (await small.ChatAsync(Config.Paid)).Status.ShouldBe(200);
        ShouldBeRefused(await small.ChatAsync(Config.Paid, stream: true));
        upstream.Statistics.Requests.ShouldBe(2);

        foreach (var client in new[] { unlimited, broke, small })
        {
            (await client.ChatAsync(Config.Free)).Status.ShouldBe(200);
            (await client.ChatAsync(Config.Free, stream: true)).Body.ShouldEndWith("data: [DONE]\n\n");
        }
    }

    // Attributes hold no decimals.
    private const double CostOfCallForAttributes = (double)CostOfCall;

    private static void ShouldBeRefused(ClientAnswer answer)
    {
        answer.Status.ShouldBe(429, answer.Body);
        answer.Error.GetProperty("type").GetString().ShouldBe("budget_exceeded");
        answer.Error.GetProperty("message").GetString()!.ShouldContain("Budget has been exceeded!");
    }
}
