using Npgsql;
using NpgsqlTypes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>Adds to the counters: tables in a fixed order, rows in the order of their keys, so that writers never wait in a circle.</summary>
internal sealed class PostgresCounters(PostgresDatabase database, TimeProvider time)
{
    private readonly LastActive _active = new();
    private readonly NewCustomers _newCustomers = new(time);

    /// <summary>Adds the sums; returns what each row says afterwards.</summary>
    public Task<IReadOnlyList<FlushedSpend>> WriteAsync(NpgsqlConnection connection, BatchTotals totals, CancellationToken cancellationToken) =>
        EachAsync(totals, (i, rows) => AddAsync(connection, i, rows, cancellationToken));

    /// <summary>Returns what each row says, for sums that were added before.</summary>
    public Task<IReadOnlyList<FlushedSpend>> ReadAsync(NpgsqlConnection connection, BatchTotals totals, CancellationToken cancellationToken) =>
        EachAsync(totals, (i, rows) => LookUpAsync(connection, i, rows, cancellationToken));

    private async Task<IReadOnlyList<FlushedSpend>> EachAsync(
        BatchTotals totals, Func<int, CounterRows, Task<Dictionary<(string, string), double>>> run)
    {
        var flushed = new List<FlushedSpend>();
        for (var i = 0; i < CounterTable.All.Length; i++)
        {
            var table = CounterTable.All[i];
            if (!database.Has(table.Table, "spend") || CounterRows.Of(i, totals, _active) is not { Rows.Count: > 0 } rows)
            {
                continue;
            }

            var spend = await run(i, rows);
            if (table.Kind is { } kind)
            {
                flushed.AddRange(rows.Rows.Select(row => Flushed.Of(kind, row, spend)));
                flushed.AddRange(Flushed.OfReplaced(kind, rows, spend));
            }
        }

        return flushed;
    }

    private async Task<Dictionary<(string, string), double>> AddAsync(
        NpgsqlConnection connection, int index, CounterRows rows, CancellationToken cancellationToken)
    {
        var table = CounterTable.All[index];
        var total = index == CounterTable.Members && database.Has(table.Table, "total_spend");
        var spend = new Dictionary<(string, string), double>();
        await UpdateAsync(connection, index, total, rows, spend, cancellationToken);
        if (ReplacedKeys.Missing(index, rows, spend) is { Length: > 0 } missing && database.Has(Tables.DeprecatedKeys, "active_token_id")
            && ReplacedKeys.Moved(rows, await CurrentAsync(connection, missing, cancellationToken)) is { Rows.Count: > 0 } moved)
        {
            await UpdateAsync(connection, index, total, moved, spend, cancellationToken);
        }

        if (NewRows.Of(index, rows, spend, _newCustomers) is { Rows.Count: > 0 } added)
        {
            await InsertAsync(connection, table, database.Dialect.NameOf(table.Table), ResultOf(table), total, added, spend, cancellationToken);
        }

        return spend;
    }

