using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Natives;

/// <summary>Cloudflare Workers AI (07-native-others.md section 13): the model stands in the address.</summary>
internal static class CloudflareFamily
{
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices _)
    {
        if (draft.Base is { } address && address.Contains("{account}", StringComparison.Ordinal))
        {
            if (draft.Param("cloudflare_account_id", "CLOUDFLARE_ACCOUNT_ID") is { } account)
            {
                draft.Base = address.Replace("{account}", Uri.EscapeDataString(account), StringComparison.Ordinal);
            }
            else
            {
                draft.Fault = new ConnectionFault(
                    UpstreamErrorKind.BadRequest,
                    $"{draft.Row.ExceptionName} - the account is missing: set the environment variable CLOUDFLARE_ACCOUNT_ID or litellm_params.api_base.");
            }
        }

        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Spoken = Surface.WorkersAi,
            Address = (_, _) => NativeConnection.Below(draft, "/" + draft.Model),
        });
    }
}
