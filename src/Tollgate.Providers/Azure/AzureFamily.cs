using Tollgate.Engine.Upstream;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Documents;
using Tollgate.Wire;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Providers.Azure;

/// <summary>Makes connections to Azure's two services.</summary>
internal static class AzureFamily
{
    /// <summary>Azure OpenAI.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        if (IsClaude(draft.Model))
        {
            return AnthropicFamily.OpenAzure(draft, services);
        }

        if (draft.Model.StartsWith("speech/", StringComparison.Ordinal))
        {
            return AzureSpeechFamily.Open(draft, services);
        }

        return new AzureConnection(draft, EntraAuthorization.Choose(draft, services.Entra, new ProviderAuth("api-key", "{key}")));
    }

    /// <summary>Azure AI Foundry.</summary>
    public static IUpstreamConnection OpenFoundry(ConnectionDraft draft, ConnectionServices services)
    {
        const string router = "model_router/";
        if (draft.Model.StartsWith(router, StringComparison.Ordinal))
        {
            draft.Model = draft.Model[router.Length..];
        }

        if (IsClaude(draft.Model))
        {
            return AnthropicFamily.OpenAzure(draft, services);
        }

        if (draft.Model.StartsWith("doc-intelligence/", StringComparison.Ordinal))
        {
            return DocumentFamilies.OpenIntelligence(draft, services);
        }

        if (IsOtherDialect(draft.Model))
        {
            return ProviderDirectory.WithoutDialect(draft.Row, draft.Model);
        }

        var host = AzureEndpoints.HostOf(draft.Base);
        var takesApiKey = host.EndsWith(".services.ai.azure.com", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".cognitiveservices.azure.com", StringComparison.OrdinalIgnoreCase);
        var authorization = EntraAuthorization.Choose(
            draft, services.Entra, takesApiKey ? new ProviderAuth("api-key", "{key}") : ProviderAuth.Bearer);
        if (IsFlux(draft.Model))
        {
            return new NativeConnection(draft, authorization, new NativeWiring
            {
                Address = (surface, _) => surface is Surface.ImageGenerations or Surface.ImageEdits ? AzureEndpoints.Flux(draft) : NativeConnection.NotServed(draft, surface),
                Media = static surface => surface is Surface.ImageGenerations or Surface.ImageEdits ? FluxPictures.Hosted : null,
            });
        }

        return host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
            ? new AzureConnection(draft, authorization)
            : new OpenAiConnection(draft, new EndpointTable(surface => AzureEndpoints.Foundry(draft, surface)), authorization);
    }

    private static bool IsClaude(string model) => model.StartsWith("claude", StringComparison.OrdinalIgnoreCase);

    private static bool IsOtherDialect(string model)
        => model.StartsWith("agents/", StringComparison.Ordinal);

    private static bool IsFlux(string model) => model.StartsWith("flux", StringComparison.OrdinalIgnoreCase);
}
