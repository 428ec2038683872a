using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>
/// A JSON schema in the subset of OpenAPI that Google takes: references written out, alternatives with null made nullable, what is not known
/// left out (04-gemini-vertex.md section 2.3). One instance a schema.
/// </summary>
internal sealed partial class SchemaCleaner
{
    /// <summary>References within references.</summary>
    private const int MostReferences = 10;

    /// <summary>Schemas written for one: references that point to each other grow without bound long before they are deep.</summary>
    private const int MostSchemas = 5_000;

    /// <summary>Schemas within schemas: with references written out they could nest deeper than any parser reads.</summary>
    private const int MostLevels = 60;

    private static readonly string[] Formats = ["enum", "date-time", "int32", "int64", "float", "double"];

    private readonly JsonElement _root;
    private readonly bool _keepsDefaults;
    private readonly List<string> _references = [];
    private int _written;
    private int _level;

    private SchemaCleaner(JsonElement root, bool keepsDefaults)
    {
        _root = root;
        _keepsDefaults = keepsDefaults;
    }

    /// <summary>Writes a schema.</summary>
    /// <param name="json">Takes one object.</param>
    /// <param name="schema">A JSON schema.</param>
    /// <param name="keepsDefaults">False for models that refuse <c>default</c>.</param>
    /// <param name="ordered">Writes the order of the root's properties, which the model keeps.</param>
    public static void Write(Utf8JsonWriter json, JsonElement schema, bool keepsDefaults, bool ordered = false)
        => new SchemaCleaner(schema, keepsDefaults).Write(json, schema, nullable: false, description: null, ordered);

    /// <summary>True for an object that has no properties, which older models refuse as the parameters of a function.</summary>
    public static bool IsEmptyObject(JsonElement schema) => schema.ValueKind is not JsonValueKind.Object
        || (schema.Member("properties"u8) is var properties && (!properties.IsGiven() || IsEmpty(properties))
            && !schema.Member("$ref"u8).IsGiven() && !schema.Member("anyOf"u8).IsGiven() && !schema.Member("oneOf"u8).IsGiven()
            && !schema.Member("allOf"u8).IsGiven() && schema.Member("type"u8).Text() is null or "object" or "OBJECT");

    private static bool IsEmpty(JsonElement value) => value.ValueKind is not JsonValueKind.Object || !value.EnumerateObject().MoveNext();

    private void Write(Utf8JsonWriter json, JsonElement schema, bool nullable, string? description, bool ordered = false)
    {
        if (schema.ValueKind is not JsonValueKind.Object || ++_written > MostSchemas || _level == MostLevels)
        {
            WriteAnyObject(json, nullable, description);
            return;
        }

        _level++;
        WriteKnown(json, schema, nullable, description, ordered);
        _level--;
    }

    private void WriteKnown(Utf8JsonWriter json, JsonElement schema, bool nullable, string? description, bool ordered)
    {
        description = schema.Text("description"u8) ?? description;
        nullable |= schema.Member("nullable"u8).Flag() is true;
        if (schema.Text("$ref"u8) is { } reference)
        {
            WriteReferenced(json, reference, nullable, description);
        }
        else if (Alternatives(schema) is { } alternatives)
        {
            WriteAlternatives(json, alternatives, nullable, description);
        }
        else if (schema.Member("allOf"u8) is { ValueKind: JsonValueKind.Array } all && !schema.Member("properties"u8).IsGiven())
        {
            WriteAll(json, all, nullable, description);
        }
        else
        {
            WritePlain(json, schema, nullable, description, ordered);
        }
    }

