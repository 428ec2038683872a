namespace Tollgate.Wire.Sse;

/// <summary>For streams without frames: whatever has come is a payload, up to the last whole character.</summary>
public sealed class RawTextSplitter : Hub.IFrameSplitter
{
    /// <inheritdoc/>
    public bool TryRead(ReadOnlyMemory<byte> buffer, out int consumed, out SseEvent next)
    {
        consumed = WholeCharacters(buffer.Span);
        next = new SseEvent(buffer[..consumed], IsComment: false);
        return consumed > 0;
    }

    /// <inheritdoc/>
    public bool TryFinish(ReadOnlyMemory<byte> rest, out SseEvent last)
    {
        last = new SseEvent(rest, IsComment: false);
        return !rest.IsEmpty;
    }

    /// <summary>Length without a character whose bytes have not all come.</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var value = bytes[^back];
            if (value < 0x80)
            {
                return bytes.Length;
            }

            if (value >= 0xC0)
            {
                var needed = value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2;
                return back < needed ? bytes.Length - back : bytes.Length;
            }
        }

        return bytes.Length;
    }
}
