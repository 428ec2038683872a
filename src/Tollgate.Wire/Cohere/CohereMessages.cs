using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;

namespace Tollgate.Wire.Cohere;

/// <summary>Conversations in Cohere's second version.</summary>
internal static class CohereMessages
{
    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            if (message.Role is ChatRole.Tool)
            {
                foreach (var result in message.Parts.OfType<ToolResultPart>())
                {
                    json.WriteStartObject();
                    json.WriteString("role"u8, "tool"u8);
                    json.WriteString("tool_call_id"u8, result.CallId);
                    json.WriteString("content"u8, PlainChat.TextOf(result.Content));
                    json.WriteEndObject();
                }

                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, PlainChat.RoleOf(message.Role));
            WriteContent(message, json);
            WriteCalls(message, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Documents of all messages: the dialect has one list of them for the whole conversation.</summary>
    public static void WriteDocuments(ChatRequest request, Utf8JsonWriter json)
    {
        var documents = request.Messages.SelectMany(static message => message.Parts).OfType<DocumentPart>().ToList();
        if (documents.Count == 0 || PlainChat.OwnParameters(request).Any(static extra => extra.Name is "documents"))
        {
            return;
        }

        json.WriteStartArray("documents"u8);
        foreach (var document in documents)
        {
            json.WriteStartObject();
            json.WriteStartObject("data"u8);
            json.WriteGiven("title"u8, document.Title);
            json.WriteString(
                "text"u8, document.Source.Text ?? throw new WireException("Cohere takes documents as text only: a document must be given as text."));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteContent(ChatMessage message, Utf8JsonWriter json)
    {
        var calls = message.Parts.Any(static part => part is ToolCallPart);
        if (!message.Parts.Any(static part => part is ImagePart or ThinkingPart { Text.Length: > 0 }))
        {
            var text = PlainChat.TextOf(message.Parts.Where(static part => part is not DocumentPart));
            if (text.Length > 0 || !calls)
            {
                json.WriteString("content"u8, text);
            }

            return;
        }

        json.WriteStartArray("content"u8);
        foreach (var part in message.Parts)
        {
            WritePart(part, json);
        }

        json.WriteEndArray();
    }

    private static void WritePart(ContentPart part, Utf8JsonWriter json)
    {
        switch (part)
        {
            case TextPart or RefusalPart:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, PlainChat.TextOf([part]));
                json.WriteEndObject();
                break;
            case ThinkingPart { Text.Length: > 0 } thinking:
                json.WriteStartObject();
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, thinking.Text);
                json.WriteEndObject();
                break;
            case ImagePart image:
                json.WriteStartObject();
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                json.WriteString("url"u8, image.Source.AsUrl());
                json.WriteGiven("detail"u8, image.Detail);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            default:
                break;
        }
    }

    private static void WriteCalls(ChatMessage message, Utf8JsonWriter json)
    {
        if (!message.Parts.Any(static part => part is ToolCallPart))
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var call in message.Parts.OfType<ToolCallPart>())
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, FunctionTools.ArgumentsOf(call));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
