using Tollgate.Engine.Admission;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

public sealed class RedisBudgetTests : IAsyncLifetime
{
    private const long Usd = 1_000_000_000;
    private RedisServer _server = null!;
    private Replica _one = null!;
    private Replica _two = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _one = await Replica.ConnectAsync(_server.Url);
        _two = await Replica.ConnectAsync(_server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(BudgetMode.Reserve)]
    [InlineData(BudgetMode.Strict)]
    public async Task ManyCallsAtOnce_PassTheBudgetByOneAtMost(BudgetMode mode)
    {
        const long Estimate = 9 * Usd / 1000;
        var calls = Enumerable.Range(0, 200).Select(async n =>
        {
            var replica = n % 2 == 0 ? _one : _two;
            Claim[] claims = [Claims.Budget(Usd, Estimate)];
            return ((await replica.TakeAsync($"call-{n}", claims, mode)).IsAdmitted, n, claims);
        });
        var taken = (await Task.WhenAll(calls)).Where(static call => call.IsAdmitted).ToList();
        taken.Count.ShouldBe(111);
        foreach (var (_, n, claims) in taken)
        {
            (n % 2 == 0 ? _two : _one).Counters.Settle($"call-{n}", claims, Estimate, 0);
        }

        await Condition.UntilAsync(async () => await FieldAsync("reserved") == 0);
        var spent = await FieldAsync("spent");
        spent.ShouldBe(111 * Estimate);
        spent.ShouldBeGreaterThanOrEqualTo(99 * Usd / 100);

        // One after the other until refused: the last one may pass the limit, unless that is never to happen.
        for (var n = 0; (await _one.TakeAsync($"last-{n}", [Claims.Budget(Usd, Estimate)], mode)).IsAdmitted; n++)
        {
            n.ShouldBeLessThan(1);
            _one.Counters.Settle($"last-{n}", [Claims.Budget(Usd, Estimate)], Estimate, 0);
            await Condition.UntilAsync(async () => await FieldAsync("reserved") == 0);
        }

        (await FieldAsync("spent")).ShouldBe(mode == BudgetMode.Strict ? 111 * Estimate : 112 * Estimate);
    }

