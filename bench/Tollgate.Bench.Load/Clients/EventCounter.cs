namespace Tollgate.Bench.Load.Clients;

/// <summary>Counts server-sent events (blocks that end with an empty line) over reads that may cut anywhere.</summary>
internal struct EventCounter
{
    private static ReadOnlySpan<byte> DoneEvent => "data: [DONE]\n\n"u8;

    private byte _last;
    private int _done;

    public int Count { get; private set; }

    public readonly bool EndedWithDone => _done == DoneEvent.Length;

    /// <summary>Takes the next bytes and returns how many events ended in them.</summary>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        var before = Count;
        if (_last == '\n' && bytes[0] == '\n')
        {
            Count++;
        }

        Count += bytes.Count("\n\n"u8);
        _last = bytes[^1];
        FollowDone(bytes);
        return Count - before;
    }

    // The tail is enough: the last event is the only one that may be [DONE].
    private void FollowDone(ReadOnlySpan<byte> bytes)
    {
        var tail = bytes;
        if (bytes.Length > DoneEvent.Length)
        {
            tail = bytes[^DoneEvent.Length..];
            _done = 0;
        }

        foreach (var b in tail)
        {
            _done = _done < DoneEvent.Length && b == DoneEvent[_done] ? _done + 1 : b == DoneEvent[0] ? 1 : 0;
        }
    }
}
