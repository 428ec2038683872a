using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Spend;

public sealed class BudgetResetsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 15, 10, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task DueObjects_BeginANewPeriod(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test, Tables.Keys, ("token", "due"), ("spend", 5.0), ("budget_duration", "1d"), ("budget_reset_at", "2026-03-15T00:00:00Z"));
        await InsertAsync(test, Tables.Keys, ("token", "early"), ("spend", 5.0), ("budget_duration", "1d"), ("budget_reset_at", "2026-03-16T00:00:00Z"));
        await InsertAsync(test, Tables.Users, ("user_id", "u"), ("spend", 5.0), ("budget_duration", "7d"), ("budget_reset_at", "2026-03-09T00:00:00Z"));
        await InsertAsync(test, Tables.Teams, ("team_id", "t"), ("spend", 5.0), ("budget_duration", "nonsense"), ("budget_reset_at", "2026-03-09T00:00:00Z"));
        var noticed = new Notices(test);

        (await Resets(test).ResetDueAsync(static () => Task.FromResult(true), default)).ShouldBe(3);

        var key = await FindAsync(test, Tables.Keys, "due");
        key["spend"]!.GetValue<double>().ShouldBe(0);
        key["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-03-16T00:00:00.000000Z");
        (await FindAsync(test, Tables.Keys, "early"))["spend"]!.GetValue<double>().ShouldBe(5);
        (await FindAsync(test, Tables.Users, "u"))["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-03-16T00:00:00.000000Z");
        (await FindAsync(test, Tables.Teams, "t"))["budget_reset_at"].ShouldBeNull();
        noticed.All.ShouldContain(new ChangeNotice(ChangedObject.Key, "due", SpendWasSet: true));
        noticed.All.Count.ShouldBe(3);
        (await Resets(test).ResetDueAsync(static () => Task.FromResult(true), default)).ShouldBe(0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task DueBudgetRow_ResetsWhatIsLinkedToIt(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(
            test, Tables.Budgets, ("budget_id", "b"), ("budget_duration", "1mo"), ("budget_reset_at", "2026-03-01T00:00:00Z"), ("created_by", "x"), ("updated_by", "x"));
        await InsertAsync(test, Tables.Customers, ("user_id", "c"), ("spend", 5.0), ("budget_id", "b"));
        await InsertAsync(test, Tables.Customers, ("user_id", "other"), ("spend", 5.0));
        await InsertAsync(test, Tables.TeamMemberships, ("user_id", "u"), ("team_id", "t"), ("spend", 5.0), ("budget_id", "b"));
        await InsertAsync(test, Tables.Tags, ("tag_name", "tag"), ("spend", 5.0), ("budget_id", "b"));
        await InsertAsync(test, Tables.Keys, ("token", "linked"), ("spend", 5.0), ("budget_id", "b"));
        await InsertAsync(test, Tables.Keys, ("token", "own"), ("spend", 5.0), ("budget_id", "b"), ("budget_duration", "1d"));

        (await Resets(test).ResetIfDueAsync(ChangedObject.Budget, "b", default)).ShouldBeTrue();
        (await Resets(test).ResetIfDueAsync(ChangedObject.Budget, "b", default)).ShouldBeFalse();

        (await FindAsync(test, Tables.Budgets, "b"))["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-04-01T00:00:00.000000Z");
        (await FindAsync(test, Tables.Customers, "c"))["spend"]!.GetValue<double>().ShouldBe(0);
        (await FindAsync(test, Tables.Customers, "other"))["spend"]!.GetValue<double>().ShouldBe(5);
        (await FindAsync(test, Tables.TeamMemberships, "u", "t"))["spend"]!.GetValue<double>().ShouldBe(0);
        (await FindAsync(test, Tables.Tags, "tag"))["spend"]!.GetValue<double>().ShouldBe(0);
        (await FindAsync(test, Tables.Keys, "linked"))["spend"]!.GetValue<double>().ShouldBe(0);
        (await FindAsync(test, Tables.Keys, "own"))["spend"]!.GetValue<double>().ShouldBe(5);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task KeyWithoutAPeriod_FollowsItsBudgetRow(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(
            test, Tables.Budgets, ("budget_id", "b"), ("budget_duration", "1d"), ("budget_reset_at", "2026-03-15T00:00:00Z"), ("created_by", "x"), ("updated_by", "x"));
        await InsertAsync(test, Tables.Keys, ("token", "linked"), ("spend", 5.0), ("budget_id", "b"));
        await InsertAsync(
            test, Tables.Keys, ("token", "own"), ("spend", 5.0), ("budget_id", "b"), ("budget_duration", "1d"), ("budget_reset_at", "2026-03-16T00:00:00Z"));

        (await Resets(test).ResetIfDueAsync(ChangedObject.Key, "own", default)).ShouldBeFalse();
        (await Resets(test).ResetIfDueAsync(ChangedObject.Key, "linked", default)).ShouldBeTrue();

        (await FindAsync(test, Tables.Keys, "linked"))["spend"]!.GetValue<double>().ShouldBe(0);
        (await FindAsync(test, Tables.Keys, "own"))["spend"]!.GetValue<double>().ShouldBe(5);
        (await FindAsync(test, Tables.Budgets, "b"))["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-03-16T00:00:00.000000Z");
    }

    [Fact]
    public async Task ManyAtOnce_ResetOnce()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await InsertAsync(test, Tables.Keys, ("token", "k"), ("spend", 5.0), ("budget_duration", "1d"), ("budget_reset_at", "2026-03-15T00:00:00Z"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Resets(test).ResetIfDueAsync(ChangedObject.Key, "k", default)));
        outcomes.Count(static done => done).ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task NeverReset_LeavesEverything(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test, Tables.Keys, ("token", "k"), ("spend", 5.0), ("budget_duration", "1d"), ("budget_reset_at", "2026-03-15T00:00:00Z"));
        var resets = Resets(test, new BudgetSettings { NeverReset = true });

        (await resets.ResetIfDueAsync(ChangedObject.Key, "k", default)).ShouldBeFalse();
        (await resets.ResetDueAsync(static () => Task.FromResult(true), default)).ShouldBe(0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Lease_IsHeldByOneUntilItEnds(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var clock = new FixedClock(Now);
        var first = new Leases(test.Database, clock);
        var second = new Leases(test.Database, clock);

        (await first.TryTakeAsync("job", TimeSpan.FromSeconds(30), default)).ShouldBeTrue();
        (await second.TryTakeAsync("job", TimeSpan.FromSeconds(30), default)).ShouldBeFalse();
        (await first.TryTakeAsync("job", TimeSpan.FromSeconds(30), default)).ShouldBeTrue();
        clock.Now += TimeSpan.FromSeconds(31);
        (await second.TryTakeAsync("job", TimeSpan.FromSeconds(30), default)).ShouldBeTrue();
        (await first.TryTakeAsync("job", TimeSpan.FromSeconds(30), default)).ShouldBeFalse();
    }

    private static BudgetResets Resets(TestDatabase test, BudgetSettings? settings = null) =>
        new(test.Database, () => settings ?? new BudgetSettings(), new FixedClock(Now), NullLogger<BudgetResets>.Instance);

    internal static Task InsertAsync(TestDatabase test, Table table, params (string Name, object Value)[] members) => test.Database.WriteAsync(
        async db =>
        {
            await db.InsertAsync(table, new JsonObject(members.Select(static m => KeyValuePair.Create<string, JsonNode?>(
                m.Name, m.Value is double number ? JsonValue.Create(number) : JsonValue.Create((string)m.Value)))));
            return 0;
        },
        default);

    private static async Task<JsonObject> FindAsync(TestDatabase test, Table table, params string[] key) =>
        (await test.Database.ReadAsync(db => db.FindAsync(table, key), default)).ShouldNotBeNull();

    private sealed class Notices : IChangeListener
    {
        public Notices(TestDatabase test) => test.Changes.Subscribe(this);

        public List<ChangeNotice> All { get; } = [];

        public void OnChange(ChangeNotice notice) => All.Add(notice);
    }
}

/// <summary>A clock that stands still.</summary>
internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
