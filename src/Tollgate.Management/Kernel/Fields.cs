using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tollgate.Management.Kernel;

/// <summary>
/// Fields of a request, read the way LiteLLM's framework does: numbers may be texts, texts for numbers may be empty (null), booleans may be
/// words; what does not fit is a 422 that names the field. Absent and null are different things: see <see cref="Has"/>.
/// </summary>
/// <param name="json">The body, or a query as an object of texts.</param>
/// <param name="source"><c>body</c> or <c>query</c>, for messages.</param>
public sealed class Fields(JsonObject json, string source = "body")
{
    /// <summary>The object itself.</summary>
    public JsonObject Json { get; } = json;

    /// <summary>True when the field was sent, with any value, null included.</summary>
    public bool Has(string name) => Json.ContainsKey(name);

    /// <summary>True when the field was sent and is null (an empty text counts for numbers only; see the readers).</summary>
    public bool IsNull(string name) => Json.TryGetPropertyValue(name, out var node) && node is null;

    /// <summary>Any value; null when absent or null.</summary>
    public JsonNode? Any(string name) => Json[name];

    /// <summary>A text; null when absent or null.</summary>
    public string? Text(string name) => Json[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => throw Fault("string_type", name, "Input should be a valid string", other),
    };

    /// <summary>A text that must be there and not be empty.</summary>
    public string RequiredText(string name)
    {
        if (!Has(name))
        {
            throw AdminException.Invalid(new ValidationFault("missing", [source, name], "Field required", Json));
        }

        return Text(name) ?? throw Fault("string_type", name, "Input should be a valid string", null);
    }

    /// <summary>A finite number; null when absent, null or an empty text.</summary>
    public double? Number(string name)
    {
        switch (Json[name])
        {
            case null:
                return null;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number) && double.IsFinite(number):
                return number;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                var text = value.GetValue<string>().Trim();
                if (text.Length == 0)
                {
                    return null;
                }

                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed)
                    ? parsed
                    : throw Fault("float_parsing", name, "Input should be a valid number, unable to parse string as a number", value);
            case JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                return value.GetValueKind() == JsonValueKind.True ? 1 : 0;
            case var other:
                throw Fault("float_parsing", name, "Input should be a valid number", other);
        }
    }

    /// <summary>A whole number; null when absent, null or an empty text.</summary>
    public long? Whole(string name)
    {
        if (Number(name) is not { } number)
        {
            return null;
        }

        if (number != Math.Truncate(number))
        {
            throw Fault("int_parsing", name, "Input should be a valid integer, got a number with a fractional part", Json[name]);
        }

        return number is >= long.MinValue and < long.MaxValue
            ? (long)number
            : throw Fault("int_parsing", name, "Input should be a valid integer, the number is too large", Json[name]);
    }

    /// <summary>A truth value; null when absent or null.</summary>
    public bool? Flag(string name) => Json[name] switch
    {
        null => null,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when value.TryGetValue(out double number) && number is 0 or 1 => value.GetValue<double>() == 1,
            JsonValueKind.String => value.GetValue<string>().Trim().ToLowerInvariant() switch
            {
                "true" or "1" or "yes" or "on" or "t" or "y" => true,
                "false" or "0" or "no" or "off" or "f" or "n" => false,
                _ => throw Fault("bool_parsing", name, "Input should be a valid boolean, unable to interpret input", value),
            },
            _ => throw Fault("bool_parsing", name, "Input should be a valid boolean, unable to interpret input", value),
        },
        var other => throw Fault("bool_parsing", name, "Input should be a valid boolean", other),
    };

    /// <summary>A list of texts; null when absent or null.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Json[name] is not { } node)
        {
            return null;
        }

        if (node is not JsonArray array)
        {
            throw Fault("list_type", name, "Input should be a valid list", node);
        }

        var texts = new List<string>(array.Count);
        for (var i = 0; i < array.Count; i++)
        {
            texts.Add(array[i] is JsonValue item && item.GetValueKind() == JsonValueKind.String
                ? item.GetValue<string>()
                : throw AdminException.Invalid(new ValidationFault(
                    "string_type", [source, name, i.ToString(CultureInfo.InvariantCulture)], "Input should be a valid string", array[i])));
        }

        return texts;
    }

    /// <summary>A list of texts, or a single text as a list of one; null when absent or null.</summary>
    public IReadOnlyList<string>? TextOrTexts(string name)
        => Json[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? [value.GetValue<string>()] : Texts(name);

    /// <summary>An object; null when absent or null.</summary>
    public JsonObject? Object(string name) => Json[name] switch
    {
        null => null,
        JsonObject value => value,
        var other => throw Fault("dict_type", name, "Input should be a valid dictionary", other),
    };

    /// <summary>A list of any values; null when absent or null.</summary>
    public JsonArray? List(string name) => Json[name] switch
    {
        null => null,
        JsonArray value => value,
        var other => throw Fault("list_type", name, "Input should be a valid list", other),
    };

    /// <summary>A moment, with or without zone (then UTC), or a date; null when absent, null or empty.</summary>
    public DateTime? Moment(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return null;
        }

        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : throw Fault("value_error", name, "Value error, Input should be a valid datetime", Json[name]);
    }

    /// <summary>A refusal that names a field.</summary>
    public AdminException Fault(string type, string name, string message, JsonNode? input)
        => AdminException.Invalid(new ValidationFault(type, [source, name], message, input));
}
