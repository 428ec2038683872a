using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Ollama;

/// <summary>Answers of both operations: text stands in <c>message.content</c> or <c>response</c>.</summary>
internal static class OllamaAnswer
{
    public static ChatResponse Read(JsonElement root)
    {
        var message = root.Member("message"u8);
        var text = message.Text("content"u8) ?? root.Text("response"u8);
        if (text is null && message.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The answer has neither message nor response.");
        }

        var thoughts = ThoughtsOf(root, message);
        if (thoughts is null)
        {
            (thoughts, text) = ThinkTags.Split(text ?? "");
        }

        var choice = new ChatChoice(0) { NativeStop = root.Text("done_reason"u8) };
        if (thoughts.Length > 0)
        {
            choice.Parts.Add(new ThinkingPart(thoughts, null));
        }

        if (text is { Length: > 0 })
        {
            choice.Parts.Add(new TextPart(text));
        }

        foreach (var (name, arguments) in CallsOf(message))
        {
            choice.Parts.Add(new ToolCallPart(PlainChat.NewCallId(), name, arguments));
        }

        choice.Stop = StopOf(choice.NativeStop, choice.Parts.Any(static part => part is ToolCallPart));
        return new ChatResponse { Model = root.Text("model"u8), Usage = UsageOf(root), Choices = { choice } };
    }

    /// <summary>The calls of a message.</summary>
    public static List<(string Name, string Arguments)> CallsOf(JsonElement message)
    {
        var calls = new List<(string Name, string Arguments)>();
        if (message.Member("tool_calls"u8) is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var call in list.EnumerateArray())
            {
                var function = call.Member("function"u8);
                var arguments = function.Member("arguments"u8);
                calls.Add((function.Text("name"u8) ?? "", arguments.Text() ?? SpacedJson.Of(arguments)));
            }
        }

        return calls;
    }

    public static string? ThoughtsOf(JsonElement root, JsonElement message)
        => message.Text("thinking"u8) is { Length: > 0 } thoughts ? thoughts : root.Text("thinking"u8) is { Length: > 0 } generated ? generated : null;

    /// <summary>Counts; null unless both are there: Ollama leaves out that of a prompt which it has in its cache.</summary>
    public static TokenUsage? UsageOf(JsonElement root) => PlainChat.Usage(root.Member("prompt_eval_count"u8).Count(), root.Member("eval_count"u8).Count());

    public static StopReason StopOf(string? native, bool calls) => calls ? StopReason.ToolCalls : native is "length" ? StopReason.Length : StopReason.Stop;
}

/// <summary>Reads a stream of lines.</summary>
internal sealed class OllamaStreamReader : JsonChunkReader
{
    private readonly ThinkTags _tags = new();
    private int _calls;
    private bool _started;

    protected override ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events)
    {
        if (!_started)
        {
            _started = true;
            events.Add(new ChatEvent(ChatEventKind.Start));
        }

        var message = root.Member("message"u8);
        if (OllamaAnswer.ThoughtsOf(root, message) is { } thoughts)
        {
            events.Add(ChatEvent.OfThinking(thoughts));
        }

        AddText(_tags.Take(message.Text("content"u8) ?? root.Text("response"u8) ?? ""), events);
        foreach (var (name, arguments) in OllamaAnswer.CallsOf(message))
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = _calls, Id = PlainChat.NewCallId(), Name = name });
            events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = _calls++, Text = arguments });
        }

        if (root.Member("done"u8).Flag() is not true)
        {
            return ChunkAction.Forward;
        }

        AddText(_tags.End(), events);
        if (OllamaAnswer.UsageOf(root) is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }

        var reason = root.Text("done_reason"u8);
        events.Add(ChatEvent.OfFinish(OllamaAnswer.StopOf(reason, _calls > 0), reason));
        return ChunkAction.Done;
    }

    private static void AddText((string Thoughts, string Answer) text, ICollection<ChatEvent> events)
    {
        if (text.Thoughts.Length > 0)
        {
            events.Add(ChatEvent.OfThinking(text.Thoughts));
        }

        if (text.Answer.Length > 0)
        {
            events.Add(ChatEvent.OfText(text.Answer));
        }
    }
}
