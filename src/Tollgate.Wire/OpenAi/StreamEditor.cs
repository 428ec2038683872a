using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>What is to be done with one event of an upstream's stream.</summary>
public enum ChunkAction : byte
{
    /// <summary>Send it, with the editor's edits.</summary>
    Forward,

    /// <summary>Of no use to the client: the usage it did not ask for, a chunk without choices.</summary>
    Drop,

    /// <summary>The closing <c>[DONE]</c>.</summary>
    Done,

    /// <summary>An error object in place of a chunk.</summary>
    Error,

    /// <summary>No JSON object.</summary>
    Malformed,
}

/// <summary>How one stream is to look to its client.</summary>
/// <param name="Surface">Chat or completions.</param>
/// <param name="ClientModel">The model as the client wrote it, a JSON string with quotes.</param>
/// <param name="ShowUsage">The client asked for usage.</param>
/// <param name="Rules">What to change in choices.</param>
public sealed record StreamView(Surface Surface, ReadOnlyMemory<byte> ClientModel, bool ShowUsage, ResponseRules Rules);

/// <summary>
/// Looks at the chunks of one stream and decides what the client sees of each: model and id restamped, usage taken (and hidden unless asked
/// for), the end noticed. One instance a stream.
/// </summary>
public sealed class StreamEditor(StreamView view) : StreamPath
{
    private static readonly ReadOnlyMemory<byte> EmptyChoice = "[{\"index\":0,\"delta\":{}}]"u8.ToArray();

    private static readonly ReadOnlyMemory<byte> AddedEmptyChoice = ",\"choices\":[{\"index\":0,\"delta\":{}}]"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> NullJson = "null"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> NoChoices = "[]"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> AddedNoChoices = ",\"choices\":[]"u8.ToArray();

    private readonly JsonMembers _members = new();
    private readonly ChoicesEditor? _choicesEditor = view.Rules.IsIdentity ? null : new ChoicesEditor(view.Rules);
    private MemberSpan _emptyFinish;
    private bool _callsTools;
    private byte[]? _id;
    private byte[]? _created;
    private byte[]? _pendingUsage;
    private bool _usageSent;
    private TokenUsage? _usage;
    private bool _finished;
    private bool _hasOutput;
    private long _outputBytes;

    /// <summary>Edits of the chunk looked at last.</summary>
    public JsonEdits Edits { get; } = new();

    /// <inheritdoc/>
    public override TokenUsage? Usage => _usage;

    /// <inheritdoc/>
    public override string? AnswerId => _id is null ? null : JsonText.AsString(_id);

    /// <inheritdoc/>
    public override bool Finished => _finished;

    /// <inheritdoc/>
    public override bool HasOutput => _hasOutput;

    /// <inheritdoc/>
    public override long OutputBytes => _outputBytes;

    /// <inheritdoc/>
    public override ChunkAction Next(ReadOnlyMemory<byte> payload)
    {
        Edits.Clear();
        _hasOutput = false;
        var json = payload.Span;
        var bare = json.Trim((byte)' ');
        if (bare.SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        if (bare.IsEmpty)
        {
            // An empty data line is some upstreams' sign of life.
            return ChunkAction.Drop;
        }

        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return ChunkAction.Malformed;
        }

        var parts = Find(json);
        if (parts.Error >= 0)
        {
            return ChunkAction.Error;
        }

        var emptyChoices = parts.Choices < 0 || IsEmptyArray(json, _members[parts.Choices]);
        var hasUsage = parts.Usage >= 0 && _members[parts.Usage].Kind == JsonKind.Object;
        if (hasUsage)
        {
            _usage = TokenUsage.ReadIn(json, _members, parts.Usage);
        }

        else if (parts.Groq >= 0)
        {
            ReadGroqUsage(json, _members[parts.Groq]);
        }

        if (emptyChoices && !(hasUsage && view.ShowUsage))
        {
            return ChunkAction.Drop;
        }

        if (!emptyChoices)
        {
            LookAtChoices(json, _members[parts.Choices]);
        }

        MakeEdits(payload, parts, emptyChoices, hasUsage);
        return ChunkAction.Forward;
    }

    /// <inheritdoc/>
    public override void WriteTo(ReadOnlyMemory<byte> payload, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        Edits.WriteTo(payload.Span, output);
        output.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteEnd(IBufferWriter<byte> output, bool isClosed)
    {
        if (!Finished && !isClosed)
        {
            WriteFinishChunk(output);
        }

        TryWriteUsageChunk(output);
        output.Write("data: [DONE]\n\n"u8);
    }

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, IBufferWriter<byte> output)
    {
        // The status is gone: the error is the last event, and no [DONE] follows (R29).
        output.Write("data: "u8);
        error.WriteTo(output);
        output.Write("\n\n"u8);
    }

