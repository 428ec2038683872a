using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>Models that take one prompt and know nothing of conversations: the older ones of Bedrock, and text-generation servers on SageMaker.</summary>
public sealed class PromptCodec : DialectCodec
{
    /// <summary>Name of the setting that says the model's family: <c>claude2</c>, <c>titan</c>, ...; <c>tgi</c> when absent.</summary>
    public const string FamilyOption = "prompt_family";

    /// <summary>Name of the setting that says whose template conversations are put into; that of the family when absent.</summary>
    public const string TemplateOption = "prompt_template";

    /// <inheritdoc/>
    public override Surface Surface => Surface.Prompt;

    /// <inheritdoc/>
    public override string Name => "Prompt (Bedrock InvokeModel, text-generation servers)";

    /// <inheritdoc/>
    public override FeatureTable Writes { get; } = new()
    {
        { Feature.System, Handling.Changed, "the model's template" },
        { Feature.ImageInput, Handling.Refused, "text only" },
        { Feature.AudioInput, Handling.Refused, "text only" },
        { Feature.VideoInput, Handling.Refused, "text only" },
        { Feature.DocumentInput, Handling.Refused, "text only" },
        { Feature.FileInput, Handling.Refused, "text only" },
        { Feature.Tools, Handling.Refused, "no tools" },
        { Feature.CustomTools, Handling.Refused, "no tools" },
        { Feature.HostedTools, Handling.Dropped, "no tools" },
        { Feature.ComputerUse, Handling.Dropped, "no tools" },
        { Feature.CodeExecution, Handling.Dropped, "no tools" },
        { Feature.WebFetch, Handling.Dropped, "no tools" },
        { Feature.FileSearch, Handling.Dropped, "no tools" },
        { Feature.McpTools, Handling.Dropped, "no tools" },
        { Feature.WebSearch, Handling.Dropped, "no tools" },
        { Feature.WebSearchDomains, Handling.Dropped, "no tools" },
        { Feature.WebSearchBlockedDomains, Handling.Dropped, "no tools" },
        { Feature.WebSearchLocation, Handling.Dropped, "no tools" },
        { Feature.WebSearchLimit, Handling.Dropped, "no tools" },
        { Feature.ToolChoice, Handling.Refused, "no tools" },
        { Feature.ToolChoiceNone, Handling.Changed, "there are no tools" },
        { Feature.AllowedTools, Handling.Refused, "no tools" },
        { Feature.ParallelToolCalls, Handling.Dropped, "no tools" },
        { Feature.StrictTools, Handling.Dropped, "no tools" },
        { Feature.ToolResultMedia, Handling.Dropped, "text only" },
        { Feature.ToolResultError, Handling.Dropped, "text only" },
        { Feature.Thinking, Handling.Dropped, "models think or do not" },
        { Feature.ReasoningEffort, Handling.Dropped, "models think or do not" },
        { Feature.ReasoningBudget, Handling.Dropped, "models think or do not" },
        { Feature.ReasoningSummary, Handling.Dropped, "models think or do not" },
        { Feature.ThinkingHistory, Handling.Dropped, "models do not see earlier thoughts" },
        { Feature.RedactedThinking, Handling.Dropped, "models do not see earlier thoughts" },
        { Feature.Citations, Handling.Dropped, "text only" },
        { Feature.CacheHints, Handling.Dropped, "no cache" },
        { Feature.MessageNames, Handling.Dropped, "templates have no names" },
        { Feature.JsonFormat, Handling.Refused, "text only" },
        { Feature.JsonSchemaFormat, Handling.Refused, "text only" },
        { Feature.TopK, Handling.Refused, "some models only" },
        { Feature.FrequencyPenalty, Handling.Refused, "no penalties" },
        { Feature.PresencePenalty, Handling.Refused, "no penalties" },
        { Feature.Seed, Handling.Refused, "text-generation servers only" },
        { Feature.Choices, Handling.Refused, "one answer" },
        { Feature.Stop, Handling.Refused, "not of Llama" },
        { Feature.LogProbs, Handling.Refused, "no log probabilities" },
        { Feature.LogitBias, Handling.Refused, "no bias" },
        { Feature.Verbosity, Handling.Dropped, "no such word" },
        { Feature.AudioOutput, Handling.Refused, "text only" },
        { Feature.ImageOutput, Handling.Refused, "text only" },
        { Feature.Prediction, Handling.Refused, "takes no prediction" },
        { Feature.User, Handling.Dropped, "no users" },
        { Feature.ServiceTier, Handling.Dropped, "no classes of service" },
        { Feature.Store, Handling.Dropped, "nothing is kept" },
        { Feature.PromptCacheKey, Handling.Dropped, "no cache" },
        { Feature.PreviousResponse, Handling.Refused, "no state" },
        { Feature.OpaqueParts, Handling.Dropped, "text only" },
    };

    /// <inheritdoc/>
    public override Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target)
    {
        var family = PromptFamily.Of(target);
        var carried = feature switch
        {
            Feature.Stop => family.Stop is not null,
            Feature.TopK => family.TopK is not null,
            Feature.Seed => family.Seed is not null,
            _ => false,
        };
        return carried ? new Treatment(Handling.Carried) : Writes[feature];
    }

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var family = PromptFamily.Of(target);
        json.WriteStartObject();
        json.WriteString(family.Prompt, PromptTemplates.Of(target.Options.GetValueOrDefault(TemplateOption, family.Template), request));
        if (family.Nest is not null)
        {
            json.WriteStartObject(family.Nest);
        }

        WriteParameters(request, family, json);
        if (family.Nest is not null)
        {
            json.WriteEndObject();
        }

        if (family.Stream is not null && request.Stream)
        {
            json.WriteBoolean(family.Stream, true);
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target) => PromptAnswer.Read(root, PromptFamily.Of(target));

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new PromptStream(PromptFamily.Of(target));

    private static void WriteParameters(ChatRequest request, PromptFamily family, Utf8JsonWriter json)
    {
        if ((request.MaxOutputTokens ?? family.DefaultMaxTokens) is { } limit)
        {
            json.WriteNumber(family.MaxTokens, limit);
        }

        json.WriteGiven("temperature"u8, request.Temperature);
        WriteNumber(json, family.TopP, request.TopP);
        WriteNumber(json, family.TopK, request.TopK);
        WriteNumber(json, family.Seed, request.Seed);
        var stops = request.Stop.Where(static stop => stop.Length > 0).ToList();
        if (family.Stop is not null && stops.Count > 0)
        {
            json.WriteStartArray(family.Stop);
            foreach (var stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        if (family.ReturnsPromptUnlessTold && !request.Extras.Any(static extra => extra.Name is "return_full_text"))
        {
            json.WriteBoolean("return_full_text"u8, false);
        }

        foreach (var extra in request.Extras)
        {
            if (request.Origin is Surface.Chat or Surface.Completions && extra.Value.IsGiven()
                && !ChatParameters.All.Contains(extra.Name, StringComparer.Ordinal))
            {
                json.WritePropertyName(extra.Name);
                json.WriteElement(extra.Value);
            }
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string? name, double? value)
    {
        if (name is not null && value is { } given)
        {
            json.WriteNumber(name, given);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string? name, long? value)
    {
        if (name is not null && value is { } given)
        {
            json.WriteNumber(name, given);
        }
    }
}
