using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Upstream;

/// <summary>Why an attempt was given up.</summary>
internal enum AttemptEnd : byte
{
    Running,
    ClientGone,
    WholeTimeout,
    FirstChunkTimeout,
    IdleTimeout,
}

/// <summary>
/// Bounds one attempt: ends it when the client leaves, when it takes too long as a whole or to its first chunk, or falls silent. One timer for
/// all of it: a chunk only notes the time, it does not move the timer.
/// </summary>
internal sealed class AttemptClock : IDisposable
{
    // Timers cannot wait longer; a timeout beyond it is no timeout.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _clientGone;
    private readonly ITimer _timer;
    private readonly CallTimeouts _timeouts;
    private readonly long _started;
    private long _lastChunk;
    private bool _streaming;
    private TimeSpan _outlives;
    private IClientWatch? _watch;
    private CancellationToken _stopping;
    private CancellationTokenRegistration _stop;
    private long _leftAt;
    private volatile bool _clientLeft;
    private bool _disposed;

    /// <summary>Starts the clock.</summary>
    public AttemptClock(TimeProvider time, in CallTimeouts timeouts, CancellationToken clientAborted)
    {
        _time = time;
        _timeouts = timeouts;
        _started = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((AttemptClock)state!).OnTimer(), this, Bounded(timeouts.FirstChunk), Timeout.InfiniteTimeSpan);
        _clientGone = clientAborted.UnsafeRegister(static state => ((AttemptClock)state!).OnClientGone(), this);
    }

    /// <summary>Signalled when the attempt is to end; see <see cref="End"/> for why.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Why the attempt was ended; <see cref="AttemptEnd.Running"/> when it was not.</summary>
    public AttemptEnd End { get; private set; }

    /// <summary>Time since the attempt began.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>Limit that was overrun, for the error message.</summary>
    public TimeSpan Limit => End switch
    {
        AttemptEnd.FirstChunkTimeout => _timeouts.FirstChunk,
        AttemptEnd.IdleTimeout => _timeouts.Idle,
        _ => _timeouts.Whole,
    };

    /// <summary>The client has left, and the attempt goes on without it for a while.</summary>
    public bool ClientHasLeft => _clientLeft;

    /// <summary>From here on the client's departure does not end the attempt at once.</summary>
    /// <param name="atMost">How long it goes on.</param>
    /// <param name="watch">Who is told.</param>
    /// <param name="stopping">Ends it then.</param>
    public void OutliveClient(TimeSpan atMost, IClientWatch watch, CancellationToken stopping)
    {
        lock (_source)
        {
            _outlives = atMost;
            _watch = watch;
            _stopping = stopping;
        }
    }

    /// <summary>A chunk has come: silence counts from here.</summary>
    public void Touch()
    {
        Volatile.Write(ref _lastChunk, _time.GetTimestamp());
        if (!_streaming)
        {
            _streaming = true;
            _timer.Change(Bounded(UntilDeadline()), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Stops the clock.</summary>
    public void Dispose()
    {
        if (_watch is not null)
        {
            // Whoever is told of the client's departure works with the call, which ends here.
            lock (_source)
            {
                _disposed = true;
            }

            _stop.Unregister();
        }

        // Not Dispose: it would wait for a callback that may be running this very continuation.
        _clientGone.Unregister();
        _timer.Dispose();
        _source.Dispose();
    }

    /// <summary>The client has left: the attempt ends, or goes on for as long as it may.</summary>
    public void OnClientGone()
    {
        if (_watch is null)
        {
            Stop(AttemptEnd.ClientGone);
            return;
        }

        lock (_source)
        {
            if (End != AttemptEnd.Running || _disposed || _clientLeft)
            {
                return;
            }

            _leftAt = _time.GetTimestamp();
            Volatile.Write(ref _lastChunk, _leftAt);
            _streaming = true;
            _clientLeft = true;
            _watch.ClientLeft();
            _timer.Change(Bounded(UntilDeadline()), Timeout.InfiniteTimeSpan);
            _stop = _stopping.UnsafeRegister(static state => ((AttemptClock)state!).Stop(AttemptEnd.ClientGone), this);
        }
    }

    private void OnTimer()
    {
        if (!_streaming)
        {
            Stop(_timeouts.FirstChunk < _timeouts.Whole ? AttemptEnd.FirstChunkTimeout : AttemptEnd.WholeTimeout);
            return;
        }

        var left = UntilDeadline();
        if (left > TimeSpan.Zero)
        {
            _timer.Change(Bounded(left), Timeout.InfiniteTimeSpan);
            return;
        }

        Stop(Elapsed >= _timeouts.Whole ? AttemptEnd.WholeTimeout : AttemptEnd.IdleTimeout);
    }

    private TimeSpan UntilDeadline()
    {
        var idle = _timeouts.Idle - _time.GetElapsedTime(Volatile.Read(ref _lastChunk));
        var whole = _timeouts.Whole - Elapsed;
        var left = idle < whole ? idle : whole;
        if (!_clientLeft)
        {
            return left;
        }

        var drain = _outlives - _time.GetElapsedTime(_leftAt);
        return drain < left ? drain : left;
    }

    private void Stop(AttemptEnd why)
    {
        lock (_source)
        {
            if (End != AttemptEnd.Running)
            {
                return;
            }

            // Whatever ends what nobody waits for any more, it ended for its client long before.
            End = _clientLeft ? AttemptEnd.ClientGone : why;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended by itself while the timer or the client's departure was on its way here.
        }
    }

    private static TimeSpan Bounded(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span > LongestTimer ? LongestTimer : span;
}
