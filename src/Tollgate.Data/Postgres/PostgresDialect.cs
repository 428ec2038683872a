using System.Data.Common;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Postgres;

/// <summary>PostgreSQL's SQL and encodings.</summary>
/// <param name="schema">Where LiteLLM's tables are.</param>
internal sealed class PostgresDialect(string schema) : SqlDialect
{
    private readonly string _prefix = schema is "public" ? "" : Quote(schema.Replace("\"", "\"\"", StringComparison.Ordinal)) + ".";

    public override DatabaseKind Kind => DatabaseKind.PostgreSql;

    public override string NameOf(Table table) => table.IsOwn ? $"tollgate.{Quote(table.Name)}" : _prefix + Quote(table.Name);

    public override string Select(ColumnDescription column)
        => column.Kind == ColumnKind.Enumeration ? $"{Quote(column.Name)}::text" : Quote(column.Name);

    public override string Value(string parameter, ColumnDescription column)
        => column.Kind == ColumnKind.Enumeration ? $"{parameter}::{_prefix}{Quote(column.TypeName!)}" : parameter;

    public override void Bind(DbCommand command, string name, ColumnKind kind, object? value)
        => Add(command, name, TypeOf(kind), kind == ColumnKind.Timestamp ? WithoutZone(value) : value);

    public override void BindFree(DbCommand command, string name, object? value)
    {
        switch (value)
        {
            case null:
                Add(command, name, NpgsqlDbType.Unknown, value: null);
                break;
            case string text:
                // As a literal would be: the server takes it for what stands beside it, also a jsonb.
                Add(command, name, NpgsqlDbType.Unknown, text);
                break;
            case JsonNode node:
                Add(command, name, NpgsqlDbType.Jsonb, ColumnValues.JsonText(node));
                break;
            case IEnumerable<string> items:
                Add(command, name, NpgsqlDbType.Array | NpgsqlDbType.Text, items.ToArray());
                break;
            case DateTime or DateTimeOffset:
                Add(command, name, NpgsqlDbType.Timestamp, WithoutZone(value is DateTimeOffset time ? time.UtcDateTime : value));
                break;
            case decimal number:
                Add(command, name, NpgsqlDbType.Double, (double)number);
                break;
            default:
                ((NpgsqlCommand)command).Parameters.AddWithValue(name, value);
                break;
        }
    }

    public override object? Read(DbDataReader reader, int ordinal, ColumnKind kind) => kind switch
    {
        ColumnKind.Double => reader.GetDouble(ordinal),
        ColumnKind.Int => (long)reader.GetInt32(ordinal),
        ColumnKind.Long => reader.GetInt64(ordinal),
        ColumnKind.Serial => Convert.ToInt64(reader.GetValue(ordinal), System.Globalization.CultureInfo.InvariantCulture),
        ColumnKind.Bool => reader.GetBoolean(ordinal),
        ColumnKind.Timestamp or ColumnKind.TimestampWithZone => reader.GetDateTime(ordinal),
        ColumnKind.Bytes => reader.GetFieldValue<byte[]>(ordinal),
        ColumnKind.TextArray => reader.GetFieldValue<string[]>(ordinal),
        _ => reader.GetString(ordinal),
    };

    public override JsonNode? ReadFree(DbDataReader reader, int ordinal)
    {
        if (reader.GetDataTypeName(ordinal) is "jsonb" or "json")
        {
            return ColumnValues.ToJson(ColumnKind.Json, reader.GetString(ordinal));
        }

        return reader.GetValue(ordinal) switch
        {
            string text => JsonValue.Create(text),
            short number => JsonValue.Create((long)number),
            int number => JsonValue.Create((long)number),
            long number => JsonValue.Create(number),
            float number => JsonValue.Create((double)number),
            double number => JsonValue.Create(number),
            // A sum of whole numbers is a numeric.
            decimal number when decimal.IsInteger(number) && Math.Abs(number) < long.MaxValue => JsonValue.Create((long)number),
            decimal number => JsonValue.Create((double)number),
            bool flag => JsonValue.Create(flag),
            string[] items => ColumnValues.ToJson(ColumnKind.TextArray, items),
            int[] items => new JsonArray([.. items.Select(item => (JsonNode?)JsonValue.Create((long)item))]),
            DateTime time when reader.GetDataTypeName(ordinal) is "date" => JsonValue.Create(DateOnly.FromDateTime(time).ToString("O")),
            DateOnly date => JsonValue.Create(date.ToString("O")),
            DateTime time => JsonValue.Create(ColumnValues.Timestamp(time)),
            byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
            var other => JsonValue.Create(other.ToString()),
        };
    }

    public override string Differs(string column, string parameter) => $"{column} IS DISTINCT FROM {parameter}";

    public override string Holds(string column, string parameter, ColumnKind kind)
        => kind == ColumnKind.Json ? $"jsonb_exists({column}, {parameter})" : $"{parameter} = ANY({column})";

    public override string OneOf(string column, string parameter, ColumnKind kind)
        => kind == ColumnKind.Text ? $"{column} = ANY({parameter})" : $"{column}::text = ANY({parameter})";

    public override string Contains(string column, string parameter) => $"position(lower({parameter}) in lower({column}::text)) > 0";

    private static void Add(DbCommand command, string name, NpgsqlDbType type, object? value)
        => ((NpgsqlCommand)command).Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });

    // The driver refuses a UTC time for a column without zone.
    private static object? WithoutZone(object? value) => value is DateTime time ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified) : value;

    private static NpgsqlDbType TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.TextArray => NpgsqlDbType.Array | NpgsqlDbType.Text,
        ColumnKind.Json => NpgsqlDbType.Jsonb,
        ColumnKind.Double => NpgsqlDbType.Double,
        ColumnKind.Int or ColumnKind.Long or ColumnKind.Serial => NpgsqlDbType.Bigint,
        ColumnKind.Bool => NpgsqlDbType.Boolean,
        ColumnKind.Timestamp => NpgsqlDbType.Timestamp,
        ColumnKind.TimestampWithZone => NpgsqlDbType.TimestampTz,
        ColumnKind.Bytes => NpgsqlDbType.Bytea,
        _ => NpgsqlDbType.Text,
    };
}
