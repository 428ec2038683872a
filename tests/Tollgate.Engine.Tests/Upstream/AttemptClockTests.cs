using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Upstream;

public sealed class AttemptClockTests : IDisposable, IClientWatch
{
    private int _departures;

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _client = new();

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(10, 2, nameof(AttemptEnd.FirstChunkTimeout), 2)]
    [InlineData(10, 10, nameof(AttemptEnd.WholeTimeout), 10)]
    public void NothingComing_EndsAtTheFirstChunksTime(double whole, double first, string end, double limit)
    {
        using var clock = Clock(whole, first);
        _time.Advance(first - 0.001);
        clock.Token.IsCancellationRequested.ShouldBeFalse();
        clock.End.ShouldBe(AttemptEnd.Running);
        _time.Advance(0.001);
        clock.Token.IsCancellationRequested.ShouldBeTrue();
        clock.End.ToString().ShouldBe(end);
        clock.Limit.ShouldBe(TimeSpan.FromSeconds(limit));
    }

    [Fact]
    public void Chunks_KeepTheStreamAliveUntilItsWholeTime()
    {
        using var clock = Clock(whole: 30, first: 2, idle: 5);
        for (var i = 1; i < 30; i++)
        {
            _time.Advance(1);
            clock.Touch();
        }

        clock.End.ShouldBe(AttemptEnd.Running);
        clock.Elapsed.ShouldBe(TimeSpan.FromSeconds(29));
        _time.Advance(1);
        clock.End.ShouldBe(AttemptEnd.WholeTimeout);
        clock.Limit.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Silence_EndsTheStream()
    {
        using var clock = Clock(whole: 100, first: 2, idle: 5);
        _time.Advance(1);
        clock.Touch();
        _time.Advance(4);
        clock.Touch();
        _time.Advance(4.999);
        clock.End.ShouldBe(AttemptEnd.Running);
        _time.Advance(0.001);
        clock.End.ShouldBe(AttemptEnd.IdleTimeout);
        clock.Limit.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Chunks_DoNotMoveTheTimer()
    {
        using var clock = Clock(whole: 100, first: 2, idle: 5);
        for (var i = 0; i < 1000; i++)
        {
            clock.Touch();
        }

        _time.TimerChanges.ShouldBe(1);
    }

    [Fact]
    public void ClientThatLeaves_EndsTheAttempt()
    {
        using var clock = Clock(10, 10);
        _client.Cancel();
        clock.Token.IsCancellationRequested.ShouldBeTrue();
        clock.End.ShouldBe(AttemptEnd.ClientGone);
        _time.Advance(100);
        clock.End.ShouldBe(AttemptEnd.ClientGone);
    }

    [Fact]
    public void ClientThatHasLeft_EndsTheAttemptAtOnce()
    {
        _client.Cancel();
        using var clock = Clock(10, 10);
        clock.Token.IsCancellationRequested.ShouldBeTrue();
        clock.End.ShouldBe(AttemptEnd.ClientGone);
    }

    [Fact]
    public void TimeoutBeforeTheClientLeaves_StaysTheReason()
    {
        using var clock = Clock(10, 2);
        _time.Advance(2);
        _client.Cancel();
        clock.End.ShouldBe(AttemptEnd.FirstChunkTimeout);
    }

    [Fact]
    public void DisposedClock_LeavesNoTimerAndTakesNoNotice()
    {
        var clock = Clock(10, 2);
        clock.Dispose();
        _time.LiveTimers.ShouldBe(0);
        _client.Cancel();
        _time.Advance(100);
        clock.End.ShouldBe(AttemptEnd.Running);
    }

    [Fact]
    public void TimesBeyondAnyTimer_AreCut()
    {
        using var clock = new AttemptClock(TimeProvider.System, new CallTimeouts(TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue), _client.Token);
        clock.Touch();
        clock.End.ShouldBe(AttemptEnd.Running);
    }

    [Theory]
    [InlineData(1, 61)]
    [InlineData(70, 70)]
    public void AttemptThatOutlivesItsClient_EndsInTimeForItsClient(double step, double end)
    {
        using var clock = Clock(whole: 1000, first: 500, idle: 65);
        clock.OutliveClient(TimeSpan.FromSeconds(61), this, CancellationToken.None);
        _client.Cancel();
        clock.ClientHasLeft.ShouldBeTrue();
        clock.End.ShouldBe(AttemptEnd.Running);
        for (var at = step; at < end && at < 61; at += step)
        {
            _time.Advance(step);
            clock.End.ShouldBe(AttemptEnd.Running);
            clock.Touch();
        }

        _time.Advance(step);
        clock.Token.IsCancellationRequested.ShouldBeTrue();
        clock.End.ShouldBe(AttemptEnd.ClientGone);
        _departures.ShouldBe(1);
    }

    [Fact]
    public void AttemptThatOutlivesItsClient_EndsWithTheGateway()
    {
        using var stopping = new CancellationTokenSource();
        using var clock = Clock(whole: 1000, first: 500);
        clock.OutliveClient(TimeSpan.FromSeconds(60), this, stopping.Token);
        _client.Cancel();
        clock.OnClientGone();
        clock.Token.IsCancellationRequested.ShouldBeFalse();
        stopping.Cancel();
        clock.End.ShouldBe(AttemptEnd.ClientGone);
        _departures.ShouldBe(1);
    }

    [Fact]
    public void DisposedClock_TellsNobodyThatTheClientLeft()
    {
        var clock = Clock(10, 2);
        clock.OutliveClient(TimeSpan.FromSeconds(60), this, CancellationToken.None);
        clock.Dispose();
        clock.OnClientGone();
        _departures.ShouldBe(0);
    }

    void IClientWatch.ClientLeft() => _departures++;

    private AttemptClock Clock(double whole, double first, double idle = 60)
        => new(_time, new CallTimeouts(TimeSpan.FromSeconds(whole), TimeSpan.FromSeconds(first), TimeSpan.FromSeconds(idle)), _client.Token);
}
