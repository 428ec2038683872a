using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Redis;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Redis;

public sealed class RedisOutageTests : IAsyncLifetime
{
    private static readonly RedisSettings Impatient = new()
    {
        OperationTimeout = TimeSpan.FromSeconds(0.3),
        BreakerFailures = 3,
        BreakerRecovery = TimeSpan.Zero,
    };

    private RedisServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task StoppedServer_OpensTheCircuitAndAStartedOneClosesIt()
    {
        await using var replica = await Replica.ConnectAsync(_server.Url, Impatient);
        (await replica.TakeAsync("before", [Claims.Parallel(1)])).IsAdmitted.ShouldBeTrue();

        _server.Stop();
        await Condition.UntilAsync(async () =>
        {
            (await replica.Counters.TryTakeAsync("during", new[] { Claims.Parallel(1) }, BudgetMode.Reserve, TimeSpan.FromSeconds(5), Stop)).ShouldBeNull();
            return !replica.Counters.IsAvailable;
        });
        replica.Counters.Settle("before", [Claims.Parallel(1)], 0, 0);
        replica.Counters.Renew("before", [Claims.Parallel(1)], TimeSpan.FromSeconds(5));
        replica.Counters.Forget("key:k");
        replica.Counters.Replicas.ShouldBe(1);

        await _server.StartAgainAsync();
        await Condition.UntilAsync(async () =>
        {
            await replica.Counters.BeatAsync(Stop);
            return replica.Counters.IsAvailable;
        });
        (await replica.TakeAsync("after", [Claims.Parallel(1)])).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task ServerThatDoesNotAnswer_IsNotWaitedForAndKeepsNothing()
    {
        await using var replica = await Replica.ConnectAsync(_server.Url, Impatient);
        Claim[] claims = [Claims.Budget(1000, 100)];
        await replica.Counters.TryTakeAsync("warm", new[] { Claims.Parallel(9) }, BudgetMode.Reserve, TimeSpan.FromMinutes(1), Stop);

        _server.Pause();
        try
        {
            (await replica.Counters.TryTakeAsync("late", claims, BudgetMode.Reserve, TimeSpan.FromMinutes(1), Stop)).ShouldBeNull();
        }
        finally
        {
            _server.Resume();
        }

        // The server takes it in the end, and gives it back at once: the caller has gone on without.
        await Condition.UntilAsync(async () => await _server.AskAsync("HGET tollgate:budget:key:k reserved") == "0");
        (await _server.AskAsync("HGET tollgate:budget:key:k spent")).ShouldBe("0");
    }

    [Fact]
    public async Task ServerThatForgotTheScripts_LearnsThemAgain()
    {
        await using var replica = await Replica.ConnectAsync(_server.Url);
        await replica.TakeAsync("one", [Claims.Parallel(1)]);
        await _server.AskAsync("SCRIPT FLUSH");

        (await replica.TakeAsync("two", [Claims.Parallel(2)])).IsAdmitted.ShouldBeTrue();
        replica.Counters.IsAvailable.ShouldBeTrue();
    }

    [Fact]
    public async Task ClientThatLeaves_TakesNothing()
    {
        await using var replica = await Replica.ConnectAsync(_server.Url);
        using var gone = new CancellationTokenSource();
        _server.Pause();
        try
        {
            var taking = replica.Counters.TryTakeAsync("call", new[] { Claims.Budget(1000, 100) }, BudgetMode.Reserve, TimeSpan.FromMinutes(1), gone.Token);
            await gone.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await taking);
        }
        finally
        {
            _server.Resume();
        }

        await Condition.UntilAsync(async () => await _server.AskAsync("HGET tollgate:budget:key:k reserved") == "0");
    }

    [Fact]
    public async Task Replicas_AreCounted()
    {
        await using var one = await Replica.ConnectAsync(_server.Url);
        await using var two = await Replica.ConnectAsync(_server.Url);
        await one.Counters.BeatAsync(Stop);

        one.Counters.Replicas.ShouldBe(2);
        two.Counters.Replicas.ShouldBe(2);
    }

    [Fact]
    public async Task PasswordWithOddCharacters_LogsIn()
    {
        await using var server = await RedisServer.StartAsync("p@ss word/");
        await using var replica = await Replica.ConnectAsync(server.Url);
        (await replica.TakeAsync("call", [Claims.Parallel(1)])).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task NobodyThere_IsNoError()
    {
        RedisTarget.TryParse($"redis://127.0.0.1:{FreePort.Next()}", out var target, out _).ShouldBeTrue();
        await using var connection = new RedisConnection(target!);
        var counters = new RedisCounters(connection, Impatient, TimeSpan.FromSeconds(60), TimeProvider.System, NullLogger<RedisCounters>.Instance);

        await counters.BeatAsync(Stop);

        counters.IsAvailable.ShouldBeFalse();
        (await counters.TryTakeAsync("call", new[] { Claims.Parallel(1) }, BudgetMode.Reserve, TimeSpan.FromMinutes(1), Stop)).ShouldBeNull();
        counters.Settle("call", [Claims.Parallel(1)], 0, 0);
    }

    [Fact]
    public void OpenCircuit_TrustsOneProbeOnlyAfterTheRecoveryTime()
    {
        var clock = new ManualTicks();
        var breaker = new CircuitBreaker(2, TimeSpan.FromSeconds(60), clock);
        breaker.IsClosed.ShouldBeFalse();
        breaker.ProbeSucceeded().ShouldBeTrue();
        breaker.Failed().ShouldBeFalse();
        breaker.Succeeded();
        breaker.Failed().ShouldBeFalse();
        breaker.Failed().ShouldBeTrue();
        (breaker.ProbeSucceeded(), breaker.ProbeSucceeded()).ShouldBe((false, false));
        breaker.Failed().ShouldBeFalse();
        (breaker.ProbeSucceeded(), breaker.ProbeSucceeded(), breaker.ProbeSucceeded()).ShouldBe((false, false, true));
        breaker.Failed();
        breaker.Failed().ShouldBeTrue();
        clock.Ticks += TimeSpan.FromSeconds(61).Ticks;
        breaker.ProbeSucceeded().ShouldBeTrue();
        breaker.IsClosed.ShouldBeTrue();
    }

    private sealed class ManualTicks : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
