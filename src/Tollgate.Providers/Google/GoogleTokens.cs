using System.Collections.Concurrent;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Google;

/// <summary>A token, when it ends and whose project it belongs to.</summary>
/// <param name="Text">The token.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Project">Project of the machine; null where the credentials were not the machine's.</param>
internal sealed record GoogleToken(string Text, DateTimeOffset ExpiresAt, string? Project);

/// <summary>Tokens by identity, renewed five minutes before they end; whoever comes meanwhile waits for the same renewal.</summary>
/// <param name="clock">Tells when a token ends.</param>
/// <param name="fetch">Gets a token; null for Google's own library.</param>
internal sealed class GoogleTokens(TimeProvider clock, Func<GoogleIdentity, CancellationToken, Task<GoogleToken>>? fetch = null)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<GoogleIdentity, Renewal<GoogleToken>> _slots = new();
    private readonly Func<GoogleIdentity, CancellationToken, Task<GoogleToken>> _fetch = fetch ?? new GoogleCredentialSource(clock).FetchAsync;

    /// <summary>A token that is good for a while. Completes at once while one is in memory.</summary>
    public ValueTask<GoogleToken> GetAsync(GoogleIdentity identity, CancellationToken cancellationToken)
    {
        var slot = _slots.GetOrAdd(identity, static _ => new Renewal<GoogleToken>());
        var current = slot.Current;
        return current is not null && current.ExpiresAt - clock.GetUtcNow() > RenewBefore
            ? ValueTask.FromResult(current)
            : RenewAsync(slot, identity, current, cancellationToken);
    }

    private async ValueTask<GoogleToken> RenewAsync(
        Renewal<GoogleToken> slot, GoogleIdentity identity, GoogleToken? last, CancellationToken cancellationToken)
    {
        try
        {
            return await slot.Start(token => _fetch(identity, token)).WaitAsync(cancellationToken);
        }
        catch (Exception failed) when (failed is not OperationCanceledException && last is not null && last.ExpiresAt > clock.GetUtcNow())
        {
            // The old one still serves; the next call tries again.
            return last;
        }
    }
}
