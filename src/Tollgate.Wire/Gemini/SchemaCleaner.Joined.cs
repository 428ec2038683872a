using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Schemas that are made of others: references, alternatives, and such that must all hold.</summary>
internal sealed partial class SchemaCleaner
{
    private void WriteReferenced(Utf8JsonWriter json, string reference, bool nullable, string? description)
    {
        if (_references.Count >= MostReferences || _references.Contains(reference, StringComparer.Ordinal)
            || Resolve(reference) is not { ValueKind: JsonValueKind.Object } schema)
        {
            WriteAnyObject(json, nullable, description);
            return;
        }

        _references.Add(reference);
        Write(json, schema, nullable, description);
        _references.RemoveAt(_references.Count - 1);
    }

    /// <summary>What a reference inside the schema points to; undefined for any other.</summary>
    private JsonElement Resolve(string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return string.Equals(reference, "#", StringComparison.Ordinal) ? _root : default;
        }

        var at = _root;
        foreach (var step in reference[2..].Split('/'))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind is not JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return default;
            }
        }

        return at;
    }

    /// <summary>Schemas of which one must hold: <c>anyOf</c>, <c>oneOf</c>, or several types; null when there are none.</summary>
    private static List<JsonElement>? Alternatives(JsonElement schema)
    {
        if (schema.Member("anyOf"u8) is { ValueKind: JsonValueKind.Array } any && any.GetArrayLength() > 0)
        {
            return [.. any.EnumerateArray()];
        }

        if (schema.Member("oneOf"u8) is { ValueKind: JsonValueKind.Array } one && one.GetArrayLength() > 0)
        {
            return [.. one.EnumerateArray()];
        }

        if (schema.Member("type"u8) is not { ValueKind: JsonValueKind.Array } types || types.EnumerateArray().Count(static type => !IsNull(type)) < 2)
        {
            return null;
        }

        return [.. types.EnumerateArray().Select(type => IsNull(type) ? type : GeminiJson.Make(json => WriteOfType(json, schema, type)))];
    }

    private static void WriteOfType(Utf8JsonWriter json, JsonElement schema, JsonElement type)
    {
        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            json.WriteElement(member.NameEquals("type"u8) ? type : member.Value);
        }

        json.WriteEndObject();
    }

    /// <summary>True for <c>"null"</c> and <c>{"type":"null"}</c>.</summary>
    private static bool IsNull(JsonElement schema)
        => string.Equals(schema.Text() ?? schema.Text("type"u8), "null", StringComparison.OrdinalIgnoreCase);

    private void WriteAlternatives(Utf8JsonWriter json, List<JsonElement> alternatives, bool nullable, string? description)
    {
        nullable |= alternatives.RemoveAll(IsNull) > 0;
        switch (alternatives.Count)
        {
            case 0:
                WriteAnyObject(json, nullable: true, description);
                break;
            case 1:
                Write(json, alternatives[0], nullable, description);
                break;
            default:
                // Beside anyOf nothing may stand: null and description go into the branches.
                json.WriteStartObject();
                json.WriteStartArray("anyOf"u8);
                foreach (var alternative in alternatives)
                {
                    Write(json, alternative, nullable, description);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>Schemas that must all hold become one: the members of the later ones count.</summary>
    private void WriteAll(Utf8JsonWriter json, JsonElement all, bool nullable, string? description)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var required = new List<JsonElement>();
        foreach (var item in all.EnumerateArray())
        {
            var schema = item.Text("$ref"u8) is { } reference ? Resolve(reference) : item;
            if (schema.ValueKind is not JsonValueKind.Object)
            {
                continue;
            }

            foreach (var member in schema.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }

            if (schema.Member("properties"u8) is { ValueKind: JsonValueKind.Object } own)
            {
                foreach (var property in own.EnumerateObject())
                {
                    properties[property.Name] = property.Value;
                }
            }

            if (schema.Member("required"u8) is { ValueKind: JsonValueKind.Array } names)
            {
                required.AddRange(names.EnumerateArray());
            }
        }

        members.Remove("allOf");
        members.Remove("$ref");
        var merged = GeminiJson.Make(writer => WriteMerged(writer, members, properties, required));
        Write(json, merged, nullable, description);
    }

    private static void WriteMerged(
        Utf8JsonWriter json, Dictionary<string, JsonElement> members, Dictionary<string, JsonElement> properties, List<JsonElement> required)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members)
        {
            if (name is not ("properties" or "required"))
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }
        }

        if (properties.Count > 0)
        {
            json.WriteStartObject("properties"u8);
            foreach (var (name, value) in properties)
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }

            json.WriteEndObject();
            json.WriteStartArray("required"u8);
            foreach (var name in required)
            {
                json.WriteElement(name);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
