using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Reads tools and the choice among them.</summary>
internal static class ChatToolReader
{
    /// <summary>Reads <c>tools</c>.</summary>
    public static void ReadTools(ChatRequest request, JsonElement tools)
    {
        if (tools.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("Invalid value for 'tools': expected an array.", "tools");
        }

        var at = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            if (tool.ValueKind is not JsonValueKind.Object)
            {
                throw new WireException($"Invalid value for 'tools[{at}]': expected an object.", $"tools[{at}]");
            }

            // Google's tools have no type; the member's name says which it is.
            if (tool.Member("type"u8).IsGiven() || tool.Member("function"u8).IsGiven() || tool.Member("name"u8).IsGiven()
                || !GoogleTools.TryRead(request, tool))
            {
                request.Tools.Add(Read(tool, at, request));
            }

            at++;
        }
    }

    /// <summary>Reads a function's definition.</summary>
    /// <param name="function">The definition.</param>
    /// <param name="tool">What stands around it.</param>
    public static ToolDefinition ReadFunction(JsonElement function, JsonElement tool) => new()
    {
        Kind = ToolKind.Function,
        Name = function.Text("name"u8) is { Length: > 0 } name ? name
            : throw new WireException("A function of 'tools' needs a name.", "tools[].function.name"),
        Description = function.Text("description"u8),
        Parameters = Given(function.Member("parameters"u8)) ?? Given(function.Member("input_schema"u8)),
        Strict = function.Member("strict"u8).Flag(),
        Cache = CacheOf(tool) ?? CacheOf(function),
        Raw = tool,
        RawOrigin = Surface.Chat,
    };

    /// <summary>Reads <c>tool_choice</c>, in OpenAI's forms and in Anthropic's, which some clients send.</summary>
    public static ToolChoice ReadChoice(JsonElement choice)
    {
        if (choice.Text() is { } word)
        {
            return word switch
            {
                "auto" => new ToolChoice(ToolChoiceMode.Auto),
                "none" => new ToolChoice(ToolChoiceMode.None),
                "required" or "any" => new ToolChoice(ToolChoiceMode.Required),
                _ => throw Wrong(),
            };
        }

        return choice.Text("type"u8) switch
        {
            "function" => Named(choice.Member("function"u8).Text("name"u8) ?? choice.Text("name"u8)),
            "custom" => Named(choice.Member("custom"u8).Text("name"u8) ?? choice.Text("name"u8)),
            "tool" => Named(choice.Text("name"u8)),
            "auto" => new ToolChoice(ToolChoiceMode.Auto),
            "none" => new ToolChoice(ToolChoiceMode.None),
            "any" => new ToolChoice(ToolChoiceMode.Required),
            "allowed_tools" => Allowed(choice.Member("allowed_tools"u8) is { ValueKind: JsonValueKind.Object } inner ? inner : choice),
            _ => throw Wrong(),
        };
    }

    /// <summary>A <c>cache_control</c> member; null when there is none.</summary>
    public static CacheHint? CacheOf(JsonElement json)
        => json.Member("cache_control"u8) is { ValueKind: JsonValueKind.Object } control ? new CacheHint(control.Text("ttl"u8)) : null;

    private static ToolDefinition Read(JsonElement tool, int at, ChatRequest request)
    {
        var type = tool.Text("type"u8);
        if (tool.Member("function"u8) is { ValueKind: JsonValueKind.Object } function)
        {
            return ReadFunction(function, tool);
        }

        if (type is "custom" && tool.Member("custom"u8) is { ValueKind: JsonValueKind.Object } custom)
        {
            return new ToolDefinition
            {
                Kind = ToolKind.Custom,
                Name = custom.Text("name"u8) ?? throw new WireException($"'tools[{at}].custom' needs a name.", $"tools[{at}].custom.name"),
                Description = custom.Text("description"u8),
                Raw = tool,
                RawOrigin = Surface.Chat,
            };
        }

        if (type is null or "function" or "custom")
        {
            // Anthropic's own form, which LiteLLM's clients may send.
            return ReadFunction(tool, tool);
        }

        var kind = KindOf(type);
        if (kind is ToolKind.WebSearch)
        {
            request.WebSearch ??= WebSearches.Read(tool);
        }

        return new ToolDefinition
        {
            Kind = kind,
            Name = tool.Text("name"u8) ?? type,
            Cache = CacheOf(tool),
            Raw = tool,
            RawOrigin = kind is ToolKind.Mcp || IsOfResponses(type) ? Surface.Responses : Surface.Messages,
        };
    }

    private static bool IsOfResponses(string type) => type is "web_search" or "file_search" or "code_interpreter" or "image_generation"
        or "computer_use_preview" or "shell" or "local_shell" or "apply_patch" || type.StartsWith("web_search_preview", StringComparison.Ordinal);

    private static ToolKind KindOf(string type) => type switch
    {
        "mcp" or "url" => ToolKind.Mcp,
        "file_search" => ToolKind.FileSearch,
        "code_interpreter" => ToolKind.CodeExecution,
        _ when type.StartsWith("web_search", StringComparison.Ordinal) => ToolKind.WebSearch,
        _ when type.StartsWith("web_fetch", StringComparison.Ordinal) => ToolKind.WebFetch,
        _ when type.StartsWith("code_execution", StringComparison.Ordinal) => ToolKind.CodeExecution,
        _ when type.StartsWith("computer", StringComparison.Ordinal) => ToolKind.Computer,
        _ => ToolKind.Hosted,
    };

    private static ToolChoice Allowed(JsonElement choice)
    {
        var names = new List<string>();
        if (choice.Member("tools"u8) is { ValueKind: JsonValueKind.Array } tools)
        {
            foreach (var tool in tools.EnumerateArray())
            {
                names.Add(tool.Member("function"u8).Text("name"u8) ?? tool.Text("name"u8) ?? throw Wrong());
            }
        }

        return new ToolChoice(choice.Text("mode"u8) is "required" ? ToolChoiceMode.Required : ToolChoiceMode.Auto) { Allowed = names };
    }

    private static ToolChoice Named(string? name) => name is { Length: > 0 } ? new ToolChoice(ToolChoiceMode.Named, name) : throw Wrong();

    private static WireException Wrong()
        => new("Invalid value for 'tool_choice': expected auto, none, required, or an object that names a tool.", "tool_choice");

    private static JsonElement? Given(JsonElement value) => value.IsGiven() ? value : null;
}
