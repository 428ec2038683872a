using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Google's generateContent, of AI Studio and of Vertex AI.</summary>
/// <remarks>
/// Members of a chat client's body that this dialect's own parameters are named by (<c>safety_settings</c>, <c>cached_content</c>,
/// <c>labels</c>, any name of <c>generationConfig</c>) are written where they belong; others are not, Google refuses unknown fields.
/// </remarks>
public sealed class GenerateContentCodec : DialectCodec
{
    /// <summary>Name of the setting that holds the operator's filter, a JSON list for requests without one.</summary>
    public const string SafetyOption = "safety_settings";

    /// <inheritdoc/>
    public override Surface Surface => Surface.GenerateContent;

    /// <inheritdoc/>
    public override string Name => "Google generateContent";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = new()
    {
        { Feature.System, Handling.Changed, "systemInstruction, wherever in the conversation it stood" },
        { Feature.FileInput, Handling.Changed, "fileData; only files of Google's own can be read" },
        { Feature.CustomTools, Handling.Changed, "functions with one text, input" },
        { Feature.HostedTools, Handling.Changed, "tools in Google's words are carried, others are left out and named" },
        { Feature.ComputerUse, Handling.Changed, "computerUse of a browser" },
        { Feature.CodeExecution, Handling.Changed, "codeExecution" },
        { Feature.WebFetch, Handling.Changed, "urlContext" },
        { Feature.FileSearch, Handling.Dropped, "stores of files are the provider's own" },
        { Feature.McpTools, Handling.Dropped, "the dialect has no MCP servers" },
        { Feature.WebSearch, Handling.Changed, "googleSearch; left out beside functions for models before Gemini 3, which refuse both together" },
        { Feature.WebSearchDomains, Handling.Dropped, "googleSearch searches everywhere" },
        { Feature.WebSearchBlockedDomains, Handling.Dropped, "excludeDomains of Vertex AI; AI Studio has none" },
        { Feature.WebSearchLocation, Handling.Dropped, "googleSearch takes no place" },
        { Feature.WebSearchLimit, Handling.Dropped, "the model decides how often it searches" },
        { Feature.AllowedTools, Handling.Changed, "allowedFunctionNames, with mode VALIDATED where no call is demanded" },
        { Feature.ParallelToolCalls, Handling.Dropped, "the model decides" },
        { Feature.StrictTools, Handling.Dropped, "schemas are always kept" },
        { Feature.ToolResultMedia, Handling.Changed, "parts beside the result, inside it from Gemini 3 on" },
        { Feature.ToolResultError, Handling.Changed, "member error of the result" },
        { Feature.Thinking, Handling.Changed, "thinkingConfig" },
        { Feature.ReasoningEffort, Handling.Changed, "thinkingLevel from Gemini 3 on, a thinkingBudget before" },
        { Feature.ReasoningBudget, Handling.Changed, "thinkingBudget before Gemini 3; from then on only that thoughts are shown" },
        { Feature.ReasoningSummary, Handling.Changed, "includeThoughts" },
        { Feature.ThinkingHistory, Handling.Changed, "thought parts without their signatures" },
        { Feature.RedactedThinking, Handling.Dropped, "only the provider that sealed them can read them" },
        { Feature.Citations, Handling.Dropped, "the dialect has no citations in requests" },
        { Feature.CacheHints, Handling.Dropped, "prompts are cached without being told; cached_content names a cache" },
        { Feature.MessageNames, Handling.Dropped, "the dialect has no names of speakers" },
        { Feature.LogitBias, Handling.Dropped, "the dialect has none" },
        { Feature.Verbosity, Handling.Dropped, "the dialect has none" },
        { Feature.AudioOutput, Handling.Changed, "speechConfig; pcm16 only" },
        { Feature.Prediction, Handling.Dropped, "the dialect has none" },
        { Feature.User, Handling.Dropped, "the dialect has none" },
        { Feature.ServiceTier, Handling.Changed, "service_tier of AI Studio; Vertex AI takes it as a header of the deployment" },
        { Feature.Store, Handling.Dropped, "nothing is kept" },
        { Feature.PromptCacheKey, Handling.Dropped, "the dialect has none" },
        { Feature.PreviousResponse, Handling.Refused, "the dialect has no state" },
        { Feature.OpaqueParts, Handling.Dropped, "parts of another dialect" },
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<Feature, string> Reads { get; } = new Dictionary<Feature, string>
    {
        [Feature.System] = "systemInstruction",
        [Feature.ImageInput] = "inlineData: image",
        [Feature.AudioInput] = "inlineData: audio",
        [Feature.VideoInput] = "inlineData: video",
        [Feature.DocumentInput] = "inlineData",
        [Feature.Tools] = "tools.functionDeclarations",
        [Feature.HostedTools] = "tools",
        [Feature.ComputerUse] = "tools.computerUse",
        [Feature.CodeExecution] = "tools.codeExecution",
        [Feature.WebFetch] = "tools.urlContext",
        [Feature.FileSearch] = "tools.fileSearch",
        [Feature.WebSearch] = "tools.googleSearch",
        [Feature.WebSearchBlockedDomains] = "tools.googleSearch.excludeDomains",
        [Feature.ToolChoice] = "toolConfig.functionCallingConfig.mode",
        [Feature.ToolChoiceNone] = "toolConfig.functionCallingConfig.mode: NONE",
        [Feature.AllowedTools] = "toolConfig.functionCallingConfig.allowedFunctionNames",
        [Feature.ToolResultMedia] = "functionResponse.parts",
        [Feature.ToolResultError] = "functionResponse.response.error",
        [Feature.Thinking] = "generationConfig.thinkingConfig",
        [Feature.ReasoningEffort] = "generationConfig.thinkingConfig.thinkingLevel",
        [Feature.ReasoningBudget] = "generationConfig.thinkingConfig.thinkingBudget",
        [Feature.ThinkingHistory] = "contents[].parts[].thought",
        [Feature.JsonFormat] = "generationConfig.responseMimeType",
        [Feature.JsonSchemaFormat] = "generationConfig.responseSchema",
        [Feature.MaxOutputTokens] = "generationConfig.maxOutputTokens",
        [Feature.Temperature] = "generationConfig.temperature",
        [Feature.TopP] = "generationConfig.topP",
        [Feature.TopK] = "generationConfig.topK",
        [Feature.FrequencyPenalty] = "generationConfig.frequencyPenalty",
        [Feature.PresencePenalty] = "generationConfig.presencePenalty",
        [Feature.Seed] = "generationConfig.seed",
        [Feature.Choices] = "generationConfig.candidateCount",
        [Feature.Stop] = "generationConfig.stopSequences",
        [Feature.LogProbs] = "generationConfig.responseLogprobs",
        [Feature.AudioOutput] = "generationConfig.speechConfig",
        [Feature.ImageOutput] = "generationConfig.responseModalities",
        [Feature.ServiceTier] = "serviceTier",
        [Feature.OpaqueParts] = "contents[].parts[]",
    }.ToFrozenDictionary();

    /// <inheritdoc/>
    public override Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target) => feature switch
    {
        Feature.ParallelToolCalls when !request.Tools.Skip(1).Any() => new Treatment(Handling.Carried),
        Feature.ParallelToolCalls when GenerateContentRequestWriter.IsOwnName(request.Origin)
            && request.Tools.Count(static tool => tool.Kind is ToolKind.Function or ToolKind.Custom) > 1 => new Treatment(Handling.Refused),
        Feature.PresencePenalty when !GenerationConfigWriter.TakesPresencePenalty(request, GeminiModel.Of(target.Model)) => new Treatment(Handling.Refused),
        Feature.HostedTools when !AllOwn(request, ToolKind.Hosted) => new Treatment(Handling.Dropped),
        Feature.FileSearch when AllOwn(request, ToolKind.FileSearch) => new Treatment(Handling.Carried),
        Feature.WebSearchBlockedDomains when target.Provider is not "gemini" => new Treatment(Handling.Changed),
        _ => Writes[feature],
    };

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(JsonElement root, ReadOnlyMemory<byte> body)
    {
        try
        {
            return GenerateContentRequestReader.Read(root, body);
        }
        catch (InvalidOperationException)
        {
            // The framework's reader stops at half a surrogate pair in a name.
            throw new WireException("The body holds a name that is not Unicode text.");
        }
    }

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        try
        {
            GenerateContentRequestWriter.Write(request, target, json);
        }
        catch (InvalidOperationException)
        {
            throw new WireException("A schema or parameter holds a name that is not Unicode text.");
        }
    }

    /// <inheritdoc/>
    public override bool NeedsBytes(ContentPart part, TargetModel target) => MediaWriter.NeedsBytes(part, target.Provider is not "gemini");

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        try
        {
            return GenerateContentResponseReader.Read(root, body, target);
        }
        catch (InvalidOperationException)
        {
            throw new WireException("The answer holds a name that is not Unicode text.");
        }
    }

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new GenerateContentStreamReader(target);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json) => AnswerWriter.Write(response, view, json);

    /// <inheritdoc/>
    public override ChatStreamWriter WriteStream(AnswerView view) => new GenerateContentStreamWriter(view);

    /// <inheritdoc/>
    public override StreamPath RelayStream(AnswerView view) => new RelayedStream();

    /// <inheritdoc/>
    public override AnswerPath RelayAnswer(AnswerView view) => new RelayedAnswer(view);

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, int status, ReadOnlySpan<byte> providerFields, IBufferWriter<byte> output)
        => GenerateContentErrors.Write(error, status, providerFields, output);

    /// <inheritdoc/>
    public override IFrameSplitter SplitStream() => new ChunkSplitter();

    private static bool AllOwn(ChatRequest request, ToolKind kind)
        => request.Tools.All(tool => tool.Kind != kind || GoogleTools.OwnOf(tool) is not null);
}
