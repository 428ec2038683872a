namespace Tollgate.Wire.Sse;

/// <summary>Cuts a byte stream into lines that are JSON texts each. Blank lines are left out; a carriage return before the line feed is no part of a line.</summary>
public sealed class NdjsonSplitter : Hub.IFrameSplitter
{
    private int _scanned;

    /// <inheritdoc/>
    public bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        consumed = 0;
        while (true)
        {
            var rest = buffer.Span[consumed..];
            var end = rest[Math.Min(_scanned, rest.Length)..].IndexOf((byte)'\n');
            if (end < 0)
            {
                _scanned = rest.Length;
                next = default;
                return false;
            }

            var line = buffer.Slice(consumed, _scanned + end);
            consumed += line.Length + 1;
            _scanned = 0;
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                next = new SseEvent(line, IsComment: false);
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public bool TryFinish(ReadOnlyMemory<byte> rest, out SseEvent last)
    {
        _scanned = 0;
        last = new SseEvent(rest, IsComment: false);
        return !rest.Span.Trim(" \t\r\n"u8).IsEmpty;
    }
}
