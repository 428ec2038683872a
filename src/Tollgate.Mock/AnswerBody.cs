using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>Answers in one JSON body, and the members that bodies and stream events share.</summary>
internal static class AnswerBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static ByteTemplate Build(AnswerPlan plan)
    {
        using var template = new TemplateBuilder();
        WriteByteOrderMark(template, plan.Options);
        template.Json.WriteStartObject();
        WriteHead(template, plan, plan.Surface == Surface.Chat ? "chat.completion" : "text_completion");
        WriteChoices(template.Json, plan);
        if (!plan.Options.NoUsage)
        {
            WriteUsage(template, plan.CompletionTokens, plan.ReasoningTokens);
        }

        template.Json.WriteEndObject();
        return template.Build();
    }

    public static void WriteByteOrderMark(TemplateBuilder template, MockServerOptions options)
    {
        if (options.Bom)
        {
            template.Raw(ByteOrderMark);
        }
    }

    public static void WriteHead(TemplateBuilder template, AnswerPlan plan, string kind)
    {
        var json = template.Json;
        template.Hole("id", plan.Surface == Surface.Chat ? HoleKind.ChatId : HoleKind.TextId);
        json.WriteString("object"u8, kind);
        template.Hole("created", HoleKind.Created);
        template.Hole("model", HoleKind.Model);
        json.WriteString("system_fingerprint"u8, "fp_mock");
        if (plan.Options.Extra)
        {
            WriteExtra(json);
        }
    }

    /// <summary>What a careless relay changes: a number beyond 64 bits, a trailing zero, an escape, raw characters.</summary>
    private static void WriteExtra(Utf8JsonWriter json)
    {
        json.WritePropertyName("x_mock_extra"u8);
        json.WriteRawValue("""{"big":123456789012345678901234567890,"exact":1.50,"escaped":"\u00fc","raw":"ü世","list":[null,true,{}]}""");
    }

    public static void WriteUsage(TemplateBuilder template, int completionTokens, int reasoningTokens)
    {
        var json = template.Json;
        json.WriteStartObject("usage"u8);
        template.Hole("prompt_tokens", HoleKind.Tokens);
        json.WriteNumber("completion_tokens"u8, completionTokens);
        template.Hole("total_tokens", HoleKind.Tokens, completionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteNumber("audio_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, reasoningTokens);
        json.WriteNumber("audio_tokens"u8, 0);
        json.WriteNumber("accepted_prediction_tokens"u8, 0);
        json.WriteNumber("rejected_prediction_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoices(Utf8JsonWriter json, AnswerPlan plan)
    {
        if (plan.Options.EmptyChoices == MockEmptyChoices.Null)
        {
            json.WriteNull("choices"u8);
            return;
        }

        json.WriteStartArray("choices"u8);
        var choices = plan.Options.EmptyChoices == MockEmptyChoices.Empty ? 0 : plan.Choices;
        for (var index = 0; index < choices; index++)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            if (plan.Surface == Surface.Chat)
            {
                WriteMessage(json, plan, index);
            }
            else
            {
                json.WriteString("text"u8, string.Concat(plan.Content));
            }

            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, plan.Tool is null ? "stop" : "tool_calls");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, AnswerPlan plan, int index)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant");
        if (plan.Reasoning.Length > 0)
        {
            json.WriteString("reasoning"u8, string.Concat(plan.Reasoning));
        }

        if (plan.Tool is null)
        {
            json.WriteString("content"u8, string.Concat(plan.Content));
        }
        else
        {
            json.WriteNull("content"u8);
            json.WriteStartArray("tool_calls"u8);
            json.WriteStartObject();
            json.WriteString("id"u8, ToolCallId(index));
            json.WriteString("type"u8, "function");
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, plan.Tool);
            json.WriteString("arguments"u8, string.Concat(plan.Content));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteNull("refusal"u8);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static string ToolCallId(int index) => $"call_mock{index:D4}";
}
