using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Reads the chunks of a chat stream into events.</summary>
/// <param name="target">What its provider says in words of its own.</param>
internal sealed class ChatEventReader(TargetModel target) : ChatStreamReader
{
    private readonly ChoicesEditor? _choices = target.Rules.IsIdentity ? null : new ChoicesEditor(target.Rules);
    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private readonly HashSet<(int Choice, int Index)> _calls = [];
    private readonly Dictionary<int, StopReason> _finished = [];
    private JsonDocument? _last;
    private bool _started;
    private bool _hasOutput;

    /// <inheritdoc/>
    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        var bare = payload.Span.Trim(" \r\n\t"u8);
        if (bare.SequenceEqual("[DONE]"u8))
        {
            return ChunkAction.Done;
        }

        if (bare.IsEmpty)
        {
            return ChunkAction.Drop;
        }

        if (!JsonScanner.Scan(payload.Span, _members).IsNone || _members.RootKind is not JsonKind.Object)
        {
            return ChunkAction.Malformed;
        }

        // Events hold on to their chunk until the next one is read.
        _last?.Dispose();
        _last = null;
        if (!TryParse(Normalized(payload), out _last))
        {
            return ChunkAction.Malformed;
        }

        var root = _last!.RootElement;
        if (root.Member("error"u8).IsGiven())
        {
            return ChunkAction.Error;
        }

        if (!_started)
        {
            _started = true;
            events.Add(new ChatEvent(ChatEventKind.Start) { Id = root.Text("id"u8) });
        }

        if (root.Member("choices"u8) is { ValueKind: JsonValueKind.Array } choices)
        {
            foreach (var choice in choices.EnumerateArray())
            {
                ReadChoice(choice, events);
            }
        }

        if (root.Member("usage"u8) is { ValueKind: JsonValueKind.Object } usage)
        {
            events.Add(ChatEvent.OfUsage(TokenUsage.Read(usage.Bytes(), 0)));
        }

