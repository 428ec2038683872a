using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>The object that an answer is: what was made, and much of the request again (08-bridges.md section 2.3).</summary>
internal sealed record ResponseObject
{
    public required string Id { get; init; }

    public required AnswerView View { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary><c>in_progress</c>, <c>completed</c>, <c>incomplete</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is incomplete; null when it is not.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<OutputItem> Output { get; init; } = [];

    public TokenUsage? Usage { get; init; }

    /// <summary>Class of service, in the upstream's word.</summary>
    public string? ServiceTier { get; init; }

    public ErrorBody? Error { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, Created);
        json.WriteString("status"u8, Status);
        WriteEnd(json);
        WriteRepeated(json);
        json.WriteStartArray("output"u8);
        foreach (var item in Output)
        {
            item.Write(json);
        }

        json.WriteEndArray();
        WriteUsage(json);
        json.WriteEndObject();
    }

    private void WriteEnd(Utf8JsonWriter json)
    {
        if (Error is null)
        {
            json.WriteNull("error"u8);
        }
        else
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, CodeOf(Error));
            json.WriteString("message"u8, Error.Message);
            json.WriteEndObject();
        }

        if (Reason is null)
        {
            json.WriteNull("incomplete_details"u8);
        }
        else
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, Reason);
            json.WriteEndObject();
        }
    }

    /// <summary>The word that the dialect has for an error.</summary>
    private static string CodeOf(ErrorBody error) => error.Code switch
    {
        "429" => "rate_limit_exceeded",
        "400" or "422" => "invalid_prompt",
        _ => "server_error",
    };

    private void WriteRepeated(Utf8JsonWriter json)
    {
        json.WritePropertyName("model"u8);
        json.WriteRawValue(View.ModelJson.Span, skipInputValidation: true);
        Repeat("instructions"u8, "null"u8, json);
        Repeat("max_output_tokens"u8, "null"u8, json);
        Repeat("parallel_tool_calls"u8, "true"u8, json);
        if (View.PreviousResponseId is { } previous)
        {
            json.WriteString("previous_response_id"u8, previous);
        }
        else
        {
            Repeat("previous_response_id"u8, "null"u8, json);
        }

        Repeat("reasoning"u8, "{\"effort\":null,\"summary\":null}"u8, json);
        Repeat("store"u8, "true"u8, json);
        Repeat("temperature"u8, "null"u8, json);
        Repeat("text"u8, "{\"format\":{\"type\":\"text\"}}"u8, json);
        Repeat("tool_choice"u8, "\"auto\""u8, json);
        Repeat("tools"u8, "[]"u8, json);
        Repeat("top_p"u8, "null"u8, json);
        json.WriteString("truncation"u8, "disabled"u8);
        Repeat("user"u8, "null"u8, json);
        Repeat("metadata"u8, "{}"u8, json);
        json.WriteGiven("service_tier"u8, ServiceTier);
    }

    private void Repeat(ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherwise, Utf8JsonWriter json)
    {
        json.WritePropertyName(name);
        var given = View.RequestJson.Member(name);
        json.WriteRawValue(given.IsGiven() ? given.Bytes() : otherwise, skipInputValidation: true);
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        if (Usage is not { } usage)
        {
            json.WriteNull("usage"u8);
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedTokens);
        WriteSome("audio_tokens"u8, usage.AudioInputTokens, json);
        WriteSome("image_tokens"u8, usage.ImageInputTokens, json);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        WriteSome("audio_tokens"u8, usage.AudioOutputTokens, json);
        WriteSome("image_tokens"u8, usage.ImageOutputTokens, json);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.TotalTokens);
        if (usage.ReportedCost is { } cost)
        {
            json.WriteNumber("cost"u8, cost);
        }

        json.WriteEndObject();
    }

    private static void WriteSome(ReadOnlySpan<byte> name, long count, Utf8JsonWriter json)
    {
        if (count > 0)
        {
            json.WriteNumber(name, count);
        }
    }
}
