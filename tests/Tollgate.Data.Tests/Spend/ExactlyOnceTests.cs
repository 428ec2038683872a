using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Journal;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Data.Tests.Journal;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Spend;

public sealed class ExactlyOnceTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task SameBatchTwice_CountsOnce(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.SeedAsync();
        setup.Journal.Append(Journals.Event("a"));
        var batch = new JournalBatch();
        setup.Journal.TryRead(null, 10, batch).ShouldBeTrue();
        var rules = new WriteRules(await setup.Store.EndpointInKeyAsync(default), true, true, false);
        var totals = new BatchTotals(new TextTable());
        totals.Sum(batch, rules);

        (await setup.Store.ApplyAsync(batch, totals, rules, default)).Outcome.ShouldBe(BatchOutcome.Applied);
        (await setup.Store.ApplyAsync(batch, totals, rules, default)).Outcome.ShouldBe(BatchOutcome.AlreadyApplied);
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.25);
        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task AnswerLostAfterTheCommit_CountsOnceAndListenersHearOnce(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.SeedAsync();
        setup.Journal.Append(Journals.Event("a"));
        setup.Store.LoseNextAnswer = true;
        await Should.ThrowAsync<DatabaseUnavailableException>(() => setup.Flush.DrainAsync(default));
        setup.Journal.Append(Journals.Event("b"));
        await setup.Flush.DrainAsync(default);

        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.5);
        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(2);
        setup.Listener.Entries.Where(static e => e.Id is "key1").Sum(static e => e.Added).ShouldBe(0.5m);
        setup.Listener.Entries.Where(static e => e.Id is "key1").Select(static e => e.Total).ShouldBe([1.25m, 1.5m]);
        setup.Journal.State.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task RestartAfterALostAnswer_CountsOnce(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.SeedAsync();
        setup.Journal.Append(Journals.Event("a"));
        setup.Store.LoseNextAnswer = true;
        await Should.ThrowAsync<DatabaseUnavailableException>(() => setup.Flush.DrainAsync(default));
        setup.Journal.Append(Journals.Event("b"));

        var restarted = new SpendFlush(
            setup.Journal, setup.Store, () => Journals.NoSync, () => new BudgetSettings(), [], TimeProvider.System, NullLogger.Instance);
        await restarted.DrainAsync(default);

        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.5);
        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task AnswersLostAtRandom_SumsStayExact(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind, Journals.NoSync with { FlushRows = 7 });
        await setup.SeedAsync();
        var random = new Random(4711);
        for (var i = 0; i < 200; i++)
        {
            setup.Journal.Append(Journals.Event($"r{i.ToString(CultureInfo.InvariantCulture)}"));
            setup.Store.LoseNextAnswer = random.Next(3) == 0;
            if (random.Next(4) == 0)
            {
                await TryDrainAsync(setup);
            }
        }

        setup.Store.LoseNextAnswer = false;
        await setup.Flush.DrainAsync(default);
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(51);
        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(200);
        (await setup.RowsAsync(Tables.DailyUserSpend))[0]["api_requests"]!.GetValue<long>().ShouldBe(200);
        setup.Listener.Entries.Where(static e => e.Id is "key1").Sum(static e => e.Added).ShouldBe(50m);
    }

    [Fact]
    public async Task TwoWritersOnTheSameRows_BothGetThrough()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var setups = new List<SpendSetup>();
        for (var i = 0; i < 2; i++)
        {
            setups.Add(await SpendSetup.CreateAsync(DatabaseKind.PostgreSql, Journals.NoSync with { FlushRows = 20 }, test: test));
        }

        await setups[0].SeedAsync();
        await Task.WhenAll(setups.Select((setup, w) => Task.Run(async () =>
        {
            var random = new Random(w);
            for (var i = 0; i < 400; i++)
            {
                var spent = Journals.Event(string.Create(CultureInfo.InvariantCulture, $"{w}-{i}"));
                spent.CustomerId = $"c{random.Next(5)}";
                spent.UserId = $"u{random.Next(5)}";
                spent.TeamId = $"t{random.Next(5)}";
                setup.Journal.Append(spent);
                if (i % 20 == 19)
                {
                    await setup.Flush.DrainAsync(default);
                }
            }

            await setup.Flush.DrainAsync(default);
        })));

        (await setups[0].SpendOfAsync(Tables.Keys, "key1")).ShouldBe(201);
        (await setups[0].RowsAsync(Tables.SpendLogs)).Count.ShouldBe(800);
        (await setups[0].RowsAsync(Tables.Customers)).Sum(static r => r["spend"]!.GetValue<double>()).ShouldBe(200);
        (await setups[0].RowsAsync(Tables.TeamMemberships)).Sum(static r => r["spend"]!.GetValue<double>()).ShouldBe(200);
        foreach (var setup in setups)
        {
            await setup.DisposeAsync();
        }
    }

    private static async Task TryDrainAsync(SpendSetup setup)
    {
        try
        {
            await setup.Flush.DrainAsync(default);
        }
        catch (DatabaseUnavailableException e)
        {
            e.Message.ShouldBe("the connection broke");
        }
    }
}
