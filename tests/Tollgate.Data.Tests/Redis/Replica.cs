using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Redis;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Tests.Redis;

/// <summary>The counters of one replica, connected. Bounds are wide, so that a busy machine does not decide a test.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly RedisConnection _connection;

    private Replica(RedisConnection connection, RedisCounters counters)
    {
        _connection = connection;
        Counters = counters;
    }

    public RedisCounters Counters { get; }

    public static RedisSettings Settings { get; } = new() { OperationTimeout = TimeSpan.FromSeconds(20) };

    public static async Task<Replica> ConnectAsync(string url, RedisSettings? settings = null, RateWindow? window = null, TimeProvider? time = null)
    {
        RedisTarget.TryCreate((settings ?? Settings) with { Url = url }, out var target, out var problem).ShouldBeTrue(problem);
        var connection = new RedisConnection(target!);
        var counters = new RedisCounters(
            connection, settings ?? Settings, window ?? TimeSpan.FromSeconds(60), time ?? TimeProvider.System, NullLogger<RedisCounters>.Instance);
        await Condition.UntilAsync(async () =>
        {
            await counters.BeatAsync(TestContext.Current.CancellationToken);
            return counters.IsAvailable;
        });
        return new Replica(connection, counters);
    }

    public async Task<Verdict> TakeAsync(string call, Claim[] claims, BudgetMode mode = BudgetMode.Reserve, TimeSpan? lease = null)
    {
        var verdict = await Counters.TryTakeAsync(call, claims, mode, lease ?? TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return verdict.ShouldNotBeNull();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

internal static class Claims
{
    public static Claim Budget(long limit, long amount, string counter = "key:k", long recorded = 0, long epoch = 1, bool refuseAtLimit = true) => new()
    {
        Counter = counter,
        Kind = ClaimKind.Budget,
        Limit = limit,
        Amount = amount,
        Recorded = recorded,
        Epoch = epoch,
        RefuseAtLimit = refuseAtLimit,
    };

    public static Claim Requests(long limit, string counter = "key:k") => new()
    {
        Counter = counter,
        Kind = ClaimKind.Requests,
        Limit = limit,
        Amount = 1,
    };

    public static Claim Tokens(long limit, long amount, long output = 0, string counter = "key:k") => new()
    {
        Counter = counter,
        Kind = ClaimKind.Tokens,
        Limit = limit,
        Amount = amount,
        OutputPart = output,
    };

    public static Claim Parallel(long limit, string counter = "key:k") => new()
    {
        Counter = counter,
        Kind = ClaimKind.Parallel,
        Limit = limit,
        Amount = 1,
    };
}

internal static class Condition
{
    /// <summary>Asks until it is so. Gives up after a time that only a broken program needs.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            bound.Token.ThrowIfCancellationRequested();
        }
    }
}
