using System.Buffers;
using System.Text;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

public class WholeAnswerTests
{
    private const string Head = """
        "id":"c1","object":"chat.completion.chunk","created":5,"model":"gpt",
        """;

    private const string Usage = """{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}""";

    [Fact]
    public void ChatAnswer_BecomesDeltaFinishAndDone()
        => Stream($$"""{"id":"c1","object":"chat.completion","created":5,"model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"length"}],"usage":{{Usage}}}""")
            .ShouldBe([
                $$$"""{{{{Head}}}"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}""",
                $$$"""{{{{Head}}}"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}""",
                "[DONE]",
            ]);

    [Fact]
    public void UsageAskedFor_ComesBeforeDone()
        => Stream($$$"""{"object":"chat.completion","choices":[{"message":{"content":"Hi"}}],"usage":{{{Usage}}}}""", showUsage: true)
            .ShouldBe([
                """{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}""",
                """{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
                $$$"""{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{}}],"usage":{{{Usage}}}}""",
                "[DONE]",
            ]);

    [Fact]
    public void ToolCalls_AreNumbered()
        => Stream("""{"object":"chat.completion","choices":[{"index":0,"message":{"content":null,"tool_calls":[{"id":"a"},{"id":"b"},{"index":7,"id":"c"}]},"finish_reason":"tool_calls"}]}""")[0]
            .ShouldBe("""{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"index":0,"id":"a"},{"index":1,"id":"b"},{"index":7,"id":"c"}]},"finish_reason":null}]}""");

    [Fact]
    public void EveryChoice_HasItsOwnChunks()
        => Stream("""{"object":"chat.completion","choices":[{"index":0,"message":{"content":"a"}},{"index":1,"message":{"content":"b"}}]}""").Count.ShouldBe(5);

    [Fact]
    public void CompletionsAnswer_BecomesOneTextChunkAChoice()
        => Stream("""{"id":"c","object":"text_completion","choices":[{"index":0,"text":"Hi","finish_reason":"stop"}]}""")
            .ShouldBe(["""{"id":"c","object":"text_completion","choices":[{"index":0,"text":"Hi","finish_reason":"stop"}]}""", "[DONE]"]);

    [Fact]
    public void LineBreaksBetweenTokens_DoNotTearAnEventApart()
    {
        var events = Stream("{\n  \"object\": \"chat.completion\",\r\n  \"choices\": [\n {\"message\": {\n\"content\": [\n1,\r2]}}]\n}");
        events.Count.ShouldBe(3);
        System.Text.Json.JsonDocument.Parse(events[0]).RootElement
            .GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void LineSeparatorsInText_AreText()
        => Stream("{\"object\":\"text_completion\",\"choices\":[{\"text\":\"a\u2028b\u2029c\u0085d\"}]}")[0].ShouldContain("a\u2028b\u2029c\u0085d");

    [Fact]
    public void EmptyToolCall_IsNumberedAsWell()
        => Stream("""{"object":"chat.completion","choices":[{"message":{"tool_calls":[{},{ }]}}]}""")[0].ShouldContain("""[{"index":0},{"index":1}]""");

    [Fact]
    public void UsageOfCompletions_ComesWithoutChoices()
        => Stream($$"""{"object":"text_completion","choices":[{"text":"a"}],"usage":{{Usage}}}""", showUsage: true)[1]
            .ShouldBe($$"""{"object":"text_completion","choices":[],"usage":{{Usage}}}""");

    [Fact]
    public void WhatIsNoJson_IsRefused() => Should.Throw<ArgumentException>(() => Stream("nonsense"));

    /// <summary>The payloads of the events.</summary>
    private static List<string> Stream(string answer, bool showUsage = false)
    {
        var output = new ArrayBufferWriter<byte>();
        WholeAnswer.WriteAsStream(Encoding.UTF8.GetBytes(answer), showUsage, output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        text.ShouldEndWith("\n\n");
        return [.. text[..^2].Split("\n\n").Select(static item =>
        {
            item.ShouldStartWith("data: ");
            item.ShouldNotContain('\n');
            item.ShouldNotContain('\r');
            return item["data: ".Length..];
        })];
    }
}
