using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Changes;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Engine;

namespace Tollgate.Data.Sqlite;

/// <summary>The embedded store: one file, one writer at a time, up to eight readers beside it.</summary>
public sealed partial class SqliteDatabase(
    StorageSettings settings, ChangeBus changes, TimeProvider time, ILogger<SqliteDatabase> logger) : IStore
{
    /// <summary>Name of the file within the data directory.</summary>
    public const string FileName = "tollgate.db";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromMinutes(5);
    private static readonly SqliteDialect Dialect = new();

    private readonly string _path = Path.Combine(settings.DataDirectory, FileName);
    private readonly WriteGate _gate = new();
    private int _isClosed;
    private StoreLock? _lock;
    private SqliteConnections? _connections;
    private SqliteConnection? _writer;

    /// <inheritdoc/>
    public DatabaseKind Kind => DatabaseKind.Sqlite;

    /// <inheritdoc/>
    public DatabaseStatus Status { get; private set; } = new(IsReady: false, "the database is being opened");

    /// <inheritdoc/>
    public async Task<StoreOpening> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            MakeDirectory();
            _lock ??= StoreLock.Take(settings.DataDirectory);
            _connections ??= new SqliteConnections(_path, settings.SqliteStrict);
            _writer ??= await _connections.OpenWriterAsync(cancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_path, Private);
            }

            var applied = await SqliteMigrator.MigrateAsync(_writer, cancellationToken);
            Log.Opened(logger, _path, applied.Count);
            Status = new DatabaseStatus(IsReady: true, Reason: null);
            return new StoreOpening(_path, IsOwner: true, [.. applied.Select(migration => migration.Name)]);
        }
        catch (SqliteException error)
        {
            throw Failed(SqliteErrors.Translate(error) ?? new StorageStartException($"{_path}: {error.Message}", error));
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw Failed(new StorageStartException(
                $"the data directory {settings.DataDirectory} cannot be written ({error.Message}): set TOLLGATE_DATA_DIR to one that can", error));
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(UpkeepInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(db => db.ExecuteAsync(ChangeLog.ForgetStatement(Kind)), WritePriority.Batch, cancellationToken);
            }
            catch (DatabaseUnavailableException error)
            {
                Log.UpkeepFailed(logger, error.Message);
            }
        }
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken) => ReadRawAsync(
        connection => work(new RowReader(new SessionScope(connection, Transaction: null, Dialect, DatabaseShape.Full, time), cancellationToken)),
        cancellationToken);

    /// <summary>Reads over a connection of the driver, for queries that are typed.</summary>
    public async Task<T> ReadRawAsync<T>(Func<SqliteConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var connections = Ready(_connections);
        try
        {
            return await connections.ReadAsync(work, cancellationToken);
        }
        catch (SqliteException error) when (SqliteErrors.Translate(error) is not null)
        {
            throw SqliteErrors.Translate(error)!;
        }
    }

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
        => WriteAsync(work, WritePriority.Interactive, cancellationToken);

    /// <summary>As <see cref="WriteAsync{T}(Func{IRowWriter, Task{T}}, CancellationToken)"/>, in the given order of writers.</summary>
    public async Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, WritePriority priority, CancellationToken cancellationToken)
    {
        RowWriter? writer = null;
        var result = await WriteRawAsync(
            (connection, transaction) =>
            {
                writer = new RowWriter(
                    new SessionScope(connection, transaction, Dialect, DatabaseShape.Full, time),
                    (scope, notice, token) => ChangeLog.RecordAsync(scope, notice, source: "", token),
                    cancellationToken);
                return work(writer);
            },
            priority,
            cancellationToken);
        foreach (var notice in writer!.Notices)
        {
            changes.Publish(notice);
        }

        return result;
    }

    /// <summary>Runs work of the driver's kind in one transaction: commits when it returns, rolls back when it throws.</summary>
    public async Task<T> WriteRawAsync<T>(
        Func<SqliteConnection, SqliteTransaction, Task<T>> work, WritePriority priority, CancellationToken cancellationToken)
    {
        var connection = Ready(_writer);
        await _gate.EnterAsync(priority, cancellationToken);
        try
        {
            await using var transaction = connection.BeginTransaction(deferred: false);
            var result = await work(connection, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (SqliteException error) when (SqliteErrors.Translate(error) is not null)
        {
            throw SqliteErrors.Translate(error)!;
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        Status = new DatabaseStatus(IsReady: false, "the database is closed");
        // Whoever writes now may finish; the gate stays shut behind us.
        await _gate.EnterAsync(WritePriority.Interactive, CancellationToken.None);
        if (_connections is not null)
        {
            await _connections.DisposeAsync();
        }

        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }

        _lock?.Dispose();
    }

    private T Ready<T>(T? value)
        where T : class
        => Status.IsReady && value is not null ? value : throw new DatabaseUnavailableException(Status.Reason ?? "the database is not open");

    private Exception Failed(Exception error)
    {
        Status = new DatabaseStatus(IsReady: false, error.Message);
        return error;
    }

    private void MakeDirectory()
    {
        if (Directory.Exists(settings.DataDirectory))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(settings.DataDirectory);
        }
        else
        {
            Directory.CreateDirectory(settings.DataDirectory, Private | UnixFileMode.UserExecute);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 0, LogLevel.Information, "Database {Path} is open; {Applied} schema versions were applied")]
        public static partial void Opened(ILogger logger, string path, int applied);

        [LoggerMessage(EventIds.Data + 1, LogLevel.Warning, "The database could not be tidied up: {Reason}")]
        public static partial void UpkeepFailed(ILogger logger, string reason);
    }
}
