using System.Text;
using System.Text.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>
/// What dialects of little expression share: a table that carries texts only, the texts of messages, and parameters passed on by name.
/// </summary>
internal static class PlainChat
{
    private static readonly Feature[] Refused =
    [
        Feature.ImageInput, Feature.AudioInput, Feature.VideoInput, Feature.DocumentInput, Feature.FileInput, Feature.Tools,
        Feature.CustomTools,
        Feature.ToolChoice, Feature.AllowedTools, Feature.ParallelToolCalls, Feature.ToolResultMedia, Feature.ReasoningEffort,
        Feature.ReasoningBudget,
        Feature.WebSearch, Feature.JsonFormat, Feature.JsonSchemaFormat, Feature.TopK, Feature.FrequencyPenalty, Feature.PresencePenalty,
        Feature.Seed,
        Feature.Choices, Feature.LogProbs, Feature.LogitBias, Feature.AudioOutput, Feature.ImageOutput, Feature.Prediction,
        Feature.PreviousResponse,
    ];

    private static readonly Feature[] Dropped =
    [
        Feature.HostedTools, Feature.ComputerUse, Feature.CodeExecution, Feature.WebFetch, Feature.FileSearch, Feature.McpTools,
        Feature.WebSearchDomains, Feature.WebSearchBlockedDomains, Feature.WebSearchLocation, Feature.WebSearchLimit, Feature.ToolChoiceNone,
        Feature.StrictTools, Feature.Thinking, Feature.ReasoningSummary, Feature.ThinkingHistory, Feature.RedactedThinking,
        Feature.Citations,
        Feature.CacheHints, Feature.MessageNames, Feature.Verbosity, Feature.User, Feature.ServiceTier, Feature.Store,
        Feature.PromptCacheKey,
        Feature.OpaqueParts,
    ];

    /// <summary>A table that carries text, the output limit, temperature, nucleus and stop texts, and what is named.</summary>
    public static FeatureTable Carrying(params ReadOnlySpan<Feature> carried)
    {
        var table = new FeatureTable();
        foreach (var feature in Refused)
        {
            table.Add(feature, Handling.Refused);
        }

        foreach (var feature in Dropped)
        {
            table.Add(feature, Handling.Dropped);
        }

        table.Add(Feature.ToolResultError, Handling.Changed, "the text of the result stands alone");
        foreach (var feature in carried)
        {
            table.Add(feature, Handling.Carried);
        }

        return table;
    }

    /// <summary>The texts of parts, one behind the other; results of tools and text documents included.</summary>
    public static string TextOf(IEnumerable<ContentPart> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part switch
            {
                TextPart plain => plain.Text,
                RefusalPart refusal => refusal.Text,
                ToolResultPart result => TextOf(result.Content),
                DocumentPart { Source.Text: { } document } => document,
                _ => "",
            });
        }

        return text.ToString();
    }

    /// <summary>The thoughts among parts; null when there are none.</summary>
    public static string? ThoughtsOf(IEnumerable<ContentPart> parts)
    {
        var text = string.Concat(parts.OfType<ThinkingPart>().Select(static part => part.Text));
        return text.Length > 0 ? text : null;
    }

    /// <summary>OpenAI's word for a role; tool results are said by the user where a dialect has no tools.</summary>
    public static string RoleOf(ChatRole role) => role switch
    {
        ChatRole.System or ChatRole.Developer => "system",
        ChatRole.Assistant => "assistant",
        _ => "user",
    };

    /// <summary>Writes <c>messages</c> as roles and texts.</summary>
    public static void WriteMessages(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, RoleOf(message.Role));
            json.WriteString("content"u8, TextOf(message.Parts));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a member that is a list of texts; nothing when there are none.</summary>
    public static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IList<string> texts)
    {
        if (texts.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var text in texts)
            {
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>
    /// Parameters of the provider's own that a chat client has sent or the operator configured: members that OpenAI's dialect does not
    /// have.
    /// </summary>
    public static IEnumerable<HubMember> OwnParameters(ChatRequest request)
        => request.Origin is Surface.Chat or Surface.Completions
            ? request.Extras.Where(static extra => !ChatParameters.All.Contains(extra.Name, StringComparer.Ordinal)
                && extra.Name is not ("model" or "prompt"))
            : request.Configured;

    /// <summary>Writes parameters of the provider's own at the place where the writer stands.</summary>
    public static void WriteOwnParameters(ChatRequest request, Utf8JsonWriter json)
    {
        foreach (var (name, value) in OwnParameters(request))
        {
            json.WritePropertyName(name);
            json.WriteElement(value);
        }
    }

    /// <summary>The function of a call by its id, as the conversation before has it; null when it was never made.</summary>
    public static string? ToolOf(ChatRequest request, string callId)
    {
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart call && string.Equals(call.Id, callId, StringComparison.Ordinal))
                {
                    return call.Name;
                }
            }
        }

        return null;
    }

    /// <summary>An id for a call of an upstream that gives none.</summary>
    public static string NewCallId() => "call_" + Guid.NewGuid().ToString("N");

    /// <summary>An answer that is one text.</summary>
    public static ChatResponse Answer(string text, StopReason stop, string? native, TokenUsage? usage)
        => new() { Choices = { new ChatChoice(0) { Parts = { new TextPart(text) }, Stop = stop, NativeStop = native } }, Usage = usage };

    /// <summary>Counts of prompt and completion; null unless both are known.</summary>
    public static TokenUsage? Usage(long? prompt, long? completion, long cached = 0)
        => prompt is { } sent && completion is { } made ? new TokenUsage(sent, made, sent + made, cached, 0) : null;
}
