using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Writes images, sounds, films and documents as parts (04-gemini-vertex.md section 2.5).</summary>
internal static class MediaWriter
{
    private const string Files = "https://generativelanguage.googleapis.com/";

    /// <summary>True for addresses that are not Google's to fetch.</summary>
    /// <param name="part">A part whose source is an address.</param>
    /// <param name="isVertex">Vertex AI fetches what its name tells the type of; AI Studio knows its own files only.</param>
    public static bool NeedsBytes(ContentPart part, bool isVertex)
        => SourceOf(part)?.Url is { } url && !IsGoogles(url) && !(isVertex && TypeOfName(url) is not null);

    /// <summary>Writes a part.</summary>
    /// <param name="json">Takes one object.</param>
    /// <param name="part">Image, sound, film or document.</param>
    /// <param name="model">Newer models take a resolution for each image.</param>
    /// <returns>False when the part has no bytes and no address.</returns>
    public static bool TryWrite(Utf8JsonWriter json, ContentPart part, GeminiModel model)
    {
        if (SourceOf(part) is not { } source || (source.Base64.IsEmpty && source.Text is null && source.Url is null && source.FileId is null))
        {
            return false;
        }

        json.WriteStartObject();
        if (source.Text is { } text)
        {
            json.WriteString("text"u8, part is DocumentPart { Title: { Length: > 0 } title } ? $"{title}\n{text}" : text);
        }
        else if (!source.Base64.IsEmpty)
        {
            WriteInline(json, part, source);
        }
        else
        {
            WriteFile(json, source.Url ?? FileUri(source.FileId!), source.MediaType);
        }

        if (source.Clip is { } clip)
        {
            WriteClip(json, clip);
        }

        if (model.HasLevels && part is ImagePart { Detail: { } detail } && LevelOf(detail) is > 0 and var level)
        {
            json.WriteStartObject("mediaResolution"u8);
            json.WriteString("level"u8, WordOf(level));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return true;
    }

    /// <summary>Resolution of a word of OpenAI's; 0 for none.</summary>
    public static int LevelOf(string detail) => detail switch
    {
        "low" => 1,
        "medium" => 2,
        "high" => 3,
        "ultra_high" => 4,
        _ => 0,
    };

    /// <summary>Google's word for a resolution.</summary>
    public static string WordOf(int level) => level switch
    {
        1 => "MEDIA_RESOLUTION_LOW",
        2 => "MEDIA_RESOLUTION_MEDIUM",
        3 => "MEDIA_RESOLUTION_HIGH",
        _ => "MEDIA_RESOLUTION_ULTRA_HIGH",
    };

    /// <summary>Where a part's bytes are; null for parts that have none.</summary>
    public static MediaSource? SourceOf(ContentPart part) => part switch
    {
        ImagePart image => image.Source,
        AudioPart audio => audio.Source,
        VideoPart video => video.Source,
        DocumentPart document => document.Source,
        _ => null,
    };

    private static void WriteClip(Utf8JsonWriter json, JsonElement clip)
    {
        json.WriteStartObject("videoMetadata"u8);
        foreach (var member in clip.EnumerateObject())
        {
            json.WritePropertyName(GeminiJson.Camel(member.Name));
            json.WriteElement(member.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteInline(Utf8JsonWriter json, ContentPart part, MediaSource source)
    {
        var type = source.MediaType ?? MediaTypes.Sniff(source.Base64.Span)
            ?? (part is DocumentPart { Title: { } title } ? TypeOfName(title) : null)
            ?? throw new WireException("The type of a media part is not known: name it in its data URI or its format.", "messages");
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, type);
        json.WriteString("data"u8, source.Base64.Span);
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, string uri, string? mediaType)
    {
        var type = mediaType ?? TypeOfName(uri) ?? (IsFilm(uri) ? "video/mp4" : null);
        if (type is null && !uri.StartsWith(Files, StringComparison.Ordinal))
        {
            throw new WireException($"Unable to determine the media type of '{uri}': name it in the part's format.", "messages");
        }

        json.WriteStartObject("fileData"u8);
        json.WriteGiven("mimeType"u8, type);
        json.WriteString("fileUri"u8, uri);
        json.WriteEndObject();
    }

    private static string FileUri(string id) => id.StartsWith("files/", StringComparison.Ordinal) ? $"{Files}v1beta/{id}" : id;

    private static bool IsGoogles(string url)
        => url.StartsWith("gs://", StringComparison.Ordinal) || url.StartsWith(Files, StringComparison.Ordinal) || IsFilm(url);

    private static bool IsFilm(string url) => url.StartsWith("https://www.youtube.com/", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("https://youtube.com/", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://youtu.be/", StringComparison.OrdinalIgnoreCase);

    private static string? TypeOfName(string name)
    {
        if (MediaTypes.OfName(name) is { } known)
        {
            return known;
        }

        var end = name.IndexOfAny(['?', '#']);
        var path = end < 0 ? name : name[..end];
        return path[(path.LastIndexOf('.') + 1)..].ToUpperInvariant() switch
        {
            "AVI" => "video/avi",
            "MPG" => "video/mpeg",
            "CSS" => "text/css",
            "XML" => "text/xml",
            "RTF" => "text/rtf",
            "JS" => "text/javascript",
            "PY" => "text/x-python",
            _ => null,
        };
    }
}
