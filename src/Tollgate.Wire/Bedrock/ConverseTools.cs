using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Writes <c>toolConfig</c>.</summary>
internal sealed class ConverseTools(ChatRequest request, TargetModel target, ConverseTraits traits, ConverseNames names, Utf8JsonWriter json)
{
    /// <summary>True when the conversation has used tools.</summary>
    public static bool HasHistory(ChatRequest request)
        => request.Messages.Any(static message => message.Parts.Any(static part => part is ToolCallPart or ToolResultPart));

    /// <summary>True for a tool of Anthropic's own making that Claude has on Bedrock as well.</summary>
    public static bool IsClaudes(ToolDefinition tool)
        => tool is { RawOrigin: Surface.Messages, Raw: { } raw } && raw.Text("type"u8) is { } type
            && (type.StartsWith("computer_", StringComparison.Ordinal) || type.StartsWith("bash_", StringComparison.Ordinal)
                || type.StartsWith("text_editor_", StringComparison.Ordinal) || type.StartsWith("tool_search", StringComparison.Ordinal));

    /// <summary>True when the answer's form is asked for by a tool that stands for it.</summary>
    public static bool UsesJsonTool(ChatRequest request, in ConverseTraits traits) => traits.Tools && request.Format switch
    {
        { Kind: AnswerFormatKind.Json } => true,
        { Kind: AnswerFormatKind.JsonSchema, Schema: not null } => !traits.NativeSchema,
        _ => false,
    };

    /// <summary>True when a schema is not that of an object, which is what tools take: it is put into a member <c>values</c>.</summary>
    public static bool IsWrapped(AnswerFormat? format)
        => format?.Schema is { } schema && schema.Member("type"u8) is { ValueKind: JsonValueKind.String } type && type.Text() is not "object";

    /// <summary>Writes it; nothing when there are no tools.</summary>
    /// <param name="isThinking">The model is told to think, and cannot be made to call a tool then.</param>
    public void Write(bool isThinking)
    {
        var tools = Chosen();
        var jsonTool = UsesJsonTool(request, traits);
        var search = traits.IsNova && (request.WebSearch is not null || request.Tools.Any(static tool => tool.Kind is ToolKind.WebSearch));
        var code = traits.Family is ModelFamily.Nova2 && request.Tools.Any(static tool => tool.Kind is ToolKind.CodeExecution);
        var dummy = tools.Count == 0 && !jsonTool && !search && !code && NeedsDummy();
        if (tools.Count == 0 && !jsonTool && !search && !code && !dummy)
        {
            return;
        }

        json.WriteStartObject("toolConfig"u8);
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            WriteTool(names.Safe(tool.Name), tool.Description, tool.Parameters, isCustom: tool.Kind is ToolKind.Custom);
            if (tool.Cache is { } hint && traits.CachePoints)
            {
                ConverseMessages.WriteCachePoint(json, hint, traits);
            }
        }

        WriteSystemTool(search, "nova_grounding"u8);
        WriteSystemTool(code, "nova_code_interpreter"u8);
        if (jsonTool)
        {
            WriteJsonTool(request.Format!);
        }
        else if (dummy)
        {
            WriteTool("dummy_tool", "This is a dummy tool call", schema: null);
        }

        json.WriteEndArray();
        WriteChoice(jsonTool && tools.Count == 0 && !isThinking);
        json.WriteEndObject();
    }

    /// <summary>The tools that may be called.</summary>
    private List<ToolDefinition> Chosen()
    {
        if (!traits.Tools || (request.ToolChoice is { Mode: ToolChoiceMode.None } && !HasHistory(request)))
        {
            return [];
        }

        var allowed = request.ToolChoice?.Allowed;
        return [.. request.Tools.Where(tool => tool.Kind is ToolKind.Function or ToolKind.Custom
            && (allowed is null or { Count: 0 } || allowed.Contains(tool.Name, StringComparer.Ordinal)))];
    }

    /// <summary>Bedrock refuses a conversation that has used tools when none are given.</summary>
    private bool NeedsDummy()
    {
        if (!HasHistory(request) || request.Tools.Any(IsClaudes))
        {
            return false;
        }

        // COMPAT: LiteLLM's words (05-bedrock-sagemaker.md section 3.2).
        return target.ModifyParams ? true : throw new WireException(
            "Bedrock expects the 'tools=' param when messages hold tool calls or their results. With litellm_settings.modify_params: true the gateway "
            + "puts a dummy tool in.",
            "tools");
    }

    private void WriteTool(string name, string? description, JsonElement? schema, bool isCustom = false)
    {
        json.WriteStartObject();
        json.WriteStartObject("toolSpec"u8);
        json.WriteString("name"u8, name);
        if (!string.IsNullOrWhiteSpace(description))
        {
            json.WriteString("description"u8, description);
        }

        json.WriteStartObject("inputSchema"u8);
        json.WritePropertyName("json"u8);
        if (isCustom)
        {
            json.WriteRawValue("""{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"""u8, skipInputValidation: true);
        }
        else
        {
            ConverseSchema.Write(schema, json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteJsonTool(AnswerFormat format)
    {
        json.WriteStartObject();
        json.WriteStartObject("toolSpec"u8);
        json.WriteString("name"u8, ConverseNames.ForFormat(format));
        json.WriteGiven("description"u8, format.Description);
        json.WriteStartObject("inputSchema"u8);
        json.WritePropertyName("json"u8);
        if (IsWrapped(format))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            json.WriteStartObject("properties"u8);
            json.WriteElement("values"u8, format.Schema);
            json.WriteEndObject();
            json.WriteStartArray("required"u8);
            json.WriteStringValue("values"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        else if (format.Schema is null)
        {
            json.WriteRawValue("""{"type":"object","additionalProperties":true,"properties":{}}"""u8, skipInputValidation: true);
        }
        else
        {
            ConverseSchema.Write(format.Schema, json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteSystemTool(bool isWanted, ReadOnlySpan<byte> name)
    {
        if (isWanted)
        {
            json.WriteStartObject();
            json.WriteStartObject("systemTool"u8);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private void WriteChoice(bool forcesJson)
    {
        var choice = request.ToolChoice;
        if (!traits.ToolChoice || (!forcesJson && choice is null or { Mode: ToolChoiceMode.None }))
        {
            return;
        }

        json.WriteStartObject("toolChoice"u8);
        if (forcesJson)
        {
            WriteNamed(ConverseNames.ForFormat(request.Format!));
        }
        else if (choice is { Mode: ToolChoiceMode.Named, Name: { } name })
        {
            WriteNamed(names.Safe(name));
        }
        else
        {
            json.WriteStartObject(choice!.Mode is ToolChoiceMode.Required ? "any"u8 : "auto"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteNamed(string name)
    {
        json.WriteStartObject("tool"u8);
        json.WriteString("name"u8, name);
        json.WriteEndObject();
    }
}
