using System.Buffers;
using System.Text;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// Writes a stream for Anthropic's clients, in the exact order that they rely on: blocks one after the other, opened when there is something
/// in them, and the reason for stopping together with the count of tokens (llm-api.md 15.4).
/// </summary>
/// <param name="view">What the client is to see.</param>
internal sealed class MessagesStreamWriter(AnswerView view) : ChatStreamWriter
{
    /// <summary>Calls that wait for the one before them, by their number.</summary>
    private readonly SortedDictionary<int, WaitingCall> _waiting = [];

    private readonly StringBuilder _blank = new();
    private readonly StringBuilder _arguments = new();
    private readonly List<(string Name, byte[] Json)> _extras = [];
    private readonly EventWriter _events = new();
    private int _index = -1;
    private OpenBlock _open;
    private int _call = -1;
    private bool _started;
    private bool _hasBlocks;
    private bool _hasCalls;
    private bool _ended;
    private StopReason _stop;
    private string? _stopSequence;
    private TokenUsage? _usage;

    private enum OpenBlock : byte
    {
        None,
        Text,
        Thinking,
        Call,
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeepAlive => MessagesEvents.Ping;

    /// <inheritdoc/>
    public override void Write(in ChatEvent next, IBufferWriter<byte> output)
    {
        _usage = next.Usage ?? _usage;
        Begin(next, output);
        if (next.Choice > 0)
        {
            // The dialect has one answer.
            return;
        }

        switch (next.Kind)
        {
            case ChatEventKind.Text or ChatEventKind.Refusal:
                Text(next.Text ?? "", output);
                break;
            case ChatEventKind.Thinking:
                Thinking(next.Text ?? "", output);
                break;
            case ChatEventKind.Signature:
                Open(OpenBlock.Thinking, output);
                _events.Delta(output, _index, "signature_delta"u8, "signature"u8, next.Text ?? "");
                break;
            case ChatEventKind.RedactedThinking:
                Redacted(next.Text ?? "", output);
                break;
            case ChatEventKind.ToolCallStart:
                StartCall(next, output);
                break;
            case ChatEventKind.ToolCallArguments:
                Arguments(next.Index, next.Text ?? "", output);
                break;
            case ChatEventKind.Part:
                Part(next.Part, output);
                break;
            case ChatEventKind.Citation when next.Citation is not null && _open is OpenBlock.Text:
                _events.Citation(output, _index, next.Citation);
                break;
            case ChatEventKind.BlockEnd:
                Close(output);
                NextCall(output, isLast: false);
                break;
            case ChatEventKind.Finish:
                _stop = next.Stop;
                _stopSequence = next.Stop is StopReason.StopSequence ? next.Text : null;
                break;
            case ChatEventKind.Extra when next is { Json: { } json, Name: "container" or "context_management" }:
                _extras.Add((next.Name, json.Bytes().ToArray()));
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public override void End(IBufferWriter<byte> output)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Begin(default, output);
        FlushCalls(output);
        if (!_hasBlocks && _blank.Length > 0)
        {
            Open(OpenBlock.Text, output);
            FlushBlank(output);
        }

        Close(output);
        _events.MessageDelta(output, MessagesStops.Write(_stop, _hasCalls), _stopSequence, _usage ?? EstimatedUsage(), _extras);
        output.Write(MessagesEvents.Stop);
    }

    /// <inheritdoc/>
    public override void Error(ErrorBody error, IBufferWriter<byte> output) => MessagesErrors.WriteEvent(error, output);

    private TokenUsage EstimatedUsage()
    {
        var prompt = TokenEstimate.FromBytes(view.PromptBytes);
        return new TokenUsage(prompt, 0, prompt, 0, 0);
    }

    private void Begin(in ChatEvent next, IBufferWriter<byte> output)
    {
        if (_started)
        {
            return;
        }

        _started = true;
        var id = ResponseWriter.IdOf(next.Kind is ChatEventKind.Start ? next.Id : null, view);
        _events.MessageStart(output, id, view.Model, (_usage ?? EstimatedUsage()) with { CompletionTokens = 0 });
        output.Write(MessagesEvents.Ping);
    }

    private void Text(string text, IBufferWriter<byte> output)
    {
        if (_open is not OpenBlock.Text && string.IsNullOrWhiteSpace(text))
        {
            // No block for white space alone: it may be all that comes before a call.
            _blank.Append(text);
            return;
        }

        FlushCalls(output);
        Open(OpenBlock.Text, output);
        FlushBlank(output);
        _events.Delta(output, _index, "text_delta"u8, "text"u8, text);
    }

    private void FlushBlank(IBufferWriter<byte> output)
    {
        if (_blank.Length > 0)
        {
            _events.Delta(output, _index, "text_delta"u8, "text"u8, _blank.ToString());
            _blank.Clear();
        }
    }

    private void Thinking(string text, IBufferWriter<byte> output)
    {
        if (text.Length > 0)
        {
            FlushCalls(output);
            Open(OpenBlock.Thinking, output);
            _events.Delta(output, _index, "thinking_delta"u8, "thinking"u8, text);
        }
    }

    private void StartCall(in ChatEvent next, IBufferWriter<byte> output)
    {
        var signature = (next.Part as ToolCallPart)?.Signature;
        var call = new WaitingCall(ThoughtIds.Join(next.Id ?? "toolu_" + view.NewId(), signature), next.Name ?? "");
        _hasCalls = true;
        if (_open is OpenBlock.Call && !IsComplete())
        {
            _waiting[next.Index] = call;
            return;
        }

        OpenCall(next.Index, call, output);
    }

    private void OpenCall(int number, WaitingCall call, IBufferWriter<byte> output)
    {
        Close(output);
        _blank.Clear();
        _open = OpenBlock.Call;
        _call = number;
        _hasBlocks = true;
        _arguments.Clear();
        _events.CallStart(output, ++_index, call.Id, call.Name);
        AddArguments(call.Arguments.ToString(), output);
    }

    private void Arguments(int number, string piece, IBufferWriter<byte> output)
    {
        if (_open is OpenBlock.Call && number == _call)
        {
            AddArguments(piece, output);
            if (_waiting.Count > 0 && IsComplete())
            {
                NextCall(output, isLast: false);
            }
        }
        else if (_waiting.TryGetValue(number, out var waiting))
        {
            waiting.Arguments.Append(piece);
        }
    }

    private void AddArguments(string piece, IBufferWriter<byte> output)
    {
        // The block has begun with {} as its input: a call without arguments gets no piece at all.
        if (piece.Length > 0 && !(_arguments.Length == 0 && piece is "{}"))
        {
            _events.Delta(output, _index, "input_json_delta"u8, "partial_json"u8, piece);
        }

        _arguments.Append(piece);
    }

    /// <summary>The arguments of the open call are all there, as far as their text tells.</summary>
    private bool IsComplete()
        => _arguments.Length > 0 && _arguments[^1] is '}' or ' ' or '\n' && JsonScanner.Scan(Encoding.UTF8.GetBytes(_arguments.ToString()), new JsonMembers()).IsNone;

    /// <summary>Opens the next call that waits; one whose arguments are complete gives way to the one behind it.</summary>
    private void NextCall(IBufferWriter<byte> output, bool isLast)
    {
        while (_waiting.Count > 0)
        {
            var (number, call) = _waiting.First();
            _waiting.Remove(number);
            OpenCall(number, call, output);
            if (!isLast && !IsComplete())
            {
                break;
            }
        }
    }

    private void FlushCalls(IBufferWriter<byte> output) => NextCall(output, isLast: true);

    private void Part(ContentPart? part, IBufferWriter<byte> output)
    {
        switch (part)
        {
            case OpaquePart { Origin: Surface.Messages } opaque:
                FlushCalls(output);
                Close(output);
                _hasBlocks = true;
                _events.Block(output, ++_index, opaque.Raw);
                break;
            case AudioPart { Transcript: { Length: > 0 } transcript }:
                Text(transcript, output);
                break;
            default:
                break;
        }
    }

    private void Redacted(string data, IBufferWriter<byte> output)
    {
        FlushCalls(output);
        Close(output);
        _hasBlocks = true;
        _events.Redacted(output, ++_index, data);
    }

    private void Open(OpenBlock kind, IBufferWriter<byte> output)
    {
        if (_open == kind)
        {
            return;
        }

        Close(output);
        if (kind is not OpenBlock.Text)
        {
            _blank.Clear();
        }

        _open = kind;
        _hasBlocks = true;
        _events.BlockStart(output, ++_index, kind is OpenBlock.Text);
    }

    private void Close(IBufferWriter<byte> output)
    {
        if (_open is not OpenBlock.None)
        {
            _open = OpenBlock.None;
            _call = -1;
            _events.BlockStop(output, _index);
        }
    }

    private sealed record WaitingCall(string Id, string Name)
    {
        public StringBuilder Arguments { get; } = new();
    }
}
