namespace Tollgate.Hosting;

/// <summary>Requests being served, and whether new ones still are.</summary>
internal sealed class InFlight
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private volatile bool _draining;

    /// <summary>Completes when what requests need is there: the store is open, its models are loaded.</summary>
    public Task Started { get; set; } = Task.CompletedTask;

    /// <summary>Number of requests being served.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>New requests are refused.</summary>
    public bool IsDraining => _draining;

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

    /// <summary>Refuses new requests from here on.</summary>
    /// <returns>Ends when the last request has.</returns>
    public Task DrainAsync()
    {
        _draining = true;
        if (Count == 0)
        {
            _empty.TrySetResult();
        }

        return _empty.Task;
    }
}
