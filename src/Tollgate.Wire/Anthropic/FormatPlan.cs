using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>
/// How an answer is made to be JSON: by the provider's own structured outputs where the model has them, else by a tool that the model is to
/// call and whose arguments become the answer's text (03-anthropic.md 2.7).
/// </summary>
internal static class FormatPlan
{
    /// <summary>The tool's name. COMPAT: LiteLLM's, which shows in the provider's own logs.</summary>
    public const string Tool = "json_tool_call";

    /// <summary>The same where the schema is no object's: its value is the tool's one argument.</summary>
    public const string WrappedTool = "json_tool_call_values";

    /// <summary>That argument.</summary>
    public const string Wrapper = "values";

    /// <summary>True for the tool's names.</summary>
    public static bool IsTool(string? name) => name is Tool or WrappedTool;

    /// <summary>The schema goes to the provider as such.</summary>
    public static bool IsNative(AnswerFormat? format, TargetModel target)
        => format is { Kind: AnswerFormatKind.JsonSchema, Schema: not null } && target.Can("native_structured_output") is true;

    /// <summary>The answer is asked for by the tool.</summary>
    public static bool IsEmulated(AnswerFormat? format, TargetModel target)
        => format is { Kind: AnswerFormatKind.Json or AnswerFormatKind.JsonSchema } && !IsNative(format, target);

    /// <summary>Name of the tool for a format.</summary>
    public static string ToolFor(AnswerFormat format) => format.Schema is { } schema && !IsObject(schema) ? WrappedTool : Tool;

    /// <summary>Writes the tool.</summary>
    public static void WriteTool(Utf8JsonWriter json, AnswerFormat format)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, ToolFor(format));
        json.WriteGiven("description"u8, format.Description);
        json.WritePropertyName("input_schema"u8);
        if (format.Schema is not { } schema)
        {
            json.WriteRawValue("""{"type":"object","additionalProperties":true,"properties":{}}"""u8, skipInputValidation: true);
        }
        else if (IsObject(schema))
        {
            ToolWriter.WriteSchema(json, schema, isOwn: false);
        }
        else
        {
            WriteWrapped(json, schema);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the format for models that have structured outputs.</summary>
    public static void WriteNative(Utf8JsonWriter json, AnswerFormat format)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "json_schema"u8);
        json.WritePropertyName("schema"u8);
        StrictSchema.Write(json, format.Schema!.Value);
        json.WriteEndObject();
    }

    /// <summary>The text that a call of the tool stands for.</summary>
    public static string TextOf(string tool, string arguments)
    {
        if (tool is not WrappedTool)
        {
            return arguments;
        }

        try
        {
            using var document = JsonDocument.Parse(arguments);
            var inner = document.RootElement.Member("values"u8);
            return inner.IsGiven() ? System.Text.Encoding.UTF8.GetString(inner.Bytes()) : arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    private static bool IsObject(JsonElement schema) => schema.Text("type"u8) is "object" || schema.Member("properties"u8).ValueKind is JsonValueKind.Object;

    private static void WriteWrapped(Utf8JsonWriter json, JsonElement schema)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteElement("values"u8, schema);
        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        json.WriteStringValue(Wrapper);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties"u8, false);

        // References begin at the root, wherever the schema is now.
        foreach (var name in (ReadOnlySpan<string>)["$defs", "definitions"])
        {
            if (schema.ValueKind is JsonValueKind.Object && schema.TryGetProperty(name, out var definitions))
            {
                json.WritePropertyName(name);
                json.WriteElement(definitions);
            }
        }

        json.WriteEndObject();
    }
}
