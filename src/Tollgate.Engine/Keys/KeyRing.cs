using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Keys;

/// <summary>
/// Virtual keys in memory. A warm key costs a hash and a look-up; a cold one costs one query, however many calls wait for it. Changes drop
/// what they concern at once; what nobody announced is seen when an entry's time is over.
/// </summary>
public sealed partial class KeyRing : IChangeListener
{
    /// <summary>Entries kept: 3 to 5 KB each, by how many limits a key has. Beyond it the least recently used quarter goes.</summary>
    private const int MostEntries = 50_000;

    /// <summary>How often a key is read again because something changed meanwhile; the last reading is then served but not kept.</summary>
    private const int MostReads = 3;

    /// <summary>Unknown keys remembered.</summary>
    private const int MostUnknown = 100_000;

    private static readonly TimeSpan UnknownTtl = TimeSpan.FromSeconds(5);

    private readonly IIdentityStore? _store;
    private readonly LocalCounters _counters;
    private readonly SnapshotHolder _snapshots;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyRing> _logger;
    private readonly ConcurrentDictionary<KeyHash, KeyEntry> _entries = new();
    private readonly ConcurrentDictionary<KeyHash, long> _unknown = new();
    private readonly ConcurrentDictionary<KeyHash, TaskCompletionSource<KeyEntry?>> _loading = new();
    private long _generation;

    internal KeyRing(IIdentityStore? store, LocalCounters counters, SnapshotHolder snapshots, TimeProvider time, ILogger<KeyRing> logger)
    {
        _store = store;
        _counters = counters;
        _snapshots = snapshots;
        _time = time;
        _logger = logger;
    }

    /// <summary>False when the gateway runs without any database.</summary>
    public bool HasStore => _store is not null;

    /// <summary>Warm keys.</summary>
    public int Count => _entries.Count;

    /// <summary>The key with this hash when it is warm, or known not to be one (then null).</summary>
    /// <returns>False when the database has to be asked.</returns>
    public bool TryGet(in KeyHash hash, out KeyEntry? entry)
    {
        if (!_entries.TryGetValue(hash, out entry))
        {
            return _unknown.TryGetValue(hash, out var asked) && _time.GetElapsedTime(asked) < UnknownTtl;
        }

        entry.UsedAt = _time.GetTimestamp();
        if (entry.IsDoubtful)
        {
            return false;
        }

        var age = _time.GetUtcNow() - entry.ReadAt;
        var ttl = _snapshots.Current.Config.Storage.KeyCacheTtl;
        if (age < ttl * 0.8)
        {
            return true;
        }

        if (age < ttl)
        {
            RefreshAhead(hash, entry);
            return true;
        }

        return false;
    }

    /// <summary>The key with this hash, from the database when it is not warm.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IdentityStoreUnavailableException">It is not in memory and the database cannot be asked.</exception>
    public async ValueTask<KeyEntry?> FindAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        if (TryGet(hash, out var entry))
        {
            return entry;
        }

