using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>Reads a stream of the dialect: events as <c>{"contentBlockDelta":{...}}</c>.</summary>
internal sealed class ConverseStream(TargetModel target) : ChatStreamReader
{
    private readonly ConverseNames _names = new(target.Asked);
    private readonly JsonAnswer _form = new(target);
    private readonly Dictionary<long, Block> _blocks = [];
    private JsonDocument? _document;
    private int _calls;
    private bool _hasJson;
    private long _thoughtBytes;

    /// <inheritdoc/>
    public override ChunkAction Read(ReadOnlyMemory<byte> payload, ICollection<ChatEvent> events)
    {
        try
        {
            _document?.Dispose();
            _document = null;
            _document = JsonDocument.Parse(payload);
            var root = _document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
            {
                return ChunkAction.Malformed;
            }

            foreach (var member in root.EnumerateObject())
            {
                if (member.NameEquals("error"u8))
                {
                    return ChunkAction.Error;
                }

                if (member.Value.ValueKind is JsonValueKind.Object)
                {
                    Read(member, events);
                }
            }

            return ChunkAction.Forward;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return ChunkAction.Malformed;
        }
    }

    private void Read(JsonProperty member, ICollection<ChatEvent> events)
    {
        var value = member.Value;
        if (member.NameEquals("contentBlockDelta"u8))
        {
            ReadDelta(IndexOf(value), value.Member("delta"u8), events);
        }
        else if (member.NameEquals("contentBlockStart"u8))
        {
            ReadStart(IndexOf(value), value.Member("start"u8), events);
        }
        else if (member.NameEquals("contentBlockStop"u8))
        {
            ReadStop(IndexOf(value), events);
        }
        else if (member.NameEquals("messageStart"u8))
        {
            events.Add(new ChatEvent(ChatEventKind.Start));
        }
        else if (member.NameEquals("messageStop"u8))
        {
            var (stop, native) = ConverseUsage.StopOf(value.Text("stopReason"u8));
            events.Add(ChatEvent.OfFinish(stop is StopReason.ToolCalls && _calls == 0 && _hasJson ? StopReason.Stop : stop, native));
        }
        else if (member.NameEquals("metadata"u8))
        {
            ReadMetadata(value, events);
        }
    }

    private static long IndexOf(JsonElement value) => value.Member("contentBlockIndex"u8).Count() ?? 0;

    private void ReadStart(long index, JsonElement start, ICollection<ChatEvent> events)
    {
        var call = start.Member("toolUse"u8);
        if (call.Text("name"u8) is not { } name)
        {
            return;
        }

        if (_form.IsAnswer(name))
        {
            _hasJson = true;
            _blocks[index] = new Block { Json = new StringBuilder() };
            return;
        }

        _blocks[index] = new Block { Call = _calls };
        events.Add(new ChatEvent(ChatEventKind.ToolCallStart)
        {
            Index = _calls++,
            Id = call.Text("toolUseId"u8) ?? "",
            Name = _names.Own(name),
        });
    }

    private void ReadDelta(long index, JsonElement delta, ICollection<ChatEvent> events)
    {
        if (delta.ValueKind is not JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in delta.EnumerateObject())
        {
            if (member.NameEquals("text"u8))
            {
                events.Add(ChatEvent.OfText(member.Value.Text() ?? ""));
            }
            else if (member.NameEquals("toolUse"u8))
            {
                ReadArguments(index, member.Value.Text("input"u8) ?? "", events);
            }
            else if (member.NameEquals("reasoningContent"u8))
            {
                ReadThought(member.Value, events);
            }
            else if (member.NameEquals("citation"u8))
            {
                events.Add(new ChatEvent(ChatEventKind.Citation) { Citation = ConverseUsage.ReadCitation(member.Value) });
            }
        }
    }

    private void ReadArguments(long index, string piece, ICollection<ChatEvent> events)
    {
        if (piece.Length == 0 || !_blocks.TryGetValue(index, out var block))
        {
            return;
        }

        block.HasInput = true;
        if (block.Call is { } call)
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = call, Text = piece });
        }
        else if (_form.IsWrapped)
        {
            block.Json!.Append(piece);
        }
        else
        {
            events.Add(ChatEvent.OfText(piece));
        }
    }

    private void ReadThought(JsonElement thought, ICollection<ChatEvent> events)
    {
        if (thought.Text("text"u8) is { } text)
        {
            _thoughtBytes += Encoding.UTF8.GetByteCount(text);
            events.Add(ChatEvent.OfThinking(text));
        }

        if (thought.Text("signature"u8) is { } signature)
        {
            events.Add(new ChatEvent(ChatEventKind.Signature) { Text = signature });
        }

        if (thought.Text("redactedContent"u8) is { } redacted)
        {
            events.Add(new ChatEvent(ChatEventKind.RedactedThinking) { Text = redacted });
        }
    }

    private void ReadStop(long index, ICollection<ChatEvent> events)
    {
        if (_blocks.Remove(index, out var block))
        {
            if (block is { Call: { } call, HasInput: false })
            {
                events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = call, Text = "{}" });
            }
            else if (block is { Call: null, HasInput: false })
            {
                events.Add(ChatEvent.OfText("{}"));
            }
            else if (block.Json is { Length: > 0 } json)
            {
                events.Add(ChatEvent.OfText(_form.TextOf(json.ToString())));
            }
        }

        events.Add(new ChatEvent(ChatEventKind.BlockEnd));
    }

    private void ReadMetadata(JsonElement metadata, ICollection<ChatEvent> events)
    {
        if (metadata.Member("trace"u8) is { ValueKind: JsonValueKind.Object } trace)
        {
            events.Add(new ChatEvent(ChatEventKind.Extra) { Name = "trace", Json = trace });
        }

        if (ConverseUsage.Read(metadata.Member("usage"u8), metadata.Member("serviceTier"u8), _thoughtBytes) is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }
    }

    private sealed class Block
    {
        /// <summary>Number of the call; null for the tool that stands for the answer's form.</summary>
        public int? Call { get; init; }

        public StringBuilder? Json { get; init; }

        public bool HasInput { get; set; }
    }
}
