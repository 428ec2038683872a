using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Reads the messages of a chat request.</summary>
/// <param name="body">Bytes that the elements lie in.</param>
internal readonly struct ChatMessageReader(ReadOnlyMemory<byte> body)
{
    private static readonly SearchValues<byte> Base64Bytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <summary>Reads <c>messages</c>.</summary>
    public void ReadAll(ChatRequest request, JsonElement messages)
    {
        if (messages.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("Invalid value for 'messages': expected an array of objects.", "messages");
        }

        var at = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind is not JsonValueKind.Object)
            {
                throw new WireException($"Invalid value for 'messages[{at}]': expected an object.", $"messages[{at}]");
            }

            request.Messages.Add(Read(message, $"messages[{at++}]"));
        }
    }

    private ChatMessage Read(JsonElement message, string place)
    {
        var role = message.Text("role"u8) switch
        {
            "system" => ChatRole.System,
            "developer" => ChatRole.Developer,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" or "function" => ChatRole.Tool,
            _ => throw new WireException(
                $"Invalid value for '{place}.role': expected system, developer, user, assistant, tool or function.", $"{place}.role"),
        };
        var read = new ChatMessage(role) { Name = role is ChatRole.Tool ? null : message.Text("name"u8) };
        switch (role)
        {
            case ChatRole.Assistant:
                ReadAssistant(message, read.Parts, place);
                break;
            case ChatRole.Tool:
                read.Parts.Add(ReadResult(message, place));
                break;
            default:
                ReadContent(message.Member("content"u8), read.Parts, place);
                break;
        }

        if (message.Member("provider_specific_fields"u8) is { ValueKind: JsonValueKind.Object } fields)
        {
            // What a provider's own tools did before; only that provider's dialect reads it.
            read.Extras.Add(new HubMember("provider_specific_fields", fields));
            SealTexts(read.Parts, fields.Member("thought_signatures"u8));
        }

        if (role is not ChatRole.Tool && ChatToolReader.CacheOf(message) is { } cache && read.Parts.Count > 0)
        {
            read.Parts[^1] = read.Parts[^1] with { Cache = cache };
        }

        return read;
    }

    /// <summary>Google's seals on texts, in the order of the texts (04-gemini-vertex.md 2.6).</summary>
    private static void SealTexts(IList<ContentPart> parts, JsonElement seals)
    {
        var at = 0;
        foreach (var seal in seals.ValueKind is JsonValueKind.Array ? seals.EnumerateArray() : default)
        {
            while (at < parts.Count && parts[at] is not TextPart)
            {
                at++;
            }

            if (at < parts.Count && seal.Text() is { Length: > 0 } signature)
            {
                parts[at] = (TextPart)parts[at] with { Signature = signature };
            }

            at++;
        }
    }

    private void ReadAssistant(JsonElement message, IList<ContentPart> parts, string place)
    {
        var hasBlocks = ReadThinkingBlocks(message.Member("thinking_blocks"u8), parts);
        if (!hasBlocks && message.Text("reasoning_content"u8) is { Length: > 0 } reasoning)
        {
            parts.Add(new ThinkingPart(reasoning, null));
        }

        ReadContent(message.Member("content"u8), parts, place);
        if (message.Text("refusal"u8) is { Length: > 0 } refusal)
        {
            parts.Add(new RefusalPart(refusal));
        }

        if (message.Member("audio"u8).Text("id"u8) is { } audio)
        {
            parts.Add(new AudioPart(MediaSource.FromFile(audio)) { Id = audio });
        }

        if (message.Member("tool_calls"u8) is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
            {
                parts.Add(ReadCall(call, place));
            }
        }

        if (message.Member("function_call"u8) is { ValueKind: JsonValueKind.Object } function)
        {
            var name = function.Text("name"u8) ?? throw new WireException($"'{place}.function_call' needs a name.", $"{place}.function_call.name");
            parts.Add(new ToolCallPart(name, name, function.Text("arguments"u8) ?? ""));
        }
    }

    private static bool ReadThinkingBlocks(JsonElement blocks, IList<ContentPart> parts)
    {
        if (blocks.ValueKind is not JsonValueKind.Array)
        {
            return false;
        }

        var any = false;
        foreach (var block in blocks.EnumerateArray())
        {
            any |= ReadThinkingBlock(block, parts);
        }

        return any;
    }

    private static bool ReadThinkingBlock(JsonElement block, IList<ContentPart> parts)
    {
        switch (block.Text("type"u8))
        {
            case "thinking":
                parts.Add(new ThinkingPart(block.Text("thinking"u8) ?? "", block.Text("signature"u8)));
                return true;
            case "redacted_thinking" when block.Text("data"u8) is { } data:
                parts.Add(new RedactedThinkingPart(data));
                return true;
            default:
                return false;
        }
    }

    private static ToolCallPart ReadCall(JsonElement call, string place)
    {
        var custom = call.Member("custom"u8);
        var function = custom.IsGiven() ? custom : call.Member("function"u8);
        var name = function.Text("name"u8)
            ?? throw new WireException($"A tool call of '{place}.tool_calls' needs function.name.", $"{place}.tool_calls[].function.name");
        var given = function.Member(custom.IsGiven() ? "input"u8 : "arguments"u8);
        var arguments = given.Text() ?? (given.IsGiven() ? Encoding.UTF8.GetString(given.Bytes()) : "");
        var (id, signature) = ThoughtIds.Split(call.Text("id"u8) ?? name);
        signature ??= call.Member("provider_specific_fields"u8).Text("thought_signature"u8);
        return new ToolCallPart(id, name, arguments) { Kind = custom.IsGiven() ? ToolKind.Custom : ToolKind.Function, Signature = signature };
    }

    private ToolResultPart ReadResult(JsonElement message, string place)
    {
        var name = message.Text("name"u8);
        var id = message.Text("tool_call_id"u8) ?? name
            ?? throw new WireException($"Missing required parameter: '{place}.tool_call_id'.", $"{place}.tool_call_id");
        var content = new List<ContentPart>();
        ReadContent(message.Member("content"u8), content, place);
        return new ToolResultPart(ThoughtIds.Split(id).Id)
        {
            Name = name,
            Content = content,
            Cache = ChatToolReader.CacheOf(message),
            IsError = message.Member("is_error"u8).Flag() is true,
        };
    }

    private void ReadContent(JsonElement content, IList<ContentPart> parts, string place)
    {
        if (content.Text() is { } text)
        {
            if (text.Length > 0)
            {
                parts.Add(new TextPart(text));
            }
        }
        else if (content.ValueKind is JsonValueKind.Array)
        {
            var at = 0;
            foreach (var part in content.EnumerateArray())
            {
                if (part.Text() is { } bare)
                {
                    parts.Add(new TextPart(bare));
                }
                else
                {
                    parts.Add(ReadPart(part, $"{place}.content[{at}]") with { Cache = ChatToolReader.CacheOf(part) });
                }

                at++;
            }
        }
        else if (content.IsGiven())
        {
            throw new WireException($"Invalid value for '{place}.content': expected a string or an array of parts.", $"{place}.content");
        }
    }

    private ContentPart ReadPart(JsonElement part, string place)
    {
        var type = part.Text("type"u8) ?? throw new WireException($"Missing required parameter: '{place}.type'.", $"{place}.type");
        switch (type)
        {
            case "text" or "input_text" or "output_text":
                return new TextPart(part.Text("text"u8) ?? throw new WireException($"Missing required parameter: '{place}.text'.", $"{place}.text"));
            case "image_url" or "input_image":
                return ReadImage(part, place);
            case "input_audio":
                return ReadAudio(part, place);
            case "video_url":
                var video = part.Member("video_url"u8);
                return new VideoPart(Source(video.ValueKind is JsonValueKind.String ? video : video.Member("url"u8), video.Text("format"u8), place));
            case "file":
                return ReadFile(part.Member("file"u8), place);
            case "refusal":
                return new RefusalPart(part.Text("refusal"u8) ?? "");
            case "thinking":
                return new ThinkingPart(part.Text("thinking"u8) ?? "", part.Text("signature"u8));
            case "redacted_thinking":
                return new RedactedThinkingPart(part.Text("data"u8) ?? "");
            case "image" or "document" or "search_result" or "container_upload" or "tool_result":
                // Anthropic's own parts, which LiteLLM's clients may send.
                return new OpaquePart(Surface.Messages, type, part);
            default:
                return new OpaquePart(Surface.Chat, type, part);
        }
    }

    private ImagePart ReadImage(JsonElement part, string place)
    {
        var image = part.Member("image_url"u8);
        var url = image.ValueKind is JsonValueKind.String ? image : image.Member("url"u8);
        if (!url.IsGiven() && (part.Text("file_id"u8) ?? image.Text("file_id"u8)) is { } file)
        {
            return new ImagePart(MediaSource.FromFile(file));
        }

        return new ImagePart(Source(url, image.Text("format"u8), $"{place}.image_url"), image.Text("detail"u8) ?? part.Text("detail"u8));
    }

    private AudioPart ReadAudio(JsonElement part, string place)
    {
        var audio = part.Member("input_audio"u8);
        var data = audio.Member("data"u8);
        if (data.ValueKind is not JsonValueKind.String)
        {
            throw new WireException($"Missing required parameter: '{place}.input_audio.data'.", $"{place}.input_audio.data");
        }

        var format = audio.Text("format"u8);
        return new AudioPart(MediaSource.FromBase64(format is null ? null : MediaTypes.OfFormat(format) ?? "audio/" + format, Base64(data)));
    }

    private DocumentPart ReadFile(JsonElement file, string place)
    {
        var read = ReadFileSource(file, place);
        return file.Member("video_metadata"u8) is { ValueKind: JsonValueKind.Object } clip
            ? read with { Source = read.Source with { Clip = clip } } : read;
    }

    private DocumentPart ReadFileSource(JsonElement file, string place)
    {
        var title = file.Text("filename"u8);
        var format = file.Text("format"u8);
        if (file.Member("file_data"u8) is { ValueKind: JsonValueKind.String } data)
        {
            return new DocumentPart(
                data.Bytes().StartsWith("\"data:"u8) || data.Bytes().StartsWith("\"http"u8)
                    ? Source(data, format, $"{place}.file.file_data")
                    : MediaSource.FromBase64(format ?? (title is null ? null : MediaTypes.OfName(title)), Base64(data)))
            { Title = title };
        }

        var id = file.Text("file_id"u8)
            ?? throw new WireException($"'{place}.file' needs file_data or file_id.", $"{place}.file");
        return new DocumentPart(
            id.StartsWith("http", StringComparison.OrdinalIgnoreCase) || id.StartsWith("gs://", StringComparison.Ordinal)
                ? MediaSource.FromUrl(id, format) : MediaSource.FromFile(id, format))
        { Title = title };
    }

    private MediaSource Source(JsonElement url, string? mediaType, string place)
    {
        if (url.ValueKind is not JsonValueKind.String)
        {
            throw new WireException($"Invalid value for '{place}': expected an address or a data URI.", place);
        }

        // PERF: the base64 of a plain data URI is a slice of the body; megabytes of it are neither decoded nor copied.
        var inside = HubJson.SliceOf(body, url);
        var comma = inside.Span[..Math.Min(inside.Length, 128)].IndexOf((byte)',');
        var head = comma < 0 ? default : inside.Span[..comma];
        if (head.StartsWith("data:"u8) && head.EndsWith(";base64"u8) && IsClean(inside.Span[(comma + 1)..]))
        {
            var type = Encoding.UTF8.GetString(head["data:".Length..head.IndexOf((byte)';')]);
            var data = inside[(comma + 1)..];
            return MediaSource.FromBase64(mediaType ?? (type.Length > 0 ? type : MediaTypes.Sniff(data.Span)), data);
        }

        return MediaSource.FromUrl(Encoding.UTF8.GetString(inside.Span), mediaType);
    }

    private ReadOnlyMemory<byte> Base64(JsonElement data)
    {
        var slice = HubJson.SliceOf(body, data);
        return IsClean(slice.Span) ? slice : DataUri.Clean(Encoding.UTF8.GetString(slice.Span));
    }

    private static bool IsClean(ReadOnlySpan<byte> base64) => base64.Length % 4 == 0 && !base64.ContainsAnyExcept(Base64Bytes);
}
