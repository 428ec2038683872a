using System.Text.Json.Nodes;

namespace Tollgate.Management.Rules;

/// <summary>Reads values of rows. A value of another kind than asked for counts as absent: rows may come from another program's hand.</summary>
internal static class RowValues
{
    public static string? Text(this JsonObject row, string column)
        => row[column] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static double? Real(this JsonObject row, string column) => row[column] switch
    {
        JsonValue value when value.TryGetValue(out double real) => real,
        JsonValue value when value.TryGetValue(out long whole) => whole,
        JsonValue value when value.TryGetValue(out int whole) => whole,
        JsonValue value when value.TryGetValue(out decimal exact) => (double)exact,
        _ => null,
    };

    public static long? Count(this JsonObject row, string column) => row.Real(column) is { } real ? (long)real : null;

    public static bool IsTrue(this JsonObject row, string column)
        => row[column] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static List<string> TextList(this JsonObject row, string column) => row[column] is JsonArray array ? array.TextItems() : [];

    /// <summary>A copy of an object column; empty when the column holds none.</summary>
    public static JsonObject MapCopy(this JsonObject row, string column) => (row[column] as JsonObject)?.DeepClone() as JsonObject ?? [];

    public static List<string> TextItems(this JsonArray array)
    {
        var texts = new List<string>(array.Count);
        foreach (var item in array)
        {
            if (item is JsonValue value && value.TryGetValue(out string? text))
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    public static JsonArray ToJsonArray(this IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);

    public static JsonArray ToJsonArray(this IEnumerable<JsonObject> objects) => new([.. objects]);

    /// <summary>
    /// A new object with these columns in this order. A column the row lacks (or holds as null) is null, <c>[]</c> for a name that ends in
    /// <c>[]</c>, <c>{}</c> for one that ends in <c>{}</c>.
    /// </summary>
    public static JsonObject Pick(this JsonObject row, params ReadOnlySpan<string> columns)
    {
        var picked = new JsonObject();
        foreach (var column in columns)
        {
            var name = column.EndsWith("[]", StringComparison.Ordinal) || column.EndsWith("{}", StringComparison.Ordinal) ? column[..^2] : column;
            picked[name] = row[name]?.DeepClone() ?? Empty(column);
        }

        return picked;
    }

    /// <summary>Sets copies of the other object's members.</summary>
    public static void Overlay(this JsonObject target, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            target[name] = value?.DeepClone();
        }
    }

    private static JsonNode? Empty(string column) => column[^1] switch
    {
        ']' => new JsonArray(),
        '}' => new JsonObject(),
        _ => null,
    };
}