    /// <summary>Writes the usage chunk that the client asked for and that has not gone out with the chunks yet.</summary>
    /// <returns>False when there is none to write.</returns>
    public bool TryWriteUsageChunk(IBufferWriter<byte> output)
    {
        if (!view.ShowUsage || _usageSent || _pendingUsage is null)
        {
            return false;
        }

        WriteSyntheticChunk(output, view.Surface == Surface.Chat ? EmptyChoice.Span : "[]"u8, _pendingUsage);
        _usageSent = true;
        return true;
    }

    /// <summary>Writes a chunk with a finish reason, for an upstream that ended in order but without one.</summary>
    public void WriteFinishChunk(IBufferWriter<byte> output)
    {
        _finished = true;
        WriteSyntheticChunk(
            output,
            view.Surface == Surface.Chat
                ? _callsTools
                    ? "[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]"u8 : "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]"u8
                : "[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}]"u8,
            usage: null);
    }

    private void WriteSyntheticChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> choices, ReadOnlySpan<byte> usage)
    {
        output.Write("data: {\"id\":"u8);
        output.Write(_id ?? "\"chatcmpl-unknown\""u8);
        output.Write(view.Surface == Surface.Chat ? ",\"object\":\"chat.completion.chunk\",\"created\":"u8 : ",\"object\":\"text_completion\",\"created\":"u8);
        output.Write(_created ?? "0"u8);
        output.Write(",\"model\":"u8);
        output.Write(view.ClientModel.Span);
        output.Write(",\"choices\":"u8);
        output.Write(choices);
        if (!usage.IsEmpty)
        {
            output.Write(",\"usage\":"u8);
            output.Write(usage);
        }

        output.Write("}\n\n"u8);
    }

    private void MakeEdits(ReadOnlyMemory<byte> payload, in Parts parts, bool emptyChoices, bool hasUsage)
    {
        var json = payload.Span;
        for (var i = 0; i < _members.Count; i++)
        {
            ref readonly var member = ref _members[i];
            var value = json.Slice(member.ValueStart, member.ValueLength);
            if (i == parts.Model)
            {
                if (!value.SequenceEqual(view.ClientModel.Span))
                {
                    Edits.Replace(member.ValueStart, member.End, view.ClientModel);
                }
            }
            else if (i == parts.Id)
            {
                // COMPAT: all chunks carry the first one's id, clients group by it (02-openai-azure.md 1.4).
                Restamp(ref _id, member, value, usable: member.Kind == JsonKind.String && value.Length > 2);
            }
            else if (i == parts.Choices)
            {
                EditChoices(payload, member, emptyChoices);
            }
            else if (i == parts.Usage)
            {
                EditUsage(i, value, emptyChoices, hasUsage);
            }
            else if (i == parts.Created)
            {
                Restamp(ref _created, member, value, usable: member.Kind == JsonKind.Number);
            }
        }

        if (parts.Choices < 0)
        {
            Edits.Insert(_members.RootEnd, view.Surface == Surface.Chat ? AddedEmptyChoice : AddedNoChoices);
        }
    }

    /// <summary>Keeps the first usable value of a stream and puts it in place of every other.</summary>
    private void Restamp(ref byte[]? first, in MemberSpan member, ReadOnlySpan<byte> value, bool usable)
    {
        if (first is null && usable)
        {
            first = value.ToArray();
        }
        else if (first is not null && !value.SequenceEqual(first))
        {
            Edits.Replace(member.ValueStart, member.End, first);
        }
    }

    private void EditChoices(ReadOnlyMemory<byte> payload, in MemberSpan choices, bool empty)
    {
        if (empty && view.Surface == Surface.Chat)
        {
            // COMPAT: the usage chunk has one empty choice, not none: clients index choices[0] unguarded (llm-api.md section 10).
            Edits.Replace(choices.ValueStart, choices.End, EmptyChoice);
        }
        else if (empty && choices.Kind == JsonKind.Null)
        {
            Edits.Replace(choices.ValueStart, choices.End, NoChoices);
        }
        else if (!empty && _choicesEditor is not null)
        {
            _choicesEditor.Edit(payload, choices, Edits);
        }
        else if (_emptyFinish.Kind is JsonKind.String)
        {
            Edits.Replace(_emptyFinish.ValueStart, _emptyFinish.End, NullJson);
        }
    }

    /// <summary>Groq counts in a member of its own, with the last chunk, where nobody asked for usage.</summary>
    private void ReadGroqUsage(ReadOnlySpan<byte> json, in MemberSpan groq)
    {
        if (groq.Kind is JsonKind.Object && JsonWalker.TryFind(json, groq.ValueStart, "usage"u8, out var usage) && usage.Kind is JsonKind.Object)
        {
            _usage ??= TokenUsage.Read(json, usage.ValueStart);
            _pendingUsage ??= json.Slice(usage.ValueStart, usage.ValueLength).ToArray();
        }
    }

    private void EditUsage(int index, ReadOnlySpan<byte> value, bool emptyChoices, bool hasUsage)
    {
        if (emptyChoices)
        {
            _usageSent = true;
        }
        else if (!view.ShowUsage || hasUsage)
        {
            // Usage beside output is a running count; the client gets the last one, in a chunk of its own.
            if (hasUsage)
            {
                _pendingUsage = value.ToArray();
            }

            CutMember(index);
        }
    }

    private void CutMember(int index)
    {
        if (index + 1 < _members.Count)
        {
            Edits.Cut(_members[index].Start, _members[index + 1].Start);
        }
        else if (index > 0)
        {
            // The member before may have been edited up to its end, so the comma behind it is where the cut begins.
            Edits.Cut(_members[index - 1].End, _members[index].End);
        }
        else
        {
            Edits.Cut(_members[index].Start, _members[index].End);
        }
    }

    private void LookAtChoices(ReadOnlySpan<byte> json, in MemberSpan choices)
    {
        _emptyFinish = default;
        var choice = new JsonWalker(json, choices.ValueStart);
        while (choice.MoveNext())
        {
            if (choice.Current.Kind != JsonKind.Object)
            {
                continue;
            }

            var member = new JsonWalker(json, choice.Current.ValueStart);
            while (member.MoveNext())
            {
                LookAtChoiceMember(json, ref member);
            }
        }
    }

    private void LookAtChoiceMember(ReadOnlySpan<byte> json, ref JsonWalker member)
    {
        var kind = member.Current.Kind;
        if (kind == JsonKind.String && member.NameIs("finish_reason"u8))
        {
            // "" is what some upstreams send for "not yet".
            var finished = member.Current.ValueLength > 2;
            _finished |= finished;
            _hasOutput |= finished;
            _emptyFinish = finished ? _emptyFinish : member.Current;
        }
        else if (kind == JsonKind.String && member.NameIs("text"u8))
        {
            CountOutput(member.Current);
        }
        else if (kind == JsonKind.Object && member.NameIs("delta"u8))
        {
            var delta = new JsonWalker(json, member.Current.ValueStart);
            while (delta.MoveNext())
            {
                if (delta.Current.Kind != JsonKind.Null && !delta.NameIs("role"u8))
                {
                    _callsTools |= delta.Current is { Kind: JsonKind.Array, ValueLength: > 2 } && delta.NameIs("tool_calls"u8);
                    CountOutput(delta.Current);
                }
            }
        }
    }

    private void CountOutput(in MemberSpan value)
    {
        // "" and [] and {} are the empty first chunk of a stream, not output.
        if (value.ValueLength > 2 || value.Kind is JsonKind.Number or JsonKind.True)
        {
            _hasOutput = true;
            _outputBytes += value.Kind == JsonKind.String ? value.ValueLength - 2 : value.ValueLength;
        }
    }

    private static bool IsEmptyArray(ReadOnlySpan<byte> json, in MemberSpan member)
        => member.Kind == JsonKind.Null
            || (member.Kind == JsonKind.Array && (member.ValueLength == 2 || JsonWalker.IsEmpty(json, member.ValueStart)));

    private Parts Find(ReadOnlySpan<byte> json)
    {
        var parts = new Parts();
        for (var i = 0; i < _members.Count; i++)
        {
            ref readonly var member = ref _members[i];
            var name = json.Slice(member.NameStart, member.NameLength);
            switch (name.Length)
            {
                case 2 when name.SequenceEqual("id"u8):
                    parts.Id = i;
                    break;
                case 5 when name.SequenceEqual("model"u8):
                    parts.Model = i;
                    break;
                case 5 when name.SequenceEqual("usage"u8):
                    parts.Usage = i;
                    break;
                case 5 when name.SequenceEqual("error"u8) && member.Kind != JsonKind.Null:
                    parts.Error = i;
                    break;
                case 6 when name.SequenceEqual("x_groq"u8):
                    parts.Groq = i;
                    break;
                case 7 when name.SequenceEqual("choices"u8):
                    parts.Choices = i;
                    break;
                case 7 when name.SequenceEqual("created"u8):
                    parts.Created = i;
                    break;
                default:
                    break;
            }
        }

        return parts;
    }

    private struct Parts()
    {
        public int Id = -1;
        public int Model = -1;
        public int Usage = -1;
        public int Error = -1;
        public int Choices = -1;
        public int Created = -1;
        public int Groq = -1;
    }
}
