using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Amazon Bedrock Converse and ConverseStream (05-bedrock-sagemaker.md section 3), as upstreams speak it.</summary>
public sealed class ConverseCodec : DialectCodec
{
    /// <summary>Name of the setting that says that bodies go to InvokeModel of a Nova model, which takes nearly those of Converse.</summary>
    public const string InvokeOption = "nova_invoke";

    /// <inheritdoc/>
    public override Surface Surface => Surface.Converse;

    /// <inheritdoc/>
    public override string Name => "Amazon Bedrock Converse";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = new()
    {
        { Feature.ImageInput, Handling.Changed, "fetched where the client gave an address; s3:// addresses are passed on" },
        { Feature.AudioInput, Handling.Refused, "only Nova 2 hears" },
        { Feature.VideoInput, Handling.Refused, "only Nova sees films" },
        { Feature.DocumentInput, Handling.Changed, "documents get a name made of their title and their content" },
        { Feature.FileInput, Handling.Refused, "the provider keeps no files" },
        { Feature.Tools, Handling.Changed, "names lose characters that Bedrock refuses and get them back in the answer; refused for models without tools" },
        { Feature.CustomTools, Handling.Changed, "a tool with one text argument, input" },
        { Feature.HostedTools, Handling.Dropped, "Claude's own tools go to Claude; others have none" },
        { Feature.ComputerUse, Handling.Dropped, "carried to Claude" },
        { Feature.CodeExecution, Handling.Dropped, "systemTool nova_code_interpreter of Nova 2" },
        { Feature.WebFetch, Handling.Dropped, "the provider fetches no pages" },
        { Feature.FileSearch, Handling.Dropped, "the provider searches no files" },
        { Feature.McpTools, Handling.Dropped, "the provider calls no MCP servers" },
        { Feature.WebSearch, Handling.Dropped, "systemTool nova_grounding of Nova" },
        { Feature.WebSearchDomains, Handling.Dropped, "Nova's search takes no settings" },
        { Feature.WebSearchBlockedDomains, Handling.Dropped, "Nova's search takes no settings" },
        { Feature.WebSearchLocation, Handling.Dropped, "Nova's search takes no settings" },
        { Feature.WebSearchLimit, Handling.Dropped, "Nova's search takes no settings" },
        { Feature.ToolChoice, Handling.Changed, "toolConfig.toolChoice; refused for Llama and Cohere" },
        { Feature.ToolChoiceNone, Handling.Changed, "the tools are left out; refused when the conversation has used some" },
        { Feature.AllowedTools, Handling.Changed, "only the allowed tools are sent" },
        { Feature.ParallelToolCalls, Handling.Dropped, "disable_parallel_tool_use of Claude 4.5 and newer" },
        { Feature.StrictTools, Handling.Dropped, "the schema is sent, its strictness is not" },
        { Feature.Thinking, Handling.Dropped, "thinking of Claude, reasoningConfig of Nova 2, reasoning_effort of gpt-oss" },
        { Feature.ReasoningEffort, Handling.Dropped, "as Thinking" },
        { Feature.ReasoningBudget, Handling.Dropped, "as Thinking" },
        { Feature.ReasoningSummary, Handling.Dropped, "the dialect does not choose summaries" },
        { Feature.ThinkingHistory, Handling.Dropped, "reasoningContent of Claude; thoughts without a signature are left out" },
        { Feature.RedactedThinking, Handling.Dropped, "reasoningContent.redactedContent of Claude" },
        { Feature.Citations, Handling.Changed, "citations of documents; those of earlier answers are left out" },
        { Feature.CacheHints, Handling.Dropped, "cachePoint of models that cache" },
        { Feature.MessageNames, Handling.Dropped, "messages have no names" },
        { Feature.JsonFormat, Handling.Changed, "a tool that takes any object; left out for models without tools" },
        { Feature.JsonSchemaFormat, Handling.Changed, "outputConfig.textFormat where the model has it, else a tool that must be called; left out for models without tools" },
        { Feature.TopK, Handling.Changed, "additionalModelRequestFields" },
        { Feature.FrequencyPenalty, Handling.Refused, "the dialect has no penalties" },
        { Feature.PresencePenalty, Handling.Refused, "the dialect has no penalties" },
        { Feature.Seed, Handling.Refused, "the dialect has no seed" },
        { Feature.Choices, Handling.Refused, "the dialect gives one answer" },
        { Feature.LogProbs, Handling.Refused, "the dialect has no log probabilities" },
        { Feature.LogitBias, Handling.Refused, "the dialect has no bias" },
        { Feature.Verbosity, Handling.Dropped, "the dialect has no such word" },
        { Feature.AudioOutput, Handling.Refused, "the dialect answers in text" },
        { Feature.ImageOutput, Handling.Refused, "the dialect answers in text" },
        { Feature.Prediction, Handling.Refused, "the dialect takes no prediction" },
        { Feature.User, Handling.Dropped, "the dialect has requestMetadata instead" },
        { Feature.ServiceTier, Handling.Changed, "serviceTier default, priority or flex" },
        { Feature.Store, Handling.Dropped, "the provider keeps nothing" },
        { Feature.PromptCacheKey, Handling.Dropped, "the provider's cache has no keys" },
        { Feature.PreviousResponse, Handling.Refused, "the dialect has no state" },
        { Feature.OpaqueParts, Handling.Dropped, "parts of another dialect, but for guarded_text" },
    };

