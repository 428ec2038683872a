using System.Text;
using Tollgate.Wire.Bedrock;

namespace Tollgate.Wire.Tests.Bedrock;

public sealed class EventStreamTests
{
    private static readonly byte[] Recording =
    [
        .. Frames.Event("messageStart", """{"role":"assistant"}"""),
        .. Frames.Event("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hi ü"}}"""),
        .. Frames.Event("messageStop", """{"stopReason":"end_turn"}"""),
    ];

    private static readonly string[] Expected =
    [
        """{"messageStart":{"role":"assistant"}}""",
        """{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"Hi ü"}}}""",
        """{"messageStop":{"stopReason":"end_turn"}}""",
    ];

    [Fact]
    public void PublishedFrame_IsRead()
    {
        // The example of the format's documentation: no headers, payload {'foo':'bar'}, with its checksums as published.
        var frame = Convert.FromHexString("0000001D00000000FD528C5A7B27666F6F273A27626172277DC3653936");
        ReadAll([frame]).ShouldHaveSingleItem().ShouldBe("""{"unknown":{'foo':'bar'}}""");
    }

    [Fact]
    public void Stream_IsCutAtEveryByte()
    {
        for (var cut = 0; cut <= Recording.Length; cut++)
        {
            ReadAll([Recording[..cut], Recording[cut..]]).ShouldBe(Expected);
        }
    }

    [Fact]
    public void Stream_ComesByteByByte() => ReadAll([.. Recording.Select(static one => new[] { one })]).ShouldBe(Expected);

    [Fact]
    public void AnyFlippedBit_IsFound()
    {
        for (var i = 0; i < Recording.Length; i++)
        {
            var damaged = Recording.ToArray();
            damaged[i] ^= 0x10;
            Should.Throw<InvalidDataException>(() => ReadAll([damaged]), $"byte {i}");
        }
    }

    [Fact]
    public void HeadersOfAllTypes_AreSkipped()
    {
        var frame = Frames.Make(
            "{}"u8.ToArray(),
            Frames.Header("true", 0), Frames.Header("false", 1), Frames.Header("byte", 2, 1), Frames.Header("short", 3, 1, 2),
            Frames.Header("int", 4, 1, 2, 3, 4), Frames.Header("long", 5, 1, 2, 3, 4, 5, 6, 7, 8), Frames.Header("bytes", 6, 0, 2, 9, 9),
            Frames.Header("time", 8, 1, 2, 3, 4, 5, 6, 7, 8), Frames.Header("uuid", 9, [.. Enumerable.Range(0, 16).Select(static i => (byte)i)]),
            Frames.Text("x-unknown", "value"), Frames.Text(":event-type", "messageStart"), Frames.Text(":message-type", "event"));
        ReadAll([frame]).ShouldBe(["""{"messageStart":{}}"""]);
    }

    [Theory]
    [InlineData(10, "")]
    [InlineData(7, "00C8")]
    [InlineData(4, "01")]
    public void BrokenHeader_IsFound(byte type, string value)
        => Should.Throw<InvalidDataException>(() => ReadAll([Frames.Make([], Frames.Header("x", type, Convert.FromHexString(value)))]));

    [Fact]
    public void FrameWithoutPayload_IsAnEmptyObject() => ReadAll([Frames.Event("initial-response", "")]).ShouldBe(["""{"initial-response":{}}"""]);

    [Theory]
    [InlineData("throttlingException", """{"message":"Too many requests"}""", """{"error":{"message":"Too many requests","type":"throttlingException","code":"429"}}""")]
    [InlineData("modelStreamErrorException", """{"message":"m","originalStatusCode":424}""", """{"error":{"message":"m","type":"modelStreamErrorException","code":"424"}}""")]
    [InlineData("serviceUnavailableException", "no JSON", """{"error":{"message":"serviceUnavailableException","type":"serviceUnavailableException","code":"503"}}""")]
    [InlineData("somethingNewException", """{"message":"m"}""", """{"error":{"message":"m","type":"somethingNewException","code":"500"}}""")]
    public void Exception_BecomesAnError(string type, string payload, string expected)
        => ReadAll([Frames.Exception(type, payload)]).ShouldBe([expected]);

    [Fact]
    public void UnmodelledError_BecomesAnError()
        => ReadAll([Frames.Make([], Frames.Text(":message-type", "error"), Frames.Text(":error-code", "InternalFailure"), Frames.Text(":error-message", "Sorry"))])
            .ShouldBe(["""{"error":{"message":"Sorry","type":"InternalFailure","code":"500"}}"""]);

    [Fact]
    public void Chunk_IsUnwrapped()
    {
        var inner = Convert.ToBase64String("""{"type":"ping"}"""u8);
        ReadAll([Frames.Event("chunk", $$"""{"p":"abc","bytes":"{{inner}}"}""")]).ShouldBe(["""{"type":"ping"}"""]);
    }

    [Theory]
    [InlineData("""{"bytes":"aGVsbG8="}""")]
    [InlineData("""{"bytes":"%%"}""")]
    [InlineData("""{"other":1}""")]
    public void ChunkOfNoJson_StaysWrapped(string payload) => ReadAll([Frames.Event("chunk", payload)]).ShouldBe(["{\"chunk\":" + payload + "}"]);

    [Fact]
    public void PayloadParts_AreLinesPutTogether()
    {
        const string text = "data: {\"a\":1}\n\ndata:{\"b\":\"ü\"}\n\ndata: [DONE]\n\n";
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size < bytes.Length; size++)
        {
            var stream = bytes.Chunk(size).Select(static part => Frames.Make(part, Frames.Text(":event-type", "PayloadPart"), Frames.Text(":message-type", "event")));
            ReadAll([.. stream]).ShouldBe(["""{"a":1}""", """{"b":"ü"}""", "[DONE]"]);
        }
    }

    [Fact]
    public void LastLineWithoutItsEnd_IsAPayload()
        => ReadAll([Frames.Make("data:{\"a\":1}"u8.ToArray(), Frames.Text(":event-type", "PayloadPart"))]).ShouldBe(["""{"a":1}"""]);

    [Fact]
    public void CutStream_IsFound() => Should.Throw<InvalidDataException>(() => ReadAll([Recording[..^3]]));

    [Fact]
    public void FrameThatClaimsTooMuch_IsFound()
    {
        byte[] lengths = [0x7F, 0, 0, 0, 0, 0, 0, 0];
        var claim = Frames.Make([])[..12];
        lengths.CopyTo(claim, 0);
        Should.Throw<InvalidDataException>(() => ReadAll([claim]));
    }

    /// <summary>Feeds pieces as a relay does: what was not consumed comes again, grown.</summary>
    internal static List<string> ReadAll(byte[][] pieces)
    {
        var splitter = new EventStreamSplitter();
        var payloads = new List<string>();
        byte[] buffer = [];
        foreach (var piece in pieces)
        {
            buffer = [.. buffer, .. piece];
            while (true)
            {
                var found = splitter.TryRead(buffer, out var consumed, out var next);
                buffer = buffer[consumed..];
                if (!found)
                {
                    break;
                }

                payloads.Add(Encoding.UTF8.GetString(next.Data.Span));
            }
        }

        if (splitter.TryFinish(buffer, out var last))
        {
            payloads.Add(Encoding.UTF8.GetString(last.Data.Span));
        }

        return payloads;
    }
}
