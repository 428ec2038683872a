using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Writes <c>generationConfig</c>: sampling, limits, form of the answer, thinking.</summary>
internal static class GenerationConfigWriter
{
    /// <summary>Members that are made from the hub; what a client of the same dialect sent besides is carried.</summary>
    private static readonly HashSet<string> FromHub = new(StringComparer.Ordinal)
    {
        "temperature", "topP", "topK", "maxOutputTokens", "candidateCount", "stopSequences", "seed", "frequencyPenalty", "presencePenalty",
        "responseLogprobs", "logprobs", "responseModalities", "thinkingConfig", "responseMimeType", "responseSchema", "responseJsonSchema",
        "_responseJsonSchema",
    };

    /// <summary>Members that a chat client may name itself, in Google's spelling or in snake case.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "topK", "speechConfig", "imageConfig", "responseModalities", "thinkingConfig", "mediaResolution", "audioTimestamp", "enableAffectiveDialog",
        "responseMimeType", "responseSchema", "responseJsonSchema", "maxOutputTokens", "candidateCount", "stopSequences", "routingConfig",
        "modelSelectionConfig", "enableEnhancedCivicAnswers", "topP", "presencePenalty", "frequencyPenalty", "responseLogprobs",
    };

    /// <summary>Writes the member; nothing when nothing is to be said.</summary>
    public static void Write(ChatRequest request, TargetModel target, GeminiModel model, Utf8JsonWriter json)
    {
        var config = new ArrayBufferWriter<byte>(256);
        using (var inner = new Utf8JsonWriter(config, HubJson.Writing))
        {
            WriteObject(request, target, model, inner);
        }

        if (!config.WrittenSpan.SequenceEqual("{}"u8))
        {
            json.WritePropertyName("generationConfig"u8);
            json.WriteRawValue(config.WrittenSpan, skipInputValidation: true);
        }
    }

    /// <summary>False for models from Gemini 3 on, unless the client speaks the dialect itself and knows what it asks.</summary>
    public static bool TakesPresencePenalty(ChatRequest request, GeminiModel model) => !model.HasLevels || request.Origin is Surface.GenerateContent;

    private static void WriteObject(ChatRequest request, TargetModel target, GeminiModel model, Utf8JsonWriter json)
    {
        var extras = ExtrasOf(request);
        var temperature = request.Temperature ?? (model.HasLevels && request.Origin is not Surface.GenerateContent ? 1.0 : null);
        json.WriteStartObject();
        json.WriteGiven("temperature"u8, temperature);
        json.WriteGiven("topP"u8, request.TopP);
        json.WriteGiven("topK"u8, request.TopK);
        json.WriteGiven("maxOutputTokens"u8, request.MaxOutputTokens);
        json.WriteGiven("candidateCount"u8, request.Choices);
        WriteStop(request, json);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("frequencyPenalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presencePenalty"u8, TakesPresencePenalty(request, model) ? request.PresencePenalty : null);
        json.WriteGiven("responseLogprobs"u8, request.LogProbs ?? (request.TopLogProbs is null ? null : true));
        json.WriteGiven("logprobs"u8, request.TopLogProbs);
        WriteModalities(request, json);
        WriteVoice(request, json);
        WriteResolution(request, model, extras, json);
        WriteFormat(request, target, model, json);
        if (!extras.ContainsKey("thinkingConfig"))
        {
            ThinkingConfig.Write(request.Reasoning, target, model, json);
        }

        foreach (var (name, value) in extras)
        {
            json.WritePropertyName(name);
            json.WriteElement(value);
        }

        json.WriteEndObject();
    }

    /// <summary>Members of the client's that the hub has no field for.</summary>
    private static Dictionary<string, JsonElement> ExtrasOf(ChatRequest request)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var extra in request.Extras)
        {
            if (request.Origin is Surface.GenerateContent && extra.Name is "generationConfig")
            {
                foreach (var member in extra.Value.EnumerateObject())
                {
                    if (!FromHub.Contains(GeminiJson.Camel(member.Name)) || (member.NameEquals("responseMimeType"u8) && request.Format is null))
                    {
                        found[GeminiJson.Camel(member.Name)] = member.Value;
                    }
                }
            }
            else if (GenerateContentRequestWriter.IsOwnName(request.Origin) && Known.Contains(GeminiJson.Camel(extra.Name)))
            {
                found[GeminiJson.Camel(extra.Name)] = extra.Value;
            }
        }

        return found;
    }

    private static void WriteStop(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Stop.Count == 0)
        {
            return;
        }

        json.WriteStartArray("stopSequences"u8);
        foreach (var stop in request.Stop)
        {
            json.WriteStringValue(stop);
        }

        json.WriteEndArray();
    }

    private static void WriteModalities(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Modalities.Count == 0)
        {
            return;
        }

        json.WriteStartArray("responseModalities"u8);
        foreach (var modality in request.Modalities)
        {
            json.WriteStringValue(modality.ToUpperInvariant());
        }

        json.WriteEndArray();
    }

    private static void WriteVoice(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.AudioOutput is not { } audio)
        {
            return;
        }

        if (audio.Text("format"u8) is { } format and not "pcm16")
        {
            throw new WireException($"Unsupported audio format '{format}': Gemini answers with pcm16 only.", "audio.format");
        }

        if (audio.Text("voice"u8) is { } voice)
        {
            json.WriteStartObject("speechConfig"u8);
            json.WriteStartObject("voiceConfig"u8);
            json.WriteStartObject("prebuiltVoiceConfig"u8);
            json.WriteString("voiceName"u8, voice);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    /// <summary>Older models have one resolution for the whole call: the finest asked for.</summary>
    private static void WriteResolution(ChatRequest request, GeminiModel model, Dictionary<string, JsonElement> extras, Utf8JsonWriter json)
    {
        if (model.HasLevels || extras.ContainsKey("mediaResolution"))
        {
            return;
        }

        var finest = 0;
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                finest = Math.Max(finest, part is ImagePart { Detail: { } detail } ? MediaWriter.LevelOf(detail) : 0);
            }
        }

        if (finest > 0)
        {
            json.WriteString("mediaResolution"u8, MediaWriter.WordOf(Math.Min(finest, 3)));
        }
    }

    private static void WriteFormat(ChatRequest request, TargetModel target, GeminiModel model, Utf8JsonWriter json)
    {
        if (request.Format is not { Kind: AnswerFormatKind.Json or AnswerFormatKind.JsonSchema } format)
        {
            return;
        }

        json.WriteString("responseMimeType"u8, "application/json"u8);
        if (format.Schema is not { } schema || !TakesSchema(target))
        {
            return;
        }

        if (model.TakesJsonSchema)
        {
            json.WriteElement("responseJsonSchema"u8, schema);
            return;
        }

        json.WritePropertyName("responseSchema"u8);
        SchemaCleaner.Write(json, schema, keepsDefaults: false, ordered: true);
    }

    /// <summary>False for models that must be told of a schema in words.</summary>
    public static bool TakesSchema(TargetModel target) => target.Can("response_schema") is not false;
}
