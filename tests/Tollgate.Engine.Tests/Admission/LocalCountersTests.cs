using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Tests.Admission;

public sealed class LocalCountersTests
{
    private const long Usd = 1_000_000_000;
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private readonly ManualTimeProvider _time = new();
    private readonly LocalCounters _counters;

    public LocalCountersTests() => _counters = new LocalCounters(_time);

    [Theory]
    [InlineData(BudgetMode.Reserve)]
    [InlineData(BudgetMode.Strict)]
    public void ParallelCallersOnABudget_PassItByAtMostOneCall(BudgetMode mode)
    {
        const long Cost = 3 * Usd / 1000;
        var running = new List<Claim[]>();
        var spent = 0L;
        for (var i = 0; i < 2000; i++)
        {
            Claim[] claims = [Budget("key:a", Usd, Cost)];
            if (_counters.Take(claims, mode, Minute).IsAdmitted)
            {
                running.Add(claims);
            }

            // Half of the callers come back before the others have finished.
            if (running.Count > 0 && i % 2 == 1)
            {
                _counters.Settle(running[0], Cost, 0, mode, Minute);
                running.RemoveAt(0);
                spent += Cost;
            }
        }

        foreach (var claims in running)
        {
            _counters.Settle(claims, Cost, 0, mode, Minute);
            spent += Cost;
        }

        spent.ShouldBeLessThanOrEqualTo(mode == BudgetMode.Strict ? Usd : Usd + Cost);
        spent.ShouldBeGreaterThanOrEqualTo(99 * Usd / 100);
    }

