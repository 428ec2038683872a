using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Rows;

/// <summary>What a session works with.</summary>
/// <param name="Connection">Open connection.</param>
/// <param name="Transaction">Transaction of all its commands; null for none.</param>
/// <param name="Dialect">The engine's SQL.</param>
/// <param name="Shape">The tables that are there.</param>
/// <param name="Time">Clock for columns that hold a time.</param>
internal sealed record SessionScope(
    DbConnection Connection, DbTransaction? Transaction, SqlDialect Dialect, DatabaseShape Shape, TimeProvider Time)
{
    public DbCommand Command()
    {
        var command = Connection.CreateCommand();
        command.Transaction = Transaction;
        return command;
    }
}

/// <summary>Reads rows over one connection; not for parallel use.</summary>
internal partial class RowReader(SessionScope scope, CancellationToken cancellationToken) : IRowReader
{
    private readonly ExtraColumns _extras = new(scope, cancellationToken);

    public DatabaseKind Kind => scope.Dialect.Kind;

    /// <summary>The tables that are there.</summary>
    public DatabaseShape Shape => scope.Shape;

    protected SessionScope Scope => scope;

    protected ExtraColumns Extras => _extras;

    protected CancellationToken CancellationToken => cancellationToken;

    public string NameOf(Table table) => scope.Dialect.NameOf(table);

    public async Task<JsonObject?> FindAsync(Table table, params string[] key)
    {
        if (key.Length != table.Key.Length)
        {
            throw new ArgumentException($"{table.Name}: its key has {table.Key.Length} columns, not {key.Length}", nameof(key));
        }

        var rows = await SelectAsync(table, Filter.All(table.Key.Zip(key, Filter.Equal)), order: null, new RowRange(1));
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<IReadOnlyList<JsonObject>> SelectAsync(Table table, Filter filter, SortBy[]? order = null, RowRange range = default)
    {
        var shape = scope.Shape.Of(table);
        var rows = new List<JsonObject>();
        await using (var command = scope.Command())
        {
            command.CommandText = SelectStatement(table, shape, command, filter, order, range);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(RowOf(reader, shape));
            }
        }

        await _extras.MergeAsync(table, shape, rows);
        return rows;
    }

    /// <summary>Reads a whole table in one pass, a chunk at a time; without the values of <see cref="MergeExtrasAsync"/>.</summary>
    public async Task EachChunkAsync(Table table, int size, Func<List<JsonObject>, Task> take)
    {
        var shape = scope.Shape.Of(table);
        await using var command = scope.Command();
        command.CommandText = SelectStatement(table, shape, command, Filter.None, order: null, default);

        // However large the table is: the pass lasts as long as whoever takes the rows.
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var chunk = new List<JsonObject>(size);
        while (await reader.ReadAsync(cancellationToken))
        {
            chunk.Add(RowOf(reader, shape));
            if (chunk.Count == size)
            {
                await take(chunk);
                chunk = new List<JsonObject>(size);
            }
        }

        if (chunk.Count > 0)
        {
            await take(chunk);
        }
    }

    /// <summary>Puts the values of columns that the database lacks into rows of <see cref="EachChunkAsync"/>.</summary>
    public Task MergeExtrasAsync(Table table, List<JsonObject> rows) => _extras.MergeAsync(table, scope.Shape.Of(table), rows);

    public async Task<long> CountAsync(Table table, Filter filter)
    {
        var shape = scope.Shape.Of(table);
        await using var command = scope.Command();
        command.CommandText = $"SELECT count(*) FROM {NameOf(table)} WHERE {new FilterSql(shape, scope.Dialect, command).Write(filter)}";
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    public async Task<IReadOnlyList<JsonObject>> QueryAsync(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var command = FreeCommand(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<JsonObject>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new JsonObject();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                row[reader.GetName(i)] = await reader.IsDBNullAsync(i, cancellationToken) ? null : scope.Dialect.ReadFree(reader, i);
            }

            rows.Add(row);
        }

        return rows;
    }

    protected DbCommand FreeCommand(string sql, (string Name, object? Value)[] parameters)
    {
        var command = scope.Command();
        command.CommandText = OwnTable().Replace(sql, match => NameOf(new Table(match.Groups["name"].Value, [], IsOwn: true)));
        foreach (var (name, value) in parameters)
        {
            scope.Dialect.BindFree(command, name, value);
        }

        return command;
    }

    private string SelectStatement(
        Table table, TableShape shape, DbCommand command, Filter filter, SortBy[]? order, RowRange range)
    {
        var sql = new StringBuilder("SELECT ");
        sql.AppendJoin(", ", shape.Columns.Select(scope.Dialect.Select));
        sql.Append(" FROM ").Append(NameOf(table)).Append(" WHERE ");
        sql.Append(new FilterSql(shape, scope.Dialect, command).Write(filter));
        var sorted = (order ?? []).Where(by => shape.Has(shape.Column(by.Column).Name)).ToList();
        if (sorted.Count > 0)
        {
            sql.Append(" ORDER BY ");
            sql.AppendJoin(", ", sorted.Select(by => SqlDialect.Quote(by.Column) + (by.Descending ? " DESC NULLS LAST" : " ASC NULLS LAST")));
        }

        if (range.Limit is not null || range.Offset > 0)
        {
            sql.Append(CultureInfo.InvariantCulture, $" LIMIT {range.Limit ?? int.MaxValue} OFFSET {range.Offset}");
        }

        return sql.ToString();
    }

    private JsonObject RowOf(DbDataReader reader, TableShape shape)
    {
        var row = new JsonObject();
        var ordinal = 0;
        foreach (var column in shape.Description.Columns)
        {
            if (!shape.Has(column.Name))
            {
                row[column.Name] = ColumnValues.AbsentOf(column);
                continue;
            }

            var value = reader.IsDBNull(ordinal) ? null : scope.Dialect.Read(reader, ordinal, column.Kind);
            row[column.Name] = ColumnValues.ToJson(column.Kind, value);
            ordinal++;
        }

        return row;
    }

    [GeneratedRegex(@"\{own:(?<name>[a-z_]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OwnTable();
}
