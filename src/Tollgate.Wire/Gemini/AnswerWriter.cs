using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Writes answers for clients of the dialect: what whole answers and streams share, and whole answers.</summary>
internal static class AnswerWriter
{
    /// <summary>Writes a whole answer.</summary>
    public static void Write(ChatResponse response, AnswerView view, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        foreach (var choice in response.Choices)
        {
            json.WriteStartObject();
            json.WriteStartObject("content"u8);
            json.WriteStartArray("parts"u8);
            foreach (var part in choice.Parts)
            {
                WritePart(json, part);
            }

            json.WriteEndArray();
            json.WriteString("role"u8, "model"u8);
            json.WriteEndObject();
            json.WriteString("finishReason"u8, GeminiWords.WordOf(choice.Stop, choice.NativeStop));
            json.WriteNumber("index"u8, choice.Index);
            var texts = choice.Parts.OfType<TextPart>().ToList();
            WriteGrounding(json, [.. texts.SelectMany(static text => text.Citations)], string.Concat(texts.Select(static text => text.Text)));
            WriteLogProbs(json, choice.LogProbs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (response.Usage is { } usage)
        {
            UsageMetadata.Write(json, usage);
        }

        json.WriteString("modelVersion"u8, view.Model);
        json.WriteString("responseId"u8, response.Id ?? view.NewId());
        json.WriteEndObject();
    }

    /// <summary>Writes a part; nothing for those that the dialect has no word for.</summary>
    public static void WritePart(Utf8JsonWriter json, ContentPart part)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(json, text.Text, isThought: false, text.Signature);
                break;
            case RefusalPart refusal:
                WriteText(json, refusal.Text, isThought: false, signature: null);
                break;
            case ThinkingPart thinking:
                WriteText(json, thinking.Text, isThought: true, thinking.Signature);
                break;
            case ToolCallPart call:
                WriteCall(json, call);
                break;
            case OpaquePart { Origin: Surface.GenerateContent } opaque:
                json.WriteElement(opaque.Raw);
                break;
            default:
                WriteMedia(json, part);
                break;
        }
    }

    /// <summary>Writes a text or a thought.</summary>
    public static void WriteText(Utf8JsonWriter json, string text, bool isThought, string? signature)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        if (isThought)
        {
            json.WriteBoolean("thought"u8, true);
        }

        json.WriteGiven("thoughtSignature"u8, signature);
        json.WriteEndObject();
    }

    /// <summary>Writes where the text comes from; nothing when nobody said.</summary>
    public static void WriteGrounding(Utf8JsonWriter json, List<Citation> citations, string text)
    {
        citations.RemoveAll(static citation => citation.Url is null);
        if (citations.Count == 0)
        {
            return;
        }

        json.WriteStartObject("groundingMetadata"u8);
        json.WriteStartArray("groundingChunks"u8);
        foreach (var citation in citations)
        {
            json.WriteStartObject();
            json.WriteStartObject("web"u8);
            json.WriteString("uri"u8, citation.Url);
            json.WriteGiven("title"u8, citation.Title);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("groundingSupports"u8);
        for (var i = 0; i < citations.Count; i++)
        {
            WriteSupport(json, citations[i], i, text);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes probabilities that come in OpenAI's form; nothing when there are none.</summary>
    public static void WriteLogProbs(Utf8JsonWriter json, JsonElement? probabilities)
    {
        if (probabilities?.Member("content"u8) is not { ValueKind: JsonValueKind.Array } tokens)
        {
            return;
        }

        json.WriteStartObject("logprobsResult"u8);
        json.WriteStartArray("topCandidates"u8);
        foreach (var token in tokens.EnumerateArray())
        {
            json.WriteStartObject();
            json.WriteStartArray("candidates"u8);
            foreach (var other in token.Member("top_logprobs"u8).Items())
            {
                WriteToken(json, other);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("chosenCandidates"u8);
        foreach (var token in tokens.EnumerateArray())
        {
            WriteToken(json, token);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCallPart call)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        json.WriteString("id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("args"u8);
        if (call.Arguments.AsSpan().TrimStart() is ['{', ..])
        {
            json.WriteJsonText(call.Arguments);
        }
        else
        {
            // Free text, or what a model broke off: an object is all that clients take.
            json.WriteStartObject();
            if (call.Arguments.Length > 0)
            {
                json.WriteString("input"u8, call.Arguments);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteGiven("thoughtSignature"u8, call.Signature);
        json.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter json, ContentPart part)
    {
        if (MediaWriter.SourceOf(part) is not { } source)
        {
            return;
        }

        if (!source.Base64.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteStartObject("inlineData"u8);
            json.WriteString("mimeType"u8, source.MediaType ?? MediaTypes.Sniff(source.Base64.Span) ?? "application/octet-stream");
            json.WriteString("data"u8, source.Base64.Span);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (source.Url is { } url)
        {
            json.WriteStartObject();
            json.WriteStartObject("fileData"u8);
            json.WriteGiven("mimeType"u8, source.MediaType);
            json.WriteString("fileUri"u8, url);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteSupport(Utf8JsonWriter json, Citation citation, int index, string text)
    {
        json.WriteStartObject();
        json.WriteStartObject("segment"u8);
        if (citation.Start is { } start)
        {
            json.WriteNumber("startIndex"u8, BytesUpTo(text, start));
        }

        if (citation.End is { } end)
        {
            json.WriteNumber("endIndex"u8, BytesUpTo(text, end));
        }

        json.WriteGiven("text"u8, citation.CitedText);
        json.WriteEndObject();
        json.WriteStartArray("groundingChunkIndices"u8);
        json.WriteNumberValue(index);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Google counts bytes.</summary>
    private static int BytesUpTo(string text, int character) => Encoding.UTF8.GetByteCount(text.AsSpan(0, Math.Clamp(character, 0, text.Length)));

    private static void WriteToken(Utf8JsonWriter json, JsonElement token)
    {
        json.WriteStartObject();
        json.WriteGiven("token"u8, token.Text("token"u8));
        json.WriteGiven("logProbability"u8, token.Member("logprob"u8).Number());
        json.WriteEndObject();
    }
}
