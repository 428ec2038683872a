using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Finish reasons, the dialect's own and those that others' words stand for (09-cross-cutting.md section 4).</summary>
public static class FinishReasons
{
    /// <summary>What an upstream's word means.</summary>
    /// <param name="word">The word; null where the upstream gave none.</param>
    /// <param name="hasToolCalls">The answer holds calls of tools.</param>
    public static StopReason Read(string? word, bool hasToolCalls) => word switch
    {
        null or "" => hasToolCalls ? StopReason.ToolCalls : StopReason.Unknown,
        "length" or "max_tokens" or "MAX_TOKENS" or "LENGTH" or "model_length" => StopReason.Length,
        "model_context_window_exceeded" => StopReason.ContextWindow,
        "tool_calls" or "function_call" or "tool_use" or "TOOL_CALL" or "TOOL_CALLS" => StopReason.ToolCalls,
        "content_filter" or "content_filtered" or "CONTENT_FILTERED" or "SAFETY" or "ERROR_TOXIC" or "guardrail_intervened"
            => StopReason.ContentFilter,
        "refusal" => StopReason.Refusal,
        _ => hasToolCalls ? StopReason.ToolCalls : StopReason.Stop,
    };

    /// <summary>True for words of the dialect itself, which say nothing besides what the answer says already.</summary>
    public static bool IsOwn(string word) => word is "stop" or "length" or "tool_calls" or "function_call" or "content_filter";

    /// <summary>The dialect's word.</summary>
    public static ReadOnlySpan<byte> Write(StopReason stop) => stop switch
    {
        StopReason.Length or StopReason.ContextWindow => "length"u8,
        StopReason.ToolCalls => "tool_calls"u8,
        StopReason.ContentFilter or StopReason.Refusal => "content_filter"u8,
        _ => "stop"u8,
    };
}
