using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Responses;

namespace Tollgate.Data.Responses;

/// <summary>
/// Kept answers in the database. Calls hand them in and go on; <see cref="ResponseWriter"/> writes them in groups. While the database is away
/// they wait here, the oldest leaving when there are too many.
/// </summary>
internal sealed partial class ResponseStore(IDatabase database, ResponseBox box, TimeProvider time, ILogger<ResponseStore> logger)
    : IStoredResponses, IDisposable
{
    /// <summary>Bytes that wait to be written.</summary>
    private const long MostWaiting = 64L * 1024 * 1024;

    private const int MostRows = 100;
    private const long MostBytes = 8L * 1024 * 1024;

    /// <summary>
    /// A call waits this long for its answer to be written, so that the client's next call may go to another replica; then it goes on without.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _waiting = new();
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Held while rows are written: nothing comes back that is being deleted.</summary>
    private readonly SemaphoreSlim _writing = new(1, 1);
    private long _bytes;
    private bool _isAway;

    private sealed record Waiting(string Name, ReadOnlyMemory<byte> Kept, DateTime At)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Signalled when something waits.</summary>
    public SemaphoreSlim Signal => _signal;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name)
    {
        if (FindWaiting(name) is { } waiting)
        {
            return waiting.Kept;
        }

        var rows = await GuardAsync(() => database.ReadAsync(
            db => db.QueryAsync($"SELECT kept FROM {db.NameOf(Tables.Responses)} WHERE name = @name", ("name", name)), CancellationToken.None));
        if (rows.Count == 0)
        {
            return null;
        }

        if (box.Open(Convert.FromBase64String(rows[0]["kept"]!.GetValue<string>())) is { } kept)
        {
            return kept;
        }

        Log.Unreadable(logger, name);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept)
    {
        var waiting = new Waiting(name, kept, time.GetUtcNow().UtcDateTime);
        var dropped = 0;
        lock (_lock)
        {
            _waiting.AddLast(waiting);
            _bytes += kept.Length;
            while (_bytes > MostWaiting && _waiting.First is { } oldest)
            {
                Remove(oldest);
                dropped++;
            }

            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }

        if (dropped > 0)
        {
            Log.Dropped(logger, dropped);
        }

        if (database.Status.IsReady && !Volatile.Read(ref _isAway))
        {
            await waiting.Written.Task.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string name)
    {
        await _writing.WaitAsync();
        try
        {
            await GuardAsync(() => database.WriteAsync(
                async db =>
                {
                    await db.DeleteAsync(Tables.Responses, Filter.Equal("name", name));
                    await db.NoteChangeAsync(new ChangeNotice(ChangedObject.Response, name));
                    return true;
                },
                CancellationToken.None));
            lock (_lock)
            {
                for (var node = _waiting.First; node is not null; node = node.Next)
                {
                    if (string.Equals(node.Value.Name, name, StringComparison.Ordinal))
                    {
                        Remove(node);
                        break;
                    }
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes what waits; false when the database is away and it goes on waiting.</summary>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                var batch = Next();
                if (batch.Count == 0)
                {
                    return true;
                }

                if (!await TryWriteAsync(batch, cancellationToken))
                {
                    return false;
                }

                Done(batch);
            }
            finally
            {
                _writing.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signal.Dispose();
        _writing.Dispose();
    }

    private async Task<bool> TryWriteAsync(List<Waiting> batch, CancellationToken cancellationToken)
    {
        try
        {
            var rows = batch.ConvertAll(waiting => (waiting.Name, waiting.At, Row: box.Close(waiting.Kept)));
            await database.WriteAsync(
                async db =>
                {
                    foreach (var (name, at, row) in rows)
                    {
                        await db.ExecuteAsync(
                            $"INSERT INTO {db.NameOf(Tables.Responses)} (name, kept, size, created_at) VALUES (@name, @kept, @size, @at) "
                            + "ON CONFLICT (name) DO UPDATE SET kept = excluded.kept, size = excluded.size",
                            ("name", name),
                            ("kept", row),
                            ("size", (long)row.Length),
                            ("at", at));
                    }

                    return true;
                },
                cancellationToken);
            if (Volatile.Read(ref _isAway))
            {
                Log.Back(logger);
            }

            Volatile.Write(ref _isAway, false);
            return true;
        }
        catch (DatabaseUnavailableException away)
        {
            if (!Volatile.Read(ref _isAway))
            {
                Log.Away(logger, away.Message);
            }

            Volatile.Write(ref _isAway, true);
            return false;
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // What the database refuses it would refuse again: it stays in memory only.
            Log.Refused(logger, batch.Count, failed);
            return true;
        }
    }

    private List<Waiting> Next()
    {
        var batch = new List<Waiting>();
        lock (_lock)
        {
            var bytes = 0L;
            for (var node = _waiting.First; node is not null && batch.Count < MostRows && bytes < MostBytes; node = node.Next)
            {
                batch.Add(node.Value);
                bytes += node.Value.Kept.Length;
            }
        }

        return batch;
    }

    private void Done(List<Waiting> batch)
    {
        lock (_lock)
        {
            foreach (var waiting in batch)
            {
                if (_waiting.Find(waiting) is { } node)
                {
                    Remove(node);
                }
            }
        }
    }

    private Waiting? FindWaiting(string name)
    {
        lock (_lock)
        {
            return _waiting.FirstOrDefault(waiting => string.Equals(waiting.Name, name, StringComparison.Ordinal));
        }
    }

    private void Remove(LinkedListNode<Waiting> node)
    {
        _waiting.Remove(node);
        _bytes -= node.Value.Kept.Length;
        node.Value.Written.TrySetResult();
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DatabaseUnavailableException)
        {
            throw new ApiException(
                503,
                "Service Unavailable, the database that keeps this response is temporarily unreachable. Please retry shortly.",
                "no_db_connection")
            { RetryAfterSeconds = 1 };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 160, LogLevel.Warning,
            "Responses are kept in memory until the database is back: {Reason}. Until then other replicas cannot go on from them")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(EventIds.Data + 161, LogLevel.Information, "Responses are kept in the database again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(EventIds.Data + 162, LogLevel.Warning, "{Count} responses that waited for the database were dropped: too many wait")]
        public static partial void Dropped(ILogger logger, int count);

        [LoggerMessage(EventIds.Data + 163, LogLevel.Warning, "{Count} responses could not be written to the database and are kept in memory only")]
        public static partial void Refused(ILogger logger, int count, Exception exception);

        [LoggerMessage(EventIds.Data + 164, LogLevel.Warning, "The kept response {Name} cannot be read: it was written with a key that is not known here")]
        public static partial void Unreadable(ILogger logger, string name);
    }
}
