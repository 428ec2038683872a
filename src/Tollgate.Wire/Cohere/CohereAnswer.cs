using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Cohere;

/// <summary>Whole answers of Cohere's second version, and what streams share with them.</summary>
internal static class CohereAnswer
{
    public static ChatResponse Read(JsonElement root)
    {
        var message = root.Member("message"u8);
        if (message.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The answer has no message.");
        }

        var native = root.Text("finish_reason"u8);
        var choice = new ChatChoice(0) { NativeStop = native };
        ReadContent(message.Member("content"u8), choice.Parts);
        var citations = CitationsOf(message.Member("citations"u8));
        if (!choice.Parts.Any(static part => part is TextPart) && message.Text("tool_plan"u8) is { Length: > 0 } plan)
        {
            // COMPAT: the plan is shown where there is no text, as LiteLLM does (07-native-others.md section 9.1).
            choice.Parts.Add(new TextPart(plan));
        }

        Cite(choice.Parts, citations);
        ReadCalls(message.Member("tool_calls"u8), choice.Parts);
        if (native is "ERROR" && choice.Parts.Count == 0)
        {
            throw new WireException("The provider gave up without an answer.");
        }

        choice.Stop = StopOf(native, choice.Parts.Any(static part => part is ToolCallPart));
        var response = new ChatResponse { Id = root.Text("id"u8), Usage = UsageOf(root.Member("usage"u8)), Choices = { choice } };
        if (citations.Count > 0)
        {
            response.Extras.Add(new HubMember("citations", message.Member("citations"u8)));
        }

        return response;
    }

    public static StopReason StopOf(string? native, bool calls) => native switch
    {
        "MAX_TOKENS" => StopReason.Length,
        "ERROR_TOXIC" => StopReason.ContentFilter,
        _ when calls => StopReason.ToolCalls,
        "STOP_SEQUENCE" => StopReason.StopSequence,
        "TOOL_CALL" => StopReason.ToolCalls,
        _ => StopReason.Stop,
    };

    public static TokenUsage? UsageOf(JsonElement usage)
    {
        var tokens = usage.Member("tokens"u8);
        return PlainChat.Usage(
            tokens.Member("input_tokens"u8).Count(), tokens.Member("output_tokens"u8).Count(), usage.Member("cached_tokens"u8).Count() ?? 0);
    }

    /// <summary>One citation: the place in the text, and the first source that has a name.</summary>
    public static Citation CitationOf(JsonElement json)
    {
        string? url = null;
        string? title = null;
        if (json.Member("sources"u8) is { ValueKind: JsonValueKind.Array } sources)
        {
            foreach (var source in sources.EnumerateArray())
            {
                var document = source.Member("document"u8);
                url ??= document.Text("url"u8) ?? document.Text("id"u8) ?? source.Text("id"u8);
                title ??= document.Text("title"u8);
            }
        }

        return new Citation
        {
            Url = url,
            Title = title,
            CitedText = json.Text("text"u8),
            Start = OffsetOf(json.Member("start"u8)),
            End = OffsetOf(json.Member("end"u8)),
            Raw = json,
            RawOrigin = Surface.CohereChat,
        };
    }

    private static int? OffsetOf(JsonElement json) => json.Count() is { } offset and <= int.MaxValue ? (int)offset : null;

    private static void ReadContent(JsonElement content, IList<ContentPart> parts)
    {
        if (content.ValueKind is JsonValueKind.String)
        {
            parts.Add(new TextPart(content.Text()!));
        }
        else if (content.ValueKind is JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                if (part.Text("thinking"u8) is { } thoughts)
                {
                    parts.Add(new ThinkingPart(thoughts, null));
                }
                else if (part.Text("text"u8) is { } text)
                {
                    parts.Add(new TextPart(text));
                }
            }
        }
    }

    private static void ReadCalls(JsonElement calls, IList<ContentPart> parts)
    {
        if (calls.ValueKind is JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                var function = call.Member("function"u8);
                parts.Add(new ToolCallPart(
                    call.Text("id"u8) ?? PlainChat.NewCallId(), function.Text("name"u8) ?? "", function.Text("arguments"u8) ?? "{}"));
            }
        }
    }

    private static List<Citation> CitationsOf(JsonElement citations)
        => citations.ValueKind is JsonValueKind.Array ? [.. citations.EnumerateArray().Select(CitationOf)] : [];

    private static void Cite(IList<ContentPart> parts, List<Citation> citations)
    {
        for (var i = 0; i < parts.Count && citations.Count > 0; i++)
        {
            if (parts[i] is TextPart text)
            {
                parts[i] = text with { Citations = citations };
                return;
            }
        }
    }
}
