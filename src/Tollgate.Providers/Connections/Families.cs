using System.Collections.Frozen;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Natives;

namespace Tollgate.Providers.Connections;

/// <summary>What connections of all kinds share: the clock, and tokens that many deployments use.</summary>
/// <param name="Clock">Tells when tokens end.</param>
/// <param name="Entra">Tokens of Microsoft Entra ID.</param>
internal sealed record ConnectionServices(TimeProvider Clock, EntraTokens Entra)
{
    /// <summary>Tokens of issuers that are asked over HTTP.</summary>
    public TokenCache Tokens { get; init; } = new(Clock);

    /// <summary>Sends requests to issuers of tokens, by the TLS and proxy settings of the connection that needs one.</summary>
    public Func<TransportOptions, HttpMessageInvoker> Http { get; init; } = static _ => throw new InvalidOperationException("No HTTP was given.");

    /// <summary>Asks issuers of tokens for a connection.</summary>
    public TokenEndpoint Issuer(ConnectionDraft draft) => new(Http(OpenAiConnection.TransportOf(draft)), Clock);
}

/// <summary>
/// How connections are made, by the family that a row names. A family that speaks a dialect of its own is a folder and one line here.
/// </summary>
internal static class Families
{
    private static readonly FrozenDictionary<string, Func<ConnectionDraft, ConnectionServices, IUpstreamConnection>> ByName =
        new Dictionary<string, Func<ConnectionDraft, ConnectionServices, IUpstreamConnection>>(StringComparer.Ordinal)
        {
            ["openai"] = OpenAi,
            ["openai_like"] = OpenAi,
            ["azure"] = AzureFamily.Open,
            ["azure_ai"] = AzureFamily.OpenFoundry,
            ["ollama"] = OllamaFamily.Open,
            ["cohere"] = CohereFamily.Open,
            ["huggingface"] = HuggingFaceFamily.Open,
            ["databricks"] = DatabricksFamily.Open,
            ["own:watsonx"] = WatsonxFamily.Open,
            ["own:cloudflare"] = CloudflareFamily.Open,
            ["own:oobabooga"] = OpenAi,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>True for families that connections can be made to.</summary>
    public static bool Has(string family) => ByName.ContainsKey(family);

    /// <summary>Makes a connection.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services) => ByName[draft.Row.Family](draft, services);

    private static OpenAiConnection OpenAi(ConnectionDraft draft, ConnectionServices services)
        => new(draft, EndpointTable.Below(draft), new KeyAuthorization(draft, draft.Row.Auth));
}
