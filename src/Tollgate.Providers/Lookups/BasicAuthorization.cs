using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Lookups;

/// <summary>A name and a password. Both in the key of the configuration as <c>name:password</c>, or each in a variable.</summary>
internal sealed class BasicAuthorization(ConnectionDraft draft, string nameEnv, string passwordEnv) : Authorization
{
    private readonly HeaderSet _headers = new(draft, ProviderAuth.None.Header, ProviderAuth.None.Format);
    private readonly string? _pair = draft.Deployment.ApiKey is { Length: > 0 } own ? own
        : !draft.Deployment.ApiKeyUnresolved && draft.Env(nameEnv) is { } name && draft.Env(passwordEnv) is { } password ? $"{name}:{password}"
        : null;

    public override ValueTask<ConnectionFault?> ApplyAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        if ((clientKey ?? _pair) is not { } pair)
        {
            return ValueTask.FromResult<ConnectionFault?>(new ConnectionFault(
                UpstreamErrorKind.Authentication,
                $"{draft.Row.ExceptionName} - a login and a password are needed: set {nameEnv} and {passwordEnv}, or api_key to 'login:password'."));
        }

        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        Set(message, "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        return default;
    }
}
