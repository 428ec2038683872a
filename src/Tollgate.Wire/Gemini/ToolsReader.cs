using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads <c>tools</c> and <c>toolConfig</c>.</summary>
internal static class ToolsReader
{
    /// <summary>Reads the tools: each member of each tool object is one.</summary>
    public static void Read(ChatRequest request, JsonElement tools)
    {
        foreach (var tool in tools.Items())
        {
            if (tool.ValueKind is not JsonValueKind.Object)
            {
                throw new WireException("Invalid value for 'tools': expected objects.", "tools");
            }

            foreach (var member in tool.EnumerateObject())
            {
                var name = GeminiJson.Camel(member.Name);
                if (name is "functionDeclarations")
                {
                    ReadFunctions(request, member.Value);
                }
                else if (member.Value.ValueKind is JsonValueKind.Object)
                {
                    GoogleTools.Read(request, name, member.Value);
                }
            }
        }
    }

    /// <summary>Reads which tools may be called; the whole is carried too.</summary>
    public static void ReadConfig(ChatRequest request, JsonElement config)
    {
        request.Extras.Add(new HubMember("toolConfig", config));
        var calling = config.Member("functionCallingConfig"u8, "function_calling_config"u8);
        var allowed = calling.Member("allowedFunctionNames"u8, "allowed_function_names"u8).Items()
            .Select(static name => name.Text() ?? throw new WireException(
                "Invalid value for 'allowedFunctionNames': expected names.", "toolConfig.functionCallingConfig.allowedFunctionNames")).ToList();
        request.ToolChoice = calling.Text("mode"u8)?.ToUpperInvariant() switch
        {
            "AUTO" => new ToolChoice(ToolChoiceMode.Auto),
            "VALIDATED" => new ToolChoice(ToolChoiceMode.Auto) { Allowed = allowed },
            "NONE" => new ToolChoice(ToolChoiceMode.None),
            "ANY" when allowed.Count == 1 => new ToolChoice(ToolChoiceMode.Named, allowed[0]),
            "ANY" => new ToolChoice(ToolChoiceMode.Required) { Allowed = allowed },
            _ => null,
        };
    }

    private static void ReadFunctions(ChatRequest request, JsonElement functions)
    {
        foreach (var function in functions.Items())
        {
            var schema = function.Member("parametersJsonSchema"u8, "parameters_json_schema"u8);
            var parameters = function.Member("parameters"u8);
            request.Tools.Add(new ToolDefinition
            {
                Kind = ToolKind.Function,
                Name = function.Text("name"u8) is { Length: > 0 } name ? name
                    : throw new WireException("A function of 'tools' needs a name.", "tools[].functionDeclarations[].name"),
                Description = function.Text("description"u8),
                Parameters = schema.ValueKind is JsonValueKind.Object ? schema
                    : parameters.ValueKind is JsonValueKind.Object ? SchemaLowering.ToJsonSchema(parameters) : null,
                Raw = function,
                RawOrigin = Surface.GenerateContent,
            });
        }
    }
}
