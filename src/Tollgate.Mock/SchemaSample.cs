using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>Writes the smallest sensible value that conforms to a JSON schema as structured outputs use it.</summary>
internal static class SchemaSample
{
    // A required recursive reference has no finite sample; anything this deep is one.
    private const int MaxDepth = 32;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(ReadOnlyMemory<byte> schema)
    {
        using var document = JsonDocument.Parse(schema);
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, WriterOptions))
        {
            WriteValue(json, document.RootElement, document.RootElement, 0);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter json, JsonElement schema, JsonElement root, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            json.WriteNullValue();
        }
        else if (schema.TryGetProperty("$ref"u8, out var reference) && Resolve(reference.GetString(), root) is { } resolved)
        {
            WriteValue(json, resolved, root, depth + 1);
        }
        else if (schema.TryGetProperty("const"u8, out var constant))
        {
            constant.WriteTo(json);
        }
        else if (FirstOf(schema, "enum") is { } first)
        {
            first.WriteTo(json);
        }
        else if ((FirstOf(schema, "anyOf") ?? FirstOf(schema, "oneOf") ?? FirstOf(schema, "allOf")) is { } choice)
        {
            WriteValue(json, choice, root, depth + 1);
        }
        else
        {
            WriteTyped(json, schema, root, depth);
        }
    }

    private static void WriteTyped(Utf8JsonWriter json, JsonElement schema, JsonElement root, int depth)
    {
        switch (TypeOf(schema))
        {
            case "string":
                var minimum = schema.TryGetProperty("minLength"u8, out var length) ? length.GetInt32() : 0;
                json.WriteStringValue("mock".PadRight(minimum, 'k'));
                break;
            case "integer" or "number":
                if (schema.TryGetProperty("minimum"u8, out var lowest))
                {
                    lowest.WriteTo(json);
                }
                else
                {
                    json.WriteNumberValue(0);
                }

                break;
            case "boolean":
                json.WriteBooleanValue(true);
                break;
            case "array":
                WriteArray(json, schema, root, depth);
                break;
            case "object":
                WriteObject(json, schema, root, depth);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter json, JsonElement schema, JsonElement root, int depth)
    {
        var count = schema.TryGetProperty("minItems"u8, out var minimum) ? minimum.GetInt32() : 0;
        json.WriteStartArray();
        for (var i = 0; i < count && schema.TryGetProperty("items"u8, out var items); i++)
        {
            WriteValue(json, items, root, depth + 1);
        }

        json.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter json, JsonElement schema, JsonElement root, int depth)
    {
        json.WriteStartObject();
        if (schema.TryGetProperty("required"u8, out var required) && schema.TryGetProperty("properties"u8, out var properties))
        {
            foreach (var name in required.EnumerateArray())
            {
                json.WritePropertyName(name.GetString()!);
                WriteValue(json, properties.TryGetProperty(name.GetString()!, out var property) ? property : default, root, depth + 1);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The type; of a list of types the first; <c>object</c> where only properties are given.</summary>
    private static string? TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type"u8, out var type))
        {
            return schema.TryGetProperty("properties"u8, out _) ? "object" : null;
        }

        return type.ValueKind == JsonValueKind.Array ? FirstOf(schema, "type")?.GetString() : type.GetString();
    }

    private static JsonElement? FirstOf(JsonElement schema, string property) =>
        schema.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? list[0]
            : null;

    /// <summary>Follows <c>#/a/b</c> within the same document.</summary>
    private static JsonElement? Resolve(string? reference, JsonElement root)
    {
        if (reference is null || !reference.StartsWith('#'))
        {
            return null;
        }

        var target = root;
        foreach (var step in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(step, out target))
            {
                return null;
            }
        }

        return target;
    }
}
