using System.Text;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>Puts the events of a stream together to the whole answer that they make.</summary>
public sealed class AnswerAssembly
{
    private readonly ChatResponse _response = new();
    private readonly SortedDictionary<int, Choice> _choices = [];

    /// <summary>Puts together what a client was sent as a stream, complete or not.</summary>
    /// <param name="codec">The client's dialect.</param>
    /// <param name="stream">The stream's bytes, framing included.</param>
    /// <param name="model">The model that the client asked for.</param>
    public static ChatResponse OfStream(DialectCodec codec, ReadOnlyMemory<byte> stream, string model)
    {
        var assembly = new AnswerAssembly();
        var splitter = codec.SplitStream();
        var reader = codec.ReadStream(new TargetModel { Provider = "", Model = model });
        var events = new List<ChatEvent>();
        while (splitter.TryRead(stream, out var consumed, out var next))
        {
            if (!next.IsComment)
            {
                assembly.Take(reader, next.Data, events);
            }

            stream = stream[consumed..];
        }

        reader.Finish(events);
        assembly.AddAll(events);
        return assembly.Complete();
    }

    /// <summary>Adds what happened next.</summary>
    public void Add(in ChatEvent next)
    {
        _response.Usage = next.Usage ?? _response.Usage;
        switch (next.Kind)
        {
            case ChatEventKind.Start:
                _response.Id ??= next.Id;
                break;
            case ChatEventKind.Extra when next is { Name: { } name, Json: { } value }:
                _response.Extras.Add(new HubMember(name, value.Clone()));
                break;
            case ChatEventKind.Usage or ChatEventKind.Extra or ChatEventKind.LogProbs:
                break;
            default:
                if (!_choices.TryGetValue(next.Choice, out var choice))
                {
                    _choices[next.Choice] = choice = new Choice();
                }

                choice.Add(next);
                break;
        }
    }

    /// <summary>The answer as far as it has come.</summary>
    public ChatResponse Complete()
    {
        foreach (var (index, choice) in _choices)
        {
            _response.Choices.Add(choice.Complete(index));
        }

        _choices.Clear();
        return _response;
    }

    private void Take(ChatStreamReader reader, ReadOnlyMemory<byte> payload, List<ChatEvent> events)
    {
        // What is no chunk (an error at the end) is no part of the answer.
        if (reader.Read(payload, events) is ChunkAction.Error or ChunkAction.Malformed)
        {
            events.Clear();
        }

        AddAll(events);
    }

    private void AddAll(List<ChatEvent> events)
    {
        foreach (var next in events)
        {
            Add(next);
        }

        events.Clear();
    }

    private sealed class Choice
    {
        private readonly List<Piece> _pieces = [];
        private ChatEvent _finish;

        public void Add(in ChatEvent next)
        {
            switch (next.Kind)
            {
                case ChatEventKind.Text or ChatEventKind.Thinking or ChatEventKind.Refusal:
                    OpenOf(next.Kind).Text.Append(next.Text);
                    break;
                case ChatEventKind.Signature:
                    OpenOf(ChatEventKind.Thinking).Signature = next.Text;
                    break;
                case ChatEventKind.Citation when next.Citation is { } citation:
                    OpenOf(ChatEventKind.Text).Citations.Add(citation with { Raw = citation.Raw?.Clone() });
                    break;
                case ChatEventKind.RedactedThinking:
                    _pieces.Add(new Piece(next) { IsClosed = true, Whole = new RedactedThinkingPart(next.Text ?? "") });
                    break;
                case ChatEventKind.ToolCallStart:
                    _pieces.Add(new Piece(next));
                    break;
                case ChatEventKind.ToolCallArguments:
                    var index = next.Index;
                    _pieces.FindLast(piece => piece.Begun.Kind is ChatEventKind.ToolCallStart && piece.Begun.Index == index)?.Text.Append(next.Text);
                    break;
                case ChatEventKind.Part when next.Part is { } part:
                    _pieces.Add(new Piece(next) { IsClosed = true, Whole = part is OpaquePart opaque ? opaque with { Raw = opaque.Raw.Clone() } : part });
                    break;
                case ChatEventKind.BlockEnd when _pieces.Count > 0:
                    _pieces[^1].IsClosed = true;
                    break;
                case ChatEventKind.Finish:
                    _finish = next;
                    break;
                default:
                    break;
            }
        }

        public ChatChoice Complete(int index) => new(index)
        {
            Parts = [.. _pieces.Select(static piece => piece.ToPart())],
            Stop = _finish.Stop,
            NativeStop = _finish.NativeStop,
            StopSequence = _finish.Text,
        };

        /// <summary>The piece that text of a kind goes to: the last one, unless that is something else.</summary>
        private Piece OpenOf(ChatEventKind kind)
        {
            if (_pieces.Count == 0 || _pieces[^1].IsClosed || _pieces[^1].Begun.Kind != kind)
            {
                _pieces.Add(new Piece(new ChatEvent(kind)));
            }

            return _pieces[^1];
        }
    }

    private sealed class Piece(ChatEvent begun)
    {
        public ChatEvent Begun { get; } = begun;

        public StringBuilder Text { get; } = new();

        public List<Citation> Citations { get; } = [];

        public string? Signature { get; set; }

        public bool IsClosed { get; set; }

        public ContentPart? Whole { get; init; }

        public ContentPart ToPart() => Whole ?? Begun.Kind switch
        {
            ChatEventKind.Thinking => new ThinkingPart(Text.ToString(), Signature),
            ChatEventKind.Refusal => new RefusalPart(Text.ToString()),
            ChatEventKind.ToolCallStart => new ToolCallPart(Begun.Id ?? "", Begun.Name ?? "", Text.ToString()) { Kind = Begun.ToolKind },
            _ => new TextPart(Text.ToString()) { Citations = Citations },
        };
    }
}
