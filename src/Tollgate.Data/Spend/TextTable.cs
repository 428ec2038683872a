using System.Text;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>
/// Gives UTF-8 texts small numbers, so that sums are kept under numbers and a text that comes a thousand times is decoded once. PERF: SpendFlush.
/// </summary>
internal sealed class TextTable
{
    /// <summary>The number of the empty text.</summary>
    public const int Empty = 0;

    private const int MostTexts = 200_000;

    private int[] _buckets = [];
    private Entry[] _entries = [];
    private byte[] _bytes = [];
    private int _count;
    private int _used;

    public TextTable() => Reset();

    /// <summary>The number of a text.</summary>
    public int this[ReadOnlySpan<byte> text]
    {
        get
        {
            if (text.IsEmpty)
            {
                return Empty;
            }

            var hash = Crc32C.Of(text);
            for (var i = _buckets[hash % (uint)_buckets.Length]; i >= 0; i = _entries[i].Next)
            {
                if (_entries[i].Hash == hash && text.SequenceEqual(_bytes.AsSpan(_entries[i].Start, _entries[i].Length)))
                {
                    return i;
                }
            }

            return Add(text, hash);
        }
    }

    /// <summary>The text of a number.</summary>
    public string this[int number]
    {
        get
        {
            ref var entry = ref _entries[number];
            return entry.Text ??= Encoding.UTF8.GetString(_bytes, entry.Start, entry.Length);
        }
    }

    /// <summary>Forgets everything if much has come together. Numbers given before mean nothing afterwards.</summary>
    public void Trim()
    {
        if (_count > MostTexts)
        {
            Reset();
        }
    }

    private void Reset()
    {
        _entries = new Entry[1024];
        _bytes = new byte[64 * 1024];
        _buckets = new int[2048];
        _buckets.AsSpan().Fill(-1);
        _entries[Empty] = new Entry { Text = "", Next = -1 };
        _count = 1;
        _used = 0;
    }

    private int Add(ReadOnlySpan<byte> text, uint hash)
    {
        if (_count == _entries.Length)
        {
            Grow();
        }

        if (_used + text.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + text.Length));
        }

        text.CopyTo(_bytes.AsSpan(_used));
        ref var bucket = ref _buckets[hash % (uint)_buckets.Length];
        _entries[_count] = new Entry { Hash = hash, Start = _used, Length = text.Length, Next = bucket };
        _used += text.Length;
        bucket = _count;
        return _count++;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_entries.Length * 2];
        _buckets.AsSpan().Fill(-1);
        for (var i = 1; i < _count; i++)
        {
            ref var bucket = ref _buckets[_entries[i].Hash % (uint)_buckets.Length];
            _entries[i].Next = bucket;
            bucket = i;
        }
    }

    private struct Entry
    {
        public uint Hash;
        public int Start;
        public int Length;
        public int Next;
        public string? Text;
    }
}
