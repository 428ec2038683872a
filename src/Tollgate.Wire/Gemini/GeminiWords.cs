using System.Collections.Frozen;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Google's words for how answers end and what went wrong.</summary>
internal static class GeminiWords
{
    private static readonly FrozenSet<string> Filtered = FrozenSet.Create(
        StringComparer.Ordinal,
        "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
        "MODEL_ARMOR");

    /// <summary>Why an answer ended (09-cross-cutting.md section 4).</summary>
    /// <param name="word">The upstream's word.</param>
    /// <param name="hasCalls">The answer calls tools, which Google does not tell in the word.</param>
    public static StopReason StopOf(string word, bool hasCalls) => word switch
    {
        "MAX_TOKENS" => StopReason.Length,
        _ when Filtered.Contains(word) => StopReason.ContentFilter,
        _ => hasCalls ? StopReason.ToolCalls : StopReason.Stop,
    };

    /// <summary>The word itself where it says more than the reason; null where it is the usual one.</summary>
    public static string? NativeOf(string word) => word is "STOP" or "MAX_TOKENS" or "SAFETY" or "FINISH_REASON_UNSPECIFIED" ? null : word;

    /// <summary>The word for a client.</summary>
    public static string WordOf(StopReason stop, string? native) => stop switch
    {
        StopReason.Length or StopReason.ContextWindow => "MAX_TOKENS",
        StopReason.ContentFilter => native is not null && Filtered.Contains(native) ? native : "SAFETY",
        StopReason.Refusal => "SAFETY",
        _ => "STOP",
    };

    /// <summary>Google's status word for an HTTP status.</summary>
    public static string StatusOf(int status) => status switch
    {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        408 or 504 => "DEADLINE_EXCEEDED",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        502 or 503 => "UNAVAILABLE",
        >= 500 => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    };
}
