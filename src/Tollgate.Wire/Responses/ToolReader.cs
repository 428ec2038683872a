using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>Tools of a client's request and what it says of their choice.</summary>
internal static class ToolReader
{
    /// <summary>Reads them.</summary>
    public static void Read(JsonElement root, ChatRequest request)
    {
        var i = 0;
        foreach (var tool in Items.Of(root, "tools"u8))
        {
            ReadTool(tool, $"tools[{i}]", request);
            i++;
        }

        request.ToolChoice = ReadChoice(root.Member("tool_choice"u8));
    }

    private static void ReadTool(JsonElement tool, string path, ChatRequest request, string? group = null)
    {
        var type = tool.Text("type"u8) ?? throw new WireException($"{path}.type is missing.", path + ".type");
        if (type is "function")
        {
            request.Tools.Add(ReadFunction(tool, path, group));
        }
        else if (type is "namespace" && group is null)
        {
            ReadGroup(tool, path, request);
        }
        else if (type is "custom")
        {
            request.Tools.Add(new ToolDefinition
            {
                Kind = ToolKind.Custom,
                Name = ToolGroups.Join(group, tool.Text("name"u8) ?? throw new WireException($"{path}.name is missing.", path + ".name")),
                Namespace = group,
                Description = tool.Text("description"u8),
                Raw = tool,
                RawOrigin = Surface.Responses,
            });
        }
        else if (type.StartsWith("web_search", StringComparison.Ordinal))
        {
            request.WebSearch = WebSearches.Read(tool);
        }
        else
        {
            request.Tools.Add(new ToolDefinition { Kind = KindOf(type), Name = type, Raw = tool, RawOrigin = Surface.Responses });
        }
    }

    private static void ReadGroup(JsonElement tool, string path, ChatRequest request)
    {
        var group = tool.Text("name"u8) is { Length: > 0 } name ? name : throw new WireException($"{path}.name is missing.", path + ".name");
        var i = 0;
        foreach (var member in Items.Of(tool, "tools"u8))
        {
            ReadTool(member, $"{path}.tools[{i}]", request, group);
            i++;
        }
    }

    private static ToolDefinition ReadFunction(JsonElement tool, string path, string? group)
    {
        // Clients that come from chat completions send its nested form; there is no mistaking it.
        var function = tool.Member("function"u8) is { ValueKind: JsonValueKind.Object } nested ? nested : tool;
        return new ToolDefinition
        {
            Kind = ToolKind.Function,
            Name = ToolGroups.Join(group, function.Text("name"u8) ?? throw new WireException($"{path}.name is missing.", path + ".name")),
            Namespace = group,
            Description = function.Text("description"u8),
            Parameters = function.Member("parameters"u8) is { ValueKind: JsonValueKind.Object } parameters ? parameters : null,
            Strict = function.Member("strict"u8).Flag(),
            Cache = tool.Member("cache_control"u8) is { ValueKind: JsonValueKind.Object } hint ? new CacheHint(hint.Text("ttl"u8)) : null,
        };
    }

    private static ToolKind KindOf(string type) => type switch
    {
        "code_interpreter" => ToolKind.CodeExecution,
        "file_search" => ToolKind.FileSearch,
        "mcp" => ToolKind.Mcp,
        "computer" or "computer_use" or "computer_use_preview" => ToolKind.Computer,
        _ => ToolKind.Hosted,
    };

    private static ToolChoice? ReadChoice(JsonElement choice)
    {
        if (choice.Text() is { } word)
        {
            return ModeOf(word) is { } mode ? new ToolChoice(mode) : null;
        }

        return choice.Text("type"u8) switch
        {
            "function" or "custom" when (ToolGroups.NameIn(choice) ?? choice.Member("function"u8).Text("name"u8)) is { } name
                => new ToolChoice(ToolChoiceMode.Named, name),
            "allowed_tools" => new ToolChoice(ModeOf(choice.Text("mode"u8) ?? "") ?? ToolChoiceMode.Auto) { Allowed = AllowedIn(choice) },
            null => null,

            // A hosted tool by its type: whoever does not host it cannot be made to call it.
            _ => new ToolChoice(ToolChoiceMode.Auto),
        };
    }

    private static List<string> AllowedIn(JsonElement choice)
    {
        var names = new List<string>();
        foreach (var tool in Items.Of(choice, "tools"u8))
        {
            if (ToolGroups.NameIn(tool) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static ToolChoiceMode? ModeOf(string word) => word switch
    {
        "auto" => ToolChoiceMode.Auto,
        "none" => ToolChoiceMode.None,
        "required" => ToolChoiceMode.Required,
        _ => null,
    };
}
