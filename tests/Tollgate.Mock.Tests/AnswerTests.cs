using System.Text.Json;

namespace Tollgate.Mock.Tests;

public sealed class AnswerTests
{
    [Fact]
    public async Task PlainChat_AnswersWithModelTextAndUsage()
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync("v1/chat/completions", MockClient.Chat);
        answer.GetProperty("object").GetString().ShouldBe("chat.completion");
        answer.GetProperty("model").GetString().ShouldBe("gpt-x");
        answer.GetProperty("id").GetString()!.ShouldStartWith("chatcmpl-");
        var message = answer.GetProperty("choices")[0].GetProperty("message");
        message.GetProperty("content").GetString()!.ShouldStartWith("Tollgate mock answers");
        answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
        ShouldHaveUsage(answer, 2, 10);
    }

    [Theory]
    [InlineData("chat/completions")]
    [InlineData("v1/chat/completions")]
    [InlineData("openai/v1/chat/completions")]
    [InlineData("openai/deployments/my-gpt/chat/completions?api-version=2024-10-21")]
    public async Task EveryPrefix_AnswersChat(string path)
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync(path, MockClient.Chat);
        answer.GetProperty("object").GetString().ShouldBe("chat.completion");
    }

    [Fact]
    public async Task AzureDeploymentWithoutModel_AnswersAsTheDeployment()
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync("openai/deployments/my-gpt/chat/completions", """{"messages":[]}""");
        answer.GetProperty("model").GetString().ShouldBe("my-gpt");
    }

    [Fact]
    public async Task ModelWithEscapes_IsEchoedAsItCame()
    {
        await using var mock = await MockClient.StartAsync();
        var text = await mock.TextAsync("""{"model":"a\u00fc\"b","messages":[]}""");
        text.ShouldContain("""
            "model":"a\u00fc\"b"
            """);
    }

    [Fact]
    public async Task TwoRequests_HaveDifferentIds()
    {
        await using var mock = await MockClient.StartAsync();
        var first = await mock.JsonAsync("v1/chat/completions", MockClient.Chat);
        var second = await mock.JsonAsync("v1/chat/completions", MockClient.Chat);
        second.GetProperty("id").GetString().ShouldNotBe(first.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Answer_CarriesTheHeadersOfOpenAi()
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.ChatAsync(MockClient.Chat);
        response.Headers.GetValues("x-request-id").Single().ShouldStartWith("req_");
        response.Headers.Contains("openai-processing-ms").ShouldBeTrue();
        response.Headers.GetValues("x-ratelimit-limit-requests").Single().ShouldBe("10000");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        response.Content.Headers.ContentLength.ShouldNotBeNull();
    }

    [Fact]
    public async Task Stream_SaysTheSameAsTheBody()
    {
        await using var mock = await MockClient.StartAsync();
        var body = await mock.JsonAsync("v1/chat/completions", MockClient.Chat);
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStream);
        events[^1].ShouldBe("[DONE]");
        MockClient.Content(events).ShouldBe(body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        MockClient.Parse(events[0]).GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().ShouldBe("assistant");
        MockClient.Parse(events[^2]).GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
        events.ShouldAllBe(data => !data.Contains("usage"));
        events.SkipLast(1).Select(data => MockClient.Parse(data).GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task StreamWithUsage_EndsWithUsageAndHasNullBefore()
    {
        await using var mock = await MockClient.StartAsync();
        var events = await mock.EventsAsync("v1/chat/completions", MockClient.ChatStreamUsage);
        var usage = MockClient.Parse(events[^2]);
        usage.GetProperty("choices").GetArrayLength().ShouldBe(0);
        ShouldHaveUsage(usage, 2, 10);
        events.SkipLast(2).ShouldAllBe(data => data.Contains("\"usage\":null"));
    }

    [Fact]
    public async Task PromptTokens_CountTextPartsAndEscapes()
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync("v1/chat/completions", """
            {"messages":[{"role":"system","content":"a\u00fc\n"},{"content":[{"type":"text","text":"ü世"},
            {"type":"image_url","image_url":{"url":"data:long"}}],"role":"user"}],"model":"m"}
            """);
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task SeveralChoices_AreAllAnswered()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Chunks = 3 });
        const string Request = """{"model":"m","n":2,"messages":[{"role":"user","content":"x"}]}""";
        var answer = await mock.JsonAsync("v1/chat/completions", Request);
        answer.GetProperty("choices").GetArrayLength().ShouldBe(2);
        ShouldHaveUsage(answer, 1, 6);
        var events = await mock.EventsAsync("v1/chat/completions", Request.Replace("\"n\"", "\"stream\":true,\"n\""));
        events.Count(data => data.Contains("\"index\":1")).ShouldBe(5);
    }

    [Fact]
    public async Task Tools_AreCalledAfterAUserMessageOnly()
    {
        const string Tools = """
            "tools":[{"type":"function","function":{"name":"get_weather","parameters":{}}}]
            """;
        await using var mock = await MockClient.StartAsync();
        var called = await mock.JsonAsync(
            "v1/chat/completions",
            $$"""{"model":"m",{{Tools}},"messages":[{"role":"user","content":"x"}]}""",
            (MockHeaders.ToolArguments, """{"city":"Berlin"}"""));
        var choice = called.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        var function = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        function.GetProperty("name").GetString().ShouldBe("get_weather");
        function.GetProperty("arguments").GetString().ShouldBe("""{"city":"Berlin"}""");

        var after = await mock.JsonAsync(
            "v1/chat/completions",
            $$"""{"model":"m",{{Tools}},"messages":[{"role":"user","content":"x"},{"role":"tool","content":"y"}]}""");
        after.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
    }

    [Fact]
    public async Task StreamedToolCall_HasNameFirstAndArgumentsInPieces()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { ToolArguments = """{"a":1}""", Chunks = 3 });
        var events = await mock.EventsAsync("v1/chat/completions", """
            {"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}]}
            """);
        var calls = events.Where(data => data.Contains("tool_calls\":["))
            .Select(data => MockClient.Parse(data).GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0])
            .ToList();
        calls[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("f");
        calls.Count.ShouldBe(4);
        string.Concat(calls.Select(call => call.GetProperty("function").GetProperty("arguments").GetString())).ShouldBe("""{"a":1}""");
    }

    [Fact]
    public async Task JsonSchema_IsConformedTo()
    {
        await using var mock = await MockClient.StartAsync();
        var answer = await mock.JsonAsync("v1/chat/completions", """
            {"model":"m","messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object",
            "properties":{"s":{"type":"string"},"n":{"type":"number","minimum":3},"b":{"type":"boolean"},"e":{"enum":["ü","y"]},
            "a":{"type":"array","items":{"$ref":"#/$defs/p"},"minItems":1},
            "o":{"type":["object","null"],"properties":{}},"skip":{"type":"string"}},
            "required":["s","n","b","e","a","o"],"$defs":{"p":{"type":"integer"}}}}}}
            """);
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
            .ShouldBe("""{"s":"mock","n":3,"b":true,"e":"ü","a":[0],"o":{}}""");
    }

    [Fact]
    public async Task Completions_AnswerText()
    {
        await using var mock = await MockClient.StartAsync();
        var body = await mock.JsonAsync("v1/completions", """{"model":"m","prompt":["1234","5678"]}""");
        body.GetProperty("object").GetString().ShouldBe("text_completion");
        ShouldHaveUsage(body, 2, 10);
        var events = await mock.EventsAsync("completions", """{"model":"m","prompt":"x","stream":true}""");
        string.Concat(events.SkipLast(1).Select(data => MockClient.Parse(data).GetProperty("choices")[0].GetProperty("text").GetString()))
            .ShouldBe(body.GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Models_AreListed()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { Models = ["one", "two"] });
        var list = MockClient.Parse(await mock.Http.GetStringAsync("v1/models", MockClient.Token));
        list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ShouldBe(["one", "two"]);
        MockClient.Parse(await mock.Http.GetStringAsync("models/two", MockClient.Token)).GetProperty("id").GetString().ShouldBe("two");
    }

    [Theory]
    [InlineData("v1/chat/completions", "not json", 400)]
    [InlineData("v1/chat/completions", """{"messages":[]}""", 400)]
    [InlineData("v1/chat/completions", """{"model":"m","messages":7}""", 400)]
    [InlineData("v1/chat/completions", """{"model":"m","n":"two"}""", 400)]
    [InlineData("v1/chat/completions", """{"model":"m"} {""", 400)]
    [InlineData("v1/embeddings", """{"model":"m"}""", 400)]
    [InlineData("v1/unknown", "{}", 404)]
    public async Task BadRequest_IsRefusedWithOpenAisError(string path, string body, int status)
    {
        await using var mock = await MockClient.StartAsync();
        using var response = await mock.PostAsync(path, body);
        ((int)response.StatusCode).ShouldBe(status);
        MockClient.Parse(await response.Content.ReadAsStringAsync(MockClient.Token))
            .GetProperty("error").GetProperty("type").GetString().ShouldBe("invalid_request_error");
    }

    [Fact]
    public async Task ResponseSize_IsExact()
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { ResponseSize = 20_000, Chunks = 7 });
        var body = await mock.JsonAsync("v1/chat/completions", MockClient.Chat);
        body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Length.ShouldBeInRange(19_999, 20_000);
        ShouldHaveUsage(body, 2, 7);
    }

    private static void ShouldHaveUsage(JsonElement answer, int prompt, int completion)
    {
        var usage = answer.GetProperty("usage");
        usage.GetProperty("prompt_tokens").GetInt32().ShouldBe(prompt);
        usage.GetProperty("completion_tokens").GetInt32().ShouldBe(completion);
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(prompt + completion);
    }
}
