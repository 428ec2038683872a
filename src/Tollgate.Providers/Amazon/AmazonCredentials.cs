using System.Collections.Concurrent;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Amazon;

/// <summary>Keys by identity, renewed before they end; whoever comes meanwhile waits for the same renewal.</summary>
/// <param name="clock">Tells when keys end.</param>
/// <param name="fetch">Gets the keys of an identity; null for Amazon's own library.</param>
internal sealed class AmazonCredentials(TimeProvider clock, Func<AmazonIdentity, CancellationToken, Task<AmazonKeys>>? fetch = null)
{
    private readonly ConcurrentDictionary<AmazonIdentity, Renewal<AmazonKeys>> _slots = new();
    private readonly Func<AmazonIdentity, CancellationToken, Task<AmazonKeys>> _fetch = fetch ?? new AmazonKeySources(clock).FetchAsync;

    /// <summary>Keys that are good for a while. Completes at once while some are in memory.</summary>
    public ValueTask<AmazonKeys> GetAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        if (identity is { Source: AmazonSource.Keys, Keys: { } keys })
        {
            return ValueTask.FromResult(keys);
        }

        var slot = _slots.GetOrAdd(identity, static _ => new Renewal<AmazonKeys>());
        var current = slot.Current;
        return current is not null && (current.RenewAt is not { } renewAt || renewAt > clock.GetUtcNow())
            ? ValueTask.FromResult(current)
            : RenewAsync(slot, identity, current, cancellationToken);
    }

    private async ValueTask<AmazonKeys> RenewAsync(
        Renewal<AmazonKeys> slot, AmazonIdentity identity, AmazonKeys? last, CancellationToken cancellationToken)
    {
        try
        {
            return await slot.Start(token => _fetch(identity, token)).WaitAsync(cancellationToken);
        }
        catch (Exception failed) when (failed is not OperationCanceledException && last?.GoodUntil > clock.GetUtcNow())
        {
            // The old ones still serve; the next call tries again.
            return last;
        }
    }
}
