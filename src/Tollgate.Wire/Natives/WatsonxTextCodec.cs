using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Natives;

/// <summary>watsonx.ai's generation of text (07-native-others.md section 12).</summary>
internal sealed class WatsonxTextCodec() : TextCodec(Surface.WatsonxText, "watsonx Text Generation", Feature.TopK, Feature.Seed)
{
    private static readonly string[] AtRoot = ["moderations", "guardrails"];

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        var own = PlainChat.OwnParameters(request).ToList();
        json.WriteStartObject();
        foreach (var (name, value) in target.Options)
        {
            json.WriteString(name, value);
        }

        json.WriteString("input"u8, Prompts.Of(request, PromptTemplate.Of(request.Model)));
        json.WriteStartObject("parameters"u8);
        json.WriteGiven("max_new_tokens"u8, request.MaxOutputTokens);
        if (request.Temperature is > 0 && !own.Exists(static extra => extra.Name is "decoding_method"))
        {
            // The usual method is greedy and would ignore the temperature.
            json.WriteString("decoding_method"u8, "sample"u8);
        }

        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("random_seed"u8, request.Seed);
        PlainChat.WriteTexts(json, "stop_sequences"u8, request.Stop);
        WriteOwn(own.Where(static extra => !AtRoot.Contains(extra.Name, StringComparer.Ordinal)), json);
        json.WriteEndObject();
        WriteOwn(own.Where(static extra => AtRoot.Contains(extra.Name, StringComparer.Ordinal)), json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var result = ResultOf(root);
        var text = result.Text("generated_text"u8) ?? throw new WireException("The answer has no results.");
        var native = result.Text("stop_reason"u8);
        return PlainChat.Answer(
            text, StopOf(native), native, PlainChat.Usage(result.Member("input_token_count"u8).Count(), result.Member("generated_token_count"u8).Count()));
    }

    public override ChatStreamReader ReadStream(TargetModel target)
    {
        long? prompt = null;
        return new ChunkReader((root, events) =>
        {
            var result = ResultOf(root);
            if (result.Text("generated_text"u8) is { Length: > 0 } text)
            {
                events.Add(ChatEvent.OfText(text));
            }

            // The size of the prompt stands in the first chunk, zero in all others; the count of the answer grows.
            prompt = result.Member("input_token_count"u8).Count() is > 0 and var sent ? sent : prompt;
            if (PlainChat.Usage(prompt, result.Member("generated_token_count"u8).Count()) is { } usage)
            {
                events.Add(ChatEvent.OfUsage(usage));
            }

            if (result.Text("stop_reason"u8) is { } native and not "not_finished")
            {
                events.Add(ChatEvent.OfFinish(StopOf(native), native));
            }

            return ChunkAction.Forward;
        });
    }

    private static void WriteOwn(IEnumerable<HubMember> own, Utf8JsonWriter json)
    {
        foreach (var (name, value) in own)
        {
            json.WritePropertyName(name);
            json.WriteElement(value);
        }
    }

    private static JsonElement ResultOf(JsonElement root)
        => root.Member("results"u8) is { ValueKind: JsonValueKind.Array } results && results.GetArrayLength() > 0 ? results[0] : default;

    private static StopReason StopOf(string? native) => native switch
    {
        "not_finished" or "max_tokens" or "token_limit" => StopReason.Length,
        "stop_sequence" => StopReason.StopSequence,
        _ => StopReason.Stop,
    };
}
