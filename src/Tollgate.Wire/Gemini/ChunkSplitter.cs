using Tollgate.Wire.Hub;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Gemini;

/// <summary>
/// Cuts a stream into chunks: server-sent events, or the items of one JSON array, which is what Google sends where <c>alt=sse</c> got lost on
/// the way (04-gemini-vertex.md section 3.2).
/// </summary>
internal sealed class ChunkSplitter : IFrameSplitter
{
    private readonly SseSplitter _events = new();
    private bool? _isArray;
    private int _scanned;
    private int _depth;
    private bool _inString;
    private bool _isEscaped;

    /// <inheritdoc/>
    public bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        if (_isArray is null)
        {
            var start = buffer.Span.TrimStart(" \r\n\t"u8);
            if (start.IsEmpty)
            {
                consumed = 0;
                next = default;
                return false;
            }

            _isArray = start[0] == (byte)'[';
        }

        return _isArray.Value ? TryReadItem(buffer, out consumed, out next) : _events.TryRead(buffer, out consumed, out next);
    }

    /// <inheritdoc/>
    public bool TryFinish(ReadOnlyMemory<byte> rest, out SseEvent last)
    {
        if (_isArray is true)
        {
            // What is not closed is no item.
            last = default;
            return false;
        }

        return _events.TryFinish(rest, out last);
    }

    /// <summary>The next object of the array; brackets, commas and white space around it are dropped.</summary>
    private bool TryReadItem(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        var bytes = buffer.Span;
        next = default;
        var start = 0;
        if (_depth == 0)
        {
            start = bytes.IndexOf((byte)'{');
            consumed = start < 0 ? bytes.Length : 0;
            _scanned = start;
            if (start < 0)
            {
                _scanned = 0;
                return false;
            }
        }

        for (var at = _scanned; at < bytes.Length; at++)
        {
            if (!Closes(bytes[at]))
            {
                continue;
            }

            _depth = 0;
            next = new SseEvent(buffer[start..(at + 1)], IsComment: false);
            consumed = at + 1;
            _scanned = 0;
            return true;
        }

        // Everything from the item's brace on is needed again, and looked at only once.
        consumed = start;
        _scanned = bytes.Length - start;
        return false;
    }

    /// <summary>Looks at a byte; true for the brace that closes the item.</summary>
    private bool Closes(byte letter)
    {
        if (_inString)
        {
            var wasEscaped = _isEscaped;
            _isEscaped = letter == (byte)'\\' && !wasEscaped;
            _inString = letter != (byte)'"' || wasEscaped;
            return false;
        }

        _inString = letter == (byte)'"';
        _depth += letter is (byte)'{' or (byte)'[' ? 1 : letter is (byte)'}' or (byte)']' ? -1 : 0;
        return _depth <= 0;
    }
}
