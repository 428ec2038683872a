using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Ollama;

/// <summary>
/// Requests of Ollama said otherwise: tools as instructions for models that know none, and one operation in the words of the other for servers
/// that have only that (06-local-selfhosted.md sections 1.1 and 1.5).
/// </summary>
public static class OllamaDetours
{
    /// <summary>True for a request that brings tools.</summary>
    public static bool HasTools(ReadOnlySpan<byte> request) => request.IndexOf("\"tools\":["u8) >= 0;

    /// <summary>
    /// What <c>/api/show</c> says of a model's tools; null when it says nothing. Newer servers list what models can, older ones show the template.
    /// </summary>
    public static bool? KnowsTools(JsonElement model)
    {
        if (model.Member("capabilities"u8) is { ValueKind: JsonValueKind.Array } list)
        {
            return list.EnumerateArray().Any(static item => item.Text() is "tools");
        }

        return model.Text("template"u8) is { Length: > 0 } template ? template.Contains("tools", StringComparison.OrdinalIgnoreCase) : null;
    }

    /// <summary>A chat's request whose tools are described in words; the answer comes whole, as JSON.</summary>
    public static byte[] WithoutTools(JsonElement request) => Written(json =>
    {
        json.WriteStartObject();
        foreach (var member in request.EnumerateObject())
        {
            if (member.Name is "messages")
            {
                WriteMessages(member.Value, request.Member("tools"u8), json);
            }
            else if (member.Name is not ("tools" or "format" or "stream"))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        json.WriteString("format"u8, "json"u8);
        json.WriteBoolean("stream"u8, false);
        json.WriteEndObject();
    });

    /// <summary>The answer to such a request, with the call that its text asks for as a call; null where it is no answer of a chat.</summary>
    public static byte[]? WithCalls(JsonElement answer)
    {
        if (answer.Member("message"u8).Text("content"u8) is not { } content)
        {
            return null;
        }

        using var said = Parse(content);
        return Written(json =>
        {
            json.WriteStartObject();
            foreach (var member in answer.EnumerateObject())
            {
                if (member.Name is "message")
                {
                    WriteAnswer(content, said?.RootElement ?? default, json);
                }
                else
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        });
    }

    /// <summary>A chat's request as one to generate; null where it has tools, which only chats know.</summary>
    public static byte[]? AsGenerate(JsonElement request)
    {
        if (request.Member("messages"u8) is not { ValueKind: JsonValueKind.Array } messages || request.Member("tools"u8).IsGiven())
        {
            return null;
        }

        var conversation = new ChatRequest { Origin = Surface.OllamaChat };
        foreach (var message in messages.EnumerateArray())
        {
            var role = message.Text("role"u8) switch
            {
                "system" => ChatRole.System,
                "assistant" => ChatRole.Assistant,
                _ => ChatRole.User,
            };
            conversation.Messages.Add(new ChatMessage(role) { Parts = [new TextPart(message.Text("content"u8) ?? "")] });
        }

        var (system, prompt) = Prompts.SystemAndPrompt(conversation, PromptTemplate.Generic);
        return Written(json =>
        {
            json.WriteStartObject();
            WriteOthers(request, json);
            json.WriteGiven("system"u8, system);
            json.WriteString("prompt"u8, prompt);
            var images = messages.EnumerateArray().Select(static message => message.Member("images"u8)).Where(static list => list.ValueKind is JsonValueKind.Array)
                .SelectMany(static list => list.EnumerateArray()).ToList();
            if (images.Count > 0)
            {
                json.WriteStartArray("images"u8);
                images.ForEach(json.WriteElement);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }

    /// <summary>A request to generate as a chat's; null where it says what only generating knows.</summary>
    public static byte[]? AsChat(JsonElement request)
    {
        if (request.Text("prompt"u8) is not { } prompt || request.Member("raw"u8).IsGiven() || request.Member("template"u8).IsGiven()
            || request.Member("suffix"u8).IsGiven() || request.Member("context"u8).IsGiven())
        {
            return null;
        }

        return Written(json =>
        {
            json.WriteStartObject();
            WriteOthers(request, json);
            json.WriteStartArray("messages"u8);
            if (request.Text("system"u8) is { } system)
            {
                WriteMessage(json, "system", system);
                json.WriteEndObject();
            }

            WriteMessage(json, "user", prompt);
            if (request.Member("images"u8) is { ValueKind: JsonValueKind.Array } images)
            {
                json.WriteElement("images"u8, images);
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteOthers(JsonElement request, Utf8JsonWriter json)
    {
        foreach (var member in request.EnumerateObject())
        {
            if (member.Name is not ("messages" or "prompt" or "system" or "images"))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }
    }

    private static void WriteMessages(JsonElement messages, JsonElement tools, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        WriteMessage(
            json,
            "system",
            "Answer with one JSON object and nothing else. To call a function: {\"name\": \"<function>\", \"arguments\": {\"<parameter>\": <value>}}. To answer "
            + "without a function: {\"answer\": \"<text>\"}. The functions: " + Encoding.UTF8.GetString(tools.Bytes()));
        json.WriteEndObject();
        foreach (var message in messages.EnumerateArray())
        {
            var calls = OllamaAnswer.CallsOf(message);
            if (calls.Count > 0)
            {
                // As the model itself would have said it.
                WriteMessage(json, "assistant", string.Join('\n', calls.Select(static call => $"{{\"name\": {Encoding.UTF8.GetString(JsonText.Quote(call.Name))}, \"arguments\": {call.Arguments}}}")));
                json.WriteEndObject();
            }
            else if (message.Text("role"u8) is "tool")
            {
                WriteMessage(json, "user", $"Result of {message.Text("tool_name"u8) ?? "the function"}: {message.Text("content"u8)}");
                json.WriteEndObject();
            }
            else
            {
                json.WriteElement(message);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteAnswer(string content, JsonElement said, Utf8JsonWriter json)
    {
        json.WritePropertyName("message"u8);
        var isCall = said.Text("name"u8) is { Length: > 0 } && said.Member("arguments"u8).ValueKind is JsonValueKind.Object;
        WriteMessage(json, "assistant", isCall ? "" : said.Text("answer"u8) ?? content);
        if (isCall)
        {
            json.WriteStartArray("tool_calls"u8);
            json.WriteStartObject();
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, said.Text("name"u8));
            json.WriteElement("arguments"u8, said.Member("arguments"u8));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Begins a message; its brace stays open.</summary>
    private static void WriteMessage(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, content);
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            // The model did not do as it was told: its words are the answer.
            return null;
        }
    }

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, HubJson.Writing))
        {
            write(json);
        }

        return bytes.WrittenSpan.ToArray();
    }
}
