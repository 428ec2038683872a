using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>OpenAI chat completions. Same-to-same traffic does not come here: it is relayed with edits (<see cref="StreamEditor"/>).</summary>
public sealed class ChatCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.Chat;

    /// <inheritdoc/>
    public override string Name => "OpenAI Chat Completions";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = new()
    {
        { Feature.VideoInput, Handling.Changed, "content part video_url, which only some providers know" },
        { Feature.HostedTools, Handling.Dropped, "the dialect has no hosted tools" },
        { Feature.ComputerUse, Handling.Dropped, "the dialect has no hosted tools" },
        { Feature.CodeExecution, Handling.Dropped, "the dialect has no hosted tools" },
        { Feature.WebFetch, Handling.Dropped, "the dialect has no hosted tools" },
        { Feature.FileSearch, Handling.Dropped, "the dialect has no hosted tools" },
        { Feature.McpTools, Handling.Dropped, "the dialect has no hosted tools" },
        { Feature.WebSearch, Handling.Changed, "web_search_options; left out and named for models that are not known to search" },
        { Feature.WebSearchDomains, Handling.Dropped, "web_search_options has no domains" },
        { Feature.WebSearchBlockedDomains, Handling.Dropped, "web_search_options has no domains" },
        { Feature.WebSearchLocation, Handling.Changed, "web_search_options.user_location" },
        { Feature.WebSearchLimit, Handling.Dropped, "the model decides how often it searches" },
        { Feature.ToolResultMedia, Handling.Changed, "images follow the results in a user message" },
        { Feature.ToolResultError, Handling.Changed, "the text of the result is all that is sent" },
        { Feature.Thinking, Handling.Changed, "reasoning_effort, and thinking where the model takes it" },
        { Feature.ReasoningBudget, Handling.Changed, "reasoning_effort: 10000 and more high, 5000 medium, 2000 low, less minimal" },
        { Feature.ReasoningSummary, Handling.Dropped, "the dialect does not choose summaries" },
        { Feature.ThinkingHistory, Handling.Changed, "reasoning_content and thinking_blocks of the message, which only some providers read" },
        { Feature.RedactedThinking, Handling.Changed, "thinking_blocks of the message, which only some providers read" },
        { Feature.Citations, Handling.Dropped, "the dialect has no citations in requests" },
        { Feature.CacheHints, Handling.Changed, "cache_control of the part, removed for providers that refuse it" },
        { Feature.TopK, Handling.Changed, "top_k, which only some providers know" },
        { Feature.PreviousResponse, Handling.Refused, "the dialect has no state" },
        { Feature.OpaqueParts, Handling.Dropped, "parts of another dialect" },
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<Feature, string> Reads { get; } = new Dictionary<Feature, string>
    {
        [Feature.System] = "messages[].role: system",
        [Feature.ImageInput] = "image_url",
        [Feature.AudioInput] = "input_audio",
        [Feature.VideoInput] = "video_url",
        [Feature.DocumentInput] = "file.file_data",
        [Feature.FileInput] = "file.file_id",
        [Feature.Tools] = "tools",
        [Feature.CustomTools] = "tools[].custom",
        [Feature.HostedTools] = "tools[].type",
        [Feature.McpTools] = "tools[].mcp",
        [Feature.WebSearch] = "web_search_options",
        [Feature.WebSearchDomains] = "tools[].allowed_domains",
        [Feature.WebSearchBlockedDomains] = "tools[].blocked_domains",
        [Feature.WebSearchLocation] = "web_search_options.user_location",
        [Feature.WebSearchLimit] = "tools[].max_uses",
        [Feature.ToolChoice] = "tool_choice",
        [Feature.ToolChoiceNone] = "tool_choice: none",
        [Feature.AllowedTools] = "tool_choice.allowed_tools",
        [Feature.ParallelToolCalls] = "parallel_tool_calls",
        [Feature.StrictTools] = "tools[].function.strict",
        [Feature.ToolResultMedia] = "messages[].content of role tool",
        [Feature.Thinking] = "thinking",
        [Feature.ReasoningEffort] = "reasoning_effort",
        [Feature.ReasoningBudget] = "thinking.budget_tokens",
        [Feature.ReasoningSummary] = "reasoning_effort.summary",
        [Feature.ThinkingHistory] = "messages[].thinking_blocks",
        [Feature.RedactedThinking] = "messages[].thinking_blocks",
        [Feature.CacheHints] = "cache_control",
        [Feature.MessageNames] = "messages[].name",
        [Feature.JsonFormat] = "response_format: json_object",
        [Feature.JsonSchemaFormat] = "response_format: json_schema",
        [Feature.MaxOutputTokens] = "max_tokens",
        [Feature.Temperature] = "temperature",
        [Feature.TopP] = "top_p",
        [Feature.TopK] = "top_k",
        [Feature.FrequencyPenalty] = "frequency_penalty",
        [Feature.PresencePenalty] = "presence_penalty",
        [Feature.Seed] = "seed",
        [Feature.Choices] = "n",
        [Feature.Stop] = "stop",
        [Feature.LogProbs] = "logprobs",
        [Feature.LogitBias] = "logit_bias",
        [Feature.Verbosity] = "verbosity",
        [Feature.AudioOutput] = "audio",
        [Feature.ImageOutput] = "modalities: image",
        [Feature.Prediction] = "prediction",
        [Feature.User] = "user",
        [Feature.ServiceTier] = "service_tier",
        [Feature.Store] = "store",
        [Feature.PromptCacheKey] = "prompt_cache_key",
        [Feature.OpaqueParts] = "messages[].content[].type",
    }.ToFrozenDictionary();

    /// <inheritdoc/>
    public override Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target)
        => feature is Feature.WebSearch && !ChatRequestWriter.Searches(request, target) ? new Treatment(Handling.Dropped) : Writes[feature];

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(JsonElement root, ReadOnlyMemory<byte> body)
    {
        try
        {
            return new ChatRequestReader(body).Read(root);
        }
        catch (InvalidOperationException)
        {
            // The parser leaves broken surrogates in names of members to whoever reads the name.
            throw new WireException("A member's name in the body is no valid text.");
        }
    }

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json) => new ChatRequestWriter(target, json).Write(request);

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
        => ChatResponseReader.Read(target.Rules.IsIdentity ? root : Normalized(body, target.Rules) ?? root);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new ChatEventReader(target);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json) => ChatResponseWriter.Write(response, view, json);

    /// <inheritdoc/>
    public override ChatStreamWriter WriteStream(AnswerView view) => new ChatEventWriter(view);

    /// <summary>The answer in the dialect's own words; null when it has no choices to change.</summary>
    private static JsonElement? Normalized(ReadOnlyMemory<byte> body, ResponseRules rules)
    {
        var members = new JsonMembers();
        if (!JsonScanner.Scan(body.Span, members).IsNone || members.Find(body.Span, "choices"u8) is not (>= 0 and var choices)
            || members[choices].Kind is not JsonKind.Array)
        {
            return null;
        }

        var edits = new JsonEdits();
        new ChoicesEditor(rules).Edit(body, members[choices], edits);
        var edited = new ArrayBufferWriter<byte>(edits.LengthOf(body.Length) + 1);
        edits.WriteTo(body.Span, edited);
        return JsonElement.Parse(edited.WrittenSpan);
    }
}
