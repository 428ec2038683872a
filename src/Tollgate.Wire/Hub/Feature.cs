namespace Tollgate.Wire.Hub;

/// <summary>
/// What a request can ask for, as the pages and headers name it: the rows of the table that says what each dialect carries. One for each
/// thing that some dialect cannot express.
/// </summary>
public enum Feature : byte
{
    System,
    ImageInput,
    AudioInput,
    VideoInput,
    DocumentInput,
    FileInput,
    Tools,
    CustomTools,
    HostedTools,
    ComputerUse,
    CodeExecution,
    WebFetch,
    FileSearch,
    McpTools,
    WebSearch,
    WebSearchDomains,
    WebSearchBlockedDomains,
    WebSearchLocation,
    WebSearchLimit,
    ToolChoice,
    ToolChoiceNone,
    AllowedTools,
    ParallelToolCalls,
    StrictTools,
    ToolResultMedia,
    ToolResultError,
    Thinking,
    ReasoningEffort,
    ReasoningBudget,
    ReasoningSummary,
    ThinkingHistory,
    RedactedThinking,
    Citations,
    CacheHints,
    MessageNames,
    JsonFormat,
    JsonSchemaFormat,
    MaxOutputTokens,
    Temperature,
    TopP,
    TopK,
    FrequencyPenalty,
    PresencePenalty,
    Seed,
    Choices,
    Stop,
    LogProbs,
    LogitBias,
    Verbosity,
    AudioOutput,
    ImageOutput,
    Prediction,
    User,
    ServiceTier,
    Store,
    PromptCacheKey,
    PreviousResponse,
    OpaqueParts,
}

/// <summary>What becomes of a feature when it is written in a dialect.</summary>
public enum Handling : byte
{
    /// <summary>Said as it was.</summary>
    Carried,

    /// <summary>Said in other words; nothing a user would miss is lost.</summary>
    Changed,

    /// <summary>Left out; a header of the answer names it, and <c>drop_params: false</c> said by client or operator refuses it.</summary>
    Dropped,

    /// <summary>Refused with status 400, unless <c>drop_params</c> is on: then left out and named.</summary>
    Refused,
}

/// <summary>How one dialect treats one feature.</summary>
/// <param name="Handling">What becomes of it.</param>
/// <param name="Note">For the documentation page: in which words, or why not. Empty where nothing needs saying.</param>
public readonly record struct Treatment(Handling Handling, string Note = "");
