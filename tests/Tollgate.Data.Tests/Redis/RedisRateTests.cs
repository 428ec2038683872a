using System.Globalization;
using Tollgate.Engine.Admission;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

public sealed class RedisRateTests : IAsyncLifetime
{
    private const double WindowMs = 60_000;
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

    [Fact]
    public async Task UsedOfAnyState_IsThisBucketAndWhatIsLeftOfTheLastOne()
    {
        var random = new Random(1);
        for (var n = 0; n < 40; n++)
        {
            var (current, previous) = (random.Next(20), random.Next(200));
            var limit = random.Next(1, 220);
            var before = await NowAsync();
            await StateAsync("requests", $"key:{n}", (long)(before / WindowMs), current, previous);
            Claim[] claims = [Claims.Requests(limit, $"key:{n}")];
            var verdict = await _one.TakeAsync($"call-{n}", claims);
            var after = await NowAsync();
            if ((long)(before / WindowMs) != (long)(after / WindowMs))
            {
                continue;
            }

            claims[0].Used.ShouldBeInRange(Used(after), Used(before));
            verdict.IsAdmitted.ShouldBe(claims[0].Used + 1 <= limit);
            claims[0].Remaining.ShouldBe(Math.Max(0, limit - claims[0].Used - 1));
            if (!verdict.IsAdmitted)
            {
                verdict.RetryAfter.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
            }

            long Used(double at) => current + (long)Math.Ceiling(previous * (1 - (at % WindowMs / WindowMs)));
        }
    }

    [Fact]
    public async Task WaitThatWasNamed_IsTheOneAfterWhichItFits()
    {
        // Nothing in this bucket, 10 in the last one: with a limit of 5, the share of the last one must fall to 4 (0.4 of the window is left).
        var before = await NowAsync();
        await StateAsync("requests", "key:k", (long)(before / WindowMs), 0, 10);
        var verdict = await _one.TakeAsync("call", [Claims.Requests(5)]);
        var after = await NowAsync();
        if ((long)(before / WindowMs) == (long)(after / WindowMs) && !verdict.IsAdmitted)
        {
            var fits = (Math.Floor(after / WindowMs) + 0.6) * WindowMs;
            verdict.RetryAfter.TotalMilliseconds.ShouldBeInRange(Math.Max(1000, fits - after - 2), Math.Max(1000, fits - before + 2));
        }
    }

