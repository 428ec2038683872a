using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Rows;

/// <summary>
/// Between JSON members and the plain values that go to a database: string, <c>string[]</c>, double, long, bool, UTC <see cref="DateTime"/>,
/// <c>byte[]</c>; JSON columns as their text.
/// </summary>
internal static class ColumnValues
{
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The plain value of a JSON member for a column; null is SQL NULL.</summary>
    /// <exception cref="FormatException">The member cannot be such a value.</exception>
    public static object? FromJson(ColumnDescription column, JsonNode? node)
    {
        if (node is null || node.GetValueKind() == JsonValueKind.Null)
        {
            return null;
        }

        return column.Kind switch
        {
            ColumnKind.Text or ColumnKind.Enumeration => TextOf(node),
            ColumnKind.TextArray => ArrayOf(column, node),
            ColumnKind.Json => JsonText(node),
            ColumnKind.Double => DoubleOf(column, node),
            ColumnKind.Int or ColumnKind.Long or ColumnKind.Serial => LongOf(column, node),
            ColumnKind.Bool => BoolOf(column, node),
            ColumnKind.Timestamp or ColumnKind.TimestampWithZone => TimeOf(column, node),
            _ => Convert.FromBase64String(TextOf(node)),
        };
    }

    /// <summary>The plain value of a .NET value (of a filter) for a column.</summary>
    public static object? FromObject(ColumnDescription column, object? value) => value switch
    {
        null => null,
        JsonNode node => FromJson(column, node),
        DateTimeOffset time => FromJson(column, JsonValue.Create(time.UtcDateTime)),
        string text => FromJson(column, JsonValue.Create(text)),
        bool flag => FromJson(column, JsonValue.Create(flag)),
        int number => FromJson(column, JsonValue.Create(number)),
        long number => FromJson(column, JsonValue.Create(number)),
        double number => FromJson(column, JsonValue.Create(number)),
        decimal number => FromJson(column, JsonValue.Create(number)),
        DateTime time => FromJson(column, JsonValue.Create(time)),
        _ => throw new ArgumentException($"{column.Name}: {value.GetType().Name} is not a value of a filter", nameof(value)),
    };

    /// <summary>What the database would fill in, as a plain value; null when it has no default.</summary>
    public static object? DefaultOf(ColumnDescription column, DateTime now) => (column.Kind, column.Default) switch
    {
        (_, "-") => null,
        (_, "now") => now,
        (_, "array") => Array.Empty<string>(),
        (ColumnKind.Json, var json) => json,
        (ColumnKind.Bool, var flag) => flag is "true",
        (ColumnKind.Double, var number) => double.Parse(number, CultureInfo.InvariantCulture),
        (ColumnKind.Int or ColumnKind.Long, var number) => long.Parse(number, CultureInfo.InvariantCulture),
        (_, var text) => text.Trim('\''),
    };

    /// <summary>How a column that the database lacks reads when nothing is kept for it.</summary>
    public static JsonNode? AbsentOf(ColumnDescription column) => column.Default is "now"
        ? null
        : ToJson(column.Kind, DefaultOf(column, default));

    /// <summary>The JSON member of a plain value; NULL arrays read as empty ones.</summary>
    public static JsonNode? ToJson(ColumnKind kind, object? value) => (kind, value) switch
    {
        (ColumnKind.TextArray, null) => new JsonArray(),
        (_, null) => null,
        (ColumnKind.TextArray, string[] items) => new JsonArray([.. items.Select(item => (JsonNode?)JsonValue.Create(item))]),
        (ColumnKind.Json, string json) => Unwrapped(JsonNode.Parse(json)),
        (_, string text) => JsonValue.Create(text),
        (_, double number) => JsonValue.Create(number),
        (_, long number) => JsonValue.Create(number),
        (_, bool flag) => JsonValue.Create(flag),
        (_, DateTime time) => JsonValue.Create(Timestamp(time)),
        (_, byte[] bytes) => JsonValue.Create(Convert.ToBase64String(bytes)),
        _ => throw new InvalidOperationException($"{value.GetType().Name} is not a plain value"),
    };

    /// <summary>A time as rows have it.</summary>
    public static string Timestamp(DateTime time) => time.ToString(TimestampFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads a time in any of the usual notations; without a zone it is UTC.</summary>
    public static bool TryTime(string text, out DateTime time) => DateTime.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time);

    /// <summary>The compact text of a node, fit for both engines.</summary>
    public static string JsonText(JsonNode node)
    {
        var text = Unwrapped(node)!.ToJsonString(Compact);
        return text.Contains("\\u", StringComparison.Ordinal) ? Cleaned(JsonNode.Parse(text))!.ToJsonString(Compact) : text;
    }

    // COMPAT: LiteLLM stores some documents as a JSON string that holds JSON; we read both and write real objects (database.md 1.1).
    private static JsonNode? Unwrapped(JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue(out string? text))
        {
            return node;
        }

        var trimmed = text.AsSpan().Trim();
        if (trimmed.IsEmpty || trimmed[0] is not ('{' or '['))
        {
            return node;
        }

        try
        {
            return JsonNode.Parse(text) ?? node;
        }
        catch (JsonException)
        {
            return node;
        }
    }

    private static JsonNode? Cleaned(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                return new JsonObject(map.Select(pair => KeyValuePair.Create(Storable.Text(pair.Key), Cleaned(pair.Value))));
            case JsonArray array:
                return new JsonArray([.. array.Select(Cleaned)]);
            case JsonValue value when value.TryGetValue(out string? text):
                return JsonValue.Create(Storable.Text(text));
            default:
                return node?.DeepClone();
        }
    }

    private static string TextOf(JsonNode node) => Storable.Text(
        node is JsonValue value && value.TryGetValue(out string? text) ? text : node.ToJsonString(Compact).Trim('"'));

    private static string[] ArrayOf(ColumnDescription column, JsonNode node) => Unwrapped(node) switch
    {
        JsonArray array => [.. array.Where(item => item is not null).Select(item => TextOf(item!))],
        JsonValue value => [TextOf(value)],
        _ => throw new FormatException($"{column.Name}: expected a list of strings"),
    };

    private static double DoubleOf(ColumnDescription column, JsonNode node)
        => double.TryParse(TextOf(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{column.Name}: expected a number");

    private static long LongOf(ColumnDescription column, JsonNode node)
    {
        var text = TextOf(node);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var fraction = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : double.NaN;
        return Math.Abs(fraction) < 1L << 53
            ? (long)fraction
            : throw new FormatException($"{column.Name}: expected a whole number");
    }

    private static bool BoolOf(ColumnDescription column, JsonNode node) => TextOf(node) switch
    {
        "true" or "True" or "1" => true,
        "false" or "False" or "0" => false,
        _ => throw new FormatException($"{column.Name}: expected true or false"),
    };

    private static DateTime? TimeOf(ColumnDescription column, JsonNode node)
    {
        if (node is JsonValue value && value.TryGetValue(out DateTime direct))
        {
            return Milliseconds(direct.Kind == DateTimeKind.Unspecified ? direct : direct.ToUniversalTime());
        }

        var text = TextOf(node);
        if (text.Length == 0)
        {
            return null;
        }

        return TryTime(text, out var time) ? Milliseconds(time) : throw new FormatException($"{column.Name}: expected a time");
    }

    private static DateTime Milliseconds(DateTime time)
        => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);
}
