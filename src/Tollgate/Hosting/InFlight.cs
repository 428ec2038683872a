namespace Tollgate.Hosting;

/// <summary>Requests being served, and whether new ones still are.</summary>
internal sealed class InFlight : IDisposable
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _drain = new();
    private int _count;
    private int _abandoned;
    private volatile bool _draining;

    /// <summary>Completes when what requests need is there: the store is open, its models are loaded.</summary>
    public Task Started { get; set; } = Task.CompletedTask;

    /// <summary>Number of requests being served.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Those of them that a client still waits for, as far as <see cref="Watch"/> has been told.</summary>
    public int Waiting => Count - Volatile.Read(ref _abandoned);

    /// <summary>New requests are refused.</summary>
    public bool IsDraining => _draining;

    /// <summary>Signalled when new requests begin to be refused: what lasts as long as its client wants ends then.</summary>
    public CancellationToken Draining => _drain.Token;

    /// <summary>A request begins.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>A request has ended.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _count) == 0 && _draining)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>Notes when a request's client leaves while what it asked for is still read to its end. Dispose before <see cref="Exit"/>.</summary>
    public IDisposable Watch(CancellationToken clientLeft) => new Watched(this, clientLeft);

    public void Dispose() => _drain.Dispose();

    /// <summary>Refuses new requests from here on.</summary>
    /// <returns>Ends when the last request has.</returns>
    public Task DrainAsync()
    {
        _draining = true;
        _ = _drain.CancelAsync();
        if (Count == 0)
        {
            _empty.TrySetResult();
        }

        return _empty.Task;
    }

    private sealed class Watched : IDisposable
    {
        private readonly InFlight _inFlight;
        private readonly CancellationTokenRegistration _registration;
        private bool _hasLeft;

        public Watched(InFlight inFlight, CancellationToken clientLeft)
        {
            _inFlight = inFlight;
            _registration = clientLeft.UnsafeRegister(static watched => ((Watched)watched!).Left(), this);
        }

        public void Dispose()
        {
            // Waits for a notice that is just being taken.
            _registration.Dispose();
            if (_hasLeft)
            {
                Interlocked.Decrement(ref _inFlight._abandoned);
            }
        }

        private void Left()
        {
            _hasLeft = true;
            Interlocked.Increment(ref _inFlight._abandoned);
        }
    }
}
