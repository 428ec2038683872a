using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Anthropic;

/// <summary>Writes content blocks, of requests and of answers.</summary>
internal static class BlockWriter
{
    /// <summary>Writes a part as a block of a request; nothing for parts that the dialect has not (the feature table names them).</summary>
    public static void Write(Utf8JsonWriter json, ContentPart part, TargetModel target)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(json, text.Text, text);
                break;
            case RefusalPart refusal:
                WriteText(json, refusal.Text, refusal);
                break;
            case ThinkingPart { Signature.Length: > 0 } thinking:
                WriteThinking(json, thinking.Text, thinking.Signature);
                break;
            case RedactedThinkingPart redacted:
                WriteRedacted(json, redacted.Data);
                break;
            case ImagePart image:
                WriteMedia(json, image.Source, isImage: true, image, document: null);
                break;
            case DocumentPart document:
                WriteMedia(json, document.Source, isImage: false, document, document);
                break;
            case ToolCallPart call:
                WriteCall(json, call, target);
                break;
            case ToolResultPart result:
                WriteResult(json, result, target);
                break;
            case OpaquePart { Origin: Surface.Messages } opaque:
                json.WriteElement(opaque.Raw);
                break;
            default:
                break;
        }
    }

    /// <summary>Thoughts with their seal; clients expect the member also where there is none.</summary>
    public static void WriteThinking(Utf8JsonWriter json, string text, string? signature)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteString("thinking"u8, text);
        json.WriteString("signature"u8, signature ?? "");
        json.WriteEndObject();
    }

    /// <summary>Thoughts that only the provider can read.</summary>
    public static void WriteRedacted(Utf8JsonWriter json, string data)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "redacted_thinking"u8);
        json.WriteString("data"u8, data);
        json.WriteEndObject();
    }

    /// <summary>The place where the provider's cache may end; nothing for none.</summary>
    public static void WriteCache(Utf8JsonWriter json, CacheHint? cache)
    {
        if (cache is not null)
        {
            json.WriteStartObject("cache_control"u8);
            json.WriteString("type"u8, "ephemeral"u8);
            json.WriteGiven("ttl"u8, cache.TimeToLive);
            json.WriteEndObject();
        }
    }

    /// <summary>A citation: as it came where it is this dialect's, else as one of a page found.</summary>
    public static void WriteCitation(Utf8JsonWriter json, Citation citation)
    {
        if (citation is { RawOrigin: Surface.Messages, Raw: { } raw })
        {
            json.WriteElement(raw);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "web_search_result_location"u8);
        json.WriteString("url"u8, citation.Url ?? "");
        json.WriteString("title"u8, citation.Title);
        json.WriteString("cited_text"u8, citation.CitedText ?? "");
        json.WriteString("encrypted_index"u8, "");
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string text, ContentPart part)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        if (part is TextPart { Citations.Count: > 0 } cited && cited.Citations.Any(static citation => citation.RawOrigin is Surface.Messages))
        {
            // Others' citations would be refused: they lack what only this provider's own have.
            json.WriteStartArray("citations"u8);
            foreach (var citation in cited.Citations.Where(static citation => citation.RawOrigin is Surface.Messages))
            {
                WriteCitation(json, citation);
            }

            json.WriteEndArray();
        }

        WriteCache(json, part.Cache);
        json.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter json, MediaSource source, bool isImage, ContentPart part, DocumentPart? document)
    {
        // What the bytes are counts, not what the client called them.
        isImage = source.MediaType is null ? isImage : source.MediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase);
        json.WriteStartObject();
        json.WriteString("type"u8, isImage ? "image"u8 : "document"u8);
        json.WriteStartObject("source"u8);
        WriteSource(json, source, isImage);
        json.WriteEndObject();
        if (!isImage && document is not null)
        {
            json.WriteGiven("title"u8, document.Title);
            json.WriteGiven("context"u8, document.Context);
            if (document.WantsCitations)
            {
                json.WriteStartObject("citations"u8);
                json.WriteBoolean("enabled"u8, true);
                json.WriteEndObject();
            }
        }

        WriteCache(json, part.Cache);
        json.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter json, MediaSource source, bool isImage)
    {
        if (source.FileId is { } file)
        {
            json.WriteString("type"u8, "file"u8);
            json.WriteString("file_id"u8, file);
        }
        else if (source.Url is { } url)
        {
            json.WriteString("type"u8, "url"u8);
            json.WriteString("url"u8, url);
        }
        else if (source.Text is not null || (!isImage && IsText(source.MediaType)))
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("media_type"u8, "text/plain"u8);
            json.WriteString("data"u8, source.Text ?? TextOf(source.Base64.Span));
        }
        else
        {
            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, source.MediaType switch
            {
                null => MediaTypes.Sniff(source.Base64.Span) ?? (isImage ? "image/png" : "application/pdf"),
                "image/jpg" => "image/jpeg",
                { } known => known,
            });
            json.WriteString("data"u8, source.Base64.Span);
        }
    }

    private static bool IsText(string? mediaType)
        => mediaType is not null && (mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || mediaType is "application/json");

    private static string TextOf(ReadOnlySpan<byte> base64)
    {
        var bytes = new byte[base64.Length];
        return System.Buffers.Text.Base64.DecodeFromUtf8(base64, bytes, out _, out var length) is System.Buffers.OperationStatus.Done
            ? Encoding.UTF8.GetString(bytes.AsSpan(0, length))
            : throw new WireException("The base64 data of a document is broken.");
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCallPart call, TargetModel target)
    {
        // COMPAT: calls that the provider ran itself come back among the client's own, told by their ids (03-anthropic.md 2.4, row 13).
        var isServers = call.Id.StartsWith("srvtoolu_", StringComparison.Ordinal);
        json.WriteStartObject();
        json.WriteString("type"u8, isServers ? "server_tool_use"u8 : "tool_use"u8);
        json.WriteString("id"u8, ToolIds.Plain(call.Id));
        json.WriteString("name"u8, ToolNames.ForWire(call.Name));
        json.WritePropertyName("input"u8);
        WriteInput(json, call, target);
        WriteCache(json, call.Cache);
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, ToolCallPart call, TargetModel target)
    {
        if (call.Kind is ToolKind.Custom)
        {
            json.WriteStartObject();
            json.WriteString(CustomSchema.Name, call.Arguments);
            json.WriteEndObject();
            return;
        }

        var members = new JsonMembers();
        var bytes = Encoding.UTF8.GetBytes(call.Arguments);
        var fault = JsonScanner.Scan(bytes, members);
        if (fault.IsNone && members.RootKind is JsonKind.Object)
        {
            json.WriteRawValue(bytes, skipInputValidation: true);
        }
        else if (fault.Kind is JsonFaultKind.Empty || (fault.IsNone && members.RootKind is JsonKind.Null) || target.ModifyParams)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else
        {
            throw new WireException(
                $"Unable to convert openai tool calls to anthropic tool calls: the arguments of the call '{call.Id}' of '{call.Name}' are not a JSON object. "
                + "Set `litellm_settings.modify_params: true` to send an empty object instead.",
                "messages");
        }
    }

    private static void WriteResult(Utf8JsonWriter json, ToolResultPart result, TargetModel target)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, ToolIds.Plain(result.CallId));
        if (result.Content is [TextPart { Cache: null, Citations.Count: 0 } only])
        {
            json.WriteString("content"u8, only.Text);
        }
        else if (result.Content.Count > 0)
        {
            json.WriteStartArray("content"u8);
            foreach (var part in result.Content)
            {
                if (part is not TextPart { Text.Length: 0 } and not ThinkingPart)
                {
                    Write(json, part, target);
                }
            }

            json.WriteEndArray();
        }

        if (result.IsError)
        {
            json.WriteBoolean("is_error"u8, true);
        }

        WriteCache(json, result.Cache);
        json.WriteEndObject();
    }
}
