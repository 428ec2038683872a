using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Reads answers of models that take one prompt. They put text, stop reason and counts in different places, and none in a place where another
/// has something else: all are looked at, whoever's model it is.
/// </summary>
internal static class PromptAnswer
{
    private const string ThoughtEnd = "</think>";

    /// <summary>Reads a whole answer.</summary>
    /// <exception cref="WireException">It holds no text.</exception>
    public static ChatResponse Read(JsonElement root, PromptFamily family)
    {
        var answer = First(root) ?? throw new WireException("The answer is empty.");
        var text = TextOf(answer) ?? throw new WireException("The answer holds no text in any of the places where models put it.");
        var choice = new ChatChoice(0);
        var end = family.Thinks ? text.IndexOf(ThoughtEnd, StringComparison.Ordinal) : -1;
        if (end >= 0)
        {
            choice.Parts.Add(new ThinkingPart(text[..end].Replace("<think>", "", StringComparison.Ordinal).Trim(), null));
            text = text[(end + ThoughtEnd.Length)..].TrimStart('\n');
        }

        choice.Parts.Add(new TextPart(text));
        (choice.Stop, choice.NativeStop) = StopOf(ReasonOf(answer));
        var response = new ChatResponse { Usage = UsageOf(answer, null) };
        response.Choices.Add(choice);
        return response;
    }

    /// <summary>The text of an answer or of one of a stream's pieces; null when there is none.</summary>
    public static string? TextOf(JsonElement answer)
        => answer.Text("outputText"u8) ?? answer.Text("completion"u8) ?? answer.Text("generation"u8) ?? answer.Text("generated_text"u8)
            ?? answer.Text("text"u8) ?? Inner(answer).Text("outputText"u8) ?? Inner(answer).Text("text"u8)
            ?? Inner(answer).Member("data"u8).Text("text"u8) ?? Inner(answer).Member("message"u8).Text("content"u8);

    /// <summary>Why it ended, in the model's word; null when it has not.</summary>
    public static string? ReasonOf(JsonElement answer)
        => answer.Text("completionReason"u8) ?? answer.Text("stop_reason"u8) ?? answer.Text("finish_reason"u8)
            ?? Inner(answer).Text("completionReason"u8) ?? Inner(answer).Text("stop_reason"u8) ?? Inner(answer).Text("finish_reason"u8)
            ?? Inner(answer).Member("finishReason"u8).Text("reason"u8) ?? answer.Member("details"u8).Text("finish_reason"u8);

    /// <summary>The model's word in the hub's.</summary>
    public static (StopReason Stop, string? Native) StopOf(string? reason) => reason?.ToLowerInvariant() switch
    {
        null or "stop" or "finish" or "complete" or "eos_token" or "endoftext" => (StopReason.Stop, null),
        "stop_sequence" => (StopReason.StopSequence, null),
        "length" or "max_tokens" => (StopReason.Length, null),
        "content_filtered" or "content_filter" => (StopReason.ContentFilter, reason),
        _ => (StopReason.Stop, reason),
    };

    /// <summary>Counts, as far as an answer or a piece tells; null when it tells nothing.</summary>
    /// <param name="answer">The answer or piece.</param>
    /// <param name="before">What earlier pieces told.</param>
    public static TokenUsage? UsageOf(JsonElement answer, TokenUsage? before)
    {
        var metrics = answer.Member("amazon-bedrock-invocationMetrics"u8);
        var usage = answer.Member("usage"u8);
        var prompt = metrics.Member("inputTokenCount"u8).Count() ?? answer.Member("inputTextTokenCount"u8).Count()
            ?? answer.Member("prompt_token_count"u8).Count() ?? usage.Member("prompt_tokens"u8).Count();
        var completion = metrics.Member("outputTokenCount"u8).Count() ?? answer.Member("totalOutputTextTokenCount"u8).Count()
            ?? answer.Member("generation_token_count"u8).Count() ?? usage.Member("completion_tokens"u8).Count()
            ?? (answer.Member("results"u8).IsGiven() ? Inner(answer).Member("tokenCount"u8).Count() : null)
            ?? answer.Member("details"u8).Member("generated_tokens"u8).Count();
        if (prompt is null && completion is null)
        {
            return null;
        }

        var input = prompt ?? before?.PromptTokens ?? 0;
        var output = completion ?? before?.CompletionTokens ?? 0;

        // A prompt of no tokens does not exist: a server that counts only what it produced leaves the rest to an estimate.
        return input == 0 ? null : new TokenUsage(input, output, input + output, 0, 0);
    }

    /// <summary>The answer itself, or the first of a list.</summary>
    public static JsonElement? First(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Object => root,
        JsonValueKind.Array when root.GetArrayLength() > 0 => First(root[0]),
        _ => null,
    };

    private static JsonElement Inner(JsonElement answer)
        => FirstOf(answer.Member("results"u8)) ?? FirstOf(answer.Member("outputs"u8)) ?? FirstOf(answer.Member("generations"u8))
            ?? FirstOf(answer.Member("completions"u8)) ?? FirstOf(answer.Member("choices"u8)) ?? default;

    private static JsonElement? FirstOf(JsonElement list) => list.ValueKind is JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0] : null;
}
