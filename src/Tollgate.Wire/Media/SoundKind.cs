namespace Tollgate.Wire.Media;

/// <summary>What kind of sound a file is.</summary>
internal static class SoundKind
{
    /// <summary>Its media type: as its first bytes say, else as the client named it, else MP3.</summary>
    public static string Of(MediaFile file)
    {
        var head = file.Bytes.Span;
        return head.StartsWith("RIFF"u8) ? "audio/wav"
            : head.StartsWith("fLaC"u8) ? "audio/flac"
            : head.StartsWith("OggS"u8) ? "audio/ogg"
            : head.StartsWith("ID3"u8) || (head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2) ? "audio/mp3"
            : head.StartsWith("FORM"u8) ? "audio/aiff"
            : head.Length > 8 && head[4..].StartsWith("ftyp"u8) ? "audio/mp4"
            : head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? "audio/webm"
            : file.MediaType is { Length: > 0 } named && named.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? named
            : "audio/mp3";
    }
}
