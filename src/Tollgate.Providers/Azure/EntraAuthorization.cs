using Azure.Identity;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Azure;

/// <summary>A bearer token from Entra; a client that brings its own key uses that instead.</summary>
internal sealed class EntraAuthorization(
    ConnectionDraft draft, EntraTokens tokens, EntraIdentity? identity, string? literal, string keyHeader) : Authorization
{
    private readonly HeaderSet _headers = new(draft, keyHeader, keyHeader is "Authorization" ? "Bearer {key}" : "{key}");
    private readonly string _exceptionName = draft.Row.ExceptionName;

    /// <summary>Key when there is one, else the first source of a token, else the reason why there is neither.</summary>
    public static Authorization Choose(ConnectionDraft draft, EntraTokens tokens, ProviderAuth keyAuth)
    {
        var own = draft.Deployment.ExtraHeaders.Keys;
        var bringsAuth = own.Contains("Authorization", StringComparer.OrdinalIgnoreCase)
            || own.Contains("api-key", StringComparer.OrdinalIgnoreCase);
        if (draft.Deployment.ApiKeyUnresolved || bringsAuth || KeyAuthorization.KeyOf(draft) is not null)
        {
            return new KeyAuthorization(draft, keyAuth);
        }

        var (identity, literal, fault) = EntraIdentity.Choose(draft);
        return fault is null ? new EntraAuthorization(draft, tokens, identity, literal, keyAuth.Header!)
            : new NoAuthorization(draft, keyAuth, fault);
    }

    public override ValueTask<ConnectionFault?> ApplyAsync(
        HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        if (clientKey is not null)
        {
            Set(message, _headers.Keyed[0].Name, _headers.Keyed[0].Value.Replace("{key}", clientKey, StringComparison.Ordinal));
            return default;
        }

        if (literal is not null)
        {
            Set(message, "Authorization", "Bearer " + literal);
            return default;
        }

        return FetchAsync(message, cancellationToken);
    }

    private async ValueTask<ConnectionFault?> FetchAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            Set(message, "Authorization", "Bearer " + await tokens.GetAsync(identity!, cancellationToken));
            return null;
        }
        catch (Exception failed) when (failed
            is AuthenticationFailedException or IOException or UnauthorizedAccessException or ArgumentException or UriFormatException)
        {
            // The library's text may hold identifiers of the tenant; the class of the failure is enough for a client.
            return new ConnectionFault(
                UpstreamErrorKind.Authentication, $"{_exceptionName} - no Entra token could be had ({failed.GetType().Name}).");
        }
    }
}

/// <summary>No credential of the deployment's own: only clients that bring a key get through.</summary>
internal sealed class NoAuthorization(ConnectionDraft draft, ProviderAuth keyAuth, ConnectionFault fault) : Authorization
{
    private readonly KeyAuthorization _clients = new(draft, keyAuth);

    public override ValueTask<ConnectionFault?> ApplyAsync(
        HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
        => clientKey is null ? ValueTask.FromResult<ConnectionFault?>(fault) : _clients.ApplyAsync(message, clientKey, cancellationToken);
}
