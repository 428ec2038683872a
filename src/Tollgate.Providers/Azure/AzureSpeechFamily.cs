using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Providers.Azure;

/// <summary>Connections to Azure's speech service (02-openai-azure.md section 3.5).</summary>
internal static class AzureSpeechFamily
{
    private const string Resource = ".api.cognitive.microsoft.com";
    private const string Path = "/cognitiveservices/v1";

    /// <summary>Makes one for a model <c>speech/VOICE</c>.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        draft.Model = draft.Model["speech/".Length..];
        draft.Base = BaseOf(draft.Base);
        return new NativeConnection(
            draft, EntraAuthorization.Choose(draft, services.Entra, new ProviderAuth("Ocp-Apim-Subscription-Key", "{key}")), new NativeWiring
            {
                Address = (surface, _) => surface is Surface.Speech ? NativeConnection.Below(draft, Path) : NativeConnection.NotServed(draft, surface),
                Media = static surface => surface is Surface.Speech ? AzureSpeech.Instance : null,
            });
    }

    /// <summary>Of a resource's address only its region counts: speech is made elsewhere.</summary>
    private static string? BaseOf(string? address)
    {
        var host = AzureEndpoints.HostOf(address);
        if (host.EndsWith(Resource, StringComparison.OrdinalIgnoreCase))
        {
            return $"https://{host[..^Resource.Length]}.tts.speech.microsoft.com";
        }

        return address is not null && EndpointTable.Split(address).Root is var root && root.EndsWith(Path, StringComparison.Ordinal)
            ? root[..^Path.Length] : address;
    }
}
