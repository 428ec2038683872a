using System.Collections.Immutable;

namespace Tollgate.Providers.Anthropic;

/// <summary>What those who host Claude in Anthropic's wire format differ in (03-anthropic.md sections 1, 2.9 and 4).</summary>
internal sealed record AnthropicHost
{
    /// <summary>Anthropic itself. Betas that the table does not know pass: new ones work the day they appear.</summary>
    public static readonly AnthropicHost Anthropic = new() { Betas = AnthropicBetas.Column("anthropic"), PassesUnknownBetas = true };

    /// <summary>Azure AI Foundry.</summary>
    public static readonly AnthropicHost Azure = new() { Betas = AnthropicBetas.Column("azure_ai"), StripsCacheScope = true };

    /// <summary>Google's Vertex AI: the model is in the path.</summary>
    public static readonly AnthropicHost Vertex = new()
    {
        Betas = AnthropicBetas.Column("vertex_ai"),
        ModelInBody = false,
        VersionInBody = "vertex-2023-10-16",
        StripsCacheScope = true,
        HasStructuredOutputs = false,
        SearchNeedsBeta = true,
    };

    /// <summary>Amazon Bedrock's InvokeModel: model and streaming are in the path, betas in the body.</summary>
    public static readonly AnthropicHost BedrockInvoke = new()
    {
        Betas = AnthropicBetas.Column("bedrock_invoke"),
        ModelInBody = false,
        StreamInBody = false,
        VersionInBody = "bedrock-2023-05-31",
        BetasInBody = true,
        StripsCacheScope = true,
        HasStructuredOutputs = false,
    };

    /// <summary>Amazon Bedrock's Converse, whose body is another dialect's; only its betas are Anthropic's.</summary>
    public static readonly AnthropicHost BedrockConverse = new() { Betas = AnthropicBetas.Column("bedrock_converse"), BetasInBody = true };

    /// <summary>Others who serve the wire format with models of their own: what the client asks for passes, nothing is added.</summary>
    public static readonly AnthropicHost Other = new() { Betas = AnthropicBetas.Column(""), PassesUnknownBetas = true, AddsBetas = false };

    /// <summary>Betas and what they are called here; null for those that are not to be sent.</summary>
    public required ImmutableDictionary<string, string?> Betas { get; init; }

    /// <summary>Betas without an entry are sent as they are. Default: they are left out.</summary>
    public bool PassesUnknownBetas { get; init; }

    /// <summary>Betas that a body needs are added.</summary>
    public bool AddsBetas { get; init; } = true;

    /// <summary><c>model</c> is a member of the body.</summary>
    public bool ModelInBody { get; init; } = true;

    /// <summary><c>stream</c> is a member of the body.</summary>
    public bool StreamInBody { get; init; } = true;

    /// <summary>Value of the body's <c>anthropic_version</c>; null for none, the version is a header then.</summary>
    public string? VersionInBody { get; init; }

    /// <summary>Betas are a list in the body's <c>anthropic_beta</c>, not a header.</summary>
    public bool BetasInBody { get; init; }

    /// <summary><c>cache_control.scope</c> is refused.</summary>
    public bool StripsCacheScope { get; init; }

    /// <summary><c>cache_control.ttl</c> is refused.</summary>
    public bool StripsCacheTimes { get; init; }

    /// <summary>Models that have structured outputs have them here too.</summary>
    public bool HasStructuredOutputs { get; init; } = true;

    /// <summary>Searching the web needs a beta.</summary>
    public bool SearchNeedsBeta { get; init; }
}
