using System.Text;
using System.Text.Json;

namespace Tollgate.Tests.Dialects;

/// <summary>What a client got to see of an answer.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Thoughts">What was shown of the thoughts.</param>
/// <param name="Tool">Name of the tool called.</param>
/// <param name="Arguments">JSON of its arguments.</param>
/// <param name="Stop">The dialect's word for why it ended.</param>
/// <param name="Input">Tokens of the prompt, cached ones included.</param>
/// <param name="Output">Tokens produced.</param>
internal sealed record Seen(string Text, string Thoughts, string Tool, string Arguments, string Stop, long Input, long Output)
{
    /// <summary>The same with the arguments written one way: white space in them means nothing.</summary>
    public Seen Normalized() => this with { Arguments = JsonSerializer.Serialize(JsonDocument.Parse(Arguments).RootElement) };

    /// <summary>Reads a whole answer.</summary>
    public static Seen Whole(string dialect, string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return dialect switch
        {
            "chat" => OfChat(root),
            "messages" => OfMessages(root),
            "responses" => OfResponses(root),
            _ => OfGenerate([root]),
        };
    }

    /// <summary>Reads a stream.</summary>
    public static Seen Stream(string dialect, string body)
    {
        var events = body.Split('\n').Where(static line => line.StartsWith("data:", StringComparison.Ordinal))
            .Select(static line => line["data:".Length..].Trim()).Where(static data => data is not ("" or "[DONE]"))
            .Select(static data => JsonDocument.Parse(data).RootElement).ToList();
        events.ShouldNotBeEmpty(body);
        return dialect switch
        {
            "chat" => OfChatStream(events),
            "messages" => OfMessagesStream(events),
            "responses" => OfResponses(events[^1].GetProperty("response")),
            _ => OfGenerate(events),
        };
    }

    private static Seen OfChat(JsonElement root)
    {
        var choice = root.GetProperty("choices")[0];
        var message = choice.GetProperty("message");
        var call = message.GetProperty("tool_calls")[0].GetProperty("function");
        var usage = root.GetProperty("usage");
        return new Seen(
            Of(message, "content"), Of(message, "reasoning_content"), Of(call, "name"), Of(call, "arguments"),
            Of(choice, "finish_reason"), Number(usage, "prompt_tokens"), Number(usage, "completion_tokens"));
    }

    private static Seen OfChatStream(List<JsonElement> chunks)
    {
        var (text, thoughts, name, arguments, stop) = (new StringBuilder(), new StringBuilder(), "", new StringBuilder(), "");
        long input = 0, output = 0;
        foreach (var chunk in chunks)
        {
            foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
            {
                var delta = choice.GetProperty("delta");
                text.Append(Of(delta, "content"));
                thoughts.Append(Of(delta, "reasoning_content"));
                stop = Of(choice, "finish_reason") is { Length: > 0 } word ? word : stop;
                if (delta.TryGetProperty("tool_calls", out var calls))
                {
                    var function = calls[0].GetProperty("function");
                    name += Of(function, "name");
                    arguments.Append(Of(function, "arguments"));
                }
            }

            if (chunk.TryGetProperty("usage", out var usage) && usage.ValueKind is JsonValueKind.Object)
            {
                (input, output) = (Number(usage, "prompt_tokens"), Number(usage, "completion_tokens"));
            }
        }

        return new Seen(text.ToString(), thoughts.ToString(), name, arguments.ToString(), stop, input, output);
    }

    private static Seen OfMessages(JsonElement root)
    {
        var blocks = root.GetProperty("content").EnumerateArray().ToList();
        var call = blocks.Find(static block => Of(block, "type") is "tool_use");
        return new Seen(
            string.Concat(blocks.Select(static block => Of(block, "text"))), string.Concat(blocks.Select(static block => Of(block, "thinking"))),
            Of(call, "name"), call.GetProperty("input").GetRawText(), Of(root, "stop_reason"), InputOf(root.GetProperty("usage")),
            Number(root.GetProperty("usage"), "output_tokens"));
    }

