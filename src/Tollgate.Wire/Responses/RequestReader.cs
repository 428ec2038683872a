using System.Collections.Frozen;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>A client's request: the dialect's words on the left of 08-bridges.md section 2.2.</summary>
internal static class RequestReader
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "model", "stream", "input", "instructions", "max_output_tokens", "temperature", "top_p", "top_logprobs", "tools", "tool_choice",
        "parallel_tool_calls", "text", "reasoning", "user", "service_tier", "store", "prompt_cache_key", "previous_response_id",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads one.</summary>
    public static ChatRequest Read(JsonElement root, ReadOnlyMemory<byte> body)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            throw new WireException("The body must be a JSON object.");
        }

        if (root.Member("conversation"u8).IsGiven())
        {
            throw new WireException(
                "'conversation' is not supported for this model: send 'previous_response_id' or the whole input.", "conversation");
        }

        MemberKinds.Check(root);
        var include = root.Member("include"u8);
        var topLogProbs = (int?)root.Member("top_logprobs"u8).Count();
        var request = new ChatRequest
        {
            Origin = Surface.Responses,
            Model = root.Text("model"u8) ?? "",
            Stream = root.Member("stream"u8).Flag() ?? false,
            MaxOutputTokens = root.Member("max_output_tokens"u8).Count(),
            Temperature = root.Member("temperature"u8).Number(),
            TopP = root.Member("top_p"u8).Number(),
            TopLogProbs = topLogProbs,

            // Elsewhere the number alone is an error.
            LogProbs = topLogProbs is > 0 || Items.Holds(include, "message.output_text.logprobs"u8) ? true : null,
            ParallelToolCalls = root.Member("parallel_tool_calls"u8).Flag(),
            User = root.Text("user"u8),
            ServiceTier = root.Text("service_tier"u8),
            Store = root.Member("store"u8).Flag(),
            PromptCacheKey = root.Text("prompt_cache_key"u8),
            PreviousResponseId = root.Text("previous_response_id"u8),
        };
        ReadConversation(root, body, request);
        ToolReader.Read(root, request);
        ReadReasoning(root.Member("reasoning"u8), request);
        ReadText(root.Member("text"u8), request);
        foreach (var member in root.EnumerateObject())
        {
            var name = member.NameOf();
            if (!Known.Contains(name) && member.Value.IsGiven())
            {
                request.Extras.Add(new HubMember(name, member.Value));
            }
        }

        return request;
    }

    private static void ReadConversation(JsonElement root, ReadOnlyMemory<byte> body, ChatRequest request)
    {
        var items = new ItemReader(request, body);
        var instructions = root.Member("instructions"u8);
        if (instructions.Text() is { Length: > 0 } text)
        {
            request.Messages.Add(new ChatMessage(ChatRole.System) { Parts = [new TextPart(text)] });
        }
        else
        {
            items.Read(instructions, "instructions");
        }

        var input = root.Member("input"u8);
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                request.Messages.Add(new ChatMessage(ChatRole.User) { Parts = [new TextPart(input.Text()!)] });
                break;
            case JsonValueKind.Array:
                items.Read(input, "input");
                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                throw new WireException("Missing required parameter: 'input'.", "input");
            default:
                throw new WireException("'input' must be a string or an array of items.", "input");
        }
    }

    private static void ReadReasoning(JsonElement reasoning, ChatRequest request)
    {
        var effort = reasoning.Text("effort"u8);
        var summary = reasoning.Text("summary"u8) ?? reasoning.Text("generate_summary"u8);
        if (effort is not null || summary is not null)
        {
            request.Reasoning = new ReasoningRequest { Effort = effort, Summary = summary };
        }
    }

    private static void ReadText(JsonElement text, ChatRequest request)
    {
        request.Verbosity = text.Text("verbosity"u8);
        var format = text.Member("format"u8);
        request.Format = format.Text("type"u8) switch
        {
            "json_schema" => new AnswerFormat
            {
                Kind = AnswerFormatKind.JsonSchema,
                Name = format.Text("name"u8),
                Description = format.Text("description"u8),
                Schema = format.Member("schema"u8) is { ValueKind: not JsonValueKind.Undefined } schema ? schema : null,
                Strict = format.Member("strict"u8).Flag(),
            },
            "json_object" => new AnswerFormat { Kind = AnswerFormatKind.Json },
            _ => null,
        };
    }
}
