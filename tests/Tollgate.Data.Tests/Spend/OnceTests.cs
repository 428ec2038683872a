using Tollgate.Data.Managed;
using Tollgate.Data.Rows;
using Tollgate.Data.Tests.Journal;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Spend;

/// <summary>Spend of what several processes may find: claims that are left behind, records that are written twice.</summary>
public sealed class OnceTests
{
    private const string Name = "batch-cost:openai|batch_1";

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task ProcessDiesBetweenClaimAndJournal_AnotherRecords(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.SeedAsync();
        var clock = new Clock();
        var dead = new ResourceStore(setup.Test.Database, clock);
        var other = new ResourceStore(setup.Test.Database, clock);
        (await dead.TryClaimAsync(Name, Length, default)).ShouldBeTrue();

        (await other.TryClaimAsync(Name, Length, default)).ShouldBeFalse();
        (await other.IsRecordedAsync(Name, default)).ShouldBeFalse();
        clock.Now += Length;
        (await other.TryClaimAsync(Name, Length, default)).ShouldBeTrue();
        setup.Journal.Append(Once("batch_1"));
        await setup.Flush.DrainAsync(default);

        (await other.IsRecordedAsync(Name, default)).ShouldBeTrue();
        clock.Now += Length;
        (await other.TryClaimAsync(Name, Length, default)).ShouldBeFalse();
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.25);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task ProcessDiesBetweenJournalAndDatabase_BothRecordsCountOnce(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await using var dead = await SpendSetup.CreateAsync(kind, test: test);
        await using var other = await SpendSetup.CreateAsync(kind, test: test);
        await dead.SeedAsync();

        // The one that died has the record in its journal, between calls of its own; the other has found the same cost meanwhile.
        dead.Journal.Append(Journals.Event("a"));
        dead.Journal.Append(Once("batch_1"));
        dead.Journal.Append(Journals.Event("b"));
        other.Journal.Append(Once("batch_1"));
        await other.Flush.DrainAsync(default);
        await dead.Flush.DrainAsync(default);

        (await dead.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.75);
        (await dead.RowsAsync(Tables.SpendLogs)).Select(static row => row["request_id"]!.GetValue<string>()).ShouldBe(["a", "b", "batch_1"], ignoreOrder: true);
        (await dead.RowsAsync(Tables.DailyUserSpend)).Sum(static row => row["spend"]!.GetValue<double>()).ShouldBe(0.75);
        (await dead.RowsAsync(Tables.DailyUserSpend)).Sum(static row => row["api_requests"]!.GetValue<long>()).ShouldBe(3);

        // Who has counted it in memory hears that it has arrived, and what the row says.
        dead.Listener.Entries.Where(static e => e.Id is "key1").Sum(static e => e.Added).ShouldBe(0.75m);
        dead.Listener.Entries.Last(static e => e.Id is "key1").Total.ShouldBe(1.75m);
        dead.Journal.State.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task AnswerLostAfterTheCommit_CountsOnce(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.SeedAsync();
        setup.Journal.Append(Once("batch_1"));
        setup.Store.LoseNextAnswer = true;
        await Should.ThrowAsync<DatabaseUnavailableException>(() => setup.Flush.DrainAsync(default));
        await setup.Flush.DrainAsync(default);

        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.25);
        (await setup.RowsAsync(Tables.SpendLogs)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task ReleasedClaim_IsFree_ConfirmedOneIsNot(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var store = new ResourceStore(test.Database, TimeProvider.System);
        (await store.TryClaimAsync(Name, Length, default)).ShouldBeTrue();
        await store.ReleaseAsync(Name, default);
        (await store.TryClaimAsync(Name, Length, default)).ShouldBeTrue();
        await store.ConfirmAsync(Name, default);
        await store.ReleaseAsync(Name, default);

        (await store.IsRecordedAsync(Name, default)).ShouldBeTrue();
        (await store.TryClaimAsync(Name, Length, default)).ShouldBeFalse();
    }

    private static Engine.Spend.SpendEvent Once(string id)
    {
        var spent = Journals.Event(id);
        spent.Once = Name;
        spent.CallType = "aretrieve_batch";
        return spent;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
