using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>Text Generation Inference's <c>/generate</c>, and LoRAX's, which Predibase runs (07-native-others.md sections 10 and 13).</summary>
internal sealed class TextGenerationCodec() : TextCodec(
    Surface.TextGeneration, "Text Generation Inference", Feature.TopK, Feature.Seed, Feature.Choices, Feature.FrequencyPenalty)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("inputs"u8, Prompts.Of(request, PromptTemplate.Of(request.Model)));
        json.WriteStartObject("parameters"u8);
        if (request.MaxOutputTokens is { } limit)
        {
            json.WriteNumber("max_new_tokens"u8, Math.Max(1, limit));
        }

        // Bounds of the server: a temperature of 0 and a nucleus of 0 or 1 are refused.
        json.WriteGiven("temperature"u8, request.Temperature is { } temperature ? Math.Max(0.01, temperature) : null);
        json.WriteGiven("top_p"u8, request.TopP is { } nucleus ? Math.Clamp(nucleus, 0.01, 0.99) : null);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("best_of"u8, request.Choices is > 1 ? request.Choices : null);
        PlainChat.WriteTexts(json, "stop"u8, request.Stop);
        json.WriteBoolean("details"u8, true);
        json.WriteBoolean("return_full_text"u8, false);
        foreach (var (name, value) in PlainChat.OwnParameters(request))
        {
            if (name is not ("details" or "return_full_text"))
            {
                json.WritePropertyName(name is "echo" ? "decoder_input_details" : name);
                json.WriteElement(value);
            }
        }

        json.WriteEndObject();
        json.WriteBoolean("stream"u8, request.Stream);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var answer = root.ValueKind is JsonValueKind.Array && root.GetArrayLength() > 0 ? root[0] : root;
        var details = answer.Member("details"u8);
        var native = details.Text("finish_reason"u8);
        var (thoughts, text) = ThinkTags.Split(answer.Text("generated_text"u8) ?? throw new WireException("The answer has no generated_text."));
        var response = PlainChat.Answer(text, StopOf(native), native, UsageOf(details));
        if (thoughts.Length > 0)
        {
            response.Choices[0].Parts.Insert(0, new ThinkingPart(thoughts, null));
        }

        return response;
    }

    public override ChatStreamReader ReadStream(TargetModel target) => new ChunkReader(static (root, events) =>
    {
        var token = root.Member("token"u8);
        if (token.Member("special"u8).Flag() is not true && token.Text("text"u8) is { Length: > 0 } text)
        {
            events.Add(ChatEvent.OfText(text));
        }

        if (root.Text("generated_text"u8) is null)
        {
            return ChunkAction.Forward;
        }

        var details = root.Member("details"u8);
        if (UsageOf(details) is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }

        var native = details.Text("finish_reason"u8);
        events.Add(ChatEvent.OfFinish(StopOf(native), native));
        return ChunkAction.Done;
    });

    private static StopReason StopOf(string? native) => native switch
    {
        "length" => StopReason.Length,
        "stop_sequence" => StopReason.StopSequence,
        _ => StopReason.Stop,
    };

    private static TokenUsage? UsageOf(JsonElement details)
    {
        var prompt = details.Member("input_length"u8).Count() ?? details.Member("prompt_tokens"u8).Count();
        if (prompt is null && details.Member("prefill"u8) is { ValueKind: JsonValueKind.Array } prefill && prefill.GetArrayLength() > 0)
        {
            prompt = prefill.GetArrayLength();
        }

        return PlainChat.Usage(prompt, details.Member("generated_tokens"u8).Count());
    }
}
