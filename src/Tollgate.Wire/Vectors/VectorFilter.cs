using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>A condition on the attributes of what is kept in a store, in OpenAI's form: a comparison, or several conditions.</summary>
/// <param name="Type"><c>eq ne gt gte lt lte in nin</c> for a comparison, <c>and or</c> for several conditions.</param>
/// <param name="Key">Attribute of a comparison.</param>
/// <param name="Value">What it is compared with.</param>
/// <param name="Parts">The conditions.</param>
public sealed record VectorFilter(string Type, string Key, JsonElement Value, ImmutableArray<VectorFilter> Parts)
{
    /// <summary>Deeper conditions than these are nobody's.</summary>
    private const int Deepest = 16;

    private static readonly string[] Comparisons = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"];

    /// <summary>Reads a condition.</summary>
    /// <exception cref="WireException">It is none.</exception>
    public static VectorFilter Read(JsonElement filter) => Read(filter, Deepest);

    /// <summary>Writes it as objects: <c>{"$and": [...]}</c> and <c>{"key": {"$eq": value}}</c>.</summary>
    public void WriteOperators(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Parts.IsEmpty)
        {
            json.WriteStartObject(Key);
            json.WritePropertyName("$" + Type);
            json.WriteElement(Value);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("$" + Type);
            foreach (var part in Parts)
            {
                part.WriteOperators(json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Says it as an expression.</summary>
    /// <param name="words">Words of the operators.</param>
    /// <param name="quote">Marks of texts; one within a text is put behind <paramref name="escape"/>.</param>
    /// <param name="escape">What a mark within a text stands behind.</param>
    /// <exception cref="WireException">The provider has no word for an operator, or the attribute's name is none.</exception>
    public string ToExpression(IReadOnlyDictionary<string, string> words, char quote, string escape)
    {
        if (!words.TryGetValue(Type, out var word))
        {
            throw new WireException($"filters: the operator '{Type}' is not available at this provider.", "filters");
        }

        if (!Parts.IsEmpty)
        {
            return "(" + string.Join($" {word} ", Parts.Select(part => part.ToExpression(words, quote, escape))) + ")";
        }

        // A name that is more than a word could say anything.
        return Key.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '/')
            ? $"{Key} {word} {Literal(Value, quote, escape)}"
            : throw new WireException($"filters: '{Key}' is no name of an attribute.", "filters");
    }

    private static string Literal(JsonElement value, char quote, string escape)
    {
        var mark = quote.ToString(CultureInfo.InvariantCulture);
        if (value.ValueKind is JsonValueKind.Array)
        {
            return "[" + string.Join(", ", value.EnumerateArray().Select(item => Literal(item, quote, escape))) + "]";
        }

        if (value.Text() is not { } text)
        {
            return value.GetRawText();
        }

        text = escape is "\\" ? text.Replace("\\", "\\\\", StringComparison.Ordinal) : text;
        return mark + text.Replace(mark, escape + mark, StringComparison.Ordinal) + mark;
    }

    private static VectorFilter Read(JsonElement filter, int left)
    {
        var type = filter.Text("type"u8) ?? "";
        if (left > 0 && type is "and" or "or" && filter.Member("filters"u8) is { ValueKind: JsonValueKind.Array } parts && parts.GetArrayLength() > 0)
        {
            return new VectorFilter(type, "", default, [.. parts.EnumerateArray().Select(part => Read(part, left - 1))]);
        }

        var value = filter.Member("value"u8);
        return Comparisons.Contains(type, StringComparer.Ordinal) && filter.Text("key"u8) is { Length: > 0 } key
            && value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Array
                ? new VectorFilter(type, key, value, [])
                : throw new WireException(
                    "Invalid value for 'filters': expected {\"type\": \"eq\", \"key\": ..., \"value\": ...}, or \"and\" or \"or\" with such 'filters'.",
                    "filters");
    }
}
