using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Reads the dialect's counts and words, the same in whole answers and in streams.</summary>
internal static class ConverseUsage
{
    /// <summary>Reads <c>usage</c>; null when there is none.</summary>
    /// <param name="usage">The object.</param>
    /// <param name="tier">The class of service that stands beside it.</param>
    /// <param name="thoughtBytes">Size of the thoughts that were shown: Bedrock does not count them apart.</param>
    public static TokenUsage? Read(JsonElement usage, JsonElement tier, long thoughtBytes)
    {
        if (usage.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var cached = Count(usage, "cacheReadInputTokens"u8, "cacheReadInputTokenCount"u8);
        var written = Count(usage, "cacheWriteInputTokens"u8, "cacheWriteInputTokenCount"u8);
        var prompt = Count(usage, "inputTokens"u8) + cached + written;
        var completion = Count(usage, "outputTokens"u8);
        return new TokenUsage(prompt, completion, prompt + completion, cached, Math.Min(completion, TokenEstimate.FromBytes(thoughtBytes)))
        {
            CacheCreationTokens = written,
            TextInputTokens = Count(usage, "inputTokens"u8),
            CacheCreation1hTokens = Math.Min(written, OfAnHour(usage.Member("cacheDetails"u8))),
            Tier = tier.Text("type"u8) switch
            {
                "priority" => Wire.ServiceTier.Priority,
                "flex" => Wire.ServiceTier.Flex,
                _ => Wire.ServiceTier.Unstated,
            },
        };
    }

    /// <summary>Why an answer ended.</summary>
    public static (StopReason Stop, string? Native) StopOf(string? reason) => reason switch
    {
        "end_turn" => (StopReason.Stop, null),
        "stop_sequence" => (StopReason.StopSequence, null),
        "max_tokens" => (StopReason.Length, null),
        "model_context_window_exceeded" => (StopReason.ContextWindow, null),
        "tool_use" => (StopReason.ToolCalls, null),
        "content_filtered" or "guardrail_intervened" => (StopReason.ContentFilter, reason),
        _ => (StopReason.Stop, reason),
    };

    /// <summary>Reads one of the citations of a text.</summary>
    public static Citation ReadCitation(JsonElement citation) => new()
    {
        Title = citation.Text("title"u8),
        Url = citation.Member("location"u8).Member("web"u8).Text("url"u8),
        CitedText = citation.Member("sourceContent"u8) is { ValueKind: JsonValueKind.Array } parts && parts.GetArrayLength() > 0 ? parts[0].Text("text"u8) : null,
        Raw = citation,
        RawOrigin = Surface.Converse,
    };

    private static long Count(JsonElement usage, ReadOnlySpan<byte> name) => usage.Member(name).Count() ?? 0;

    private static long Count(JsonElement usage, ReadOnlySpan<byte> name, ReadOnlySpan<byte> other) => usage.Member(name).Count() ?? usage.Member(other).Count() ?? 0;

    private static long OfAnHour(JsonElement details)
    {
        var tokens = 0L;
        if (details.ValueKind is JsonValueKind.Array)
        {
            foreach (var detail in details.EnumerateArray())
            {
                tokens += detail.Text("ttl"u8) is "1h" ? Count(detail, "inputTokens"u8) : 0;
            }
        }

        return tokens;
    }
}
