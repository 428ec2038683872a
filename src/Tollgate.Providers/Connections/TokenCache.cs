using System.Collections.Concurrent;

namespace Tollgate.Providers.Connections;

/// <summary>A token as its issuer gave it.</summary>
/// <param name="Value">The token.</param>
/// <param name="ExpiresOn">When it ends.</param>
/// <param name="Address">Where the issuer says that it is to be used; null when it does not say.</param>
internal sealed record IssuedToken(string Value, DateTimeOffset ExpiresOn, string? Address = null)
{
    /// <summary>Headers that go with it.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>No token could be had.</summary>
/// <param name="message">Why, without anything secret.</param>
/// <param name="isTransport">The issuer could not be reached: another attempt may work.</param>
internal sealed class TokenException(string message, bool isTransport = false) : Exception(message)
{
    public bool IsTransport { get; } = isTransport;
}

/// <summary>
/// Tokens of issuers that are asked over HTTP, renewed before they end. Whoever comes while one is being fetched waits for the same fetch.
/// </summary>
/// <param name="clock">Tells when a token ends.</param>
internal sealed class TokenCache(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Renewal<IssuedToken>> _slots = new(StringComparer.Ordinal);

    /// <summary>A token that is good for a while. Completes at once while one is in memory.</summary>
    /// <param name="identity">What the token is of: two callers with the same identity share it.</param>
    /// <param name="fetch">Asks the issuer.</param>
    /// <param name="renewBefore">How long before its end a token is renewed.</param>
    /// <param name="cancellationToken">Ends waiting; the fetch itself goes on for others.</param>
    /// <exception cref="TokenException">None can be had.</exception>
    public ValueTask<IssuedToken> GetAsync(
        string identity, Func<CancellationToken, Task<IssuedToken>> fetch, TimeSpan renewBefore, CancellationToken cancellationToken)
    {
        var slot = _slots.GetOrAdd(identity, static _ => new Renewal<IssuedToken>());
        return slot.Current is { } token && token.ExpiresOn - clock.GetUtcNow() > renewBefore
            ? ValueTask.FromResult(token)
            : RenewAsync(slot, fetch, cancellationToken);
    }

    /// <summary>Forgets a token that its upstream has refused.</summary>
    public void Forget(string identity) => _slots.TryRemove(identity, out _);

    private async ValueTask<IssuedToken> RenewAsync(
        Renewal<IssuedToken> slot, Func<CancellationToken, Task<IssuedToken>> fetch, CancellationToken cancellationToken)
    {
        var last = slot.Current;
        try
        {
            return await slot.Start(fetch).WaitAsync(cancellationToken);
        }
        catch (TokenException) when (last is not null && last.ExpiresOn > clock.GetUtcNow())
        {
            // The old one still serves; the next call tries again.
            return last;
        }
    }
}
