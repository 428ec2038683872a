using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Google's schemas as JSON schemas: types in lower case, nullable as a second type.</summary>
internal static class SchemaLowering
{
    /// <summary>The schema as other dialects understand it.</summary>
    public static JsonElement ToJsonSchema(JsonElement schema) => GeminiJson.Make(json => Write(json, schema));

    private static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind is not JsonValueKind.Object)
        {
            json.WriteElement(schema);
            return;
        }

        var nullable = schema.Member("nullable"u8).Flag() is true;
        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            switch (member.Name)
            {
                case "nullable" or "propertyOrdering" or "property_ordering":
                    break;
                case "type" when member.Value.Text() is { } type:
                    WriteType(json, Lower(type), nullable);
                    break;
                case "properties" when member.Value.ValueKind is JsonValueKind.Object:
                    json.WriteStartObject("properties"u8);
                    foreach (var property in member.Value.EnumerateObject())
                    {
                        json.WritePropertyName(property.Name);
                        Write(json, property.Value);
                    }

                    json.WriteEndObject();
                    break;
                case "items" or "additionalProperties":
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                    break;
                case "anyOf" or "any_of" when member.Value.ValueKind is JsonValueKind.Array:
                    json.WriteStartArray("anyOf"u8);
                    foreach (var item in member.Value.EnumerateArray())
                    {
                        Write(json, item);
                    }

                    json.WriteEndArray();
                    break;
                default:
                    json.WritePropertyName(GeminiJson.Camel(member.Name));
                    json.WriteElement(member.Value);
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, string type, bool nullable)
    {
        if (!nullable)
        {
            json.WriteString("type"u8, type);
            return;
        }

        json.WriteStartArray("type"u8);
        json.WriteStringValue(type);
        json.WriteStringValue("null"u8);
        json.WriteEndArray();
    }

    /// <summary>Types that Google has; any other word is left as it is.</summary>
    private static string Lower(string type) => type switch
    {
        "STRING" => "string",
        "NUMBER" => "number",
        "INTEGER" => "integer",
        "BOOLEAN" => "boolean",
        "ARRAY" => "array",
        "OBJECT" => "object",
        "NULL" => "null",
        _ => type,
    };
}
