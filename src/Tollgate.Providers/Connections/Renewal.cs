namespace Tollgate.Providers.Connections;

/// <summary>A credential that ends and is fetched anew: who comes while it is being fetched waits for the same fetch.</summary>
/// <typeparam name="T">The credential.</typeparam>
internal sealed class Renewal<T>
    where T : class
{
    private readonly Lock _lock = new();
    private Task<T>? _fetching;
    private T? _current;

    /// <summary>The one got last, or null.</summary>
    public T? Current => Volatile.Read(ref _current);

    /// <summary>The fetch under way, or a new one. It outlives the caller that started it: others wait for it too.</summary>
    /// <param name="fetch">Gets a new one.</param>
    public Task<T> Start(Func<CancellationToken, Task<T>> fetch)
    {
        lock (_lock)
        {
            return _fetching ??= Task.Run(() => FetchAsync(fetch));
        }
    }

    private async Task<T> FetchAsync(Func<CancellationToken, Task<T>> fetch)
    {
        try
        {
            var got = await fetch(CancellationToken.None);
            Volatile.Write(ref _current, got);
            return got;
        }
        finally
        {
            lock (_lock)
            {
                _fetching = null;
            }
        }
    }
}
