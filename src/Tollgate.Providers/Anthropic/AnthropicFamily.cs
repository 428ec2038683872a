using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Anthropic;

/// <summary>Makes connections to Anthropic, and to Claude on Azure.</summary>
internal static class AnthropicFamily
{
    private const string Path = "/v1/messages";

    /// <summary>Anthropic itself.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft)
        => new AnthropicConnection(draft, AnthropicHost.Anthropic, AddressOf(draft), new AnthropicAuthorization(draft));

    /// <summary>Anthropic's models of the years before messages, which complete texts (03-anthropic.md section 5).</summary>
    public static IUpstreamConnection OpenText(ConnectionDraft draft)
    {
        draft.Headers["anthropic-version"] = "2023-06-01";
        return new NativeConnection(draft, new AnthropicAuthorization(draft), new NativeWiring
        {
            Spoken = Surface.AnthropicComplete,
            Address = (surface, _) => surface is Surface.AnthropicComplete ? TextAddressOf(draft) : NativeConnection.NotServed(draft, surface),
        });
    }

    /// <summary>Claude on Azure AI Foundry, below <c>/anthropic</c> of the resource.</summary>
    public static IUpstreamConnection OpenAzure(ConnectionDraft draft, ConnectionServices services)
    {
        draft.Headers.Remove("extra-parameters");

        // The service reads the key in either header, by its age.
        draft.Headers["x-api-key"] = "{api_key}";
        return new AnthropicConnection(
            draft, AnthropicHost.Azure, AzureAddressOf(draft), EntraAuthorization.Choose(draft, services.Entra, new ProviderAuth("api-key", "{key}")));
    }

    private static UpstreamEndpoint AddressOf(ConnectionDraft draft)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        var isWhole = string.Equals(draft.Env("LITELLM_ANTHROPIC_DISABLE_URL_SUFFIX"), "true", StringComparison.OrdinalIgnoreCase);
        return EndpointTable.Make(draft, EndpointTable.Join(isWhole ? root : WithPath(root), query, "", draft.Deployment.ExtraQuery));
    }

    private static UpstreamEndpoint TextAddressOf(ConnectionDraft draft)
    {
        const string operation = "/complete";
        var (root, _) = EndpointTable.Split(draft.Base ?? "");
        return NativeConnection.Below(draft, root.EndsWith("/v1" + operation, StringComparison.Ordinal) ? ""
            : root.EndsWith("/v1", StringComparison.Ordinal) ? operation : "/v1" + operation);
    }

    private static UpstreamEndpoint AzureAddressOf(ConnectionDraft draft)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        const string folder = "/anthropic";
        var (root, query) = EndpointTable.Split(draft.Base);
        if (!root.Contains(folder, StringComparison.OrdinalIgnoreCase))
        {
            root = (root.EndsWith("/models", StringComparison.Ordinal) ? root[..^"/models".Length] : root) + folder;
        }

        return EndpointTable.Make(draft, EndpointTable.Join(WithPath(root), query, "", draft.Deployment.ExtraQuery));
    }

    private static string WithPath(string root) => root.EndsWith(Path, StringComparison.Ordinal) ? root
        : root.EndsWith("/v1", StringComparison.Ordinal) ? root + "/messages"
        : root + Path;
}
