using System.Text;
using System.Text.Json;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Bedrock;

public sealed class ConverseAnswerTests
{
    private const string Usage = """{"inputTokens":40,"outputTokens":25,"totalTokens":175,"cacheReadInputTokens":100,"cacheWriteInputTokens":10,"cacheDetails":[{"ttl":"1h","inputTokens":4}]}""";

    private const string Whole = """
        {"output":{"message":{"role":"assistant","content":[
          {"reasoningContent":{"reasoningText":{"text":"hm","signature":"sg"}}},{"reasoningContent":{"redactedContent":"cmVk"}},
          {"text":"Checking."},{"toolUse":{"toolUseId":"t7","name":"get_weather","input":{"city":"Rome","n":[1,2]}}},{"toolUse":{"toolUseId":"t8","name":"a9_lives","input":{}}}]}},
         "stopReason":"tool_use","usage":
        """ + " " + Usage + ""","metrics":{"latencyMs":5},"trace":{"guardrail":{}}}""";

    private static readonly byte[] Streamed = Stream(
        ("messageStart", """{"role":"assistant"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sg"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":0}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"cmVk"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":1}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"Check"}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"ing."}}"""),
        ("contentBlockStop", """{"contentBlockIndex":2}"""),
        ("contentBlockStart", """{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"t7","name":"get_weather"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{\"city\":"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":3,"delta":{"toolUse":{"input":"\"Rome\"}"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":3}"""),
        ("contentBlockStart", """{"contentBlockIndex":4,"start":{"toolUse":{"toolUseId":"t8","name":"a9_lives"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":4}"""),
        ("messageStop", """{"stopReason":"tool_use"}"""),
        ("metadata", """{"usage":""" + Usage + ""","metrics":{"latencyMs":5}}"""));

    private static readonly ChatRequest Asked = new ChatCodec().Read("""{"messages":[],"tools":[{"type":"function","function":{"name":"9-lives"}},{"type":"function","function":{"name":"get_weather"}}]}""");

    private static readonly TargetModel Target = ConverseRequestTests.Target("anthropic.claude-sonnet-4-20250514-v1:0") with { Asked = Asked };

    [Fact]
    public void WholeAnswer_IsRead()
    {
        var response = new ConverseCodec().Answer(Whole, Target);
        var choice = response.Choices.ShouldHaveSingleItem();
        choice.Parts.ShouldBe(
        [
            new ThinkingPart("hm", "sg"), new RedactedThinkingPart("cmVk"), new TextPart("Checking."),
            new ToolCallPart("t7", "get_weather", """{"city": "Rome", "n": [1, 2]}"""), new ToolCallPart("t8", "9-lives", "{}"),
        ]);
        choice.Stop.ShouldBe(StopReason.ToolCalls);
        response.Usage.ShouldBe(new TokenUsage(150, 25, 175, 100, 1) { CacheCreationTokens = 10, CacheCreation1hTokens = 4, TextInputTokens = 40 });
        response.Extras.ShouldHaveSingleItem().Name.ShouldBe("trace");
    }

