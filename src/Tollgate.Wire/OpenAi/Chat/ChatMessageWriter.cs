using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Writes the messages of a chat request.</summary>
/// <param name="target">The model.</param>
/// <param name="json">Takes them.</param>
internal readonly struct ChatMessageWriter(TargetModel target, Utf8JsonWriter json)
{
    /// <summary>Option of a target whose upstream reads <c>cache_control</c>.</summary>
    public const string KeepsCacheHints = "cache_control";

    /// <summary>Writes one turn; results of several tools become as many messages.</summary>
    public void Write(ChatMessage message)
    {
        switch (message.Role)
        {
            case ChatRole.Tool:
                WriteResults(message);
                break;
            case ChatRole.Assistant:
                WriteAssistant(message);
                break;
            default:
                WriteOther(message);
                break;
        }
    }

    /// <summary>Writes a cache hint, where the upstream takes one.</summary>
    public static void WriteCache(Utf8JsonWriter json, CacheHint? hint, TargetModel target)
    {
        if (hint is null || !target.Options.ContainsKey(KeepsCacheHints))
        {
            return;
        }

        json.WriteStartObject("cache_control"u8);
        json.WriteString("type"u8, "ephemeral"u8);
        json.WriteGiven("ttl"u8, hint.TimeToLive);
        json.WriteEndObject();
    }

    private void WriteOther(ChatMessage message)
    {
        var parts = message.Parts.Where(static part => part is not OpaquePart { Origin: not Surface.Chat }).ToList();
        if (parts.Count == 0)
        {
            if (message.Parts.Count > 0)
            {
                // Nothing is left that the dialect can say.
                return;
            }

            parts.Add(new TextPart(""));
        }

        Begin(message, message.Role switch
        {
            ChatRole.System => "system"u8,
            ChatRole.Developer => "developer"u8,
            _ => "user"u8,
        });
        WriteContent(parts);
        json.WriteEndObject();
    }

    private void WriteAssistant(ChatMessage message)
    {
        Begin(message, "assistant"u8);
        var text = new List<ContentPart>();
        var calls = new List<ToolCallPart>();
        var thoughts = new List<ContentPart>();
        AudioPart? audio = null;
        RefusalPart? refusal = null;
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case ToolCallPart call:
                    calls.Add(call);
                    break;
                case ThinkingPart or RedactedThinkingPart:
                    thoughts.Add(part);
                    break;
                case RefusalPart said:
                    refusal = said;
                    break;
                case AudioPart { Id: not null } said:
                    audio = said;
                    break;
                case TextPart or ImagePart or OpaquePart { Origin: Surface.Chat }:
                    text.Add(part);
                    break;
                default:
                    break;
            }
        }

        if (text.Count > 0)
        {
            WriteContent(text);
        }
        else
        {
            json.WriteNull("content"u8);
        }

        json.WriteGiven("refusal"u8, refusal?.Text);
        if (audio is not null)
        {
            json.WriteStartObject("audio"u8);
            json.WriteString("id"u8, audio.Id);
            json.WriteEndObject();
        }

        WriteThoughts(thoughts);
        WriteCalls(calls);
        json.WriteEndObject();
    }

    /// <summary>Only upstreams that answer with reasoning read it back; OpenAI itself refuses fields that it does not know.</summary>
    private void WriteThoughts(List<ContentPart> thoughts)
    {
        var isGateway = string.Equals(target.Provider, "litellm_proxy", StringComparison.Ordinal);
        if (thoughts.Count == 0 || (target.Rules.ReasoningNames.IsDefaultOrEmpty && !isGateway))
        {
            return;
        }

        var text = string.Concat(thoughts.OfType<ThinkingPart>().Select(static thought => thought.Text));
        if (text.Length > 0)
        {
            json.WriteString("reasoning_content"u8, text);
        }

        if (isGateway)
        {
            json.WriteStartArray("thinking_blocks"u8);
            foreach (var thought in thoughts)
            {
                ThinkingBlocks.Write(json, thought);
            }

            json.WriteEndArray();
        }
    }

    private void WriteCalls(List<ToolCallPart> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, ToolNames.ForWire(call.Name));
            json.WriteString("arguments"u8, call.Kind is ToolKind.Custom ? CustomInput.Wrap(call.Arguments) : call.Arguments.Length == 0 ? "{}" : call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteResults(ChatMessage message)
    {
        List<ContentPart>? media = null;
        foreach (var result in message.Parts.OfType<ToolResultPart>())
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, result.CallId);
            json.WriteString("content"u8, TextOf(result.Content));
            WriteCache(json, result.Cache, target);
            json.WriteEndObject();
            foreach (var part in result.Content)
            {
                if (part is ImagePart or DocumentPart or AudioPart or VideoPart)
                {
                    (media ??= []).Add(part);
                }
            }
        }

        if (media is not null)
        {
            // The dialect's results are text: what else a tool returned follows from the user.
            json.WriteStartObject();
            json.WriteString("role"u8, "user"u8);
            WriteContent(media);
            json.WriteEndObject();
        }
    }

    private static string TextOf(IReadOnlyList<ContentPart> content)
        => string.Join('\n', content.Select(static part => part switch
        {
            TextPart text => text.Text,
            OpaquePart opaque => Encoding.UTF8.GetString(opaque.Raw.Bytes()),
            _ => null,
        }).Where(static text => text is not null));

    private void Begin(ChatMessage message, ReadOnlySpan<byte> role)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteGiven("name"u8, message.Name);
    }

    private void WriteContent(List<ContentPart> parts)
    {
        json.WritePropertyName("content"u8);
        var keepsHints = target.Options.ContainsKey(KeepsCacheHints);
        if (parts.TrueForAll(part => part is TextPart && (part.Cache is null || !keepsHints)))
        {
            json.WriteStringValue(parts.Count == 1 ? ((TextPart)parts[0]).Text : string.Join('\n', parts.Select(static part => ((TextPart)part).Text)));
            return;
        }

        json.WriteStartArray();
        foreach (var part in parts)
        {
            WritePart(part);
        }

        json.WriteEndArray();
    }

    private void WritePart(ContentPart part)
    {
        switch (part)
        {
            case OpaquePart opaque:
                json.WriteElement(opaque.Raw);
                return;
            case ThinkingPart or RedactedThinkingPart or ToolCallPart or ToolResultPart or RefusalPart:
                return;
            default:
                break;
        }

        json.WriteStartObject();
        switch (part)
        {
            case TextPart text:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                break;
            case ImagePart image:
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                WriteAddress("url"u8, image.Source);
                json.WriteGiven("detail"u8, image.Detail);
                json.WriteEndObject();
                break;
            case AudioPart audio:
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                json.WriteString("data"u8, audio.Source.Base64.Span);
                json.WriteString("format"u8, MediaTypes.FormatOf(audio.Source.MediaType ?? "audio/wav"));
                json.WriteEndObject();
                break;
            case VideoPart video:
                json.WriteString("type"u8, "video_url"u8);
                json.WriteStartObject("video_url"u8);
                WriteAddress("url"u8, video.Source);
                json.WriteEndObject();
                break;
            case DocumentPart document:
                WriteDocument(document);
                break;
            default:
                break;
        }

        WriteCache(json, part.Cache, target);
        json.WriteEndObject();
    }

    private void WriteDocument(DocumentPart document)
    {
        if (document.Source.Text is { } plain)
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, document.Title is null ? plain : $"{document.Title}\n\n{plain}");
            return;
        }

        json.WriteString("type"u8, "file"u8);
        json.WriteStartObject("file"u8);
        if (document.Source.FileId is { } id)
        {
            json.WriteString("file_id"u8, id);
        }
        else
        {
            WriteAddress("file_data"u8, document.Source);
            json.WriteString("filename"u8, document.Title ?? "document." + MediaTypes.FormatOf(document.Source.MediaType ?? "application/pdf"));
        }

        json.WriteEndObject();
    }

    /// <summary>PERF: base64 goes out in pieces; a data URI of megabytes is never put together as text.</summary>
    private void WriteAddress(ReadOnlySpan<byte> name, MediaSource source)
    {
        if (source.Base64.IsEmpty)
        {
            json.WriteString(name, source.AsUrl() ?? source.FileId);
            return;
        }

        json.WritePropertyName(name);
        json.WriteStringValueSegment(Encoding.UTF8.GetBytes($"data:{source.MediaType ?? "application/octet-stream"};base64,"), isFinalSegment: false);
        json.WriteStringValueSegment(source.Base64.Span, isFinalSegment: true);
    }
}
