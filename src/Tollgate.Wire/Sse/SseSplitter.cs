namespace Tollgate.Wire.Sse;

/// <summary>One event of a stream, as ranges of the buffer it was found in.</summary>
/// <param name="Data">Payload of the <c>data</c> lines; joined ones live in the splitter until its next call.</param>
/// <param name="IsComment">True for a block that holds nothing but comment lines (<c>: ping</c>).</param>
public readonly record struct SseEvent(ReadOnlyMemory<byte> Data, bool IsComment);

/// <summary>
/// Cuts a byte stream into server-sent events. Knows all three line endings, a byte order mark, comments, several <c>data</c> lines, and
/// lines that are JSON without <c>data:</c>; <c>event</c>, <c>id</c> and <c>retry</c> are of no use in the OpenAI dialect and left out.
/// </summary>
/// <remarks>The caller keeps the bytes: it feeds the unread part of its buffer again, grown, until an event is complete.</remarks>
public sealed class SseSplitter : Hub.IFrameSplitter
{
    private int _scanned;
    private int _lineStart;
    private bool _skipLineFeed;
    private bool _started;
    private bool _comment;
    private int _dataStart;
    private int _dataEnd;
    private int _dataLines;
    private byte[]? _joined;
    private int _joinedLength;

    /// <summary>Takes the next event from the front of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Everything that has come and not been consumed.</param>
    /// <param name="consumed">Bytes to drop from the front before the next call; valid also when no event was found.</param>
    /// <param name="next">The event.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        var bytes = buffer.Span;
        if (!_started && !TrySkipByteOrderMark(bytes))
        {
            consumed = 0;
            next = default;
            return false;
        }

        while (true)
        {
            SkipPendingLineFeed(bytes);
            var from = Math.Max(_scanned, _lineStart);
            var stop = bytes[from..].IndexOfAny((byte)'\n', (byte)'\r');
            if (stop < 0)
            {
                consumed = _dataLines == 0 && !_comment ? DropLines() : 0;
                _scanned = bytes.Length - consumed;
                next = default;
                return false;
            }

            var lineEnd = from + stop;
            var lineStart = _lineStart;
            _skipLineFeed = bytes[lineEnd] == (byte)'\r';
            _lineStart = lineEnd + 1;
            _scanned = _lineStart;
            if (lineEnd > lineStart)
            {
                TakeLine(bytes, lineStart, lineEnd);
            }
            else if (_dataLines > 0 || _comment)
            {
                next = TakeEvent(buffer);
                consumed = _lineStart;
                Restart();
                return true;
            }
        }
    }

    /// <summary>At the end of the stream: an event whose closing blank line never came.</summary>
    /// <returns>False when nothing with data is left.</returns>
    public bool TryFinish(ReadOnlyMemory<byte> rest, out SseEvent last)
    {
        var bytes = rest.Span;
        _started = true;
        SkipPendingLineFeed(bytes);
        if (_lineStart < bytes.Length)
        {
            TakeLine(bytes, _lineStart, bytes.Length);
        }

        if (_dataLines == 0)
        {
            last = default;
            return false;
        }

        last = TakeEvent(rest);
        Restart();
        return true;
    }

    /// <summary>Lines that belong to no event (blank ones, fields of no use) need not be kept until one comes.</summary>
    private int DropLines()
    {
        var lines = _lineStart;
        _lineStart = 0;
        return lines;
    }

    private bool TrySkipByteOrderMark(ReadOnlySpan<byte> bytes)
    {
        var mark = "\uFEFF"u8;
        if (bytes.Length < mark.Length && mark.StartsWith(bytes))
        {
            return false;
        }

        _started = true;
        if (bytes.StartsWith(mark))
        {
            _lineStart = mark.Length;
        }

        return true;
    }

    private void SkipPendingLineFeed(ReadOnlySpan<byte> bytes)
    {
        // CR may come in one read and its LF in the next one: the line ends at the CR, the LF is skipped when it arrives.
        if (_skipLineFeed && _lineStart < bytes.Length)
        {
            _skipLineFeed = false;
            if (bytes[_lineStart] == (byte)'\n')
            {
                _lineStart++;
                _scanned = _lineStart;
            }
        }
    }

    private void TakeLine(ReadOnlySpan<byte> bytes, int start, int end)
    {
        var line = bytes[start..end];
        if (line[0] == (byte)':')
        {
            _comment = true;
        }
        else if (line[0] == (byte)'{')
        {
            TakeData(bytes, start, end);
        }
        else if (line.StartsWith("data"u8) && (line.Length == 4 || line[4] == (byte)':'))
        {
            var value = Math.Min(start + 5, end);
            if (value < end && bytes[value] == (byte)' ')
            {
                value++;
            }

            TakeData(bytes, value, end);
        }
    }

    private void TakeData(ReadOnlySpan<byte> bytes, int start, int end)
    {
        if (_dataLines++ == 0)
        {
            _dataStart = start;
            _dataEnd = end;
            return;
        }

        if (_dataLines == 2)
        {
            _joinedLength = 0;
            Join(bytes[_dataStart.._dataEnd]);
        }

        // A JSON text has line breaks only between tokens, where a blank does as well and keeps the event on one line.
        Join(" "u8);
        Join(bytes[start..end]);
    }

    private void Join(ReadOnlySpan<byte> part)
    {
        if (_joined is null || _joined.Length - _joinedLength < part.Length)
        {
            Array.Resize(ref _joined, Math.Max(1024, (_joinedLength + part.Length) * 2));
        }

        part.CopyTo(_joined.AsSpan(_joinedLength));
        _joinedLength += part.Length;
    }

    private SseEvent TakeEvent(ReadOnlyMemory<byte> buffer) => _dataLines switch
    {
        0 => new SseEvent(default, IsComment: true),
        1 => new SseEvent(buffer[_dataStart.._dataEnd], IsComment: false),
        _ => new SseEvent(_joined.AsMemory(0, _joinedLength), IsComment: false),
    };

    private void Restart()
    {
        _lineStart = 0;
        _scanned = 0;
        _dataLines = 0;
        _comment = false;
    }
}
