using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Natives;

/// <summary>Aleph Alpha's <c>/complete</c> (07-native-others.md section 13). Never streams: clients that do get the whole answer as a stream.</summary>
internal sealed class AlephAlphaCodec() : TextCodec(
    Surface.AlephAlphaComplete, "Aleph Alpha Completion", Feature.TopK, Feature.Choices, Feature.FrequencyPenalty, Feature.PresencePenalty)
{
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteString("prompt"u8, Prompts.Of(request, PromptTemplate.Of(request.Model)));
        json.WriteGiven("maximum_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_k"u8, request.TopK);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presence_penalty"u8, request.PresencePenalty);
        json.WriteGiven("n"u8, request.Choices);
        PlainChat.WriteTexts(json, "stop_sequences"u8, request.Stop);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        if (root.Member("completions"u8) is not { ValueKind: JsonValueKind.Array } completions || completions.GetArrayLength() == 0)
        {
            throw new WireException("The answer has no completions.");
        }

        var response = new ChatResponse
        {
            Usage = PlainChat.Usage(root.Member("num_tokens_prompt_total"u8).Count(), root.Member("num_tokens_generated"u8).Count()),
        };
        foreach (var completion in completions.EnumerateArray())
        {
            var native = completion.Text("finish_reason"u8);
            response.Choices.Add(new ChatChoice(response.Choices.Count)
            {
                Parts = { new TextPart(completion.Text("completion"u8) ?? "") },
                Stop = native is "maximum_tokens" ? StopReason.Length : native is "stop_sequence_reached" ? StopReason.StopSequence : StopReason.Stop,
                NativeStop = native,
            });
        }

        return response;
    }

    public override ChatStreamReader ReadStream(TargetModel target)
        => new ChunkReader(static (_, _) => throw new WireException("Completions are not streamed."));
}
