using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>
/// OpenAI Responses, for clients and for upstreams. Same-to-same traffic is relayed with edits (<see cref="RelayedStream"/>).
/// </summary>
/// <remarks>Wire reference: 08-bridges.md sections 2 to 4; the client's side of it llm-api.md section 12.</remarks>
public sealed class ResponsesCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.Responses;

    /// <inheritdoc/>
    public override string Name => "OpenAI Responses";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = new()
    {
        { Feature.System, Handling.Changed, "instructions; messages further down keep their place as items" },
        { Feature.AudioInput, Handling.Changed, "content part input_audio, which only some models take" },
        { Feature.VideoInput, Handling.Refused, "the dialect has no films" },
        { Feature.DocumentInput, Handling.Changed, "input_file; documents that are text become text" },
        { Feature.HostedTools, Handling.Changed, "tools of other dialects are left out and named" },
        { Feature.ComputerUse, Handling.Dropped, "computer tools of other dialects work differently" },
        { Feature.CodeExecution, Handling.Changed, "code_interpreter" },
        { Feature.WebFetch, Handling.Dropped, "the dialect has no such tool" },
        { Feature.WebSearch, Handling.Changed, "hosted tool web_search" },
        { Feature.WebSearchDomains, Handling.Changed, "filters.allowed_domains" },
        { Feature.WebSearchBlockedDomains, Handling.Changed, "filters.blocked_domains" },
        { Feature.WebSearchLimit, Handling.Dropped, "the model decides how often it searches" },
        { Feature.ToolResultError, Handling.Changed, "the text of the result speaks for itself" },
        { Feature.Thinking, Handling.Changed, "reasoning.effort" },
        { Feature.ReasoningBudget, Handling.Changed, "reasoning.effort: 10000 and more high, 5000 medium, 2000 low, less minimal" },
        { Feature.ThinkingHistory, Handling.Changed, "reasoning items come back to who gave them; other providers' thoughts are left out" },
        { Feature.RedactedThinking, Handling.Changed, "reasoning items come back to who gave them; other providers' thoughts are left out" },
        { Feature.Citations, Handling.Dropped, "the dialect has no citations in requests" },
        { Feature.CacheHints, Handling.Changed, "the provider caches by itself" },
        { Feature.MessageNames, Handling.Dropped, "messages have no names" },
        { Feature.MaxOutputTokens, Handling.Changed, "max_output_tokens, at least 16" },
        { Feature.TopK, Handling.Dropped, "the dialect has no top_k" },
        { Feature.Stop, Handling.Dropped, "the dialect has no stop sequences" },
        { Feature.FrequencyPenalty, Handling.Refused, "the dialect has no penalties" },
        { Feature.PresencePenalty, Handling.Refused, "the dialect has no penalties" },
        { Feature.Seed, Handling.Refused, "the dialect has no seed" },
        { Feature.Choices, Handling.Refused, "one answer a call" },
        { Feature.LogitBias, Handling.Refused, "the dialect has no logit_bias" },
        { Feature.AudioOutput, Handling.Refused, "the dialect has no audio output" },
        { Feature.ImageOutput, Handling.Changed, "hosted tool image_generation" },
        { Feature.Prediction, Handling.Refused, "the dialect has no prediction" },
        { Feature.User, Handling.Changed, "user, cut to 64 characters" },
        { Feature.OpaqueParts, Handling.Dropped, "parts of another dialect" },
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<Feature, string> Reads { get; } = new Dictionary<Feature, string>
    {
        [Feature.System] = "instructions",
        [Feature.ImageInput] = "input_image",
        [Feature.AudioInput] = "input_audio",
        [Feature.DocumentInput] = "input_file.file_data",
        [Feature.FileInput] = "input_file.file_id",
        [Feature.Tools] = "tools",
        [Feature.CustomTools] = "tools[].type: custom",
        [Feature.HostedTools] = "tools[].type",
        [Feature.ComputerUse] = "tools[].type: computer_use_preview",
        [Feature.CodeExecution] = "tools[].type: code_interpreter",
        [Feature.FileSearch] = "tools[].type: file_search",
        [Feature.McpTools] = "tools[].type: mcp",
        [Feature.WebSearch] = "tools[].type: web_search",
        [Feature.WebSearchDomains] = "tools[].filters.allowed_domains",
        [Feature.WebSearchBlockedDomains] = "tools[].filters.blocked_domains",
        [Feature.WebSearchLocation] = "tools[].user_location",
        [Feature.ToolChoice] = "tool_choice",
        [Feature.ToolChoiceNone] = "tool_choice: none",
        [Feature.AllowedTools] = "tool_choice.tools",
        [Feature.ParallelToolCalls] = "parallel_tool_calls",
        [Feature.StrictTools] = "tools[].strict",
        [Feature.ToolResultMedia] = "input[].output",
        [Feature.ReasoningEffort] = "reasoning.effort",
        [Feature.ReasoningSummary] = "reasoning.summary",
        [Feature.ThinkingHistory] = "input[].type: reasoning",
        [Feature.RedactedThinking] = "input[].encrypted_content",
        [Feature.CacheHints] = "cache_control",
        [Feature.JsonFormat] = "text.format: json_object",
        [Feature.JsonSchemaFormat] = "text.format: json_schema",
        [Feature.MaxOutputTokens] = "max_output_tokens",
        [Feature.Temperature] = "temperature",
        [Feature.TopP] = "top_p",
        [Feature.LogProbs] = "top_logprobs",
        [Feature.Verbosity] = "text.verbosity",
        [Feature.User] = "user",
        [Feature.ServiceTier] = "service_tier",
        [Feature.Store] = "store",
        [Feature.PromptCacheKey] = "prompt_cache_key",
        [Feature.PreviousResponse] = "previous_response_id",
        [Feature.OpaqueParts] = "input[].type",
    }.ToFrozenDictionary();

    /// <inheritdoc/>
    public override Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target) => feature switch
    {
        Feature.HostedTools when !AllOwn(request, ToolKind.Hosted) => new Treatment(Handling.Dropped),
        Feature.ComputerUse when AllOwn(request, ToolKind.Computer) => new Treatment(Handling.Carried),
        _ => Writes[feature],
    };

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(JsonElement root, ReadOnlyMemory<byte> body) => RequestReader.Read(root, body);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
        => RequestWriter.Write(request, target, json);

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
        => AnswerReader.Read(root, body);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new ResponsesStreamReader();

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json)
    {
        var whole = AnswerWriter.Write(response, view);
        view.Keep?.Invoke(whole);
        json.WriteRawValue(whole.Span, skipInputValidation: true);
    }

    /// <inheritdoc/>
    public override ChatStreamWriter WriteStream(AnswerView view) => new ResponsesStreamWriter(view);

    /// <inheritdoc/>
    public override StreamPath? RelayStream(AnswerView view) => new RelayedStream(view);

    /// <inheritdoc/>
    public override AnswerPath? RelayAnswer(AnswerView view) => new RelayedAnswer(view);

    private static bool AllOwn(ChatRequest request, ToolKind kind) => request.Tools.All(tool => tool.Kind != kind || ToolWriter.IsOwn(tool));
}
