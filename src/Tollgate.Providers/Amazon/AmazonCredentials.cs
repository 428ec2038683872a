using System.Collections.Concurrent;

namespace Tollgate.Providers.Amazon;

/// <summary>Keys by identity, renewed before they end; whoever comes meanwhile waits for the same renewal.</summary>
/// <param name="clock">Tells when keys end.</param>
/// <param name="fetch">Gets the keys of an identity; null for Amazon's own library.</param>
internal sealed class AmazonCredentials(TimeProvider clock, Func<AmazonIdentity, CancellationToken, Task<AmazonKeys>>? fetch = null)
{
    private readonly ConcurrentDictionary<AmazonIdentity, Slot> _slots = new();
    private readonly Func<AmazonIdentity, CancellationToken, Task<AmazonKeys>> _fetch = fetch ?? new AmazonKeySources(clock).FetchAsync;

    /// <summary>Keys that are good for a while. Completes at once while some are in memory.</summary>
    public ValueTask<AmazonKeys> GetAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        if (identity is { Source: AmazonSource.Keys, Keys: { } keys })
        {
            return ValueTask.FromResult(keys);
        }

        var slot = _slots.GetOrAdd(identity, static (key, fetch) => new Slot(key, fetch), _fetch);
        var current = slot.Current;
        return current is not null && (current.RenewAt is not { } renewAt || renewAt > clock.GetUtcNow())
            ? ValueTask.FromResult(current)
            : RenewAsync(slot, current, cancellationToken);
    }

    private async ValueTask<AmazonKeys> RenewAsync(Slot slot, AmazonKeys? last, CancellationToken cancellationToken)
    {
        try
        {
            return await slot.Renew().WaitAsync(cancellationToken);
        }
        catch (Exception failed) when (failed is not OperationCanceledException && last?.GoodUntil > clock.GetUtcNow())
        {
            // The old ones still serve; the next call tries again.
            return last;
        }
    }

    private sealed class Slot(AmazonIdentity identity, Func<AmazonIdentity, CancellationToken, Task<AmazonKeys>> fetch)
    {
        private readonly Lock _lock = new();
        private Task<AmazonKeys>? _renewal;
        private AmazonKeys? _current;

        /// <summary>The keys got last, or null.</summary>
        public AmazonKeys? Current => Volatile.Read(ref _current);

        /// <summary>The renewal under way, or a new one. It outlives the caller that started it: others wait for it too.</summary>
        public Task<AmazonKeys> Renew()
        {
            lock (_lock)
            {
                return _renewal ??= Task.Run(FetchAsync);
            }
        }

        private async Task<AmazonKeys> FetchAsync()
        {
            try
            {
                var keys = await fetch(identity, CancellationToken.None);
                Volatile.Write(ref _current, keys);
                return keys;
            }
            finally
            {
                lock (_lock)
                {
                    _renewal = null;
                }
            }
        }
    }
}
