namespace Tollgate.Wire;

/// <summary>A count of tokens where no upstream counted them.</summary>
public static class TokenEstimate
{
    // English text and code come to about four bytes a token with the tokenizers in use (OpenAI's own rule of thumb).
    private const int BytesPerToken = 4;

    /// <summary>Tokens that so many bytes of text come to; at least one for any text.</summary>
    public static long FromBytes(long bytes) => bytes <= 0 ? 0 : Math.Max(1, (bytes + BytesPerToken - 1) / BytesPerToken);
}
