using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Requests and answers of models that only complete texts, for clients that hold conversations.</summary>
internal static class CompletionsUpstream
{
    /// <summary>Writes a request.</summary>
    public static void Write(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteString("prompt"u8, CompletionsPrompt.Of(request, target));
        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        json.WriteGiven("max_tokens"u8, request.MaxOutputTokens);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("top_p"u8, request.TopP);
        json.WriteGiven("frequency_penalty"u8, request.FrequencyPenalty);
        json.WriteGiven("presence_penalty"u8, request.PresencePenalty);
        json.WriteGiven("seed"u8, request.Seed);
        json.WriteGiven("n"u8, request.Choices);
        json.WriteElement("logit_bias"u8, request.LogitBias);
        json.WriteGiven("user"u8, request.User);
        PlainChat.WriteTexts(json, "stop"u8, request.Stop);
        PlainChat.WriteOwnParameters(request, json);
        json.WriteEndObject();
    }

    /// <summary>Reads a whole answer.</summary>
    public static ChatResponse Read(JsonElement root)
    {
        if (root.Member("choices"u8) is not { ValueKind: JsonValueKind.Array } choices || choices.GetArrayLength() == 0)
        {
            throw new WireException("The answer has no choices.");
        }

        var response = new ChatResponse
        {
            Id = root.Text("id"u8),
            Model = root.Text("model"u8),
            Created = root.Member("created"u8).Count(),
            Usage = UsageOf(root),
        };
        foreach (var choice in choices.EnumerateArray())
        {
            var word = choice.Text("finish_reason"u8);
            response.Choices.Add(new ChatChoice(IndexOf(choice) ?? response.Choices.Count)
            {
                Parts = { new TextPart(TextOf(choice, "message"u8) ?? throw new WireException("The answer has no text.")) },
                Stop = FinishReasons.Read(word ?? "stop", hasToolCalls: false),
            });
        }

        return response;
    }

    /// <summary>Reads a chunk.</summary>
    public static ChunkAction ReadChunk(JsonElement root, ICollection<ChatEvent> events)
    {
        if (root.Member("choices"u8) is { ValueKind: JsonValueKind.Array } choices)
        {
            foreach (var choice in choices.EnumerateArray())
            {
                var index = IndexOf(choice) ?? 0;
                if (TextOf(choice, "delta"u8) is { Length: > 0 } text)
                {
                    events.Add(ChatEvent.OfText(text, index));
                }

                if (choice.Text("finish_reason"u8) is { Length: > 0 } word)
                {
                    events.Add(ChatEvent.OfFinish(FinishReasons.Read(word, hasToolCalls: false), choice: index));
                }
            }
        }

        if (UsageOf(root) is { } usage)
        {
            events.Add(ChatEvent.OfUsage(usage));
        }

        return ChunkAction.Forward;
    }

    private static int? IndexOf(JsonElement choice) => choice.Member("index"u8).Count() is { } index and <= 4096 ? (int)index : null;

    /// <summary>The text of a choice. Completions in the middle of code have it in a message, like chat.</summary>
    private static string? TextOf(JsonElement choice, ReadOnlySpan<byte> message) => choice.Text("text"u8) ?? choice.Member(message).Text("content"u8);

    private static TokenUsage? UsageOf(JsonElement root)
        => root.Member("usage"u8) is { ValueKind: JsonValueKind.Object } usage ? TokenUsage.Read(usage.Bytes(), 0) : null;
}
