using Microsoft.Extensions.Logging;
using Npgsql;
using Tollgate.Data.Changes;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Data.Startup;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Postgres;

/// <summary>A PostgreSQL database, made by us or adopted from LiteLLM.</summary>
public sealed partial class PostgresDatabase(
    StorageSettings settings, ChangeBus changes, TimeProvider time, ILogger<PostgresDatabase> logger, IDatabaseTokens? tokens = null) : IStore
{
    private const int MostAttempts = 4;
    private const int ShortestRetryMs = 50;
    private const int LongestRetryMs = 400;

    private PostgresUrl? _url;
    private PostgresDialect? _dialect;
    private NpgsqlDataSource? _source;
    private volatile DatabaseShape _shape = DatabaseShape.Full;
    private volatile string? _reason = "the database is being opened";

    /// <inheritdoc/>
    public DatabaseKind Kind => DatabaseKind.PostgreSql;

    /// <inheritdoc/>
    public DatabaseStatus Status => new(_reason is null, _reason);

    /// <summary>Connections of the driver, for binary COPY and typed queries. They speak UTC and find LiteLLM's tables unqualified.</summary>
    /// <exception cref="DatabaseUnavailableException">The database is not open.</exception>
    public NpgsqlDataSource Source => IsOpen ? _source! : throw new DatabaseUnavailableException(_reason ?? "the database is not open");

    /// <summary>True when we made the database and LiteLLM has not run on it; false for an adopted one.</summary>
    public bool IsOwner { get; private set; }

    /// <summary>This process among the replicas: marks its rows of the change log.</summary>
    internal string InstanceId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The address, translated.</summary>
    internal PostgresUrl Url => _url ??= PostgresUrl.Parse(settings.DatabaseUrl!, "DATABASE_URL", settings);

    /// <summary>The address for DDL and LISTEN: no pooler of others in between when <c>DIRECT_URL</c> is set, and no pool of ours.</summary>
    internal PostgresUrl DirectUrl
    {
        get
        {
            var url = settings.DirectUrl is null ? Url : PostgresUrl.Parse(settings.DirectUrl, "DIRECT_URL", settings);
            // The driver asks the server now and then, so that a connection that only listens notices its end.
            return url with { Connection = new NpgsqlConnectionStringBuilder(url.Connection.ToString()) { Pooling = false, KeepAlive = 15 } };
        }
    }

    /// <summary>Foreign writes to what the triggers watch are recorded.</summary>
    internal bool HasTriggers { get; private set; }

    /// <summary>What the database has, as of the last look.</summary>
    internal DatabaseShape Shape => _shape;

    internal PostgresDialect Dialect => _dialect ??= new PostgresDialect(Url.Schema);

    /// <summary>The schema has been brought up to date and looked at; the server may be away at the moment all the same.</summary>
    private bool IsOpen { get; set; }

    /// <inheritdoc/>
    public async Task<StoreOpening> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            _source ??= Build(Url, tokens);
            await using var ddl = Build(DirectUrl, tokens);
            var outcome = await new PostgresMigrator(ddl, Url.Schema, !settings.NoSchemaChanges).MigrateAsync(cancellationToken);
            IsOwner = outcome.IsOwner;
            await ProbeAsync(cancellationToken);
            await InstallTriggersAsync(ddl, cancellationToken);
            IsOpen = true;
            _reason = null;
            Log.Opened(logger, Url.Place, IsOwner ? "owner" : "guest", outcome.Applied.Count);
            ReportGaps();
            return new StoreOpening(Url.Place, IsOwner, [.. outcome.Applied.Select(migration => migration.Name)]);
        }
        catch (NpgsqlException error) when (error.InnerException is DatabaseTokenException)
        {
            throw Failed(new DatabaseUnavailableException($"{Url.Place}: {error.InnerException.Message}", error));
        }
        catch (Exception error) when (PostgresErrors.Translate(error, _url?.Place ?? "") is not null)
        {
            throw Failed(PostgresErrors.Translate(error, Url.Place)!);
        }
        catch (Exception error) when (error is StorageStartException or DatabaseUnavailableException)
        {
            _reason = error.Message;
            throw;
        }
    }

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken)
        => new PostgresUpkeep(this, changes, time, logger).RunAsync(cancellationToken);

    /// <summary>Looks again which tables and columns are there (LiteLLM may have been upgraded).</summary>
    public Task ProbeAsync(CancellationToken cancellationToken) => GuardedAsync(async () =>
    {
        await using var connection = await _source!.OpenConnectionAsync(cancellationToken);
        return _shape = await PostgresShape.ProbeAsync(connection, Url.Schema, cancellationToken);
    });

    /// <summary>Moves values out of <c>row_ext</c> whose columns have appeared.</summary>
    internal Task MoveExtrasAsync(CancellationToken cancellationToken) => GuardedAsync(async () =>
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await new ExtraColumns(new SessionScope(connection, transaction, Dialect, _shape, time), cancellationToken).MoveAsync();
        await transaction.CommitAsync(cancellationToken);
        return true;
    });

    /// <summary>Columns of the unique key (not the primary one) of a table as it really is: the conflict target of an upsert.</summary>
    public async Task<IReadOnlyList<string>> UniqueColumnsAsync(Table table, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return await PostgresShape.UniqueColumnsAsync(connection, Dialect.NameOf(table), cancellationToken);
    }

    /// <summary>Whether the database has this table, and this column of it.</summary>
    public bool Has(Table table, string? column = null)
        => _shape.Has(table) && (column is null || _shape.Of(table).Has(column));

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken) => GuardedAsync(async () =>
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return await work(new RowReader(new SessionScope(connection, Transaction: null, Dialect, _shape, time), cancellationToken));
    });

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
    {
        var (result, notices) = await GuardedAsync(() => RetriedAsync(() => TransactAsync(work, cancellationToken), cancellationToken));
        foreach (var notice in notices)
        {
            changes.Publish(notice);
        }

        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _reason = "the database is closed";
        IsOpen = false;
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    /// <summary>Passwords for connections; null where the URL has one.</summary>
    internal IDatabaseTokens? Tokens => tokens;

    /// <summary>Makes a source of connections: the slim builder, because what it leaves out costs start-up time and memory.</summary>
    internal static NpgsqlDataSource Build(PostgresUrl url, IDatabaseTokens? tokens = null)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(url.Connection.ToString());
        if (tokens is not null)
        {
            // A token is good for a quarter of an hour, but only logging in needs one: each connection gets its own.
            builder.ConnectionStringBuilder.Password = null;
            builder.UsePasswordProvider(
                static _ => throw new NotSupportedException("connections are opened asynchronously"),
                (login, cancellationToken) => tokens.TokenAsync(login.Host ?? "", login.Port, login.Username ?? "", cancellationToken));
        }

        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private async Task InstallTriggersAsync(NpgsqlDataSource ddl, CancellationToken cancellationToken)
    {
        HasTriggers = !settings.NoSchemaChanges && (settings.InstallTriggers ?? IsOwner) && _shape.Has(ChangeLog.Table);
        if (HasTriggers)
        {
            await using var connection = await ddl.OpenConnectionAsync(cancellationToken);
            await ChangeTriggers.InstallAsync(connection, _shape, Dialect, cancellationToken);
        }
    }

    private async Task<(T Result, IReadOnlyList<ChangeNotice> Notices)> TransactAsync<T>(
        Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var writer = new RowWriter(
            new SessionScope(connection, transaction, Dialect, _shape, time),
            (scope, notice, token) => ChangeLog.RecordAsync(scope, notice, InstanceId, token),
            cancellationToken);
        var result = await work(writer);
        await ReplicaNotice.SendAsync(connection, writer.Notices, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (result, writer.Notices);
    }

    private async Task<T> RetriedAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (PostgresException error) when (attempt < MostAttempts && PostgresErrors.IsConflict(error))
            {
                Log.Retried(logger, error.SqlState, attempt);
                // The jitter keeps two that met from meeting again.
                var wait = Random.Shared.Next(ShortestRetryMs, LongestRetryMs);
                await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken);
            }
        }
    }

    private async Task<T> GuardedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            var result = await work();
            if (IsOpen)
            {
                _reason = null;
            }

            return result;
        }
        catch (Exception error) when (PostgresErrors.Translate(error, Url.Place) is not null)
        {
            throw Failed(PostgresErrors.Translate(error, Url.Place)!);
        }
    }

    private Exception Failed(Exception error)
    {
        if (error is DatabaseUnavailableException)
        {
            _reason = error.Message;
        }

        return error;
    }

    private void ReportGaps()
    {
        foreach (var table in _shape.MissingTables)
        {
            Log.MissingTable(logger, table.IsOwn ? $"tollgate.{table.Name}" : table.Name);
        }

        var columns = _shape.Tables.Sum(table => table.Missing.Length);
        if (columns > 0)
        {
            Log.MissingColumns(logger, columns);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 10, LogLevel.Information, "Database {Place} is open as {Mode}; {Applied} schema versions were applied")]
        public static partial void Opened(ILogger logger, string place, string mode, int applied);

        [LoggerMessage(EventIds.Data + 11, LogLevel.Warning, "The database has no table {Table}: what lives there is not available")]
        public static partial void MissingTable(ILogger logger, string table);

        [LoggerMessage(EventIds.Data + 12, LogLevel.Information, "The database lacks {Count} columns of newer versions: their values are kept in tollgate.row_ext")]
        public static partial void MissingColumns(ILogger logger, int count);

        [LoggerMessage(EventIds.Data + 13, LogLevel.Debug, "A transaction met another ({SqlState}), attempt {Attempt}: it runs again")]
        public static partial void Retried(ILogger logger, string sqlState, int attempt);
    }
}
