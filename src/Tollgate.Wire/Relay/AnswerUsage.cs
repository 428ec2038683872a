using System.Text;
using System.Text.Json;

namespace Tollgate.Wire.Relay;

/// <summary>Finds the usage in an answer, or in one event of it, whatever dialect it is in: for calls that are relayed without being understood.</summary>
public static class AnswerUsage
{
    /// <summary>True when a text is worth being parsed: one of the words that stand near every usage is in it.</summary>
    public static bool MayHave(ReadOnlySpan<byte> json)
        => json.IndexOf("sage\""u8) >= 0 || json.IndexOf("usageMetadata"u8) >= 0 || json.IndexOf("billed_units"u8) >= 0
            || json.IndexOf("invocationMetrics"u8) >= 0;

    /// <summary>Reads a JSON object.</summary>
    /// <returns>Null when it reports none.</returns>
    public static TokenUsage? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (Member(json, "usageMetadata") is { } google)
        {
            return Google(google);
        }

        if (Member(json, "amazon-bedrock-invocationMetrics") is { } metrics)
        {
            return Apart(Count(metrics, "inputTokenCount"), Count(metrics, "outputTokenCount"), Count(metrics, "cacheReadInputTokenCount"),
                Count(metrics, "cacheWriteInputTokenCount"));
        }

        if (Member(json, "usage") is { } usage)
        {
            return OfUsage(usage);
        }

        if (Member(json, "meta") is { } meta && Billed(meta) is { } billed)
        {
            return billed;
        }

        // Events wrap what a whole answer has at its root.
        foreach (var name in (ReadOnlySpan<string>)["message", "response", "delta", "metadata"])
        {
            if (Member(json, name) is { } inner && Read(inner) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Of two reports in one answer, the larger of each count: events report what there is so far.</summary>
    public static TokenUsage Larger(in TokenUsage a, in TokenUsage b) => Combine(a, b, Math.Max);

    /// <summary>The sum of two answers.</summary>
    public static TokenUsage Sum(in TokenUsage a, in TokenUsage b) => Combine(a, b, static (x, y) => x + y);

    private static TokenUsage Combine(in TokenUsage a, in TokenUsage b, Func<long, long, long> by)
    {
        var prompt = by(a.PromptTokens, b.PromptTokens);
        var completion = by(a.CompletionTokens, b.CompletionTokens);
        return new TokenUsage(prompt, completion, prompt + completion, by(a.CachedTokens, b.CachedTokens), by(a.ReasoningTokens, b.ReasoningTokens))
        {
            CacheCreationTokens = by(a.CacheCreationTokens, b.CacheCreationTokens),
            CacheCreation1hTokens = by(a.CacheCreation1hTokens, b.CacheCreation1hTokens),
            CachedAudioTokens = by(a.CachedAudioTokens, b.CachedAudioTokens),
            CachedImageTokens = by(a.CachedImageTokens, b.CachedImageTokens),
            AudioInputTokens = by(a.AudioInputTokens, b.AudioInputTokens),
            ImageInputTokens = by(a.ImageInputTokens, b.ImageInputTokens),
            VideoInputTokens = by(a.VideoInputTokens, b.VideoInputTokens),
            AudioOutputTokens = by(a.AudioOutputTokens, b.AudioOutputTokens),
            ImageOutputTokens = by(a.ImageOutputTokens, b.ImageOutputTokens),
            VideoOutputTokens = by(a.VideoOutputTokens, b.VideoOutputTokens),
            TextOutputTokens = by(a.TextOutputTokens, b.TextOutputTokens),
            AcceptedPredictionTokens = by(a.AcceptedPredictionTokens, b.AcceptedPredictionTokens),
            RejectedPredictionTokens = by(a.RejectedPredictionTokens, b.RejectedPredictionTokens),
            CitationTokens = by(a.CitationTokens, b.CitationTokens),
            WebSearchRequests = by(a.WebSearchRequests, b.WebSearchRequests),
            FileSearches = by(a.FileSearches, b.FileSearches),
            CodeSessions = by(a.CodeSessions, b.CodeSessions),
            Tier = b.Tier is ServiceTier.Unstated ? a.Tier : b.Tier,
            ReportedCost = b.ReportedCost ?? a.ReportedCost,
        };
    }

    private static TokenUsage OfUsage(JsonElement usage)
    {
        if (Billed(usage) is { } billed)
        {
            return billed;
        }

        if (usage.TryGetProperty("inputTokens", out _) || usage.TryGetProperty("outputTokens", out _))
        {
            return Apart(Count(usage, "inputTokens"), Count(usage, "outputTokens"), Count(usage, "cacheReadInputTokens"),
                Count(usage, "cacheWriteInputTokens"));
        }

        var read = TokenUsage.Read(Encoding.UTF8.GetBytes(usage.GetRawText()), 0);
        if (usage.TryGetProperty("prompt_tokens", out _)
            || Count(usage, "cache_read_input_tokens") + Count(usage, "cache_creation_input_tokens") == 0)
        {
            return read;
        }

        // This dialect counts what it reads from and writes to its cache beside the input; ours is the whole prompt.
        var prompt = read.PromptTokens + read.CachedTokens + read.CacheCreationTokens;
        return read with { PromptTokens = prompt, TotalTokens = prompt + read.CompletionTokens };
    }

    private static TokenUsage? Billed(JsonElement json)
    {
        var counts = Member(json, "billed_units") ?? Member(json, "tokens");
        return counts is not { } units ? null : Apart(Count(units, "input_tokens"), Count(units, "output_tokens"), 0, 0);
    }

    private static TokenUsage Google(JsonElement usage)
    {
        var prompt = Count(usage, "promptTokenCount") + Count(usage, "toolUsePromptTokenCount");
        var thoughts = Count(usage, "thoughtsTokenCount");
        var completion = Count(usage, "candidatesTokenCount") + Count(usage, "responseTokenCount") + thoughts;
        return new TokenUsage(prompt, completion, prompt + completion, Count(usage, "cachedContentTokenCount"), thoughts)
        {
            AudioInputTokens = Modality(usage, "promptTokensDetails", "AUDIO"),
            ImageInputTokens = Modality(usage, "promptTokensDetails", "IMAGE"),
            VideoInputTokens = Modality(usage, "promptTokensDetails", "VIDEO"),
            AudioOutputTokens = Modality(usage, "candidatesTokensDetails", "AUDIO") + Modality(usage, "responseTokensDetails", "AUDIO"),
            ImageOutputTokens = Modality(usage, "candidatesTokensDetails", "IMAGE"),
            CachedAudioTokens = Modality(usage, "cacheTokensDetails", "AUDIO"),
            CachedImageTokens = Modality(usage, "cacheTokensDetails", "IMAGE"),
        };
    }

    private static long Modality(JsonElement usage, string list, string modality)
    {
        var sum = 0L;
        if (usage.TryGetProperty(list, out var details) && details.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in details.EnumerateArray())
            {
                if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("modality", out var name) && name.ValueKind == JsonValueKind.String
                    && name.ValueEquals(modality))
                {
                    sum += Count(part, "tokenCount");
                }
            }
        }

        return sum;
    }

    /// <summary>Counts of a dialect whose input leaves out what came from and went to the cache.</summary>
    private static TokenUsage Apart(long input, long output, long cacheRead, long cacheWrite)
        => new(input + cacheRead + cacheWrite, output, input + cacheRead + cacheWrite + output, cacheRead, 0) { CacheCreationTokens = cacheWrite };

    private static JsonElement? Member(JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value : null;

    private static long Count(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var count)
            && count is > 0 and < 1e15
            ? (long)count
            : 0;
}
