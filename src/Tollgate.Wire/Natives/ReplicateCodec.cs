using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Natives;

/// <summary>
/// Replicate's predictions (07-native-others.md section 13). Streams come from an address of the prediction's own as named events.
/// </summary>
internal sealed class ReplicateCodec() : TextCodec(Surface.ReplicatePrediction, "Replicate Predictions", Feature.TopK, Feature.Seed)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in target.Options)
        {
            json.WriteString(name, value);
        }

        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        json.WriteStartObject("input"u8);
        var (system, prompt) = Prompts.SystemAndPrompt(request, PromptTemplate.Of(request.Model));
        json.WriteString("prompt"u8, prompt);
        json.WriteGiven("system_prompt"u8, system);
        json.WriteGiven(LimitOf(request.Model), request.MaxOutputTokens);

        // Models refuse a temperature of 0.
        json.WriteGiven("temperature"u8, request.Temperature is { } temperature ? Math.Max(0.01, temperature) : null);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("seed"u8, request.Seed);
        if (request.Stop.Count > 0)
        {
            json.WriteString("stop_sequences"u8, string.Join(',', request.Stop));
        }

        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Text("status"u8) is not "succeeded")
        {
            throw new WireException("The prediction has not succeeded.");
        }

        var output = root.Member("output"u8);
        var text = output.ValueKind switch
        {
            JsonValueKind.Array => string.Concat(output.EnumerateArray().Select(static piece => piece.Text())),
            JsonValueKind.String => output.Text()!,
            JsonValueKind.Undefined => "",
            _ => SpacedJson.Of(output),
        };
        var metrics = root.Member("metrics"u8);
        var response = PlainChat.Answer(
            text,
            StopReason.Stop,
            null,
            PlainChat.Usage(metrics.Member("input_token_count"u8).Count(), metrics.Member("output_token_count"u8).Count()));
        response.Id = root.Text("id"u8);
        return response;
    }

    public override IFrameSplitter SplitStream() => new NamedEventSplitter();

    public override ChatStreamReader ReadStream(TargetModel target) => new ChunkReader(static (chunk, events) =>
    {
        if (chunk.Text("output"u8) is { } text)
        {
            events.Add(ChatEvent.OfText(text));
        }
        else if (chunk.Text("done"u8) is not null)
        {
            events.Add(ChatEvent.OfFinish(StopReason.Stop));
            return ChunkAction.Done;
        }

        return ChunkAction.Forward;
    });

    // COMPAT: the names by which LiteLLM tells models' limits apart; there is no common one.
    private static ReadOnlySpan<byte> LimitOf(string model)
        => model.Contains("vicuna", StringComparison.Ordinal) || model.Contains("flan", StringComparison.Ordinal) ? "max_length"u8
            : model.Contains("meta/codellama-13b", StringComparison.Ordinal) ? "max_tokens"u8 : "max_new_tokens"u8;
}
