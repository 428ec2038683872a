using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Bedrock;

/// <summary>Writes the conversation: two roles that take turns, results of tools in the user's.</summary>
internal sealed class ConverseMessages(ChatRequest request, TargetModel target, ConverseTraits traits, ConverseNames names, Utf8JsonWriter json)
{
    /// <summary>What stands for nothing where Bedrock refuses nothing.</summary>
    private const string Placeholder = ".";

    private const string Continue = "Please continue.";

    private readonly ConverseMedia _media = new(json);

    /// <summary>True for text that a guardrail is to look at, which chat clients mark by a part of its own.</summary>
    public static bool IsGuarded(ContentPart part) => part is OpaquePart { Kind: "guarded_text" } opaque && opaque.Raw.Text("text"u8) is not null;

    /// <summary>Writes <c>system</c>; nothing when there are no instructions.</summary>
    public void WriteSystem()
    {
        var parts = request.Messages.Where(static message => message.Role is ChatRole.System or ChatRole.Developer)
            .SelectMany(static message => message.Parts).Where(static part => part is TextPart { Text.Length: > 0 } || IsGuarded(part)).ToList();
        if (parts.Count == 0)
        {
            return;
        }

        json.WriteStartArray("system"u8);
        foreach (var part in parts)
        {
            WritePart(part);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>messages</c>.</summary>
    public void Write()
    {
        var turns = Turns();
        if (turns.Count == 0 || turns[0].IsAssistant)
        {
            if (!target.ModifyParams)
            {
                throw new WireException(
                    "A conversation must start with a user message. With litellm_settings.modify_params: true the gateway puts one in.", "messages");
            }

            turns.Insert(0, new Turn(IsAssistant: false, [new TextPart(Continue)]));
        }

        if (turns[^1].IsAssistant)
        {
            TrimEnd(turns[^1].Parts);
        }

        json.WriteStartArray("messages"u8);
        foreach (var turn in turns)
        {
            WriteTurn(turn);
        }

        json.WriteEndArray();
    }

    private void WriteTurn(Turn turn)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, turn.IsAssistant ? "assistant"u8 : "user"u8);
        json.WriteStartArray("content"u8);
        if (turn.Parts.Count == 0 && target.ModifyParams)
        {
            WriteText(Placeholder);
        }

        foreach (var part in turn.Parts)
        {
            WritePart(part);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Neighbours of the same role are one turn; an assistant that has said nothing is none.</summary>
    private List<Turn> Turns()
    {
        var turns = new List<Turn>();
        foreach (var message in request.Messages)
        {
            if (message.Role is ChatRole.System or ChatRole.Developer)
            {
                continue;
            }

            var isAssistant = message.Role is ChatRole.Assistant;
            var parts = message.Parts.Where(IsSaid).ToList();
            if (isAssistant && parts.Count == 0)
            {
                continue;
            }

            if (turns.Count == 0 || turns[^1].IsAssistant != isAssistant)
            {
                turns.Add(new Turn(isAssistant, []));
            }

            turns[^1].Add(isAssistant ? [.. parts.Where(IsThought), .. parts.Where(static part => !IsThought(part))] : parts);
        }

        return turns;
    }

    private static bool IsThought(ContentPart part) => part is ThinkingPart or RedactedThinkingPart;

    private bool IsSaid(ContentPart part) => part switch
    {
        TextPart text => text.Text.Length > 0,
        RefusalPart refusal => refusal.Text.Length > 0,
        ThinkingPart thinking => traits.Family is ModelFamily.Claude && thinking.Signature is { Length: > 0 },
        RedactedThinkingPart => traits.Family is ModelFamily.Claude,
        OpaquePart opaque => opaque.Origin is Surface.Converse || IsGuarded(opaque),
        AudioPart => traits.Family is ModelFamily.Nova2,
        VideoPart => traits.IsNova,
        ImagePart image => image.Source.FileId is null,
        DocumentPart document => document.Source.FileId is null,
        _ => true,
    };

    /// <summary>Models that go on where the assistant has begun refuse white space at its end.</summary>
    private static void TrimEnd(List<ContentPart> parts)
    {
        if (parts[^1] is TextPart text && text.Text.Length > 0 && char.IsWhiteSpace(text.Text[^1]))
        {
            var rest = text.Text.TrimEnd();
            if (rest.Length == 0 && parts.Count > 1)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (rest.Length > 0)
            {
                parts[^1] = text with { Text = rest };
            }
        }
    }

    private void WritePart(ContentPart part)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(text.Text);
                break;
            case RefusalPart refusal:
                WriteText(refusal.Text);
                break;
            case ThinkingPart or RedactedThinkingPart:
                WriteThought(part);
                break;
            case ToolCallPart call:
                WriteCall(call);
                break;
            case ToolResultPart result:
                WriteResult(result);
                break;
            case OpaquePart opaque when IsGuarded(opaque):
                WriteGuarded(opaque);
                break;
            case OpaquePart opaque:
                json.WriteElement(opaque.Raw);
                break;
            default:
                _media.Write(part);
                break;
        }

        WriteCachePoint(part.Cache);
    }

