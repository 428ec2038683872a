using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>A client's text to be completed, as a conversation of one message.</summary>
internal static class CompletionsRequest
{
    /// <summary>Reads one.</summary>
    /// <param name="root">The body.</param>
    /// <param name="index">Which of several prompts is meant; null when there must be one only.</param>
    public static ChatRequest Read(JsonElement root, int? index = null)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The body must be a JSON object.");
        }

        var probabilities = root.Member("logprobs"u8);
        var request = new ChatRequest
        {
            Origin = Surface.Completions,
            Model = root.Text("model"u8) ?? "",
            Stream = root.Member("stream"u8).Flag() ?? false,
            MaxOutputTokens = root.Member("max_completion_tokens"u8).Count() ?? root.Member("max_tokens"u8).Count(),
            Temperature = Number(root.Member("temperature"u8), "temperature"),
            TopP = Number(root.Member("top_p"u8), "top_p"),
            TopK = root.Member("top_k"u8).Count(),
            FrequencyPenalty = Number(root.Member("frequency_penalty"u8), "frequency_penalty"),
            PresencePenalty = Number(root.Member("presence_penalty"u8), "presence_penalty"),
            Seed = root.Member("seed"u8).Count(),
            Choices = (int?)Math.Min(root.Member("n"u8).Count() ?? 1, 1024) is > 1 and var choices ? choices : null,
            LogProbs = probabilities.Count() is not null || probabilities.Flag() is true ? true : null,
            TopLogProbs = (int?)Math.Min(probabilities.Count() ?? 0, 20) is > 0 and var top ? top : null,
            LogitBias = root.Member("logit_bias"u8) is { ValueKind: JsonValueKind.Object } bias ? bias : null,
            User = root.Text("user"u8),
        };
        request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = [new TextPart(ReadPrompt(root.Member("prompt"u8), index))] });
        ReadStop(root.Member("stop"u8), request);
        return request;
    }

    private static string ReadPrompt(JsonElement prompt, int? index)
    {
        if (prompt.Text() is { } text)
        {
            return text;
        }

        if (prompt.ValueKind is not JsonValueKind.Array || prompt.GetArrayLength() == 0)
        {
            throw prompt.IsGiven()
                ? new WireException("'prompt' must be a string or a list of strings.", "prompt")
                : new WireException("Missing required parameter: 'prompt'.", "prompt");
        }

        if (prompt[0].ValueKind is JsonValueKind.Number or JsonValueKind.Array)
        {
            throw new WireException(
                "'prompt' holds tokens, which mean nothing to this model: it takes texts. Send the prompt as a string or a list of strings.", "prompt");
        }

        if (index is null && prompt.GetArrayLength() > 1)
        {
            throw new WireException("This model takes one prompt a call here: send several calls.", "prompt");
        }

        var at = index ?? 0;
        return at < prompt.GetArrayLength() && prompt[at].Text() is { } one
            ? one
            : throw new WireException($"Invalid value for 'prompt[{at}]': expected a string.", "prompt");
    }

    private static void ReadStop(JsonElement stop, ChatRequest request)
    {
        if (stop.Text() is { } one)
        {
            request.Stop.Add(one);
        }
        else if (stop.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in stop.EnumerateArray())
            {
                request.Stop.Add(item.Text() ?? throw new WireException("Invalid value for 'stop': expected strings.", "stop"));
            }
        }
    }

    private static double? Number(JsonElement value, string name)
        => value.IsGiven() ? value.Number() ?? throw new WireException($"Invalid value for '{name}': expected a number.", name) : null;
}
