using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Anthropic's words for why an answer ended (09-cross-cutting.md section 4).</summary>
internal static class MessagesStops
{
    /// <summary>The reason that a word means; a word of no known meaning is a plain stop.</summary>
    public static StopReason Read(string? word) => word switch
    {
        null => StopReason.Unknown,
        "end_turn" => StopReason.Stop,
        "stop_sequence" => StopReason.StopSequence,
        "max_tokens" or "compaction" => StopReason.Length,
        "model_context_window_exceeded" => StopReason.ContextWindow,
        "tool_use" => StopReason.ToolCalls,
        "refusal" => StopReason.Refusal,
        "pause_turn" => StopReason.Pause,
        _ => StopReason.Stop,
    };

    /// <summary>The word itself where it says more than the reason; null for the usual ones.</summary>
    public static string? Native(string? word) => word is "end_turn" or "stop_sequence" or "max_tokens" or "tool_use" ? null : word;

    /// <summary>The word for a reason.</summary>
    /// <param name="stop">The reason.</param>
    /// <param name="hasCalls">The answer calls tools, which some upstreams do not give as their reason.</param>
    public static string Write(StopReason stop, bool hasCalls) => stop switch
    {
        StopReason.Length => "max_tokens",
        StopReason.ContextWindow => "model_context_window_exceeded",
        StopReason.ContentFilter or StopReason.Refusal => "refusal",
        StopReason.Pause => "pause_turn",
        StopReason.ToolCalls => "tool_use",
        StopReason.StopSequence => "stop_sequence",
        _ => hasCalls ? "tool_use" : "end_turn",
    };
}
