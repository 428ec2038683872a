using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads the chunks of an upstream's stream, each a whole response object (04-gemini-vertex.md section 3.2).</summary>
internal sealed class GenerateContentStreamReader(TargetModel target) : ChatStreamReader
{
    /// <summary>Bytes of a payload that is kept for its second half.</summary>
    private const int MostPending = 1 << 20;

    private readonly GeminiModel _model = GeminiModel.Of(target.Model);
    private readonly Dictionary<int, ChoiceState> _choices = [];
    private readonly HashSet<string> _lists = new(StringComparer.Ordinal);
    private ArrayBufferWriter<byte>? _pending;
    private bool _started;
    private long _searches;

    /// <inheritdoc/>
    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        if (_pending is null && payload.Span.Trim((byte)' ') is var bare && (bare.IsEmpty || bare.SequenceEqual("[DONE]"u8)))
        {
            return bare.IsEmpty ? ChunkAction.Forward : ChunkAction.Done;
        }

        var whole = payload;
        if (_pending is not null)
        {
            _pending.Write(payload.Span);
            whole = _pending.WrittenMemory;
        }

        try
        {
            // Not disposed: its elements live until the next payload, its memory is the garbage collector's.
            var root = JsonDocument.Parse(whole).RootElement;
            _pending = null;
            return ReadRoot(root, whole, events);
        }
        catch (JsonException)
        {
            return Keep(payload);
        }
        catch (Exception exception) when (exception is WireException or InvalidOperationException or FormatException)
        {
            return ChunkAction.Malformed;
        }
    }

    /// <summary>Some gateways cut a chunk in two events: the first half waits for the second.</summary>
    private ChunkAction Keep(ReadOnlyMemory<byte> payload)
    {
        if (_pending is null)
        {
            if (payload.Span.TrimStart(" \r\n\t"u8) is not [(byte)'{', ..])
            {
                return ChunkAction.Malformed;
            }

            _pending = new ArrayBufferWriter<byte>(payload.Length * 2);
            _pending.Write(payload.Span);
        }

        return _pending.WrittenCount > MostPending ? ChunkAction.Malformed : ChunkAction.Forward;
    }

    private ChunkAction ReadRoot(JsonElement root, ReadOnlyMemory<byte> body, ICollection<ChatEvent> events)
    {
        foreach (var chunk in root.Items())
        {
            if (chunk.ValueKind is not JsonValueKind.Object)
            {
                return ChunkAction.Malformed;
            }

            if (chunk.Member("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                return ChunkAction.Error;
            }

            ReadChunk(chunk, body, events);
        }

        return ChunkAction.Forward;
    }

    private void ReadChunk(JsonElement chunk, ReadOnlyMemory<byte> body, ICollection<ChatEvent> events)
    {
        if (!_started)
        {
            _started = true;
            events.Add(new ChatEvent(ChatEventKind.Start) { Id = chunk.Text("responseId"u8) });
        }

        foreach (var candidate in chunk.Member("candidates"u8).Items())
        {
            if (candidate.ValueKind is JsonValueKind.Object)
            {
                ReadCandidate(candidate, body, events);
            }
        }

        if (_choices.Count == 0 && chunk.Member("promptFeedback"u8).Text("blockReason"u8) is { } reason)
        {
            StateOf(0).Finished = true;
            events.Add(ChatEvent.OfFinish(StopReason.ContentFilter, reason));
        }

        if (chunk.Member("usageMetadata"u8) is { ValueKind: JsonValueKind.Object } usage)
        {
            events.Add(ChatEvent.OfUsage(UsageMetadata.Read(usage.Bytes()) with { WebSearchRequests = _searches }));
        }
    }

    private void ReadCandidate(JsonElement candidate, ReadOnlyMemory<byte> body, ICollection<ChatEvent> events)
    {
        var index = (int)Math.Min(candidate.Member("index"u8).Count() ?? 0, int.MaxValue);
        var state = StateOf(index);
        foreach (var part in candidate.Member("content"u8).Member("parts"u8).Items())
        {
            if (CandidateReader.ReadPart(part, body) is { } read)
            {
                Add(read, index, state, events);
            }
        }

        if (CandidateReader.LogProbsOf(candidate) is { } probabilities)
        {
            events.Add(new ChatEvent(ChatEventKind.LogProbs) { Choice = index, Json = probabilities });
        }

        _searches = Math.Max(_searches, CandidateReader.SearchesOf(candidate, _model));
        foreach (var citation in CandidateReader.CitationsOf(candidate, state.Text.ToString()))
        {
            events.Add(new ChatEvent(ChatEventKind.Citation) { Choice = index, Citation = citation });
        }

        foreach (var list in CandidateReader.RootLists(candidate))
        {
            // Safety ratings come with every chunk; once is enough.
            if (_lists.Add(list.Name))
            {
                events.Add(new ChatEvent(ChatEventKind.Extra) { Name = list.Name, Json = list.Value });
            }
        }

        if (candidate.Text("finishReason"u8) is { Length: > 0 } word && word is not "FINISH_REASON_UNSPECIFIED" && !state.Finished)
        {
            state.Finished = true;
            events.Add(ChatEvent.OfFinish(GeminiWords.StopOf(word, state.Calls > 0), GeminiWords.NativeOf(word), index));
        }
    }

    private static void Add(ContentPart part, int choice, ChoiceState state, ICollection<ChatEvent> events)
    {
        switch (part)
        {
            case TextPart text:
                state.Text.Append(text.Text);
                events.Add(ChatEvent.OfText(text.Text, choice) with { Part = text.Signature is null ? null : text });
                break;
            case ThinkingPart thinking:
                events.Add(ChatEvent.OfThinking(thinking.Text, choice));
                if (thinking.Signature is not null)
                {
                    events.Add(new ChatEvent(ChatEventKind.Signature) { Choice = choice, Text = thinking.Signature });
                }

                break;
            case ToolCallPart call:
                var index = state.Calls++;
                events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Choice = choice, Index = index, Id = call.Id, Name = call.Name, Part = call });
                events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Choice = choice, Index = index, Text = call.Arguments });
                events.Add(new ChatEvent(ChatEventKind.BlockEnd) { Choice = choice });
                break;
            default:
                events.Add(new ChatEvent(ChatEventKind.Part) { Choice = choice, Part = part });
                break;
        }
    }

    private ChoiceState StateOf(int index)
    {
        if (!_choices.TryGetValue(index, out var state))
        {
            state = _choices[index] = new ChoiceState();
        }

        return state;
    }

    private sealed class ChoiceState
    {
        public StringBuilder Text { get; } = new();

        public int Calls { get; set; }

        public bool Finished { get; set; }
    }
}
