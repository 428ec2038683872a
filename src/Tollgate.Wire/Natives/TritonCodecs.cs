using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>Triton Inference Server's <c>generate</c> (06-local-selfhosted.md section 3).</summary>
internal sealed class TritonGenerateCodec() : TextCodec(Surface.TritonGenerate, "Triton Generate", Feature.TopK, Feature.Seed)
{
    /// <summary>What an answer may have when nobody says: LiteLLM's default.</summary>
    public const long DefaultLimit = 2000;

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("text_input"u8, Prompts.Of(request, PromptTemplate.Of(request.Model)));
        json.WriteStartObject("parameters"u8);
        json.WriteNumber("max_tokens"u8, request.MaxOutputTokens ?? DefaultLimit);
        PlainChat.WriteTexts(json, "bad_words"u8, [""]);
        PlainChat.WriteTexts(json, "stop_words"u8, request.Stop);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("seed"u8, request.Seed);
        foreach (var (name, value) in PlainChat.OwnParameters(request))
        {
            if (name is not ("bad_words" or "stop_words"))
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }
        }

        json.WriteEndObject();
        json.WriteBoolean("stream"u8, request.Stream);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
        => PlainChat.Answer(root.Text("text_output"u8) ?? throw new WireException("The answer has no text_output."), StopReason.Stop, null, null);

    public override ChatStreamReader ReadStream(TargetModel target) => new ChunkReader(static (root, events) =>
    {
        if (root.Text("text_output"u8) is { Length: > 0 } text)
        {
            events.Add(ChatEvent.OfText(text));
        }

        return ChunkAction.Forward;
    });
}

/// <summary>Triton Inference Server's <c>infer</c>: tensors of the KServe protocol. Never streams.</summary>
internal sealed class TritonInferCodec() : TextCodec(Surface.TritonInfer, "Triton Infer")
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("inputs"u8);
        WriteTensor(json, "text_input", "BYTES", static (writer, text) => writer.WriteStringValue(text), Prompts.Of(request, PromptTemplate.Of(request.Model)));
        if (request.MaxOutputTokens is { } limit)
        {
            WriteTensor(json, "max_tokens", "INT32", static (writer, number) => writer.WriteNumberValue(number), limit);
        }

        if (request.Temperature is { } temperature)
        {
            WriteTensor(json, "temperature", "FP32", static (writer, number) => writer.WriteNumberValue(number), temperature);
        }

        if (request.TopP is { } nucleus)
        {
            WriteTensor(json, "top_p", "FP32", static (writer, number) => writer.WriteNumberValue(number), nucleus);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Member("outputs"u8) is { ValueKind: JsonValueKind.Array } outputs)
        {
            foreach (var output in outputs.EnumerateArray())
            {
                if (output.Text("name"u8) is "text_output" && output.Member("data"u8) is { ValueKind: JsonValueKind.Array } data)
                {
                    return PlainChat.Answer(string.Concat(data.EnumerateArray().Select(static piece => piece.Text())), StopReason.Stop, null, null);
                }
            }
        }

        throw new WireException("The answer has no tensor named text_output.");
    }

    public override ChatStreamReader ReadStream(TargetModel target)
        => new ChunkReader(static (_, _) => throw new WireException("Tensors are not streamed."));

    private static void WriteTensor<T>(Utf8JsonWriter json, string name, string type, Action<Utf8JsonWriter, T> write, T value)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(1);
        json.WriteEndArray();
        json.WriteString("datatype"u8, type);
        json.WriteStartArray("data"u8);
        write(json, value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
