using System.Text.Json;

namespace Tollgate.Tests.Loopback;

/// <summary>Legacy completions of several prompts by models that take one conversation a call.</summary>
public sealed class PromptListTests : SharedGateway
{
    private protected override GatewaySetup Setup { get; } = new()
    {
        Models =
        [
            new TestModel("ok") { Params = "custom_llm_provider: groq" },
            new TestModel("text") { Provider = "text-completion-openai", Params = "roles: {user: {pre_message: '<u>', post_message: '</u>'}}" },
        ],
    };

    [Fact]
    public async Task EachPrompt_HasAChoiceAndTheUsageIsSummed()
    {
        var one = await Gateway.PostAsync("v1/completions", """{"model":"ok","prompt":["Once"],"max_tokens":5}""");
        var answer = await Gateway.PostAsync("v1/completions", """{"model":"ok","prompt":["Once","Once","Once"],"max_tokens":5}""");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("object").GetString().ShouldBe("text_completion");
        answer.Json.GetProperty("model").GetString().ShouldBe("ok");
        var choices = answer.Json.GetProperty("choices").EnumerateArray().ToList();
        choices.Select(static choice => choice.GetProperty("index").GetInt32()).ShouldBe([0, 1, 2]);
        choices.ShouldAllBe(static choice => choice.GetProperty("text").GetString() == GatewayFixture.Text);
        Tokens(answer, "prompt_tokens").ShouldBe(3 * Tokens(one, "prompt_tokens"));
        Tokens(answer, "completion_tokens").ShouldBe(3 * Tokens(one, "completion_tokens"));
        var sent = JsonDocument.Parse(Gateway.LastUpstreamRequest.BodyText).RootElement;
        sent.GetProperty("messages")[0].GetProperty("content").GetString().ShouldBe("Once");
        sent.TryGetProperty("stream", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Streamed_ChunksSayWhichPromptTheyBelongTo()
    {
        var answer = await Gateway.PostAsync(
            "v1/completions", """{"model":"ok","prompt":["Once","Twice"],"stream":true,"stream_options":{"include_usage":true}}""");
        answer.Status.ShouldBe(200, answer.Body);
        var chunks = answer.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static line => line["data: ".Length..]).ToList();
        chunks[^1].ShouldBe("[DONE]");
        var events = chunks[..^1].Select(static chunk => JsonDocument.Parse(chunk).RootElement).ToList();
        foreach (var index in new[] { 0, 1 })
        {
            string.Concat(events.SelectMany(static next => next.GetProperty("choices").EnumerateArray())
                .Where(choice => choice.GetProperty("index").GetInt32() == index)
                .Select(static choice => choice.GetProperty("text").GetString())).ShouldBe(GatewayFixture.Text);
        }

        events[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt64().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[[1,2],[3]]")]
    [InlineData("[\"a\",5]")]
    public async Task PromptThatIsNoText_IsRefusedByName(string prompt)
    {
        var answer = await Gateway.PostAsync("v1/completions", $$"""{"model":"ok","prompt":{{prompt}}}""");
        answer.Status.ShouldBe(400, answer.Body);
        answer.Json.GetProperty("error").GetProperty("param").GetString().ShouldBe("prompt");
    }

    [Fact]
    public async Task TooManyPrompts_AreRefused()
    {
        var prompts = string.Join(',', Enumerable.Repeat("\"a\"", 129));
        var answer = await Gateway.PostAsync("v1/completions", $$"""{"model":"ok","prompt":[{{prompts}}]}""");
        answer.Status.ShouldBe(400, answer.Body);
        answer.Body.ShouldContain("at most 128");
    }

    [Theory]
    [InlineData("v1/chat/completions", """{"model":"text","messages":[{"role":"user","content":"Hello"}],"max_tokens":5}""")]
    [InlineData("v1/messages", """{"model":"text","messages":[{"role":"user","content":"Hello"}],"max_tokens":5}""")]
    [InlineData("v1/responses", """{"model":"text","input":"Hello","max_output_tokens":50}""")]
    public async Task Conversation_IsServedByAModelThatOnlyCompletes(string path, string body)
    {
        var answer = await Gateway.PostAsync(path, body);
        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldContain("Tollgate mock answers with");
        Gateway.LastUpstreamRequest.Target.ShouldBe("/v1/completions");
        JsonDocument.Parse(Gateway.LastUpstreamRequest.BodyText).RootElement.GetProperty("prompt").GetString().ShouldBe("<u>Hello</u>");
        var streamed = await Gateway.PostAsync(path, body[..^1] + ",\"stream\":true}");
        streamed.Status.ShouldBe(200, streamed.Body);
        JsonDocument.Parse(Gateway.LastUpstreamRequest.BodyText).RootElement.GetProperty("stream").GetBoolean().ShouldBeTrue();
    }

    private static long Tokens(Answer answer, string name) => answer.Json.GetProperty("usage").GetProperty(name).GetInt64();
}
