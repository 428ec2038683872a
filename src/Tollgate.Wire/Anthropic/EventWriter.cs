using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Events that are always the same.</summary>
internal static class MessagesEvents
{
    /// <summary>A sign of life.</summary>
    public static ReadOnlySpan<byte> Ping => "event: ping\ndata: {\"type\":\"ping\"}\n\n"u8;

    /// <summary>The last event of a stream.</summary>
    public static ReadOnlySpan<byte> Stop => "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8;
}

/// <summary>Writes single events of Anthropic's streams. PERF: one JSON writer for a whole stream.</summary>
#pragma warning disable CA1001 // The JSON writer owns nothing: it writes into the client's buffer, which is told with every event.
internal sealed class EventWriter
#pragma warning restore CA1001
{
    private Utf8JsonWriter? _json;

    public void MessageStart(IBufferWriter<byte> output, string id, string model, in TokenUsage usage)
    {
        var json = Begin(output, "message_start"u8);
        json.WriteStartObject("message"u8);
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteString("model"u8, model);
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        json.WritePropertyName("usage"u8);
        MessagesUsage.Write(json, usage);
        json.WriteEndObject();
        End(output);
    }

    public void BlockStart(IBufferWriter<byte> output, int index, bool isText)
    {
        var json = BeginBlock(output, index);
        if (isText)
        {
            ResponseWriter.WriteText(json, "", []);
        }
        else
        {
            BlockWriter.WriteThinking(json, "", null);
        }

        End(output);
    }

    public void CallStart(IBufferWriter<byte> output, int index, string id, string name)
    {
        var json = BeginBlock(output, index);
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, id);
        json.WriteString("name"u8, name);
        json.WriteStartObject("input"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        End(output);
    }

    /// <summary>A block that comes whole, with its end.</summary>
    public void Block(IBufferWriter<byte> output, int index, JsonElement block)
    {
        BeginBlock(output, index).WriteElement(block);
        End(output);
        BlockStop(output, index);
    }

    /// <summary>Thoughts that only the provider can read, with the block's end.</summary>
    public void Redacted(IBufferWriter<byte> output, int index, string data)
    {
        BlockWriter.WriteRedacted(BeginBlock(output, index), data);
        End(output);
        BlockStop(output, index);
    }

    public void Delta(IBufferWriter<byte> output, int index, ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, string text)
    {
        var json = BeginDelta(output, index);
        json.WriteString("type"u8, type);
        json.WriteString(member, text);
        json.WriteEndObject();
        End(output);
    }

    public void Citation(IBufferWriter<byte> output, int index, Citation citation)
    {
        var json = BeginDelta(output, index);
        json.WriteString("type"u8, "citations_delta"u8);
        json.WritePropertyName("citation"u8);
        BlockWriter.WriteCitation(json, citation);
        json.WriteEndObject();
        End(output);
    }

    public void BlockStop(IBufferWriter<byte> output, int index)
    {
        Begin(output, "content_block_stop"u8).WriteNumber("index"u8, index);
        End(output);
    }

    public void MessageDelta(
        IBufferWriter<byte> output, string stopReason, string? stopSequence, in TokenUsage usage, IReadOnlyList<(string Name, byte[] Json)> extras)
    {
        var json = Begin(output, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        json.WriteString("stop_reason"u8, stopReason);
        json.WriteString("stop_sequence"u8, stopSequence);
        WriteExtra(json, extras, "container");
        json.WriteEndObject();
        json.WritePropertyName("usage"u8);
        MessagesUsage.Write(json, usage);
        WriteExtra(json, extras, "context_management");
        End(output);
    }

    private static void WriteExtra(Utf8JsonWriter json, IReadOnlyList<(string Name, byte[] Json)> extras, string wanted)
    {
        foreach (var (name, value) in extras)
        {
            if (string.Equals(name, wanted, StringComparison.Ordinal))
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value, skipInputValidation: true);
            }
        }
    }

    private Utf8JsonWriter BeginBlock(IBufferWriter<byte> output, int index)
    {
        var json = Begin(output, "content_block_start"u8);
        json.WriteNumber("index"u8, index);
        json.WritePropertyName("content_block"u8);
        return json;
    }

    private Utf8JsonWriter BeginDelta(IBufferWriter<byte> output, int index)
    {
        var json = Begin(output, "content_block_delta"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("delta"u8);
        return json;
    }

    private Utf8JsonWriter Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> type)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        if (_json is null)
        {
            _json = new Utf8JsonWriter(output, HubJson.Writing);
        }
        else
        {
            _json.Reset(output);
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        return _json;
    }

    private void End(IBufferWriter<byte> output)
    {
        _json!.WriteEndObject();
        _json.Flush();
        output.Write("\n\n"u8);
    }
}