    private void WriteText(string text)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private void WriteThought(ContentPart part)
    {
        json.WriteStartObject();
        json.WriteStartObject("reasoningContent"u8);
        if (part is ThinkingPart thinking)
        {
            json.WriteStartObject("reasoningText"u8);
            json.WriteString("text"u8, thinking.Text);
            json.WriteGiven("signature"u8, thinking.Signature);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("redactedContent"u8, ((RedactedThinkingPart)part).Data);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call)
    {
        json.WriteStartObject();
        json.WriteStartObject("toolUse"u8);
        json.WriteString("toolUseId"u8, ConverseNames.CallId(call.Id));
        json.WriteString("name"u8, names.Safe(call.Name));
        json.WritePropertyName("input"u8);
        WriteInput(call);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteInput(ToolCallPart call)
    {
        if (call.Kind is ToolKind.Custom)
        {
            json.WriteJsonText(CustomInput.Wrap(call.Arguments));
        }
        else if (call.Arguments.AsSpan().TrimStart().StartsWith("{"))
        {
            if (!json.WriteJsonText(call.Arguments) && !target.ModifyParams)
            {
                throw new WireException($"Unable to convert openai tool calls: the arguments of '{call.Name}' are no JSON object.", "messages");
            }
        }
        else if (target.ModifyParams || call.Arguments.AsSpan().Trim() is "" or "null")
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else
        {
            throw new WireException($"Unable to convert openai tool calls: the arguments of '{call.Name}' are no JSON object.", "messages");
        }
    }

    private void WriteResult(ToolResultPart result)
    {
        json.WriteStartObject();
        json.WriteStartObject("toolResult"u8);
        json.WriteString("toolUseId"u8, ConverseNames.CallId(result.CallId));
        json.WriteStartArray("content"u8);
        var written = false;
        CacheHint? cache = null;
        foreach (var part in result.Content)
        {
            cache ??= part.Cache;
            if (part is TextPart { Text.Length: > 0 } text)
            {
                WriteText(text.Text);
                written = true;
            }
            else if (part is ImagePart or DocumentPart or VideoPart && IsSaid(part))
            {
                _media.Write(part);
                written = true;
            }
        }

        if (!written)
        {
            // A result must hold something; a tool that returned nothing returned this.
            WriteText(" ");
        }

        json.WriteEndArray();
        if (result.IsError)
        {
            json.WriteString("status"u8, "error"u8);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        WriteCachePoint(result.Cache is null ? cache : null);
    }

    private void WriteGuarded(OpaquePart opaque)
    {
        json.WriteStartObject();
        json.WriteStartObject("guardContent"u8);
        json.WriteStartObject("text"u8);
        json.WriteString("text"u8, opaque.Raw.Text("text"u8));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteCachePoint(CacheHint? hint)
    {
        if (hint is not null && traits.CachePoints)
        {
            WriteCachePoint(json, hint, traits);
        }
    }

    /// <summary>Writes the place up to which the prompt is cached.</summary>
    public static void WriteCachePoint(Utf8JsonWriter json, CacheHint hint, in ConverseTraits traits)
    {
        json.WriteStartObject();
        json.WriteStartObject("cachePoint"u8);
        json.WriteString("type"u8, "default"u8);
        if (hint.TimeToLive is "5m" or "1h" && traits.IsClaude45)
        {
            json.WriteString("ttl"u8, hint.TimeToLive);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private sealed record Turn(bool IsAssistant, List<ContentPart> Parts)
    {
        /// <summary>More of the turn; a second result for the same call is left out, Bedrock refuses it.</summary>
        public void Add(IEnumerable<ContentPart> more)
        {
            foreach (var part in more)
            {
                if (part is not ToolResultPart result
                    || !Parts.Exists(known => known is ToolResultPart other && string.Equals(other.CallId, result.CallId, StringComparison.Ordinal)))
                {
                    Parts.Add(part);
                }
            }
        }
    }
}
