namespace Tollgate.Data.Redis;

/// <summary>Whether Redis is worth asking. Starts open: it is worth asking once it has answered.</summary>
/// <param name="failuresToOpen">Failures in a row that open it.</param>
/// <param name="recovery">Until then a single good probe is not trusted: a server that comes and goes would take the limits along.</param>
/// <param name="time">Clock.</param>
internal sealed class CircuitBreaker(int failuresToOpen, TimeSpan recovery, TimeProvider time)
{
    // A second apart: three seconds of good answers are as good as the full wait.
    private const int ProbesToTrust = 3;

    private readonly Lock _gate = new();
    private volatile bool _isClosed;
    private long? _openedAt;
    private int _failures;
    private int _goodProbes;

    /// <summary>True when calls may ask Redis.</summary>
    public bool IsClosed => _isClosed;

    public void Succeeded()
    {
        // Written only when it changes anything: calls on all cores come here.
        if (Volatile.Read(ref _failures) != 0 && _isClosed)
        {
            Volatile.Write(ref _failures, 0);
        }
    }

    /// <summary>Counts a failure; true when this one has opened the circuit.</summary>
    public bool Failed()
    {
        lock (_gate)
        {
            _goodProbes = 0;
            if (!_isClosed || ++_failures < failuresToOpen)
            {
                return false;
            }

            _isClosed = false;
            _openedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Counts a good probe; true when this one has closed the circuit.</summary>
    public bool ProbeSucceeded()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            var isEarly = _openedAt is { } opened && time.GetElapsedTime(opened) < recovery;
            if (++_goodProbes < ProbesToTrust && isEarly)
            {
                return false;
            }

            _failures = 0;
            _goodProbes = 0;
            _isClosed = true;
            return true;
        }
    }
}
