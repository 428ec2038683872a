using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads <c>generationConfig</c>.</summary>
internal static class GenerationConfigReader
{
    /// <summary>Reads it; the whole is carried too, for what the hub has no field for.</summary>
    public static void Read(ChatRequest request, JsonElement config)
    {
        if (!config.IsGiven())
        {
            return;
        }

        if (config.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("Invalid value for 'generationConfig': expected an object.", "generationConfig");
        }

        request.Extras.Add(new HubMember("generationConfig", config));
        request.Temperature = Number(config, "temperature"u8);
        request.TopP = Number(config.Member("topP"u8, "top_p"u8), "topP");
        request.TopK = config.Member("topK"u8, "top_k"u8).Count();
        request.MaxOutputTokens = config.Member("maxOutputTokens"u8, "max_output_tokens"u8).Count();
        request.Choices = (int?)Math.Min(1000, config.Member("candidateCount"u8, "candidate_count"u8).Count() ?? 0) is > 0 and var choices ? choices : null;
        request.Seed = Whole(config.Member("seed"u8));
        request.FrequencyPenalty = config.Member("frequencyPenalty"u8, "frequency_penalty"u8).Number();
        request.PresencePenalty = config.Member("presencePenalty"u8, "presence_penalty"u8).Number();
        request.LogProbs = config.Member("responseLogprobs"u8, "response_logprobs"u8).Flag();
        request.TopLogProbs = (int?)config.Member("logprobs"u8).Count();
        ReadTexts(request.Stop, config.Member("stopSequences"u8, "stop_sequences"u8), "generationConfig.stopSequences", lower: false);
        ReadTexts(request.Modalities, config.Member("responseModalities"u8, "response_modalities"u8), "generationConfig.responseModalities", lower: true);
        request.Format = FormatOf(config);
        request.Reasoning = ReasoningOf(config.Member("thinkingConfig"u8, "thinking_config"u8));
        request.AudioOutput = VoiceOf(config.Member("speechConfig"u8, "speech_config"u8));
    }

    private static double? Number(JsonElement config, ReadOnlySpan<byte> name) => Number(config.Member(name), System.Text.Encoding.ASCII.GetString(name));

    private static double? Number(JsonElement value, string name) => !value.IsGiven() ? null : value.Number()
        ?? throw new WireException($"Invalid value for 'generationConfig.{name}': expected a number.", $"generationConfig.{name}");

    private static long? Whole(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var whole) ? whole : null;

    private static void ReadTexts(IList<string> texts, JsonElement value, string name, bool lower)
    {
        foreach (var item in value.Items())
        {
            var text = item.Text() ?? throw new WireException($"Invalid value for '{name}': expected texts.", name);
            texts.Add(lower ? text.ToLowerInvariant() : text);
        }
    }

    private static AnswerFormat? FormatOf(JsonElement config)
    {
        var type = config.Text("responseMimeType"u8, "response_mime_type"u8);
        var plain = config.Member("responseJsonSchema"u8, "response_json_schema"u8);
        var schema = plain.IsGiven() ? plain : config.Member("_responseJsonSchema"u8);
        if (!schema.IsGiven() && config.Member("responseSchema"u8, "response_schema"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            schema = SchemaLowering.ToJsonSchema(own);
        }

        // text/x.enum has no counterpart elsewhere.
        return type is not "application/json" ? null : schema.ValueKind is JsonValueKind.Object
            ? new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Name = "response", Schema = schema }
            : new AnswerFormat { Kind = AnswerFormatKind.Json };
    }

    private static ReasoningRequest? ReasoningOf(JsonElement thinking)
    {
        if (thinking.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var budget = Whole(thinking.Member("thinkingBudget"u8, "thinking_budget"u8));
        var level = thinking.Text("thinkingLevel"u8, "thinking_level"u8);
        if (budget is not null && level is not null)
        {
            throw new WireException("Only one of 'thinkingBudget' and 'thinkingLevel' may be given.", "generationConfig.thinkingConfig");
        }

        return new ReasoningRequest
        {
            Mode = budget switch
            {
                null => ReasoningMode.Unstated,
                0 => ReasoningMode.Disabled,
                < 0 => ReasoningMode.Adaptive,
                _ => ReasoningMode.Enabled,
            },
            BudgetTokens = budget is > 0 ? budget : null,
            Effort = level?.ToLowerInvariant() is { } word and not "thinking_level_unspecified" ? word : null,
            IncludeThoughts = thinking.Member("includeThoughts"u8, "include_thoughts"u8).Flag(),
        };
    }

    private static JsonElement? VoiceOf(JsonElement speech)
    {
        var voice = speech.Member("voiceConfig"u8, "voice_config"u8).Member("prebuiltVoiceConfig"u8, "prebuilt_voice_config"u8)
            .Text("voiceName"u8, "voice_name"u8);
        return voice is null ? null : GeminiJson.Make(json =>
        {
            json.WriteStartObject();
            json.WriteString("voice"u8, voice);
            json.WriteString("format"u8, "pcm16"u8);
            json.WriteEndObject();
        });
    }
}
