using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>Cloudflare Workers AI's <c>ai/run</c> (07-native-others.md section 13).</summary>
internal sealed class WorkersAiCodec() : TextCodec(
    Surface.WorkersAi, "Cloudflare Workers AI", Feature.TopK, Feature.Seed, Feature.FrequencyPenalty, Feature.PresencePenalty, Feature.Tools,
    Feature.JsonFormat, Feature.JsonSchemaFormat)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMessages(request, json);
        json.WriteBoolean("stream"u8, request.Stream);
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presence_penalty"u8, request.PresencePenalty);
        FunctionTools.Write(request, json, strict: false);
        if (request.Format is { Kind: not AnswerFormatKind.Text } format)
        {
            json.WriteStartObject("response_format"u8);
            json.WriteString("type"u8, format.Schema is null ? "json_object" : "json_schema");
            json.WriteElement("json_schema"u8, format.Schema);
            json.WriteEndObject();
        }

        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var result = root.Member("result"u8);
        if (root.Member("success"u8).Flag() is false || result.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The answer has no result.");
        }

        var said = result.Member("response"u8);
        var choice = new ChatChoice(0);
        if ((said.Text() ?? (said.IsGiven() ? SpacedJson.Of(said) : "")) is { Length: > 0 } text)
        {
            choice.Parts.Add(new TextPart(text));
        }

        foreach (var (name, arguments) in CallsOf(result))
        {
            choice.Parts.Add(new ToolCallPart(PlainChat.NewCallId(), name, arguments));
        }

        choice.Stop = choice.Parts.Any(static part => part is ToolCallPart) ? StopReason.ToolCalls : StopReason.Stop;
        return new ChatResponse { Usage = UsageOf(result), Choices = { choice } };
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        var calls = 0;
        return new ChunkReader((root, events) =>
        {
            if (root.Text("response"u8) is { Length: > 0 } text)
            {
                events.Add(ChatEvent.OfText(text));
            }

            foreach (var (name, arguments) in CallsOf(root))
            {
                events.Add(new ChatEvent(ChatEventKind.ToolCallStart) { Index = calls, Id = PlainChat.NewCallId(), Name = name });
                events.Add(new ChatEvent(ChatEventKind.ToolCallArguments) { Index = calls++, Text = arguments });
            }

            if (UsageOf(root) is { } usage)
            {
                events.Add(ChatEvent.OfUsage(usage));
            }

            return ChunkAction.Forward;
        });
    }

    private static void WriteMessages(ChatRequest request, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            if (message.Role is ChatRole.Tool)
            {
                foreach (var result in message.Parts.OfType<ToolResultPart>())
                {
                    json.WriteStartObject();
                    json.WriteString("role"u8, "tool"u8);
                    json.WriteGiven("name"u8, result.Name ?? PlainChat.ToolOf(request, result.CallId));
                    json.WriteString("content"u8, PlainChat.TextOf(result.Content));
                    json.WriteEndObject();
                }

                continue;
            }

            json.WriteStartObject();
            json.WriteString("role"u8, PlainChat.RoleOf(message.Role));
            json.WriteString("content"u8, TextWithCalls(message));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A call made before is told in words: messages have no calls.</summary>
    private static string TextWithCalls(ChatMessage message)
        => PlainChat.TextOf(message.Parts)
            + string.Concat(message.Parts.OfType<ToolCallPart>().Select(static call => $$"""{"name": "{{call.Name}}", "arguments": {{call.Arguments}}}"""));

    private static List<(string Name, string Arguments)> CallsOf(JsonElement result)
    {
        var calls = new List<(string Name, string Arguments)>();
        if (result.Member("tool_calls"u8) is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var call in list.EnumerateArray())
            {
                // Some models answer in OpenAI's form, with a function inside.
                var function = call.Member("function"u8) is { ValueKind: JsonValueKind.Object } inner ? inner : call;
                var arguments = function.Member("arguments"u8);
                calls.Add((function.Text("name"u8) ?? "", arguments.Text() ?? SpacedJson.Of(arguments)));
            }
        }

        return calls;
    }

    private static TokenUsage? UsageOf(JsonElement result)
    {
        var usage = result.Member("usage"u8);
        return PlainChat.Usage(usage.Member("prompt_tokens"u8).Count(), usage.Member("completion_tokens"u8).Count());
    }
}
