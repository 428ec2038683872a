using System.Collections.Frozen;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Amazon;
using Tollgate.Providers.Anthropic;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Google;

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
            ["anthropic"] = static (draft, _) => AnthropicFamily.Open(draft),
            ["gemini"] = GoogleFamily.Open,
            ["media:elevenlabs"] = OpenAi,
            ["media:deepgram"] = OpenAi,
            ["media:stability"] = OpenAi,
            ["media:recraft"] = OpenAi,
            ["media:fal_ai"] = OpenAi,
            ["bedrock"] = BedrockFamily.Open,
            ["own:sagemaker"] = SageMakerConnection.Open,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>True for families that connections can be made to.</summary>
    public static bool Has(string family) => ByName.ContainsKey(family);

    /// <summary>Makes a connection.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services) => ByName[draft.Row.Family](draft, services);

    private static OpenAiConnection OpenAi(ConnectionDraft draft, ConnectionServices services)
        => new(draft, EndpointTable.Below(draft), new KeyAuthorization(draft, draft.Row.Auth));
}
