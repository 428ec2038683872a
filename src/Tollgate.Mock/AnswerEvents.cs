using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>One event of a stream.</summary>
/// <param name="Bytes">The event with everything around it: comment, line ends, byte order mark.</param>
/// <param name="IsContent">Whether it carries a piece of the answer; one completion token each.</param>
internal readonly record struct AnswerEvent(ByteTemplate Bytes, bool IsContent);

/// <summary>Answers as server-sent events.</summary>
internal sealed class AnswerEvents
{
    private readonly AnswerPlan _plan;
    private readonly bool _includeUsage;
    private readonly List<AnswerEvent> _events = [];
    private int _tokens;
    private int _reasoningTokens;

    private AnswerEvents(AnswerPlan plan, bool includeUsage)
    {
        _plan = plan;
        _includeUsage = includeUsage && !plan.Options.NoUsage;
    }

    public static AnswerEvent[] Build(AnswerPlan plan, bool includeUsage)
    {
        var events = new AnswerEvents(plan, includeUsage);
        events.AddAll();
        return [.. events._events];
    }

    private void AddAll()
    {
        if (_plan.Options.EmptyChoices == MockEmptyChoices.First)
        {
            Add(json => json.WriteStartArray("choices"u8), json => json.WriteEndArray());
        }

        if (_plan.Surface == Surface.Chat)
        {
            AddChoices(false, WriteRoleDelta, null);
        }

        foreach (var piece in _plan.Reasoning)
        {
            _reasoningTokens += _plan.Choices;
            AddChoices(true, (json, _) => WriteDelta(json, "reasoning", piece), null);
        }

        foreach (var piece in _plan.Content)
        {
            AddChoices(true, (json, _) => WritePiece(json, piece), null);
        }

        AddChoices(false, WriteLastDelta, _plan.Tool is null ? "stop" : "tool_calls");
        if (_includeUsage)
        {
            Add(json => json.WriteStartArray("choices"u8), json => json.WriteEndArray(), isUsage: true);
        }

        if (_plan.Options.Cut.Point != MockCutPoint.NoDone)
        {
            using var done = Begin();
            done.Raw("[DONE]"u8);
            End(done, false);
        }
    }

    private void AddChoices(bool isContent, Action<Utf8JsonWriter, int> writeDelta, string? finish)
    {
        for (var index = 0; index < _plan.Choices; index++)
        {
            _tokens += isContent ? 1 : 0;
            var choice = index;
            Add(
                json => BeginChoice(json, choice, writeDelta),
                json => EndChoice(json, finish),
                isContent);
        }
    }

    private void BeginChoice(Utf8JsonWriter json, int index, Action<Utf8JsonWriter, int> writeDelta)
    {
        if (_plan.Options.EmptyChoices == MockEmptyChoices.Null)
        {
            json.WriteNull("choices"u8);
            return;
        }

        json.WriteStartArray("choices"u8);
        if (_plan.Options.EmptyChoices != MockEmptyChoices.Empty)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            writeDelta(json, index);
        }
    }

    private void EndChoice(Utf8JsonWriter json, string? finish)
    {
        if (_plan.Options.EmptyChoices == MockEmptyChoices.Null)
        {
            return;
        }

        if (_plan.Options.EmptyChoices != MockEmptyChoices.Empty)
        {
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, finish);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Add(Action<Utf8JsonWriter> begin, Action<Utf8JsonWriter> end, bool isContent = false, bool isUsage = false)
    {
        using var template = Begin();
        template.Json.WriteStartObject();
        AnswerBody.WriteHead(template, _plan, _plan.Surface == Surface.Chat ? "chat.completion.chunk" : "text_completion");
        begin(template.Json);
        end(template.Json);
        if (isUsage || (_plan.Options.UsageEveryChunk && !_plan.Options.NoUsage))
        {
            AnswerBody.WriteUsage(template, _tokens, _reasoningTokens);
        }
        else if (_includeUsage)
        {
            template.Json.WriteNull("usage"u8);
        }

        template.Json.WriteEndObject();
        End(template, isContent);
    }

    private TemplateBuilder Begin()
    {
        var template = new TemplateBuilder();
        if (_events.Count == 0)
        {
            AnswerBody.WriteByteOrderMark(template, _plan.Options);
        }

        if (_plan.Options.Comments)
        {
            template.Raw(": keep-alive"u8);
            template.Raw(LineEnd);
            template.Raw(LineEnd);
        }

        template.Raw("data: "u8);
        return template;
    }

    private void End(TemplateBuilder template, bool isContent)
    {
        template.Raw(LineEnd);
        template.Raw(LineEnd);
        _events.Add(new AnswerEvent(template.Build(), isContent));
    }

    private ReadOnlySpan<byte> LineEnd => LineEndOf(_plan.Options);

    public static ReadOnlySpan<byte> LineEndOf(MockServerOptions options) => options.LineEnding switch
    {
        MockLineEnding.CrLf => "\r\n"u8,
        MockLineEnding.Cr => "\r"u8,
        _ => "\n"u8,
    };

    private void WriteRoleDelta(Utf8JsonWriter json, int index)
    {
        json.WriteStartObject("delta"u8);
        json.WriteString("role"u8, "assistant");
        if (_plan.Tool is null)
        {
            json.WriteString("content"u8, string.Empty);
            json.WriteNull("refusal"u8);
        }
        else
        {
            json.WriteNull("content"u8);
            BeginToolCall(json);
            json.WriteString("id"u8, AnswerBody.ToolCallId(index));
            json.WriteString("type"u8, "function");
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, _plan.Tool);
            json.WriteString("arguments"u8, string.Empty);
            EndToolCall(json);
        }

        json.WriteEndObject();
    }

    private void WritePiece(Utf8JsonWriter json, string piece)
    {
        if (_plan.Surface == Surface.Text)
        {
            json.WriteString("text"u8, piece);
        }
        else if (_plan.Tool is null)
        {
            WriteDelta(json, "content", piece);
        }
        else
        {
            json.WriteStartObject("delta"u8);
            BeginToolCall(json);
            json.WriteStartObject("function"u8);
            json.WriteString("arguments"u8, piece);
            EndToolCall(json);
            json.WriteEndObject();
        }
    }

    private void WriteLastDelta(Utf8JsonWriter json, int index)
    {
        if (_plan.Surface == Surface.Text)
        {
            json.WriteString("text"u8, string.Empty);
        }
        else
        {
            json.WriteStartObject("delta"u8);
            json.WriteEndObject();
        }
    }

    private static void WriteDelta(Utf8JsonWriter json, string property, string piece)
    {
        json.WriteStartObject("delta"u8);
        json.WriteString(property, piece);
        json.WriteEndObject();
    }

    private static void BeginToolCall(Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
    }

    private static void EndToolCall(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
