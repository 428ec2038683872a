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

    [Fact]
    public async Task FreeModelsFallback_IsHeldToTheBudget()
    {
        const string More = ",\"max_tokens\":20,\"fallbacks\":[\"paid\"],\"mock_testing_fallbacks\":true";
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress));
        using var client = await gateway.NewClientAsync("\"max_budget\":0.001");

        (await client.PostAsync("v1/chat/completions", Client.Chat(Config.Free, More))).Status.ShouldBe(200);
        for (var i = 0; i < 3; i++)
        {
            (await client.PostAsync("v1/chat/completions", Client.Chat(Config.Free, More))).Status.ShouldNotBe(200);
        }

        upstream.Statistics.Requests.ShouldBe(1);
        await gateway.DrainedAsync();
        var ledger = await Ledger.OfFileAsync(gateway.DatabaseFile, client.Key);
        (ledger.KeySpend, ledger.LoggedSpend, ledger.DailySpend).ShouldBe((0.002m, 0.002m, 0.002m));
    }

    [Fact]
    public async Task TagsOfTheFile_HaveBudgets_ZeroIsNone()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress)
            + $"litellm_settings: {{tag_budget_config: {{small: {{max_budget: 0.001, {Forever}}}, open: {{max_budget: 0, {Forever}}}}}}}\n");
        using var client = await gateway.NewClientAsync();
        (await AskAsync("small", Config.Paid)).Status.ShouldBe(200);
        for (var i = 0; i < 2; i++)
        {
            (await AskAsync("open", Config.Paid)).Status.ShouldBe(200);
            var refusal = await AskAsync("small", Config.Paid);
            refusal.Status.ShouldBe(429, refusal.Body);
            refusal.Error.GetProperty("message").GetString().ShouldBe(
                "No deployments available - crossed budget: Exceeded budget for tag='small', tag_spend=0.002, tag_budget_limit=0.001");
            (await AskAsync("small", Config.Free)).Status.ShouldBe(200);
        }

        Task<ClientAnswer> AskAsync(string tag, string model) => client.PostAsync(
            "v1/chat/completions", Client.Chat(model, $",\"max_tokens\":20,\"metadata\":{{\"tags\":[\"{tag}\"]}}"));
    }

    [Fact]
    public async Task ProvidersAndDeployments_HaveBudgets_ZeroIsNone_FreeIsNeverRefused()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        var config = Config.For(upstream.BaseAddress)
            .Replace("{num_retries: 0}", $"{{num_retries: 0, provider_budget_config: {{openai: {{max_budget: 0.003, {Forever}}}}}}}")
            .Replace("model: openai/up-paid,", $"model: openai/up-paid, max_budget: 0, {Forever},")
            .Replace("model: openai/up-metered,", $"model: openai/up-metered, max_budget: 0.0005, {Forever},");
        await using var gateway = await GatewayProcess.StartAsync(config);
        using var client = await gateway.NewClientAsync();
        (await client.ChatAsync(Config.Metered)).Status.ShouldBe(200);
        (await client.ChatAsync(Config.Metered)).Error.GetProperty("message").GetString()!.ShouldContain("Exceeded budget for deployment model_name: metered");
        (await client.ChatAsync(Config.Paid)).Status.ShouldBe(200);
        (await client.ChatAsync(Config.Paid)).Error.GetProperty("message").GetString()!.ShouldContain("Exceeded budget for provider openai: 0.004");
        (await client.ChatAsync(Config.Free)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task TemporaryIncrease_CountsUntilItsEnd_AndHeadersTell()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress));
        using var client = await gateway.NewClientAsync("\"max_budget\":0.001");
        (await client.ChatAsync(Config.Paid)).Header("x-litellm-key-spend").ShouldBe("0.002");
        Figures(await client.ChatAsync(Config.Paid)).ShouldBe((400, "0.002", "0.001"));

        await RaiseAsync("2999-01-01T00:00:00Z");
        Figures(await client.ChatAsync(Config.Paid)).ShouldBe((200, "0.004", "1.001"));
        Figures(await client.ChatAsync(Config.Paid, stream: true)).ShouldBe((200, "0.004", "1.001"));
        await RaiseAsync("2020-01-01T00:00:00Z");
        Figures(await client.ChatAsync(Config.Paid)).ShouldBe((400, "0.006", "0.001"));

        static (int, string?, string?) Figures(ClientAnswer answer)
            => (answer.Status, answer.Header("x-litellm-key-spend"), answer.Header("x-litellm-key-max-budget"));

        async Task RaiseAsync(string until)
        {
            var raised = await gateway.Admin.PostAsync(
                "key/update", $$"""{"key":"{{client.Key}}","temp_budget_increase":1,"temp_budget_expiry":"{{until}}"}""");
            raised.Status.ShouldBe(200, raised.Body);
        }
    }

    /// <summary>A period that ends in 2070: no test runs over its end.</summary>
    private const string Forever = "budget_duration: 1200mo";

    // Attributes hold no decimals.
    private const double CostOfCallForAttributes = (double)CostOfCall;

    private static void ShouldBeRefused(ClientAnswer answer)
    {
        answer.Status.ShouldBe(429, answer.Body);
        answer.Error.GetProperty("type").GetString().ShouldBe("budget_exceeded");
        answer.Error.GetProperty("message").GetString()!.ShouldContain("Budget has been exceeded!");
    }
}
