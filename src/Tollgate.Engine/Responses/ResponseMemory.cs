using System.Buffers;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Responses;

/// <summary>
/// Answers of providers that keep none themselves, for clients that go on from them by id (08-bridges.md section 2.5). In memory, bounded in
/// time and size, the oldest leaving first; with Redis also there, so that any replica can go on; with a database for longer.
/// </summary>
/// <param name="shared">Redis; null without.</param>
/// <param name="stored">The database; null without.</param>
/// <param name="time">The clock.</param>
internal sealed class ResponseMemory(ISharedResponses? shared, IStoredResponses? stored, TimeProvider time) : IChangeListener
{
    private const string NamePrefix = "resp_";

    private const int NameLength = 37;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

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

        if (shared is not null && await shared.FindAsync(name) is { } bytes)
        {
            return KeptResponse.Read(bytes);
        }

        // A provider's own answers are never kept here: they are not looked for.
        return stored is not null && IsOwnName(name) && await stored.FindAsync(name) is { } found ? KeptResponse.Read(found) : null;
    }

    /// <summary>The name of what the gateway keeps for a call.</summary>
    public static string NameFor(string uid) => NamePrefix + uid.Replace("-", "", StringComparison.Ordinal);

    /// <summary>Keeps an answer. It is found in this process at once, elsewhere as a rule when the task has ended.</summary>
    public async ValueTask KeepAsync(string name, KeptResponse kept)
    {
        if (kept.Size > MostBytesEach)
        {
            return;
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

        if (shared is null && stored is null)
        {
            return;
        }

        var bytes = kept.ToBytes();
        var writing = stored?.KeepAsync(name, bytes) ?? ValueTask.CompletedTask;
        if (shared is not null)
        {
            await shared.KeepAsync(name, bytes, Lifetime);
        }

        await writing;
    }

    /// <summary>Forgets an answer.</summary>
    /// <exception cref="Errors.ApiException">503: it cannot be forgotten now.</exception>
    public async ValueTask ForgetAsync(string name)
    {
        if (stored is not null)
        {
            await stored.ForgetAsync(name);
        }

        ForgetHere(name);
        if (shared is not null)
        {
            await shared.ForgetAsync(name);
        }
    }

    /// <inheritdoc/>
    public void OnChange(ChangeNotice notice)
    {
        if (notice.Kind == ChangedObject.Response)
        {
            ForgetHere(notice.Id);
        }
        else if (notice.Kind == ChangedObject.Everything && stored is not null)
        {
            // A deletion may have been missed; what still is there is found in the database.
            lock (_lock)
            {
                _byName.Clear();
                _byAge.Clear();
                _bytes = 0;
            }
        }
    }

    private static bool IsOwnName(string name)
        => name.Length == NameLength && name.StartsWith(NamePrefix, StringComparison.Ordinal)
            && !name.AsSpan(NamePrefix.Length).ContainsAnyExcept(HexDigits);

    private void ForgetHere(string name)
    {
        lock (_lock)
        {
            Remove(name);
        }
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
