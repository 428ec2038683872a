using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>An upstream's whole answer: the response of 08-bridges.md section 3.</summary>
internal static class AnswerReader
{
    /// <summary>Reads one.</summary>
    public static ChatResponse Read(JsonElement root, ReadOnlyMemory<byte> body)
    {
        if (root.Member("output"u8).ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer has no output.", "output");
        }

        var choice = new ChatChoice(0);
        foreach (var item in Items.Of(root, "output"u8))
        {
            ReadItem(item, body, choice);
        }

        (choice.Stop, choice.NativeStop) = StopOf(root, choice.Parts.Any(static part => part is ToolCallPart));
        var response = new ChatResponse
        {
            Id = root.Text("id"u8),
            Model = root.Text("model"u8),
            Created = root.Member("created_at"u8).Count(),
            ServiceTier = root.Text("service_tier"u8),
            Usage = UsageOf(root),
        };
        response.Choices.Add(choice);
        return response;
    }

    /// <summary>Usage of a response object; null when it has none.</summary>
    public static TokenUsage? UsageOf(JsonElement response)
    {
        var usage = response.Member("usage"u8);
        if (usage.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var read = ToolUses.AddTo(TokenUsage.Read(usage.Bytes(), 0), response.Bytes(), 0);
        var tier = response.Member("service_tier"u8);
        return read.Tier is ServiceTier.Unstated && tier.IsGiven() ? read with { Tier = ServiceTiers.Read(tier.Bytes()) } : read;
    }

    /// <summary>Why a response ended.</summary>
    public static (StopReason Stop, string? Native) StopOf(JsonElement response, bool hasCalls)
    {
        var reason = response.Member("incomplete_details"u8).Text("reason"u8);
        return reason switch
        {
            "max_output_tokens" => (StopReason.Length, null),
            "content_filter" => (StopReason.ContentFilter, null),
            _ when response.Text("status"u8) is "incomplete" => (StopReason.Length, reason),
            _ => (hasCalls ? StopReason.ToolCalls : StopReason.Stop, null),
        };
    }

    /// <summary>The thoughts of a reasoning item; null when there is nothing in it to show or to keep.</summary>
    public static ContentPart? ThoughtsOf(JsonElement item)
    {
        var text = ReasoningText.Of(item);

        // Without its seal an item is no use to a provider that has not stored it, and breaks the call at any other deployment.
        var seal = item.Text("encrypted_content"u8) is { Length: > 0 } ? ReasoningCarrier.OfItem(item) : null;
        return text.Length > 0 ? new ThinkingPart(text, seal) : seal is null ? null : new RedactedThinkingPart(seal);
    }

    /// <summary>A part of an answer that comes whole: images, and what no other dialect has.</summary>
    public static ContentPart WholePart(JsonElement item, string type, ReadOnlyMemory<byte> body)
    {
        var result = item.Member("result"u8);
        return type is "image_generation_call" && result.ValueKind is JsonValueKind.String
            ? new ImagePart(MediaSource.FromBase64("image/" + (item.Text("output_format"u8) ?? "png"), HubJson.SliceOf(body, result)))
            : new OpaquePart(Surface.Responses, type, item.Clone());
    }

    /// <summary>An annotation of a text.</summary>
    public static Citation CitationOf(JsonElement annotation) => new()
    {
        Url = annotation.Text("url"u8),
        Title = annotation.Text("title"u8) ?? annotation.Text("filename"u8),
        Start = (int?)annotation.Member("start_index"u8).Count(),
        End = (int?)annotation.Member("end_index"u8).Count(),
        Raw = annotation.Clone(),
        RawOrigin = Surface.Responses,
    };

    /// <summary>Log probabilities in the form of chat completions; null for none.</summary>
    public static JsonElement? LogProbsOf(JsonElement list)
    {
        if (list.ValueKind is not JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return null;
        }

        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write("{\"content\":"u8);
        bytes.Write(list.Bytes());
        bytes.Write("}"u8);
        using var document = JsonDocument.Parse(bytes.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void ReadItem(JsonElement item, ReadOnlyMemory<byte> body, ChatChoice choice)
    {
        switch (item.Text("type"u8))
        {
            case "message":
                foreach (var part in Items.Of(item, "content"u8))
                {
                    ReadContent(part, choice);
                }

                break;
            case "reasoning":
                if (ThoughtsOf(item) is { } thoughts)
                {
                    choice.Parts.Add(thoughts);
                }

                break;
            case "function_call" or "custom_tool_call":
                choice.Parts.Add(CallOf(item));
                break;
            case { } type:
                choice.Parts.Add(WholePart(item, type, body));
                break;
            default:
                throw new WireException("An item of the output has no type.", "output");
        }
    }

    private static ToolCallPart CallOf(JsonElement item)
    {
        var isCustom = item.Text("type"u8) is "custom_tool_call";
        var id = item.Text("call_id"u8) ?? item.Text("id"u8) ?? throw new WireException("A call of the output has no call_id.", "output");
        var arguments = isCustom ? item.Text("input"u8) : item.Text("arguments"u8);
        return new ToolCallPart(id, item.Text("name"u8) ?? "", arguments ?? "") { Kind = isCustom ? ToolKind.Custom : ToolKind.Function };
    }

    private static void ReadContent(JsonElement part, ChatChoice choice)
    {
        if (part.Text("type"u8) is "refusal")
        {
            choice.Parts.Add(new RefusalPart(part.Text("refusal"u8) ?? ""));
            return;
        }

        if (part.Text("text"u8) is not { } text)
        {
            return;
        }

        List<Citation>? citations = null;
        foreach (var annotation in Items.Of(part, "annotations"u8))
        {
            (citations ??= []).Add(CitationOf(annotation));
        }

        choice.Parts.Add(new TextPart(text) { Citations = citations ?? (IReadOnlyList<Citation>)[] });
        choice.LogProbs ??= LogProbsOf(part.Member("logprobs"u8));
    }
}
