using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>A tool that takes free text, said as a function with one argument of text: the dialect has no other.</summary>
internal static class CustomSchema
{
    /// <summary>The one argument.</summary>
    public const string Name = "input";

    /// <summary>Writes the schema of such a tool.</summary>
    /// <param name="json">Takes one object.</param>
    /// <param name="tool">The tool; a grammar for its text becomes part of the argument's description.</param>
    public static void Write(Utf8JsonWriter json, ToolDefinition tool)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteStartObject(Name);
        json.WriteString("type"u8, "string"u8);
        json.WriteString("description"u8, GrammarOf(tool) is { } grammar ? "The tool's input as plain text, in this form:\n" + grammar : "The tool's input as plain text.");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        json.WriteStringValue(Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string? GrammarOf(ToolDefinition tool)
    {
        if (tool.Raw is not { } raw)
        {
            return null;
        }

        var format = raw.Member("custom"u8).Member("format"u8);
        format = format.IsGiven() ? format : raw.Member("format"u8);
        return format.Text("definition"u8) ?? format.Member("grammar"u8).Text("definition"u8);
    }
}
