using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>
/// Turns the flat list of items into turns: what the assistant thought, said and called between two turns of others is one message.
/// One instance a request.
/// </summary>
internal sealed class ItemReader(ChatRequest request, ReadOnlyMemory<byte> body)
{
    private readonly Dictionary<string, ToolCallPart> _calls = new(StringComparer.Ordinal);
    private ChatMessage? _assistant;
    private ChatMessage? _results;

    /// <summary>Reads a list of items.</summary>
    /// <param name="items">The list; anything else holds none.</param>
    /// <param name="name">Its name, for messages.</param>
    public void Read(JsonElement items, string name)
    {
        var i = 0;
        foreach (var item in Items.Of(items))
        {
            Take(item, $"{name}[{i}]");
            i++;
        }
    }

    private void Take(JsonElement item, string path)
    {
        if (item.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException($"{path} must be an object.", path);
        }

        var type = item.Text("type"u8) ?? (item.Member("role"u8).IsGiven() ? "message" : null);
        switch (type)
        {
            case "message":
                TakeMessage(item, path);
                break;
            case "function_call":
                TakeCall(item, path, ToolKind.Function, item.Text("arguments"u8) ?? "");
                break;
            case "custom_tool_call":
                TakeCall(item, path, ToolKind.Custom, item.Text("input"u8) ?? "");
                break;
            case "function_call_output" or "custom_tool_call_output":
                TakeResult(item, path, type is "custom_tool_call_output" ? ToolKind.Custom : ToolKind.Function);
                break;
            case "reasoning":
                TakeReasoning(item);
                break;
            case "mcp_call":
                TakeServerCall(item);
                break;
            case null:
                throw new WireException($"{path}.type is missing.", path + ".type");
            default:
                TakeOther(item, type);
                break;
        }
    }

    private void TakeMessage(JsonElement item, string path)
    {
        var role = item.Text("role"u8) switch
        {
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "system" => ChatRole.System,
            "developer" => ChatRole.Developer,
            _ => throw new WireException($"{path}.role must be 'user', 'assistant', 'system' or 'developer'.", path + ".role"),
        };
        var parts = role is ChatRole.Assistant ? AssistantText().Parts : Other(role).Parts;
        ContentReader.Read(item.Member("content"u8), body, role is ChatRole.Assistant, path + ".content", parts);
    }

    private void TakeCall(JsonElement item, string path, ToolKind kind, string arguments)
    {
        var given = item.Text("call_id"u8) ?? item.Text("id"u8)
            ?? throw new WireException($"{path}.call_id is missing.", path + ".call_id");
        var (id, signature) = ThoughtIds.Split(given);
        var name = ToolGroups.NameIn(item) ?? throw new WireException($"{path}.name is missing.", path + ".name");
        var call = new ToolCallPart(id, name, arguments) { Kind = kind, Signature = signature };
        if (_calls.TryAdd(id, call))
        {
            Assistant().Parts.Add(call);
        }
    }

    private void TakeResult(JsonElement item, string path, ToolKind kind)
    {
        var given = item.Text("call_id"u8) ?? throw new WireException($"{path}.call_id is missing.", path + ".call_id");
        var (id, _) = ThoughtIds.Split(given);
        if (!_calls.TryGetValue(id, out var call) && request.PreviousResponseId is null)
        {
            throw new WireException($"No tool call found for function call output with call_id {given}.", path + ".call_id");
        }

        var content = new List<ContentPart>();
        ContentReader.Read(item.Member("output"u8), body, isAssistant: false, path + ".output", content);
        AddResult(new ToolResultPart(id) { Name = call?.Name, Content = content, Kind = call?.Kind ?? kind });
    }

    private void AddResult(ToolResultPart result)
    {
        if (_results is null)
        {
            _results = new ChatMessage(ChatRole.Tool);
            request.Messages.Add(_results);
        }

        _assistant = null;
        _results.Parts.Add(result);
    }

    private void TakeReasoning(JsonElement item)
    {
        if (ReasoningCarrier.BlocksIn(item.Text("encrypted_content"u8)) is { } blocks)
        {
            foreach (var block in blocks)
            {
                Assistant().Parts.Add(block);
            }

            return;
        }

        // What another provider sealed is of no use to this one; what the thoughts were in words may be.
        if (ReasoningText.Of(item) is { Length: > 0 } text)
        {
            Assistant().Parts.Add(new ThinkingPart(text, null));
        }
    }

    /// <summary>A call that the provider made at an MCP server stands as a call and its result for who has no such thing.</summary>
    private void TakeServerCall(JsonElement item)
    {
        if (item.Text("id"u8) is not { } id || item.Text("name"u8) is not { } name || !_calls.TryAdd(id, new ToolCallPart(id, name, "")))
        {
            return;
        }

        Assistant().Parts.Add(new ToolCallPart(id, name, item.Text("arguments"u8) ?? ""));
        var error = item.Member("error"u8);
        var text = item.Text("output"u8) ?? error.Text() ?? error.Text("message"u8) ?? "";
        AddResult(new ToolResultPart(id) { Name = name, Content = [new TextPart(text)], IsError = error.IsGiven() });
    }

    private void TakeOther(JsonElement item, string type)
    {
        var isOthers = type.EndsWith("_output", StringComparison.Ordinal) || type is "mcp_approval_response";
        (isOthers ? Other(ChatRole.User) : Assistant()).Parts.Add(new OpaquePart(Surface.Responses, type, item));
    }

    private ChatMessage Other(ChatRole role)
    {
        _assistant = null;
        _results = null;
        var message = new ChatMessage(role);
        request.Messages.Add(message);
        return message;
    }

    private ChatMessage Assistant()
    {
        _results = null;
        if (_assistant is null)
        {
            _assistant = new ChatMessage(ChatRole.Assistant);
            request.Messages.Add(_assistant);
        }

        return _assistant;
    }

    /// <summary>Two messages of the assistant in a row stay two.</summary>
    private ChatMessage AssistantText()
    {
        if (_assistant is { Parts: [.., TextPart or RefusalPart] })
        {
            _assistant = null;
        }

        return Assistant();
    }
}