    /// <inheritdoc/>
    public override Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target)
    {
        var traits = ConverseTraits.Of(target);
        var carried = feature switch
        {
            Feature.AudioInput => traits.Family is ModelFamily.Nova2,
            Feature.VideoInput => traits.IsNova,
            Feature.HostedTools => traits.Family is ModelFamily.Claude && AreClaudes(request, ToolKind.Hosted),
            Feature.ComputerUse => traits.Family is ModelFamily.Claude && AreClaudes(request, ToolKind.Computer),
            Feature.CodeExecution => traits.Family is ModelFamily.Nova2,
            Feature.WebSearch => traits.IsNova,
            Feature.ParallelToolCalls => traits.IsClaude45,
            Feature.Thinking => traits.CanBeToldToThink || request.Reasoning is { Mode: ReasoningMode.Disabled },
            Feature.ReasoningEffort or Feature.ReasoningBudget => traits.CanBeToldToThink,
            Feature.ThinkingHistory or Feature.RedactedThinking => traits.Family is ModelFamily.Claude,
            Feature.CacheHints => traits.CachePoints,
            Feature.OpaqueParts => request.Messages.All(static message => message.Parts.All(static part => part is not OpaquePart || ConverseMessages.IsGuarded(part))),
            _ => false,
        };
        if (carried)
        {
            return new Treatment(Handling.Carried);
        }

        var usual = Writes[feature];
        return feature switch
        {
            Feature.Tools when !traits.Tools => usual with { Handling = Handling.Refused },
            Feature.ToolChoice when !traits.ToolChoice => usual with { Handling = Handling.Refused },
            Feature.ToolChoiceNone when ConverseTools.HasHistory(request) => usual with { Handling = Handling.Refused },
            Feature.JsonFormat when !traits.Tools => usual with { Handling = Handling.Dropped },
            Feature.JsonSchemaFormat when !traits.Tools && !traits.NativeSchema => usual with { Handling = Handling.Dropped },
            _ => usual,
        };
    }

    /// <inheritdoc/>
    public override bool NeedsBytes(ContentPart part, TargetModel target)
        => ConverseMedia.SourceOf(part) is { Url: { } url } && !url.StartsWith("s3://", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
        => new ConverseRequest(request, target, json).Write();

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
        => ConverseResponse.Read(root, body, target);

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new ConverseStream(target);

    /// <inheritdoc/>
    public override IFrameSplitter SplitStream() => new EventStreamSplitter();

    private static bool AreClaudes(ChatRequest request, ToolKind kind)
        => request.Tools.All(tool => tool.Kind != kind || ConverseTools.IsClaudes(tool));
}