        return ChunkAction.Forward;
    }

    /// <inheritdoc/>
    public override void Finish(ICollection<ChatEvent> events)
    {
        if (_finished.Count == 0 && _hasOutput)
        {
            events.Add(ChatEvent.OfFinish(_calls.Count > 0 ? StopReason.ToolCalls : StopReason.Stop));
        }
    }

    private static bool TryParse(ReadOnlyMemory<byte> json, out JsonDocument? document)
    {
        try
        {
            document = JsonDocument.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            // Nested deeper than anything that means something.
            document = null;
            return false;
        }
    }

    /// <summary>The chunk in the dialect's own words: providers put reasoning and finish reasons elsewhere.</summary>
    private ReadOnlyMemory<byte> Normalized(ReadOnlyMemory<byte> payload)
    {
        if (_choices is null || _members.Find(payload.Span, "choices"u8) is not (>= 0 and var at) || _members[at].Kind is not JsonKind.Array)
        {
            return payload;
        }

        _edits.Clear();
        _choices.Edit(payload, _members[at], _edits);
        if (_edits.Count == 0)
        {
            return payload;
        }

        var edited = new ArrayBufferWriter<byte>(_edits.LengthOf(payload.Length) + 1);
        _edits.WriteTo(payload.Span, edited);
        return edited.WrittenMemory;
    }

    private void ReadChoice(JsonElement choice, ICollection<ChatEvent> events)
    {
        var number = (int)Math.Min(choice.Member("index"u8).Count() ?? 0, 1024);
        var delta = choice.Member("delta"u8);
        if (delta.ValueKind is JsonValueKind.Object)
        {
            ReadDelta(delta, number, events);
        }
        else if (choice.Text("text"u8) is { Length: > 0 } text)
        {
            _hasOutput = true;
            events.Add(ChatEvent.OfText(text, number));
        }

        if (choice.Member("logprobs"u8) is { ValueKind: JsonValueKind.Object } probabilities)
        {
            events.Add(new ChatEvent(ChatEventKind.LogProbs) { Choice = number, Json = probabilities });
        }

        if (choice.Text("finish_reason"u8) is { Length: > 0 } word && !_finished.ContainsKey(number))
        {
            var stop = FinishReasons.Read(word, _calls.Any(call => call.Choice == number));
            _finished[number] = stop;
            events.Add(ChatEvent.OfFinish(stop, choice.Member("provider_specific_fields"u8).Text("native_finish_reason"u8), number));
        }
    }

    private void ReadDelta(JsonElement delta, int choice, ICollection<ChatEvent> events)
    {
        var before = events.Count;
        ReadThoughts(delta, choice, events);
        if (delta.Text("content"u8) is { Length: > 0 } text)
        {
            events.Add(ChatEvent.OfText(text, choice));
        }

        if (delta.Text("refusal"u8) is { Length: > 0 } refusal)
        {
            events.Add(new ChatEvent(ChatEventKind.Refusal) { Choice = choice, Text = refusal });
        }

        foreach (var citation in ChatResponseReader.CitationsOf(delta.Member("annotations"u8)))
        {
            events.Add(new ChatEvent(ChatEventKind.Citation) { Choice = choice, Citation = citation });
        }

        ReadMedia(delta, choice, events);
        if (delta.Member("tool_calls"u8) is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
            {
                ReadCall(call, choice, events);
            }
        }
        else if (delta.Member("function_call"u8) is { ValueKind: JsonValueKind.Object } function)
        {
            ReadCallParts(function, choice, 0, "call_0", ToolKind.Function, events);
        }

        _hasOutput |= events.Count > before;
    }

    private static void ReadThoughts(JsonElement delta, int choice, ICollection<ChatEvent> events)
    {
        var text = delta.Text("reasoning_content"u8) ?? delta.Text("reasoning"u8);
        if (text is { Length: > 0 })
        {
            events.Add(ChatEvent.OfThinking(text, choice));
        }

        if (delta.Member("thinking_blocks"u8) is not { ValueKind: JsonValueKind.Array } blocks)
        {
            return;
        }

        foreach (var block in blocks.EnumerateArray())
        {
            if (block.Text("data"u8) is { } data)
            {
                events.Add(new ChatEvent(ChatEventKind.RedactedThinking) { Choice = choice, Text = data });
                continue;
            }

            if (text is null && block.Text("thinking"u8) is { Length: > 0 } thinking)
            {
                events.Add(ChatEvent.OfThinking(thinking, choice));
            }

            if (block.Text("signature"u8) is { Length: > 0 } signature)
            {
                events.Add(new ChatEvent(ChatEventKind.Signature) { Choice = choice, Text = signature });
            }
        }
    }

    private static void ReadMedia(JsonElement delta, int choice, ICollection<ChatEvent> events)
    {
        if (delta.Member("audio"u8) is { ValueKind: JsonValueKind.Object } audio)
        {
            events.Add(new ChatEvent(ChatEventKind.Part) { Choice = choice, Part = ChatResponseReader.ReadAudio(audio) });
        }

        if (delta.Member("images"u8) is not { ValueKind: JsonValueKind.Array } images)
        {
            return;
        }

        foreach (var image in images.EnumerateArray())
        {
            if (image.Member("image_url"u8).Text("url"u8) is { } url && TrySource(url) is { } source)
            {
                events.Add(new ChatEvent(ChatEventKind.Part) { Choice = choice, Part = new ImagePart(source) });
            }
        }
    }

    private static MediaSource? TrySource(string url)
    {
        try
        {
            return MediaSource.FromUrl(url);
        }
        catch (WireException)
        {
            return null;
        }
    }

    private void ReadCall(JsonElement call, int choice, ICollection<ChatEvent> events)
    {
        var index = (int)Math.Min(call.Member("index"u8).Count() ?? 0, 1024);
        var custom = call.Member("custom"u8);
        ReadCallParts(
            custom.IsGiven() ? custom : call.Member("function"u8), choice, index, call.Text("id"u8),
            custom.IsGiven() ? ToolKind.Custom : ToolKind.Function, events);
    }

    private void ReadCallParts(JsonElement function, int choice, int index, string? given, ToolKind kind, ICollection<ChatEvent> events)
    {
        // Some upstreams repeat id and name in every piece; a call begins once.
        if (_calls.Add((choice, index)))
        {
            var (id, signature) = ThoughtIds.Split(given is { Length: > 0 } ? given : $"call_{index}");
            var name = function.Text("name"u8) ?? "";
            events.Add(new ChatEvent(ChatEventKind.ToolCallStart)
            {
                Choice = choice,
                Index = index,
                Id = id,
                Name = name,
                ToolKind = kind,
                Part = signature is null ? null : new ToolCallPart(id, name, "") { Signature = signature, Kind = kind },
            });
        }

        var arguments = function.Member(kind is ToolKind.Custom ? "input"u8 : "arguments"u8);
        var text = arguments.Text() ?? (arguments.ValueKind is JsonValueKind.Object ? Encoding.UTF8.GetString(arguments.Bytes()) : null);
        if (text is { Length: > 0 })
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Choice = choice, Index = index, Text = text, ToolKind = kind });
        }
    }
}
