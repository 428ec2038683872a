using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Natives;

/// <summary>NLP Cloud's <c>/generation</c> (07-native-others.md section 13).</summary>
internal sealed class NlpCloudCodec() : TextCodec(Surface.NlpCloudGeneration, "NLP Cloud", Feature.TopK, Feature.Choices)
{
    public override IFrameSplitter SplitStream() => new RawTextSplitter();

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, Prompts.Of(request, PromptTemplate.Generic));
        json.WriteGiven("max_length"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("num_return_sequences"u8, request.Choices);
        if (request.Stop.Count > 0)
        {
            // The dialect has one such text.
            json.WriteString("end_sequence"u8, request.Stop[0]);
        }

        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target) => PlainChat.Answer(
        root.Text("generated_text"u8) ?? throw new WireException("The answer has no generated_text."),
        StopReason.Stop,
        null,
        PlainChat.Usage(root.Member("nb_input_tokens"u8).Count(), root.Member("nb_generated_tokens"u8).Count()));

    public override ChatStreamReader ReadStream(TargetModel target) => new RawTextReader();
}