    private async Task UpdateAsync(
        NpgsqlConnection connection,
        int index,
        bool total,
        CounterRows rows,
        Dictionary<(string, string), double> spend,
        CancellationToken cancellationToken)
    {
        var table = CounterTable.All[index];
        var name = database.Dialect.NameOf(table.Table);
        var match = MatchOf(table);
        var order = string.Join(", ", table.Key.Select(static c => $"t.\"{c}\""));
        var active = index == CounterTable.Keys && database.Has(table.Table, "last_active")
            ? ", \"last_active\" = greatest(d.used, t.\"last_active\")"
            : "";
        var alsoTotal = total ? ", \"total_spend\" = t.\"total_spend\" + d.delta" : "";

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(
            $"SELECT 1 FROM {name} t JOIN unnest(@a, @b) AS d (a, b) ON {match} ORDER BY {order} FOR NO KEY UPDATE OF t", rows));
        batch.BatchCommands.Add(Command(
            $"""
            UPDATE {name} AS t SET "spend" = coalesce(t."spend", 0) + d.delta{alsoTotal}{active}
            FROM unnest(@a, @b, @spend, @used) AS d (a, b, delta, used) WHERE {match} RETURNING {ResultOf(table)}
            """,
            rows));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await ReadAsync(reader, spend, cancellationToken);
    }

    /// <summary>Hashes of keys as they were, and as rotations have made them.</summary>
    private async Task<Dictionary<string, string>> CurrentAsync(NpgsqlConnection connection, string[] hashes, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT \"token\", \"active_token_id\" FROM {database.Dialect.NameOf(Tables.DeprecatedKeys)} WHERE \"token\" = ANY(@a)", connection);
        command.Parameters.Add(new NpgsqlParameter<string[]>("a", NpgsqlDbType.Array | NpgsqlDbType.Text) { TypedValue = hashes });
        var current = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            current[reader.GetString(0)] = reader.GetString(1);
        }

        return current;
    }

    private async Task<Dictionary<(string, string), double>> LookUpAsync(
        NpgsqlConnection connection, int index, CounterRows rows, CancellationToken cancellationToken)
    {
        var table = CounterTable.All[index];
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(
            $"SELECT {ResultOf(table)} FROM {database.Dialect.NameOf(table.Table)} t JOIN unnest(@a, @b) AS d (a, b) ON {MatchOf(table)}", rows));
        var spend = new Dictionary<(string, string), double>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadAsync(reader, spend, cancellationToken);
        return spend;
    }

    private static string MatchOf(CounterTable table) =>
        string.Join(" AND ", table.Key.Select(static (column, i) => $"t.\"{column}\" = d.{(i == 0 ? "a" : "b")}"));

    private static string ResultOf(CounterTable table) =>
        $"t.\"{table.Key[0]}\", {(table.Key.Length == 2 ? $"t.\"{table.Key[1]}\"" : "''")}, coalesce(t.\"spend\", 0)";

    private static async Task InsertAsync(
        NpgsqlConnection connection,
        CounterTable table,
        string name,
        string returned,
        bool total,
        CounterRows rows,
        Dictionary<(string, string), double> spend,
        CancellationToken cancellationToken)
    {
        var keys = string.Join(", ", table.Key.Select(static c => $"\"{c}\""));
        var values = table.Key.Length == 2 ? "d.a, d.b" : "d.a";
        var sql = $"""
            INSERT INTO {name} AS t ({keys}, "spend"{(total ? ", \"total_spend\"" : "")})
            SELECT {values}, d.delta{(total ? ", d.delta" : "")} FROM unnest(@a, @b, @spend, @used) AS d (a, b, delta, used)
            ON CONFLICT ({keys}) DO UPDATE SET "spend" = coalesce(t."spend", 0) + excluded."spend"
                {(total ? ", \"total_spend\" = t.\"total_spend\" + excluded.\"total_spend\"" : "")}
            RETURNING {returned}
            """;
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(sql, rows));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadAsync(reader, spend, cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, CounterRows rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string[]>("a", NpgsqlDbType.Array | NpgsqlDbType.Text) { TypedValue = rows.First });
        command.Parameters.Add(new NpgsqlParameter<string[]>("b", NpgsqlDbType.Array | NpgsqlDbType.Text) { TypedValue = rows.Second });
        if (sql.Contains("@spend", StringComparison.Ordinal))
        {
            command.Parameters.Add(new NpgsqlParameter<double[]>("spend", NpgsqlDbType.Array | NpgsqlDbType.Double) { TypedValue = rows.Spend });
            DateTime?[] used = [.. rows.Rows.Select(static r => r.LastUsed)];
            command.Parameters.Add(new NpgsqlParameter<DateTime?[]>("used", NpgsqlDbType.Array | NpgsqlDbType.Timestamp) { TypedValue = used });
        }

        return command;
    }

    private static async Task ReadAsync(NpgsqlDataReader reader, Dictionary<(string, string), double> spend, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            spend[(reader.GetString(0), reader.GetString(1))] = reader.GetDouble(2);
        }
    }
}
