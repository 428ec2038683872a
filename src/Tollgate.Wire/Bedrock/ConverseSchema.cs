using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>
/// Writes the JSON schema of a tool's arguments as Bedrock takes it: an object's, without <c>$schema</c>, and with what it refers to put in place.
/// </summary>
internal static class ConverseSchema
{
    /// <summary>References put in place in one schema; beyond that a small text would become a huge one.</summary>
    private const int MostReferences = 1000;

    private const int Deepest = 32;

    /// <summary>Writes one.</summary>
    /// <param name="schema">The schema; null for a tool without arguments.</param>
    /// <param name="json">Takes one object.</param>
    public static void Write(JsonElement? schema, Utf8JsonWriter json)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } root)
        {
            json.WriteRawValue("""{"type":"object","properties":{}}"""u8, skipInputValidation: true);
            return;
        }

        // A schema that refers to itself cannot be written out: it stays as it is.
        var left = MostReferences;
        var expands = HasDefinitions(root) && CanExpand(root, root, 0, ref left);
        json.WriteStartObject();
        if (root.Text("type"u8) is not "object")
        {
            json.WriteString("type"u8, "object"u8);
        }

        foreach (var member in root.EnumerateObject())
        {
            var isType = member.NameEquals("type"u8) && root.Text("type"u8) is not "object";
            if (!isType && !member.NameEquals("$schema"u8) && !(expands && IsDefinitions(member)))
            {
                json.WritePropertyName(member.Name);
                WriteValue(member.Value, root, expands, json);
            }
        }

        json.WriteEndObject();
    }

    private static bool HasDefinitions(JsonElement root) => root.Member("$defs"u8).IsGiven() || root.Member("definitions"u8).IsGiven();

    private static bool IsDefinitions(JsonProperty member) => member.NameEquals("$defs"u8) || member.NameEquals("definitions"u8);

    private static bool CanExpand(JsonElement value, JsonElement root, int depth, ref int left)
    {
        if (depth > Deepest)
        {
            return false;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (!CanExpand(item, root, depth + 1, ref left))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Object when ReferenceOf(value) is { } reference:
                return --left > 0 && Find(root, reference) is { } found && CanExpand(found, root, depth + 1, ref left);
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (!(depth == 0 && IsDefinitions(member)) && !CanExpand(member.Value, root, depth + 1, ref left))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return true;
        }
    }

    private static void WriteValue(JsonElement value, JsonElement root, bool expands, Utf8JsonWriter json)
    {
        if (!expands || value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            json.WriteElement(value);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            json.WriteStartArray();
            foreach (var item in value.EnumerateArray())
            {
                WriteValue(item, root, expands, json);
            }

            json.WriteEndArray();
        }
        else if (ReferenceOf(value) is { } reference)
        {
            WriteValue(Find(root, reference)!.Value, root, expands, json);
        }
        else
        {
            json.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                WriteValue(member.Value, root, expands, json);
            }

            json.WriteEndObject();
        }
    }

    private static string? ReferenceOf(JsonElement value) => value.Member("$ref"u8) is { ValueKind: JsonValueKind.String } reference ? reference.Text() : null;

    private static JsonElement? Find(JsonElement root, string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var at = root;
        foreach (var step in reference[2..].Split('/'))
        {
            if (at.ValueKind is not JsonValueKind.Object || !at.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out at))
            {
                return null;
            }
        }

        return at;
    }
}