    [Fact]
    public void FixedWindow_BeginsWithItsFirstRequestAndIsForgottenAtItsEnd()
    {
        var window = new RateWindow(Minute, IsFixed: true);
        Claim Request() => new() { Counter = "rpm:k", Kind = ClaimKind.Requests, Limit = 2, Amount = 1 };
        _time.Advance(50);
        _counters.Take([Request()], BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _time.Advance(30);
        _counters.Take([Request()], BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _counters.Take([Request()], BudgetMode.Reserve, window).RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        _time.Advance(29.5);
        _counters.Take([Request()], BudgetMode.Reserve, window).RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));

        // Nothing slides: the whole limit is there again at once.
        _time.Advance(0.5);
        _counters.Take([Request()], BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _counters.Take([Request()], BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _counters.Take([Request()], BudgetMode.Reserve, window).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void FixedWindow_CorrectsTokensOfItsOwnOnly()
    {
        var window = new RateWindow(Minute, IsFixed: true);
        Claim Tokens(long amount) => new() { Counter = "tpm:k", Kind = ClaimKind.Tokens, Limit = 100, Amount = amount };
        Claim[] first = [Tokens(90)];
        _counters.Take(first, BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _counters.Settle(first, 0, 10, BudgetMode.Reserve, window);
        Claim[] second = [Tokens(90)];
        _counters.Take(second, BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _time.Advance(60);
        Claim[] third = [Tokens(50)];
        _counters.Take(third, BudgetMode.Reserve, window).IsAdmitted.ShouldBeTrue();
        _counters.Settle(second, 0, 0, BudgetMode.Reserve, window);
        _counters.Take([Tokens(51)], BudgetMode.Reserve, window).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void OneCallerAtATime_IsServedUntilTheRecordedSpendReachesTheLimit()
    {
        Claim[] claims = [Budget("key:a", Usd, 5 * Usd)];
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
        _counters.Settle(claims, Usd / 2, 0, BudgetMode.Reserve, Minute);
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
        _counters.Settle(claims, Usd / 2, 0, BudgetMode.Reserve, Minute);

        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void BudgetOfNothing_RefusesAtOnceOrAfterTheFirstCent(bool refuseAtLimit, bool admitted)
    {
        Claim[] claims = [Budget("x", 0, 10) with { RefuseAtLimit = refuseAtLimit }];

        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBe(admitted);
    }

    [Fact]
    public void RefusedCall_TakesNothing()
    {
        Claim[] one = [Requests("key:a", 10), Requests("team:t", 1)];
        _counters.Take(one, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
        _counters.Take(one, BudgetMode.Reserve, Minute).FailedIndex.ShouldBe(1);
        _counters.Take(one, BudgetMode.Reserve, Minute).FailedIndex.ShouldBe(1);

        Claim[] alone = [Requests("key:a", 10)];
        _counters.Take(alone, BudgetMode.Reserve, Minute);
        alone[0].Used.ShouldBe(1);
    }

    [Fact]
    public void SlidingWindow_NeverLetsTwiceTheLimitThroughAroundABoundary()
    {
        var admitted = new List<DateTimeOffset>();
        for (var second = 0; second < 240; second++)
        {
            for (var i = 0; i < 5; i++)
            {
                Claim[] claims = [Requests("key:a", 60)];
                if (_counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted)
                {
                    admitted.Add(_time.GetUtcNow());
                }
            }

            _time.Advance(1);
        }

        foreach (var start in admitted)
        {
            // The estimate assumes that the last bucket was filled evenly; a quarter above the limit is the most it can be wrong here.
            admitted.Count(at => at >= start && at < start + Minute).ShouldBeLessThan(76);
        }

        admitted.Count.ShouldBeGreaterThan(180);
    }

    [Fact]
    public void Tokens_AreCorrectedToWhatWasUsed()
    {
        Claim[] claims = [Tokens("key:a", limit: 100, amount: 90)];
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
        _counters.Take([Tokens("key:a", 100, 50)], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();
        _counters.Settle(claims, 0, 10, BudgetMode.Reserve, Minute);

        _counters.Take([Tokens("key:a", 100, 50)], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void CallLargerThanTheTokenLimit_RunsAloneWhenItsInputFits()
    {
        Claim[] claims = [Tokens("key:a", limit: 100, amount: 4100) with { OutputPart = 4096 }];

        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();
        _counters.Take([Tokens("key:b", 100, 4100)], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void ParallelSlots_AreGivenBack()
    {
        Claim[] claims = [new Claim { Counter = "key:a", Kind = ClaimKind.Parallel, Limit = 1, Amount = 1 }];
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
        _counters.Take([.. claims], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();
        _counters.Settle(claims, 0, 0, BudgetMode.Reserve, Minute);

        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void NewPeriod_StartsFromWhatIsRecorded()
    {
        Claim[] claims = [Budget("key:a", Usd, 10) with { Epoch = 1, Recorded = Usd }];
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();

        claims = [Budget("key:a", Usd, 10) with { Epoch = 2, Recorded = 0 }];
        _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void PeriodMadeShorter_HoldsNothingForCallsThatAreOver()
    {
        Claim[] before = [Budget("key:a", Usd, 10) with { Epoch = 30 }];
        _counters.Take(before, BudgetMode.Reserve, Minute);
        for (var i = 0; i < 3; i++)
        {
            Claim[] claims = [Budget("key:a", Usd, Usd / 2) with { Epoch = 1 }];
            _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
            _counters.Settle(claims, 0, 0, BudgetMode.Reserve, Minute);
        }

        _counters.Settle(before, 0, 0, BudgetMode.Reserve, Minute);
        Claim[] whole = [Budget("key:a", Usd, Usd) with { Epoch = 1 }];
        _counters.Take(whole, BudgetMode.Strict, Minute).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void PeriodMadeShorter_EndsWhenItIsOver()
    {
        Claim[] claims = [Budget("key:a", Usd, 0) with { Epoch = 30 }];
        _counters.Take(claims, BudgetMode.Reserve, Minute);
        _counters.Settle(claims, Usd, 0, BudgetMode.Reserve, Minute);
        _counters.Flushed("key:a", Usd, Usd);
        _time.Advance(1);
        _counters.Rebase("key:a", Usd, epoch: 1, _time.GetUtcNow());
        _counters.Take([Budget("key:a", Usd, 0) with { Epoch = 1, Recorded = Usd }], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();

        _counters.Take([Budget("key:a", Usd, 0) with { Epoch = 2 }], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void RowReadBeforeAReset_DoesNotBringTheOldPeriodBack()
    {
        Claim[] claims = [Budget("key:a", Usd, 0) with { Epoch = 1, Recorded = Usd }];
        _counters.Take(claims, BudgetMode.Reserve, Minute);
        var readAt = _time.GetUtcNow();
        _time.Advance(1);
        _counters.Take([Budget("key:a", Usd, 0) with { Epoch = 2 }], BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeTrue();

        _counters.Rebase("key:a", Usd, epoch: 1, readAt);

        _counters.SpentOf("key:a", -1).ShouldBe(0);
    }

    [Fact]
    public void SettlementAfterAReset_GivesBackNothingOfTheNewPeriod()
    {
        Claim[] old = [Budget("key:a", Usd, Usd / 2) with { Epoch = 1 }];
        _counters.Take(old, BudgetMode.Reserve, Minute);
        Claim[] running = [Budget("key:a", Usd, Usd) with { Epoch = 2 }];
        _counters.Take(running, BudgetMode.Strict, Minute).IsAdmitted.ShouldBeTrue();

        _counters.Settle(old, 0, 0, BudgetMode.Reserve, Minute);

        _counters.Take([Budget("key:a", Usd, Usd) with { Epoch = 2 }], BudgetMode.Strict, Minute).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void SpendBeyondAnyFigure_StaysSpent()
    {
        Claim[] claims = [Budget("key:a", Usd, long.MaxValue)];
        for (var i = 0; i < 5; i++)
        {
            _counters.Take(claims, BudgetMode.Post, Minute);
            _counters.Settle(claims, long.MaxValue / 2, 0, BudgetMode.Post, Minute);
            _counters.Take(claims, BudgetMode.Reserve, Minute).IsAdmitted.ShouldBeFalse();
        }
    }

    [Fact]
    public void FlushedSpend_IsNotCountedTwice()
    {
        Claim[] claims = [Budget("key:a", Usd, 100)];
        _counters.Take(claims, BudgetMode.Reserve, Minute);
        _counters.Settle(claims, 300, 0, BudgetMode.Reserve, Minute);

        // Another replica has added 1000 in the meantime.
        _counters.Flushed("key:a", 300, 1300);

        _counters.SpentOf("key:a", 0).ShouldBe(1300);
    }

    [Fact]
    public void CountersThatNobodyUses_AreDropped()
    {
        for (var i = 0; i < 100; i++)
        {
            _counters.Take([Requests($"key:{i}", 10)], BudgetMode.Reserve, Minute);
        }

        _time.Advance(25 * 60);
        _counters.Take([Requests("key:new", 10)], BudgetMode.Reserve, Minute);

        _counters.Count.ShouldBe(1);
    }

    private static Claim Budget(string counter, long limit, long amount)
        => new() { Counter = counter, Kind = ClaimKind.Budget, Limit = limit, Amount = amount, RefuseAtLimit = true };

    private static Claim Requests(string counter, long limit) => new() { Counter = counter, Kind = ClaimKind.Requests, Limit = limit, Amount = 1 };

    private static Claim Tokens(string counter, long limit, long amount)
        => new() { Counter = counter, Kind = ClaimKind.Tokens, Limit = limit, Amount = amount };
}
