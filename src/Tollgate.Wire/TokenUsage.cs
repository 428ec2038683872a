using System.Text.Json;
using Tollgate.Wire.Json;

using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire;

/// <summary>Token counts of one answer, as the upstream reported them. Every count is zero or more.</summary>
/// <param name="PromptTokens">Tokens of the prompt, cached ones included.</param>
/// <param name="CompletionTokens">Tokens produced, reasoning included.</param>
/// <param name="TotalTokens">Their sum as reported.</param>
/// <param name="CachedTokens">Part of the prompt read from the provider's cache.</param>
/// <param name="ReasoningTokens">Part of the completion that was reasoning.</param>
public readonly record struct TokenUsage(long PromptTokens, long CompletionTokens, long TotalTokens, long CachedTokens, long ReasoningTokens)
{
    /// <summary>Part of the prompt written to the provider's cache, whatever it lives for.</summary>
    public long CacheCreationTokens { get; init; }

    /// <summary>Part of <see cref="CacheCreationTokens"/> that lives for an hour; the rest lives for five minutes.</summary>
    public long CacheCreation1hTokens { get; init; }

    /// <summary>Part of <see cref="CachedTokens"/> that is audio.</summary>
    public long CachedAudioTokens { get; init; }

    /// <summary>Part of <see cref="CachedTokens"/> that is images.</summary>
    public long CachedImageTokens { get; init; }

    /// <summary>Part of the prompt that is text and was not cached, where the upstream says so; zero where it does not.</summary>
    public long TextInputTokens { get; init; }

    /// <summary>Part of the prompt that is audio, cached audio included.</summary>
    public long AudioInputTokens { get; init; }

    /// <summary>Part of the prompt that is images, cached ones included.</summary>
    public long ImageInputTokens { get; init; }

    /// <summary>Part of the prompt that is video.</summary>
    public long VideoInputTokens { get; init; }

    /// <summary>Part of the completion that is audio.</summary>
    public long AudioOutputTokens { get; init; }

    /// <summary>Part of the completion that is images.</summary>
    public long ImageOutputTokens { get; init; }

    /// <summary>Part of the completion that is video.</summary>
    public long VideoOutputTokens { get; init; }

    /// <summary>Part of the completion that is text, where the upstream says so; zero where it does not.</summary>
    public long TextOutputTokens { get; init; }

    /// <summary>Part of the completion that a prediction had right.</summary>
    public long AcceptedPredictionTokens { get; init; }

    /// <summary>Part of the completion that a prediction had wrong; paid like the rest.</summary>
    public long RejectedPredictionTokens { get; init; }

    /// <summary>Tokens of cited sources; not part of the prompt.</summary>
    public long CitationTokens { get; init; }

    /// <summary>Searches that the provider ran for the answer.</summary>
    public long WebSearchRequests { get; init; }

    /// <summary>Searches in the client's files that the provider ran for the answer.</summary>
    public long FileSearches { get; init; }

    /// <summary>Containers that the provider ran code in for the answer.</summary>
    public long CodeSessions { get; init; }

    /// <summary>Class of service, where the usage itself says so.</summary>
    public ServiceTier Tier { get; init; }

    /// <summary>What the upstream says that the call costs, USD; null when it says nothing.</summary>
    public decimal? ReportedCost { get; init; }

    /// <summary>Reads a <c>usage</c> object; members that are absent or no numbers count as zero.</summary>
    /// <param name="json">The text it stands in, accepted by the scanner before.</param>
    /// <param name="start">Offset of its opening brace.</param>
    public static TokenUsage Read(ReadOnlySpan<byte> json, int start) => new UsageReader(json).Read(start);

    /// <summary>The same for the usage of an answer, whose class of service stands beside it.</summary>
    /// <param name="json">The answer, accepted by the scanner before.</param>
    /// <param name="members">Its root members.</param>
    /// <param name="usage">Index of its <c>usage</c> object.</param>
    internal static TokenUsage ReadIn(ReadOnlySpan<byte> json, JsonMembers members, int usage)
    {
        var read = Read(json, members[usage].ValueStart);
        if (read.Tier is not ServiceTier.Unstated || members.Find(json, "service_tier"u8) is not (>= 0 and var tier))
        {
            return read;
        }

        return read with { Tier = ServiceTiers.Read(json.Slice(members[tier].ValueStart, members[tier].ValueLength)) };
    }

    /// <summary>Writes it as a <c>usage</c> object with the members that are not zero, for spend logs (<c>usage_object</c>).</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("prompt_tokens"u8, PromptTokens);
        writer.WriteNumber("completion_tokens"u8, CompletionTokens);
        writer.WriteNumber("total_tokens"u8, TotalTokens);
        writer.WriteStartObject("prompt_tokens_details"u8);
        WriteCount(writer, "cached_tokens"u8, CachedTokens);
        WriteCount(writer, "cache_creation_tokens"u8, CacheCreationTokens);
        if (CacheCreation1hTokens > 0)
        {
            writer.WriteStartObject("cache_creation_token_details"u8);
            writer.WriteNumber("ephemeral_5m_input_tokens"u8, Math.Max(0, CacheCreationTokens - CacheCreation1hTokens));
            writer.WriteNumber("ephemeral_1h_input_tokens"u8, CacheCreation1hTokens);
            writer.WriteEndObject();
        }

        WriteCount(writer, "text_tokens"u8, TextInputTokens);
        WriteCount(writer, "audio_tokens"u8, AudioInputTokens);
        WriteCount(writer, "image_tokens"u8, ImageInputTokens);
        WriteCount(writer, "video_tokens"u8, VideoInputTokens);
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details"u8);
        WriteCount(writer, "text_tokens"u8, TextOutputTokens);
        WriteCount(writer, "reasoning_tokens"u8, ReasoningTokens);
        WriteCount(writer, "audio_tokens"u8, AudioOutputTokens);
        WriteCount(writer, "image_tokens"u8, ImageOutputTokens);
        WriteCount(writer, "video_tokens"u8, VideoOutputTokens);
        WriteCount(writer, "accepted_prediction_tokens"u8, AcceptedPredictionTokens);
        WriteCount(writer, "rejected_prediction_tokens"u8, RejectedPredictionTokens);
        writer.WriteEndObject();
        WriteCount(writer, "cache_read_input_tokens"u8, CachedTokens);
        WriteCount(writer, "cache_creation_input_tokens"u8, CacheCreationTokens);
        WriteCount(writer, "citation_tokens"u8, CitationTokens);
        if (WebSearchRequests > 0)
        {
            writer.WriteStartObject("server_tool_use"u8);
            writer.WriteNumber("web_search_requests"u8, WebSearchRequests);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long count)
    {
        if (count > 0)
        {
            writer.WriteNumber(name, count);
        }
    }
}
