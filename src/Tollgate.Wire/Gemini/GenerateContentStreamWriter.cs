using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>
/// Writes a stream for a client: server-sent events, each a whole response object, no closing word (08-bridges.md section 6). Calls of tools
/// are sent whole; the last event has the reasons for the end and the usage.
/// </summary>
internal sealed class GenerateContentStreamWriter(AnswerView view) : ChatStreamWriter
{
    private readonly SortedDictionary<int, ChoiceState> _choices = [];
    private TokenUsage? _usage;
    private string? _id;

    /// <inheritdoc/>
    public override void Write(in ChatEvent next, IBufferWriter<byte> output)
    {
        _usage = next.Usage ?? _usage;
        switch (next.Kind)
        {
            case ChatEventKind.Start:
                _id ??= next.Id;
                break;
            case ChatEventKind.Text or ChatEventKind.Refusal:
                WriteText(next, output);
                break;
            case ChatEventKind.Thinking:
                FlushCall(next.Choice, output);
                WriteParts(next.Choice, new ThinkingPart(next.Text ?? "", null), output);
                break;
            case ChatEventKind.Signature:
                WriteParts(next.Choice, new ThinkingPart("", next.Text), output);
                break;
            case ChatEventKind.ToolCallStart:
                StartCall(next);
                break;
            case ChatEventKind.ToolCallArguments:
                StateOf(next.Choice).Calls.GetValueOrDefault(next.Index)?.Arguments.Append(next.Text);
                break;
            case ChatEventKind.Part when next.Part is not null:
                FlushCall(next.Choice, output);
                WriteParts(next.Choice, next.Part, output);
                break;
            case ChatEventKind.Citation when next.Citation is not null:
                StateOf(next.Choice).Citations.Add(next.Citation);
                break;
            case ChatEventKind.Finish:
                var state = StateOf(next.Choice);
                state.Word = GeminiWords.WordOf(next.Stop, next.NativeStop);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public override void End(IBufferWriter<byte> output)
    {
        if (_choices.Count == 0)
        {
            StateOf(0);
        }

        foreach (var index in _choices.Keys)
        {
            FlushCall(index, output);
        }

        WriteChunk(output, json =>
        {
            foreach (var (index, state) in _choices)
            {
                json.WriteStartObject();
                WriteContent(json, part: null);
                json.WriteString("finishReason"u8, state.Word ?? "STOP");
                json.WriteNumber("index"u8, index);
                AnswerWriter.WriteGrounding(json, state.Citations, state.Text.ToString());
                json.WriteEndObject();
            }
        }, _usage);
    }

    /// <inheritdoc/>
    public override void Error(ErrorBody error, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        GenerateContentErrors.Write(error, StatusOf(error), default, output);
        output.Write("\n\n"u8);
    }

    /// <summary>The status that an error carries as text; 500 for any other code.</summary>
    public static int StatusOf(ErrorBody error)
        => int.TryParse(error.Code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 599 ? status : 500;

    private void WriteText(in ChatEvent next, IBufferWriter<byte> output)
    {
        FlushCall(next.Choice, output);
        StateOf(next.Choice).Text.Append(next.Text);
        var signature = (next.Part as TextPart)?.Signature;
        if (next.Text is { Length: > 0 } || signature is not null)
        {
            WriteParts(next.Choice, new TextPart(next.Text ?? "") { Signature = signature }, output);
        }
    }

    private void StartCall(in ChatEvent next)
    {
        var state = StateOf(next.Choice);
        state.Calls[next.Index] = new CallState(next.Id ?? "call_" + view.NewId(), next.Name ?? "", (next.Part as ToolCallPart)?.Signature);
    }

    /// <summary>Sends the calls that are complete: something else has begun. Pieces of several calls may come mixed, so none goes before.</summary>
    private void FlushCall(int choice, IBufferWriter<byte> output)
    {
        var state = StateOf(choice);
        foreach (var call in state.Calls.Values)
        {
            WriteParts(choice, new ToolCallPart(call.Id, call.Name, call.Arguments.ToString()) { Signature = call.Signature }, output);
        }

        state.Calls.Clear();
    }

    private void WriteParts(int choice, ContentPart part, IBufferWriter<byte> output) => WriteChunk(output, json =>
    {
        json.WriteStartObject();
        WriteContent(json, part);
        json.WriteNumber("index"u8, choice);
        json.WriteEndObject();
    }, usage: null);

    private static void WriteContent(Utf8JsonWriter json, ContentPart? part)
    {
        json.WriteStartObject("content"u8);
        json.WriteStartArray("parts"u8);
        if (part is null)
        {
            // Clients reach for the first part of every chunk.
            AnswerWriter.WriteText(json, "", isThought: false, signature: null);
        }
        else
        {
            AnswerWriter.WritePart(json, part);
        }

        json.WriteEndArray();
        json.WriteString("role"u8, "model"u8);
        json.WriteEndObject();
    }

    private void WriteChunk(IBufferWriter<byte> output, Action<Utf8JsonWriter> candidates, TokenUsage? usage)
    {
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("candidates"u8);
            candidates(json);
            json.WriteEndArray();
            if (usage is { } counted)
            {
                UsageMetadata.Write(json, counted);
            }

            json.WriteString("modelVersion"u8, view.Model);
            json.WriteString("responseId"u8, _id ??= view.NewId());
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }

    private ChoiceState StateOf(int choice)
    {
        if (!_choices.TryGetValue(choice, out var state))
        {
            state = _choices[choice] = new ChoiceState();
        }

        return state;
    }

    private sealed record CallState(string Id, string Name, string? Signature)
    {
        public StringBuilder Arguments { get; } = new();
    }

    private sealed class ChoiceState
    {
        public SortedDictionary<int, CallState> Calls { get; } = [];

        public List<Citation> Citations { get; } = [];

        public StringBuilder Text { get; } = new();

        public string? Word { get; set; }
    }
}
