using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>Function tools in OpenAI's form, which many dialects took over.</summary>
internal static class FunctionTools
{
    /// <summary>What is said of custom tools where they become functions.</summary>
    public const string CustomNote = "a function whose one argument is the text";

    /// <summary>
    /// Writes <c>tools</c>; nothing when there are none, or none may be called. Custom tools become functions, whose calls the hub changes back.
    /// </summary>
    public static void Write(ChatRequest request, Utf8JsonWriter json, bool strict)
    {
        if (request.ToolChoice is { Mode: ToolChoiceMode.None } || !request.Tools.Any(IsCallable))
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools.Where(IsCallable))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteGiven("description"u8, tool.Description);
            if (tool.Kind is ToolKind.Custom)
            {
                json.WritePropertyName("parameters"u8);
                json.WriteRawValue("""{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"""u8, skipInputValidation: true);
            }
            else
            {
                json.WriteElement("parameters"u8, tool.Parameters);
                json.WriteGiven("strict"u8, strict ? tool.Strict : null);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Arguments of a call made before; the text of a custom tool as the argument of its function.</summary>
    public static string ArgumentsOf(ToolCallPart call) => call.Kind is ToolKind.Custom ? CustomInput.Wrap(call.Arguments) : call.Arguments;

    private static bool IsCallable(ToolDefinition tool) => tool.Kind is ToolKind.Function or ToolKind.Custom;
}
