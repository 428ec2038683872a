using System.Buffers.Text;

namespace Tollgate.Wire.Hub;

/// <summary>Tells what bytes are by how they begin (09-cross-cutting.md section 6), and what file names and media types mean each other.</summary>
public static class MediaTypes
{
    private static readonly (string Extension, string Type)[] Known =
    [
        ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp"),
        ("heic", "image/heic"), ("heif", "image/heif"), ("pdf", "application/pdf"), ("txt", "text/plain"), ("md", "text/markdown"),
        ("html", "text/html"), ("csv", "text/csv"), ("json", "application/json"),
        ("doc", "application/msword"), ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("xls", "application/vnd.ms-excel"), ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("ogg", "audio/ogg"), ("flac", "audio/flac"), ("m4a", "audio/mp4"), ("aac", "audio/aac"),
        ("opus", "audio/opus"), ("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm"), ("mpeg", "video/mpeg"),
        ("mkv", "video/x-matroska"), ("flv", "video/x-flv"), ("wmv", "video/x-ms-wmv"), ("3gp", "video/3gpp"),
    ];

    /// <summary>Media type of base64 data by its first bytes; null when they tell nothing.</summary>
    public static string? Sniff(ReadOnlySpan<byte> base64)
    {
        Span<byte> start = stackalloc byte[24];
        Base64.DecodeFromUtf8(base64[..Math.Min(base64.Length & ~3, 32)], start, out _, out var length, isFinalBlock: false);
        return OfBytes(start[..length]);
    }

    /// <summary>Media type by the first bytes; null when they tell nothing.</summary>
    public static string? OfBytes(ReadOnlySpan<byte> start) => start switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'A', (byte)'V', (byte)'E', ..] => "audio/wav",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "application/pdf",
        [(byte)'I', (byte)'D', (byte)'3', ..] or [0xFF, 0xFB, ..] or [0xFF, 0xF3, ..] => "audio/mpeg",
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => "audio/ogg",
        [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => "audio/flac",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "video/mp4",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "video/webm",
        _ => null,
    };

    /// <summary>Media type of a file name or address by its extension; null when it is not known.</summary>
    public static string? OfName(string name)
    {
        var end = name.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? name : name[..end];
        var dot = path.LastIndexOf('.');
        if (dot < 0)
        {
            return null;
        }

        var extension = path.AsSpan(dot + 1);
        foreach (var (known, type) in Known)
        {
            if (extension.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>Short name of a format (<c>png</c>, <c>mp3</c>, <c>pdf</c>) for dialects that want one.</summary>
    public static string FormatOf(string mediaType) => mediaType switch
    {
        "image/jpeg" or "image/jpg" => "jpeg",
        "audio/mpeg" or "audio/mp3" => "mp3",
        "audio/x-wav" or "audio/wave" => "wav",
        _ => Array.Find(Known, entry => string.Equals(entry.Type, mediaType, StringComparison.OrdinalIgnoreCase)) is { Extension: { } extension }
            ? extension
            : mediaType[(mediaType.IndexOf('/', StringComparison.Ordinal) + 1)..],
    };

    /// <summary>Media type of a short name of a format; null when it is not known.</summary>
    public static string? OfFormat(string format) => OfName("." + format);
}
