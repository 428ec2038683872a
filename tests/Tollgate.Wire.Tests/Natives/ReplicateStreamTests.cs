using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.Natives.Embeddings;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Tests.Natives;

/// <summary>Streams of predictions: named events of plain text.</summary>
public sealed class ReplicateStreamTests
{
    private static readonly TargetModel Target = new() { Provider = "sap", Model = "m" };

    private const string Stream =
        "event: output\r\nid: 1\r\ndata: Hello\r\n\r\n: keep-alive\n\nevent: output\ndata:  \"you\"\ndata: there\n\nevent: done\ndata: {}\n\n";

    [Fact]
    public void Events_AreTextAndAnEnd_WhereverTheyAreCut()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var (text, last, finished) = Read(bytes, cut);
            (text, last, finished).ShouldBe(("Hello \"you\"\nthere", ChunkAction.Done, true), $"cut at {cut}");
        }
    }

    [Fact]
    public void ErrorEvent_IsAnError()
        => Read("event: error\ndata: out of memory\n\n"u8.ToArray(), 0).Last.ShouldBe(ChunkAction.Error);

    [Fact]
    public void EventThatIsNotClosed_CountsAtTheEnd()
    {
        new NamedEventSplitter().TryFinish("event: output\ndata: x"u8.ToArray(), out var last).ShouldBeTrue();
        Encoding.UTF8.GetString(last.Data.Span).ShouldBe("""{"output":"x"}""");
        new NamedEventSplitter().TryFinish("\n"u8.ToArray(), out _).ShouldBeFalse();
    }

    [Fact]
    public void EmbeddingsOfSap_AreAModule()
    {
        var request = new EmbeddingRequest { Model = "text-embedding-3-small", Dimensions = 256, InputType = "search_document", Inputs = [new EmbeddingInput("a"), new EmbeddingInput("b")] };
        Written(request).ShouldBe(
            """{"config":{"modules":{"embeddings":{"model":{"name":"text-embedding-3-small","params":{"dimensions":256}}}}},"input":{"text":["a","b"],"type":"document"}}""");
        var response = Read(
            """{"request_id":"r","final_result":{"object":"list","data":[{"object":"embedding","embedding":[0.5,1],"index":0},{"embedding":[2,3],"index":1}],"usage":{"prompt_tokens":4,"total_tokens":4}}}""");
        response.Vectors.Select(static vector => vector[0]).ShouldBe([0.5f, 2f]);
        response.PromptTokens.ShouldBe(4);
        Should.Throw<WireException>(() => Read("{}"));
    }

    private static string Written(EmbeddingRequest request)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            new SapEmbeddings().WriteRequest(request, Target, json);
        }

        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    private static EmbeddingResponse Read(string answer) => new SapEmbeddings().ReadResponse(JsonDocument.Parse(answer).RootElement, Target);

    private static (string Text, ChunkAction Last, bool Finished) Read(byte[] bytes, int cut)
    {
        var splitter = new ReplicateCodec().SplitStream();
        var reader = new ReplicateCodec().ReadStream(new TargetModel { Provider = "replicate", Model = "o/n" });
        var events = new List<ChatEvent>();
        var last = ChunkAction.Forward;
        var start = 0;
        foreach (var end in new[] { cut, bytes.Length })
        {
            while (splitter.TryRead(bytes.AsMemory(start, end - start), out var consumed, out var next))
            {
                start += consumed;
                last = next.IsComment ? last : reader.Read(next.Data, events);
            }

            splitter.TryRead(bytes.AsMemory(start, end - start), out var dropped, out _);
            start += dropped;
        }

        return (string.Concat(events.Where(static happened => happened.Kind is ChatEventKind.Text).Select(static happened => happened.Text)), last,
            events.Exists(static happened => happened.Kind is ChatEventKind.Finish));
    }
}
