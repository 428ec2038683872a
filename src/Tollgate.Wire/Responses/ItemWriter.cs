using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>A conversation as instructions and a flat list of items.</summary>
internal static class ItemWriter
{
    /// <summary>Writes <c>instructions</c> and <c>input</c>.</summary>
    public static void Write(ChatRequest request, Utf8JsonWriter json)
    {
        var first = WriteInstructions(request, json);
        json.WriteStartArray("input"u8);
        for (var i = first; i < request.Messages.Count; i++)
        {
            WriteMessage(request.Messages[i], json);
        }

        json.WriteEndArray();
    }

    /// <summary>What the conversation opens with in the operator's voice, as far as it is text.</summary>
    /// <returns>The first message that is not said by it.</returns>
    private static int WriteInstructions(ChatRequest request, Utf8JsonWriter json)
    {
        var text = new StringBuilder();
        var i = 0;
        while (i < request.Messages.Count && IsInstruction(request.Messages[i]))
        {
            foreach (var part in request.Messages[i].Parts)
            {
                text.Append(text.Length == 0 ? "" : "\n").Append(((TextPart)part).Text);
            }

            i++;
        }

        if (text.Length > 0)
        {
            json.WriteString("instructions"u8, text.ToString());
        }

        return i;
    }

    private static bool IsInstruction(ChatMessage message)
        => message.Role is ChatRole.System or ChatRole.Developer && message.Parts.All(static part => part is TextPart);

    private static void WriteMessage(ChatMessage message, Utf8JsonWriter json)
    {
        switch (message.Role)
        {
            case ChatRole.Assistant:
                WriteAssistant(message, json);
                break;
            case ChatRole.Tool:
                foreach (var part in message.Parts)
                {
                    if (part is ToolResultPart result)
                    {
                        WriteResult(result, json);
                    }
                }

                break;
            default:
                WriteOther(message, json);
                break;
        }
    }

    private static void WriteOther(ChatMessage message, Utf8JsonWriter json)
    {
        foreach (var part in message.Parts)
        {
            if (part is OpaquePart { Origin: Surface.Responses } opaque && IsItem(opaque))
            {
                json.WriteElement(opaque.Raw);
            }
        }

        if (!message.Parts.Any(IsContent))
        {
            return;
        }

        OpenMessage(message.Role switch { ChatRole.System => "system"u8, ChatRole.Developer => "developer"u8, _ => "user"u8 }, json);
        foreach (var part in message.Parts)
        {
            WriteInput(part, json);
        }

        CloseMessage(json);
    }

    /// <summary>Thoughts, words and calls in the order in which they came; words that follow each other are one item.</summary>
    private static void WriteAssistant(ChatMessage message, Utf8JsonWriter json)
    {
        var isOpen = false;
        foreach (var part in message.Parts)
        {
            if (part is TextPart or RefusalPart || part is OpaquePart { Origin: Surface.Responses } inner && !IsItem(inner))
            {
                if (!isOpen)
                {
                    OpenMessage("assistant"u8, json);
                    isOpen = true;
                }

                WriteOutput(part, json);
                continue;
            }

            if (isOpen)
            {
                CloseMessage(json);
                isOpen = false;
            }

            WriteAssistantItem(part, json);
        }

        if (isOpen)
        {
            CloseMessage(json);
        }
    }

    private static void WriteAssistantItem(ContentPart part, Utf8JsonWriter json)
    {
        switch (part)
        {
            case ToolCallPart call:
                json.WriteStartObject();
                json.WriteString("type"u8, call.Kind is ToolKind.Custom ? "custom_tool_call"u8 : "function_call"u8);
                json.WriteString("call_id"u8, call.Id);
                json.WriteString("name"u8, ToolNames.ForWire(call.Name));
                json.WriteString(call.Kind is ToolKind.Custom ? "input"u8 : "arguments"u8, call.Arguments);
                json.WriteEndObject();
                break;
            case ThinkingPart { Signature: { } seal } when ReasoningCarrier.ItemIn(seal) is { ValueKind: JsonValueKind.Object } item:
                json.WriteElement(item);
                break;
            case RedactedThinkingPart redacted when ReasoningCarrier.ItemIn(redacted.Data) is { ValueKind: JsonValueKind.Object } item:
                json.WriteElement(item);
                break;
            case OpaquePart { Origin: Surface.Responses } opaque:
                json.WriteElement(opaque.Raw);
                break;
            default:
                break;
        }
    }

