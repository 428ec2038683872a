using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>Events of one stream to a client, numbered from 0. A silent one only counts, for answers that are sent whole.</summary>
internal sealed class EventWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly Utf8JsonWriter _json;
    private long _sequence;

    /// <summary>Begins to write.</summary>
    /// <param name="first">Number of the first event.</param>
    public EventWriter(long first = 0)
    {
        _sequence = first;
        _json = new Utf8JsonWriter(_bytes, HubJson.Writing);
    }

    /// <summary>Begins an event's object, up to its number.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> type)
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        _json.WriteNumber("sequence_number"u8, _sequence++);
        return _json;
    }

    /// <summary>Ends the object and sends it.</summary>
    /// <param name="type">Its type again.</param>
    /// <param name="output">Where to; null for nowhere.</param>
    public void End(ReadOnlySpan<byte> type, IBufferWriter<byte>? output)
    {
        _json.WriteEndObject();
        _json.Flush();
        if (output is null)
        {
            return;
        }

        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        output.Write(_bytes.WrittenSpan);
        output.Write("\n\n"u8);
    }
}
