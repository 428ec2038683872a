namespace Tollgate.Engine.Responses;

/// <summary>
/// Answers of providers that keep none themselves, for clients that go on from them by id (08-bridges.md section 2.5). In memory, bounded in time
/// and size, the oldest leaving first; with Redis also there, so that any replica can go on.
/// </summary>
/// <param name="shared">Redis; null without.</param>
/// <param name="time">The clock.</param>
internal sealed class ResponseMemory(ISharedResponses? shared, TimeProvider time)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Bytes kept in this process.</summary>
    private const long MostBytes = 64L * 1024 * 1024;

    /// <summary>A conversation beyond this is not kept: a few of them would push out all others.</summary>
    private const int MostBytesEach = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = new();
    private long _bytes;

    private readonly record struct Entry(string Name, KeptResponse Kept, DateTimeOffset Until);

    /// <summary>Finds an answer; null when it is not kept, or no longer.</summary>
    public async ValueTask<KeptResponse?> FindAsync(string name)
    {
        if (FindHere(name) is { } here)
        {
            return here;
        }

        return shared is not null && await shared.FindAsync(name) is { } bytes ? KeptResponse.Read(bytes) : null;
    }

    /// <summary>Keeps an answer. It is found in this process at once, elsewhere when the task has ended.</summary>
    public ValueTask KeepAsync(string name, KeptResponse kept)
    {
        if (kept.Size > MostBytesEach)
        {
            return ValueTask.CompletedTask;
        }

        lock (_lock)
        {
            Remove(name);
            _byName[name] = _byAge.AddLast(new Entry(name, kept, time.GetUtcNow() + Lifetime));
            _bytes += kept.Size;
            while (_byAge.First is { } oldest && (_bytes > MostBytes || oldest.Value.Until <= time.GetUtcNow()))
            {
                Remove(oldest.Value.Name);
            }
        }

        return shared?.KeepAsync(name, kept.ToBytes(), Lifetime) ?? ValueTask.CompletedTask;
    }

    /// <summary>Forgets an answer.</summary>
    public ValueTask ForgetAsync(string name)
    {
        lock (_lock)
        {
            Remove(name);
        }

        return shared?.ForgetAsync(name) ?? ValueTask.CompletedTask;
    }

    private KeptResponse? FindHere(string name)
    {
        lock (_lock)
        {
            return _byName.TryGetValue(name, out var node) && node.Value.Until > time.GetUtcNow() ? node.Value.Kept : null;
        }
    }

    private void Remove(string name)
    {
        if (_byName.Remove(name, out var node))
        {
            _byAge.Remove(node);
            _bytes -= node.Value.Kept.Size;
        }
    }
}
