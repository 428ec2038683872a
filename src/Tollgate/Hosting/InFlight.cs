namespace Tollgate.Hosting;

/// <summary>Requests being served, and whether new ones still are.</summary>
internal sealed class InFlight : IDisposable
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _drain = new();
    private int _count;
    private volatile bool _draining;

    /// <summary>Completes when what requests need is there: the store is open, its models are loaded.</summary>
    public Task Started { get; set; } = Task.CompletedTask;

    /// <summary>Number of requests being served.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>New requests are refused.</summary>
    public bool IsDraining => _draining;

    /// <summary>Signalled when new requests begin to be refused: what lasts as long as its client wants ends then.</summary>
    public CancellationToken Draining => _drain.Token;

    /// <summary>A request begins.</summary>
    public int Enter() => Interlocked.Increment(ref _count);

    /// <summary>A request has ended.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _count) == 0 && _draining)
        {
            _empty.TrySetResult();
        }
    }

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
}
