namespace Tollgate.Engine.Tests;

/// <summary>A clock that stands still until it is turned; timers fire while it is.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed;

    /// <summary>When the clock was made.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Timers that have not been disposed of.</summary>
    public int LiveTimers => _timers.Count;

    /// <summary>How often a timer was set anew.</summary>
    public int TimerChanges { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + _elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state)) { Due = _elapsed + dueTime };
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Turns the clock by seconds; whatever falls due on the way fires at its time.</summary>
    public void Advance(double seconds)
    {
        var target = _elapsed + TimeSpan.FromSeconds(seconds);
        while (_timers.Where(timer => timer.Due <= target).MinBy(static timer => timer.Due) is { } next)
        {
            _elapsed = next.Due!.Value > _elapsed ? next.Due.Value : _elapsed;
            next.Due = null;
            next.Fire();
        }

        _elapsed = target;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire) : ITimer
    {
        public TimeSpan? Due { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.TimerChanges++;
            Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._elapsed + dueTime;
            return true;
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
