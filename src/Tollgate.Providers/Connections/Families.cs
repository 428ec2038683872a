using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Amazon;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Documents;
using Tollgate.Providers.Google;
using Tollgate.Providers.Lookups;
using Tollgate.Providers.Natives;
using Tollgate.Providers.Videos;

namespace Tollgate.Providers.Connections;

/// <summary>What connections of all kinds share: the clock, and tokens that many deployments use.</summary>
/// <param name="Clock">Tells when tokens end.</param>
/// <param name="Entra">Tokens of Microsoft Entra ID.</param>
internal sealed record ConnectionServices(TimeProvider Clock, EntraTokens Entra)
{
    /// <summary>Tokens of Google Cloud.</summary>
    public GoogleTokens Google { get; init; } = new(Clock);

    /// <summary>Keys of Amazon's services.</summary>
    public AmazonCredentials Amazon { get; init; } = new(Clock);

    /// <summary>Tokens of issuers that are asked over HTTP.</summary>
    public TokenCache Tokens { get; init; } = new(Clock);

    /// <summary>Sends requests to issuers of tokens, by the TLS and proxy settings of the connection that needs one.</summary>
    public Func<TransportOptions, HttpMessageInvoker> Http { get; init; } = static _ => throw new InvalidOperationException("No HTTP was given.");

    /// <summary>Logins of Copilot users, by where they are kept.</summary>
    public ConcurrentDictionary<CopilotFiles, CopilotLogin> Logins { get; } = [];

    /// <summary>For what an operator must do before a connection works.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Asks issuers of tokens for a connection.</summary>
    public TokenEndpoint Issuer(ConnectionDraft draft) => new(Http(OpenAiConnection.TransportOf(draft)), Clock);
}

/// <summary>
/// How connections are made, by the family that a row names. A family that speaks a dialect of its own is a folder and one line here.
/// </summary>
internal static class Families
{
    private const string SearchMode = "search";

    private const string VectorStoreMode = "vector_store";

    private static readonly FrozenDictionary<string, Func<ConnectionDraft, ConnectionServices, IUpstreamConnection>> ByName =
        new Dictionary<string, Func<ConnectionDraft, ConnectionServices, IUpstreamConnection>>(StringComparer.Ordinal)
        {
            ["openai"] = OpenAi,
            ["openai_like"] = OpenAi,
            ["azure"] = AzureFamily.Open,
            ["azure_ai"] = AzureFamily.OpenFoundry,
            ["anthropic"] = static (draft, _) => AnthropicFamily.Open(draft),
            ["gemini"] = GoogleFamily.Open,
            ["media:elevenlabs"] = OpenAi,
            ["media:deepgram"] = OpenAi,
            ["media:stability"] = OpenAi,
            ["media:recraft"] = OpenAi,
            ["media:fal_ai"] = VideoFamilies.OpenFal,
            ["media:reducto"] = DocumentFamilies.OpenReducto,
            ["bedrock"] = BedrockFamily.Open,
            ["media:black_forest_labs"] = PictureFamilies.OpenFlux,
            ["media:runwayml"] = PictureFamilies.OpenRunway,
            ["media:topaz"] = PictureFamilies.OpenTopaz,
            ["media:aws_polly"] = PollyConnection.Open,
            ["own:sagemaker"] = SageMakerConnection.Open,
            ["ollama"] = OllamaFamily.Open,
            ["cohere"] = CohereFamily.Open,
            ["huggingface"] = HuggingFaceFamily.Open,
            ["databricks"] = DatabricksFamily.Open,
            ["own:watsonx"] = WatsonxFamily.Open,
            ["own:cloudflare"] = CloudflareFamily.Open,
            ["own:oobabooga"] = OpenAi,
            ["own:replicate"] = ReplicateFamily.Open,
            ["own:snowflake"] = SmallFamilies.OpenSnowflake,
            ["own:predibase"] = SmallFamilies.OpenPredibase,
            ["own:nlp_cloud"] = SmallFamilies.OpenNlpCloud,
            ["own:aleph_alpha"] = SmallFamilies.OpenAlephAlpha,
            ["own:bytez"] = SmallFamilies.OpenBytez,
            ["own:triton"] = SmallFamilies.OpenTriton,
            ["own:custom"] = SmallFamilies.OpenCustom,
            ["own:langgraph"] = SmallFamilies.OpenLangGraph,
            ["own:langflow"] = SmallFamilies.OpenLangFlow,
            ["own:a2a"] = AgentFamily.Open,
            ["own:assemblyai"] = TranscriptFamilies.OpenAssembly,
            ["media:soniox"] = TranscriptFamilies.OpenSoniox,
            ["own:manus"] = ManusFamily.Open,
            ["own:anthropic_text"] = static (draft, _) => AnthropicFamily.OpenText(draft),
            ["own:petals"] = SmallFamilies.OpenPetals,
            ["own:gigachat"] = GigaChatFamily.Open,
            ["own:oci"] = OciFamily.Open,
            ["own:sap"] = SapFamily.Open,
            ["own:chatgpt"] = ChatGptFamily.Open,
            ["own:github_copilot"] = CopilotFamily.Open,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>True for rows that connections can be made to, for what a deployment is meant for.</summary>
    public static bool Has(ProviderRow row, DeploymentConfig deployment)
        => ByName.ContainsKey(row.Family) || deployment.Info.Mode is SearchMode or VectorStoreMode;

    /// <summary>Makes a connection: to what the deployment is meant for, where that is not a model.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services) => draft.Deployment.Info.Mode switch
    {
        SearchMode => SearchFamily.Open(draft),
        VectorStoreMode => VectorFamily.Open(draft, services),
        _ => ByName[draft.Row.Family](draft, services),
    };

    private static OpenAiConnection OpenAi(ConnectionDraft draft, ConnectionServices services)
        => new(draft, EndpointTable.Below(draft), new KeyAuthorization(draft, draft.Row.Auth));
}
