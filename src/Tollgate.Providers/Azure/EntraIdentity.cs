using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Azure;

/// <summary>How a token is got.</summary>
internal enum EntraKind : byte
{
    ClientSecret,
    Password,
    AssertionFile,
    AssertionText,
    DefaultChain,
    ManagedIdentity,
}

/// <summary>Who asks Entra for a token, and for what: the key of the token cache. Holds secrets; never logged.</summary>
internal sealed record EntraIdentity(EntraKind Kind, string Scope, string? Authority)
{
    public string Tenant { get; init; } = "";

    public string Client { get; init; } = "";

    /// <summary>Client secret, password, assertion or the file that holds it.</summary>
    public string Secret { get; init; } = "";

    public string UserName { get; init; } = "";

    /// <summary>The first applicable source of section 3.2; a literal token instead, or a fault.</summary>
    public static (EntraIdentity? Identity, string? Literal, ConnectionFault? Fault) Choose(ConnectionDraft draft)
    {
        var scope = draft.Param("azure_scope", "AZURE_SCOPE") ?? "https://cognitiveservices.azure.com/.default";
        var authority = draft.Param("azure_authority_host", "AZURE_AUTHORITY_HOST");
        var tenant = draft.Param("tenant_id", "AZURE_TENANT_ID");
        var client = draft.Param("client_id", "AZURE_CLIENT_ID");
        var secret = draft.Param("client_secret", "AZURE_CLIENT_SECRET");
        if (tenant is not null && client is not null && secret is not null)
        {
            var identity = new EntraIdentity(EntraKind.ClientSecret, scope, authority)
            {
                Tenant = tenant,
                Client = client,
                Secret = secret,
            };
            return (identity, null, null);
        }

        var user = draft.Param("azure_username", "AZURE_USERNAME");
        var password = draft.Param("azure_password", "AZURE_PASSWORD");
        if (user is not null && password is not null && client is not null)
        {
            var identity = new EntraIdentity(EntraKind.Password, scope, authority)
            {
                Tenant = tenant ?? "organizations",
                Client = client,
                Secret = password,
                UserName = user,
            };
            return (identity, null, null);
        }

        if (draft.Param("azure_ad_token", "AZURE_AD_TOKEN") is { } token)
        {
            var asserted = new EntraIdentity(EntraKind.AssertionFile, scope, authority) { Tenant = tenant ?? "", Client = client ?? "" };
            return token.StartsWith("oidc/", StringComparison.Ordinal) ? OfOidc(draft, token, asserted) : (null, token, null);
        }

        if (draft.Config.Models.UseDefaultCloudIdentity)
        {
            var kind = draft.Env("AZURE_CREDENTIAL") is "ManagedIdentityCredential" ? EntraKind.ManagedIdentity : EntraKind.DefaultChain;
            return (new EntraIdentity(kind, scope, authority) { Tenant = tenant ?? "", Client = client ?? "" }, null, null);
        }

        return (null, null, Fault(draft, $"Missing credentials: set api_key or the environment variable {Variable(draft)}, "
            + "or tenant_id, client_id and client_secret, or azure_ad_token."));
    }

    private static (EntraIdentity? Identity, string? Literal, ConnectionFault? Fault) OfOidc(
        ConnectionDraft draft, string reference, EntraIdentity identity)
    {
        if (identity.Tenant.Length == 0 || identity.Client.Length == 0)
        {
            const string needed =
                "azure_ad_token names an OIDC token; tenant_id and client_id (AZURE_TENANT_ID, AZURE_CLIENT_ID) are needed too.";
            return (null, null, Fault(draft, needed));
        }

        var rest = reference["oidc/".Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var source = slash < 0 ? rest : rest[..slash];
        var name = slash < 0 ? "" : rest[(slash + 1)..];
        var (kind, secret) = source switch
        {
            "file" => (EntraKind.AssertionFile, name),
            "env_path" => (EntraKind.AssertionFile, draft.Env(name)),
            "azure" => (EntraKind.AssertionFile, draft.Env(name) ?? draft.Env("AZURE_FEDERATED_TOKEN_FILE")),
            "env" => (EntraKind.AssertionText, draft.Env(name)),
            "circleci" => (EntraKind.AssertionText, draft.Env("CIRCLE_OIDC_TOKEN")),
            "circleci_v2" => (EntraKind.AssertionText, draft.Env("CIRCLE_OIDC_TOKEN_V2")),
            _ => (EntraKind.AssertionText, null),
        };
        return string.IsNullOrEmpty(secret)
            ? (null, null, Fault(draft, $"the OIDC token source 'oidc/{source}' of azure_ad_token is unset or not available."))
            : (identity with { Kind = kind, Secret = secret }, null, null);
    }

    private static string Variable(ConnectionDraft draft) => draft.KeyEnv.IsEmpty ? "AZURE_API_KEY" : draft.KeyEnv[0];

    private static ConnectionFault Fault(ConnectionDraft draft, string message)
        => new(UpstreamErrorKind.Authentication, $"{draft.Row.ExceptionName} - {message}");
}
