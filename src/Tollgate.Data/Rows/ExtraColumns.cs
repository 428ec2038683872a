using System.Text.Json.Nodes;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Rows;

/// <summary>
/// Values of columns that an adopted database lacks: one row of <c>row_ext</c> for each row that has any (database.md 6.3). Cold: a database
/// that has every column never comes here.
/// </summary>
internal sealed class ExtraColumns(SessionScope scope, CancellationToken cancellationToken)
{
    private static readonly Table Store = new("row_ext", ["rel", "pk"], IsOwn: true);

    /// <summary>The key of a row as <c>row_ext</c> has it: the value, or a JSON array of the values.</summary>
    public static string KeyOf(Table table, JsonObject row) => table.Key.Length == 1
        ? Text(row[table.Key[0]])
        : new JsonArray([.. table.Key.Select(column => (JsonNode?)JsonValue.Create(Text(row[column])))]).ToJsonString();

    /// <summary>Puts kept values into rows just read.</summary>
    public async Task MergeAsync(Table table, TableShape shape, List<JsonObject> rows)
    {
        if (shape.Missing.IsEmpty || rows.Count == 0 || !scope.Shape.Has(Store))
        {
            return;
        }

        var kept = await ReadAsync(table, [.. rows.Select(row => KeyOf(table, row))]);
        foreach (var row in rows)
        {
            if (kept.TryGetValue(KeyOf(table, row), out var data))
            {
                foreach (var column in shape.Missing.Where(column => data.ContainsKey(column.Name)))
                {
                    row[column.Name] = data[column.Name]?.DeepClone();
                }
            }
        }
    }

    /// <summary>Keeps values for rows, over what is kept already.</summary>
    public async Task WriteAsync(Table table, IReadOnlyCollection<string> keys, JsonObject values)
    {
        if (values.Count == 0 || keys.Count == 0)
        {
            return;
        }

        var kept = await ReadAsync(table, keys);
        foreach (var key in keys)
        {
            var data = kept.GetValueOrDefault(key) ?? [];
            foreach (var (name, value) in values)
            {
                data[name] = value?.DeepClone();
            }

            await using var command = scope.Command();
            command.CommandText =
                $"INSERT INTO {scope.Dialect.NameOf(Store)} (rel, pk, data, updated_at) VALUES (@rel, @pk, @data, @now) "
                + "ON CONFLICT (rel, pk) DO UPDATE SET data = excluded.data, updated_at = excluded.updated_at";
            scope.Dialect.Bind(command, "rel", ColumnKind.Text, table.Name);
            scope.Dialect.Bind(command, "pk", ColumnKind.Text, key);
            scope.Dialect.Bind(command, "data", ColumnKind.Json, ColumnValues.JsonText(data));
            scope.Dialect.Bind(command, "now", ColumnKind.TimestampWithZone, scope.Time.GetUtcNow().UtcDateTime);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Forgets what is kept for rows.</summary>
    public async Task DeleteAsync(Table table, string[] keys)
    {
        await using var command = scope.Command();
        var oneOf = scope.Dialect.OneOf("\"pk\"", "@pks", ColumnKind.Text);
        command.CommandText = $"DELETE FROM {scope.Dialect.NameOf(Store)} WHERE rel = @rel AND {oneOf}";
        scope.Dialect.Bind(command, "rel", ColumnKind.Text, table.Name);
        scope.Dialect.Bind(command, "pks", ColumnKind.TextArray, keys);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Moves kept values into columns that have appeared since (LiteLLM was upgraded).</summary>
    public async Task MoveAsync()
    {
        foreach (var table in Tables.All.Where(table => scope.Shape.Has(table)))
        {
            var shape = scope.Shape.Of(table);
            foreach (var (key, data) in await ReadAsync(table, keys: null))
            {
                var columns = shape.Columns.Where(column => data.ContainsKey(column.Name)).ToList();
                if (columns.Count > 0)
                {
                    await MoveRowAsync(table, shape, columns, key, data);
                }
            }
        }
    }

    private async Task MoveRowAsync(Table table, TableShape shape, List<ColumnDescription> columns, string key, JsonObject data)
    {
        await using (var command = scope.Command())
        {
            var values = table.Key.Length == 1 ? [key] : JsonNode.Parse(key)!.AsArray().Select(part => part!.ToString());
            var where = new FilterSql(shape, scope.Dialect, command).Write(Filter.All(table.Key.Zip(values, Filter.Equal)));
            var sets = columns.Select((column, i) => $"{SqlDialect.Quote(column.Name)} = {scope.Dialect.Value($"@v{i}", column)}");
            command.CommandText = $"UPDATE {scope.Dialect.NameOf(table)} SET {string.Join(", ", sets)} WHERE {where}";
            for (var i = 0; i < columns.Count; i++)
            {
                var value = ColumnValues.FromJson(columns[i], data[columns[i].Name])
                    ?? (columns[i].IsNullable ? null : ColumnValues.DefaultOf(columns[i], scope.Time.GetUtcNow().UtcDateTime));
                scope.Dialect.Bind(command, $"v{i}", columns[i].Kind, value);
                data.Remove(columns[i].Name);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await DeleteAsync(table, [key]);
        await WriteAsync(table, [key], data);
    }

    private async Task<Dictionary<string, JsonObject>> ReadAsync(Table table, IEnumerable<string>? keys)
    {
        await using var command = scope.Command();
        command.CommandText = $"SELECT pk, data FROM {scope.Dialect.NameOf(Store)} WHERE rel = @rel";
        scope.Dialect.Bind(command, "rel", ColumnKind.Text, table.Name);
        if (keys is not null)
        {
            command.CommandText += " AND " + scope.Dialect.OneOf("\"pk\"", "@pks", ColumnKind.Text);
            scope.Dialect.Bind(command, "pks", ColumnKind.TextArray, keys.ToArray());
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var kept = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            kept[reader.GetString(0)] = JsonNode.Parse(reader.GetString(1)) as JsonObject ?? [];
        }

        return kept;
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : node?.ToJsonString() ?? "";
}