        try
        {
            return await LoadAsync(hash, cancellationToken);
        }
        catch (IdentityStoreUnavailableException error)
            when (entry is not null && _time.GetUtcNow() - entry.ReadAt < _snapshots.Current.Config.Storage.KeyCacheStaleMax)
        {
            // Once running, an outage of the database never stops traffic of warm keys.
            Log.ServedStale(_logger, error.Message);
            return entry;
        }
    }

    /// <inheritdoc/>
    public void OnChange(ChangeNotice notice)
    {
        if (notice.Kind == ChangedObject.Response)
        {
            // No key knows of it.
            return;
        }

        // Whoever reads right now may have read before the change: what it brings is not kept.
        Interlocked.Increment(ref _generation);
        switch (notice.Kind)
        {
            case ChangedObject.Key:
                if (notice.SpendWasSet)
                {
                    _counters.Forget("key:" + notice.Id);
                }

                DropWhere(notice.Id, static (key, id) => string.Equals(key.Hash, id, StringComparison.Ordinal));
                break;
            case ChangedObject.User:
                Drop(notice, "user:", static (key, id) => string.Equals(key.UserId, id, StringComparison.Ordinal));
                break;
            case ChangedObject.Team:
                Drop(notice, "team:", static (key, id) => string.Equals(key.TeamId, id, StringComparison.Ordinal));
                break;
            case ChangedObject.TeamMember:
                Drop(notice, "member:", static (key, id) => key.Member is { } member && string.Equals($"{member.TeamId}|{member.UserId}", id, StringComparison.Ordinal));
                break;
            case ChangedObject.Organization:
                Drop(notice, "organization:", static (key, id) => string.Equals(key.Organization?.Id, id, StringComparison.Ordinal));
                break;
            case ChangedObject.Project:
                Drop(notice, "project:", static (key, id) => string.Equals(key.Project?.Id, id, StringComparison.Ordinal));
                break;
            case ChangedObject.Everything:
                if (notice.SpendWasSet)
                {
                    _counters.ForgetAll();
                }

                // Notices may have been missed, mostly because the database was away. It may be gone again: then this is all there is.
                foreach (var (_, entry) in _entries)
                {
                    entry.IsDoubtful = true;
                }

                break;
            case ChangedObject.Budget or ChangedObject.AccessGroup:
                _entries.Clear();
                break;
            default:
                break;
        }

        _unknown.Clear();
    }

    /// <summary>Drops one key, so that it is read again.</summary>
    internal void Drop(KeyEntry entry)
    {
        Interlocked.Increment(ref _generation);
        DropWhere(entry.Identity.Hash, static (key, id) => string.Equals(key.Hash, id, StringComparison.Ordinal));
    }

    private void Drop(ChangeNotice notice, string counterPrefix, Func<KeyIdentity, string, bool> concerns)
    {
        if (notice.SpendWasSet)
        {
            _counters.Forget(counterPrefix + notice.Id);
        }

        DropWhere(notice.Id, concerns);
    }

    private void DropWhere(string id, Func<KeyIdentity, string, bool> concerns)
    {
        foreach (var (hash, entry) in _entries)
        {
            if (concerns(entry.Identity, id))
            {
                _entries.TryRemove(hash, out _);
            }
        }
    }

    private void RefreshAhead(KeyHash hash, KeyEntry entry)
    {
        if (entry.TryStartRefresh())
        {
            _ = LoadAsync(hash, CancellationToken.None);
        }
    }

    /// <summary>One query for all who wait; a caller that leaves does not end it for the others.</summary>
    private Task<KeyEntry?> LoadAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        if (_store is null)
        {
            return Task.FromResult<KeyEntry?>(null);
        }

        var mine = new TaskCompletionSource<KeyEntry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loading = _loading.GetOrAdd(hash, mine);
        if (loading == mine)
        {
            _ = ReadAsync(hash, mine);
        }

        return loading.Task.WaitAsync(cancellationToken);
    }

    private async Task ReadAsync(KeyHash hash, TaskCompletionSource<KeyEntry?> waiting)
    {
        try
        {
            KeyEntry? entry = null;
            for (var attempt = 0; attempt < MostReads; attempt++)
            {
                var generation = Interlocked.Read(ref _generation);
                entry = await ReadOnceAsync(hash);
                if (generation == Interlocked.Read(ref _generation))
                {
                    Keep(hash, entry);
                    break;
                }
            }

            _loading.TryRemove(hash, out _);
            waiting.SetResult(entry);
        }
#pragma warning disable CA1031 // Whatever it is belongs to those who wait.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _loading.TryRemove(hash, out _);
            waiting.SetException(error);

            // A refresh ahead of time has nobody waiting.
            _ = waiting.Task.Exception;
        }
    }

    private async Task<KeyEntry?> ReadOnceAsync(KeyHash hash)
    {
        var readAt = _time.GetUtcNow();
        if (await _store!.FindKeyAsync(hash.ToHex(), CancellationToken.None) is not { } identity)
        {
            return null;
        }

        var entry = new KeyEntry(identity, readAt) { UsedAt = _time.GetTimestamp() };
        await SeedAsync(entry, readAt);
        return entry;
    }

    /// <summary>Brings the counters to what the rows say, and asks what windows and model budgets have spent so far.</summary>
    private async Task SeedAsync(KeyEntry entry, DateTimeOffset readAt)
    {
        var budgets = _snapshots.Current.Config.Budgets;
        foreach (var scope in entry.Scopes)
        {
            if (scope.Kind == ClaimKind.Budget && scope.Period is null)
            {
                _counters.Rebase(scope.Counter, scope.Recorded, scope.Epoch, readAt);
            }
            else if (scope.Period is { } period && scope.SpendOf is { } source)
            {
                var (start, end) = period.Window(readAt, budgets.TimeZone);
                var spent = await _store!.FindSpendSinceAsync(source, scope.SpendId, scope.Model, start, CancellationToken.None);
                scope.Seed(Money.ToNano(spent), end.UtcTicks);

                // What was flushed of it is not told apart from what was not: the larger figure is the true one.
                _counters.Raise(scope.Counter, Money.ToNano(spent), end.UtcTicks);
            }
        }
    }

    private void Keep(KeyHash hash, KeyEntry? entry)
    {
        if (entry is null)
        {
            _entries.TryRemove(hash, out _);
            if (_unknown.Count >= MostUnknown)
            {
                _unknown.Clear();
            }

            _unknown[hash] = _time.GetTimestamp();
            return;
        }

        _unknown.TryRemove(hash, out _);
        if (_entries.Count >= MostEntries)
        {
            foreach (var (oldest, _) in _entries.OrderBy(static pair => pair.Value.UsedAt).Take(MostEntries / 4).ToList())
            {
                _entries.TryRemove(oldest, out _);
            }
        }

        _entries[hash] = entry;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Admission + 1, LogLevel.Warning, "The database is away, warm keys are served from memory: {Reason}")]
        public static partial void ServedStale(ILogger logger, string reason);
    }
}