    private static Seen OfMessagesStream(List<JsonElement> events)
    {
        var (text, thoughts, name, arguments, stop) = (new StringBuilder(), new StringBuilder(), "", new StringBuilder(), "");
        long input = 0, output = 0;
        Of(events[0], "type").ShouldBe("message_start");
        Of(events[^1], "type").ShouldBe("message_stop");
        foreach (var next in events)
        {
            switch (Of(next, "type"))
            {
                case "content_block_start":
                    name += Of(next.GetProperty("content_block"), "name");
                    break;
                case "content_block_delta":
                    text.Append(Of(next.GetProperty("delta"), "text"));
                    thoughts.Append(Of(next.GetProperty("delta"), "thinking"));
                    arguments.Append(Of(next.GetProperty("delta"), "partial_json"));
                    break;
                case "message_start":
                    input = InputOf(next.GetProperty("message").GetProperty("usage"));
                    break;
                case "message_delta":
                    stop = Of(next.GetProperty("delta"), "stop_reason");
                    output = Number(next.GetProperty("usage"), "output_tokens");
                    input = next.GetProperty("usage").TryGetProperty("input_tokens", out _) ? InputOf(next.GetProperty("usage")) : input;
                    break;
                default:
                    break;
            }
        }

        return new Seen(text.ToString(), thoughts.ToString(), name, arguments.ToString(), stop, input, output);
    }

    private static Seen OfResponses(JsonElement root)
    {
        var items = root.GetProperty("output").EnumerateArray().ToList();
        var call = items.Find(static item => Of(item, "type") is "function_call");
        var usage = root.GetProperty("usage");
        return new Seen(
            string.Concat(items.Where(static item => Of(item, "type") is "message").SelectMany(static item => item.GetProperty("content").EnumerateArray()).Select(static part => Of(part, "text"))),
            string.Concat(items.Where(static item => Of(item, "type") is "reasoning").SelectMany(static item => item.GetProperty("summary").EnumerateArray()).Select(static part => Of(part, "text"))),
            Of(call, "name"), Of(call, "arguments"), Of(root, "status"), Number(usage, "input_tokens"), Number(usage, "output_tokens"));
    }

    private static Seen OfGenerate(List<JsonElement> chunks)
    {
        var (text, thoughts, name, arguments, stop) = (new StringBuilder(), new StringBuilder(), "", "", "");
        long input = 0, output = 0;
        foreach (var chunk in chunks)
        {
            if (chunk.TryGetProperty("usageMetadata", out var usage))
            {
                input = Number(usage, "promptTokenCount");
                output = Number(usage, "candidatesTokenCount") + Number(usage, "thoughtsTokenCount");
            }

            if (!chunk.TryGetProperty("candidates", out var candidates))
            {
                continue;
            }

            stop = Of(candidates[0], "finishReason") is { Length: > 0 } word ? word : stop;
            if (!candidates[0].TryGetProperty("content", out var content) || !content.TryGetProperty("parts", out var parts))
            {
                continue;
            }

            foreach (var part in parts.EnumerateArray())
            {
                (part.TryGetProperty("thought", out var thought) && thought.ValueKind is JsonValueKind.True ? thoughts : text).Append(Of(part, "text"));
                if (part.TryGetProperty("functionCall", out var call))
                {
                    name = Of(call, "name");
                    arguments = call.GetProperty("args").GetRawText();
                }
            }
        }

        return new Seen(text.ToString(), thoughts.ToString(), name, arguments, stop, input, output);
    }

    private static long InputOf(JsonElement usage)
        => Number(usage, "input_tokens") + Number(usage, "cache_read_input_tokens") + Number(usage, "cache_creation_input_tokens");

    private static string Of(JsonElement json, string name)
        => json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetInt64() : 0;
}