    [Fact]
    public async Task ManyCallsAtOnce_NeverPassTheLimitOfOneWindow()
    {
        await using var fast = await Replica.ConnectAsync(_server.Url, window: TimeSpan.FromMilliseconds(500));
        await using var other = await Replica.ConnectAsync(_server.Url, window: TimeSpan.FromMilliseconds(500));
        var first = Math.Floor(await NowAsync() / 500);
        var (admitted, n) = (0, 0);
        await Condition.UntilAsync(async () =>
        {
            var calls = Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? fast : other).TakeAsync($"call-{n++}", [Claims.Requests(10)]));
            admitted += (await Task.WhenAll(calls)).Count(static verdict => verdict.IsAdmitted);
            return Math.Floor(await NowAsync() / 500) >= first + 4;
        });

        var buckets = (int)(Math.Floor(await NowAsync() / 500) - first) + 1;
        admitted.ShouldBeInRange(10, 10 * buckets);
    }

    [Fact]
    public async Task Tokens_AreCorrectedToWhatWasUsed()
    {
        Claim[] claims = [Claims.Tokens(1000, 900)];
        await _one.TakeAsync("call", claims);
        (await _two.TakeAsync("beside", [Claims.Tokens(1000, 200)])).IsAdmitted.ShouldBeFalse();
        _one.Counters.Settle("call", claims, 0, 100);

        await Condition.UntilAsync(async () => (await _two.TakeAsync("next", [Claims.Tokens(1000, 850)])).IsAdmitted);
    }

    [Fact]
    public async Task FailedCall_GivesItsTokensBack()
    {
        Claim[] claims = [Claims.Tokens(1000, 1000), Claims.Requests(1)];
        await _one.TakeAsync("call", claims);
        _one.Counters.Settle("call", claims, 0, 0);

        await Condition.UntilAsync(async () => (await _two.TakeAsync("next", [Claims.Tokens(1000, 1000)])).IsAdmitted);
        (await _two.TakeAsync("again", [Claims.Requests(1)])).IsAdmitted.ShouldBeFalse();
    }

    [Theory]
    [InlineData(1000, 5000, 4500, true)]
    [InlineData(1000, 5000, 3000, false)]
    [InlineData(0, 10, 10, false)]
    public async Task RequestLargerThanTheLimit_MayHaveAnEmptyWindowToItself(long limit, long amount, long output, bool admitted)
    {
        (await _one.TakeAsync("large", [Claims.Tokens(limit, amount, output)])).IsAdmitted.ShouldBe(admitted);
        (await _two.TakeAsync("second", [Claims.Tokens(limit, amount, output)])).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task ParallelSlots_AreSharedAndReleased()
    {
        Claim[] claims = [Claims.Parallel(2)];
        (await _one.TakeAsync("a", claims)).IsAdmitted.ShouldBeTrue();
        (await _two.TakeAsync("b", [Claims.Parallel(2)])).IsAdmitted.ShouldBeTrue();
        Claim[] refused = [Claims.Parallel(2)];
        (await _two.TakeAsync("c", refused)).FailedIndex.ShouldBe(0);
        refused[0].Used.ShouldBe(2);
        _one.Counters.Settle("a", claims, 0, 0);

        await Condition.UntilAsync(async () => (await _two.TakeAsync("c", [Claims.Parallel(2)])).IsAdmitted);
        (await _one.TakeAsync("d", [Claims.Parallel(0, "key:none")])).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task SlotOfADeadReplica_IsFreedUnlessRenewed()
    {
        Claim[] renewed = [Claims.Parallel(1, "key:renewed")];
        await _one.TakeAsync("renewed", renewed, lease: TimeSpan.FromMilliseconds(500));
        _one.Counters.Renew("renewed", renewed, TimeSpan.FromMinutes(1));
        await _one.TakeAsync("dead", [Claims.Parallel(1)], lease: TimeSpan.FromMilliseconds(500));
        (await _two.TakeAsync("next", [Claims.Parallel(1, "key:renewed")])).IsAdmitted.ShouldBeFalse();

        await Condition.UntilAsync(async () => (await _two.TakeAsync("next", [Claims.Parallel(1)])).IsAdmitted);
        (await _two.TakeAsync("other", [Claims.Parallel(1, "key:renewed")])).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task LongestWaitOfTheRates_IsNamedUnlessABudgetRefuses()
    {
        Claim[] claims = [Claims.Parallel(0), Claims.Tokens(10, 100), Claims.Requests(5)];
        (await _one.TakeAsync("a", claims)).FailedIndex.ShouldBe(1);
        Claim[] budget = [.. claims, Claims.Budget(0, 0)];
        (await _one.TakeAsync("b", budget)).FailedIndex.ShouldBe(3);
    }

    [Fact]
    public async Task FixedWindows_CountInTheKeysThatLiteLlmCountsIn()
    {
        await using var ours = await Replica.ConnectAsync(_server.Url, window: new RateWindow(TimeSpan.FromSeconds(60), IsFixed: true));
        var second = (long)(await NowAsync() / 1000);
        await _server.AskAsync($"SET {{api_key:k}}:window {second} EX 60");
        await _server.AskAsync("SET {api_key:k}:requests 2 EX 60");
        Claim[] claims = [Claims.Requests(4, "rpm:api_key:k"), Claims.Tokens(100, 60, counter: "tpm:api_key:k")];
        (await ours.TakeAsync("call", claims)).IsAdmitted.ShouldBeTrue();
        (claims[0].Used, claims[0].Remaining).ShouldBe((2, 1));
        (await _server.AskAsync("GET {api_key:k}:requests")).ShouldBe("3");
        (await _server.AskAsync("GET {api_key:k}:tokens")).ShouldBe("60");
        ours.Counters.Settle("call", claims, 0, 20);
        await Condition.UntilAsync(async () => await _server.AskAsync("GET {api_key:k}:tokens") == "20");
        int.Parse((await _server.AskAsync("TTL {api_key:k}:tokens")).TrimStart(':'), CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);

        // What the other product has counted counts here, and refused calls leave no trace.
        await _server.AskAsync("INCRBY {api_key:k}:requests 1");
        Claim[] refused = [Claims.Requests(4, "rpm:api_key:k"), Claims.Tokens(100, 10, counter: "tpm:api_key:k")];
        var verdict = await ours.TakeAsync("refused", refused);
        verdict.FailedIndex.ShouldBe(0);
        verdict.RetryAfter.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        (await _server.AskAsync("GET {api_key:k}:tokens")).ShouldBe("20");
    }

    [Fact]
    public async Task FixedWindow_ThatIsOverBeginsAnew()
    {
        await using var ours = await Replica.ConnectAsync(_server.Url, window: new RateWindow(TimeSpan.FromSeconds(60), IsFixed: true));
        var second = (long)(await NowAsync() / 1000) - 60;
        await _server.AskAsync($"SET {{api_key:k}}:window {second}");
        await _server.AskAsync("SET {api_key:k}:requests 9");
        await _server.AskAsync("SET {api_key:k}:tokens 99");
        Claim[] claims = [Claims.Requests(1, "rpm:api_key:k"), Claims.Tokens(10, 10, counter: "tpm:api_key:k")];
        (await ours.TakeAsync("call", claims)).IsAdmitted.ShouldBeTrue();
        (await _server.AskAsync("GET {api_key:k}:requests")).ShouldBe("1");
        (await _server.AskAsync("GET {api_key:k}:tokens")).ShouldBe("10");
        (await ours.TakeAsync("next", [Claims.Requests(1, "rpm:api_key:k")])).IsAdmitted.ShouldBeFalse();
    }

    private async Task<double> NowAsync()
        => double.Parse(await _server.AskAsync("EVAL \"local t=redis.call('TIME');return t[1]..string.format('%03d',math.floor(t[2]/1000))\" 0"), CultureInfo.InvariantCulture);

    private Task<string> StateAsync(string kind, string counter, long bucket, long current, long previous)
        => _server.AskAsync($"HSET tollgate:rate:{kind}:{counter} b {bucket} c {current} p {previous}");
}
