using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>A row of the logs as the event that it was once written from, as far as sums need it.</summary>
internal static class LoggedCall
{
    /// <summary>Routes of the daily tables by the calls' types, as LiteLLM derives them.</summary>
    private static readonly FrozenDictionary<string, string> Endpoints = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["completion"] = "/chat/completions",
        ["acompletion"] = "/chat/completions",
        ["text_completion"] = "/completions",
        ["atext_completion"] = "/completions",
        ["embedding"] = "/embeddings",
        ["aembedding"] = "/embeddings",
        ["responses"] = "/responses",
        ["aresponses"] = "/responses",
        ["anthropic_messages"] = "/v1/messages",
        ["image_generation"] = "/images/generations",
        ["aimage_generation"] = "/images/generations",
        ["aimage_edit"] = "/images/edits",
        ["transcription"] = "/audio/transcriptions",
        ["atranscription"] = "/audio/transcriptions",
        ["speech"] = "/audio/speech",
        ["aspeech"] = "/audio/speech",
        ["moderation"] = "/moderations",
        ["amoderation"] = "/moderations",
        ["rerank"] = "/rerank",
        ["arerank"] = "/rerank",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static SpendEvent Of(JsonObject row)
    {
        var metadata = row["metadata"] as JsonObject ?? [];
        var usage = metadata["usage_object"] as JsonObject ?? metadata["additional_usage_values"] as JsonObject ?? [];
        var type = Text(row, "call_type");
        var end = Moment(row, "endTime");
        var call = new SpendEvent
        {
            RequestId = Text(row, "request_id"),
            CallType = type,
            Endpoint = Text(metadata, "user_api_key_request_route") is { Length: > 0 } route ? route : Endpoints.GetValueOrDefault(type, ""),
            KeyHash = Text(row, "api_key"),
            Cost = (decimal)Number(row, "spend"),
            PromptTokens = (long)Number(row, "prompt_tokens"),
            CompletionTokens = (long)Number(row, "completion_tokens"),
            TotalTokens = (long)Number(row, "total_tokens"),
            CacheReadTokens = (long)(Number(usage, "cache_read_input_tokens") is > 0 and var read
                ? read : Number(usage["prompt_tokens_details"] as JsonObject ?? [], "cached_tokens")),
            CacheCreationTokens = (long)Number(usage, "cache_creation_input_tokens"),
            Start = Moment(row, "startTime"),
            End = end,
            FirstOutput = row["completionStartTime"] is null ? end : Moment(row, "completionStartTime"),
            Model = Text(row, "model"),
            ModelId = Text(row, "model_id"),
            ModelGroup = Text(row, "model_group"),
            Provider = Text(row, "custom_llm_provider"),
            UserId = Text(row, "user"),
            TeamId = Text(row, "team_id"),
            OrganizationId = Text(row, "organization_id"),
            AgentId = Text(row, "agent_id"),
            CustomerId = Text(row, "end_user"),
            Succeeded = Text(row, "status") is not "failure",
            ErrorClass = Text(metadata["error_information"] as JsonObject ?? [], "error_class"),
        };
        foreach (var tag in row["request_tags"] as JsonArray ?? [])
        {
            if (tag is JsonValue value && value.TryGetValue<string>(out var text))
            {
                call.Tags.Add(text);
            }
        }

        return call;
    }

    private static string Text(JsonObject row, string name) => row[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static double Number(JsonObject row, string name)
        => row[name] is not JsonValue value ? 0
            : value.TryGetValue(out double number) ? number
            : value.TryGetValue(out long whole) ? whole : 0;

    private static DateTimeOffset Moment(JsonObject row, string name)
        => DateTimeOffset.Parse(Text(row, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
