using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Natives;

/// <summary>GigaChat: credentials are changed for a token of half an hour (07-native-others.md section 13).</summary>
internal static class GigaChatFamily
{
    private const string DefaultIssuer = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth";

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
        => new NativeConnection(draft, AuthorizationOf(draft, services), new NativeWiring
        {
            Spoken = Surface.GigaChat,
            Address = (surface, _) => NativeConnection.Below(draft, surface is Surface.Embeddings ? "/embeddings" : "/chat/completions"),
        });

    private static Authorization AuthorizationOf(ConnectionDraft draft, ConnectionServices services)
    {
        if (draft.Deployment.ApiKeyUnresolved || KeyAuthorization.KeyOf(draft) is not { } credentials)
        {
            return new KeyAuthorization(draft, draft.Row.Auth);
        }

        var issuer = draft.Env("GIGACHAT_AUTH_URL") ?? DefaultIssuer;
        var scope = draft.Env("GIGACHAT_SCOPE") ?? "GIGACHAT_API_PERS";
        return new TokenAuthorization(draft, services.Tokens, new TokenSource(
            TokenEndpoint.Identity("gigachat", issuer, scope, credentials),
            token => services.Issuer(draft).PostFormAsync(
                issuer,
                [KeyValuePair.Create("scope", scope)],
                message =>
                {
                    message.Headers.TryAddWithoutValidation("Authorization", "Basic " + credentials);
                    message.Headers.TryAddWithoutValidation("RqUID", Guid.NewGuid().ToString());
                },
                token)));
    }
}
