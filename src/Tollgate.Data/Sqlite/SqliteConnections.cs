using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Tollgate.Data.Sqlite;

/// <summary>Opens connections to the one file and lends those that read.</summary>
internal sealed class SqliteConnections(string path, bool isStrict) : IAsyncDisposable
{
    /// <summary>Lower case of every script; the engine's own <c>lower</c> knows ASCII only, but has indexes.</summary>
    public const string LowerFunction = "tollgate_lower";

    private const int MostReaders = 8;
    private const string Shared =
        "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;";

    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _readers = new(MostReaders);
    private bool _isClosed;

    static SqliteConnections() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the connection that writes; makes the file when there is none.</summary>
    public async Task<SqliteConnection> OpenWriterAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(SqliteOpenMode.ReadWriteCreate, cancellationToken);
        var durability = isStrict ? "FULL" : "NORMAL";
        // Page size and vacuum mode only take effect in an empty file, before the journal mode is set.
        await RunAsync(
            connection,
            "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; "
            + $"PRAGMA synchronous={durability}; PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=2000;",
            cancellationToken);
        return connection;
    }

    /// <summary>Borrows a connection that only reads, for the time of <paramref name="work"/>.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await _readers.WaitAsync(cancellationToken);
        try
        {
            if (!_idle.TryTake(out var connection))
            {
                connection = await OpenAsync(SqliteOpenMode.ReadWrite, cancellationToken);
                await RunAsync(connection, "PRAGMA query_only=ON;", cancellationToken);
            }

            try
            {
                return await work(connection);
            }
            finally
            {
                await GiveBackAsync(connection);
            }
        }
        finally
        {
            _readers.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        while (_idle.TryTake(out var connection))
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<SqliteConnection> OpenAsync(SqliteOpenMode mode, CancellationToken cancellationToken)
    {
        // The pool is ours: the driver's would keep files open beyond the life of this object.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 30 };
        var connection = new SqliteConnection(text.ToString());
        await connection.OpenAsync(cancellationToken);
        connection.CreateFunction(LowerFunction, (string? value) => value?.ToLowerInvariant(), isDeterministic: true);
        await RunAsync(connection, Shared, cancellationToken);
        return connection;
    }

    private async ValueTask GiveBackAsync(SqliteConnection connection)
    {
        if (_isClosed)
        {
            await connection.DisposeAsync();
            return;
        }

        _idle.Add(connection);
    }

    private static async Task RunAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
