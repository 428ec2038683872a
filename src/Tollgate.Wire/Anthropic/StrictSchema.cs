using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// A JSON schema as Anthropic's structured outputs take it: what they do not enforce is said in the description instead, and objects are
/// closed (03-anthropic.md 2.7).
/// </summary>
internal static class StrictSchema
{
    /// <summary>Writes a schema.</summary>
    public static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind is not JsonValueKind.Object)
        {
            json.WriteElement(schema);
            return;
        }

        var notes = new StringBuilder();
        string? description = null;
        var closes = schema.Text("type"u8) is "object" || schema.Member("properties"u8).ValueKind is JsonValueKind.Object;
        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            if (member.NameEquals("description"u8) && member.Value.ValueKind is JsonValueKind.String)
            {
                description = member.Value.Text();
            }
            else if (IsUnsupported(member))
            {
                notes.Append(notes.Length == 0 ? "" : ", ").Append(member.Name).Append(": ").Append(Encoding.UTF8.GetString(member.Value.Bytes()));
            }
            else if (!closes || !member.NameEquals("additionalProperties"u8))
            {
                json.WritePropertyName(member.Name);
                WriteInner(json, member);
            }
        }

        if (description is not null || notes.Length > 0)
        {
            json.WriteString("description"u8, notes.Length == 0 ? description : description is null ? $"{{{notes}}}" : $"{description}\n\n{{{notes}}}");
        }

        if (closes)
        {
            json.WriteBoolean("additionalProperties"u8, false);
        }

        json.WriteEndObject();
    }

    private static bool IsUnsupported(JsonProperty member) => member.Name switch
    {
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" or "minLength" or "maxLength" or "maxItems"
            or "uniqueItems" or "minProperties" or "maxProperties" => !IsSchema(member.Value),
        "minItems" => member.Value.Count() is > 1,
        "pattern" => member.Value.Text() is { } pattern && pattern.Contains("(?", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>True below <c>properties</c>, where such a word is the name of one.</summary>
    private static bool IsSchema(JsonElement value) => value.ValueKind is JsonValueKind.Object;

    private static void WriteInner(Utf8JsonWriter json, JsonProperty member)
    {
        switch (member.Name)
        {
            case "properties" or "$defs" or "definitions" or "patternProperties" when member.Value.ValueKind is JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var inner in member.Value.EnumerateObject())
                {
                    json.WritePropertyName(inner.Name);
                    Write(json, inner.Value);
                }

                json.WriteEndObject();
                break;
            case "anyOf" or "allOf" or "oneOf" or "prefixItems" when member.Value.ValueKind is JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var inner in member.Value.EnumerateArray())
                {
                    Write(json, inner);
                }

                json.WriteEndArray();
                break;
            case "items" or "not":
                Write(json, member.Value);
                break;
            default:
                json.WriteElement(member.Value);
                break;
        }
    }
}
