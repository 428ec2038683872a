using StackExchange.Redis;

namespace Tollgate.Data.Redis;

/// <summary>The one connection to Redis of this process, opened when first used; reconnects by itself.</summary>
public sealed class RedisConnection(RedisTarget target) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private volatile ConnectionMultiplexer? _multiplexer;

    /// <summary>Where it goes to, for logs.</summary>
    public string Name => target.Name;

    /// <summary>The connection when it was opened and stands now, else null.</summary>
    internal IDatabase? Database => _multiplexer is { IsConnected: true } open ? open.GetDatabase() : null;

    /// <summary>Opens the connection if that has not been done; fails with <see cref="RedisException"/> when nobody is there.</summary>
    internal async Task<IDatabase> OpenAsync()
    {
        await _opening.WaitAsync();
        try
        {
            // Does not fail when nobody is there: the multiplexer goes on trying, and its operations fail meanwhile.
            _multiplexer ??= await ConnectionMultiplexer.ConnectAsync(target.ToOptions());
            return _multiplexer.GetDatabase();
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Listens to a channel; survives reconnections.</summary>
    internal async Task SubscribeAsync(string channel, Action<string> heard)
    {
        await OpenAsync();
        await _multiplexer!.GetSubscriber().SubscribeAsync(channel, (_, message) => heard(message));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is { } open)
        {
            await open.CloseAsync(allowCommandsToComplete: false);
            open.Dispose();
        }

        _opening.Dispose();
    }
}
