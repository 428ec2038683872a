using Npgsql;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Data.Startup;

namespace Tollgate.Data.Postgres;

/// <summary>What a run of the migrator found and did.</summary>
/// <param name="IsOwner">The database is ours: LiteLLM has never run on it.</param>
/// <param name="Applied">Versions applied now.</param>
/// <param name="HasOwnTables">The schema <c>tollgate</c> is complete.</param>
internal sealed record MigrationOutcome(bool IsOwner, IReadOnlyList<Migration> Applied, bool HasOwnTables);

/// <summary>
/// Brings a database up to date. LiteLLM's tables are made in an empty database only; in one that has them nothing outside the schema
/// <c>tollgate</c> is ever touched (database.md 6).
/// </summary>
internal sealed class PostgresMigrator(NpgsqlDataSource source, string schema, bool mayChange)
{
    /// <summary>"toll": replicas that start together take turns.</summary>
    public const long LockKey = 0x746F6C6C;

    private const string State = """
        SELECT to_regclass('tollgate.schema_version') IS NOT NULL AS has_versions,
            EXISTS (SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = @schema AND tablename = '_prisma_migrations') AS has_prisma,
            EXISTS (SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = @schema AND left(tablename, 8) = 'LiteLLM_') AS has_tables,
            current_setting('transaction_read_only') = 'on' AS is_read_only,
            to_regnamespace('tollgate') IS NOT NULL AS has_schema,
            has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
            to_regnamespace(quote_ident(@schema)) IS NOT NULL AS has_target,
            coalesce(has_schema_privilege(to_regnamespace(quote_ident(@schema)), 'CREATE'), false) AS may_create_tables,
            current_user::text AS user_name,
            current_database()::text AS database_name
        """;

    private readonly IReadOnlyList<Migration> _migrations = Migration.For("postgresql");

    /// <exception cref="StorageStartException">The schema is newer than this binary, or rights are missing.</exception>
    public async Task<MigrationOutcome> MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = new List<Migration>();
        while (true)
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (mayChange)
            {
                // Within the transaction, so that it also holds through a transaction-mode pooler.
                await RunAsync(connection, $"SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
            }

            var state = await StateAsync(connection, cancellationToken);
            var done = state.HasVersions ? await VersionsAsync(connection, cancellationToken) : [];
            ThrowIfNewer(done);
            var isOwner = await IsOwnerAsync(connection, state, done, cancellationToken);
            var next = _migrations.FirstOrDefault(migration => !done.Contains(migration.Version) && (isOwner || migration.IsOwn));
            if (next is null || !mayChange)
            {
                await transaction.CommitAsync(cancellationToken);
                return new MigrationOutcome(isOwner, applied, next is null or { IsOwn: false });
            }

            ThrowIfNotAllowed(state, isOwner);
            await ApplyAsync(connection, state, next, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            applied.Add(next);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Found state, Migration migration, CancellationToken cancellationToken)
    {
        var quoted = SqlDialect.Quote(schema.Replace("\"", "\"\"", StringComparison.Ordinal));
        if (!state.HasTarget)
        {
            await RunAsync(connection, $"CREATE SCHEMA {quoted}", cancellationToken);
        }

        if (!state.HasVersions)
        {
            await RunAsync(
                connection,
                "CREATE SCHEMA IF NOT EXISTS tollgate; CREATE TABLE tollgate.schema_version ("
                + "version integer NOT NULL PRIMARY KEY, applied_at timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP)",
                cancellationToken);
        }

        await RunAsync(connection, $"SET LOCAL search_path TO {quoted}", cancellationToken);
        await RunAsync(connection, migration.Sql, cancellationToken);
        await RunAsync(connection, $"INSERT INTO tollgate.schema_version (version) VALUES ({migration.Version})", cancellationToken);
    }

    private void ThrowIfNewer(HashSet<int> done)
    {
        var newest = done.Count == 0 ? 0 : done.Max();
        if (newest > _migrations[^1].Version)
        {
            throw new StorageStartException(
                $"the database has schema version {newest}, this Tollgate {Migration.ProductVersion} knows up to {_migrations[^1].Version}: "
                + "start the newer Tollgate again, or restore a backup made before it");
        }
    }

    /// <summary>Ours is what we made, until LiteLLM has run on it: from then on it stays LiteLLM's.</summary>
    private async Task<bool> IsOwnerAsync(NpgsqlConnection connection, Found state, HashSet<int> done, CancellationToken cancellationToken)
    {
        if (done.Count == 0)
        {
            return state is { HasPrisma: false, HasTables: false };
        }

        if (!done.Contains(1))
        {
            return false;
        }

        var knowsMode = _migrations.Any(migration => migration.IsOwn && done.Contains(migration.Version));
        if (!knowsMode)
        {
            return !state.HasPrisma;
        }

        if (state.HasPrisma && mayChange && !state.IsReadOnly)
        {
            await RunAsync(
                connection, "INSERT INTO tollgate.kv (name, value) VALUES ('mode', '\"guest\"') ON CONFLICT DO NOTHING", cancellationToken);
        }

        await using var command = new NpgsqlCommand("SELECT count(*) FROM tollgate.kv WHERE name = 'mode' AND value = '\"guest\"'", connection);
        return !state.HasPrisma && (long)(await command.ExecuteScalarAsync(cancellationToken))! == 0;
    }

    private void ThrowIfNotAllowed(Found state, bool isOwner)
    {
        if (state.IsReadOnly)
        {
            throw new DatabaseUnavailableException(
                "the database can only be read (a standby, or default_transaction_read_only): point DATABASE_URL at the primary");
        }

        var missing = new List<string>();
        if (!state.HasSchema && !state.MayCreateSchema)
        {
            missing.Add($"GRANT CREATE ON DATABASE \"{state.Database}\" TO \"{state.User}\"");
        }

        if (isOwner && state.HasTarget && !state.MayCreateTables)
        {
            missing.Add($"GRANT CREATE ON SCHEMA \"{schema}\" TO \"{state.User}\"");
        }

        if (missing.Count > 0)
        {
            throw new StorageStartException(
                $"the database user {state.User} may not create what Tollgate needs; run as the database's owner: {string.Join("; ", missing)}. "
                + "Or set DISABLE_SCHEMA_UPDATE=true to run with what is there");
        }
    }

    private async Task<Found> StateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(State, connection);
        command.Parameters.AddWithValue("schema", schema);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Found(
            reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4),
            reader.GetBoolean(5), reader.GetBoolean(6), reader.GetBoolean(7), reader.GetString(8), reader.GetString(9));
    }

    private static async Task<HashSet<int>> VersionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT version FROM tollgate.schema_version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var versions = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            versions.Add(reader.GetInt32(0));
        }

        return versions;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Found(
        bool HasVersions, bool HasPrisma, bool HasTables, bool IsReadOnly, bool HasSchema, bool MayCreateSchema, bool HasTarget,
        bool MayCreateTables, string User, string Database);
}
