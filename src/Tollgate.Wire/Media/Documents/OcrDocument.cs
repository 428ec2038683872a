using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Documents;

/// <summary>What is to be read: a document or a picture, in the request, at an address or with the provider (llm-api.md 13.12).</summary>
/// <param name="Source">Where its bytes are.</param>
/// <param name="IsPicture">A picture; else a document.</param>
internal readonly record struct OcrDocument(MediaSource Source, bool IsPicture)
{
    /// <summary>Name under which a file stands in a form.</summary>
    public const string FileName = "file";

    /// <summary>The document of a request: a file of its form, else its member <c>document</c>.</summary>
    /// <exception cref="WireException">There is none, or it cannot be read.</exception>
    public static OcrDocument Of(JsonElement request, IReadOnlyList<MediaFile> files)
    {
        foreach (var file in files)
        {
            if (file.Is(FileName) || file.Is("document"))
            {
                // What a form calls nameless bytes says less than the bytes themselves.
                var stated = file.MediaType is "application/octet-stream" ? null : file.MediaType;
                var type = stated ?? MediaTypes.OfBytes(file.Bytes.Span) ?? "application/pdf";
                return new OcrDocument(MediaSource.FromBytes(type, file.Bytes.ToArray()), IsPictureType(type));
            }
        }

        return Read(OcrFields.DocumentOf(request));
    }

    private static OcrDocument Read(JsonElement document) => document.Text("type"u8) switch
    {
        "document_url" => new OcrDocument(Address(document, "document_url"), IsPicture: false),
        "image_url" => new OcrDocument(Address(document, "image_url"), IsPicture: true),
        "file" => File(document),
        _ => throw new WireException("Invalid value for 'document.type': expected document_url, image_url or file.", "document"),
    };

    private static MediaSource Address(JsonElement document, string name)
    {
        var value = document.TryGetProperty(name, out var given) ? given : default;
        return (value.Text() ?? value.Text("url"u8)) is { Length: > 0 } url ? MediaSource.FromUrl(url) : throw OcrFields.Missing("document." + name);
    }

    /// <summary>A file of the provider's, or bytes in base64; paths are of a machine that is not the gateway's to read from.</summary>
    private static OcrDocument File(JsonElement document)
    {
        if (document.Text("file_id"u8) is { Length: > 0 } id)
        {
            return new OcrDocument(MediaSource.FromFile(id), IsPicture: false);
        }

        var file = document.Text("file"u8) ?? document.Text("file_data"u8) ?? throw OcrFields.Missing("document.file");
        var stated = document.Text("mime_type"u8) ?? document.Text("format"u8);
        if (file.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || file.StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            var source = MediaSource.FromUrl(file, stated);
            return new OcrDocument(source, IsPictureType(source.MediaType));
        }

        var bytes = new byte[file.Length];
        if (!Convert.TryFromBase64String(file, bytes, out var length) || length == 0)
        {
            throw new WireException("Invalid value for 'document.file': expected the file in base64 or as a data URI.", "document");
        }

        var type = stated ?? MediaTypes.OfBytes(bytes.AsSpan(0, length)) ?? "application/pdf";
        return new OcrDocument(MediaSource.FromBase64(type, Encoding.ASCII.GetBytes(file)), IsPictureType(type));
    }

    /// <summary>Writes it as Mistral has it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Source.FileId is { } id)
        {
            json.WriteString("type"u8, "file"u8);
            json.WriteString("file_id"u8, id);
        }
        else
        {
            var name = IsPicture ? "image_url"u8 : "document_url"u8;
            json.WriteString("type"u8, name);
            json.WriteString(name, Source.AsUrl());
        }

        json.WriteEndObject();
    }

    /// <summary>Pages that are asked for, counted from zero; null for all of them.</summary>
    /// <exception cref="WireException">They are no numbers.</exception>
    public static IReadOnlyList<long>? PagesOf(JsonElement request)
    {
        var value = request.Member("pages"u8);
        if (value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text)
        {
            value = Parsed(text.StartsWith('[') ? text : $"[{text}]");
        }

        if (value.ValueKind is not JsonValueKind.Array)
        {
            return value.Count() is { } one ? [one] : null;
        }

        var pages = new List<long>();
        foreach (var item in value.EnumerateArray())
        {
            pages.Add(item.Count() ?? throw new WireException("Invalid value for 'pages': expected whole numbers, the first page being 0.", "pages"));
        }

        return pages;
    }

    internal static JsonElement Parsed(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static bool IsPictureType(string? type) => type?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true;
}
