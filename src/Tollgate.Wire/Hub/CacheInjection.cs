using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>Marks the places of a prompt that the operator wants cached: in the hub, and in bodies that are relayed without it.</summary>
public static class CacheInjection
{
    /// <summary>Marks them in a request. Marks of the client stay; beyond <see cref="CachePoint.MostInRequest"/> none are added.</summary>
    public static void Apply(ChatRequest request, ImmutableArray<CachePoint> points)
    {
        // Anthropic's clients count their messages without the system prompt, which stands apart.
        var first = request.Origin is Surface.Messages or Surface.GenerateContent
            ? request.Messages.TakeWhile(static message => message.Role is ChatRole.System or ChatRole.Developer).Count() : 0;
        var left = CachePoint.MostInRequest - request.Tools.Count(static tool => tool.Cache is not null)
            - request.Messages.Sum(static message => message.Parts.Count(static part => part.Cache is not null));
        foreach (var point in points)
        {
            if (point.IsTools && left > 0 && request.Tools.Count > 0 && request.Tools[^1].Cache is null)
            {
                request.Tools[^1] = request.Tools[^1] with { Cache = point.Hint };
                left--;
            }

            var start = point.Index is null ? 0 : first;
            var roles = request.Messages.Skip(start).Select(static message => message.Role is ChatRole.Tool ? "tool" : PlainChat.RoleOf(message.Role)).ToList();
            foreach (var at in point.Of(roles))
            {
                left -= left > 0 && TryMark(request.Messages[start + at], point.Hint) ? 1 : 0;
            }
        }
    }

    /// <summary>Marks them in the body of a client of OpenAI's chat or of Anthropic's messages.</summary>
    /// <returns>The body with the marks; null when nothing is to be marked.</returns>
    public static byte[]? Apply(ReadOnlyMemory<byte> body, Surface surface, ImmutableArray<CachePoint> points)
    {
        try
        {
            return Marked(body, surface, points);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Nested too deeply for the parser, or half a character: whoever answers will say so.
            return null;
        }
    }

    private static byte[]? Marked(ReadOnlyMemory<byte> body, Surface surface, ImmutableArray<CachePoint> points)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.Member("messages"u8) is not { ValueKind: JsonValueKind.Array } messages)
        {
            return null;
        }

        var marks = Marks(root, messages, surface, points);
        if (marks.Count == 0)
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in root.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                switch (member.Name)
                {
                    case "messages":
                        WriteMessages(messages, marks, json);
                        break;
                    case "system" when marks.TryGetValue(CacheBlocks.System, out var hint):
                        CacheBlocks.WriteContent(member.Value, hint, json);
                        break;
                    case "tools" when marks.TryGetValue(CacheBlocks.Tools, out var hint):
                        CacheBlocks.WriteList(member.Value, hint, json);
                        break;
                    default:
                        json.WriteElement(member.Value);
                        break;
                }
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static bool TryMark(ChatMessage message, CacheHint hint)
    {
        for (var i = message.Parts.Count - 1; i >= 0; i--)
        {
            if (message.Parts[i] is not (ThinkingPart or RedactedThinkingPart or OpaquePart or TextPart { Text.Length: 0 }))
            {
                var isNew = message.Parts[i].Cache is null;
                message.Parts[i] = message.Parts[i] with { Cache = message.Parts[i].Cache ?? hint };
                return isNew;
            }
        }

        return false;
    }

    private static Dictionary<int, CacheHint> Marks(JsonElement root, JsonElement messages, Surface surface, ImmutableArray<CachePoint> points)
    {
        var roles = messages.EnumerateArray().Select(static message => message.Text("role"u8) is "developer" ? "system" : message.Text("role"u8) ?? "").ToList();
        var left = CachePoint.MostInRequest - CacheBlocks.CountIn(root);
        var marks = new Dictionary<int, CacheHint>();
        foreach (var point in points)
        {
            IEnumerable<int> places = point.IsTools ? [CacheBlocks.Tools]
                : surface is Surface.Messages && point is { Index: null, Role: "system" } ? [CacheBlocks.System]
                : point.Of(roles);
            foreach (var place in places)
            {
                if (left > 0 && CacheBlocks.CanMark(root, messages, place) && marks.TryAdd(place, point.Hint))
                {
                    left--;
                }
            }
        }

        return marks;
    }

    private static void WriteMessages(JsonElement messages, Dictionary<int, CacheHint> marks, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        var at = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (marks.TryGetValue(at++, out var hint))
            {
                json.WriteStartObject();
                foreach (var member in message.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    if (member.NameEquals("content"u8))
                    {
                        CacheBlocks.WriteContent(member.Value, hint, json);
                    }
                    else
                    {
                        json.WriteElement(member.Value);
                    }
                }

                json.WriteEndObject();
            }
            else
            {
                json.WriteElement(message);
            }
        }

        json.WriteEndArray();
    }
}

/// <summary>Content with marks, in the form that OpenAI's chat and Anthropic's messages share.</summary>
internal static class CacheBlocks
{
    /// <summary>Stands for the system prompt among numbers of messages.</summary>
    public const int System = -1;

    /// <summary>Stands for the tools among numbers of messages.</summary>
    public const int Tools = -2;

    /// <summary>How many marks there are already.</summary>
    public static int CountIn(JsonElement json)
    {
        var count = 0;
        if (json.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                count += member.NameEquals("cache_control"u8) ? 1 : CountIn(member.Value);
            }
        }
        else if (json.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                count += CountIn(item);
            }
        }

        return count;
    }

    /// <summary>True when there is something at a place that can bear a mark, and has none.</summary>
    public static bool CanMark(JsonElement root, JsonElement messages, int place)
    {
        var content = place switch
        {
            System => root.Member("system"u8),
            Tools => root.Member("tools"u8),
            _ => messages[place].Member("content"u8),
        };
        return content.Text() is { Length: > 0 } ? place is not Tools
            : content.ValueKind is JsonValueKind.Array && LastOf(content) is { } last && !content[last].Member("cache_control"u8).IsGiven();
    }

    /// <summary>Writes a text as a list of one block, or a list, with a mark at its end.</summary>
    public static void WriteContent(JsonElement content, CacheHint hint, Utf8JsonWriter json)
    {
        if (content.Text() is not { } text)
        {
            WriteList(content, hint, json);
            return;
        }

        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        WriteMark(hint, json);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>Writes a list with a mark on the last object that can bear one.</summary>
    public static void WriteList(JsonElement list, CacheHint hint, Utf8JsonWriter json)
    {
        var last = LastOf(list);
        json.WriteStartArray();
        var at = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (at++ != last)
            {
                json.WriteElement(item);
                continue;
            }

            json.WriteStartObject();
            foreach (var member in item.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }

            WriteMark(hint, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Thoughts and empty texts are refused with a mark.</summary>
    private static int? LastOf(JsonElement list)
    {
        for (var i = list.GetArrayLength() - 1; i >= 0; i--)
        {
            if (list[i].ValueKind is JsonValueKind.Object && list[i].Text("type"u8) is not ("thinking" or "redacted_thinking")
                && list[i].Text("text"u8) is not "")
            {
                return i;
            }
        }

        return null;
    }

    private static void WriteMark(CacheHint hint, Utf8JsonWriter json)
    {
        json.WriteStartObject("cache_control"u8);
        json.WriteString("type"u8, "ephemeral"u8);
        json.WriteGiven("ttl"u8, hint.TimeToLive);
        json.WriteEndObject();
    }
}
