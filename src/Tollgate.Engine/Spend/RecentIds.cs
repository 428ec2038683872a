namespace Tollgate.Engine.Spend;

/// <summary>
/// Remembers which answer ids this process has recorded lately. Some upstreams give every answer the same id, and rows are keyed by it
/// (database.md 3.2). May forget; a new id that is taken for a known one only gets a suffix it did not need.
/// </summary>
internal sealed class RecentIds
{
    private const int Slots = 1 << 17;

    private readonly ulong[] _seen = new ulong[Slots];

    /// <summary>Notes an id; true when it was noted lately.</summary>
    public bool SeenBefore(string id)
    {
        var hash = HashOf(id);
        ref var slot = ref _seen[(hash >> 40) & (Slots - 1)];
        return Interlocked.Exchange(ref slot, hash) == hash;
    }

    /// <summary>64 bits of FNV-1a over the text, mixed once more: enough to tell 10^5 ids apart.</summary>
    private static ulong HashOf(string id)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in id)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        hash ^= hash >> 32;
        return hash * 0x9E3779B97F4A7C15UL | 1;
    }
}
