using System.Collections.Immutable;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Anthropic;

/// <summary>What those who host Claude in Anthropic's wire format differ in (03-anthropic.md sections 1, 2.9 and 4).</summary>
internal sealed record AnthropicHost
{
    /// <summary>Anthropic itself. Betas that the table does not know pass: new ones work the day they appear.</summary>
    public static readonly AnthropicHost Anthropic = new() { Column = "anthropic", Betas = AnthropicBetas.Column("anthropic"), PassesUnknownBetas = true };

    /// <summary>Azure AI Foundry.</summary>
    public static readonly AnthropicHost Azure = new() { Column = "azure_ai", Betas = AnthropicBetas.Column("azure_ai"), StripsCacheScope = true };

    /// <summary>Google's Vertex AI: the model is in the path.</summary>
    public static readonly AnthropicHost Vertex = new()
    {
        Column = "vertex_ai",
        Betas = AnthropicBetas.Column("vertex_ai"),
        ModelInBody = false,
        VersionInBody = "vertex-2023-10-16",
        MediaAsBytes = true,
        StripsCacheScope = true,
        HasStructuredOutputs = false,
        SearchNeedsBeta = true,
    };

    /// <summary>Amazon Bedrock's InvokeModel: model and streaming are in the path, betas in the body.</summary>
    public static readonly AnthropicHost BedrockInvoke = new()
    {
        Column = "bedrock",
        Betas = AnthropicBetas.Column("bedrock_invoke"),
        ModelInBody = false,
        StreamInBody = false,
        VersionInBody = "bedrock-2023-05-31",
        MediaAsBytes = true,
        BetasInBody = true,
        StripsCacheScope = true,
        HasStructuredOutputs = false,
    };

    /// <summary>Amazon Bedrock's Converse, whose body is another dialect's; only its betas are Anthropic's.</summary>
    public static readonly AnthropicHost BedrockConverse = new() { Betas = AnthropicBetas.Column("bedrock_converse"), BetasInBody = true };

    /// <summary>Others who serve the wire format with models of their own: what the client asks for passes, nothing is added.</summary>
    public static readonly AnthropicHost Other = new() { Betas = AnthropicBetas.Column(""), PassesUnknownBetas = true, AddsBetas = false };

    /// <summary>The host's name in the operator's table of betas; empty for one that has none.</summary>
    public string Column { get; init; } = "";

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

    /// <summary>Images and documents are taken as bytes only, not by address.</summary>
    public bool MediaAsBytes { get; init; }

    /// <summary>Models that have structured outputs have them here too.</summary>
    public bool HasStructuredOutputs { get; init; } = true;

    /// <summary>Searching the web needs a beta.</summary>
    public bool SearchNeedsBeta { get; init; }

    /// <summary>The host with what the operator changes in its betas.</summary>
    public AnthropicHost For(ConnectionDraft draft)
        => draft.Config.Models.AnthropicBetas.TryGetValue(Column, out var changes)
            ? this with { Betas = Betas.SetItems(changes.Select(static beta => KeyValuePair.Create(beta.Key, beta.Value is "" ? null : (string?)beta.Value))) }
            : this;
}
