namespace Tollgate.Data.Journal;

/// <summary>Records that could not be written, in their order, bounded. Used under the journal's lock only.</summary>
internal sealed class MemoryQueue
{
    private const int MostRecords = 65_536;
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly Queue<byte[]> _records = new();
    private long _bytes;

    public int Count => _records.Count;

    /// <summary>How many have left the queue: the place of the first one.</summary>
    public long Taken { get; private set; }

    /// <summary>A batch of them is on its way into the database: they must not go into the journal too.</summary>
    public bool IsLeased { get; set; }

    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        if (_records.Count >= MostRecords || _bytes + record.Length > MostBytes)
        {
            return false;
        }

        _records.Enqueue(record.ToArray());
        _bytes += record.Length;
        return true;
    }

    public bool TryPeek(out byte[] record)
    {
        record = [];
        return !IsLeased && _records.TryPeek(out record!);
    }

    public void Drop()
    {
        _bytes -= _records.Dequeue().Length;
        Taken++;
    }

    /// <summary>The first records, left in the queue.</summary>
    public IEnumerable<byte[]> First(int most) => _records.Take(most);
}
