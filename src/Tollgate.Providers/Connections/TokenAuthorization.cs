using Tollgate.Engine.Upstream;

namespace Tollgate.Providers.Connections;

/// <summary>Where tokens of a connection come from.</summary>
/// <param name="Identity">What they are of; never logged.</param>
/// <param name="Fetch">Asks the issuer.</param>
internal sealed record TokenSource(string Identity, Func<CancellationToken, Task<IssuedToken>> Fetch)
{
    /// <summary>How long before its end a token is renewed.</summary>
    public TimeSpan RenewBefore { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A bearer token that an issuer is asked for; a client that brings its own key uses that instead.</summary>
internal sealed class TokenAuthorization(ConnectionDraft draft, TokenCache tokens, TokenSource source) : Authorization
{
    private readonly HeaderSet _headers = new(draft, "Authorization", "Bearer {key}");
    private readonly string _exceptionName = draft.Row.ExceptionName;

    public override ValueTask<ConnectionFault?> ApplyAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        if (clientKey is not null)
        {
            SetKey(message, clientKey);
            return default;
        }

        var token = tokens.GetAsync(source.Identity, source.Fetch, source.RenewBefore, cancellationToken);
        if (token.IsCompletedSuccessfully)
        {
            SetToken(message, token.Result);
            return default;
        }

        return WaitAsync(message, token);
    }

    private async ValueTask<ConnectionFault?> WaitAsync(HttpRequestMessage message, ValueTask<IssuedToken> token)
    {
        try
        {
            SetToken(message, await token);
            return null;
        }
        catch (TokenException failed)
        {
            return new ConnectionFault(
                failed.IsTransport ? UpstreamErrorKind.Connection : UpstreamErrorKind.Authentication, $"{_exceptionName} - {failed.Message}");
        }
    }

    private void SetToken(HttpRequestMessage message, IssuedToken token)
    {
        SetKey(message, token.Value);
        if (token.Address is { } own && message.RequestUri is { } asked
            && Uri.TryCreate(own.TrimEnd('/') + asked.PathAndQuery, UriKind.Absolute, out var address))
        {
            message.RequestUri = address;
        }
    }

    private void SetKey(HttpRequestMessage message, string key)
    {
        foreach (var (name, format) in _headers.Keyed)
        {
            Set(message, name, format.Replace("{key}", key, StringComparison.Ordinal));
        }
    }
}
