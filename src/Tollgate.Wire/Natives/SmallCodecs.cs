using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Natives;

/// <summary>Petals' generate (06-local-selfhosted.md section 3); the connection sends the members as a form.</summary>
internal sealed class PetalsCodec() : TextCodec(Surface.PetalsGenerate, "Petals", Feature.TopK)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteString("inputs"u8, Prompts.Of(request, PromptTemplate.Of(request.Model)));
        json.WriteNumber("max_new_tokens"u8, request.MaxOutputTokens ?? 256);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
        => PlainChat.Answer(root.Text("outputs"u8) ?? throw new WireException("The answer has no outputs."), StopReason.Stop, null, null);

    public override ChatStreamReader ReadStream(TargetModel target)
        => new ChunkReader(static (_, _) => throw new WireException("Outputs are not streamed."));
}

/// <summary>Bytez' models (07-native-others.md section 13): messages as OpenAI's, parameters apart, streams of bare text.</summary>
internal sealed class BytezCodec() : TextCodec(Surface.BytezRun, "Bytez", Feature.TopK, Feature.Seed)
{
    public override IFrameSplitter SplitStream() => new RawTextSplitter();

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        PlainChat.WriteMessages(request, json);
        json.WriteBoolean("stream"u8, request.Stream);
        json.WriteStartObject("params"u8);
        json.WriteGiven("max_new_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("seed"u8, request.Seed);
        PlainChat.WriteTexts(json, "stop"u8, request.Stop);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var output = root.Member("output"u8);
        return PlainChat.Answer(
            output.Text() ?? output.Text("content"u8) ?? TextsOf(output.Member("content"u8)) ?? throw new WireException("The answer has no output."),
            StopReason.Stop,
            null,
            null);
    }

    public override ChatStreamReader ReadStream(TargetModel target) => new RawTextReader();

    /// <summary>Models with eyes answer in parts.</summary>
    private static string? TextsOf(JsonElement parts) => parts.ValueKind is JsonValueKind.Array
        ? string.Concat(parts.EnumerateArray().Select(static part => part.Text("text"u8))) : null;
}

/// <summary>LangGraph's runs (07-native-others.md section 15): the whole conversation goes to an assistant, whose last message is the answer.</summary>
internal sealed class LangGraphCodec() : TextCodec(Surface.LangGraphRun, "LangGraph")
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("assistant_id"u8, request.Model);
        json.WriteStartObject("input"u8);
        PlainChat.WriteMessages(request, json);
        json.WriteEndObject();
        if (request.Stream)
        {
            json.WriteString("stream_mode"u8, "messages-tuple"u8);
        }

        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Member("messages"u8) is { ValueKind: JsonValueKind.Array } messages)
        {
            for (var i = messages.GetArrayLength() - 1; i >= 0; i--)
            {
                if (messages[i].Text("type"u8) is "ai" or "assistant" || messages[i].Text("role"u8) is "assistant")
                {
                    return PlainChat.Answer(ContentOf(messages[i]), StopReason.Stop, null, UsageOf(messages[i]));
                }
            }
        }

        throw new WireException("The answer has no message of the assistant.");
    }

    public override ChatStreamReader ReadStream(TargetModel target) => new ChunkReader(
        static (root, events) =>
        {
            // A message chunk and what is known of it, as a pair; everything else is of the run.
            var chunk = root.ValueKind is JsonValueKind.Array && root.GetArrayLength() > 0 ? root[0] : default;
            if (chunk.Text("type"u8) is "AIMessageChunk" or "ai")
            {
                if (ContentOf(chunk) is { Length: > 0 } text)
                {
                    events.Add(ChatEvent.OfText(text));
                }

                if (UsageOf(chunk) is { } usage)
                {
                    events.Add(ChatEvent.OfUsage(usage));
                }
            }

            return ChunkAction.Forward;
        },
        arrays: true);

    private static string ContentOf(JsonElement message) => message.Text("content"u8)
        ?? (message.Member("content"u8) is { ValueKind: JsonValueKind.Array } parts
            ? string.Concat(parts.EnumerateArray().Select(static part => part.Text() ?? part.Text("text"u8))) : "");

    private static TokenUsage? UsageOf(JsonElement message)
    {
        var usage = message.Member("usage_metadata"u8);
        return PlainChat.Usage(usage.Member("input_tokens"u8).Count(), usage.Member("output_tokens"u8).Count());
    }
}

/// <summary>Langflow's runs (07-native-others.md section 15): the last thing that the user said.</summary>
internal sealed class LangFlowCodec() : TextCodec(Surface.LangFlowRun, "Langflow")
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("input_value"u8, PlainChat.TextOf(request.Messages.LastOrDefault(static message => message.Role is ChatRole.User)?.Parts ?? []));
        json.WriteString("input_type"u8, "chat"u8);
        json.WriteString("output_type"u8, "chat"u8);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var output = First(First(root.Member("outputs"u8)).Member("outputs"u8));
        var message = output.Member("results"u8).Member("message"u8);
        var text = message.Text("text"u8) ?? message.Member("data"u8).Text("text"u8) ?? output.Member("outputs"u8).Member("message"u8).Text("message"u8);
        return PlainChat.Answer(text ?? throw new WireException("The answer has no message."), StopReason.Stop, null, null);
    }

    public override ChatStreamReader ReadStream(TargetModel target)
        => new ChunkReader(static (_, _) => throw new WireException("Runs are not streamed."));

    private static JsonElement First(JsonElement list) => list.ValueKind is JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0] : default;
}

/// <summary>LiteLLM's protocol for custom servers (01-catalogue.md section A2).</summary>
internal sealed class CustomServerCodec() : TextCodec(Surface.CustomServer, "Custom server", Feature.TopK)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteStartObject("params"u8);
        PlainChat.WriteTexts(json, "prompt"u8, [Prompts.Of(request, PromptTemplate.Of(request.Model))]);
        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var first = root.Member("data"u8) is { ValueKind: JsonValueKind.Array } data && data.GetArrayLength() > 0 ? data[0] : root.Member("data"u8);
        var output = first.Member("output"u8);
        var text = output.Text() ?? (output.ValueKind is JsonValueKind.Array && output.GetArrayLength() > 0 ? output[0].Text() : null);
        return PlainChat.Answer(text ?? throw new WireException("The answer has no output."), StopReason.Stop, null, null);
    }

    public override ChatStreamReader ReadStream(TargetModel target)
        => new ChunkReader(static (_, _) => throw new WireException("Outputs are not streamed."));
}
