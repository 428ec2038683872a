using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>Content of messages and of tools' results.</summary>
internal static class ContentReader
{
    /// <summary>Reads a string or a list of parts.</summary>
    /// <param name="content">The content.</param>
    /// <param name="body">The memory it was parsed from.</param>
    /// <param name="isAssistant">The assistant speaks: refusals are such.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="parts">Takes the parts.</param>
    public static void Read(JsonElement content, ReadOnlyMemory<byte> body, bool isAssistant, string path, ICollection<ContentPart> parts)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                parts.Add(new TextPart(content.Text()!));
                break;
            case JsonValueKind.Array:
                var i = 0;
                foreach (var part in content.EnumerateArray())
                {
                    parts.Add(ReadPart(part, body, isAssistant, $"{path}[{i}]"));
                    i++;
                }

                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                break;
            case JsonValueKind.Object when content.Member("type"u8).IsGiven():
                parts.Add(ReadPart(content, body, isAssistant, path));
                break;
            default:
                // Results of tools are now and then sent as the JSON that they are.
                parts.Add(new TextPart(System.Text.Encoding.UTF8.GetString(content.Bytes())));
                break;
        }
    }

    private static ContentPart ReadPart(JsonElement part, ReadOnlyMemory<byte> body, bool isAssistant, string path)
    {
        if (part.Text() is { } bare)
        {
            return new TextPart(bare);
        }

        var type = part.Text("type"u8) ?? throw new WireException($"{path}.type is missing.", path + ".type");
        try
        {
            var read = ReadTyped(part, body, isAssistant, type, path);
            return part.Member("cache_control"u8) is { ValueKind: JsonValueKind.Object } hint
                ? read with { Cache = new CacheHint(hint.Text("ttl"u8)) }
                : read;
        }
        catch (WireException exception) when (exception.Param is null)
        {
            throw new WireException($"{path}: {exception.Message}", path);
        }
    }

    private static ContentPart ReadTyped(JsonElement part, ReadOnlyMemory<byte> body, bool isAssistant, string type, string path)
        => type switch
        {
            "input_text" or "output_text" or "text" or "summary_text" or "reasoning_text"
                => new TextPart(part.Text("text"u8) ?? throw new WireException($"{path}.text is missing.", path + ".text")),
            "refusal" => isAssistant ? new RefusalPart(part.Text("refusal"u8) ?? "") : new TextPart(part.Text("refusal"u8) ?? ""),
            "input_image" or "image_url" or "computer_screenshot" => ReadImage(part, path),
            "input_file" => ReadFile(part, body, path),
            "input_audio" => ReadAudio(part, body, path),
            _ => new OpaquePart(Surface.Responses, type, part),
        };

    private static ImagePart ReadImage(JsonElement part, string path)
    {
        var address = part.Member("image_url"u8);
        var detail = part.Text("detail"u8) ?? address.Text("detail"u8);
        if ((address.Text() ?? address.Text("url"u8)) is not { Length: > 0 } url)
        {
            return part.Text("file_id"u8) is { } file
                ? new ImagePart(MediaSource.FromFile(file), detail)
                : throw new WireException($"{path} needs 'image_url' or 'file_id'.", path);
        }

        return new ImagePart(MediaSource.FromUrl(url), detail);
    }

    private static DocumentPart ReadFile(JsonElement part, ReadOnlyMemory<byte> body, string path)
    {
        var title = part.Text("filename"u8);
        var data = part.Member("file_data"u8);
        if (part.Text("file_id"u8) is { } file)
        {
            return new DocumentPart(MediaSource.FromFile(file)) { Title = title };
        }

        if (part.Text("file_url"u8) is { } url)
        {
            return new DocumentPart(MediaSource.FromUrl(url)) { Title = title };
        }

        if (data.Text() is not { } text)
        {
            throw new WireException($"{path} needs 'file_data', 'file_url' or 'file_id'.", path);
        }

        var named = title is null ? null : MediaTypes.OfName(title);
        if (text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return new DocumentPart(MediaSource.FromUrl(text)) { Title = title };
        }

        var base64 = HubJson.SliceOf(body, data);
        var mediaType = named ?? MediaTypes.Sniff(base64.Span) ?? "application/pdf";
        return new DocumentPart(MediaSource.FromBase64(mediaType, base64)) { Title = title };
    }

    private static AudioPart ReadAudio(JsonElement part, ReadOnlyMemory<byte> body, string path)
    {
        var audio = part.Member("input_audio"u8) is { ValueKind: JsonValueKind.Object } nested ? nested : part;
        var data = audio.Member("data"u8);
        if (data.ValueKind is not JsonValueKind.String)
        {
            throw new WireException($"{path}.input_audio.data is missing.", path + ".input_audio.data");
        }

        var type = MediaTypes.OfFormat(audio.Text("format"u8) ?? "wav") ?? "audio/" + audio.Text("format"u8);
        return new AudioPart(MediaSource.FromBase64(type, HubJson.SliceOf(body, data)));
    }
}
