using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Sse;
using Tollgate.Wire.Tests.Json;

namespace Tollgate.Wire.Tests.Sse;

public class SseSplitterTests
{
    private const string C = SseReading.Comment;

    public static TheoryData<string, string[]> Streams => new()
    {
        { "", [] },
        { "\n\n\n", [] },
        { "data: {\"a\":1}\n\ndata: [DONE]\n\n", ["{\"a\":1}", "[DONE]"] },
        { "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"] },
        { "data: a\r\rdata: b\r\r", ["a", "b"] },
        { "data: a\r\n\ndata: b\r\r\ndata: c\n\r", ["a", "b", "c"] },
        { "data: a\n\r\ndata: b\n\n\r\n\ndata: c\n\n", ["a", "b", "c"] },
        { "\uFEFFdata: a\n\n", ["a"] },
        { "\uFEFF", [] },
        { "data:a\n\ndata:  two blanks\n\n", ["a", " two blanks"] },
        { ": ping\n\ndata: a\n\n:\n\n", [C, "a", C] },
        { ": ping\ndata: a\n\n", ["a"] },
        { "data: a\n: ping\n\n", ["a"] },
        { "event: message\nid: 7\nretry: 10\ndata: a\n\n", ["a"] },
        { "event: ping\n\ndata: a\n\n", ["a"] },
        { "data: {\"a\":\ndata: 1,\ndata: \"b\":2}\n\n", ["{\"a\": 1, \"b\":2}"] },
        { "data: 1\ndata: 2\n\ndata: 3\ndata: 4\n\n", ["1 2", "3 4"] },
        { "{\"error\":{\"message\":\"x\"}}\n\n", ["{\"error\":{\"message\":\"x\"}}"] },
        { "{\"error\":\"x\"}", ["{\"error\":\"x\"}"] },
        { "data: a\n\ndata: b", ["a", "b"] },
        { "data: a\n\ndata: b\n", ["a", "b"] },
        { "data: a\n\ndata: b\r", ["a", "b"] },
        { "data: a\ndata: b", ["a b"] },
        { "data: a\n\n: bye", ["a"] },
        { "data\n\ndata:\n\ndata: a\n\n", ["", "", "a"] },
        { "database: no\n\ndata-x: no\n\ndata: yes\n\n", ["yes"] },
        { "unknown\n\ndata: a\n\n", ["a"] },
        { "data: \u2028 é 😀\n\n", ["\u2028 é 😀"] },
        { "data: a: b\n\n", ["a: b"] },
    };

    [Fact]
    public void LinesWithoutEvent_NeedNotBeKept()
    {
        var splitter = new SseSplitter();
        splitter.TryRead("\n\nid: 7\n\ndat"u8.ToArray(), out var consumed, out _).ShouldBeFalse();
        consumed.ShouldBe("\n\nid: 7\n\n".Length);
        splitter.TryRead("data: a\n\n"u8.ToArray(), out consumed, out var next).ShouldBeTrue();
        Encoding.UTF8.GetString(next.Data.Span).ShouldBe("a");
        consumed.ShouldBe("data: a\n\n".Length);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Stream_IsCutIntoItsEvents(string stream, string[] events) => SseReading.Read(Encoding.UTF8.GetBytes(stream)).ShouldBe(events);

    [Theory]
    [MemberData(nameof(Streams))]
    public void StreamCutAtAnyByte_HasTheSameEvents(string stream, string[] events)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            string.Join('|', SseReading.Read(bytes, cut)).ShouldBe(string.Join('|', events), $"cut at {cut}");
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void StreamByteByByte_HasTheSameEvents(string stream, string[] events)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        SseReading.Read(bytes, [.. Enumerable.Range(0, bytes.Length)]).ShouldBe(events);
    }

    [Fact]
    public void RandomStreamAtRandomCuts_HasTheSameEvents()
        => Prop.ForAll(RandomJson.Seeds.ToArbitrary(), static seed =>
        {
            var random = new Random(seed);
            string[] pieces = ["data: a\n\n", "data: b\r\n\r\n", ": c\n\n", "\r", "\n", "data: d\n", "event: e\n", "{\"f\":1}\r\r", "data:", " ", "é"];
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => pieces[random.Next(pieces.Length)]));
            var bytes = Encoding.UTF8.GetBytes(text);
            var cuts = Enumerable.Range(0, random.Next(10)).Select(_ => random.Next(bytes.Length + 1)).Order().ToArray();
            SseReading.Read(bytes, cuts).ShouldBe(SseReading.Read(bytes));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void EventOfTenMegabytes_ComesWhole()
    {
        byte[] stream = [.. "data: "u8, .. Enumerable.Repeat((byte)'x', 10 * 1024 * 1024), .. "\n\ndata: b\n\n"u8];
        var splitter = new SseSplitter();
        var consumed = 0;
        SseEvent large = default;
        for (var end = 64 * 1024; consumed == 0; end += 64 * 1024)
        {
            splitter.TryRead(stream.AsMemory(0, Math.Min(end, stream.Length)), out consumed, out large);
        }

        large.Data.Length.ShouldBe(10 * 1024 * 1024);
        splitter.TryRead(stream.AsMemory(consumed), out _, out var next).ShouldBeTrue();
        Encoding.UTF8.GetString(next.Data.Span).ShouldBe("b");
    }

    [Fact]
    public void LargeEventOfManyLines_IsJoined()
    {
        var lines = Enumerable.Range(0, 2000).Select(static i => $"data: {i},").ToList();
        var text = string.Join('\n', lines) + "\n\ndata: x\ndata: y\n\n";
        SseReading.Read(Encoding.UTF8.GetBytes(text)).ShouldBe([string.Join(' ', Enumerable.Range(0, 2000).Select(static i => $"{i},")), "x y"]);
    }
}
