using System.Collections.Immutable;

namespace Tollgate.Providers.PassThrough;

/// <summary>Where a path below a prefix names the model.</summary>
internal enum PathModel : byte
{
    /// <summary>Nowhere: the body does.</summary>
    None,

    /// <summary><c>models/{model}:{verb}</c>.</summary>
    Verb,

    /// <summary><c>model/{model}/{action}</c>.</summary>
    Action,

    /// <summary><c>deployments/{model}/...</c>.</summary>
    Deployment,
}

/// <summary>How a prefix gets its credentials.</summary>
internal enum PassThroughScheme : byte
{
    /// <summary>A key from deployment or environment.</summary>
    Key,

    /// <summary>Two variables as user and password.</summary>
    Pair,

    /// <summary>As a connection to a deployment of the provider: tokens, signatures.</summary>
    Connection,

    /// <summary>The same, in the project and location that the path names.</summary>
    Project,

    /// <summary>The same, in the region that is configured.</summary>
    Region,
}

/// <summary>A prefix below which calls are relayed in a provider's own API (llm-api.md 17.1).</summary>
/// <param name="Prefix">First segment of the path.</param>
/// <param name="Provider">Slug for prices, logs and credentials of deployments.</param>
/// <param name="Base">Address, unless a variable names another; empty when one must.</param>
internal sealed record PassThroughRow(string Prefix, string Provider, string Base)
{
    /// <summary>Variables that name another address, first set wins.</summary>
    public ImmutableArray<string> BaseEnv { get; init; } = [];

    /// <summary>Variables that hold the key, first set wins; for a pair user and password.</summary>
    public ImmutableArray<string> KeyEnv { get; init; } = [];

    public PassThroughScheme Scheme { get; init; }

    /// <summary>Where the key goes.</summary>
    public string Header { get; init; } = "Authorization";

    /// <summary>How it is written there.</summary>
    public string Format { get; init; } = "Bearer {key}";

    /// <summary>Query parameter that the key goes into instead; null for none.</summary>
    public string? Query { get; init; }

    /// <summary>Sent when there is no key; null refuses.</summary>
    public string? Placeholder { get; init; }

    /// <summary>First segment that every path has upstream, put there when a client leaves it out.</summary>
    public string Version { get; init; } = "";

    public PathModel Model { get; init; }

    /// <summary>Model at whose price transcripts are paid for by the length of the sound, unless they name another; null for none.</summary>
    public string? PaidBySecondAs { get; init; }

    /// <summary>The only client headers that go on; empty is all.</summary>
    public ImmutableArray<string> OnlyHeaders { get; init; } = [];

    /// <summary>All prefixes.</summary>
    public static ImmutableArray<PassThroughRow> All { get; } =
    [
        OpenAi("openai"),
        OpenAi("openai_passthrough"),
        new("azure", "azure", "") { BaseEnv = ["AZURE_API_BASE"], Scheme = PassThroughScheme.Connection, Model = PathModel.Deployment },
        new("azure_ai", "azure_ai", "") { BaseEnv = ["AZURE_AI_API_BASE"], Scheme = PassThroughScheme.Connection, Model = PathModel.Deployment },
        new("anthropic", "anthropic", "https://api.anthropic.com")
        {
            BaseEnv = ["ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"], KeyEnv = ["ANTHROPIC_API_KEY"], Header = "x-api-key", Format = "{key}",
        },
        new("gemini", "gemini", "https://generativelanguage.googleapis.com")
        {
            BaseEnv = ["GEMINI_API_BASE"], KeyEnv = ["GEMINI_API_KEY", "GOOGLE_API_KEY"], Query = "key", Format = "{key}", Model = PathModel.Verb,
        },
        Vertex("vertex_ai"),
        Vertex("vertex-ai"),
        new("bedrock", "bedrock", "") { BaseEnv = ["AWS_BEDROCK_RUNTIME_ENDPOINT"], Scheme = PassThroughScheme.Region, Model = PathModel.Action },
        new("cohere", "cohere", "https://api.cohere.com") { BaseEnv = ["COHERE_API_BASE"], KeyEnv = ["COHERE_API_KEY", "CO_API_KEY"] },
        new("mistral", "mistral", "https://api.mistral.ai") { BaseEnv = ["MISTRAL_API_BASE"], KeyEnv = ["MISTRAL_API_KEY"], Version = "/v1" },
        new("vllm", "hosted_vllm", "") { BaseEnv = ["HOSTED_VLLM_API_BASE"], KeyEnv = ["HOSTED_VLLM_API_KEY"], Placeholder = "fake-api-key" },
        Speech("assemblyai", "https://api.assemblyai.com"),
        Speech("eu.assemblyai", "https://api.eu.assemblyai.com"),
        new("langfuse", "langfuse", "https://cloud.langfuse.com")
        {
            BaseEnv = ["LANGFUSE_HOST"], KeyEnv = ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"], Scheme = PassThroughScheme.Pair,
        },
        new("cursor", "cursor", "https://api.cursor.com")
        {
            BaseEnv = ["CURSOR_API_BASE"], KeyEnv = ["CURSOR_API_KEY"], Format = "Basic {basic}",
        },
    ];

    private static PassThroughRow OpenAi(string prefix) => new(prefix, "openai", "https://api.openai.com")
    {
        BaseEnv = ["OPENAI_BASE_URL", "OPENAI_API_BASE"],
        KeyEnv = ["OPENAI_API_KEY"],
        Version = "/v1",
    };

    private static PassThroughRow Vertex(string prefix) => new(prefix, "vertex_ai", "")
    {
        BaseEnv = ["VERTEXAI_API_BASE"],
        Scheme = PassThroughScheme.Project,
        Model = PathModel.Verb,
        OnlyHeaders = ["anthropic-beta", "content-type", "accept"],
    };

    private static PassThroughRow Speech(string prefix, string address) => new(prefix, "assemblyai", address)
    {
        KeyEnv = ["ASSEMBLYAI_API_KEY"],
        Format = "{key}",
        PaidBySecondAs = "best",
    };
}
