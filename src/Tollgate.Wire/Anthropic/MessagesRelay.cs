using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// Relays a stream from one who speaks Anthropic's dialect to a client of the same: the events are the upstream's own bytes, but for the model
/// that the client asked for. What must be known is read on the way.
/// </summary>
/// <param name="view">What the client is to see.</param>
internal sealed class MessagesRelay(AnswerView view) : StreamPath
{
    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private MessagesUsage _usage;
    private string? _id;
    private bool _finished;
    private bool _hasOutput;
    private long _outputBytes;
    private long _thinkingBytes;
    private long _openBlock = -1;
    private byte[]? _stop;

    /// <inheritdoc/>
    public override TokenUsage? Usage => _usage.IsGiven ? _usage.ToTokens(_thinkingBytes) : null;

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => _hasOutput;

    /// <inheritdoc/>
    public override long OutputBytes => _outputBytes;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeepAlive => MessagesEvents.Ping;

    /// <inheritdoc/>
    public override ChunkAction Next(ReadOnlyMemory<byte> payload)
    {
        _edits.Clear();
        _hasOutput = false;
        var json = payload.Span;
        var bare = json.Trim((byte)' ');
        if (bare.IsEmpty)
        {
            return ChunkAction.Drop;
        }

        if (bare.SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return ChunkAction.Malformed;
        }

        return Look(json);
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output)
    {
        var type = TypeOf(payload.Span);
        if (!type.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(type);
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        _edits.WriteTo(payload.Span, output);
        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        if (_stop is not null)
        {
            output.Write("event: message_stop\ndata: "u8);
            output.Write(_stop);
            output.Write("\n\n"u8);
            return;
        }

        // An upstream that closed early: clients wait for these events.
        var events = new EventWriter();
        if (_openBlock >= 0)
        {
            events.BlockStop(output, (int)Math.Min(_openBlock, int.MaxValue));
        }

        if (!_finished)
        {
            events.MessageDelta(output, "end_turn", null, Usage ?? default, []);
        }

        output.Write(MessagesEvents.Stop);
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output) => MessagesErrors.WriteEvent(error, output);

    private ChunkAction Look(ReadOnlySpan<byte> json)
    {
        var type = TypeOf(json);
        if (type.SequenceEqual("content_block_delta"u8))
        {
            LookAtDelta(json);
        }
        else if (type.SequenceEqual("content_block_start"u8))
        {
            LookAtStart(json);
        }
        else if (type.SequenceEqual("content_block_stop"u8))
        {
            _openBlock = -1;
        }
        else if (type.SequenceEqual("message_start"u8))
        {
            LookAtMessage(json);
        }
        else if (type.SequenceEqual("message_delta"u8))
        {
            LookAtEnd(json);
        }
        else if (type.SequenceEqual("message_stop"u8))
        {
            // Sent by WriteEnd, when the call is on record.
            _stop = json.ToArray();
            return ChunkAction.Done;
        }
        else if (type.SequenceEqual("error"u8) || (_members.Find(json, "error"u8) is >= 0 and var error && _members[error].Kind is not JsonKind.Null))
        {
            return ChunkAction.Error;
        }

        return ChunkAction.Forward;
    }

    private void LookAtMessage(ReadOnlySpan<byte> json)
    {
        var index = _members.Find(json, "message"u8);
        if (index < 0 || _members[index].Kind != JsonKind.Object)
        {
            return;
        }

        var member = new JsonWalker(json, _members[index].ValueStart);
        while (member.MoveNext())
        {
            if (member.NameIs("id"u8))
            {
                _id = JsonText.AsString(member.Value);
            }
            else if (member.NameIs("model"u8) && !member.Value.SequenceEqual(view.ModelJson.Span))
            {
                _edits.Replace(member.Current.ValueStart, member.Current.End, view.ModelJson);
            }
            else if (member.NameIs("usage"u8))
            {
                _usage.Take(json, member.Current.ValueStart);
            }
        }
    }

    private void LookAtStart(ReadOnlySpan<byte> json)
    {
        _openBlock = IndexOf(json);
        var block = _members.Find(json, "content_block"u8);
        if (block >= 0 && JsonWalker.TryFind(json, _members[block].ValueStart, "type"u8, out var type))
        {
            // Text and thoughts begin empty; everything else is something already.
            var word = json.Slice(type.ValueStart, type.ValueLength);
            _hasOutput = !word.SequenceEqual("\"text\""u8) && !word.SequenceEqual("\"thinking\""u8);
        }
    }

    private void LookAtDelta(ReadOnlySpan<byte> json)
    {
        _hasOutput = true;
        var index = _members.Find(json, "delta"u8);
        if (index < 0)
        {
            return;
        }

        var member = new JsonWalker(json, _members[index].ValueStart);
        while (member.MoveNext())
        {
            if (member.NameIs("thinking"u8))
            {
                _thinkingBytes += member.Current.ValueLength - 2;
                _outputBytes += member.Current.ValueLength - 2;
            }
            else if (member.NameIs("text"u8) || member.NameIs("partial_json"u8))
            {
                _outputBytes += Math.Max(0, member.Current.ValueLength - 2);
            }
        }
    }

    private void LookAtEnd(ReadOnlySpan<byte> json)
    {
        var usage = _members.Find(json, "usage"u8);
        if (usage >= 0)
        {
            _usage.Take(json, _members[usage].ValueStart);
        }

        var delta = _members.Find(json, "delta"u8);
        if (delta >= 0 && JsonWalker.TryFind(json, _members[delta].ValueStart, "stop_reason"u8, out var reason) && reason.Kind is JsonKind.String)
        {
            _finished = true;
            _hasOutput = true;
        }
    }

    private long IndexOf(ReadOnlySpan<byte> json)
    {
        var index = _members.Find(json, "index"u8);
        return index >= 0 && System.Buffers.Text.Utf8Parser.TryParse(json.Slice(_members[index].ValueStart, _members[index].ValueLength), out int value, out _)
            ? value : 0;
    }

    private ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> json)
    {
        var index = _members.Find(json, "type"u8);
        return index >= 0 && _members[index].Kind is JsonKind.String ? json.Slice(_members[index].ValueStart + 1, _members[index].ValueLength - 2) : default;
    }
}
