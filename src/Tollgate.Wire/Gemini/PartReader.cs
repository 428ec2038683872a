using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads parts of a content, of clients and upstreams alike; calls of tools and their results are read elsewhere.</summary>
internal static class PartReader
{
    /// <summary>Reads a client's part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="body">Bytes of the body, for media that need not be copied.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <exception cref="WireException">It is none.</exception>
    public static ContentPart Read(JsonElement part, ReadOnlyMemory<byte> body, string place)
    {
        if (part.Text() is { } bare)
        {
            return new TextPart(bare);
        }

        return part.ValueKind is JsonValueKind.Object ? TryRead(part, body) ?? Opaque(part, place)
            : throw new WireException($"Invalid value for '{place}': expected an object.", place);
    }

    /// <summary>Reads text, thoughts and media; null for anything else.</summary>
    public static ContentPart? TryRead(JsonElement part, ReadOnlyMemory<byte> body)
    {
        if (part.Text("text"u8) is { } text)
        {
            var signature = part.Text("thoughtSignature"u8, "thought_signature"u8);
            return part.Member("thought"u8).Flag() is true ? new ThinkingPart(text, signature) : new TextPart(text) { Signature = signature };
        }

        if (part.Member("inlineData"u8, "inline_data"u8) is { ValueKind: JsonValueKind.Object } inline
            && inline.Member("data"u8) is { ValueKind: JsonValueKind.String } data)
        {
            return MediaOf(MediaSource.FromBase64(inline.Text("mimeType"u8, "mime_type"u8), HubJson.SliceOf(body, data)), DetailOf(part));
        }

        if (part.Member("fileData"u8, "file_data"u8) is { ValueKind: JsonValueKind.Object } file
            && file.Text("fileUri"u8, "file_uri"u8) is { Length: > 0 } uri)
        {
            return MediaOf(MediaSource.FromUrl(uri, file.Text("mimeType"u8, "mime_type"u8) ?? MediaTypes.OfName(uri)), DetailOf(part));
        }

        return null;
    }

    /// <summary>A part that only this dialect has, by the name of its first member.</summary>
    public static OpaquePart Opaque(JsonElement part, string place)
    {
        foreach (var member in part.EnumerateObject())
        {
            if (member.Value.ValueKind is not JsonValueKind.Null)
            {
                return new OpaquePart(Surface.GenerateContent, GeminiJson.Camel(member.Name), part);
            }
        }

        throw new WireException($"Invalid value for '{place}': the part is empty.", place);
    }

    private static string? DetailOf(JsonElement part) => part.Member("mediaResolution"u8, "media_resolution"u8).Text("level"u8) switch
    {
        "MEDIA_RESOLUTION_LOW" => "low",
        "MEDIA_RESOLUTION_MEDIUM" => "medium",
        "MEDIA_RESOLUTION_HIGH" => "high",
        "MEDIA_RESOLUTION_ULTRA_HIGH" => "ultra_high",
        _ => null,
    };

    private static ContentPart MediaOf(MediaSource source, string? detail) => source.MediaType switch
    {
        { } type when type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) => new ImagePart(source, detail),
        { } type when type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) => new AudioPart(source),
        { } type when type.StartsWith("video/", StringComparison.OrdinalIgnoreCase) => new VideoPart(source),
        _ => new DocumentPart(source),
    };
}
