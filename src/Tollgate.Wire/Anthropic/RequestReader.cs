using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Reads what Anthropic's clients send (llm-api.md 15.1).</summary>
internal static class RequestReader
{
    /// <summary>Beginning of a text that one client puts before its instructions for billing; to other providers it is noise that spoils caches.</summary>
    private const string BillingNote = "x-anthropic-billing-header";

    /// <summary>Reads a body.</summary>
    /// <exception cref="WireException">It is not what the dialect demands.</exception>
    public static ChatRequest Read(JsonElement root, ReadOnlyMemory<byte> body)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The request body must be a JSON object.");
        }

        var request = new ChatRequest { Origin = Surface.Messages };
        var blocks = new BlockReader(body);
        ReadSystem(root.Member("system"u8), blocks, request);
        ReadMessages(root.Member("messages"u8), blocks, request);
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind is not JsonValueKind.Null)
            {
                ReadMember(request, member);
            }
        }

        ToolReader.ReadChoice(root.Member("tool_choice"u8), request);
        request.Reasoning = ReadReasoning(root.Member("thinking"u8), root.Member("output_config"u8));
        return request;
    }

    private static void ReadMember(ChatRequest request, JsonProperty member)
    {
        var value = member.Value;
        switch (member.Name)
        {
            case "model":
                request.Model = value.Text() ?? throw Wrong("model", "a string");
                break;
            case "max_tokens":
                request.MaxOutputTokens = value.Count() ?? throw Wrong("max_tokens", "a whole number");
                break;
            case "stream":
                request.Stream = value.Flag() ?? throw Wrong("stream", "true or false");
                break;
            case "temperature":
                request.Temperature = value.Number() ?? throw Wrong("temperature", "a number");
                break;
            case "top_p":
                request.TopP = value.Number() ?? throw Wrong("top_p", "a number");
                break;
            case "top_k":
                request.TopK = value.Count() ?? throw Wrong("top_k", "a whole number");
                break;
            case "stop_sequences":
                ReadStops(value, request);
                break;
            case "tools":
                ToolReader.Read(value, request);
                break;
            case "mcp_servers":
                ToolReader.ReadServers(value, request);
                break;
            case "metadata":
                request.User = value.Text("user_id"u8);
                break;
            case "service_tier":
                request.ServiceTier = value.Text();
                break;
            case "output_format":
                request.Format ??= ReadFormat(value);
                break;
            case "output_config":
                request.Format = ReadFormat(value.Member("format"u8)) ?? request.Format;
                break;
            case "system" or "messages" or "tool_choice" or "thinking" or "betas":
                break;
            default:
                request.Extras.Add(new HubMember(member.Name, value));
                break;
        }
    }

    private static void ReadStops(JsonElement value, ChatRequest request)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            throw Wrong("stop_sequences", "an array of strings");
        }

        foreach (var stop in value.EnumerateArray())
        {
            request.Stop.Add(stop.Text() ?? throw Wrong("stop_sequences", "an array of strings"));
        }
    }

    private static void ReadSystem(JsonElement system, BlockReader blocks, ChatRequest request)
    {
        var parts = new List<ContentPart>();
        switch (system.ValueKind)
        {
            case JsonValueKind.Undefined:
                return;
            case JsonValueKind.String:
                parts.Add(new TextPart(system.Text()!));
                break;
            case JsonValueKind.Array:
                foreach (var block in system.EnumerateArray())
                {
                    var part = blocks.Read(block, $"system[{parts.Count}]");
                    if (part is not TextPart text || !text.Text.StartsWith(BillingNote, StringComparison.Ordinal))
                    {
                        parts.Add(part);
                    }
                }

                break;
            default:
                throw Wrong("system", "a string or an array of text blocks");
        }

        if (parts.Count > 0)
        {
            request.Messages.Add(new ChatMessage(ChatRole.System) { Parts = parts });
        }
    }

    private static void ReadMessages(JsonElement messages, BlockReader blocks, ChatRequest request)
    {
        if (messages.ValueKind is not JsonValueKind.Array)
        {
            throw Wrong("messages", "an array of objects");
        }

        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            ReadMessage(message, $"messages[{index++}]", blocks, request);
        }
    }

    private static void ReadMessage(JsonElement message, string path, BlockReader blocks, ChatRequest request)
    {
        var parts = new List<ContentPart>();
        var content = message.Member("content"u8);
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                parts.Add(new TextPart(content.Text()!));
                break;
            case JsonValueKind.Array:
                foreach (var block in content.EnumerateArray())
                {
                    parts.Add(blocks.Read(block, $"{path}.content[{parts.Count}]"));
                }

                break;
            default:
                throw Wrong(path + ".content", "a string or an array of content blocks");
        }

        switch (message.Text("role"u8))
        {
            case "user":
                AddUser(parts, request);
                break;
            case "assistant":
                request.Messages.Add(new ChatMessage(ChatRole.Assistant) { Parts = parts });
                break;
            case "system":
                request.Messages.Add(new ChatMessage(ChatRole.System) { Parts = parts });
                break;
            default:
                throw Wrong(path + ".role", "'user' or 'assistant'");
        }
    }

    /// <summary>Results of tools stand in the user's turns here; in the hub they have messages of their own, before what the user says.</summary>
    private static void AddUser(List<ContentPart> parts, ChatRequest request)
    {
        var results = parts.FindAll(static part => part is ToolResultPart);
        if (results.Count > 0)
        {
            request.Messages.Add(new ChatMessage(ChatRole.Tool) { Parts = results });
            parts = parts.FindAll(static part => part is not ToolResultPart);
        }

        if (parts.Count > 0 || results.Count == 0)
        {
            request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = parts });
        }
    }

    private static ReasoningRequest? ReadReasoning(JsonElement thinking, JsonElement config)
    {
        var effort = config.Text("effort"u8);
        if (thinking.ValueKind is not JsonValueKind.Object)
        {
            return effort is null ? null : new ReasoningRequest { Effort = effort };
        }

        return new ReasoningRequest
        {
            Mode = thinking.Text("type"u8) switch
            {
                "enabled" => ReasoningMode.Enabled,
                "disabled" => ReasoningMode.Disabled,
                "adaptive" => ReasoningMode.Adaptive,
                _ => throw Wrong("thinking.type", "'enabled', 'disabled' or 'adaptive'"),
            },
            BudgetTokens = thinking.Member("budget_tokens"u8).Count(),
            Effort = effort,
            IncludeThoughts = thinking.Text("display"u8) switch
            {
                "summarized" => true,
                "omitted" => false,
                _ => null,
            },
        };
    }

    private static AnswerFormat? ReadFormat(JsonElement format) => format.Text("type"u8) is "json_schema"
        ? new AnswerFormat
        {
            Kind = AnswerFormatKind.JsonSchema,
            Schema = format.Member("schema"u8) is { ValueKind: JsonValueKind.Object } schema ? schema : throw Wrong("output_format.schema", "an object"),
        }
        : null;

    private static WireException Wrong(string name, string right) => new($"{name}: Input should be {right}.", name);
}
