using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Cohere;

/// <summary>Cohere's chat, version 1 (07-native-others.md section 9.2), as upstream.</summary>
internal sealed class CohereChatV1Codec() : TextCodec(
    Surface.CohereChatV1, "Cohere Chat v1", Feature.TopK, Feature.Seed, Feature.FrequencyPenalty, Feature.PresencePenalty, Feature.Tools)
{
    public override IFrameSplitter SplitStream() => new NdjsonSplitter();

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, request.Stream);
        WriteConversation(request, json);
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("p"u8, request.TopP);
        json.WriteGiven("k"u8, request.TopK);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presence_penalty"u8, request.PresencePenalty);
        PlainChat.WriteTexts(json, "stop_sequences"u8, request.Stop);
        WriteTools(request, json);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var text = root.Text("text"u8) ?? throw new WireException("The answer has no text.");
        var choice = new ChatChoice(0) { NativeStop = root.Text("finish_reason"u8) };
        if (text.Length > 0)
        {
            choice.Parts.Add(new TextPart(text));
        }

        foreach (var (name, arguments) in CallsOf(root))
        {
            choice.Parts.Add(new ToolCallPart(PlainChat.NewCallId(), name, arguments));
        }

        choice.Stop = CohereAnswer.StopOf(choice.NativeStop, choice.Parts.Any(static part => part is ToolCallPart));
        return new ChatResponse
        {
            Id = root.Text("response_id"u8),
            Usage = CohereAnswer.UsageOf(root.Member("meta"u8)),
            Choices = { choice }
        };
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        var calls = 0;
        return new ChunkReader((root, events) =>
        {
            switch (root.Text("event_type"u8))
            {
                case "stream-start":
                    events.Add(new ChatEvent(ChatEventKind.Start) { Id = root.Text("generation_id"u8) });
                    break;
                case "text-generation" when root.Text("text"u8) is { Length: > 0 } text:
                    events.Add(ChatEvent.OfText(text));
                    break;
                case "tool-calls-generation":
                    foreach (var (name, arguments) in CallsOf(root))
                    {
                        events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = calls, Id = PlainChat.NewCallId(), Name = name });
                        events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = calls++, Text = arguments });
                    }

                    break;
                case "stream-end":
                    var native = root.Text("finish_reason"u8);
                    if (CohereAnswer.UsageOf(root.Member("response"u8).Member("meta"u8)) is { } usage)
                    {
                        events.Add(ChatEvent.OfUsage(usage));
                    }

                    events.Add(ChatEvent.OfFinish(CohereAnswer.StopOf(native, calls > 0), native));
                    return ChunkAction.Done;
                default:
                    break;
            }

            return ChunkAction.Forward;
        });
    }

    /// <summary>The last thing that the user said is the message, all before it the history; results of tools stand apart.</summary>
    private static void WriteConversation(ChatRequest request, Utf8JsonWriter json)
    {
        var turns = request.Messages.Where(static message => message.Role is not (ChatRole.System or ChatRole.Developer)).ToList();
        var last = turns.Count - 1;
        while (last >= 0 && turns[last].Role is not ChatRole.User)
        {
            last--;
        }

        var answersTools = turns is [.., { Role: ChatRole.Tool }];
        json.WriteString("message"u8, last >= 0 && !answersTools ? PlainChat.TextOf(turns[last].Parts) : "");
        json.WriteGiven("preamble"u8, Prompts.SystemOf(request));
        json.WriteStartArray("chat_history"u8);
        for (var i = 0; i < turns.Count; i++)
        {
            if (turns[i].Role is not ChatRole.Tool && (i != last || answersTools))
            {
                json.WriteStartObject();
                json.WriteString("role"u8, turns[i].Role is ChatRole.Assistant ? "CHATBOT" : "USER");
                json.WriteString("message"u8, PlainChat.TextOf(turns[i].Parts));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        if (answersTools)
        {
            WriteResults(request, turns[^1], json);
        }
    }

    private static void WriteResults(ChatRequest request, ChatMessage message, Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_results"u8);
        foreach (var result in message.Parts.OfType<ToolResultPart>())
        {
            var call = request.Messages.SelectMany(static turn => turn.Parts).OfType<ToolCallPart>()
                .FirstOrDefault(call => string.Equals(call.Id, result.CallId, StringComparison.Ordinal));
            json.WriteStartObject();
            json.WriteStartObject("call"u8);
            json.WriteString("name"u8, call?.Name ?? result.Name ?? "");
            json.WritePropertyName("parameters"u8);
            json.WriteJsonText(call?.Arguments ?? "{}");
            json.WriteEndObject();
            json.WriteStartArray("outputs"u8);
            json.WriteStartObject();
            json.WriteString("output"u8, PlainChat.TextOf(result.Content));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTools(ChatRequest request, Utf8JsonWriter json)
    {
        if (request.ToolChoice is { Mode: ToolChoiceMode.None } || request.Tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools.Where(static tool => tool.Kind is ToolKind.Function))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            json.WriteString("description"u8, tool.Description ?? "");
            WriteParameters("parameter_definitions"u8, "required"u8, tool.Parameters ?? default, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the properties of a schema one by one, as Cohere's first version has them everywhere.</summary>
    public static void WriteParameters(ReadOnlySpan<byte> name, ReadOnlySpan<byte> requiredName, JsonElement schema, Utf8JsonWriter json)
    {
        json.WriteStartObject(name);
        var required = schema.Member("required"u8) is { ValueKind: JsonValueKind.Array } names
            ? names.EnumerateArray().Select(static name => name.Text()).ToHashSet(StringComparer.Ordinal) : [];
        if (schema.Member("properties"u8) is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
            {
                json.WriteStartObject(property.Name);
                json.WriteString("type"u8, property.Value.Text("type"u8) ?? "str");
                json.WriteString("description"u8, property.Value.Text("description"u8) ?? "");
                json.WriteBoolean(requiredName, required.Contains(property.Name));
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private static List<(string Name, string Arguments)> CallsOf(JsonElement root)
        => root.Member("tool_calls"u8) is { ValueKind: JsonValueKind.Array } calls
            ? [.. calls.EnumerateArray().Select(static call => (call.Text("name"u8) ?? "", SpacedJson.Of(call.Member("parameters"u8))))]
            : [];
}
