using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Writes events as the chunks of a chat stream.</summary>
/// <param name="view">What the client is to see.</param>
internal sealed class ChatEventWriter(AnswerView view) : ChatStreamWriter
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, HubJson.Writing);
    private readonly HashSet<int> _begun = [];
    private readonly HashSet<int> _finished = [];
    private readonly Dictionary<(int Choice, int Index), ToolKind> _calls = [];
    private readonly List<HubMember> _extras = [];
    private byte[]? _head;
    private string? _id;
    private TokenUsage? _usage;
    private int _images;

    /// <inheritdoc/>
    public override void Write(in ChatEvent next, IBufferWriter<byte> output)
    {
        _usage = next.Usage ?? _usage;
        switch (next.Kind)
        {
            case ChatEventKind.Start:
                _id ??= next.Id;
                break;
            case ChatEventKind.Text when next.Text!.Length > 0 || next.Part is TextPart { Signature: not null }:
                Begin(next.Choice, output);
                _json.WriteGiven("content"u8, next.Text.Length > 0 ? next.Text : null);
                if (next.Part is TextPart { Signature: not null } text)
                {
                    ServerParts.Write(_json, [text], []);
                }

                Close(output);
                break;
            case ChatEventKind.Refusal:
                Begin(next.Choice, output);
                _json.WriteString("refusal"u8, next.Text);
                Close(output);
                break;
            case ChatEventKind.Thinking or ChatEventKind.Signature or ChatEventKind.RedactedThinking:
                WriteThought(next, output);
                break;
            case ChatEventKind.ToolCallStart or ChatEventKind.ToolCallArguments:
                WriteCall(next, output);
                break;
            case ChatEventKind.Citation when next.Citation is { } citation:
                Begin(next.Choice, output);
                _json.WriteStartArray("annotations"u8);
                ChatResponseWriter.WriteCitation(_json, citation);
                _json.WriteEndArray();
                Close(output);
                break;
            case ChatEventKind.Part:
                WritePart(next, output);
                break;
            case ChatEventKind.LogProbs when next.Json is { } probabilities:
                Begin(next.Choice, output);
                _json.WriteEndObject();
                _json.WriteElement("logprobs"u8, probabilities);
                CloseChoice(output);
                break;
            case ChatEventKind.Extra when next is { Name: { } name, Json: { } value }:
                _extras.Add(new HubMember(name, value.Clone()));
                break;
            case ChatEventKind.Finish:
                WriteFinish(next.Choice, next.Stop, next.NativeStop, output);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public override void End(IBufferWriter<byte> output)
    {
        if (_finished.Count == 0)
        {
            WriteFinish(0, _calls.Count > 0 ? StopReason.ToolCalls : StopReason.Stop, null, output);
        }

        if (_extras.Exists(static extra => RootExtras.IsFree(extra.Name)))
        {
            // Came after the end of the answer.
            Begin(0, output);
            _json.WriteEndObject();
            CloseChoice(output, withExtras: true);
        }

        if (view.ShowUsage && _usage is { } usage)
        {
            // COMPAT: the usage chunk has one empty choice, not none: clients index choices[0] unguarded (llm-api.md section 10).
            Head(output);
            _json.Reset(output);
            _json.WriteStartArray();
            _json.WriteStartObject();
            _json.WriteNumber("index"u8, 0);
            _json.WriteStartObject("delta"u8);
            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.WriteEndArray();
            _json.Flush();
            output.Write(",\"usage\":"u8);
            _json.Reset(output);
            usage.Write(_json);
            _json.Flush();
            output.Write("}\n\n"u8);
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

    private void WriteThought(in ChatEvent next, IBufferWriter<byte> output)
    {
        Begin(next.Choice, output);
        if (next.Kind is ChatEventKind.Thinking)
        {
            _json.WriteString("reasoning_content"u8, next.Text);
        }
        else if (next.Kind is ChatEventKind.RedactedThinking)
        {
            _json.WriteString("reasoning_content"u8, ""u8);
        }

        _json.WriteStartArray("thinking_blocks"u8);
        ThinkingBlocks.Write(_json, next.Kind switch
        {
            ChatEventKind.Thinking => new ThinkingPart(next.Text!, null),
            ChatEventKind.Signature => new ThinkingPart("", next.Text),
            _ => new RedactedThinkingPart(next.Text!),
        }, isPiece: true);
        _json.WriteEndArray();
        Close(output);
    }

    private void WriteCall(in ChatEvent next, IBufferWriter<byte> output)
    {
        var kind = _calls.GetValueOrDefault((next.Choice, next.Index), next.ToolKind);
        Begin(next.Choice, output);
        _json.WriteStartArray("tool_calls"u8);
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, next.Index);
        var isStart = next.Kind is ChatEventKind.ToolCallStart;
        if (isStart)
        {
            _calls[(next.Choice, next.Index)] = kind = next.ToolKind;
            _json.WriteString("id"u8, ThoughtIds.Join(next.Id ?? $"call_{next.Index}", (next.Part as ToolCallPart)?.Signature));
            _json.WriteString("type"u8, kind is ToolKind.Custom ? "custom"u8 : "function"u8);
        }

        _json.WriteStartObject(kind is ToolKind.Custom ? "custom"u8 : "function"u8);
        if (isStart)
        {
            _json.WriteString("name"u8, next.Name);
        }

        _json.WriteString(kind is ToolKind.Custom ? "input"u8 : "arguments"u8, isStart ? "" : next.Text);
        _json.WriteEndObject();
        ChatResponseWriter.WriteSeal(_json, isStart ? next.Part as ToolCallPart : null);
        _json.WriteEndObject();
        _json.WriteEndArray();
        Close(output);
    }

    private void WritePart(in ChatEvent next, IBufferWriter<byte> output)
    {
        switch (next.Part)
        {
            case AudioPart audio:
                Begin(next.Choice, output);
                _json.WritePropertyName("audio"u8);
                ChatResponseWriter.WriteAudio(_json, audio);
                Close(output);
                break;
            case ImagePart image:
                Begin(next.Choice, output);
                _json.WriteStartArray("images"u8);
                ChatResponseWriter.WriteImage(_json, image, _images++);
                _json.WriteEndArray();
                Close(output);
                break;
            case OpaquePart opaque when opaque is { Origin: Surface.Messages, Kind: not "server_tool_use" } || ServerParts.IsRun(opaque):
                Begin(next.Choice, output);
                ServerParts.Write(_json, [opaque], []);
                Close(output);
                break;
            default:
                break;
        }
    }

    private void WriteFinish(int choice, StopReason stop, string? native, IBufferWriter<byte> output)
    {
        if (!_finished.Add(choice))
        {
            return;
        }

        Begin(choice, output);
        ServerParts.Write(_json, [], _extras);
        _json.WriteEndObject();
        _json.WriteString("finish_reason"u8, FinishReasons.Write(stop));
        if (native is not null && !FinishReasons.IsOwn(native))
        {
            _json.WriteStartObject("provider_specific_fields"u8);
            _json.WriteString("native_finish_reason"u8, native);
            _json.WriteEndObject();
        }

        CloseChoice(output, withExtras: true);
    }

    /// <summary>Opens a chunk up to the inside of its delta; the first of a choice says the role.</summary>
    private void Begin(int choice, IBufferWriter<byte> output)
    {
        Head(output);
        _json.Reset(output);
        _json.WriteStartArray();
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, choice);
        _json.WriteStartObject("delta"u8);
        if (_begun.Add(choice))
        {
            _json.WriteString("role"u8, "assistant"u8);
        }
    }

    private void Close(IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        CloseChoice(output);
    }

    private void CloseChoice(IBufferWriter<byte> output, bool withExtras = false)
    {
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.Flush();
        if (withExtras && _extras.Count > 0)
        {
            WriteExtras(output);
        }

        output.Write("}\n\n"u8);
    }

    private void WriteExtras(IBufferWriter<byte> output)
    {
        var members = new ArrayBufferWriter<byte>();
        _json.Reset(members);
        _json.WriteStartObject();
        RootExtras.Write(_json, _extras);
        _json.WriteEndObject();
        _json.Flush();
        _extras.Clear();
        if (members.WrittenCount > 2)
        {
            // The chunk's own object is open: its members go on behind a comma.
            output.Write(","u8);
            output.Write(members.WrittenSpan[1..^1]);
        }
    }

    /// <summary>PERF: what all chunks of a stream begin with is made once.</summary>
    private void Head(IBufferWriter<byte> output)
    {
        if (_head is null)
        {
            var id = ChatResponseWriter.IdOf(_id, view);
            _head = Encoding.UTF8.GetBytes(
                $"data: {{\"id\":\"{JsonEncodedText.Encode(id)}\",\"object\":\"chat.completion.chunk\",\"created\":{view.CreatedUnixSeconds},\"model\":"
                + $"{Encoding.UTF8.GetString(view.ModelJson.Span)},\"choices\":");
        }

        output.Write(_head);
    }
}
