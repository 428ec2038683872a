using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Sqlite;

/// <summary>SQLite's SQL and encodings (database.md 8).</summary>
internal sealed class SqliteDialect : SqlDialect
{
    /// <summary>Fixed width, so that the order of the text is that of time.</summary>
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.fff";

    public override DatabaseKind Kind => DatabaseKind.Sqlite;

    /// <summary>A time as the file has it.</summary>
    public static string Time(DateTime time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public override string NameOf(Table table) => Quote(table.IsOwn ? "tollgate_" + table.Name : table.Name);

    public override void Bind(DbCommand command, string name, ColumnKind kind, object? value) => BindFree(command, name, value);

    public override void BindFree(DbCommand command, string name, object? value)
        => ((SqliteCommand)command).Parameters.AddWithValue("@" + name, value switch
        {
            null => DBNull.Value,
            bool flag => flag ? 1L : 0L,
            DateTime time => Time(time),
            DateTimeOffset time => Time(time.UtcDateTime),
            decimal number => (double)number,
            IEnumerable<string> items => ArrayText(items),
            JsonNode node => ColumnValues.JsonText(node),
            _ => value,
        });

    public override object? Read(DbDataReader reader, int ordinal, ColumnKind kind) => kind switch
    {
        ColumnKind.Double => reader.GetDouble(ordinal),
        ColumnKind.Int or ColumnKind.Long or ColumnKind.Serial => reader.GetInt64(ordinal),
        ColumnKind.Bool => reader.GetInt64(ordinal) != 0,
        ColumnKind.Timestamp or ColumnKind.TimestampWithZone => ColumnValues.TryTime(reader.GetString(ordinal), out var time) ? time : null,
        ColumnKind.Bytes => reader.GetFieldValue<byte[]>(ordinal),
        ColumnKind.TextArray => Array(reader.GetString(ordinal)),
        _ => reader.GetString(ordinal),
    };

    public override JsonNode? ReadFree(DbDataReader reader, int ordinal) => reader.GetValue(ordinal) switch
    {
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
        var other => JsonValue.Create(Convert.ToString(other, CultureInfo.InvariantCulture)),
    };

    public override string Differs(string column, string parameter) => $"{column} IS NOT {parameter}";

    public override string Holds(string column, string parameter, ColumnKind kind)
        => $"EXISTS (SELECT 1 FROM json_each({column}) AS held WHERE held.value = {parameter})";

    public override string OneOf(string column, string parameter, ColumnKind kind)
    {
        // Without the cast the index of a text column serves.
        var text = kind == ColumnKind.Text ? column : $"CAST({column} AS TEXT)";
        return $"{text} IN (SELECT wanted.value FROM json_each({parameter}) AS wanted)";
    }

    public override string Contains(string column, string parameter)
        => $"instr({SqliteConnections.LowerFunction}({column}), {SqliteConnections.LowerFunction}({parameter})) > 0";

    private static string ArrayText(IEnumerable<string> items)
        => ColumnValues.JsonText(new JsonArray([.. items.Select(item => (JsonNode?)JsonValue.Create(item))]));

    private static string[] Array(string json) => JsonNode.Parse(json) is JsonArray items
        ? [.. items.Where(item => item is not null).Select(item => item!.ToString())]
        : [];
}
