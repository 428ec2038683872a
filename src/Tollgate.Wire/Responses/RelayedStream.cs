using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Responses;

/// <summary>
/// A stream from an upstream of the dialect to a client of the same: its events as they come, the response objects in them restamped, usage
/// taken from the last.
/// </summary>
internal sealed class RelayedStream(AnswerView view) : StreamPath
{
    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private TokenUsage? _usage;
    private string? _id;
    private byte[] _type = [];
    private bool _finished;
    private bool _hasOutput;
    private long _outputBytes;
    private long _nextNumber;

    /// <inheritdoc/>
    public override TokenUsage? Usage => _usage;

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => _hasOutput;

    /// <inheritdoc/>
    public override long OutputBytes => _outputBytes;

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

        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind is not JsonKind.Object)
        {
            return ChunkAction.Malformed;
        }

        var type = _members.Find(json, "type"u8);
        if (type < 0 || _members[type].Kind is not JsonKind.String)
        {
            return _members.Find(json, "error"u8) >= 0 ? ChunkAction.Error : ChunkAction.Malformed;
        }

        var name = json.Slice(_members[type].ValueStart + 1, _members[type].ValueLength - 2);
        if (!name.SequenceEqual(_type))
        {
            // PERF: deltas follow each other by the hundred.
            _type = name.ToArray();
        }

        return Look(json);
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output)
    {
        output.Write("event: "u8);
        output.Write(_type);
        output.Write("\ndata: "u8);
        _edits.WriteTo(payload.Span, output);
        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        // COMPAT: LiteLLM closes with [DONE], OpenAI does not; clients of both accept it (llm-api.md section 12).
        output.Write("data: [DONE]\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output)
    {
        var events = new EventWriter(_nextNumber);
        ErrorEvents.Write(
            events,
            error,
            new ResponseObject { Id = _id ?? "resp_" + view.NewId(), View = view, Created = view.CreatedUnixSeconds, Status = "failed", Error = error },
            output);
    }

    private ChunkAction Look(ReadOnlySpan<byte> json)
    {
        if (_type.AsSpan().SequenceEqual("error"u8) || _type.AsSpan().SequenceEqual("response.failed"u8))
        {
            return ChunkAction.Error;
        }

        NoteNumber(json);
        var response = _members.Find(json, "response"u8);
        if (response >= 0 && _members[response].Kind is JsonKind.Object)
        {
            LookAtResponse(json, _members[response].ValueStart);
            return ChunkAction.Forward;
        }

        _hasOutput = true;
        var delta = _members.Find(json, "delta"u8);
        if (delta >= 0 && _members[delta].Kind is JsonKind.String)
        {
            _outputBytes += _members[delta].ValueLength - 2;
        }

        return ChunkAction.Forward;
    }

    private void LookAtResponse(ReadOnlySpan<byte> json, int start)
    {
        var (_, publicId) = ResponseEdits.Make(json, start, view, _edits);
        _id ??= publicId;
        _usage = ResponseEdits.UsageOf(json, start) ?? _usage;
        var isEnd = _type.AsSpan().SequenceEqual("response.completed"u8) || _type.AsSpan().SequenceEqual("response.incomplete"u8);
        _finished |= isEnd;
        _hasOutput |= isEnd;
    }

    private void NoteNumber(ReadOnlySpan<byte> json)
    {
        var number = _members.Find(json, "sequence_number"u8);
        _nextNumber = number >= 0
            && System.Buffers.Text.Utf8Parser.TryParse(json.Slice(_members[number].ValueStart, _members[number].ValueLength), out long given, out _)
            ? given + 1 : _nextNumber + 1;
    }
}
