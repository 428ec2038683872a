using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Reads tools and the choice among them.</summary>
internal static class ToolReader
{
    /// <summary>Reads <c>tools</c>.</summary>
    /// <exception cref="WireException">They are none.</exception>
    public static void Read(JsonElement tools, ChatRequest request)
    {
        if (tools.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("tools: Input should be an array of objects.", "tools");
        }

        var index = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            request.Tools.Add(ReadOne(tool, $"tools[{index++}]", request));
        }
    }

    /// <summary>Reads <c>mcp_servers</c>: tools that the provider finds and calls itself.</summary>
    public static void ReadServers(JsonElement servers, ChatRequest request)
    {
        if (servers.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("mcp_servers: Input should be an array of objects.", "mcp_servers");
        }

        foreach (var server in servers.EnumerateArray())
        {
            request.Tools.Add(new ToolDefinition
            {
                Kind = ToolKind.Mcp,
                Name = server.Text("name"u8) ?? "",
                Raw = server,
                RawOrigin = Surface.Messages,
            });
        }
    }

    /// <summary>Reads <c>tool_choice</c>.</summary>
    public static void ReadChoice(JsonElement choice, ChatRequest request)
    {
        if (!choice.IsGiven())
        {
            return;
        }

        request.ToolChoice = choice.Text("type"u8) switch
        {
            "auto" => new ToolChoice(ToolChoiceMode.Auto),
            "any" => new ToolChoice(ToolChoiceMode.Required),
            "none" => new ToolChoice(ToolChoiceMode.None),
            "tool" => new ToolChoice(
                ToolChoiceMode.Named, choice.Text("name"u8) ?? throw new WireException("tool_choice.name: Field required", "tool_choice.name")),
            _ => throw new WireException("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'.", "tool_choice"),
        };
        request.ParallelToolCalls = choice.Member("disable_parallel_tool_use"u8).Flag() is { } disabled ? !disabled : null;
    }

    /// <summary>What a type of the dialect stands for.</summary>
    public static ToolKind KindOf(string? type) => type switch
    {
        null or "custom" => ToolKind.Function,
        _ when type.StartsWith("web_search", StringComparison.Ordinal) => ToolKind.WebSearch,
        _ when type.StartsWith("web_fetch", StringComparison.Ordinal) => ToolKind.WebFetch,
        _ when type.StartsWith("code_execution", StringComparison.Ordinal) => ToolKind.CodeExecution,
        _ when type.StartsWith("computer_", StringComparison.Ordinal) => ToolKind.Computer,
        _ => ToolKind.Hosted,
    };

    private static ToolDefinition ReadOne(JsonElement tool, string path, ChatRequest request)
    {
        if (tool.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException($"{path}: Input should be an object.", path);
        }

        var type = tool.Text("type"u8);
        var kind = KindOf(type);
        var name = tool.Text("name"u8);
        if (kind is ToolKind.WebSearch)
        {
            request.WebSearch ??= WebSearches.Read(tool);
        }

        return new ToolDefinition
        {
            Kind = kind,
            Name = name ?? (kind is ToolKind.Function ? throw new WireException($"{path}.name: Field required", $"{path}.name") : type!),
            Description = kind is ToolKind.Function ? tool.Text("description"u8) : null,
            Parameters = kind is ToolKind.Function && tool.Member("input_schema"u8) is { ValueKind: JsonValueKind.Object } schema
                ? schema : null,
            Strict = kind is ToolKind.Function ? tool.Member("strict"u8).Flag() : null,
            Cache = BlockReader.ReadCache(tool),
            Raw = tool,
            RawOrigin = Surface.Messages,
        };
    }
}
