using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Writes tools, servers of tools and the choice among them (03-anthropic.md 2.3).</summary>
internal sealed class ToolWriter(ChatRequest request, TargetModel target, bool usesTools, bool thinks)
{
    /// <summary>Members of a schema's root that the provider knows.</summary>
    private static readonly FrozenSet<string> SchemaMembers = new[]
    {
        "type", "properties", "required", "additionalProperties", "$defs", "definitions", "strict", "description", "title", "anyOf", "allOf",
        "oneOf", "not", "enum", "const", "items", "prefixItems", "default", "examples", "$ref", "$id", "$schema", "$comment",
        "patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "if", "then", "else",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Passed = ["defer_loading", "allowed_callers", "input_examples", "eager_input_streaming"];

    private readonly List<ToolDefinition> _tools = Allowed(request);

    private bool IsEmulated => FormatPlan.IsEmulated(request.Format, target);

    /// <summary>Writes <c>tools</c>, <c>mcp_servers</c> and <c>tool_choice</c>; each only when there is something in it.</summary>
    /// <exception cref="WireException">A tool that the provider has not.</exception>
    public void Write(Utf8JsonWriter json)
    {
        var count = WriteTools(json);
        WriteServers(json);
        WriteChoice(json, count);
    }

    /// <summary>
    /// Hosted tools that the upstream does not know may be left out: where the caller or the operator said so, and for clients of Responses,
    /// which offer all the tools they know to whatever model they are pointed at (08-bridges.md 2.2).
    /// </summary>
    public static bool MayLeaveOut(ChatRequest request, TargetModel target) => target.DropParams || request.Origin is Surface.Responses;

    /// <summary>True for a tool of Anthropic's own that needs no translation.</summary>
    public static bool IsOwn(ToolDefinition tool, ChatRequest request) => HostedTools.IsOwn(tool.Raw?.Text("type"u8))
        || (tool is { RawOrigin: Surface.Messages, Raw: not null } && request.Origin is Surface.Messages);

    /// <summary>Writes a schema of arguments: always an object's.</summary>
    /// <param name="json">Takes one object.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="isOwn">It came from a client of this dialect and is left as it is.</param>
    public static void WriteSchema(Utf8JsonWriter json, JsonElement schema, bool isOwn)
    {
        if (isOwn || schema.ValueKind is not JsonValueKind.Object)
        {
            if (schema.ValueKind is JsonValueKind.Object)
            {
                json.WriteElement(schema);
            }
            else
            {
                json.WriteRawValue("""{"type":"object","properties":{}}"""u8, skipInputValidation: true);
            }

            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "object"u8);
        foreach (var member in schema.EnumerateObject())
        {
            if (!member.NameEquals("type"u8) && SchemaMembers.Contains(member.Name))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        json.WriteEndObject();
    }

    private static List<ToolDefinition> Allowed(ChatRequest request) => request.ToolChoice is { Allowed: { Count: > 0 } allowed }
        ? [.. request.Tools.Where(tool => allowed.Contains(tool.Name, StringComparer.Ordinal))]
        : [.. request.Tools];

    private int WriteTools(Utf8JsonWriter json)
    {
        var written = 0;
        foreach (var tool in _tools)
        {
            written += IsServer(tool) ? 0 : WriteOne(json, tool, written);
        }

        if (request.WebSearch is { } search && !_tools.Exists(static tool => tool.Kind is ToolKind.WebSearch))
        {
            Open(json, written++);
            HostedTools.WriteSearch(json, search);
        }

        if (HostedTools.NeedsContainer(request) && !_tools.Exists(static tool => tool.Kind is ToolKind.CodeExecution))
        {
            Open(json, written++);
            HostedTools.WriteCodeExecution(json);
        }

        if (IsEmulated)
        {
            Open(json, written++);
            FormatPlan.WriteTool(json, request.Format!);
        }
        else if (written == 0 && usesTools)
        {
            WriteDummy(json);
            written++;
        }

        if (written > 0)
        {
            json.WriteEndArray();
        }

        return written;
    }

    private static void Open(Utf8JsonWriter json, int written)
    {
        if (written == 0)
        {
            json.WriteStartArray("tools"u8);
        }
    }

    private void WriteDummy(Utf8JsonWriter json)
    {
        if (!target.ModifyParams)
        {
            // COMPAT: LiteLLM's words (03-anthropic.md 2.3).
            throw new WireException(
                "Anthropic expects the `tools=` param to be passed in. Pass `tools=` or set `litellm.modify_params = True` or for proxy: "
                + "`litellm_settings::modify_params: True` to add a dummy tool to the request.",
                "tools");
        }

        Open(json, 0);
        json.WriteRawValue(
            """{"name":"dummy_tool","description":"This is a dummy tool call","input_schema":{"type":"object","properties":{}}}"""u8,
            skipInputValidation: true);
    }

    private int WriteOne(Utf8JsonWriter json, ToolDefinition tool, int written)
    {
        var type = tool.Raw?.Text("type"u8);
        if (tool is { RawOrigin: Surface.Messages, Raw: { } own } && tool.Kind is not ToolKind.Function
            && (request.Origin is Surface.Messages || (HostedTools.IsOwn(type) && tool.Kind is not ToolKind.Computer)))
        {
            Open(json, written);
            json.WriteElement(own);
            return 1;
        }

        if (HostedTools.IsOwn(type))
        {
            Open(json, written);
            HostedTools.Write(json, tool, type!);
            return 1;
        }

        switch (tool.Kind)
        {
            case ToolKind.Function or ToolKind.Custom:
                Open(json, written);
                WriteFunction(json, tool);
                return 1;
            case ToolKind.WebSearch:
                Open(json, written);
                HostedTools.WriteSearch(json, request.WebSearch ?? new WebSearchRequest());
                return 1;
            case ToolKind.WebFetch:
                Open(json, written);
                HostedTools.WriteFetch(json);
                return 1;
            case ToolKind.CodeExecution:
                Open(json, written);
                HostedTools.WriteCodeExecution(json);
                return 1;
            default:
                return MayLeaveOut(request, target) ? 0 : throw new WireException($"Unsupported tool type: {type ?? tool.Name}", "tools");
        }
    }

    private static void WriteFunction(Utf8JsonWriter json, ToolDefinition tool)
    {
        var isOwn = tool.RawOrigin is Surface.Messages && tool.Raw is not null;
        json.WriteStartObject();
        json.WriteString("name"u8, ToolNames.ForWire(tool.Name));
        json.WriteGiven("description"u8, tool.Description);
        json.WritePropertyName("input_schema"u8);
        if (tool.Kind is ToolKind.Custom && tool.Raw?.Member("input_schema"u8) is { ValueKind: JsonValueKind.Object } schema)
        {
            WriteSchema(json, schema, isOwn: true);
        }
        else if (tool.Kind is ToolKind.Custom)
        {
            CustomSchema.Write(json, tool);
        }
        else
        {
            WriteSchema(json, tool.Parameters ?? default, isOwn);
        }

        if (tool.Kind is ToolKind.Function)
        {
            json.WriteGiven("strict"u8, tool.Strict);
        }

        BlockWriter.WriteCache(json, tool.Cache);
        if (tool.Raw is { } raw)
        {
            foreach (var name in Passed)
            {
                var bytes = Encoding.UTF8.GetBytes(name);
                var value = raw.Member(bytes);
                value = value.IsGiven() ? value : raw.Member("function"u8).Member(bytes);
                json.WriteElement(bytes, value.IsGiven() ? value : (JsonElement?)null);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsServer(ToolDefinition tool) => tool.Kind is ToolKind.Mcp || tool.Raw?.Text("type"u8) is "url" or "mcp";

    private void WriteServers(Utf8JsonWriter json)
    {
        var servers = _tools.FindAll(IsServer);
        var others = request.Extras.FirstOrDefault(static extra => extra.Name is "mcp_servers").Value;
        if (servers.Count == 0 && others.ValueKind is not JsonValueKind.Array)
        {
            return;
        }

        json.WriteStartArray("mcp_servers"u8);
        foreach (var server in servers)
        {
            HostedTools.WriteServer(json, server);
        }

        if (others.ValueKind is JsonValueKind.Array)
        {
            foreach (var other in others.EnumerateArray())
            {
                json.WriteElement(other);
            }
        }

        json.WriteEndArray();
    }

    private void WriteChoice(Utf8JsonWriter json, int tools)
    {
        var choice = request.ToolChoice;
        if (IsEmulated && !thinks && (tools == 1 || choice is { Mode: ToolChoiceMode.None }))
        {
            WriteChoice(json, "tool", FormatPlan.ToolFor(request.Format!), disableParallel: null);
            return;
        }

        if (tools == 0 && choice is not { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named })
        {
            return;
        }

        // The provider refuses thinking with a tool that must be called.
        var relaxes = thinks && (target.ModifyParams || target.DropParams) && choice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named };
        var mode = relaxes ? ToolChoiceMode.Auto : choice?.Mode;
        bool? disabled = request.ParallelToolCalls is { } parallel ? !parallel : null;
        switch (mode)
        {
            case null when disabled is true:
            case ToolChoiceMode.Auto:
                WriteChoice(json, "auto", null, disabled);
                break;
            case ToolChoiceMode.Required:
                WriteChoice(json, "any", null, disabled);
                break;
            case ToolChoiceMode.Named:
                WriteChoice(json, "tool", ToolNames.ForWire(choice!.Name ?? ""), disabled);
                break;
            case ToolChoiceMode.None:
                WriteChoice(json, "none", null, disableParallel: null);
                break;
            default:
                break;
        }
    }

    private static void WriteChoice(Utf8JsonWriter json, string type, string? name, bool? disableParallel)
    {
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, type);
        json.WriteGiven("name"u8, name);
        json.WriteGiven("disable_parallel_tool_use"u8, disableParallel);
        json.WriteEndObject();
    }
}
