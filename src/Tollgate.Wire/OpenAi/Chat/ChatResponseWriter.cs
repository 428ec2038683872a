using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Writes whole chat answers (09-cross-cutting.md section 3).</summary>
internal static class ChatResponseWriter
{
    /// <summary>Writes an answer.</summary>
    public static void Write(ChatResponse response, AnswerView view, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(response.Id, view));
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, response.Created ?? view.CreatedUnixSeconds);
        json.WritePropertyName("model"u8);
        json.WriteRawValue(view.ModelJson.Span, skipInputValidation: true);
        json.WriteNull("system_fingerprint"u8);
        json.WriteGiven("service_tier"u8, response.ServiceTier);
        json.WriteStartArray("choices"u8);
        foreach (var choice in response.Choices)
        {
            WriteChoice(choice, response.Extras, view, json);
        }

        json.WriteEndArray();
        RootExtras.Write(json, response.Extras);
        if (response.Usage is { } usage)
        {
            json.WritePropertyName("usage"u8);
            usage.Write(json);
        }

        json.WriteEndObject();
    }

    /// <summary>The upstream's id where it is of the dialect, else one of our own.</summary>
    public static string IdOf(string? id, AnswerView view)
        => id is not null && (id.StartsWith("chatcmpl-", StringComparison.Ordinal) || id.StartsWith("resp_", StringComparison.Ordinal))
            ? id : "chatcmpl-" + view.NewId();

    /// <summary>Writes an annotation of OpenAI's form.</summary>
    public static void WriteCitation(Utf8JsonWriter json, Citation citation)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "url_citation"u8);
        json.WriteStartObject("url_citation"u8);
        json.WriteString("url"u8, citation.Url ?? "");
        json.WriteString("title"u8, citation.Title ?? citation.CitedText ?? "");
        json.WriteGiven("start_index"u8, citation.Start);
        json.WriteGiven("end_index"u8, citation.End);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the members of an answer's audio, or of a piece of it.</summary>
    public static void WriteAudio(Utf8JsonWriter json, AudioPart audio)
    {
        json.WriteStartObject();
        json.WriteGiven("id"u8, audio.Id);
        if (!audio.Source.Base64.IsEmpty)
        {
            json.WriteString("data"u8, audio.Source.Base64.Span);
        }

        json.WriteGiven("transcript"u8, audio.Transcript);
        json.WriteGiven("expires_at"u8, audio.ExpiresAt);
        json.WriteEndObject();
    }

    /// <summary>Writes an image of an answer.</summary>
    public static void WriteImage(Utf8JsonWriter json, ImagePart image, int index)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, image.Source.AsUrl() ?? image.Source.FileId ?? "");
        json.WriteString("detail"u8, "auto"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(ChatChoice choice, IList<HubMember> extras, AnswerView view, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteString("finish_reason"u8, FinishReasons.Write(choice.Stop));
        json.WriteElement("logprobs"u8, choice.LogProbs);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        WriteMessage(choice, extras, view, json);
        json.WriteEndObject();
        if (choice.NativeStop is { } native && !FinishReasons.IsOwn(native))
        {
            json.WriteStartObject("provider_specific_fields"u8);
            json.WriteString("native_finish_reason"u8, native);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteMessage(ChatChoice choice, IList<HubMember> extras, AnswerView view, Utf8JsonWriter json)
    {
        // PERF: most answers are one text; every list below would be made to find nothing.
        var parts = choice.Parts;
        if (parts is [TextPart { Citations.Count: 0, Signature: null } only] && extras.Count == 0)
        {
            json.WriteString("content"u8, only.Text);
            json.WriteNull("tool_calls"u8);
            json.WriteNull("function_call"u8);
            return;
        }

        var text = string.Concat(parts.OfType<TextPart>().Select(static part => part.Text));
        var calls = parts.Select(ServerParts.CallOf).OfType<ToolCallPart>().ToList();
        if (text.Length > 0 || (calls.Count == 0 && choice.Stop is not StopReason.ContentFilter))
        {
            json.WriteString("content"u8, text);
        }
        else
        {
            json.WriteNull("content"u8);
        }

        WriteCalls(calls, json);
        json.WriteNull("function_call"u8);
        var refusal = string.Concat(parts.OfType<RefusalPart>().Select(static part => part.Text));
        json.WriteGiven("refusal"u8, refusal.Length > 0 ? refusal : null);
        WriteThoughts(parts, json);
        WriteCitations(parts, json);
        WriteMedia(parts, view, json);
        ServerParts.Write(json, parts, extras);
    }

    private static void WriteCalls(List<ToolCallPart> calls, Utf8JsonWriter json)
    {
        if (calls.Count == 0)
        {
            json.WriteNull("tool_calls"u8);
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, i);
            json.WriteString("id"u8, ThoughtIds.Join(calls[i].Id, calls[i].Signature));
            if (calls[i].Kind is ToolKind.Custom)
            {
                json.WriteString("type"u8, "custom"u8);
                json.WriteStartObject("custom"u8);
                json.WriteString("name"u8, calls[i].Name);
                json.WriteString("input"u8, calls[i].Arguments);
            }
            else
            {
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, calls[i].Name);
                json.WriteString("arguments"u8, calls[i].Arguments.Length == 0 ? "{}" : calls[i].Arguments);
            }

            json.WriteEndObject();
            WriteSeal(json, calls[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The seal of the thought before a call, which clients of LiteLLM's send back from here or from the call's id.</summary>
    public static void WriteSeal(Utf8JsonWriter json, ToolCallPart? call)
    {
        if (call?.Signature is { } seal)
        {
            json.WriteStartObject("provider_specific_fields"u8);
            json.WriteString("thought_signature"u8, seal);
            json.WriteEndObject();
        }
    }

    private static void WriteThoughts(IList<ContentPart> parts, Utf8JsonWriter json)
    {
        var thoughts = parts.Where(static part => part is ThinkingPart or RedactedThinkingPart).ToList();
        if (thoughts.Count == 0)
        {
            return;
        }

        var text = string.Concat(thoughts.OfType<ThinkingPart>().Select(static part => part.Text));
        json.WriteGiven("reasoning_content"u8, text.Length > 0 ? text : null);
        if (thoughts.Exists(static part => part is RedactedThinkingPart or ThinkingPart { Signature: not null }))
        {
            json.WriteStartArray("thinking_blocks"u8);
            foreach (var thought in thoughts)
            {
                ThinkingBlocks.Write(json, thought);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteCitations(IList<ContentPart> parts, Utf8JsonWriter json)
    {
        var any = false;
        foreach (var citation in parts.OfType<TextPart>().SelectMany(static part => part.Citations))
        {
            if (!any)
            {
                json.WriteStartArray("annotations"u8);
                any = true;
            }

            WriteCitation(json, citation);
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }

    private static void WriteMedia(IList<ContentPart> parts, AnswerView view, Utf8JsonWriter json)
    {
        if (parts.OfType<AudioPart>().FirstOrDefault() is { } audio)
        {
            json.WritePropertyName("audio"u8);
            WriteAudio(json, audio with
            {
                // Providers that keep no audio give it no id; OpenAI's clients want one, and an end.
                Id = audio.Id ?? "audio_" + view.NewId(),
                ExpiresAt = audio.ExpiresAt ?? (view.CreatedUnixSeconds + (24 * 3600)),
                Transcript = audio.Transcript ?? "",
            });
        }

        var images = parts.OfType<ImagePart>().ToList();
        if (images.Count > 0)
        {
            json.WriteStartArray("images"u8);
            for (var i = 0; i < images.Count; i++)
            {
                WriteImage(json, images[i], i);
            }

            json.WriteEndArray();
        }
    }
}
