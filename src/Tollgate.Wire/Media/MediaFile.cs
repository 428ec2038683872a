namespace Tollgate.Wire.Media;

/// <summary>A file of a client's form, for shapes that put it into a JSON body.</summary>
/// <param name="Name">Name of its field: <c>image</c>, <c>image[]</c>, <c>mask</c>.</param>
/// <param name="MediaType">Media type as the client named it; null when it named none.</param>
/// <param name="Bytes">The file.</param>
public sealed record MediaFile(string Name, string? MediaType, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>True for a file of this field, alone or as one of many (<c>image[]</c>, <c>image[0]</c>).</summary>
    public bool Is(string name) => Name.StartsWith(name, StringComparison.Ordinal) && (Name.Length == name.Length || Name[name.Length] == '[');
}

/// <summary>Sound that came inside a JSON answer.</summary>
/// <param name="Bytes">The sound.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Usage">Tokens that the answer counts; nothing when it counts none.</param>
public sealed record Sound(ReadOnlyMemory<byte> Bytes, string MediaType, TokenUsage Usage = default);

/// <summary>Sound that came in one piece of many.</summary>
/// <param name="Bytes">The sound; empty for a piece that says something else.</param>
/// <param name="Usage">Tokens that the piece counts, of the whole so far; nothing when it counts none.</param>
/// <param name="IsLast">The answer is complete.</param>
public readonly record struct SoundPiece(ReadOnlyMemory<byte> Bytes, TokenUsage Usage, bool IsLast);

/// <summary>An answer that says, under a good status, why there is none: the client is told as if it had come as an error.</summary>
/// <param name="message">The provider's words.</param>
/// <param name="status">The status that fits: 400, 401, 429, 500.</param>
/// <param name="isPolicy">The content was refused, not the call.</param>
public sealed class MediaRefusedException(string message, int status = 400, bool isPolicy = false) : Exception(message)
{
    /// <summary>The error as OpenAI would have sent it.</summary>
    public ErrorBody Error { get; } = new(
        message,
        isPolicy ? "content_policy_violation" : "invalid_request_error",
        null,
        status.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
