using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Answers of legacy completions: <c>text_completion</c> objects, whole or as chunks.</summary>
internal static class CompletionsAnswer
{
    /// <summary>Writes a whole answer.</summary>
    public static void Write(ChatResponse response, AnswerView view, Utf8JsonWriter json)
    {
        WriteHead(IdOf(response.Id, view), response.Created ?? view.CreatedUnixSeconds, view, json);
        json.WriteStartArray("choices"u8);
        foreach (var choice in response.Choices)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, string.Concat(choice.Parts.Select(static part => part switch
            {
                TextPart text => text.Text,
                RefusalPart refusal => refusal.Text,
                _ => "",
            })));
            json.WriteNumber("index"u8, choice.Index);
            WriteLogProbs(choice.LogProbs, json);
            json.WriteString("finish_reason"u8, FinishReasons.Write(choice.Stop));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        (response.Usage ?? default).Write(json);
        json.WriteEndObject();
    }

    /// <summary>Begins an answer or a chunk.</summary>
    public static void WriteHead(string id, long created, AnswerView view, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, created);
        json.WritePropertyName("model"u8);
        json.WriteRawValue(view.ModelJson.Span, skipInputValidation: true);
    }

    /// <summary>An id of the dialect; the upstream's where it is one.</summary>
    public static string IdOf(string? id, AnswerView view)
        => id is not null && id.StartsWith("cmpl-", StringComparison.Ordinal) ? id : "cmpl-" + view.NewId();

    /// <summary>
    /// Log probabilities in the dialect's own form: lists that run side by side. <c>text_offset</c> counts from the start of the piece.
    /// </summary>
    public static void WriteLogProbs(JsonElement? probabilities, Utf8JsonWriter json)
    {
        if (probabilities?.Member("content"u8) is not { ValueKind: JsonValueKind.Array } tokens)
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WriteStartObject("logprobs"u8);
        WriteList("tokens"u8, tokens, json, static (token, json) => json.WriteStringValue(token.Text("token"u8) ?? ""));
        WriteList("token_logprobs"u8, tokens, json, static (token, json) => WriteNumber(token.Member("logprob"u8), json));
        WriteList("top_logprobs"u8, tokens, json, static (token, json) =>
        {
            json.WriteStartObject();
            if (token.Member("top_logprobs"u8) is { ValueKind: JsonValueKind.Array } others)
            {
                foreach (var other in others.EnumerateArray())
                {
                    json.WritePropertyName(other.Text("token"u8) ?? "");
                    WriteNumber(other.Member("logprob"u8), json);
                }
            }

            json.WriteEndObject();
        });
        json.WriteStartArray("text_offset"u8);
        var offset = 0;
        foreach (var token in tokens.EnumerateArray())
        {
            json.WriteNumberValue(offset);
            offset += token.Text("token"u8)?.Length ?? 0;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteList(ReadOnlySpan<byte> name, JsonElement tokens, Utf8JsonWriter json, Action<JsonElement, Utf8JsonWriter> write)
    {
        json.WriteStartArray(name);
        foreach (var token in tokens.EnumerateArray())
        {
            write(token, json);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(JsonElement number, Utf8JsonWriter json)
    {
        if (number.ValueKind is JsonValueKind.Number)
        {
            json.WriteElement(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}

/// <summary>A stream of legacy completions: <c>choices[].text</c>.</summary>
internal sealed class CompletionsStreamWriter(AnswerView view) : ChatStreamWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private string? _id;
    private TokenUsage? _usage;
    private bool _finished;

    /// <inheritdoc/>
    public override void Write(in ChatEvent next, IBufferWriter<byte> output)
    {
        _usage = next.Usage ?? _usage;
        _id ??= next.Kind is ChatEventKind.Start ? CompletionsAnswer.IdOf(next.Id, view) : null;
        switch (next.Kind)
        {
            case ChatEventKind.Text or ChatEventKind.Refusal when next.Text is { Length: > 0 }:
                WriteChunk(next.Choice, next.Text, null, null, output);
                break;
            case ChatEventKind.LogProbs:
                WriteChunk(next.Choice, "", next.Json, null, output);
                break;
            case ChatEventKind.Finish:
                _finished = true;
                WriteChunk(next.Choice, "", null, next.Stop, output);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public override void End(IBufferWriter<byte> output)
    {
        if (!_finished)
        {
            WriteChunk(0, "", null, StopReason.Stop, output);
        }

        if (view.ShowUsage && _usage is { } usage)
        {
            var json = Begin();
            json.WriteStartArray("choices"u8);
            json.WriteEndArray();
            json.WritePropertyName("usage"u8);
            usage.Write(json);
            Send(json, output);
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    /// <inheritdoc/>
    public override void Error(ErrorBody error, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        error.WriteTo(output);
        output.Write("\n\n"u8);
    }

    private void WriteChunk(int choice, string text, JsonElement? probabilities, StopReason? stop, IBufferWriter<byte> output)
    {
        var json = Begin();
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, choice);
        CompletionsAnswer.WriteLogProbs(probabilities, json);
        if (stop is { } reason)
        {
            json.WriteString("finish_reason"u8, FinishReasons.Write(reason));
        }
        else
        {
            json.WriteNull("finish_reason"u8);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        Send(json, output);
    }

    private Utf8JsonWriter Begin()
    {
        _bytes.ResetWrittenCount();
        var json = new Utf8JsonWriter(_bytes, HubJson.Writing);
        _id ??= CompletionsAnswer.IdOf(null, view);
        CompletionsAnswer.WriteHead(_id, view.CreatedUnixSeconds, view, json);
        return json;
    }

    private void Send(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.WriteEndObject();
        json.Dispose();
        output.Write("data: "u8);
        output.Write(_bytes.WrittenSpan);
        output.Write("\n\n"u8);
    }
}
