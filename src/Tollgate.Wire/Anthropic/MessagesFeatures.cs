using System.Collections.Frozen;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>What Anthropic's dialect makes of each feature, and what its clients call them.</summary>
internal static class MessagesFeatures
{
    private const string NotThere = "the dialect has nothing of the kind";

    /// <summary>As an upstream's dialect.</summary>
    public static FeatureTable Writes { get; } = new()
    {
        { Feature.System, Handling.Changed, "system; instructions in the middle of a conversation move to its beginning" },
        { Feature.AudioInput, Handling.Refused, "the provider's models do not hear" },
        { Feature.VideoInput, Handling.Refused, "the provider's models do not see films" },
        { Feature.DocumentInput, Handling.Changed, "document blocks; text files are sent as text" },
        { Feature.FileInput, Handling.Changed, "source of type file: the id must be one of the provider's own" },
        { Feature.Tools, Handling.Changed, "tools[].input_schema; names longer than 64 characters are shortened and restored in the answer" },
        { Feature.CustomTools, Handling.Changed, "a function with one argument of text; a grammar is only described" },
        { Feature.HostedTools, Handling.Changed, "the provider's own (bash, text editor, memory, tool search); others are refused" },
        { Feature.ComputerUse, Handling.Changed, "the provider's own computer tools; others are refused" },
        { Feature.CodeExecution, Handling.Changed, "code_execution_20250825 for other dialects' code interpreters" },
        { Feature.WebFetch, Handling.Changed, "web_fetch_20250910 for other dialects' tools" },
        { Feature.WebSearch, Handling.Changed, "web_search_20250305; search_context_size low, medium, high is max_uses 1, 5, 10" },
        { Feature.FileSearch, Handling.Refused, NotThere },
        { Feature.McpTools, Handling.Changed, "mcp_servers" },
        { Feature.AllowedTools, Handling.Changed, "only the allowed tools are sent" },
        { Feature.Thinking, Handling.Changed, "thinking; adaptive or with a budget, as the model takes it" },
        { Feature.ReasoningEffort, Handling.Changed, "thinking.budget_tokens (minimal and low 1024, medium 2048, high 4096) or output_config.effort, as the model takes it" },
        { Feature.ReasoningBudget, Handling.Changed, "thinking.budget_tokens, at least 1024" },
        { Feature.ReasoningSummary, Handling.Changed, "thinking.display" },
        { Feature.ThinkingHistory, Handling.Changed, "thinking blocks that have a signature; others are left out" },
        { Feature.Citations, Handling.Changed, "citations of documents; others' citations of an answer's text are left out" },
        { Feature.MessageNames, Handling.Dropped, "the dialect has no names of speakers" },
        { Feature.JsonFormat, Handling.Changed, "a tool that the model is made to call; its arguments become the text" },
        { Feature.JsonSchemaFormat, Handling.Changed, "output_config.format where the model has structured outputs, else the same tool" },
        { Feature.MaxOutputTokens, Handling.Carried, "max_tokens, which the dialect demands: the model's own limit when the client gives none" },
        { Feature.FrequencyPenalty, Handling.Refused, NotThere },
        { Feature.PresencePenalty, Handling.Refused, NotThere },
        { Feature.Seed, Handling.Refused, NotThere },
        { Feature.Choices, Handling.Refused, "the dialect has one answer" },
        { Feature.LogProbs, Handling.Refused, NotThere },
        { Feature.LogitBias, Handling.Refused, NotThere },
        { Feature.Verbosity, Handling.Refused, NotThere },
        { Feature.AudioOutput, Handling.Refused, "the provider's models do not speak" },
        { Feature.ImageOutput, Handling.Refused, "the provider's models do not draw" },
        { Feature.Prediction, Handling.Refused, NotThere },
        { Feature.User, Handling.Changed, "metadata.user_id; mail addresses and telephone numbers are not sent" },
        { Feature.Store, Handling.Dropped, NotThere },
        { Feature.PromptCacheKey, Handling.Dropped, "the cache is found by the prompt alone" },
        { Feature.PreviousResponse, Handling.Refused, "the dialect has no state" },
        { Feature.OpaqueParts, Handling.Dropped, "parts of another dialect" },
    };

    /// <summary>As a client's dialect.</summary>
    public static IReadOnlyDictionary<Feature, string> Reads { get; } = new Dictionary<Feature, string>
    {
        [Feature.System] = "system",
        [Feature.ImageInput] = "image",
        [Feature.DocumentInput] = "document",
        [Feature.FileInput] = "source.file_id",
        [Feature.Tools] = "tools",
        [Feature.HostedTools] = "tools[].type",
        [Feature.ComputerUse] = "tools[].type: computer",
        [Feature.CodeExecution] = "tools[].type: code_execution",
        [Feature.WebFetch] = "tools[].type: web_fetch",
        [Feature.McpTools] = "mcp_servers",
        [Feature.WebSearch] = "tools[].type: web_search",
        [Feature.WebSearchDomains] = "tools[].allowed_domains",
        [Feature.WebSearchBlockedDomains] = "tools[].blocked_domains",
        [Feature.WebSearchLocation] = "tools[].user_location",
        [Feature.WebSearchLimit] = "tools[].max_uses",
        [Feature.ToolChoice] = "tool_choice",
        [Feature.ToolChoiceNone] = "tool_choice: none",
        [Feature.ParallelToolCalls] = "tool_choice.disable_parallel_tool_use",
        [Feature.StrictTools] = "tools[].strict",
        [Feature.ToolResultMedia] = "tool_result.content",
        [Feature.ToolResultError] = "tool_result.is_error",
        [Feature.Thinking] = "thinking",
        [Feature.ReasoningEffort] = "output_config.effort",
        [Feature.ReasoningBudget] = "thinking.budget_tokens",
        [Feature.ThinkingHistory] = "thinking",
        [Feature.RedactedThinking] = "redacted_thinking",
        [Feature.Citations] = "citations",
        [Feature.CacheHints] = "cache_control",
        [Feature.JsonSchemaFormat] = "output_format",
        [Feature.MaxOutputTokens] = "max_tokens",
        [Feature.Temperature] = "temperature",
        [Feature.TopP] = "top_p",
        [Feature.TopK] = "top_k",
        [Feature.Stop] = "stop_sequences",
        [Feature.User] = "metadata.user_id",
        [Feature.ServiceTier] = "service_tier",
        [Feature.OpaqueParts] = "content[].type",
    }.ToFrozenDictionary();
}
