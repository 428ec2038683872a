using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Anthropic;

/// <summary>Writes whole answers for Anthropic's clients (08-bridges.md 5.2).</summary>
internal static class ResponseWriter
{
    /// <summary>Writes an answer.</summary>
    public static void Write(ChatResponse response, AnswerView view, Utf8JsonWriter json)
    {
        var choice = response.Choices.Count > 0 ? response.Choices[0] : new ChatChoice(0);
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(response.Id, view));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, view.Model);
        json.WriteStartArray("content"u8);
        var written = 0;
        foreach (var part in choice.Parts)
        {
            written += WriteBlock(json, part) ? 1 : 0;
        }

        if (written == 0)
        {
            WriteText(json, "", []);
        }

        json.WriteEndArray();
        json.WriteString("stop_reason"u8, MessagesStops.Write(choice.Stop, choice.Parts.Any(static part => part is ToolCallPart)));
        json.WriteString("stop_sequence"u8, choice.Stop is StopReason.StopSequence ? choice.StopSequence : null);
        json.WritePropertyName("usage"u8);
        MessagesUsage.Write(json, response.Usage ?? default, withTotal: !view.HidesTotal);
        foreach (var extra in response.Extras)
        {
            if (extra.Name is "container" or "context_management")
            {
                json.WritePropertyName(extra.Name);
                json.WriteElement(extra.Value);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The id for a client: the upstream's own where it looks like Anthropic's.</summary>
    public static string IdOf(string? id, AnswerView view)
        => id is not null && id.StartsWith("msg_", StringComparison.Ordinal) ? id : "msg_" + view.NewId();

    /// <summary>Writes a text block.</summary>
    public static void WriteText(Utf8JsonWriter json, string text, IReadOnlyList<Citation> citations)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        if (citations.Count > 0)
        {
            json.WriteStartArray("citations"u8);
            foreach (var citation in citations)
            {
                BlockWriter.WriteCitation(json, citation);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static bool WriteBlock(Utf8JsonWriter json, ContentPart part)
    {
        switch (part)
        {
            case TextPart { Text.Length: > 0 } text:
                WriteText(json, text.Text, text.Citations);
                return true;
            case RefusalPart { Text.Length: > 0 } refusal:
                WriteText(json, refusal.Text, []);
                return true;
            case AudioPart { Transcript: { Length: > 0 } transcript }:
                WriteText(json, transcript, []);
                return true;
            case ThinkingPart thinking when thinking.Text.Length > 0 || thinking.Signature is not null:
                BlockWriter.WriteThinking(json, thinking.Text, thinking.Signature);
                return true;
            case RedactedThinkingPart redacted:
                BlockWriter.WriteRedacted(json, redacted.Data);
                return true;
            case ToolCallPart call:
                WriteCall(json, call);
                return true;
            case OpaquePart { Origin: Surface.Messages } opaque:
                json.WriteElement(opaque.Raw);
                return true;
            default:
                return false;
        }
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCallPart call)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, ThoughtIds.Join(call.Id, call.Signature));
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("input"u8);
        var members = new JsonMembers();
        var bytes = Encoding.UTF8.GetBytes(call.Arguments);
        if (JsonScanner.Scan(bytes, members).IsNone && members.RootKind is JsonKind.Object)
        {
            json.WriteRawValue(bytes, skipInputValidation: true);
        }
        else
        {
            // The model's writing was broken; a client cannot read an answer that is no JSON.
            json.WriteStartObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
