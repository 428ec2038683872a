using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>An item of an answer's output while it is being made, and as it stands in the finished answer.</summary>
internal abstract class OutputItem(int index, string id)
{
    /// <summary>Its place in the output.</summary>
    public int Index { get; } = index;

    public string Id { get; } = id;

    /// <summary>Nothing more comes.</summary>
    public bool IsDone { get; set; }

    /// <summary><c>in_progress</c>, <c>completed</c> or <c>incomplete</c>.</summary>
    public string Status { get; set; } = "in_progress";

    /// <summary>Writes it with all that has come.</summary>
    public abstract void Write(Utf8JsonWriter json);

    /// <summary>Begins its object.</summary>
    protected void Open(ReadOnlySpan<byte> type, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("id"u8, Id);
        json.WriteString("status"u8, Status);
    }
}

/// <summary>What the assistant says.</summary>
internal sealed class MessageItem(int index, string id) : OutputItem(index, id)
{
    public List<MessageContent> Content { get; } = [];

    /// <summary>It holds words for not answering.</summary>
    public bool IsRefusal => Content.Exists(static part => part.IsRefusal);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        Open("message"u8, json);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (IsDone)
        {
            foreach (var part in Content)
            {
                part.Write(json);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>A part of a message: words, or words for not answering.</summary>
internal sealed class MessageContent(bool isRefusal)
{
    public bool IsRefusal { get; } = isRefusal;

    public bool IsDone { get; set; }

    public StringBuilder Text { get; } = new();

    public List<Citation> Citations { get; } = [];

    /// <summary>Elements of the lists of log probabilities, joined by commas.</summary>
    public StringBuilder LogProbs { get; } = new();

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (IsRefusal)
        {
            json.WriteString("type"u8, "refusal"u8);
            json.WriteString("refusal"u8, Text.ToString());
        }
        else
        {
            json.WriteString("type"u8, "output_text"u8);
            json.WriteString("text"u8, Text.ToString());
            json.WriteStartArray("annotations"u8);
            foreach (var citation in Citations)
            {
                WriteCitation(citation, json);
            }

            json.WriteEndArray();
            WriteLogProbs(json);
        }

        json.WriteEndObject();
    }

    public void WriteLogProbs(Utf8JsonWriter json)
    {
        json.WritePropertyName("logprobs"u8);
        json.WriteRawValue("[" + LogProbs + "]", skipInputValidation: true);
    }

    /// <summary>Writes an annotation; the whole text is meant where the provider did not say which part.</summary>
    public void WriteCitation(Citation citation, Utf8JsonWriter json)
    {
        if (citation is { Raw: { } raw, RawOrigin: Surface.Responses })
        {
            json.WriteElement(raw);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "url_citation"u8);
        json.WriteNumber("start_index"u8, citation.Start ?? 0);
        json.WriteNumber("end_index"u8, citation.End ?? Text.Length);
        json.WriteString("url"u8, citation.Url ?? "");
        json.WriteString("title"u8, citation.Title ?? "");
        json.WriteEndObject();
    }
}

/// <summary>What the model thought.</summary>
internal sealed class ReasoningItem(int index, string id, bool isSealed) : OutputItem(index, id)
{
    private readonly StringBuilder _text = new();

    /// <summary>Words are being shown.</summary>
    public bool HasText => _text.Length > 0;

    public string Text => _text.ToString();

    /// <summary>The provider's seal on the words; null for none.</summary>
    public string? Signature { get; set; }

    /// <summary>Thoughts that only the provider can read; null for none.</summary>
    public string? Redacted { get; set; }

    public void Append(string text) => _text.Append(text);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        Open("reasoning"u8, json);
        json.WriteStartArray("summary"u8);
        if (IsDone && HasText)
        {
            WriteText("summary_text"u8, json);
        }

        json.WriteEndArray();
        if (IsDone && HasText)
        {
            // COMPAT: LiteLLM puts the thoughts here, official clients read the summary: both (08-bridges.md 2.3).
            json.WriteStartArray("content"u8);
            WriteText("reasoning_text"u8, json);
            json.WriteEndArray();
        }

        if (IsDone && Carrier() is { } carrier)
        {
            json.WriteString("encrypted_content"u8, carrier);
        }

        json.WriteEndObject();
    }

    private string? Carrier()
    {
        if (!isSealed)
        {
            return null;
        }

        return Redacted is not null ? ReasoningCarrier.OfBlocks([new RedactedThinkingPart(Redacted)])
            : Signature is not null ? ReasoningCarrier.OfBlocks([new ThinkingPart(Text, Signature)])
            : null;
    }

    private void WriteText(ReadOnlySpan<byte> type, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("text"u8, Text);
        json.WriteEndObject();
    }
}

/// <summary>A call of one of the client's tools.</summary>
internal sealed class CallItem(int index, string id, string callId, string name, bool isCustom) : OutputItem(index, id)
{
    /// <summary>The tool takes free text.</summary>
    public bool IsCustom { get; } = isCustom;

    /// <summary>The client's group that the tool is in; null for none.</summary>
    public string? Namespace { get; init; }

    public StringBuilder Arguments { get; } = new();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        Open(IsCustom ? "custom_tool_call"u8 : "function_call"u8, json);
        json.WriteString("call_id"u8, callId);
        json.WriteGiven("namespace"u8, Namespace);
        json.WriteString("name"u8, name);
        json.WriteString(IsCustom ? "input"u8 : "arguments"u8, IsDone ? Arguments.ToString() : "");
        json.WriteEndObject();
    }
}

/// <summary>An item that came whole.</summary>
internal sealed class WholeItem(int index, string id, ReadOnlyMemory<byte> bytes) : OutputItem(index, id)
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteRawValue(bytes.Span, skipInputValidation: true);
}
