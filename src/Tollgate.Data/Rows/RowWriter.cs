using System.Data.Common;
using System.Text.Json.Nodes;
using Tollgate.Data.Schema;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Rows;

/// <summary>Records a change within the transaction of a session.</summary>
/// <param name="scope">The session.</param>
/// <param name="notice">What has changed.</param>
/// <param name="cancellationToken">Stops it.</param>
internal delegate Task ChangeRecorder(SessionScope scope, ChangeNotice notice, CancellationToken cancellationToken);

/// <summary>Reads and writes rows in one transaction; not for parallel use.</summary>
internal sealed class RowWriter(SessionScope scope, ChangeRecorder record, CancellationToken cancellationToken)
    : RowReader(scope, cancellationToken), IRowWriter
{
    private readonly List<ChangeNotice> _notices = [];

    /// <summary>Changes noted so far: published once the transaction is committed.</summary>
    public IReadOnlyList<ChangeNotice> Notices => _notices;

    public Task InsertAsync(Table table, JsonObject row) => InsertAsync(table, row, isUpsert: false);

    public Task UpsertAsync(Table table, JsonObject row) => InsertAsync(table, row, isUpsert: true);

    public async Task<int> UpdateAsync(Table table, Filter filter, JsonObject changes)
    {
        var shape = Scope.Shape.Of(table);
        var extras = ExtrasOf(shape, changes);
        var keys = extras.Count > 0 ? await KeysAsync(table, filter) : [];
        await Extras.WriteAsync(table, keys, extras);
        await using var command = Scope.Command();
        var columns = Bind(shape, changes, command, isInsert: false);
        if (columns.Count == 0)
        {
            return extras.Count > 0 ? keys.Length : (int)await CountAsync(table, filter);
        }

        var assignments = columns.Select((column, i) => $"{SqlDialect.Quote(column.Name)} = {Scope.Dialect.Value($"@v{i}", column)}");
        command.CommandText = $"UPDATE {NameOf(table)} SET {string.Join(", ", assignments)} "
            + $"WHERE {new FilterSql(shape, Scope.Dialect, command).Write(filter)}";
        return await command.ExecuteNonQueryAsync(CancellationToken);
    }

    public async Task<int> DeleteAsync(Table table, Filter filter)
    {
        // An older database has fewer tables: what was never there need not go (the mappings of a key that is deleted).
        if (!Scope.Shape.Has(table))
        {
            return 0;
        }

        var shape = Scope.Shape.Of(table);
        if (!shape.Missing.IsEmpty)
        {
            await Extras.DeleteAsync(table, await KeysAsync(table, filter));
        }

        await using var command = Scope.Command();
        command.CommandText = $"DELETE FROM {NameOf(table)} WHERE {new FilterSql(shape, Scope.Dialect, command).Write(filter)}";
        return await command.ExecuteNonQueryAsync(CancellationToken);
    }

    public async Task<int> ExecuteAsync(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var command = FreeCommand(sql, parameters);
        return await command.ExecuteNonQueryAsync(CancellationToken);
    }

    public async Task NoteChangeAsync(ChangeNotice notice)
    {
        await record(Scope, notice, CancellationToken);
        _notices.Add(notice);
    }

    private async Task InsertAsync(Table table, JsonObject row, bool isUpsert)
    {
        var shape = Scope.Shape.Of(table);
        await using (var command = Scope.Command())
        {
            var columns = Bind(shape, row, command, isInsert: true);
            command.CommandText = InsertStatement(table, columns, row, isUpsert);
            await command.ExecuteNonQueryAsync(CancellationToken);
        }

        var extras = ExtrasOf(shape, row);
        if (extras.Count > 0)
        {
            await Extras.WriteAsync(table, [ExtraColumns.KeyOf(table, row)], extras);
        }
    }

    private string InsertStatement(Table table, List<ColumnDescription> columns, JsonObject row, bool isUpsert)
    {
        var names = string.Join(", ", columns.Select(column => SqlDialect.Quote(column.Name)));
        var values = string.Join(", ", columns.Select((column, i) => Scope.Dialect.Value($"@v{i}", column)));
        var sql = columns.Count == 0
            ? $"INSERT INTO {NameOf(table)} DEFAULT VALUES"
            : $"INSERT INTO {NameOf(table)} ({names}) VALUES ({values})";
        if (!isUpsert)
        {
            return sql;
        }

        // A column that only the insert fills (a stamp of creation) keeps its value in a row that is there.
        var updates = columns.Where(column => (row.ContainsKey(column.Name) || column.Name is "updated_at") && !table.Key.Contains(column.Name, StringComparer.Ordinal))
            .Select(column => $"{SqlDialect.Quote(column.Name)} = excluded.{SqlDialect.Quote(column.Name)}").ToList();
        var action = updates.Count == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", updates);
        return $"{sql} ON CONFLICT ({string.Join(", ", table.Key.Select(SqlDialect.Quote))}) DO {action}";
    }

    /// <summary>Binds the row's values as <c>v0</c>, <c>v1</c>, … and returns their columns.</summary>
    private List<ColumnDescription> Bind(TableShape shape, JsonObject row, DbCommand command, bool isInsert)
    {
        var now = Scope.Time.GetUtcNow().UtcDateTime;
        var columns = new List<ColumnDescription>();
        foreach (var column in shape.Columns)
        {
            var isGiven = row.TryGetPropertyValue(column.Name, out var node);
            var isStamp = isInsert && !isGiven && IsStamp(column);
            if (!isGiven && !isStamp)
            {
                continue;
            }

            var value = isStamp ? now : ColumnValues.FromJson(column, node);
            if (value is null && !column.IsNullable)
            {
                value = ColumnValues.DefaultOf(column, now);
            }

            if (value is null && column.Kind == ColumnKind.Serial)
            {
                continue;
            }

            Scope.Dialect.Bind(command, $"v{columns.Count}", column.Kind, value);
            columns.Add(column);
        }

        return columns;
    }

    /// <summary>Columns that LiteLLM's client fills, because the database has no default for them.</summary>
    private static bool IsStamp(ColumnDescription column)
        => column is { Kind: ColumnKind.Timestamp, IsNullable: false, HasDefault: false, Name: "updated_at" or "created_at" };

    private static JsonObject ExtrasOf(TableShape shape, JsonObject row)
    {
        var extras = new JsonObject();
        foreach (var column in shape.Missing)
        {
            if (row.TryGetPropertyValue(column.Name, out var node))
            {
                // The same conversions as a column would do, so that a value reads back alike wherever it lives.
                extras[column.Name] = ColumnValues.ToJson(column.Kind, ColumnValues.FromJson(column, node));
            }
        }

        return extras;
    }

    private async Task<string[]> KeysAsync(Table table, Filter filter)
    {
        var rows = await SelectAsync(table, filter);
        return [.. rows.Select(row => ExtraColumns.KeyOf(table, row))];
    }
}
