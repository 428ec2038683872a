using System.Collections.Concurrent;

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

    private readonly ConcurrentDictionary<GoogleIdentity, Slot> _slots = new();
    private readonly Func<GoogleIdentity, CancellationToken, Task<GoogleToken>> _fetch = fetch ?? new GoogleCredentialSource(clock).FetchAsync;

    /// <summary>A token that is good for a while. Completes at once while one is in memory.</summary>
    public ValueTask<GoogleToken> GetAsync(GoogleIdentity identity, CancellationToken cancellationToken)
    {
        var slot = _slots.GetOrAdd(identity, static (key, get) => new Slot(key, get), _fetch);
        var current = slot.Current;
        return current is not null && current.ExpiresAt - clock.GetUtcNow() > RenewBefore
            ? ValueTask.FromResult(current)
            : RenewAsync(slot, current, cancellationToken);
    }

    private async ValueTask<GoogleToken> RenewAsync(Slot slot, GoogleToken? last, CancellationToken cancellationToken)
    {
        try
        {
            return await slot.Renew().WaitAsync(cancellationToken);
        }
        catch (Exception failed) when (failed is not OperationCanceledException && last is not null && last.ExpiresAt > clock.GetUtcNow())
        {
            // The old one still serves; the next call tries again.
            return last;
        }
    }

    private sealed class Slot(GoogleIdentity identity, Func<GoogleIdentity, CancellationToken, Task<GoogleToken>> fetch)
    {
        private readonly Lock _lock = new();
        private Task<GoogleToken>? _renewal;
        private GoogleToken? _current;

        /// <summary>The token got last, or null.</summary>
        public GoogleToken? Current => Volatile.Read(ref _current);

        /// <summary>The renewal under way, or a new one. It outlives the caller that started it: others wait for it too.</summary>
        public Task<GoogleToken> Renew()
        {
            lock (_lock)
            {
                return _renewal ??= Task.Run(FetchAsync);
            }
        }

        private async Task<GoogleToken> FetchAsync()
        {
            try
            {
                var token = await fetch(identity, CancellationToken.None);
                Volatile.Write(ref _current, token);
                return token;
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
