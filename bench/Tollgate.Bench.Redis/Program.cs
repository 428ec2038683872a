using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Redis;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Bench.Redis;

/// <summary>
/// What shared limits cost: calls that take their claims from a Redis on this machine and settle them, two scripts a call (calls a second,
/// what a taking waits for, and the CPU of this process a call). Arguments: number of calls (default 200,000), callers at a time (default 64).
/// </summary>
internal static class Program
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    public static async Task<int> Main(string[] args)
    {
        var calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000;
        var callers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 64;
        await using var server = await RedisServer.StartAsync();
        var settings = new RedisSettings { Url = server.Url, OperationTimeout = TimeSpan.FromSeconds(20) };
        if (!RedisTarget.TryCreate(settings, out var target, out var problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        await using var connection = new RedisConnection(target!);
        var counters = new RedisCounters(connection, settings, TimeSpan.FromSeconds(60), TimeProvider.System, NullLogger<RedisCounters>.Instance);
        while (!counters.IsAvailable)
        {
            await counters.BeatAsync(CancellationToken.None);
        }

        await RunAsync(counters, calls / 10, callers);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var waits = await RunAsync(counters, calls, callers);
        clock.Stop();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        Array.Sort(waits);
        Print($"{calls / clock.Elapsed.TotalSeconds:F0} calls/s taken and settled, {callers} at a time, 5 claims each");
        Print($"taking: p50 {Milliseconds(waits, 0.5):F2} ms, p99 {Milliseconds(waits, 0.99):F2} ms");
        Print($"{cpu.TotalMicroseconds / calls:F1} us of our CPU a call");
        return 0;
    }

    private static async Task<long[]> RunAsync(RedisCounters counters, int calls, int callers)
    {
        var waits = new long[calls];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number < calls)
            {
                waits[number] = await CallAsync(counters, number);
            }
        })));
        return waits;
    }

    private static async Task<long> CallAsync(RedisCounters counters, int number)
    {
        var id = number.ToString("x32", CultureInfo.InvariantCulture);
        var claims = ClaimsOf(number % 1000);
        var start = Stopwatch.GetTimestamp();
        var verdict = await counters.TryTakeAsync(id, claims, BudgetMode.Reserve, Lease, CancellationToken.None);
        var waited = Stopwatch.GetTimestamp() - start;
        if (verdict is not { IsAdmitted: true })
        {
            throw new InvalidOperationException("A call was not admitted: what was measured is not what calls cost.");
        }

        counters.Settle(id, claims, 90, 300);
        return waited;
    }

    /// <summary>What a key of a team has: budgets of both, requests and tokens a minute, parallel calls.</summary>
    private static Claim[] ClaimsOf(int key) =>
    [
        Claim(ClaimKind.Budget, $"key:{key}", 100),
        Claim(ClaimKind.Budget, $"team:{key % 20}", 100),
        Claim(ClaimKind.Requests, $"key:{key}", 1),
        Claim(ClaimKind.Tokens, $"key:{key}", 400),
        Claim(ClaimKind.Parallel, $"key:{key}", 1),
    ];

    private static Claim Claim(ClaimKind kind, string counter, long amount) => new()
    {
        Counter = counter,
        Kind = kind,
        Limit = long.MaxValue / 4,
        Amount = amount,
        Epoch = 1,
        RefuseAtLimit = true,
    };

    private static double Milliseconds(long[] sorted, double part) => Stopwatch.GetElapsedTime(0, sorted[(int)((sorted.Length - 1) * part)]).TotalMilliseconds;

    private static void Print(FormattableString line) => Console.Out.WriteLine(FormattableString.Invariant(line));
}
