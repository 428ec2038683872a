using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Cohere;

/// <summary>Reads a stream of Cohere's second version: events that name their type.</summary>
internal sealed class CohereStreamReader : JsonChunkReader
{
    private int _calls;

    protected override bool IsError(JsonElement root) => root.Text("type"u8) is null && (base.IsError(root) || root.Text("message"u8) is not null);

    protected override ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events)
    {
        var delta = root.Member("delta"u8);
        var message = delta.Member("message"u8);
        switch (root.Text("type"u8))
        {
            case "message-start":
                events.Add(new ChatEvent(ChatEventKind.Start) { Id = root.Text("id"u8) });
                break;
            case "content-start" or "content-delta":
                ReadContent(message.Member("content"u8), events);
                break;
            case "tool-plan-delta":
                AddText(message.Text("tool_plan"u8), events);
                break;
            case "tool-call-start":
                StartCall(message.Member("tool_calls"u8), events);
                break;
            case "tool-call-delta":
                AddArguments(message.Member("tool_calls"u8).Member("function"u8).Text("arguments"u8), events);
                break;
            case "content-end" or "tool-call-end":
                events.Add(new ChatEvent(ChatEventKind.BlockEnd));
                break;
            case "citation-start":
                if (message.Member("citations"u8) is { ValueKind: JsonValueKind.Object } citation)
                {
                    events.Add(new ChatEvent(ChatEventKind.Citation) { Citation = CohereAnswer.CitationOf(citation) });
                }

                break;
            case "message-end":
                return End(delta, events);
            default:
                break;
        }

        return ChunkAction.Forward;
    }

    private static void ReadContent(JsonElement content, ICollection<ChatEvent> events)
    {
        if (content.Text("thinking"u8) is { Length: > 0 } thoughts)
        {
            events.Add(ChatEvent.OfThinking(thoughts));
        }

        AddText(content.Text("text"u8), events);
    }

    private static void AddText(string? text, ICollection<ChatEvent> events)
    {
        if (text is { Length: > 0 })
        {
            events.Add(ChatEvent.OfText(text));
        }
    }

    private void StartCall(JsonElement call, ICollection<ChatEvent> events)
    {
        var function = call.Member("function"u8);
        events.Add(new ChatEvent(ChatEventKind.ToolCallStart)
        {
            Index = _calls++,
            Id = call.Text("id"u8) ?? PlainChat.NewCallId(),
            Name = function.Text("name"u8) ?? "",
        });
        AddArguments(function.Text("arguments"u8), events);
    }

    private void AddArguments(string? arguments, ICollection<ChatEvent> events)
    {
        if (arguments is { Length: > 0 } && _calls > 0)
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = _calls - 1, Text = arguments });
        }
    }

    private ChunkAction End(JsonElement delta, ICollection<ChatEvent> events)
    {
        if (delta.Text("error"u8) is { Length: > 0 })
        {
            return ChunkAction.Error;
        }

        if (CohereAnswer.UsageOf(delta.Member("usage"u8)) is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }

        var native = delta.Text("finish_reason"u8);
        events.Add(ChatEvent.OfFinish(CohereAnswer.StopOf(native, _calls > 0), native));
        return ChunkAction.Done;
    }
}
