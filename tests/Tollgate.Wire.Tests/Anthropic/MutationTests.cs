using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>Recordings with bytes changed, lost, doubled: read or refused, never anything else.</summary>
public sealed class MutationTests
{
    private const int Rounds = 4000;

    private const string Request = """
        {"model":"claude-x","max_tokens":640,"stream":true,"metadata":{"user_id":"u"},"system":[{"type":"text","text":"You are","cache_control":{"type":"ephemeral"}}],
         "messages":[{"role":"user","content":[{"type":"text","text":"Hi \ud83d\ude42"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]},
           {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"a":1}}]},
           {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"boom"}]}]}],
         "tools":[{"name":"Bash","description":"d","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search","max_uses":3}],
         "tool_choice":{"type":"tool","name":"Bash"},"thinking":{"type":"enabled","budget_tokens":5000},"output_config":{"effort":"high"},"stop_sequences":["a"]}
        """;

    [Fact]
    public void Requests_AreReadOrRefused() => Each(Encoding.UTF8.GetBytes(Request), static bytes =>
    {
        if (Parse(bytes) is not { } root)
        {
            return;
        }

        try
        {
            var request = Claude.Codec.ReadRequest(root, bytes);
            foreach (var target in (TargetModel[])[Claude.Model("reasoning"), Claude.Model() with { ModifyParams = true, DropParams = true }])
            {
                Claude.Codec.Write(request, target);
            }

            Claude.Chat.Write(request);
        }
        catch (WireException)
        {
            // Refused, with a reason.
        }
    });

    [Fact]
    public void ChatRequests_AreSaidOrRefused() => Each(Encoding.UTF8.GetBytes(Claude.Question), static bytes =>
    {
        if (Parse(bytes) is not { } root)
        {
            return;
        }

        try
        {
            Claude.Codec.Write(Claude.Chat.ReadRequest(root, bytes), Claude.Model() with { ModifyParams = true });
        }
        catch (WireException)
        {
            // Refused, with a reason.
        }
    });

    [Fact]
    public void Answers_AreReadOrReported() => Each(Encoding.UTF8.GetBytes(Claude.Answer), static bytes =>
    {
        var relayed = Claude.Codec.RelayAnswer(Codecs.View(Surface.Messages));
        if (relayed.Read(bytes) is ResponseVerdict.Good)
        {
            using var written = JsonDocument.Parse(Claude.Written(relayed.WriteTo));
            written.RootElement.GetProperty("content").ValueKind.ShouldBe(JsonValueKind.Array);
        }

        using var translated = new TranslatedAnswer(Claude.Codec, Claude.Codec, Codecs.Target, Codecs.View(Surface.Messages));
        if (translated.Read(bytes) is ResponseVerdict.Good)
        {
            using var written = JsonDocument.Parse(Claude.Written(translated.WriteTo));
        }
    });

    [Fact]
    public void Streams_AreReadOrReported_AndRelayedInOneForm() => Each(Claude.Recording, static bytes =>
    {
        Run(bytes, Claude.Codec.RelayStream(Codecs.View(Surface.Messages)));
        Run(bytes, new TranslatedStream(Claude.Codec.ReadStream(Codecs.Target), Claude.Codec.WriteStream(Codecs.View(Surface.Messages))));
        Run(bytes, new TranslatedStream(Claude.Codec.ReadStream(Codecs.Target), Claude.Chat.WriteStream(Codecs.View(Surface.Chat))));
    });

    [Fact]
    public void EventsInAnyOrder_AreWrittenAsAStreamInOrder()
    {
        var kinds = Enum.GetValues<ChatEventKind>();
        var random = new Random(5);
        for (var round = 0; round < Rounds; round++)
        {
            var stream = Claude.Written(output =>
            {
                var writer = Claude.Codec.WriteStream(Codecs.View(Surface.Messages));
                for (var count = random.Next(12); count > 0; count--)
                {
                    writer.Write(
                        new ChatEvent(kinds[random.Next(kinds.Length)]) { Index = random.Next(3), Text = random.Next(3) == 0 ? " " : "{}", Name = "f", Id = "i" }, output);
                }

                writer.End(output);
            });
            ShouldBeInOrder(Claude.Events(stream));
        }
    }

    private static void ShouldBeInOrder(List<JsonElement> events)
    {
        events[0].GetProperty("type").GetString().ShouldBe("message_start");
        events[^2].GetProperty("type").GetString().ShouldBe("message_delta");
        events[^1].GetProperty("type").GetString().ShouldBe("message_stop");
        var open = -1;
        var next = 0;
        foreach (var item in events.Skip(1).SkipLast(2))
        {
            switch (item.GetProperty("type").GetString())
            {
                case "content_block_start":
                    open.ShouldBe(-1);
                    open = item.GetProperty("index").GetInt32();
                    open.ShouldBe(next++);
                    break;
                case "content_block_delta":
                    item.GetProperty("index").GetInt32().ShouldBe(open);
                    break;
                case "content_block_stop":
                    item.GetProperty("index").GetInt32().ShouldBe(open);
                    open = -1;
                    break;
                default:
                    item.GetProperty("type").GetString().ShouldBe("ping");
                    break;
            }
        }

        open.ShouldBe(-1);
    }

    private static void Run(byte[] bytes, StreamPath path)
    {
        var output = new ArrayBufferWriter<byte>();
        var splitter = Claude.Codec.SplitStream();
        ReadOnlyMemory<byte> rest = bytes;
        var action = ChunkAction.Forward;
        while (action is ChunkAction.Forward or ChunkAction.Drop && splitter.TryRead(rest, out var consumed, out var next))
        {
            action = next.IsComment ? ChunkAction.Drop : path.Next(next.Data);
            if (action is ChunkAction.Forward)
            {
                path.WriteTo(next.Data, output);
            }

            rest = rest[consumed..];
        }

        if (action is ChunkAction.Forward or ChunkAction.Drop or ChunkAction.Done)
        {
            path.WriteEnd(output, action is ChunkAction.Done);
        }
        else
        {
            path.WriteError(new ErrorBody("x", null, null, "500"), output);
        }
    }

    private static JsonElement? Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Each(byte[] recording, Action<byte[]> check)
    {
        var random = new Random(20_260_101);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = recording.ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(bytes.Count);
                var length = Math.Min(random.Next(1, 24), bytes.Count - at);
                switch (random.Next(5))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, length);
                        break;
                    case 2:
                        bytes.InsertRange(at, bytes.GetRange(at, length));
                        break;
                    case 3:
                        bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                        break;
                    default:
                        bytes.RemoveRange(at, bytes.Count - at);
                        bytes.Add((byte)'}');
                        break;
                }
            }

            check([.. bytes]);
        }
    }

    private static readonly string[] Pieces = ["null", "{}", "[]", "\"\\ud800\":1,", "-1", "1e999", "\"", ",\"type\":7", "true", "\\u0000", "{\"type\":\"text\"},"];
}