    [Fact]
    public void Stream_HasTheUsageOfTheWhole()
    {
        var (text, path) = Codecs.Translate(new ConverseCodec(), new ChatCodec(), Streamed, target: Target);
        path.Usage.ShouldBe(new ConverseCodec().Answer(Whole, Target).Usage);
        path.Finished.ShouldBeTrue();
        text.ShouldContain("\"finish_reason\":\"tool_calls\"");
        text.ShouldContain("\"content\":\"Check\"");
        text.ShouldContain("\"name\":\"9-lives\"");
        text.ShouldContain("""{\"city\":""");
        text.ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public void Stream_IsTheSameHoweverItIsCut()
    {
        var (whole, _) = Codecs.Translate(new ConverseCodec(), new ChatCodec(), Streamed, target: Target);
        for (var piece = 1; piece < 200; piece += 7)
        {
            Codecs.Translate(new ConverseCodec(), new ChatCodec(), Streamed, piece, target: Target).Text.ShouldBe(whole);
        }
    }

    [Theory]
    [InlineData("end_turn", StopReason.Stop)]
    [InlineData("stop_sequence", StopReason.StopSequence)]
    [InlineData("max_tokens", StopReason.Length)]
    [InlineData("model_context_window_exceeded", StopReason.ContextWindow)]
    [InlineData("guardrail_intervened", StopReason.ContentFilter)]
    [InlineData("content_filtered", StopReason.ContentFilter)]
    [InlineData("malformed_tool_use", StopReason.Stop)]
    public void StopReasons_AreTheHubs(string native, StopReason expected)
        => new ConverseCodec().Answer($$$"""{"output":{"message":{"content":[]}},"stopReason":"{{{native}}}"}""").Choices[0].Stop.ShouldBe(expected);

    [Theory]
    [InlineData("""{"type":"object","properties":{}}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"type":"array"}""", """{"values":[1,2]}""", "[1,2]")]
    public void AnswerByTool_IsText(string schema, string input, string expected)
    {
        var target = Target with
        {
            Asked = new ChatCodec().Read(
                """{"messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"form","schema":""" + schema + "}}}"),
        };
        var response = new ConverseCodec().Answer(
            """{"output":{"message":{"content":[{"toolUse":{"toolUseId":"t","name":"form","input":""" + input + """}}]}},"stopReason":"tool_use"}""", target);
        response.Choices[0].Parts.ShouldBe([new TextPart(expected)]);
        response.Choices[0].Stop.ShouldBe(StopReason.Stop);

        var stream = Stream(
            ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"form"}}}"""),
            ("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":" + JsonSerializer.Serialize(input) + "}}}"),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("messageStop", """{"stopReason":"tool_use"}"""));
        var (text, _) = Codecs.Translate(new ConverseCodec(), new ChatCodec(), stream, target: target);
        text.ShouldContain("\"content\":\"" + expected.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"");
        text.ShouldContain("\"finish_reason\":\"stop\"");
    }

    [Fact]
    public void Citations_AreRead()
    {
        var text = new ConverseCodec().Answer(
            """
            {"output":{"message":{"content":[{"citationsContent":{"content":[{"text":"So"},{"text":"!"}],"citations":[{"title":"T","sourceContent":[{"text":"src"}],"location":{"web":{"url":"https://x"}}}]}}]}},"stopReason":"end_turn"}
            """).Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>();
        text.Text.ShouldBe("So!");
        var citation = text.Citations.ShouldHaveSingleItem();
        (citation.Title, citation.CitedText, citation.Url).ShouldBe(("T", "src", "https://x"));
    }

    [Fact]
    public void ExceptionInAStream_IsAnError()
    {
        var reader = new ConverseCodec().ReadStream(Target);
        var payload = EventStreamTests.ReadAll([Frames.Exception("throttlingException", """{"message":"slow down"}""")]).ShouldHaveSingleItem();
        reader.Read(Encoding.UTF8.GetBytes(payload), new List<ChatEvent>()).ShouldBe(ChunkAction.Error);
    }

    [Fact]
    public void AnyAnswer_IsReadOrReported()
    {
        var random = new Random(20260105);
        var whole = Encoding.UTF8.GetBytes(Whole);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = Mutated(whole, random);
            try
            {
                using var document = JsonDocument.Parse(bytes);
                new ConverseCodec().ReadResponse(document.RootElement, bytes, Target);
            }
            catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException or FormatException)
            {
                // These are what an answer's path reports as malformed.
            }
        }
    }

    [Fact]
    public void AnyStream_IsReadOrReported()
    {
        var random = new Random(20260106);
        var payloads = EventStreamTests.ReadAll([Streamed]).ConvertAll(Encoding.UTF8.GetBytes);
        for (var round = 0; round < 500; round++)
        {
            var reader = new ConverseCodec().ReadStream(Target);
            var events = new List<ChatEvent>();
            for (var i = 0; i < payloads.Count; i++)
            {
                var payload = payloads[random.Next(payloads.Count)];
                reader.Read(random.Next(3) == 0 ? Mutated(payload, random) : payload, events);
            }

            reader.Finish(events);
        }
    }

    internal static byte[] Mutated(byte[] bytes, Random random)
    {
        var copy = bytes.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(copy.Length);
            switch (random.Next(4))
            {
                case 0:
                    copy[at] = (byte)random.Next(256);
                    break;
                case 1:
                    copy = copy[..Math.Max(1, at)];
                    break;
                case 2:
                    copy[at] = "{}[]\":,0n"u8[random.Next(9)];
                    break;
                default:
                    copy = [.. copy[..at], .. copy[(at / 2)..]];
                    break;
            }
        }

        return copy;
    }

    private static byte[] Stream(params (string Type, string Payload)[] events) => [.. events.SelectMany(static next => Frames.Event(next.Type, next.Payload))];
}
