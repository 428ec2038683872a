using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Responses;

/// <summary>An upstream's stream (08-bridges.md section 3). One instance a stream.</summary>
internal sealed class ResponsesStreamReader : ChatStreamReader, IDisposable
{
    private readonly Dictionary<long, CallState> _calls = [];
    private readonly HashSet<long> _seen = [];
    private JsonDocument? _document;
    private bool _started;
    private bool _thinking;
    private bool _finished;

    /// <inheritdoc/>
    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        var bare = payload.Span.Trim((byte)' ');
        if (bare.IsEmpty)
        {
            return ChunkAction.Drop;
        }

        if (bare.SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        try
        {
            _document?.Dispose();
            _document = null;
            _document = JsonDocument.Parse(payload);
            var root = _document.RootElement;
            return root.ValueKind is JsonValueKind.Object ? Take(root, payload, events) : ChunkAction.Malformed;
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException or FormatException)
        {
            return ChunkAction.Malformed;
        }
    }

    /// <inheritdoc/>
    public override void Finish(ICollection<ChatEvent> events) => Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _document?.Dispose();
        _document = null;
    }

    private ChunkAction Take(JsonElement root, ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        switch (root.Text("type"u8))
        {
            case "response.created" or "response.in_progress" or "response.queued":
                Start(root.Member("response"u8), events);
                break;
            case "response.output_text.delta":
                TakeText(root, events);
                break;
            case "response.refusal.delta" when Delta(root) is { } refusal:
                events.Add(new ChatEvent(ChatEventKind.Refusal) { Text = refusal });
                _seen.Add(IndexOf(root));
                break;
            case "response.reasoning_summary_part.added" when _thinking && root.Member("summary_index"u8).Count() > 0:
                events.Add(ChatEvent.OfThinking(ReasoningText.Gap));
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta" when Delta(root) is { } thought:
                _thinking = true;
                _seen.Add(IndexOf(root));
                events.Add(ChatEvent.OfThinking(thought));
                break;
            case "response.output_text.annotation.added" when root.Member("annotation"u8) is { ValueKind: JsonValueKind.Object } annotation:
                events.Add(new ChatEvent(ChatEventKind.Citation) { Citation = AnswerReader.CitationOf(annotation) });
                break;
            case "response.output_item.added":
                StartItem(root, events);
                break;
            case "response.function_call_arguments.delta" or "response.custom_tool_call_input.delta" when Delta(root) is { } arguments:
                TakeArguments(IndexOf(root), arguments, events);
                break;
            case "response.output_item.done":
                EndItem(root, payload, events);
                break;
            case "response.completed" or "response.incomplete":
                End(root.Member("response"u8), events);
                break;
            case "response.failed" or "error":
                return ChunkAction.Error;
            case null:
                return root.Member("error"u8).IsGiven() ? ChunkAction.Error : ChunkAction.Malformed;
            default:
                return ChunkAction.Drop;
        }

        return ChunkAction.Forward;
    }

    private void Start(JsonElement response, ICollection<ChatEvent> events)
    {
        if (!_started)
        {
            _started = true;
            events.Add(new ChatEvent(ChatEventKind.Start) { Id = response.Text("id"u8) });
        }
    }

    private void TakeText(JsonElement root, ICollection<ChatEvent> events)
    {
        if (Delta(root) is { } text)
        {
            _seen.Add(IndexOf(root));
            events.Add(ChatEvent.OfText(text));
        }

        if (AnswerReader.LogProbsOf(root.Member("logprobs"u8)) is { } probabilities)
        {
            events.Add(new ChatEvent(ChatEventKind.LogProbs) { Json = probabilities });
        }
    }

    private void StartItem(JsonElement root, ICollection<ChatEvent> events)
    {
        var item = root.Member("item"u8);
        _thinking = false;
        if (item.Text("type"u8) is "function_call" or "custom_tool_call")
        {
            StartCall(IndexOf(root), item, events);
        }
    }

    private CallState StartCall(long index, JsonElement item, ICollection<ChatEvent> events)
    {
        if (_calls.TryGetValue(index, out var known))
        {
            return known;
        }

        var call = new CallState(_calls.Count);
        _calls.Add(index, call);
        events.Add(new ChatEvent(ChatEventKind.ToolCallStart)
        {
            Index = call.Ordinal,
            Id = item.Text("call_id"u8) ?? item.Text("id"u8),
            Name = item.Text("name"u8) ?? "",
            ToolKind = item.Text("type"u8) is "custom_tool_call" ? ToolKind.Custom : ToolKind.Function,
        });
        return call;
    }

    private void TakeArguments(long index, string text, ICollection<ChatEvent> events)
    {
        if (_calls.TryGetValue(index, out var call))
        {
            call.HasArguments = true;
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = call.Ordinal, Text = text });
        }
    }

    /// <summary>What an item is in the end counts only where its pieces were not sent.</summary>
    private void EndItem(JsonElement root, ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        var item = root.Member("item"u8);
        var index = IndexOf(root);
        switch (item.Text("type"u8))
        {
            case "function_call" or "custom_tool_call":
                var call = StartCall(index, item, events);
                if (!call.HasArguments && (item.Text("arguments"u8) ?? item.Text("input"u8)) is { Length: > 0 } arguments)
                {
                    TakeArguments(index, arguments, events);
                }

                break;
            case "reasoning":
                EndReasoning(item, index, events);
                break;
            case "message":
                if (!_seen.Contains(index))
                {
                    AddMessage(item, events);
                }

                break;
            case { } type:
                events.Add(new ChatEvent(ChatEventKind.Part) { Part = AnswerReader.WholePart(item, type, payload) });
                break;
            default:
                return;
        }

        events.Add(new ChatEvent(ChatEventKind.BlockEnd));
    }

    private void EndReasoning(JsonElement item, long index, ICollection<ChatEvent> events)
    {
        _thinking = false;
        var isShown = _seen.Contains(index);
        switch (AnswerReader.ThoughtsOf(item))
        {
            case ThinkingPart thinking:
                if (!isShown)
                {
                    events.Add(ChatEvent.OfThinking(thinking.Text));
                }

                AddSignature(thinking.Signature, events);
                break;
            case RedactedThinkingPart redacted when !isShown:
                events.Add(new ChatEvent(ChatEventKind.RedactedThinking) { Text = redacted.Data });
                break;
            case RedactedThinkingPart redacted:
                AddSignature(redacted.Data, events);
                break;
            default:
                break;
        }
    }

    private static void AddSignature(string? signature, ICollection<ChatEvent> events)
    {
        if (signature is not null)
        {
            events.Add(new ChatEvent(ChatEventKind.Signature) { Text = signature });
        }
    }

    private static void AddMessage(JsonElement item, ICollection<ChatEvent> events)
    {
        foreach (var part in Items.Of(item, "content"u8))
        {
            if (part.Text("refusal"u8) is { } refusal)
            {
                events.Add(new ChatEvent(ChatEventKind.Refusal) { Text = refusal });
            }
            else if (part.Text("text"u8) is { } text)
            {
                events.Add(ChatEvent.OfText(text));
            }
        }
    }

    private void End(JsonElement response, ICollection<ChatEvent> events)
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        Start(response, events);
        if (AnswerReader.UsageOf(response) is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }

        var (stop, native) = AnswerReader.StopOf(response, _calls.Count > 0);
        events.Add(ChatEvent.OfFinish(stop, native));
    }

    private static string? Delta(JsonElement root) => root.Text("delta"u8) is { Length: > 0 } delta ? delta : null;

    private static long IndexOf(JsonElement root) => root.Member("output_index"u8).Count() ?? 0;

    private sealed class CallState(int ordinal)
    {
        public int Ordinal { get; } = ordinal;

        public bool HasArguments { get; set; }
    }
}