    private static void WriteResult(ToolResultPart result, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, result.Kind is ToolKind.Custom ? "custom_tool_call_output"u8 : "function_call_output"u8);
        json.WriteString("call_id"u8, result.CallId);
        if (result.Content.All(static part => part is TextPart))
        {
            json.WriteString("output"u8, string.Join('\n', result.Content.Select(static part => ((TextPart)part).Text)));
        }
        else
        {
            json.WriteStartArray("output"u8);
            foreach (var part in result.Content)
            {
                WriteInput(part, json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteOutput(ContentPart part, Utf8JsonWriter json)
    {
        if (part is OpaquePart opaque)
        {
            json.WriteElement(opaque.Raw);
            return;
        }

        json.WriteStartObject();
        if (part is RefusalPart refusal)
        {
            json.WriteString("type"u8, "refusal"u8);
            json.WriteString("refusal"u8, refusal.Text);
        }
        else
        {
            json.WriteString("type"u8, "output_text"u8);
            json.WriteString("text"u8, ((TextPart)part).Text);
        }

        json.WriteEndObject();
    }

    private static void WriteInput(ContentPart part, Utf8JsonWriter json)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(text.Text, json);
                break;
            case RefusalPart refusal:
                WriteText(refusal.Text, json);
                break;
            case ImagePart image:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_image"u8);
                json.WriteGiven("file_id"u8, image.Source.FileId);
                json.WriteGiven("image_url"u8, image.Source.AsUrl());
                json.WriteGiven("detail"u8, image.Detail);
                json.WriteEndObject();
                break;
            case DocumentPart document:
                WriteDocument(document, json);
                break;
            case AudioPart audio:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                json.WriteString("data"u8, audio.Source.Base64.Span);
                json.WriteString("format"u8, MediaTypes.FormatOf(audio.Source.MediaType ?? "audio/wav"));
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case OpaquePart { Origin: Surface.Responses } opaque when !IsItem(opaque):
                json.WriteElement(opaque.Raw);
                break;
            default:
                break;
        }
    }

    private static void WriteDocument(DocumentPart document, Utf8JsonWriter json)
    {
        if (document.Source.Text is { } words)
        {
            WriteText(document.Title is null ? words : document.Title + "\n" + words, json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "input_file"u8);
        if (document.Source.FileId is { } file)
        {
            json.WriteString("file_id"u8, file);
        }
        else if (document.Source.Url is { } url)
        {
            json.WriteString("file_url"u8, url);
        }
        else
        {
            // The upstream tells the kind of a file by its name, and refuses one without.
            json.WriteString("filename"u8, document.Title ?? "document." + MediaTypes.FormatOf(document.Source.MediaType ?? "application/pdf"));
            json.WriteGiven("file_data"u8, document.Source.AsUrl());
        }

        json.WriteEndObject();
    }

    private static void WriteText(string text, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "input_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private static void OpenMessage(ReadOnlySpan<byte> role, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, role);
        json.WriteStartArray("content"u8);
    }

    private static void CloseMessage(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool IsContent(ContentPart part) => part is not OpaquePart opaque || (opaque.Origin is Surface.Responses && !IsItem(opaque));

    /// <summary>Content of a message begins with what it is for; anything else is an item of its own.</summary>
    private static bool IsItem(OpaquePart part) => !part.Kind.StartsWith("input_", StringComparison.Ordinal)
        && !part.Kind.StartsWith("output_", StringComparison.Ordinal);
}
