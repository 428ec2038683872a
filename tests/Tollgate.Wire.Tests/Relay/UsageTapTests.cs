using System.Buffers.Binary;
using System.Text;
using Tollgate.Wire.Relay;

namespace Tollgate.Wire.Tests.Relay;

/// <summary>Usage in answers that are relayed unread: every known shape, in pieces of every size.</summary>
public sealed class UsageTapTests
{
    private const string Json = "application/json";
    private const string Events = "text/event-stream";

    public static TheoryData<string, string, long, long, long> Answers => new()
    {
        { Json, """{"id":"c","model":"m","usage":{"prompt_tokens":10,"completion_tokens":4,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":3}}}""", 10, 4, 3 },
        { Json, """{"id":"c","model":"m","usage":{"input_tokens":10,"output_tokens":4,"cache_read_input_tokens":3,"cache_creation_input_tokens":2}}""", 15, 4, 3 },
        { Json, """{"id":"c","model":"m","usage":{"input_tokens":10,"output_tokens":4,"input_tokens_details":{"cached_tokens":3}}}""", 10, 4, 3 },
        { Json, """{"responseId":"c","modelVersion":"m","usageMetadata":{"promptTokenCount":8,"toolUsePromptTokenCount":2,"candidatesTokenCount":3,"thoughtsTokenCount":1,"cachedContentTokenCount":3}}""", 10, 4, 3 },
        { Json, """[{"responseId":"c","modelVersion":"m","usageMetadata":{"promptTokenCount":10}},{"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"cachedContentTokenCount":3}}]""", 10, 4, 3 },
        { Json, """{"id":"c","model":"m","usage":{"inputTokens":7,"outputTokens":4,"totalTokens":14,"cacheReadInputTokens":3}}""", 10, 4, 3 },
        { Json, """{"id":"c","model":"m","meta":{"billed_units":{"input_tokens":10,"output_tokens":4}}}""", 10, 4, 0 },
        { Json, """{"id":"c","model":"m","usage":{"billed_units":{"input_tokens":10,"output_tokens":4},"tokens":{"input_tokens":99,"output_tokens":9}}}""", 10, 4, 0 },
        { Events, "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[]}\n\ndata: {\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n", 10, 4, 0 },
        { Events, "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"c\",\"model\":\"m\",\"usage\":{\"input_tokens\":7,\"cache_read_input_tokens\":3,\"output_tokens\":1}}}\r\n\r\nevent: message_delta\r\ndata: {\"usage\":{\"output_tokens\":4}}\r\n\r\n", 10, 4, 3 },
        { Events, "data: {\"type\":\"response.created\",\"response\":{\"id\":\"c\",\"model\":\"m\"}}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":10,\"output_tokens\":4}}}\n\n", 10, 4, 0 },
        { Events, "data: {\"id\":\"c\",\"model\":\"m\"}\n\ndata: {\"type\":\"message-end\",\"delta\":{\"usage\":{\"billed_units\":{\"input_tokens\":10,\"output_tokens\":4}}}}", 10, 4, 0 },
        { "application/stream+json", "{\"id\":\"c\",\"model\":\"m\"}\n{\"event_type\":\"stream-end\",\"response\":{\"meta\":{\"billed_units\":{\"input_tokens\":10,\"output_tokens\":4}}}}\n", 10, 4, 0 },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Usage_IsFound_HoweverTheAnswerIsCut(string type, string answer, long prompt, long completion, long cached)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var tap = Feed(type, bytes, size);
            tap.Usage.ShouldNotBeNull();
            (tap.Usage.Value.PromptTokens, tap.Usage.Value.CompletionTokens, tap.Usage.Value.CachedTokens).ShouldBe((prompt, completion, cached));
            tap.Model.ShouldBe("m");
            tap.AnswerId.ShouldBe("c");
        }
    }

    [Fact]
    public void Frames_AreUnderstood_AlsoThoseThatHideAnotherDialect()
    {
        byte[] converse = [.. Frame("""{"delta":{"text":"x"}}"""), .. Frame("""{"usage":{"inputTokens":10,"outputTokens":4,"totalTokens":14}}""")];
        var inner = Convert.ToBase64String("""{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":10,"outputTokenCount":4}}"""u8);
        foreach (var bytes in new[] { converse, Frame($$"""{"bytes":"{{inner}}"}""") })
        {
            for (var size = 1; size <= bytes.Length; size++)
            {
                var usage = Feed("application/vnd.amazon.eventstream", bytes, size).Usage;
                (usage?.PromptTokens, usage?.CompletionTokens).ShouldBe((10, 4));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void BrokenAnswer_ReportsSomethingOrNothing_ButNeverFails(string type, string answer, long prompt, long completion, long cached)
    {
        _ = (prompt, completion, cached);
        var random = new Random(17);
        for (var i = 0; i < 300; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(answer);
            for (var change = 0; change < 3; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Feed(type, bytes[..random.Next(bytes.Length)], 7).Usage?.PromptTokens.ShouldBeGreaterThanOrEqualTo(0);
            Feed("application/vnd.amazon.eventstream", bytes, 7).Events.ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    [Fact]
    public void OtherMedia_AreNotLookedInto()
    {
        var tap = Feed("audio/mpeg", "{\"usage\":{\"prompt_tokens\":10}}"u8.ToArray(), 5);
        tap.Usage.ShouldBeNull();
        tap.IsStream.ShouldBeFalse();
    }

    private static UsageTap Feed(string type, byte[] bytes, int size)
    {
        var tap = UsageTap.For(type);
        for (var at = 0; at < bytes.Length; at += size)
        {
            tap.Take(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        }

        tap.Finish();
        return tap;
    }

    private static byte[] Frame(string payload)
    {
        var body = Encoding.UTF8.GetBytes(payload);
        var headers = new byte[5];
        var frame = new byte[12 + headers.Length + body.Length + 4];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)headers.Length);
        body.CopyTo(frame.AsSpan(12 + headers.Length));
        return frame;
    }
}
