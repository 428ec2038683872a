using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Tools that Anthropic runs itself or defines itself, as clients of all dialects ask for them.</summary>
internal static class HostedTools
{
    private static readonly string[] OwnTypes =
        ["computer_", "web_search_2", "web_fetch_2", "bash_2", "text_editor_2", "code_execution_2", "memory_2", "tool_search_tool_", "mcp_toolset"];

    /// <summary>True for a type of Anthropic's own, whichever dialect it came in.</summary>
    public static bool IsOwn(string? type)
        => type is not null && Array.Exists(OwnTypes, own => type.StartsWith(own, StringComparison.Ordinal)) && type is not "computer_use_preview";

    /// <summary>Writes a tool of such a type that a client of another dialect gave.</summary>
    /// <exception cref="WireException">A screen without its size.</exception>
    public static void Write(Utf8JsonWriter json, ToolDefinition tool, string type)
    {
        var raw = tool.Raw!.Value;
        if (type.StartsWith("computer_", StringComparison.Ordinal))
        {
            WriteComputer(json, tool, raw, type);
            return;
        }

        json.WriteStartObject();
        foreach (var member in raw.EnumerateObject())
        {
            if (!member.NameEquals("function"u8))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        if (!raw.Member("name"u8).IsGiven())
        {
            json.WriteString("name"u8, raw.Member("function"u8).Text("name"u8) ?? NameOf(type));
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a server of tools.</summary>
    public static void WriteServer(Utf8JsonWriter json, ToolDefinition server)
    {
        var raw = server.Raw ?? default;
        if (raw.Text("type"u8) is "url" || server.RawOrigin is Surface.Messages)
        {
            json.WriteElement(raw);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "url"u8);
        json.WriteString("url"u8, raw.Text("server_url"u8) ?? throw new WireException("A tool of type mcp must have a server_url.", "tools"));
        json.WriteString("name"u8, raw.Text("server_label"u8) ?? server.Name);
        const string scheme = "Bearer ";
        var authorization = raw.Text("authorization"u8) ?? raw.Member("headers"u8).Text("Authorization"u8);
        json.WriteGiven(
            "authorization_token"u8,
            authorization is not null && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                ? authorization[scheme.Length..] : authorization);
        var allowed = raw.Member("allowed_tools"u8);
        if (allowed.ValueKind is JsonValueKind.Array)
        {
            json.WriteStartObject("tool_configuration"u8);
            json.WriteElement("allowed_tools"u8, allowed);
            json.WriteBoolean("enabled"u8, true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the search tool.</summary>
    public static void WriteSearch(Utf8JsonWriter json, WebSearchRequest search)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "web_search_20250305"u8);
        json.WriteString("name"u8, "web_search"u8);
        json.WriteGiven("max_uses"u8, search.MaxUses ?? UsesFor(search.ContextSize));
        WebSearches.WriteDomains(search, json);
        WebSearches.WriteLocation(search, isNested: false, json);
        json.WriteEndObject();
    }

    /// <summary>Writes the tool that fetches pages.</summary>
    public static void WriteFetch(Utf8JsonWriter json) => WritePlain(json, "web_fetch_20250910", "web_fetch");

    /// <summary>Writes the tool that runs code.</summary>
    public static void WriteCodeExecution(Utf8JsonWriter json) => WritePlain(json, "code_execution_20250825", "code_execution");

    /// <summary>True when files are given for the tool that runs code.</summary>
    public static bool NeedsContainer(ChatRequest request)
        => request.Messages.Any(static message => message.Parts.Any(
            static part => part is OpaquePart { Origin: Surface.Messages, Kind: "container_upload" }));

    private static long? UsesFor(string? contextSize) => contextSize switch
    {
        "low" => 1,
        "medium" => 5,
        "high" => 10,
        _ => null,
    };

    private static void WritePlain(Utf8JsonWriter json, string type, string name)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("name"u8, name);
        json.WriteEndObject();
    }

    private static void WriteComputer(Utf8JsonWriter json, ToolDefinition tool, JsonElement raw, string type)
    {
        var parameters = raw.Member("function"u8).Member("parameters"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("name"u8, raw.Text("name"u8) ?? raw.Member("function"u8).Text("name"u8) ?? "computer");
        json.WriteNumber("display_width_px"u8, Size(parameters, raw, "display_width_px"u8, "display_width_px"));
        json.WriteNumber("display_height_px"u8, Size(parameters, raw, "display_height_px"u8, "display_height_px"));
        var number = parameters.Member("display_number"u8).Count() ?? raw.Member("display_number"u8).Count();
        json.WriteGiven("display_number"u8, number);
        BlockWriter.WriteCache(json, tool.Cache);
        json.WriteEndObject();
    }

    private static long Size(JsonElement parameters, JsonElement raw, ReadOnlySpan<byte> name, string shown)
        => parameters.Member(name).Count() ?? raw.Member(name).Count() ?? throw new WireException($"Missing required parameter: {shown}", "tools");

    /// <summary>A type without its version: <c>text_editor_20250124</c> is <c>text_editor</c>'s.</summary>
    private static string NameOf(string type) => type[..type.LastIndexOf('_')] switch
    {
        "text_editor" => type is "text_editor_20250429" or "text_editor_20250728" ? "str_replace_based_edit_tool" : "str_replace_editor",
        var name => name,
    };
}
