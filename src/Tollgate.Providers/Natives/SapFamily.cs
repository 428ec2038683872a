using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Providers.Natives;

/// <summary>
/// SAP AI Core's orchestration: its own deployment is looked up once and called with a token (07-native-others.md section 13).
/// </summary>
internal static class SapFamily
{
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var account = SapAccount.Of(draft);
        draft.Base ??= account?.Base;
        if (account is null || draft.Base is null)
        {
            draft.Fault = new ConnectionFault(
                UpstreamErrorKind.Authentication,
                $"{draft.Row.ExceptionName} - no credentials: set AICORE_SERVICE_KEY, or AICORE_AUTH_URL, AICORE_CLIENT_ID, AICORE_CLIENT_SECRET and "
                + "AICORE_BASE_URL.");
        }

        draft.Headers["AI-Resource-Group"] = draft.Env("AICORE_RESOURCE_GROUP") ?? "default";
        return new NativeConnection(draft, AuthorizationOf(draft, services, account), new NativeWiring
        {
            Spoken = Surface.SapOrchestration,

            // The host and path before it are those of the deployment, which comes with the token.
            Address = (surface, _) => EndpointTable.Make(
                draft,
                (Uri.TryCreate(draft.Base, UriKind.Absolute, out var host) ? host.GetLeftPart(UriPartial.Authority) : draft.Base)
                    + (surface is Surface.Embeddings ? "/v2/embeddings" : "/v2/completion")),
            Embeddings = new SapEmbeddings(),
        });
    }

    private static Authorization AuthorizationOf(ConnectionDraft draft, ConnectionServices services, SapAccount? account) => account is null
        ? new KeyAuthorization(draft, ProviderAuth.None)
        : new TokenAuthorization(draft, services.Tokens, new TokenSource(
            TokenEndpoint.Identity("sap", account.Issuer, account.Client, account.Secret, draft.Base, draft.Headers["AI-Resource-Group"]),
            token => FetchAsync(draft, services.Issuer(draft), account, token)));

    private static async Task<IssuedToken> FetchAsync(
        ConnectionDraft draft, TokenEndpoint issuer, SapAccount account, CancellationToken cancellationToken)
    {
        var token = await issuer.PostFormAsync(
            account.Issuer,
            [
                KeyValuePair.Create("grant_type", "client_credentials"),
                KeyValuePair.Create("client_id", account.Client),
                KeyValuePair.Create("client_secret", account.Secret),
            ],
            prepare: null,
            cancellationToken);
        if (draft.Base!.Contains("/deployments/", StringComparison.Ordinal))
        {
            return token with { Address = draft.Base };
        }

        var root = draft.Base.TrimEnd('/');
        root = root.EndsWith("/v2", StringComparison.Ordinal) ? root : root + "/v2";
        using var ask = new HttpRequestMessage(
            HttpMethod.Get, TokenEndpoint.AddressOf(root + "/lm/deployments?scenarioId=orchestration&status=RUNNING"));
        ask.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token.Value);
        ask.Headers.TryAddWithoutValidation("AI-Resource-Group", draft.Headers["AI-Resource-Group"]);
        using var found = await issuer.SendAsync(ask, cancellationToken);
        if (found.RootElement.Member("resources"u8) is { ValueKind: JsonValueKind.Array } resources)
        {
            foreach (var deployment in resources.EnumerateArray())
            {
                if (deployment.Text("deploymentUrl"u8) is { Length: > 0 } address)
                {
                    return token with { Address = address };
                }
            }
        }

        throw new TokenException("the resource group has no running deployment of the orchestration scenario.");
    }
}

/// <summary>Credentials of SAP AI Core.</summary>
/// <param name="Issuer">Where tokens come from.</param>
/// <param name="Client">Who asks.</param>
/// <param name="Secret">The client's secret.</param>
/// <param name="Base">Where the service is; null when not said.</param>
internal sealed record SapAccount(string Issuer, string Client, string Secret, string? Base)
{
    /// <summary>The first source that is complete: the deployment, the service key, variables, the platform's bound services.</summary>
    public static SapAccount? Of(ConnectionDraft draft)
        => OfServiceKey(draft.Deployment.ApiKey) ?? OfServiceKey(draft.Env("AICORE_SERVICE_KEY")) ?? OfVariables(draft)
            ?? OfPlatform(draft.Env("VCAP_SERVICES"));

    private static SapAccount? OfVariables(ConnectionDraft draft)
        => draft.Env("AICORE_AUTH_URL") is { } issuer && draft.Param("client_id", "AICORE_CLIENT_ID") is { } client
            && draft.Param("client_secret", "AICORE_CLIENT_SECRET") is { } secret
            ? new SapAccount(TokenAddress(issuer), client, secret, draft.Env("AICORE_BASE_URL")) : null;

    private static SapAccount? OfServiceKey(string? text)
    {
        if (text is null || !text.AsSpan().TrimStart().StartsWith('{'))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return OfJson(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SapAccount? OfPlatform(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Member("aicore"u8) is { ValueKind: JsonValueKind.Array } services && services.GetArrayLength() > 0
                ? OfJson(services[0].Member("credentials"u8)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SapAccount? OfJson(JsonElement json)
        => json.Text("url"u8) is { } issuer && json.Text("clientid"u8) is { } client && json.Text("clientsecret"u8) is { } secret
            ? new SapAccount(TokenAddress(issuer), client, secret, json.Member("serviceurls"u8).Text("AI_API_URL"u8)) : null;

    private static string TokenAddress(string issuer)
        => issuer.TrimEnd('/') is var root && root.EndsWith("/oauth/token", StringComparison.Ordinal) ? root : root + "/oauth/token";
}
