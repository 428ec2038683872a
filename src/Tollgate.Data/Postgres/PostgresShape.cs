using Npgsql;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Postgres;

/// <summary>Looks which tables and columns a database has.</summary>
internal static class PostgresShape
{
    private const string Columns = """
        SELECT n.nspname = 'tollgate', c.relname, a.attname
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN (@schema, 'tollgate') AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        """;

    private const string UniqueColumns = """
        SELECT array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k(num, pos)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num ORDER BY k.pos)
        FROM pg_catalog.pg_index i
        WHERE i.indrelid = to_regclass(@table) AND i.indisunique AND NOT i.indisprimary AND i.indpred IS NULL AND i.indexprs IS NULL
        ORDER BY i.indnatts DESC
        LIMIT 1
        """;

    public static async Task<DatabaseShape> ProbeAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var found = new HashSet<(bool, string, string)>();
        await using var command = new NpgsqlCommand(Columns, connection);
        command.Parameters.AddWithValue("schema", schema);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetBoolean(0), reader.GetString(1), reader.GetString(2)));
        }

        return DatabaseShape.From((table, column) => found.Contains((table.IsOwn, table.Name, column)));
    }

    /// <summary>Columns of the widest unique key beside the primary one: what an upsert of a daily row conflicts on.</summary>
    public static async Task<IReadOnlyList<string>> UniqueColumnsAsync(
        NpgsqlConnection connection, string quotedTable, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(UniqueColumns, connection);
        command.Parameters.AddWithValue("table", quotedTable);
        return await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [];
    }
}
