using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Gemini;

/// <summary>Writes <c>systemInstruction</c> and <c>contents</c>. One instance a request.</summary>
internal sealed class ContentsWriter(ChatRequest request, TargetModel target, GeminiModel model)
{
    /// <summary>Google's word for "there is no signature, do not ask": <c>skip_thought_signature_validator</c> in base64.</summary>
    private static readonly byte[] NoSignature = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="u8.ToArray();

    private readonly Dictionary<string, string> _namesById = new(StringComparer.Ordinal);

    /// <summary>Writes both members.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var system = request.Messages.Where(static message => message.Role is ChatRole.System or ChatRole.Developer).ToList();
        var foldsSystem = target.Can("system_messages") is false;
        if (system.Count > 0 && !foldsSystem)
        {
            json.WriteStartObject("systemInstruction"u8);
            json.WriteStartArray("parts"u8);
            WriteTexts(system, json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        var turns = Turns(foldsSystem);
        json.WriteStartArray("contents"u8);
        if (turns.Count == 0)
        {
            // Google wants something to answer to.
            WriteTurn([new ChatMessage(ChatRole.User) { Parts = [new TextPart(" ")] }], "user"u8, isLast: true, json);
        }

        for (var i = 0; i < turns.Count; i++)
        {
            WriteTurn(turns[i], turns[i][0].Role is ChatRole.Assistant ? "model"u8 : "user"u8, i == turns.Count - 1, json);
        }

        json.WriteEndArray();
    }

    /// <summary>Messages that become one turn: those of the model, and those of everybody else, merged where they follow each other.</summary>
    private List<List<ChatMessage>> Turns(bool foldsSystem)
    {
        var turns = new List<List<ChatMessage>>();
        foreach (var message in request.Messages)
        {
            if (message.Parts.Count == 0 || (!foldsSystem && message.Role is ChatRole.System or ChatRole.Developer))
            {
                continue;
            }

            if (turns.Count > 0 && turns[^1][0].Role is ChatRole.Assistant == message.Role is ChatRole.Assistant)
            {
                turns[^1].Add(message);
            }
            else
            {
                turns.Add([message]);
            }
        }

        return turns;
    }

    private void WriteTurn(List<ChatMessage> messages, ReadOnlySpan<byte> role, bool isLast, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteStartArray("parts"u8);
        var isModel = messages[0].Role is ChatRole.Assistant;
        var hasText = false;
        var hasCall = false;
        foreach (var part in messages.SelectMany(static message => message.Parts))
        {
            hasText |= part is TextPart or ToolResultPart or RefusalPart or OpaquePart;
            WritePart(json, part, isModel, ref hasCall);
        }

        if (isLast && !isModel && SchemaInWords() is { } words)
        {
            WriteText(json, words);
        }
        else if (!hasText && !isModel)
        {
            // A turn of media alone is refused by some models.
            WriteText(json, " ");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePart(Utf8JsonWriter json, ContentPart part, bool isModel, ref bool hasCall)
    {
        switch (part)
        {
            case TextPart text:
                json.WriteStartObject();
                json.WriteString("text"u8, text.Text);
                json.WriteGiven("thoughtSignature"u8, text.Signature);
                json.WriteEndObject();
                break;
            case ThinkingPart { Text.Length: > 0 } thinking:
                WriteThought(json, thinking);
                break;
            case RefusalPart refusal:
                WriteText(json, refusal.Text);
                break;
            case ToolCallPart call:
                WriteCall(json, call, isFirst: !hasCall);
                hasCall = true;
                break;
            case ToolResultPart result:
                WriteResult(json, result);
                break;
            case OpaquePart { Origin: Surface.GenerateContent } opaque:
                json.WriteElement(opaque.Raw);
                break;
            default:
                MediaWriter.TryWrite(json, part, isModel ? default : model);
                break;
        }
    }

    private void WriteThought(Utf8JsonWriter json, ThinkingPart thinking)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, thinking.Text);
        json.WriteBoolean("thought"u8, true);
        if (request.Origin is Surface.GenerateContent)
        {
            // From any other client it may be another provider's.
            json.WriteGiven("thoughtSignature"u8, thinking.Signature);
        }

        json.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter json, ToolCallPart call, bool isFirst)
    {
        var name = ToolNames.ForWire(call.Name);
        _namesById[call.Id] = name;
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        json.WriteString("name"u8, name);
        json.WritePropertyName("args"u8);
        WriteArguments(json, call);
        json.WriteEndObject();
        if (call.Signature is { Length: > 0 } signature)
        {
            json.WriteString("thoughtSignature"u8, signature);
        }
        else if (model.HasLevels && isFirst)
        {
            json.WriteString("thoughtSignature"u8, NoSignature);
        }

        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, ToolCallPart call)
    {
        var arguments = call.Kind is ToolKind.Custom ? CustomInput.Wrap(call.Arguments) : call.Arguments;
        var text = arguments.AsSpan().Trim();
        if (text.IsEmpty || text is "null")
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else if (text[0] != '{' || !json.WriteJsonText(arguments))
        {
            throw new WireException($"The arguments of the call of tool '{call.Name}' are not a JSON object.", "messages");
        }
    }

    private void WriteResult(Utf8JsonWriter json, ToolResultPart result)
    {
        var name = (result.Name is { Length: > 0 } given ? ToolNames.ForWire(given) : null) ?? _namesById.GetValueOrDefault(result.CallId)
            ?? throw new WireException($"Missing corresponding tool call for tool response message. Received - tool_call_id={result.CallId}.", "messages");
        var media = result.Content.Where(static part => MediaWriter.SourceOf(part) is not null).ToList();
        json.WriteStartObject();
        json.WriteStartObject("functionResponse"u8);
        json.WriteString("name"u8, name);
        json.WritePropertyName("response"u8);
        WriteResponse(json, result);
        if (model.HasLevels && media.Count > 0)
        {
            json.WriteStartArray("parts"u8);
            WriteMedia(json, media);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (!model.HasLevels)
        {
            WriteMedia(json, media);
        }
    }

    private void WriteMedia(Utf8JsonWriter json, List<ContentPart> media)
    {
        foreach (var part in media)
        {
            MediaWriter.TryWrite(json, part, model);
        }
    }

    /// <summary>An object as it is; anything else becomes one, which is what Google takes.</summary>
    private static void WriteResponse(Utf8JsonWriter json, ToolResultPart result)
    {
        var text = string.Concat(result.Content.OfType<TextPart>().Select(static part => part.Text));
        if (!result.IsError && text.AsSpan().TrimStart() is ['{', ..] && IsObject(text))
        {
            json.WriteJsonText(text);
            return;
        }

        json.WriteStartObject();
        json.WriteString(result.IsError ? "error"u8 : "content"u8, text);
        json.WriteEndObject();
    }

    private static bool IsObject(string text)
    {
        var members = new Json.JsonMembers();
        return Json.JsonScanner.Scan(Encoding.UTF8.GetBytes(text), members).IsNone && members.RootKind is Json.JsonKind.Object;
    }

    /// <summary>The schema as a sentence, for models that take it in no other way; null for all others.</summary>
    private string? SchemaInWords() => request.Format is { Kind: AnswerFormatKind.JsonSchema, Schema: { } schema } && !GenerationConfigWriter.TakesSchema(target)
        ? $"Answer with JSON only, by this schema:\n```json\n{schema.GetRawText()}\n```" : null;

    private static void WriteTexts(List<ChatMessage> messages, Utf8JsonWriter json)
    {
        foreach (var part in messages.SelectMany(static message => message.Parts))
        {
            if (part is TextPart text)
            {
                WriteText(json, text.Text);
            }
            else if (part is OpaquePart { Origin: Surface.GenerateContent } opaque)
            {
                json.WriteElement(opaque.Raw);
            }
        }
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}
