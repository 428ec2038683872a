using System.Numerics;

namespace Tollgate.Data.Journal;

/// <summary>Consecutive records that go into the database in one transaction.</summary>
internal sealed class JournalBatch
{
    private readonly List<(int Start, int Length, long End)> _records = [];

    /// <summary>Which journal; the memory queue of a run has an id of its own.</summary>
    public string JournalId { get; private set; } = "";

    /// <summary>Where the database's cursor has to be for the batch to be new; null when it has none.</summary>
    public JournalPosition? From { get; private set; }

    /// <summary>Where the cursor is afterwards.</summary>
    public JournalPosition To { get; private set; }

    /// <summary>Number of records.</summary>
    public int Count => _records.Count;

    /// <summary>The payload of a record.</summary>
    public ReadOnlySpan<byte> this[int index] => Buffer.AsSpan(_records[index].Start, _records[index].Length);

    /// <summary>
    /// Name under which the batch counts once only; null for none. A record with a name goes into the database alone (<see cref="FirstNamed"/>).
    /// </summary>
    public string? Once => Count == 1 && IsNamed(0) ? System.Text.Encoding.UTF8.GetString(SpendRecord.Open(this[0]).Once) : null;

    /// <summary>Index of the first record that has a name; -1 for none.</summary>
    public int FirstNamed
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                if (IsNamed(i))
                {
                    return i;
                }
            }

            return -1;
        }
    }

    /// <summary>Where the record ends in its segment.</summary>
    public long EndOf(int index) => _records[index].End;

    internal byte[] Buffer { get; private set; } = [];

    /// <summary>Some of the records, as a batch of its own that shares the bytes; used to find a bad one.</summary>
    /// <param name="first">First record.</param>
    /// <param name="count">How many.</param>
    /// <param name="from">Cursor before them.</param>
    public JournalBatch Part(int first, int count, JournalPosition? from)
    {
        var part = new JournalBatch { JournalId = JournalId, From = from, Buffer = Buffer };
        part._records.AddRange(_records.GetRange(first, count));
        part.To = first + count == Count ? To : To with { Offset = EndOf(first + count - 1) };
        return part;
    }

    /// <summary>The same place without its records: applying it only moves the cursor.</summary>
    public JournalBatch WithoutRecords() => new() { JournalId = JournalId, From = From, To = To, Buffer = Buffer };

    private bool IsNamed(int index) => this[index] is [RecordEncoder.OnceVersion, ..];

    internal void Begin(string journal, JournalPosition? from)
    {
        _records.Clear();
        JournalId = journal;
        From = from;
    }

    internal void Finish(JournalPosition to) => To = to;

    internal void Add(int start, int length, long end) => _records.Add((start, length, end));

    /// <summary>Makes room; what is in the buffer stays.</summary>
    internal Span<byte> Reserve(int bytes)
    {
        if (Buffer.Length < bytes)
        {
            var larger = new byte[BitOperations.RoundUpToPowerOf2((uint)bytes)];
            Buffer.CopyTo(larger, 0);
            Buffer = larger;
        }

        return Buffer;
    }
}
