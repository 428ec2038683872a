using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Anthropic;

/// <summary>Reads Anthropic's stream (03-anthropic.md 3.2).</summary>
internal sealed class MessagesStreamReader : ChatStreamReader
{
    /// <summary>More blocks than this in one answer are an attack or a mistake.</summary>
    private const int MostBlocks = 100_000;

    private readonly Dictionary<long, Block> _open = [];
    private MessagesUsage _usage;
    private int _calls;
    private int _blocks;
    private long _thinkingBytes;
    private bool _emulated;

    /// <inheritdoc/>
    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        if (payload.Span.Trim((byte)' ') is var bare && (bare.IsEmpty || bare.SequenceEqual("[DONE]"u8)))
        {
            return bare.IsEmpty ? ChunkAction.Forward : ChunkAction.Done;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.ValueKind is JsonValueKind.Object ? ReadEvent(document.RootElement, events) : ChunkAction.Malformed;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second one is the parser's word for names that are no valid text.
            return ChunkAction.Malformed;
        }
    }

    private ChunkAction ReadEvent(JsonElement root, ICollection<ChatEvent> events)
    {
        switch (root.Text("type"u8))
        {
            case "message_start":
                var message = root.Member("message"u8);
                TakeUsage(message.Member("usage"u8));
                events.Add(new ChatEvent(ChatEventKind.Start) { Id = message.Text("id"u8), Usage = _usage.IsGiven ? _usage.ToTokens(0) : null });
                break;
            case "content_block_start":
                return Start(root.Member("index"u8).Count() ?? 0, root.Member("content_block"u8), events);
            case "content_block_delta":
                Delta(root.Member("index"u8).Count() ?? 0, root.Member("delta"u8), events);
                break;
            case "content_block_stop":
                Stop(root.Member("index"u8).Count() ?? 0, events);
                break;
            case "message_delta":
                End(root, events);
                break;
            case "message_stop":
                return ChunkAction.Done;
            case "error":
                return ChunkAction.Error;
            default:
                return root.Member("error"u8).IsGiven() ? ChunkAction.Error : ChunkAction.Forward;
        }

        return ChunkAction.Forward;
    }

    private ChunkAction Start(long index, JsonElement block, ICollection<ChatEvent> events)
    {
        if (block.Text("type"u8) is not { } type || ++_blocks > MostBlocks)
        {
            return ChunkAction.Malformed;
        }

        var opened = new Block(type);
        _open[index] = opened;
        switch (type)
        {
            case "text":
                AddText(block.Text("text"u8), events);
                break;
            case "thinking":
                AddThinking(block.Text("thinking"u8), events);
                break;
            case "redacted_thinking":
                events.Add(new ChatEvent(ChatEventKind.RedactedThinking) { Text = block.Text("data"u8) ?? "" });
                break;
            case "tool_use":
                StartCall(opened, block, events);
                break;
            default:
                // Parts of other kinds go on whole; what comes in pieces is put together first.
                opened.Raw = block.Bytes().ToArray();
                break;
        }

        return ChunkAction.Forward;
    }

    private void StartCall(Block opened, JsonElement block, ICollection<ChatEvent> events)
    {
        opened.Name = block.Text("name"u8) ?? "";
        var input = block.Member("input"u8);
        var whole = input.ValueKind is JsonValueKind.Object && input.EnumerateObject().MoveNext() ? ArgumentText.Of(input) : null;
        if (FormatPlan.IsTool(opened.Name))
        {
            _emulated = true;
        }
        else
        {
            opened.Call = _calls++;
            events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = opened.Call, Id = block.Text("id"u8) ?? "", Name = opened.Name });
        }

        if (whole is not null)
        {
            AddArguments(opened, whole, events);
        }
    }

    private void Delta(long index, JsonElement delta, ICollection<ChatEvent> events)
    {
        _open.TryGetValue(index, out var block);
        switch (delta.Text("type"u8))
        {
            case "text_delta":
                AddText(delta.Text("text"u8), events);
                break;
            case "thinking_delta":
                AddThinking(delta.Text("thinking"u8), events);
                break;
            case "signature_delta":
                if (delta.Text("signature"u8) is { Length: > 0 } signature)
                {
                    events.Add(new ChatEvent(ChatEventKind.Signature) { Text = signature });
                }

                break;
            case "citations_delta":
                if (delta.Member("citation"u8) is { ValueKind: JsonValueKind.Object } citation)
                {
                    events.Add(new ChatEvent(ChatEventKind.Citation) { Citation = BlockReader.ReadCitation(citation.Clone()) });
                }

                break;
            case "input_json_delta":
                if (block is not null && delta.Text("partial_json"u8) is { Length: > 0 } piece)
                {
                    AddArguments(block, piece, events);
                }

                break;
            case "compaction_delta":
                block?.Pieces.Append(delta.Text("content"u8));
                break;
            default:
                break;
        }
    }

    private static void AddArguments(Block block, string piece, ICollection<ChatEvent> events)
    {
        block.HasArguments = true;
        if (block.Call >= 0)
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = block.Call, Text = piece });
        }
        else if (block.Name is FormatPlan.Tool)
        {
            events.Add(ChatEvent.OfText(piece));
        }
        else
        {
            block.Pieces.Append(piece);
        }
    }

    private void Stop(long index, ICollection<ChatEvent> events)
    {
        if (!_open.Remove(index, out var block))
        {
            return;
        }

        if (block.Call >= 0 && !block.HasArguments)
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = block.Call, Text = "{}" });
        }
        else if (block.Name is FormatPlan.WrappedTool)
        {
            AddText(FormatPlan.TextOf(block.Name, block.Pieces.ToString()), events);
        }
        else if (block.Raw is not null)
        {
            var whole = block.Whole();
            events.Add(new ChatEvent(ChatEventKind.Part) { Part = new OpaquePart(Surface.Messages, block.Type, whole) });
        }

        events.Add(new ChatEvent(ChatEventKind.BlockEnd));
    }

    private void End(JsonElement root, ICollection<ChatEvent> events)
    {
        var delta = root.Member("delta"u8);
        foreach (var (holder, name) in (ReadOnlySpan<(JsonElement, string)>)[(delta, "container"), (root, "context_management")])
        {
            if (holder.ValueKind is JsonValueKind.Object && holder.TryGetProperty(name, out var extra) && extra.IsGiven())
            {
                events.Add(new ChatEvent(ChatEventKind.Extra) { Name = name, Json = extra.Clone() });
            }
        }

        if (delta.Text("stop_reason"u8) is { } word)
        {
            var stop = MessagesStops.Read(word);
            events.Add(new ChatEvent(ChatEventKind.Finish)
            {
                Stop = stop is StopReason.ToolCalls && _emulated && _calls == 0 ? StopReason.Stop : stop,
                NativeStop = MessagesStops.Native(word),
                Text = delta.Text("stop_sequence"u8),
            });
        }

        if (TakeUsage(root.Member("usage"u8)))
        {
            events.Add(ChatEvent.OfUsage(_usage.ToTokens(_thinkingBytes)));
        }
    }

    private bool TakeUsage(JsonElement usage)
    {
        if (usage.ValueKind is not JsonValueKind.Object)
        {
            return false;
        }

        _usage.Take(usage.Bytes());
        return true;
    }

    private static void AddText(string? text, ICollection<ChatEvent> events)
    {
        if (text is { Length: > 0 })
        {
            events.Add(ChatEvent.OfText(text));
        }
    }

    private void AddThinking(string? text, ICollection<ChatEvent> events)
    {
        if (text is { Length: > 0 })
        {
            _thinkingBytes += text.Length;
            events.Add(ChatEvent.OfThinking(text));
        }
    }

    /// <summary>A block that has begun and not ended.</summary>
    private sealed class Block(string type)
    {
        public string Type { get; } = type;

        public string? Name { get; set; }

        /// <summary>Number among the calls; -1 for none.</summary>
        public int Call { get; set; } = -1;

        public bool HasArguments { get; set; }

        /// <summary>The block as it began, for kinds that go on whole.</summary>
        public byte[]? Raw { get; set; }

        public StringBuilder Pieces { get; } = new();

        /// <summary>The block with the pieces that came after its beginning.</summary>
        public JsonElement Whole()
        {
            using var document = JsonDocument.Parse(Raw);
            if (Pieces.Length == 0)
            {
                return document.RootElement.Clone();
            }

            var isCompaction = Type is "compaction";
            var replaced = isCompaction ? "content" : "input";
            var written = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(written, HubJson.Writing))
            {
                json.WriteStartObject();
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    if (!member.NameEquals(replaced))
                    {
                        json.WritePropertyName(member.Name);
                        json.WriteElement(member.Value);
                    }
                }

                json.WritePropertyName(replaced);
                if (isCompaction)
                {
                    json.WriteStringValue(Pieces.ToString());
                }
                else
                {
                    json.WriteJsonText(Pieces.ToString());
                }

                json.WriteEndObject();
            }

            using var whole = JsonDocument.Parse(written.WrittenMemory);
            return whole.RootElement.Clone();
        }
    }
}
