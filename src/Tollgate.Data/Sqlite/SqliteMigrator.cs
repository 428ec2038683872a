using System.Globalization;
using Microsoft.Data.Sqlite;
using Tollgate.Data.Schema;
using Tollgate.Data.Startup;

namespace Tollgate.Data.Sqlite;

/// <summary>Brings the file's schema up to date: each version in a transaction that no other process can share.</summary>
internal static class SqliteMigrator
{
    private const string VersionTable =
        "CREATE TABLE IF NOT EXISTS tollgate_schema_version (version INTEGER NOT NULL PRIMARY KEY, "
        + "applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')))";

    /// <summary>Applies what is missing and returns the versions applied.</summary>
    public static async Task<IReadOnlyList<Migration>> MigrateAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var migrations = Migration.For("sqlite");
        var applied = new List<Migration>();
        await RunAsync(connection, transaction: null, VersionTable, cancellationToken);
        foreach (var migration in migrations)
        {
            // Immediate: a second process waits here and then sees the version as applied.
            await using var transaction = connection.BeginTransaction(deferred: false);
            var current = await CurrentAsync(connection, transaction, cancellationToken);
            if (current > migrations[^1].Version)
            {
                throw new StorageStartException(
                    $"the database has schema version {current}, this Tollgate {Migration.ProductVersion} knows up to {migrations[^1].Version}: "
                    + "start the newer Tollgate again, or restore a backup made before it");
            }

            if (current >= migration.Version)
            {
                continue;
            }

            await RunAsync(connection, transaction, migration.Sql, cancellationToken);
            var version = migration.Version.ToString(CultureInfo.InvariantCulture);
            await RunAsync(connection, transaction, $"INSERT INTO tollgate_schema_version (version) VALUES ({version})", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            applied.Add(migration);
        }

        return applied;
    }

    private static async Task<long> CurrentAsync(SqliteConnection connection, SqliteTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT coalesce(max(version), 0) FROM tollgate_schema_version";
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RunAsync(
        SqliteConnection connection, SqliteTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
