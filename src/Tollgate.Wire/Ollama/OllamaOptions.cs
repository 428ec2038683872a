using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Ollama;

/// <summary>What both operations of Ollama say beside the conversation: <c>format</c>, <c>think</c>, <c>options</c> and the provider's own parameters.</summary>
internal static class OllamaOptions
{
    /// <summary>Parameters that stand in <c>options</c>; all others stand at the root.</summary>
    private static readonly FrozenSet<string> Inside = FrozenSet.ToFrozenSet(
    [
        "mirostat", "mirostat_eta", "mirostat_tau", "num_ctx", "num_gqa", "num_gpu", "num_thread", "num_batch", "num_keep", "main_gpu", "low_vram",
        "f16_kv", "vocab_only", "use_mmap", "use_mlock", "repeat_last_n", "repeat_penalty", "temperature", "seed", "stop", "tfs_z", "typical_p",
        "num_predict", "top_k", "top_p", "min_p", "presence_penalty", "frequency_penalty", "penalize_newline", "numa",
    ], StringComparer.Ordinal);

    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        var own = PlainChat.OwnParameters(request).ToList();
        WriteFormat(request, json);
        if (Think(request) is { } think && !own.Exists(static extra => extra.Name is "think"))
        {
            json.WritePropertyName("think"u8);
            json.WriteRawValue(think, skipInputValidation: true);
        }

        foreach (var (name, value) in own.Where(static extra => !Inside.Contains(extra.Name) && extra.Name is not "options"))
        {
            json.WritePropertyName(name);
            json.WriteElement(value);
        }

        WriteOptions(request, own, json);
    }

    /// <summary>Images of parts as bare base64.</summary>
    public static void WriteImages(IEnumerable<ContentPart> parts, Utf8JsonWriter json)
    {
        var any = false;
        foreach (var part in parts)
        {
            if (part is DocumentPart { Source.Text: null })
            {
                throw new WireException("Ollama takes text and images only: a document must be given as text.");
            }

            if (part is not ImagePart image)
            {
                continue;
            }

            if (image.Source.Base64.IsEmpty)
            {
                throw new WireException("Ollama takes images as data only: the image could not be fetched from where it is.");
            }

            if (!any)
            {
                json.WriteStartArray("images"u8);
                any = true;
            }

            json.WriteStringValue(image.Source.Base64.Span);
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }

    private static void WriteFormat(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Format is { Schema: { } schema })
        {
            json.WriteElement("format"u8, schema);
        }
        else if (request.Format is { Kind: not AnswerFormatKind.Text })
        {
            json.WriteString("format"u8, "json"u8);
        }
    }

    /// <summary>JSON of <c>think</c>; null to leave it out.</summary>
    private static byte[]? Think(ChatRequest request)
    {
        if (request.Reasoning is not { } reasoning)
        {
            return null;
        }

        if (reasoning.Mode is ReasoningMode.Disabled || reasoning.Effort is "none" or "disable" or "minimal" || reasoning.BudgetTokens == 0)
        {
            return "false"u8.ToArray();
        }

        if (reasoning.Effort is { } effort && request.Model.StartsWith("gpt-oss", StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(effort is "low" or "medium" ? $"\"{effort}\"" : "\"high\"");
        }

        return reasoning is { Mode: ReasoningMode.Unstated, Effort: null, BudgetTokens: null } ? null : "true"u8.ToArray();
    }

    private static void WriteOptions(ChatRequest request, List<HubMember> own, Utf8JsonWriter json)
    {
        var given = own.Find(static extra => extra.Name is "options").Value;
        var written = new HashSet<string>(StringComparer.Ordinal);
        json.WriteStartObject("options"u8);
        foreach (var (name, value) in own.Where(static extra => Inside.Contains(extra.Name)))
        {
            written.Add(name);
            json.WritePropertyName(name);
            json.WriteElement(value);
        }

        if (given.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in given.EnumerateObject())
            {
                if (written.Add(member.Name))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }
        }

        WriteNumber(json, written, "num_predict", request.MaxOutputTokens);
        WriteNumber(json, written, "temperature", request.Temperature);
        WriteNumber(json, written, "top_p", request.TopP);
        WriteNumber(json, written, "top_k", request.TopK);
        WriteNumber(json, written, "seed", request.Seed);
        WriteNumber(json, written, "frequency_penalty", request.FrequencyPenalty);
        WriteNumber(json, written, "presence_penalty", request.PresencePenalty);
        if (!written.Contains("stop"))
        {
            PlainChat.WriteTexts(json, "stop"u8, request.Stop);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, HashSet<string> written, string name, long? value)
    {
        if (value is { } number && written.Add(name))
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, HashSet<string> written, string name, double? value)
    {
        if (value is { } number && written.Add(name))
        {
            json.WriteNumber(name, number);
        }
    }
}
