using System.Text;

namespace Tollgate.Wire.Hub;

/// <summary>Where bytes of an image, a sound or a document are: in the request, at an address, or with the provider.</summary>
public sealed record MediaSource
{
    private MediaSource()
    {
    }

    /// <summary>Media type, say <c>image/png</c>; null when nobody said.</summary>
    public string? MediaType { get; init; }

    /// <summary>The bytes in base64, as UTF-8 text; empty when they are elsewhere.</summary>
    public ReadOnlyMemory<byte> Base64 { get; init; }

    /// <summary>Address; null when the bytes are here. Never a data URI.</summary>
    public string? Url { get; init; }

    /// <summary>The provider's id of a file uploaded before; null otherwise.</summary>
    public string? FileId { get; init; }

    /// <summary>Which piece of a film is meant and how often it is looked at: LiteLLM's <c>video_metadata</c>; null when not said.</summary>
    public System.Text.Json.JsonElement? Clip { get; init; }

    /// <summary>The text itself, for documents given as text; null otherwise.</summary>
    public string? Text { get; init; }

    /// <summary>True when the bytes (or the text) are here.</summary>
    public bool IsInline => !Base64.IsEmpty || Text is not null;

    /// <summary>Bytes in the request.</summary>
    public static MediaSource FromBase64(string? mediaType, ReadOnlyMemory<byte> base64) => new() { MediaType = mediaType, Base64 = base64 };

    /// <summary>Bytes in the request.</summary>
    public static MediaSource FromBytes(string mediaType, byte[] bytes) =>
        new() { MediaType = mediaType, Base64 = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)) };

    /// <summary>A file of the provider's.</summary>
    public static MediaSource FromFile(string fileId, string? mediaType = null) => new() { FileId = fileId, MediaType = mediaType };

    /// <summary>A document that is text.</summary>
    public static MediaSource FromText(string text) => new() { Text = text, MediaType = "text/plain" };

    /// <summary>An address; a data URI becomes the bytes it holds.</summary>
    /// <exception cref="WireException">The data URI is broken.</exception>
    public static MediaSource FromUrl(string url, string? mediaType = null) => url.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
        ? DataUri.Read(url, mediaType)
        : new MediaSource { Url = url, MediaType = mediaType };

    /// <summary>The address, or the bytes as a data URI; null for a file of the provider's.</summary>
    public string? AsUrl() => Url ?? (Text is not null
        ? DataUri.Of(MediaType ?? "text/plain", Encoding.UTF8.GetBytes(Text))
        : Base64.IsEmpty ? null : $"data:{MediaType ?? "application/octet-stream"};base64,{Encoding.ASCII.GetString(Base64.Span)}");
}
