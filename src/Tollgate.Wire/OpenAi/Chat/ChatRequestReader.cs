using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Reads chat completions requests into the hub.</summary>
/// <param name="body">Bytes that the elements lie in.</param>
internal readonly struct ChatRequestReader(ReadOnlyMemory<byte> body)
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="WireException">It is none; names the field.</exception>
    public ChatRequest Read(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The body must be a JSON object.");
        }

        var request = new ChatRequest { Origin = Surface.Chat };
        foreach (var member in root.EnumerateObject())
        {
            var name = member.NameOf();
            if (member.Value.ValueKind is not JsonValueKind.Null && !TryRead(request, name, member.Value))
            {
                request.Extras.Add(new HubMember(name, member.Value));
            }
        }

        if (!root.Member("messages"u8).IsGiven())
        {
            throw new WireException("Missing required parameter: 'messages'.", "messages");
        }

        ReadFunctions(request, root);
        return request;
    }

    private bool TryRead(ChatRequest request, string name, JsonElement value)
    {
        switch (name)
        {
            case "messages":
                new ChatMessageReader(body).ReadAll(request, value);
                return true;
            case "tools":
                ChatToolReader.ReadTools(request, value);
                return true;
            case "tool_choice":
                request.ToolChoice = ChatToolReader.ReadChoice(value);
                return true;
            case "response_format":
                request.Format = ReadFormat(value);
                return true;
            case "reasoning_effort":
                ReadEffort(request, value);
                return true;
            case "thinking":
                ReadThinking(request, value);
                return true;
            case "web_search_options":
                request.WebSearch = WebSearches.Read(value);
                return true;
            case "stop":
                ReadTexts(value, request.Stop, "stop");
                return true;
            case "modalities":
                ReadTexts(value, request.Modalities, "modalities");
                return true;
            case "model" or "stream" or "stream_options" or "functions" or "function_call":
                return true;
            default:
                return TryReadScalar(request, name, value);
        }
    }

    private static bool TryReadScalar(ChatRequest request, string name, JsonElement value)
    {
        switch (name)
        {
            case "max_completion_tokens":
                request.MaxOutputTokens = value.Count() ?? request.MaxOutputTokens;
                return true;
            case "max_tokens":
                request.MaxOutputTokens ??= value.Count();
                return true;
            case "temperature":
                request.Temperature = Number(value, name);
                return true;
            case "top_p":
                request.TopP = Number(value, name);
                return true;
            case "top_k":
                request.TopK = value.Count();
                return true;
            case "frequency_penalty":
                request.FrequencyPenalty = Number(value, name);
                return true;
            case "presence_penalty":
                request.PresencePenalty = Number(value, name);
                return true;
            case "seed":
                request.Seed = value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seed) ? seed : null;
                return true;
            case "n":
                request.Choices = (int?)Math.Min(value.Count() ?? 1, 1024);
                return true;
            case "logprobs":
                request.LogProbs = value.Flag();
                return true;
            case "top_logprobs":
                request.TopLogProbs = (int?)Math.Min(value.Count() ?? 0, 1024);
                return true;
            case "logit_bias":
                request.LogitBias = value;
                return true;
            case "parallel_tool_calls":
                request.ParallelToolCalls = value.Flag();
                return true;
            case "audio":
                request.AudioOutput = value;
                return true;
            case "prediction":
                request.Prediction = value;
                return true;
            case "store":
                request.Store = value.Flag();
                return true;
            default:
                return TryReadText(request, name, value);
        }
    }

    private static bool TryReadText(ChatRequest request, string name, JsonElement value)
    {
        if (value.Text() is not { } text)
        {
            return false;
        }

        switch (name)
        {
            case "verbosity":
                request.Verbosity = text;
                return true;
            case "user":
                request.User = text;
                return true;
            case "service_tier":
                request.ServiceTier = text;
                return true;
            case "prompt_cache_key":
                request.PromptCacheKey = text;
                return true;
            case "previous_response_id":
                request.PreviousResponseId = text;
                return true;
            default:
                return false;
        }
    }

    private static double Number(JsonElement value, string name)
        => value.Number() ?? throw new WireException($"Invalid value for '{name}': expected a number.", name);

    private static void ReadTexts(JsonElement value, IList<string> into, string name)
    {
        if (value.Text() is { } one)
        {
            into.Add(one);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                into.Add(item.Text() ?? throw new WireException($"Invalid value for '{name}': expected strings.", name));
            }
        }
        else
        {
            throw new WireException($"Invalid value for '{name}': expected a string or an array of strings.", name);
        }
    }

    private static AnswerFormat ReadFormat(JsonElement value)
    {
        var schema = value.Member("json_schema"u8);
        return value.Text("type"u8) switch
        {
            "json_schema" => new AnswerFormat
            {
                Kind = AnswerFormatKind.JsonSchema,
                Name = schema.Text("name"u8),
                Description = schema.Text("description"u8),
                Schema = schema.Member("schema"u8) is { ValueKind: not JsonValueKind.Undefined } given ? given : null,
                Strict = schema.Member("strict"u8).Flag(),
            },
            "json_object" => value.Member("response_schema"u8) is { ValueKind: JsonValueKind.Object } known
                ? new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Schema = known }
                : new AnswerFormat { Kind = AnswerFormatKind.Json },
            "text" => new AnswerFormat { Kind = AnswerFormatKind.Text },
            _ => throw new WireException(
                "Invalid value for 'response_format': expected an object whose type is text, json_object or json_schema.", "response_format"),
        };
    }

    private static void ReadEffort(ChatRequest request, JsonElement value)
    {
        var reasoning = request.Reasoning ?? new ReasoningRequest();
        request.Reasoning = value.ValueKind is JsonValueKind.Object
            ? reasoning with { Effort = value.Text("effort"u8), Summary = value.Text("summary"u8) }
            : reasoning with
            {
                Effort = value.Text()
                    ?? throw new WireException("Invalid value for 'reasoning_effort': expected a string.", "reasoning_effort"),
            };
    }

    private static void ReadThinking(ChatRequest request, JsonElement value)
    {
        var reasoning = request.Reasoning ?? new ReasoningRequest();
        request.Reasoning = reasoning with
        {
            Mode = value.Text("type"u8) switch
            {
                "enabled" => ReasoningMode.Enabled,
                "disabled" => ReasoningMode.Disabled,
                "adaptive" => ReasoningMode.Adaptive,
                _ => throw new WireException("Invalid value for 'thinking.type': expected enabled, disabled or adaptive.", "thinking"),
            },
            BudgetTokens = value.Member("budget_tokens"u8).Count() ?? reasoning.BudgetTokens,
        };
    }

    /// <summary>The forerunners of tools: the same thing under other names.</summary>
    private static void ReadFunctions(ChatRequest request, JsonElement root)
    {
        if (root.Member("functions"u8) is { ValueKind: JsonValueKind.Array } functions && request.Tools.Count == 0)
        {
            foreach (var function in functions.EnumerateArray())
            {
                request.Tools.Add(ChatToolReader.ReadFunction(function, function));
            }
        }

        if (request.ToolChoice is null && root.Member("function_call"u8) is { } call && call.IsGiven())
        {
            request.ToolChoice = call.Text() switch
            {
                "auto" => new ToolChoice(ToolChoiceMode.Auto),
                "none" => new ToolChoice(ToolChoiceMode.None),
                _ => call.Text("name"u8) is { } name
                    ? new ToolChoice(ToolChoiceMode.Named, name)
                    : throw new WireException("Invalid value for 'function_call': expected auto, none or an object with a name.", "function_call"),
            };
        }
    }
}
