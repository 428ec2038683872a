using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Gemini;

public class StreamTests
{
    private const string Hello = """{"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3},"responseId":"r1"}""";

    private const string End =
        """{"candidates":[{"content":{"parts":[{"text":"lo"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"responseId":"r1"}""";

    private const string Calls =
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"a","args":{"x":1}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"b","args":{}}}]}}]}""";

    [Fact]
    public void Chunks_BecomeEvents()
    {
        var events = Gem.Events(Hello, End);
        events.Select(static one => one.Kind).ShouldBe(
            [ChatEventKind.Start, ChatEventKind.Text, ChatEventKind.Usage, ChatEventKind.Text, ChatEventKind.Finish, ChatEventKind.Usage]);
        events[0].Id.ShouldBe("r1");
        events[^2].Stop.ShouldBe(StopReason.Stop);
        events[^1].Usage!.Value.CompletionTokens.ShouldBe(2);
    }

    [Fact]
    public void CallsOfTools_AreNumberedThroughTheStream()
    {
        var events = Gem.Events(Calls, Calls, """{"candidates":[{"finishReason":"STOP"}]}""");
        events.Where(static one => one.Kind is ChatEventKind.ToolCallStart).Select(static one => (one.Index, one.Name)).ShouldBe(
            [(0, "a"), (1, "b"), (2, "a"), (3, "b")]);
        events.First(static one => one.Kind is ChatEventKind.ToolCallStart).Part.ShouldBeOfType<ToolCallPart>().Signature.ShouldBe("c2ln");
        events[^1].Stop.ShouldBe(StopReason.ToolCalls);
    }

    [Fact]
    public void ChunkInTwoHalves_IsPutTogether() => Gem.Events(Hello[..40], Hello[40..], End).Count(static one => one.Kind is ChatEventKind.Text).ShouldBe(2);

    [Theory]
    [InlineData("""{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}""", ChunkAction.Error)]
    [InlineData("""[{"error":{"code":429,"message":"m"}}]""", ChunkAction.Error)]
    [InlineData("nonsense", ChunkAction.Malformed)]
    [InlineData("[1]", ChunkAction.Malformed)]
    [InlineData("[DONE]", ChunkAction.Done)]
    public void Payload_IsJudged(string payload, ChunkAction expected)
        => Gem.Codec.ReadStream(Gem.Target()).Read(Encoding.UTF8.GetBytes(payload), []).ShouldBe(expected);

    [Fact]
    public void RefusedPrompt_Finishes()
        => Gem.Events("""{"promptFeedback":{"blockReason":"SAFETY"}}""")[^1].Stop.ShouldBe(StopReason.ContentFilter);

    [Fact]
    public void SignatureOfAText_ComesWithIt()
        => Gem.Events("""{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2ln"}]}}]}""")[1].Part.ShouldBeOfType<TextPart>().Signature.ShouldBe("c2ln");

    [Fact]
    public void Events_BecomeChunksOfGoogles()
    {
        var writer = Gem.Codec.WriteStream(Gem.View);
        var text = Gem.Text(output =>
        {
            writer.Write(new ChatEvent(ChatEventKind.Start) { Id = "r" }, output);
            writer.Write(ChatEvent.OfThinking("hm"), output);
            writer.Write(ChatEvent.OfText("Hi"), output);
            writer.Write(new ChatEvent(ChatEventKind.ToolCallStart) { Id = "c1", Name = "f" }, output);
            writer.Write(new ChatEvent(ChatEventKind.ToolCallArguments) { Text = "{\"a\":" }, output);
            writer.Write(new ChatEvent(ChatEventKind.ToolCallArguments) { Text = "1}" }, output);
            writer.Write(ChatEvent.OfFinish(StopReason.ToolCalls), output);
            writer.Write(ChatEvent.OfUsage(new TokenUsage(3, 4, 7, 0, 1)), output);
            writer.End(output);
        });
        var chunks = ChunksOf(text);
        chunks.Count.ShouldBe(4);
        chunks[0].ShouldBeJson("""{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],"modelVersion":"m","responseId":"r"}""");
        chunks[1].ShouldBeJson("""{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"index":0}],"modelVersion":"m","responseId":"r"}""");
        chunks[2].ShouldBeJson(
            """{"candidates":[{"content":{"parts":[{"functionCall":{"id":"c1","name":"f","args":{"a":1}}}],"role":"model"},"index":0}],"modelVersion":"m","responseId":"r"}""");
        chunks[3].ShouldBeJson(
            """
            {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":3,"totalTokenCount":7,"thoughtsTokenCount":1},"modelVersion":"m","responseId":"r"}
            """);
    }

    [Fact]
    public void ErrorInAStream_IsAnEvent()
        => Gem.Text(output => Gem.Codec.WriteStream(Gem.View).Error(new ErrorBody("slow", null, null, "429"), output))
            .ShouldBe("data: {\"error\":{\"code\":429,\"message\":\"slow\",\"status\":\"RESOURCE_EXHAUSTED\",\"type\":null,\"param\":null}}\n\n");

    [Fact]
    public void SameDialect_IsRelayedByteForByte()
    {
        var path = Gem.Codec.RelayStream(Gem.View)!;
        var relayed = Gem.Text(output =>
        {
            foreach (var payload in (string[])[Hello, End])
            {
                path.Next(Encoding.UTF8.GetBytes(payload)).ShouldBe(ChunkAction.Forward);
                path.HasOutput.ShouldBeTrue();
                path.WriteTo(Encoding.UTF8.GetBytes(payload), output);
            }

            path.WriteEnd(output, isClosed: false);
        });
        relayed.ShouldBe($"data: {Hello}\n\ndata: {End}\n\n");
        path.Finished.ShouldBeTrue();
        path.AnswerId.ShouldBe("r1");
        path.Usage!.Value.TotalTokens.ShouldBe(5);
        path.OutputBytes.ShouldBe(5);
    }

    [Fact]
    public void WholeAnswerOfTheSameDialect_IsRelayedByteForByte()
    {
        var path = Gem.Codec.RelayAnswer(Gem.View)!;
        path.Read(Encoding.UTF8.GetBytes(ResponseTests.Call)).ShouldBe(ResponseVerdict.Good);
        Gem.Text(path.WriteTo).ShouldBe(ResponseTests.Call);
        path.Usage.CompletionTokens.ShouldBe(20);
        path.AnswerId.ShouldBe("r1");
        path.Read("{}"u8.ToArray()).ShouldBe(ResponseVerdict.Malformed);
        path.Read("""{"error":{"code":500}}"""u8.ToArray()).ShouldBe(ResponseVerdict.Error);
    }

    [Theory]
    [InlineData("data: {0}\r\n\r\ndata: {1}\r\n\r\n")]
    [InlineData("[{0}\r\n,\r\n{1}\r\n]")]
    [InlineData("  [ {0},{1}]")]
    public void StreamInPieces_IsCutIntoTheSameChunks(string frame)
    {
        const string odd = """{"candidates":[{"content":{"parts":[{"text":"a } \" ] \\"}]}}]}""";
        var bytes = Encoding.UTF8.GetBytes(frame.Replace("{0}", odd, StringComparison.Ordinal).Replace("{1}", End, StringComparison.Ordinal));
        for (var step = 1; step < 60; step += 7)
        {
            var splitter = Gem.Codec.SplitStream();
            var found = new List<string>();
            var filled = 0;
            var buffer = Array.Empty<byte>();
            while (filled < bytes.Length)
            {
                var more = bytes[filled..Math.Min(filled + step, bytes.Length)];
                filled += more.Length;
                buffer = [.. buffer, .. more];
                while (true)
                {
                    var isThere = splitter.TryRead(buffer, out var consumed, out var next);
                    if (isThere)
                    {
                        found.Add(Encoding.UTF8.GetString(next.Data.Span));
                    }

                    buffer = buffer[consumed..];
                    if (!isThere)
                    {
                        break;
                    }
                }
            }

            found.ShouldBe([odd, End]);
        }
    }

    private static List<string> ChunksOf(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static one =>
        {
            one.ShouldStartWith("data: ");
            JsonDocument.Parse(one[6..]).Dispose();
            return one[6..];
        })];
}
