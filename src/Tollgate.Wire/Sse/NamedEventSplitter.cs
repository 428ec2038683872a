using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Sse;

/// <summary>
/// Cuts server-sent events whose names count and whose data need not be JSON: each becomes an object with the name as its only member and the
/// data as its text (<c>{"output":"Hello"}</c>).
/// </summary>
public sealed class NamedEventSplitter : IFrameSplitter
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        var bytes = buffer.Span;
        var fields = new Fields();
        consumed = 0;
        next = default;
        for (var at = 0; bytes[at..].IndexOf((byte)'\n') is >= 0 and var length;)
        {
            var line = bytes.Slice(at, length).TrimEnd((byte)'\r');
            at += length + 1;
            if (!line.IsEmpty)
            {
                fields.Take(line);
                continue;
            }

            // Blank lines between events are dropped; one behind fields ends an event.
            consumed = at;
            if (fields.Any)
            {
                next = fields.Event();
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public bool TryFinish(ReadOnlyMemory<byte> rest, out SseEvent last)
    {
        var closed = new byte[rest.Length + 2];
        rest.CopyTo(closed);
        closed[^2] = (byte)'\n';
        closed[^1] = (byte)'\n';
        return TryRead(closed, out _, out last);
    }

    private sealed class Fields
    {
        private readonly ArrayBufferWriter<byte> _data = new();
        private string _name = "message";
        private bool _hasData;
        private bool _hasName;
        private bool _hasComment;

        public bool Any => _hasData || _hasName || _hasComment;

        public void Take(ReadOnlySpan<byte> line)
        {
            var colon = line.IndexOf((byte)':');
            var name = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? default : line[(colon + 1)..];
            value = value.StartsWith(" "u8) ? value[1..] : value;
            if (colon == 0)
            {
                _hasComment = true;
            }
            else if (name.SequenceEqual("event"u8))
            {
                _hasName = true;
                _name = System.Text.Encoding.UTF8.GetString(value);
            }
            else if (name.SequenceEqual("data"u8))
            {
                _data.Write(_hasData ? "\n"u8 : default);
                _data.Write(value);
                _hasData = true;
            }
        }

        public SseEvent Event()
        {
            if (!_hasData && !_hasName)
            {
                return new SseEvent(default, IsComment: true);
            }

            var payload = new ArrayBufferWriter<byte>(_data.WrittenCount + 32);
            using (var json = new Utf8JsonWriter(payload, HubJson.Writing))
            {
                json.WriteStartObject();

                // Broken UTF-8 becomes what stands for it, as in every text.
                json.WriteString(_name, System.Text.Encoding.UTF8.GetString(_data.WrittenSpan));
                json.WriteEndObject();
            }

            return new SseEvent(payload.WrittenMemory, IsComment: false);
        }
    }
}
