using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>A request for an upstream: 08-bridges.md sections 3 (from chat) and 4 (from messages).</summary>
internal static class RequestWriter
{
    /// <summary>Upstreams refuse smaller limits.</summary>
    private const long LeastOutputTokens = 16;

    /// <summary>Upstreams refuse longer names of users.</summary>
    private const int LongestUser = 64;

    /// <summary>Members that come from the hub's own fields, or that only chat completions have.</summary>
    private static readonly FrozenSet<string> NotExtras = new[]
    {
        "model", "stream", "input", "instructions", "max_output_tokens", "temperature", "top_p", "top_logprobs", "tools", "tool_choice",
        "parallel_tool_calls", "text", "reasoning", "user", "service_tier", "store", "prompt_cache_key", "previous_response_id", "include",
        "messages", "stream_options", "thinking", "reasoning_effort", "response_format", "web_search_options", "functions", "function_call",
        "modalities", "max_tokens", "max_completion_tokens", "verbosity", "top_k",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Writes one.</summary>
    public static void Write(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        ItemWriter.Write(request, json);
        json.WriteGiven("max_output_tokens"u8, request.MaxOutputTokens is { } most ? Math.Max(most, LeastOutputTokens) : null);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_logprobs"u8, request.TopLogProbs);
        WriteReasoning(request, target, json);
        WriteText(request, json);
        ToolWriter.Write(request, json);
        json.WriteGiven("parallel_tool_calls"u8, request.ParallelToolCalls);
        json.WriteGiven("user"u8, request.User is { Length: > LongestUser } user ? user[..LongestUser] : request.User);
        json.WriteGiven("service_tier"u8, request.Origin is Surface.Messages ? null : request.ServiceTier);
        json.WriteGiven("store"u8, request.Store);
        json.WriteGiven("prompt_cache_key"u8, request.PromptCacheKey);
        json.WriteGiven("previous_response_id"u8, request.PreviousResponseId);
        WriteInclude(request, json);
        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        WriteExtras(request, json);
        json.WriteEndObject();
    }

    private static void WriteReasoning(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var effort = EffortOf(request.Reasoning);
        var wantsSummary = request.Reasoning is { Summary: null, BudgetTokens: > 0 } or { Summary: null, IncludeThoughts: true }
            || (effort is not null and not "none" && target.Options.TryGetValue("reasoning_auto_summary", out var auto) && auto is "true");
        var summary = request.Reasoning?.Summary ?? (wantsSummary ? "detailed" : null);
        if (effort is null && summary is null)
        {
            return;
        }

        json.WriteStartObject("reasoning"u8);
        json.WriteGiven("effort"u8, effort);
        json.WriteGiven("summary"u8, summary);
        json.WriteEndObject();
    }

    private static string? EffortOf(ReasoningRequest? reasoning) => reasoning switch
    {
        null => null,
        { Effort: { } effort } => effort,
        { Mode: ReasoningMode.Disabled } => null,
        { BudgetTokens: >= 10_000 } => "high",
        { BudgetTokens: >= 5_000 } => "medium",
        { BudgetTokens: >= 2_000 } => "low",
        { BudgetTokens: >= 0 } => "minimal",
        { Mode: ReasoningMode.Adaptive or ReasoningMode.Enabled } => "medium",
        _ => null,
    };

    private static void WriteText(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Verbosity is null && request.Format is not { Kind: not AnswerFormatKind.Text })
        {
            return;
        }

        json.WriteStartObject("text"u8);
        if (request.Format is { Kind: not AnswerFormatKind.Text } format)
        {
            json.WriteStartObject("format"u8);
            if (format.Kind is AnswerFormatKind.Json)
            {
                json.WriteString("type"u8, "json_object"u8);
            }
            else
            {
                json.WriteString("type"u8, "json_schema"u8);
                json.WriteString("name"u8, format.Name ?? "structured_output");
                json.WriteGiven("description"u8, format.Description);
                json.WriteElement("schema"u8, format.Schema);

                // Clients of messages ask for a form to be kept, and cannot say that it need not be.
                json.WriteGiven("strict"u8, format.Strict ?? (request.Origin is Surface.Messages ? true : null));
            }

            json.WriteEndObject();
        }

        json.WriteGiven("verbosity"u8, request.Verbosity);
        json.WriteEndObject();
    }

    /// <summary>What the answer is to hold besides: what the client asked for, and what it needs to go on without state at the provider.</summary>
    private static void WriteInclude(ChatRequest request, Utf8JsonWriter json)
    {
        var asked = request.Extras.FirstOrDefault(static extra => extra.Name is "include").Value;
        var wantsProbabilities = request.LogProbs is true || request.TopLogProbs is > 0;
        var effort = EffortOf(request.Reasoning);
        var wantsReasoning = effort is not null and not "none" && (request.Origin is Surface.Messages || request.Store is false);
        if (asked.ValueKind is not JsonValueKind.Array && !wantsProbabilities && !wantsReasoning)
        {
            return;
        }

        json.WriteStartArray("include"u8);
        foreach (var item in Items.Of(asked))
        {
            json.WriteElement(item);
        }

        if (wantsProbabilities && !Items.Holds(asked, "message.output_text.logprobs"u8))
        {
            json.WriteStringValue("message.output_text.logprobs"u8);
        }

        if (wantsReasoning && !Items.Holds(asked, "reasoning.encrypted_content"u8))
        {
            json.WriteStringValue("reasoning.encrypted_content"u8);
        }

        json.WriteEndArray();
    }

    private static void WriteExtras(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.Origin is not (Surface.Responses or Surface.Chat))
        {
            return;
        }

        foreach (var extra in request.Extras)
        {
            // A chat client's metadata is mostly meant for the gateway.
            if (!NotExtras.Contains(extra.Name) && (request.Origin is Surface.Responses || extra.Name is not "metadata"))
            {
                json.WriteElement(Encoding.UTF8.GetBytes(extra.Name), extra.Value);
            }
        }
    }
}
