using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Hub;

public sealed class ChatStreamTests
{
    private const string Recording = """
        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"reasoning_content":"Häm"},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"content":"Grüß "},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"content":"dich"},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"x","choices":[],"usage":{"prompt_tokens":4,"completion_tokens":6,"total_tokens":10}}

        data: [DONE]

        """;

    private readonly ChatCodec _codec = new();

    [Fact]
    public void Stream_SaysTheSameBehindTheHub()
    {
        var (text, path) = Codecs.Translate(_codec, _codec, Encoding.UTF8.GetBytes(Recording));
        var chunks = Chunks(text);
        Joined(chunks, "content").ShouldBe("Grüß dich");
        Joined(chunks, "reasoning_content").ShouldBe("Häm");
        string.Concat(Deltas(chunks).Where(static d => d.TryGetProperty("tool_calls", out _))
            .Select(static d => d.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString())).ShouldBe("{\"a\":1}");
        chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(10);
        chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        chunks.ShouldAllBe(static chunk => chunk.GetProperty("model").GetString() == "public-model" && chunk.GetProperty("id").GetString() == "chatcmpl-9");
        text.ShouldEndWith("data: [DONE]\n\n");
        path.Usage!.Value.CompletionTokens.ShouldBe(6);
        path.Finished.ShouldBeTrue();
        path.OutputBytes.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Stream_CutAnywhere_SaysTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Recording);
        var whole = Codecs.Translate(_codec, _codec, bytes).Text;
        for (var piece = 1; piece < 200; piece += 7)
        {
            Codecs.Translate(_codec, _codec, bytes, piece).Text.ShouldBe(whole, $"in pieces of {piece}");
        }
    }

    [Fact]
    public void Stream_WithoutAnEnd_GetsOne()
    {
        var (text, _) = Codecs.Translate(_codec, _codec, """data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"x"}}]}"""u8.ToArray());
        text.ShouldContain("\"finish_reason\":\"stop\"");
        text.ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public void WholeAnswer_BecomesAStream()
    {
        var answer = new TranslatedAnswer(_codec, _codec, Codecs.Target, Codecs.View(Surface.Chat));
        answer.Read("""{"id":"chatcmpl-1","choices":[{"message":{"content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"""u8.ToArray())
            .ShouldBe(ResponseVerdict.Good);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        answer.WriteAsStream(output);
        var chunks = Chunks(Encoding.UTF8.GetString(output.WrittenSpan));
        Joined(chunks, "content").ShouldBe("hello");
        chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(3);
    }

    [Fact]
    public void CustomTool_ThatWentOutAsAFunction_ComesBackAsFreeText()
    {
        var request = new ChatRequest { Origin = Surface.Chat };
        request.Tools.Add(new ToolDefinition { Kind = ToolKind.Custom, Name = "patch" });
        const string stream = """
            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"patch","arguments":"{\"inp"}}]}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"ut\":\"a b\"}"}}]}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

            """;
        var (text, _) = Codecs.Translate(_codec, _codec, Encoding.UTF8.GetBytes(stream), view: Codecs.View(Surface.Chat, request: request));
        text.ShouldContain("\"type\":\"custom\"");
        text.ShouldContain("\"input\":\"a b\"");
    }

    [Fact]
    public void MutatedRecordings_NeverThrow()
    {
        var random = new Random(20261121);
        var original = Encoding.UTF8.GetBytes(Recording);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = original.ToArray();
            for (var change = 0; change < 1 + (round % 5); change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var reader = _codec.ReadStream(Codecs.Target);
            var splitter = _codec.SplitStream();
            var rest = bytes.AsMemory();
            var events = new List<ChatEvent>();
            while (splitter.TryRead(rest, out var consumed, out var next))
            {
                reader.Read(next.Data, events);
                rest = rest[consumed..];
            }

            reader.Finish(events);
        }
    }

    private static List<JsonElement> Chunks(string text)
        => [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line["data: ".Length..]).Where(static data => data != "[DONE]").Select(static data => JsonDocument.Parse(data).RootElement)];

    private static IEnumerable<JsonElement> Deltas(List<JsonElement> chunks) => chunks.Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("delta"));

    private static string Joined(List<JsonElement> chunks, string member)
        => string.Concat(Deltas(chunks).Select(delta => delta.TryGetProperty(member, out var value) ? value.GetString() : ""));
}
