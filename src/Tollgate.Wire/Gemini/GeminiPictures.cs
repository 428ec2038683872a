using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Gemini;

/// <summary>Pictures by Gemini's image models: generateContent that answers with pictures (04-gemini-vertex.md section 5).</summary>
public sealed class GeminiPictures : MediaShape
{
    private static readonly HashSet<string> Refusals = new(StringComparer.Ordinal)
    {
        "SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION", "IMAGE_RECITATION", "SPII",
    };

    /// <summary>The one there is.</summary>
    public static GeminiPictures Instance { get; } = new();

    /// <inheritdoc/>
    public override bool TakesFiles => true;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("contents"u8);
            json.WriteStartObject();
            json.WriteString("role"u8, "user"u8);
            json.WriteStartArray("parts"u8);
            foreach (var (type, base64) in Pictures.Of(request, files, "image").Concat(Pictures.Of(request, files, "mask")))
            {
                json.WriteStartObject();
                json.WriteStartObject("inlineData"u8);
                json.WriteString("mimeType"u8, type);
                json.WriteString("data"u8, base64);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteStartObject();
            json.WriteString("text"u8, request.Text("prompt"u8) ?? throw new WireException("Missing required parameter: 'prompt'.", "prompt"));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            WriteConfiguration(request, json);
            WriteOwn(request, json);
            if (target.Options.TryGetValue(GenerateContentCodec.SafetyOption, out var usual)
                && !request.Member("safety_settings"u8).IsGiven() && !request.Member("safetySettings"u8).IsGiven())
            {
                json.WritePropertyName("safetySettings"u8);
                json.WriteRawValue(usual, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var pictures = new List<string>();
        string? reason = answer.Member("promptFeedback"u8).Text("blockReason"u8);
        foreach (var candidate in GeminiAnswers.Candidates(answer))
        {
            reason ??= candidate.Text("finishReason"u8) is { } finish && Refusals.Contains(finish) ? finish : null;
            pictures.AddRange(GeminiAnswers.Inline(candidate, "image/").Select(static media => media.Data));
        }

        if (pictures.Count == 0)
        {
            throw reason is null ? new WireException("The answer holds no pictures.")
                : new MediaRefusedException($"The response was blocked: {reason}.", isPolicy: true);
        }

        json.WriteStartObject();
        Pictures.WriteBase64(json, pictures);
        GeminiAnswers.WriteUsage(answer, json);
        json.WriteEndObject();
    }

    private static void WriteConfiguration(JsonElement request, Utf8JsonWriter json)
    {
        json.WriteStartObject("generationConfig"u8);
        json.WriteStartArray("responseModalities"u8);
        json.WriteStringValue("IMAGE"u8);
        json.WriteStringValue("TEXT"u8);
        json.WriteEndArray();
        if (Pictures.CountOf(request) is > 1 and var count)
        {
            json.WriteNumber("candidateCount"u8, count);
        }

        var ratio = Pictures.RatioOf(request, "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9");
        var size = request.Text("imageSize"u8) ?? request.Text("image_size"u8);
        if (request.Member("imageConfig"u8) is { ValueKind: JsonValueKind.Object } own)
        {
            json.WriteElement("imageConfig"u8, own);
        }
        else if ((ratio ?? size) is not null)
        {
            json.WriteStartObject("imageConfig"u8);
            json.WriteGiven("aspectRatio"u8, ratio);
            json.WriteGiven("imageSize"u8, size);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Members of Google's own that the client named: safety settings, tools, labels.</summary>
    private static void WriteOwn(JsonElement request, Utf8JsonWriter json)
    {
        foreach (var member in request.EnumerateObject())
        {
            if (!Pictures.IsOnlyOpenAis(member.Name)
                && member.Name is not ("imageConfig" or "imageSize" or "image_size" or "aspect_ratio" or "aspectRatio" or "generationConfig" or "contents"))
            {
                json.WritePropertyName(member.Name is "safety_settings" ? "safetySettings" : member.Name);
                json.WriteElement(member.Value);
            }
        }
    }
}

/// <summary>What answers of generateContent hold besides text.</summary>
internal static class GeminiAnswers
{
    public static IEnumerable<JsonElement> Candidates(JsonElement answer)
        => answer.Member("candidates"u8) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>Media of a kind in a candidate; sketches of its thinking are not part of the answer.</summary>
    public static IEnumerable<(string MediaType, string Data)> Inline(JsonElement candidate, string kind)
    {
        var found = new List<(string, string)>();
        if (candidate.Member("content"u8).Member("parts"u8) is { ValueKind: JsonValueKind.Array } parts)
        {
            foreach (var part in parts.EnumerateArray())
            {
                var media = part.Member("inlineData"u8) is { ValueKind: JsonValueKind.Object } inline ? inline : part.Member("inline_data"u8);
                var type = media.Text("mimeType"u8) ?? media.Text("mime_type"u8) ?? kind;
                if (part.Member("thought"u8).Flag() != true && media.Text("data"u8) is { Length: > 0 } data
                    && type.StartsWith(kind, StringComparison.OrdinalIgnoreCase))
                {
                    found.Add((type, data));
                }
            }
        }

        return found;
    }

    public static TokenUsage UsageOf(JsonElement answer)
        => answer.Member("usageMetadata"u8) is { ValueKind: JsonValueKind.Object } usage ? UsageMetadata.Read(usage.Bytes()) : default;

    /// <summary>Writes the count of tokens as OpenAI's image models do.</summary>
    public static void WriteUsage(JsonElement answer, Utf8JsonWriter json)
        => WriteUsage(UsageOf(answer), json, type: null, "input_tokens_details"u8, "image_tokens"u8, static usage => usage.ImageInputTokens, static (usage, json) =>
        {
            if (usage.ImageOutputTokens > 0)
            {
                json.WriteStartObject("output_tokens_details"u8);
                json.WriteNumber("image_tokens"u8, usage.ImageOutputTokens);
                json.WriteNumber("text_tokens"u8, Math.Max(0, usage.CompletionTokens - usage.ImageOutputTokens));
                json.WriteEndObject();
            }
        });

    /// <summary>Writes the count of tokens as OpenAI's models of speech do, whose names of the parts are others.</summary>
    public static void WriteSpeechUsage(JsonElement answer, Utf8JsonWriter json)
        => WriteUsage(UsageOf(answer), json, "tokens", "input_token_details"u8, "audio_tokens"u8, static usage => usage.AudioInputTokens, static (usage, json) =>
        {
            if (usage.ReasoningTokens > 0)
            {
                json.WriteStartObject("output_token_details"u8);
                json.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
                json.WriteEndObject();
            }
        });

    private static void WriteUsage(
        TokenUsage usage, Utf8JsonWriter json, string? type, ReadOnlySpan<byte> details, ReadOnlySpan<byte> medium, Func<TokenUsage, long> inMedium,
        Action<TokenUsage, Utf8JsonWriter> writeOutput)
    {
        if (usage.TotalTokens == 0)
        {
            return;
        }

        var shown = inMedium(usage);
        json.WriteStartObject("usage"u8);
        if (type is not null)
        {
            json.WriteString("type"u8, type);
        }

        json.WriteNumber("input_tokens"u8, usage.PromptTokens);
        json.WriteStartObject(details);
        json.WriteNumber("text_tokens"u8, Math.Max(0, usage.PromptTokens - shown));
        json.WriteNumber(medium, shown);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        writeOutput(usage, json);
        json.WriteNumber("total_tokens"u8, usage.TotalTokens);
        json.WriteEndObject();
    }
}
