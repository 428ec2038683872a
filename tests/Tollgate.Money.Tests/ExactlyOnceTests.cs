using Tollgate.Mock;
using Tollgate.Money.Tests.Gateway;
using Tollgate.Testing;

namespace Tollgate.Money.Tests;

/// <summary>What a client has seen is accounted, once, whatever dies in between.</summary>
public sealed class ExactlyOnceTests(ITestOutputHelper output)
{
    private const int Kills = 3;
    private const int Phase = 300;

    [Fact]
    public async Task KilledUnderLoad_AccountsEveryAnswerOnce_OnSqlite()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress));
        var key = await gateway.NewKeyAsync();
        await using var load = Load.Start(gateway, key);
        for (var i = 0; i < Kills; i++)
        {
            await load.MoreAsync(Phase);
            await gateway.KillAsync();
            await gateway.StartAgainAsync();
        }

        await load.MoreAsync(Phase);
        await load.StopAsync();
        await gateway.DrainedAsync();

        ShouldAgree(await Ledger.OfFileAsync(gateway.DatabaseFile, key), load, upstream.Statistics);
    }

    [Fact]
    public async Task KilledUnderLoad_WithTheDatabaseGoingAndComing_AccountsEveryAnswerOnce_OnPostgres()
    {
        await using var database = await PostgresServer.StartOwnAsync();
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(
            Config.For(upstream.BaseAddress), ("DATABASE_URL", await database.CreateDatabaseAsync()));
        var key = await gateway.NewKeyAsync();
        await using var load = Load.Start(gateway, key);
        await load.MoreAsync(Phase);

        // A warm key is served while the database is away; then both are dead at once.
        await database.StopAsync();
        await load.MoreAsync(Phase);
        load.Lost.ShouldBe(0);
        await gateway.KillAsync();
        await database.StartAgainAsync();
        await gateway.StartAgainAsync();
        await load.MoreAsync(Phase);

        // The gateway lives on and finds the database again by itself.
        var lost = load.Lost;
        await database.StopAsync();
        await load.MoreAsync(Phase);
        await database.StartAgainAsync();
        await load.MoreAsync(Phase);
        load.Lost.ShouldBe(lost);
        await load.StopAsync();
        await gateway.DrainedAsync();

        ShouldAgree(await Ledger.OfServerAsync(database.ConnectionStringOf("test_1"), key), load, upstream.Statistics);
    }

    private void ShouldAgree(Ledger ledger, Load load, MockStatistics upstream)
    {
        output.WriteLine(
            $"seen {load.Seen.Count}, lost {load.Lost}, rows {ledger.Logs.Count} ({ledger.Succeeded.Count} succeeded), "
            + $"upstream answered {upstream.Requests}, spend: logs {ledger.LoggedSpend}, key {ledger.KeySpend}, daily {ledger.DailySpend}");
        load.Refused.ShouldBeEmpty();

        var logged = ledger.Logs.Select(static log => log.RequestId).ToHashSet(StringComparer.Ordinal);
        load.Seen.Where(id => !logged.Contains(id)).ShouldBeEmpty();

        // A second row of one answer would have its id with something behind it.
        logged.Where(id => id.LastIndexOf('_') is > 0 and var end && logged.Contains(id[..end])).ShouldBeEmpty();
        load.Seen.Distinct(StringComparer.Ordinal).Count().ShouldBe(load.Seen.Count);

        ledger.DailySucceeded.ShouldBe(ledger.Succeeded.Count);
        ledger.DailyRequests.ShouldBe(ledger.Logs.Count);
        ledger.KeySpend.ShouldBe(ledger.LoggedSpend);
        ledger.DailySpend.ShouldBe(ledger.LoggedSpend);
        ledger.LoggedSpend.ShouldBe(
            ledger.Logs.Sum(static log => (log.PromptTokens * Config.InputPrice) + (log.CompletionTokens * Config.OutputPrice)));

        ((long)ledger.Succeeded.Count).ShouldBeLessThanOrEqualTo(upstream.Requests);
        ledger.Logs.Sum(static log => log.PromptTokens).ShouldBeLessThanOrEqualTo(upstream.PromptTokens);
        ledger.Logs.Sum(static log => log.CompletionTokens).ShouldBeLessThanOrEqualTo(upstream.CompletionTokens);
    }
}
