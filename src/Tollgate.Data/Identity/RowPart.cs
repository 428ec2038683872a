using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tollgate.Data.Identity;

/// <summary>
/// The columns of one table within the row of a join (<c>k.spend</c>). Reads what is there in any form an engine or another writer leaves
/// it in: a column that is absent is null, JSON may be text, text in text, or a value, numbers may be text.
/// </summary>
internal readonly struct RowPart(JsonObject row, string alias)
{
    /// <summary>Name of the object that holds values of columns which the table lacks.</summary>
    public const string Extras = "+";

    private readonly string _prefix = alias + ".";

    public string? Text(string column) => Values.Text(Value(column)) is { Length: > 0 } text ? text : null;

    public bool? Flag(string column) => Values.Flag(Value(column));

    public long? Count(string column) => Values.Count(Value(column));

    public decimal? Money(string column) => Values.Number(Value(column));

    public DateTimeOffset? Time(string column) => Values.Time(Value(column));

    public JsonNode? Json(string column) => Values.Json(Value(column));

    public JsonObject? Object(string column) => Json(column) as JsonObject;

    public ImmutableArray<string> Texts(string column) => Values.Texts(Json(column));

    public FrozenDictionary<string, string> TextMap(string column) => Object(column) is { Count: > 0 } map
        ? map.Where(static member => Values.Text(member.Value) is { Length: > 0 })
            .ToFrozenDictionary(static member => member.Key, static member => Values.Text(member.Value)!, StringComparer.Ordinal)
        : FrozenDictionary<string, string>.Empty;

    private JsonNode? Value(string column) => row[_prefix + column] ?? (row[_prefix + Extras] as JsonObject)?[column];
}

/// <summary>Values of rows and of the JSON within them, forgiving.</summary>
internal static class Values
{
    public static string? Text(JsonNode? node) => node is JsonValue value
        ? value.TryGetValue<string>(out var text) ? text : value.ToJsonString()
        : null;

    public static bool? Flag(JsonNode? node) => Text(node) switch
    {
        "true" or "True" or "1" => true,
        "false" or "False" or "0" => false,
        _ => null,
    };

    public static long? Count(JsonNode? node) => Number(node) is { } number && number > long.MinValue && number < long.MaxValue
        ? (long)decimal.Truncate(number)
        : null;

    /// <summary>A number or text that holds one. What is beyond a decimal is as good as unlimited, so it counts as its largest value.</summary>
    public static decimal? Number(JsonNode? node)
    {
        var text = Text(node);
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var wide) && !double.IsNaN(wide)
            ? wide > 0 ? decimal.MaxValue : decimal.MinValue
            : null;
    }

    public static DateTimeOffset? Time(JsonNode? node) => DateTimeOffset.TryParse(
        Text(node), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>Unwraps JSON that was stored as text, also twice (LiteLLM does both).</summary>
    public static JsonNode? Json(JsonNode? node)
    {
        for (var depth = 0; depth < 3 && node is JsonValue value && value.TryGetValue<string>(out var text); depth++)
        {
            if (text.AsSpan().TrimStart() is not ['{' or '[' or '"', ..])
            {
                return node;
            }

            try
            {
                node = JsonNode.Parse(text);
            }
            catch (JsonException)
            {
                return node;
            }
        }

        return node;
    }

    public static ImmutableArray<string> Texts(JsonNode? node) => Json(node) is JsonArray { Count: > 0 } array
        ? [.. array.Select(Text).OfType<string>()]
        : [];

    public static ReadOnlyMemory<byte> Utf8(JsonNode? node) => node is null ? default : Encoding.UTF8.GetBytes(node.ToJsonString());
}
