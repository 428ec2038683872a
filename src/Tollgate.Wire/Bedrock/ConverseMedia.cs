using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Writes images, documents, films and sound.</summary>
internal sealed class ConverseMedia(Utf8JsonWriter json)
{
    private const string Bucket = "s3://";

    /// <summary>Where a part's bytes are; null for parts without.</summary>
    public static MediaSource? SourceOf(ContentPart part) => part switch
    {
        ImagePart image => image.Source,
        DocumentPart document => document.Source,
        VideoPart video => video.Source,
        AudioPart audio => audio.Source,
        _ => null,
    };

    /// <summary>Writes one.</summary>
    /// <exception cref="WireException">Bedrock does not take the format.</exception>
    public void Write(ContentPart part)
    {
        json.WriteStartObject();
        switch (part)
        {
            case ImagePart image:
                Write("image"u8, ImageFormat(image.Source), image.Source, null);
                break;
            case VideoPart video:
                Write("video"u8, VideoFormat(video.Source), video.Source, null);
                break;
            case AudioPart audio:
                Write("audio"u8, MediaTypes.FormatOf(TypeOf(audio.Source) ?? "audio/mpeg"), audio.Source, null);
                break;
            case DocumentPart document:
                Write("document"u8, DocumentFormat(document.Source), document.Source, document);
                break;
            default:
                throw new WireException($"A part of type {part.GetType().Name} cannot be sent to Bedrock.", "messages");
        }

        json.WriteEndObject();
    }

    private void Write(ReadOnlySpan<byte> kind, string format, MediaSource source, DocumentPart? document)
    {
        json.WriteStartObject(kind);
        json.WriteString("format"u8, format);
        var bytes = BytesOf(source);
        if (document is not null)
        {
            json.WriteString("name"u8, NameOf(document, format, bytes.Span));
        }

        json.WriteStartObject("source"u8);
        if (source.Url is { } url)
        {
            json.WriteStartObject("s3Location"u8);
            json.WriteString("uri"u8, url);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("bytes"u8, bytes.Span);
        }

        json.WriteEndObject();
        if (document is not null)
        {
            json.WriteGiven("context"u8, document.Context);
            if (document.WantsCitations)
            {
                json.WriteStartObject("citations"u8);
                json.WriteBoolean("enabled"u8, true);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> BytesOf(MediaSource source)
    {
        if (source.Url is { } url && !url.StartsWith(Bucket, StringComparison.OrdinalIgnoreCase))
        {
            throw new WireException("Bedrock takes media as bytes or from s3:// only, and the address could not be fetched.", "messages");
        }

        return source.Text is { } text ? Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))) : source.Base64;
    }

    private static string? TypeOf(MediaSource source)
        => source.MediaType ?? (source.Url is { } url ? MediaTypes.OfName(url) : MediaTypes.Sniff(source.Base64.Span));

    private static string ImageFormat(MediaSource source) => TypeOf(source)?.ToLowerInvariant() switch
    {
        "image/png" or null => "png",
        "image/jpeg" or "image/jpg" => "jpeg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        var other => throw new WireException($"Bedrock takes images as png, jpeg, gif or webp, not as {other}.", "messages"),
    };

    private static string VideoFormat(MediaSource source) => TypeOf(source)?.ToLowerInvariant() switch
    {
        "video/mp4" or null => "mp4",
        "video/quicktime" => "mov",
        "video/x-matroska" => "mkv",
        "video/webm" => "webm",
        "video/x-flv" => "flv",
        "video/mpeg" => "mpeg",
        "video/mpg" => "mpg",
        "video/x-ms-wmv" => "wmv",
        "video/3gpp" => "three_gp",
        var other => throw new WireException($"Bedrock takes films as mp4, mov, mkv, webm, flv, mpeg, mpg, wmv or 3gpp, not as {other}.", "messages"),
    };

    private static string DocumentFormat(MediaSource source)
    {
        var type = (TypeOf(source) ?? "application/pdf").ToLowerInvariant();
        var end = type.IndexOf(';', StringComparison.Ordinal);
        type = end < 0 ? type : type[..end];
        var format = MediaTypes.FormatOf(type);
        return format is "pdf" or "csv" or "doc" or "docx" or "xls" or "xlsx" or "html" or "txt" or "md" ? format
            : type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/xml" ? "txt"
            : throw new WireException($"Bedrock takes documents as pdf, csv, doc, docx, xls, xlsx, html, txt or md, not as {type}.", "messages");
    }

    /// <summary>The same content has the same name in every request, or the provider's cache would never be hit.</summary>
    private static string NameOf(DocumentPart document, string format, ReadOnlySpan<byte> content)
    {
        var title = new StringBuilder();
        foreach (var character in document.Title ?? $"Document {format.ToUpperInvariant()}")
        {
            var allowed = char.IsAsciiLetterOrDigit(character) || character is '-' or '(' or ')' or '[' or ']';
            if (allowed || (title.Length > 0 && title[^1] != ' '))
            {
                title.Append(allowed ? character : ' ');
            }
        }

        var hash = ConverseNames.Hash(content.IsEmpty ? Encoding.UTF8.GetBytes(document.Source.Url ?? "") : content);
        return $"{title.ToString(0, Math.Min(title.Length, 150)).TrimEnd()} {hash}".TrimStart();
    }
}
