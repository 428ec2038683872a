using System.Text;
using System.Text.Json.Nodes;

namespace Tollgate.Tests.Dialects;

/// <summary>
/// Thinking between calls of tools: an Anthropic client's conversation of thought, call, result, thought, call, result and text, sent to every
/// dialect of upstreams, and what an upstream's own seals become on their way to the client and back.
/// </summary>
public sealed class InterleavedThinkingTests : IAsyncLifetime
{
    private const string FirstSeal = "Zmlyc3Q=";
    private const string SecondSeal = "c2Vjb25k";

    private const string History = $$$"""
        [{"role":"user","content":"Two cities."},
         {"role":"assistant","content":[{"type":"thinking","thinking":"thought-one","signature":"{{{FirstSeal}}}"},
          {"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Rome"}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"result-one"}]},
         {"role":"assistant","content":[{"type":"thinking","thinking":"thought-two","signature":"{{{SecondSeal}}}"},
          {"type":"tool_use","id":"toolu_2","name":"get_weather","input":{"city":"Kyiv"}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_2","content":"result-two"}]},
         {"role":"assistant","content":[{"type":"text","text":"Both are fine."}]},
         {"role":"user","content":"And tomorrow?"}]
        """;

    private DialectGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await DialectGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("messages")]
    [InlineData("generate")]
    [InlineData("converse")]
    [InlineData("responses")]
    [InlineData("ollama")]
    public async Task MergedThoughts_ComeAsText_WholeAndStreamed(string upstream)
    {
        foreach (var stream in new[] { "false", "true" })
        {
            var body = $$"""{"model":"to-{{upstream}}","stream":{{stream}},"merge_reasoning_content_in_choices":true,"messages":[{"role":"user","content":"Hello"}]}""";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await _gateway.Http.PostAsync("v1/chat/completions", content, TestContext.Current.CancellationToken);
            var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            ((int)response.StatusCode).ShouldBe(200, answer);
            ShouldStandInOrder(answer, "<think>", "</think>");
            answer.ShouldNotContain("reasoning_content");
        }
    }

    [Theory]
    [InlineData("messages", true)]
    [InlineData("converse", true)]
    [InlineData("generate", false)]
    [InlineData("responses", false)]
    [InlineData("chat", false)]
    [InlineData("cohere", false)]
    [InlineData("ollama", false)]
    public async Task Turns_KeepTheirOrderAndSealsStayWithThoseWhoKnowThem(string upstream, bool knowsSeals)
    {
        foreach (var stream in new[] { false, true })
        {
            await AskAsync(upstream, JsonNode.Parse(History)!.AsArray(), stream);
            var body = _gateway.Upstream.LastBody;
            ShouldStandInOrder(body, "Two cities.", "Rome", "result-one", "Kyiv", "result-two", "Both are fine.", "And tomorrow?");
            if (knowsSeals)
            {
                ShouldStandInOrder(body, "thought-one", FirstSeal, "Rome", "result-one", "thought-two", SecondSeal, "Kyiv", "result-two");
            }
            else
            {
                body.ShouldNotContain(FirstSeal);
                body.ShouldNotContain(SecondSeal);
            }

            if (body.Contains("thought-one", StringComparison.Ordinal))
            {
                Between(body, "Two cities.", "result-one").ShouldContain("thought-one");
                Between(body, "result-one", "result-two").ShouldContain("thought-two");
            }
        }
    }

    [Theory]
    [InlineData("messages", "c2ln")]
    [InlineData("converse", "c2ln")]
    [InlineData("generate", "Z3Nn")]
    [InlineData("responses", "enc1")]
    public async Task OwnSeals_ComeBackToTheUpstreamInOrder(string upstream, string seal)
    {
        foreach (var stream in new[] { false, true })
        {
            var content = await AskAsync(upstream, [new JsonObject { ["role"] = "user", ["content"] = "Two cities." }], stream);
            content.Select(static block => block!["type"]!.GetValue<string>()).ShouldBe(["thinking", "text", "tool_use"], upstream);
            var second = content.DeepClone().AsArray();
            second[2]!["id"] = content[2]!["id"]!.GetValue<string>().Insert(4, "z");
            JsonArray messages =
            [
                new JsonObject { ["role"] = "user", ["content"] = "Two cities." },
                new JsonObject { ["role"] = "assistant", ["content"] = content },
                Result(content, "result-one"),
                new JsonObject { ["role"] = "assistant", ["content"] = second },
                Result(second, "result-two"),
            ];
            await AskAsync(upstream, messages, stream);
            var body = _gateway.Upstream.LastBody;
            ShouldStandInOrder(body, seal, "result-one", seal, "result-two");
            Between(body, "Two cities.", "result-one").ShouldContain(DialectUpstream.Tool);
            Between(body, "result-one", "result-two").ShouldContain(DialectUpstream.Tool);
            body.ShouldNotContain("eyJ0b2xsZ2F0ZSI6", Case.Sensitive, "what the gateway seals for clients is no upstream's");
            body.ShouldNotContain("__thought__");
        }
    }

    private async Task<JsonArray> AskAsync(string upstream, JsonArray messages, bool stream)
    {
        var body = new JsonObject
        {
            ["model"] = "to-" + upstream,
            ["stream"] = stream,
            ["max_tokens"] = 9000,
            ["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 2000 },
            ["messages"] = messages.DeepClone(),
            ["tools"] = JsonNode.Parse("""[{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}]"""),
        };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _gateway.Http.PostAsync("/v1/messages", content);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, text);
        return stream ? OfStream(text) : JsonNode.Parse(text)!["content"]!.DeepClone().AsArray();
    }

    /// <summary>The blocks of a stream as a client puts them together.</summary>
    private static JsonArray OfStream(string text)
    {
        var blocks = new JsonArray();
        var input = new StringBuilder();
        foreach (var line in text.Split('\n').Where(static line => line.StartsWith("data: ", StringComparison.Ordinal)))
        {
            var next = JsonNode.Parse(line["data: ".Length..])!;
            switch (next["type"]!.GetValue<string>())
            {
                case "content_block_start":
                    next["index"]!.GetValue<int>().ShouldBe(blocks.Count);
                    blocks.Add(next["content_block"]!.DeepClone());
                    input.Clear();
                    break;
                case "content_block_delta":
                    Add(blocks[^1]!, next["delta"]!, input);
                    break;
                case "content_block_stop" when blocks[^1]!["type"]!.GetValue<string>() is "tool_use":
                    blocks[^1]!["input"] = JsonNode.Parse(input.ToString());
                    break;
                default:
                    break;
            }
        }

        return blocks;
    }

    private static void Add(JsonNode block, JsonNode delta, StringBuilder input)
    {
        foreach (var name in new[] { "text", "thinking", "signature" })
        {
            if (delta[name] is { } more)
            {
                block[name] = (block[name]?.GetValue<string>() ?? "") + more.GetValue<string>();
            }
        }

        input.Append(delta["partial_json"]?.GetValue<string>());
    }

    private static JsonObject Result(JsonArray content, string text) => new()
    {
        ["role"] = "user",
        ["content"] = new JsonArray(new JsonObject
        {
            ["type"] = "tool_result",
            ["tool_use_id"] = content[2]!["id"]!.GetValue<string>(),
            ["content"] = text,
        }),
    };

    private static void ShouldStandInOrder(string body, params string[] texts)
    {
        var at = 0;
        foreach (var text in texts)
        {
            var found = body.IndexOf(text, at, StringComparison.Ordinal);
            found.ShouldBeGreaterThanOrEqualTo(0, $"{text} stands where it should in {body}");
            at = found + text.Length;
        }
    }

    private static string Between(string body, string start, string end)
    {
        var from = body.IndexOf(start, StringComparison.Ordinal);
        return body[from..body.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