    [Fact]
    public async Task ManyCallsAtOnce_InPostMode_AreHeldToRecordedSpendOnly()
    {
        var calls = Enumerable.Range(0, 200).Select(n =>
            (n % 2 == 0 ? _one : _two).TakeAsync($"call-{n}", [Claims.Budget(Usd, Usd / 10)], BudgetMode.Post));
        (await Task.WhenAll(calls)).ShouldAllBe(static verdict => verdict.IsAdmitted);
        _one.Counters.Settle("call-0", [Claims.Budget(Usd, Usd / 10)], Usd, 0);
        await Condition.UntilAsync(async () => await FieldAsync("spent") == Usd);

        Claim[] next = [Claims.Budget(Usd, 1)];
        (await _two.TakeAsync("next", next, BudgetMode.Post)).FailedIndex.ShouldBe(0);
        next[0].Used.ShouldBe(Usd);
        next[0].Remaining.ShouldBe(0);
        (await _two.TakeAsync("lenient", [Claims.Budget(Usd, 1, refuseAtLimit: false)], BudgetMode.Post)).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task CallsInTurn_AreNeverRefusedBeforeTheLimit()
    {
        for (var n = 0; n < 10; n++)
        {
            Claim[] claims = [Claims.Budget(Usd, 5 * Usd)];
            (await _one.TakeAsync($"call-{n}", claims)).IsAdmitted.ShouldBeTrue();
            claims[0].Used.ShouldBe(n * Usd / 10);
            claims[0].Remaining.ShouldBe(Usd - (n * Usd / 10));
            (await _two.TakeAsync("beside", [Claims.Budget(Usd, 5 * Usd)])).IsAdmitted.ShouldBeFalse();
            _one.Counters.Settle($"call-{n}", claims, Usd / 10, 0);
            await Condition.UntilAsync(async () => await FieldAsync("reserved") == 0);
        }

        (await _one.TakeAsync("over", [Claims.Budget(Usd, 1)])).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task SettlingTwice_CountsOnce()
    {
        Claim[] claims = [Claims.Budget(Usd, 100), Claims.Tokens(1000, 500), Claims.Parallel(5)];
        await _one.TakeAsync("call", claims);
        _one.Counters.Settle("call", claims, 40, 30);
        _one.Counters.Settle("call", claims, 40, 30);
        await Condition.UntilAsync(async () => await FieldAsync("reserved") == 0);

        Claim[] next = [Claims.Budget(Usd, 1), Claims.Tokens(1000, 1), Claims.Parallel(5)];
        await _one.TakeAsync("next", next);
        next.Select(static claim => claim.Used).ShouldBe([40, 30, 0]);
    }

    [Fact]
    public async Task OneClaimThatDoesNotFit_LeavesTheOthersUntouched()
    {
        Claim[] claims = [Claims.Budget(Usd, 100), Claims.Requests(10), Claims.Tokens(10, 100), Claims.Parallel(5)];
        var verdict = await _one.TakeAsync("call", claims);

        verdict.FailedIndex.ShouldBe(2);
        verdict.RetryAfter.ShouldBeGreaterThan(TimeSpan.Zero);
        Claim[] next = [Claims.Budget(Usd, 1), Claims.Requests(10), Claims.Parallel(5)];
        await _one.TakeAsync("next", next);
        next.Select(static claim => claim.Used).ShouldBe([0, 0, 0]);
        next[0].Remaining.ShouldBe(Usd);
    }

    [Fact]
    public async Task NewCounter_StartsFromWhatIsRecorded()
    {
        Claim[] claims = [Claims.Budget(Usd, 1, recorded: Usd / 2)];
        await _one.TakeAsync("first", claims);
        claims[0].Used.ShouldBe(Usd / 2);

        // The database has caught up with spend that nobody counted here; an older figure changes nothing.
        Claim[] more = [Claims.Budget(Usd, 1, recorded: 3 * Usd / 4)];
        await _two.TakeAsync("second", more);
        more[0].Used.ShouldBe(3 * Usd / 4);
        await _one.TakeAsync("third", claims);
        claims[0].Used.ShouldBe(3 * Usd / 4);
    }

    [Fact]
    public async Task NewEpoch_StartsAnewAndTakesNoLateSpend()
    {
        Claim[] old = [Claims.Budget(Usd, Usd / 10, epoch: 1)];
        await _one.TakeAsync("old", old);
        Claim[] current = [Claims.Budget(Usd, 7, epoch: 2)];
        (await _two.TakeAsync("current", current)).IsAdmitted.ShouldBeTrue();
        _one.Counters.Settle("old", old, Usd / 10, 0);
        _one.Counters.Settle("current", current, 5, 0);
        await Condition.UntilAsync(async () => await FieldAsync("reserved") == 0);

        (await FieldAsync("spent")).ShouldBe(5);

        // A replica that has not heard of the reset does not bring the old period back.
        await _one.TakeAsync("stale", [Claims.Budget(Usd, 1, recorded: Usd / 2, epoch: 1)]);
        (await FieldAsync("spent")).ShouldBe(5);
    }

    [Fact]
    public async Task PeriodMadeShorter_EndsWhenItIsOver()
    {
        var month = DateTimeOffset.UtcNow.AddDays(30).UtcTicks;
        var today = DateTimeOffset.UtcNow.AddHours(12).UtcTicks;
        var tomorrow = DateTimeOffset.UtcNow.AddHours(36).UtcTicks;
        Claim[] claims = [Claims.Budget(Usd, 5, epoch: month)];
        await _one.TakeAsync("call", claims);
        _one.Counters.Settle("call", claims, Usd, 0);
        await Condition.UntilAsync(async () => await FieldAsync("spent") == Usd);

        (await _two.TakeAsync("shorter", [Claims.Budget(Usd, 0, recorded: Usd, epoch: today)])).IsAdmitted.ShouldBeFalse();
        (await _two.TakeAsync("reset", [Claims.Budget(Usd, 0, epoch: tomorrow)])).IsAdmitted.ShouldBeTrue();
        (await FieldAsync("spent")).ShouldBe(0);
    }

    [Fact]
    public async Task ForgottenCounter_StartsFromWhatIsRecordedAndKeepsReservations()
    {
        Claim[] running = [Claims.Budget(Usd, 100, recorded: 900)];
        await _one.TakeAsync("running", running);
        _one.Counters.Forget("key:k");
        await Condition.UntilAsync(async () => (await _server.AskAsync("HEXISTS tollgate:budget:key:k spent")) == ":0");

        Claim[] next = [Claims.Budget(Usd, 1, recorded: 10)];
        await _two.TakeAsync("next", next);

        next[0].Used.ShouldBe(10);
        next[0].Remaining.ShouldBe(Usd - 110);
    }

    [Fact]
    public async Task ForgottenCounter_IsNotFilledFromAnOldFigure()
    {
        await _one.TakeAsync("running", [Claims.Budget(Usd, 0, recorded: Usd)]);
        _one.Counters.Forget("key:k");
        await Condition.UntilAsync(async () => (await _server.AskAsync("HEXISTS tollgate:budget:key:k spent")) == ":0");

        // Identified before the reset, claimed after it; then one that knows; then the late one again.
        (await _two.TakeAsync("late", [Claims.Budget(Usd, 0, recorded: Usd)])).IsAdmitted.ShouldBeFalse();
        Claim[] fresh = [Claims.Budget(Usd, 7, recorded: 0)];
        (await _one.TakeAsync("fresh", fresh)).IsAdmitted.ShouldBeTrue();
        _one.Counters.Settle("fresh", fresh, 5, 0);
        (await _two.TakeAsync("later", [Claims.Budget(Usd, 0, recorded: Usd)])).IsAdmitted.ShouldBeTrue();
        await Condition.UntilAsync(async () => await FieldAsync("spent") == 5);
    }

    [Fact]
    public async Task AllCounters_AreForgottenAtOnce()
    {
        for (var i = 0; i < 30; i++)
        {
            await _one.TakeAsync($"call-{i}", [Claims.Budget(Usd, 1, $"key:{i}", recorded: Usd / 2)]);
        }

        _two.Counters.ForgetAll();

        await Condition.UntilAsync(async () =>
        {
            Claim[] claims = [Claims.Budget(Usd, 0, "key:29")];
            await _one.TakeAsync("next", claims);
            return claims[0].Used == 0;
        });
        for (var i = 0; i < 30; i++)
        {
            Claim[] claims = [Claims.Budget(Usd, 0, $"key:{i}")];
            await _one.TakeAsync("next", claims);
            claims[0].Used.ShouldBe(0);
            claims[0].Remaining.ShouldBe(Usd - 1);
        }
    }

    [Fact]
    public async Task ReservationOfADeadReplica_Expires()
    {
        Claim[] dead = [Claims.Budget(Usd, Usd)];
        await _one.TakeAsync("dead", dead, lease: TimeSpan.FromMilliseconds(50));

        await Condition.UntilAsync(async () => (await _two.TakeAsync("next", [Claims.Budget(Usd, Usd)], BudgetMode.Strict)).IsAdmitted);

        // It was alive after all: what it spent counts, though its reservation is gone.
        _one.Counters.Settle("dead", dead, 25, 0);
        await Condition.UntilAsync(async () => await FieldAsync("spent") == 25);
        (await FieldAsync("reserved")).ShouldBe(Usd);
    }

    [Fact]
    public async Task RenewedReservation_OutlivesItsLease()
    {
        Claim[] claims = [Claims.Budget(Usd, Usd)];
        await _one.TakeAsync("call", claims, lease: TimeSpan.FromMilliseconds(200));
        _one.Counters.Renew("call", claims, TimeSpan.FromMinutes(1));
        await _one.TakeAsync("marker", [Claims.Budget(Usd, Usd, "key:marker")], lease: TimeSpan.FromMilliseconds(200));
        await Condition.UntilAsync(async () => (await _one.TakeAsync("marker-2", [Claims.Budget(Usd, Usd, "key:marker")], BudgetMode.Strict)).IsAdmitted);

        (await _two.TakeAsync("other", [Claims.Budget(Usd, Usd)], BudgetMode.Strict)).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task EveryKey_Expires()
    {
        Claim[] claims = [Claims.Budget(Usd, 100), Claims.Requests(10), Claims.Tokens(1000, 100), Claims.Parallel(5)];
        await _one.TakeAsync("call", claims);
        foreach (var key in (string[])
        [
            "budget:key:k", "budget:key:k:calls", "rate:requests:key:k", "rate:tokens:key:k", "parallel:key:k", "call:call", "replicas",
        ])
        {
            var left = await _server.AskAsync("PTTL tollgate:" + key);
            long.Parse(left[1..]).ShouldBeGreaterThan(0, key);
        }
    }

    private async Task<long> FieldAsync(string field)
        => long.TryParse(await _server.AskAsync($"HGET tollgate:budget:key:k {field}"), out var value) ? value : -1;
}
