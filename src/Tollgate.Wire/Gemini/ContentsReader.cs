using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Gemini;

/// <summary>Reads <c>contents</c>. Calls without ids get some, and results find the calls they belong to. One instance a request.</summary>
internal sealed class ContentsReader(ChatRequest request, ReadOnlyMemory<byte> body)
{
    private readonly List<(string Id, string Name)> _open = [];
    private int _calls;

    /// <summary>Reads the turns.</summary>
    public void Read(JsonElement contents)
    {
        if (contents.Text() is { } text)
        {
            request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = [new TextPart(text)] });
            return;
        }

        var at = 0;
        foreach (var content in contents.Items())
        {
            ReadContent(content, string.Create(CultureInfo.InvariantCulture, $"contents[{at++}]"));
        }
    }

    private void ReadContent(JsonElement content, string place)
    {
        if (content.Text() is { } text)
        {
            request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = [new TextPart(text)] });
            return;
        }

        if (content.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException($"Invalid value for '{place}': expected an object.", place);
        }

        var role = content.Text("role"u8) switch
        {
            "model" or "assistant" => ChatRole.Assistant,
            "system" => ChatRole.System,
            null or "" or "user" or "function" or "tool" => ChatRole.User,
            var other => throw new WireException($"Invalid value for '{place}.role': '{other}'. Expected user or model.", $"{place}.role"),
        };
        var parts = new List<ContentPart>();
        var at = 0;
        foreach (var part in content.Member("parts"u8).Items())
        {
            ReadPart(part, role, parts, string.Create(CultureInfo.InvariantCulture, $"{place}.parts[{at++}]"));
        }

        Close(role, parts);
    }

    private void ReadPart(JsonElement part, ChatRole role, List<ContentPart> parts, string place)
    {
        if (part.Member("functionResponse"u8, "function_response"u8) is { ValueKind: JsonValueKind.Object } response)
        {
            // Results stand in messages of their own; what comes before them in the turn was said before.
            Close(role, parts);
            Append(ChatRole.Tool, ReadResult(response, place));
            return;
        }

        if (part.Member("functionCall"u8, "function_call"u8) is { ValueKind: JsonValueKind.Object } call)
        {
            parts.Add(ReadCall(call, part.Text("thoughtSignature"u8, "thought_signature"u8), place));
            return;
        }

        parts.Add(PartReader.Read(part, body, place));
    }

    private void Close(ChatRole role, List<ContentPart> parts)
    {
        if (parts.Count > 0)
        {
            request.Messages.Add(new ChatMessage(role) { Parts = [.. parts] });
            parts.Clear();
        }
    }

    private void Append(ChatRole role, ContentPart part)
    {
        if (request.Messages.Count > 0 && request.Messages[^1].Role == role)
        {
            request.Messages[^1].Parts.Add(part);
        }
        else
        {
            request.Messages.Add(new ChatMessage(role) { Parts = new List<ContentPart> { part } });
        }
    }

    private ToolCallPart ReadCall(JsonElement call, string? signature, string place)
    {
        var name = call.Text("name"u8) is { Length: > 0 } given ? given
            : throw new WireException($"'{place}.functionCall' needs a name.", $"{place}.functionCall.name");
        var id = call.Text("id"u8) is { Length: > 0 } own ? own : NewId(name);
        _open.Add((id, name));
        var arguments = call.Member("args"u8);
        return new ToolCallPart(id, name, arguments.IsGiven() ? arguments.GetRawText() : "{}") { Signature = signature };
    }

    // COMPAT: none. LiteLLM's call_<name> is the same for repeated calls of one tool (08-bridges.md section 6).
    private string NewId(string name) => string.Create(CultureInfo.InvariantCulture, $"call_{name}_{_calls++}");

    private ToolResultPart ReadResult(JsonElement response, string place)
    {
        var name = response.Text("name"u8) ?? throw new WireException($"'{place}.functionResponse' needs a name.", $"{place}.functionResponse.name");
        var given = response.Text("id"u8);

        // By id where there is one, else the earliest call of that name that has no result yet.
        var at = _open.FindIndex(call => string.IsNullOrEmpty(given)
            ? string.Equals(call.Name, name, StringComparison.Ordinal) : string.Equals(call.Id, given, StringComparison.Ordinal));
        var id = at >= 0 ? _open[at].Id : string.IsNullOrEmpty(given) ? NewId(name) : given;
        if (at >= 0)
        {
            _open.RemoveAt(at);
        }

        var content = new List<ContentPart>();
        var (text, isError) = ResponseOf(response.Member("response"u8));
        content.Add(new TextPart(text));
        foreach (var part in response.Member("parts"u8).Items())
        {
            content.Add(PartReader.Read(part, body, $"{place}.functionResponse.parts"));
        }

        return new ToolResultPart(id) { Name = name, Content = content, IsError = isError };
    }

    /// <summary>The object as JSON text; the text itself where the object is nothing but its wrapping.</summary>
    private static (string Text, bool IsError) ResponseOf(JsonElement response)
    {
        if (response.ValueKind is not JsonValueKind.Object)
        {
            return (response.IsGiven() ? response.Text() ?? response.GetRawText() : "", false);
        }

        using var members = response.EnumerateObject();
        if (members.MoveNext())
        {
            var only = members.Current;
            if (!members.MoveNext() && only.Value.Text() is { } text)
            {
                if (only.NameEquals("content"u8))
                {
                    return (text, false);
                }

                if (only.NameEquals("error"u8))
                {
                    return (text, true);
                }
            }
        }

        return (response.GetRawText(), false);
    }
}