    private static void WriteAnyObject(Utf8JsonWriter json, bool nullable, string? description)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        json.WriteGiven("description"u8, description);
        WriteNullable(json, nullable);
        json.WriteEndObject();
    }

    private static void WriteNullable(Utf8JsonWriter json, bool nullable)
    {
        if (nullable)
        {
            json.WriteBoolean("nullable"u8, true);
        }
    }

    private void WritePlain(Utf8JsonWriter json, JsonElement schema, bool nullable, string? description, bool ordered)
    {
        var type = TypeOf(schema, ref nullable);
        var isString = type is null || type.Equals("string", StringComparison.OrdinalIgnoreCase);
        json.WriteStartObject();
        json.WriteString("type"u8, type ?? Guess(schema));
        if (schema.Text("format"u8) is { } format && Formats.Contains(format, StringComparer.Ordinal))
        {
            json.WriteString("format"u8, format);
        }

        json.WriteGiven("description"u8, description);
        WriteNullable(json, nullable);
        if (isString)
        {
            WriteEnum(json, schema);
        }

        foreach (var member in schema.EnumerateObject())
        {
            if (member.Name is "minimum" or "maximum" or "minItems" or "maxItems" or "minLength" or "maxLength" or "pattern" or "minProperties"
                or "maxProperties" or "propertyOrdering" || (_keepsDefaults && member.Name is "default"))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        WriteItems(json, schema, type);
        WriteProperties(json, schema, ordered);
        json.WriteEndObject();
    }

    private static string? TypeOf(JsonElement schema, ref bool nullable)
    {
        var type = schema.Member("type"u8);
        if (type.ValueKind is not JsonValueKind.Array)
        {
            return type.Text();
        }

        string? found = null;
        foreach (var item in type.EnumerateArray())
        {
            nullable |= IsNull(item);
            found ??= IsNull(item) ? null : item.Text();
        }

        return found;
    }

    /// <summary>The type of a schema that does not say.</summary>
    private static string Guess(JsonElement schema) => schema.Member("items"u8).IsGiven() ? "array"
        : schema.Member("enum"u8).IsGiven() || schema.Member("const"u8).IsGiven() || schema.Member("pattern"u8).IsGiven() ? "string" : "object";

    private static void WriteEnum(Utf8JsonWriter json, JsonElement schema)
    {
        var values = schema.Member("enum"u8) is { ValueKind: JsonValueKind.Array } listed ? listed.EnumerateArray().ToList()
            : schema.TryGetProperty("const"u8, out var only) ? [only] : [];
        values.RemoveAll(static value => !value.IsGiven());
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray("enum"u8);
        foreach (var value in values)
        {
            json.WriteStringValue(value.Text() ?? value.GetRawText());
        }

        json.WriteEndArray();
    }

    private void WriteItems(Utf8JsonWriter json, JsonElement schema, string? type)
    {
        var items = schema.Member("items"u8);
        if (items.ValueKind is JsonValueKind.Array)
        {
            items = items.EnumerateArray().FirstOrDefault();
        }

        if (items.ValueKind is JsonValueKind.Object && !IsEmpty(items))
        {
            json.WritePropertyName("items"u8);
            Write(json, items, nullable: false, description: null);
        }
        else if (items.IsGiven() || (type?.Equals("array", StringComparison.OrdinalIgnoreCase) ?? false))
        {
            json.WriteStartObject("items"u8);
            json.WriteString("type"u8, "string"u8);
            json.WriteEndObject();
        }
    }

    private void WriteProperties(Utf8JsonWriter json, JsonElement schema, bool ordered)
    {
        if (schema.Member("properties"u8) is not { ValueKind: JsonValueKind.Object } properties || IsEmpty(properties))
        {
            return;
        }

        json.WriteStartObject("properties"u8);
        foreach (var property in properties.EnumerateObject())
        {
            json.WritePropertyName(property.Name);
            Write(json, property.Value, nullable: false, description: null);
        }

        json.WriteEndObject();
        if (schema.Member("required"u8) is { ValueKind: JsonValueKind.Array } required)
        {
            WriteNames(json, "required"u8, required.EnumerateArray().Select(HubJson.Text).Where(name => name is not null && properties.TryGetProperty(name, out _)));
        }

        if (ordered && !schema.Member("propertyOrdering"u8).IsGiven())
        {
            WriteNames(json, "propertyOrdering"u8, properties.EnumerateObject().Select(static property => property.Name));
        }
    }

    private static void WriteNames(Utf8JsonWriter json, ReadOnlySpan<byte> member, IEnumerable<string?> names)
    {
        using var each = names.GetEnumerator();
        if (!each.MoveNext())
        {
            return;
        }

        json.WriteStartArray(member);
        do
        {
            json.WriteStringValue(each.Current);
        }
        while (each.MoveNext());
        json.WriteEndArray();
    }
}
