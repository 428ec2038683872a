using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Natives;

/// <summary>Databricks: OpenAI's dialect, with tokens for a service principal where there is one (07-native-others.md section 11).</summary>
internal static class DatabricksFamily
{
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        draft.Headers["User-Agent"] = "{env:DATABRICKS_USER_AGENT?}";
        return new OpenAiConnection(draft, EndpointTable.Below(draft), AuthorizationOf(draft, services));
    }

    private static Authorization AuthorizationOf(ConnectionDraft draft, ConnectionServices services)
    {
        var client = draft.Param("databricks_client_id", "DATABRICKS_CLIENT_ID");
        var secret = draft.Param("databricks_client_secret", "DATABRICKS_CLIENT_SECRET");
        var address = draft.Base is { } given && !given.Contains("://", StringComparison.Ordinal) ? "https://" + given : draft.Base;
        if (client is null || secret is null || !Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            return new KeyAuthorization(draft, draft.Row.Auth);
        }

        var issuer = uri.GetLeftPart(UriPartial.Authority) + "/oidc/v1/token";
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{secret}"));
        return new TokenAuthorization(draft, services.Tokens, new TokenSource(
            TokenEndpoint.Identity("databricks", issuer, client, secret),
            token => services.Issuer(draft).PostFormAsync(
                issuer,
                [KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("scope", "all-apis")],
                message => message.Headers.TryAddWithoutValidation("Authorization", "Basic " + basic),
                token)));
    }
}
