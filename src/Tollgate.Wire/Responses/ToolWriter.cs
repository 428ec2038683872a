using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>Tools of a request for an upstream.</summary>
internal static class ToolWriter
{
    /// <summary>Writes <c>tools</c> and <c>tool_choice</c>.</summary>
    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        var hasImages = request.Modalities.Contains("image");
        var tools = request.Tools.Where(tool => Says(tool, request)).ToList();
        var search = tools.Exists(static tool => tool.Kind is ToolKind.WebSearch) ? null : request.WebSearch;
        if (tools.Count > 0 || search is not null || hasImages)
        {
            json.WriteStartArray("tools"u8);
            foreach (var tool in tools)
            {
                WriteTool(tool, json);
            }

            if (search is not null)
            {
                WriteWebSearch(search, json);
            }

            if (hasImages)
            {
                WriteBare("image_generation"u8, json);
            }

            json.WriteEndArray();
        }

        if (request.ToolChoice is { } choice)
        {
            WriteChoice(choice, request, json);
        }
    }

    /// <summary>True for a tool that is written in the dialect's own words already.</summary>
    public static bool IsOwn(ToolDefinition tool) => tool is { Raw: not null, RawOrigin: Surface.Responses or Surface.Chat };

    private static bool Says(ToolDefinition tool, ChatRequest request) => IsOwn(tool) || tool.Kind switch
    {
        ToolKind.Function or ToolKind.Custom => true,
        ToolKind.WebSearch => request.WebSearch is null,
        ToolKind.CodeExecution => tool.RawOrigin is not (Surface.Responses or Surface.Chat),
        _ => false,
    };

    private static void WriteTool(ToolDefinition tool, Utf8JsonWriter json)
    {
        switch (tool.Kind)
        {
            case ToolKind.Function:
                json.WriteStartObject();
                json.WriteString("type"u8, "function"u8);
                json.WriteString("name"u8, ToolNames.ForWire(tool.Name));
                json.WriteGiven("description"u8, tool.Description);
                json.WriteElement("parameters"u8, tool.Parameters);
                json.WriteGiven("strict"u8, tool.Strict);
                json.WriteEndObject();
                break;
            case ToolKind.Custom:
                WriteCustom(tool, json);
                break;
            case ToolKind.WebSearch when !IsOwn(tool):
                WriteBare(tool.RawOrigin is Surface.Messages ? "web_search_preview"u8 : "web_search"u8, json);
                break;
            case ToolKind.CodeExecution when tool.RawOrigin is not (Surface.Responses or Surface.Chat):
                json.WriteStartObject();
                json.WriteString("type"u8, "code_interpreter"u8);
                json.WriteStartObject("container"u8);
                json.WriteString("type"u8, "auto"u8);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            default:
                // Chat clients name the hosted tools of this dialect in its own words; those of others mean nothing here.
                json.WriteElement(tool.Raw!.Value);
                break;
        }
    }

    private static void WriteCustom(ToolDefinition tool, Utf8JsonWriter json)
    {
        if (tool is { Raw: { } raw, RawOrigin: Surface.Responses })
        {
            json.WriteElement(raw);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "custom"u8);
        json.WriteString("name"u8, ToolNames.ForWire(tool.Name));
        json.WriteGiven("description"u8, tool.Description);
        if (tool is { Raw: { } chat, RawOrigin: Surface.Chat })
        {
            WriteGrammar(chat.Member("custom"u8).Member("format"u8), json);
        }

        json.WriteEndObject();
    }

    /// <summary>Chat completions nest a grammar one level deeper.</summary>
    private static void WriteGrammar(JsonElement format, Utf8JsonWriter json)
    {
        if (!format.IsGiven())
        {
            return;
        }

        if (format.Member("grammar"u8) is not { ValueKind: JsonValueKind.Object } grammar)
        {
            json.WriteElement("format"u8, format);
            return;
        }

        json.WriteStartObject("format"u8);
        json.WriteString("type"u8, "grammar"u8);
        json.WriteGiven("syntax"u8, grammar.Text("syntax"u8));
        json.WriteGiven("definition"u8, grammar.Text("definition"u8));
        json.WriteEndObject();
    }

    private static void WriteWebSearch(WebSearchRequest search, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "web_search"u8);
        json.WriteGiven("search_context_size"u8, search.ContextSize);
        WebSearches.WriteLocation(search, isNested: false, json);
        if (search.AllowedDomains.Count > 0 || search.BlockedDomains.Count > 0)
        {
            json.WriteStartObject("filters"u8);
            WebSearches.WriteDomains(search, json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteBare(ReadOnlySpan<byte> type, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteEndObject();
    }

    private static void WriteChoice(ToolChoice choice, ChatRequest request, Utf8JsonWriter json)
    {
        if (choice.Allowed.Count > 0)
        {
            json.WriteStartObject("tool_choice"u8);
            json.WriteString("type"u8, "allowed_tools"u8);
            json.WriteString("mode"u8, choice.Mode is ToolChoiceMode.Required or ToolChoiceMode.Named ? "required"u8 : "auto"u8);
            json.WriteStartArray("tools"u8);
            foreach (var name in choice.Allowed)
            {
                WriteNamed(name, request, json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
        else if (choice is { Mode: ToolChoiceMode.Named, Name: { } named })
        {
            json.WritePropertyName("tool_choice"u8);
            WriteNamed(named, request, json);
        }
        else
        {
            json.WriteString("tool_choice"u8, choice.Mode switch
            {
                ToolChoiceMode.None => "none"u8,
                ToolChoiceMode.Required => "required"u8,
                _ => "auto"u8,
            });
        }
    }

    private static void WriteNamed(string name, ChatRequest request, Utf8JsonWriter json)
    {
        var isCustom = request.Tools.Any(tool => tool.Kind is ToolKind.Custom && string.Equals(tool.Name, name, StringComparison.Ordinal));
        json.WriteStartObject();
        json.WriteString("type"u8, isCustom ? "custom"u8 : "function"u8);
        json.WriteString("name"u8, ToolNames.ForWire(name));
        json.WriteEndObject();
    }
}
