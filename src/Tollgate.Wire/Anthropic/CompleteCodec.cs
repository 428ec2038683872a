using System.Text.Json;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Anthropic;

/// <summary>Anthropic's <c>/v1/complete</c>: a conversation as one text (03-anthropic.md section 5).</summary>
internal sealed class CompleteCodec() : TextCodec(Surface.AnthropicComplete, "Anthropic Text Completions", Feature.TopK, Feature.User)
{
    /// <summary>The dialect demands a limit. LiteLLM's default.</summary>
    private const long UsualLimit = 256;

    private const string Turn = "\n\nHuman:";

    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteString("prompt"u8, PromptOf(request));
        json.WriteNumber("max_tokens_to_sample"u8, request.MaxOutputTokens ?? UsualLimit);
        PlainChat.WriteTexts(json, "stop_sequences"u8, request.Stop);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("top_k"u8, request.TopK);
        if (request.User is { } user)
        {
            json.WriteStartObject("metadata"u8);
            json.WriteString("user_id"u8, user);
            json.WriteEndObject();
        }

        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        foreach (var (name, value) in PlainChat.OwnParameters(request))
        {
            // What the hub has a field for is written above.
            if (name is not ("max_tokens_to_sample" or "metadata" or "top_k"))
            {
                json.WritePropertyName(name);
                json.WriteElement(value);
            }
        }

        json.WriteEndObject();
    }

    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var native = root.Text("stop_reason"u8);
        var response = PlainChat.Answer(
            root.Text("completion"u8) ?? throw new WireException("The answer has no completion."), StopOf(native), NativeOf(native), null);
        response.Id = root.Text("id"u8);
        response.Model = root.Text("model"u8);
        return response;
    }

    public override ChatStreamReader ReadStream(TargetModel target) => new ChunkReader(static (root, events) =>
    {
        if (root.Text("completion"u8) is { Length: > 0 } text)
        {
            events.Add(ChatEvent.OfText(text));
        }

        if (root.Text("stop_reason"u8) is not { Length: > 0 } native)
        {
            return ChunkAction.Forward;
        }

        events.Add(ChatEvent.OfFinish(StopOf(native), NativeOf(native)));
        return ChunkAction.Done;
    });

    /// <summary>A client that completes texts may have written the turns itself.</summary>
    private static string PromptOf(ChatRequest request)
        => request is { Origin: Surface.Completions, Messages: [var only] } && PlainChat.TextOf(only.Parts) is var text && text.Contains(Turn, StringComparison.Ordinal)
            ? text : PromptTemplates.Of("human", request);

    private static string? NativeOf(string? native) => native is "stop_sequence" or "max_tokens" ? null : native;

    private static StopReason StopOf(string? native) => native is "max_tokens" ? StopReason.Length : StopReason.Stop;
}
