using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>
/// A chat call in no dialect: the superset that every dialect is read into and written from when client and upstream speak differently.
/// What two dialects share is typed; what only one has is carried as it came.
/// </summary>
/// <remarks>
/// Everything that is JSON here points into the client's body and lives as long as the call. Absent means null or empty: a dialect writes
/// only what was said.
/// </remarks>
public sealed class ChatRequest
{
    /// <summary>The surface the request was read from.</summary>
    public required Surface Origin { get; init; }

    /// <summary>Model as the upstream is to be sent it.</summary>
    public string Model { get; set; } = "";

    /// <summary>
    /// The conversation, system and developer messages included, in order. Tool results stand in messages of <see cref="ChatRole.Tool"/>
    /// and nowhere else; readers split, writers merge.
    /// </summary>
    public IList<ChatMessage> Messages { get; } = [];

    public bool Stream { get; set; }

    /// <summary>Largest number of tokens to produce, reasoning included.</summary>
    public long? MaxOutputTokens { get; set; }

    public double? Temperature { get; set; }

    public double? TopP { get; set; }

    public long? TopK { get; set; }

    public double? FrequencyPenalty { get; set; }

    public double? PresencePenalty { get; set; }

    public long? Seed { get; set; }

    /// <summary>Answers asked for; null for one.</summary>
    public int? Choices { get; set; }

    /// <summary>Texts that end the answer.</summary>
    public IList<string> Stop { get; } = [];

    /// <summary>Log probabilities of the tokens produced are asked for.</summary>
    public bool? LogProbs { get; set; }

    /// <summary>Alternatives for each token.</summary>
    public int? TopLogProbs { get; set; }

    /// <summary>Token ids and their bias, an object in OpenAI's form.</summary>
    public JsonElement? LogitBias { get; set; }

    public IList<ToolDefinition> Tools { get; } = [];

    public ToolChoice? ToolChoice { get; set; }

    /// <summary>False forbids more than one tool call in an answer.</summary>
    public bool? ParallelToolCalls { get; set; }

    /// <summary>The form that the answer's text must have; null for any.</summary>
    public AnswerFormat? Format { get; set; }

    /// <summary>What is asked of the model's thinking; null when nothing is.</summary>
    public ReasoningRequest? Reasoning { get; set; }

    /// <summary>The provider is to search the web; null when not.</summary>
    public WebSearchRequest? WebSearch { get; set; }

    /// <summary>How long answers should be: <c>low</c>, <c>medium</c>, <c>high</c>.</summary>
    public string? Verbosity { get; set; }

    /// <summary>Kinds of output asked for: <c>text</c>, <c>audio</c>, <c>image</c>.</summary>
    public IList<string> Modalities { get; } = [];

    /// <summary>Voice and format of audio output, an object in OpenAI's form.</summary>
    public JsonElement? AudioOutput { get; set; }

    /// <summary>Expected output, an object in OpenAI's form.</summary>
    public JsonElement? Prediction { get; set; }

    /// <summary>Who the call is made for, as the provider is told.</summary>
    public string? User { get; set; }

    /// <summary>Class of service, in the client's word.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>The provider may keep the answer.</summary>
    public bool? Store { get; set; }

    /// <summary>Groups calls for the provider's prompt cache.</summary>
    public string? PromptCacheKey { get; set; }

    /// <summary>A stateful dialect's predecessor: <c>previous_response_id</c>.</summary>
    public string? PreviousResponseId { get; set; }

    /// <summary>
    /// Root members of the client's body that have no field here, in order. A writer passes on those of its own dialect, and those of a
    /// chat client that name the provider's own parameters (providers.md section 4, step 7).
    /// </summary>
    public IList<HubMember> Extras { get; } = [];

    /// <summary>
    /// Parameters of the provider's own that the operator configured for the deployment, for clients of other dialects than OpenAI's; in the
    /// bodies of OpenAI's clients they stand already, and come as <see cref="Extras"/>. A writer passes them on.
    /// </summary>
    public IList<HubMember> Configured { get; } = [];
}

/// <summary>A member that a dialect has and the hub does not.</summary>
/// <param name="Name">Its name, escapes undone.</param>
/// <param name="Value">Its value as it came.</param>
public readonly record struct HubMember(string Name, JsonElement Value);

/// <summary>Who speaks.</summary>
public enum ChatRole : byte
{
    System,

    /// <summary>OpenAI's newer word for instructions; a system message to everybody else.</summary>
    Developer,
    User,
    Assistant,

    /// <summary>Holds nothing but <see cref="ToolResultPart"/>.</summary>
    Tool,
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
public sealed record ChatMessage(ChatRole Role)
{
    /// <summary>What is said, in order.</summary>
    public IList<ContentPart> Parts { get; init; } = [];

    /// <summary>Name of the speaker among several of the same role; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Members of the message that have no field here, carried for the dialect they came from.</summary>
    public IList<HubMember> Extras { get; init; } = [];
}

/// <summary>What may be thought and how much of it is shown.</summary>
public sealed record ReasoningRequest
{
    /// <summary>Whether to think.</summary>
    public ReasoningMode Mode { get; init; }

    /// <summary><c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, <c>max</c>; null when not said in words.</summary>
    public string? Effort { get; init; }

    /// <summary>Tokens that thinking may take; null when not said in tokens, -1 where the model is to decide.</summary>
    public long? BudgetTokens { get; init; }

    /// <summary>Summary asked for: <c>auto</c>, <c>concise</c>, <c>detailed</c>; null for none.</summary>
    public string? Summary { get; init; }

    /// <summary>Gemini's <c>includeThoughts</c>, Anthropic's <c>display</c>: the thoughts are to be part of the answer; null when not said.</summary>
    public bool? IncludeThoughts { get; init; }
}

/// <summary>Whether a model is to think before it answers.</summary>
public enum ReasoningMode : byte
{
    /// <summary>Only effort or budget were given, or nothing.</summary>
    Unstated,
    Enabled,
    Disabled,

    /// <summary>The model decides for each answer.</summary>
    Adaptive,
}

/// <summary>The form an answer's text must have.</summary>
public sealed record AnswerFormat
{
    public required AnswerFormatKind Kind { get; init; }

    /// <summary>Name of the schema; null when the dialect has none.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>JSON schema; null for JSON of any form.</summary>
    public JsonElement? Schema { get; init; }

    public bool? Strict { get; init; }
}

/// <summary>Forms of an answer's text.</summary>
public enum AnswerFormatKind : byte
{
    Text,

    /// <summary>Any JSON object.</summary>
    Json,
    JsonSchema,
}

/// <summary>A search that the provider runs itself.</summary>
public sealed record WebSearchRequest
{
    /// <summary><c>low</c>, <c>medium</c>, <c>high</c>; null when not said.</summary>
    public string? ContextSize { get; init; }

    /// <summary>Most searches in one answer; null when not said.</summary>
    public int? MaxUses { get; init; }

    public string? City { get; init; }

    /// <summary>Two letters.</summary>
    public string? Country { get; init; }

    public string? Region { get; init; }

    public string? TimeZone { get; init; }

    /// <summary>The only domains to search; empty for all.</summary>
    public IReadOnlyList<string> AllowedDomains { get; init; } = [];

    /// <summary>Domains not to search.</summary>
    public IReadOnlyList<string> BlockedDomains { get; init; } = [];

    /// <summary>Something is known of where the user is.</summary>
    public bool HasLocation => this is { City: not null } or { Region: not null } or { Country: not null } or { TimeZone: not null };
}
