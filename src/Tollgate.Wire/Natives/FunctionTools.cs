using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Natives;

/// <summary>Function tools in OpenAI's form, which many dialects took over.</summary>
internal static class FunctionTools
{
    /// <summary>Writes <c>tools</c>; nothing when there are none, or none may be called.</summary>
    public static void Write(ChatRequest request, Utf8JsonWriter json, bool strict)
    {
        if (request.ToolChoice is { Mode: ToolChoiceMode.None } || !request.Tools.Any(static tool => tool.Kind is ToolKind.Function))
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools.Where(static tool => tool.Kind is ToolKind.Function))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteGiven("description"u8, tool.Description);
            json.WriteElement("parameters"u8, tool.Parameters);
            json.WriteGiven("strict"u8, strict ? tool.Strict : null);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
