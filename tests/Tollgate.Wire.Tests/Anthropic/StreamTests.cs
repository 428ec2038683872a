using System.Text;
using System.Text.Json;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>Streams: read for others, written for Anthropic's clients, relayed.</summary>
public sealed class StreamTests
{
    [Fact]
    public void Stream_IsRead()
    {
        var events = Read(Claude.Stream);
        events.Select(static next => next.Kind).ShouldBe(
        [
            ChatEventKind.Start, ChatEventKind.Thinking, ChatEventKind.Signature, ChatEventKind.BlockEnd, ChatEventKind.Text, ChatEventKind.BlockEnd,
            ChatEventKind.ToolCallStart, ChatEventKind.ToolCallArguments, ChatEventKind.BlockEnd, ChatEventKind.Finish, ChatEventKind.Usage,
        ]);
        (events[6].Index, events[6].Id, events[6].Name).ShouldBe((0, "toolu_7", "get_weather"));
        events[9].Stop.ShouldBe(StopReason.ToolCalls);
        events[10].Usage!.Value.ShouldBe(new TokenUsage(150, 25, 175, 100, 1) { CacheCreationTokens = 10, TextInputTokens = 40, TextOutputTokens = 24 });
    }

    [Fact]
    public void Stream_BecomesChatChunks()
    {
        var (text, path) = Codecs.Translate(Claude.Codec, Claude.Chat, Claude.Recording);
        text.ShouldContain("\"reasoning_content\":\"hm\"");
        text.ShouldContain("\"content\":\"Checking.\"");
        text.ShouldContain("\"finish_reason\":\"tool_calls\"");
        text.ShouldContain("\"total_tokens\":175");
        text.ShouldEndWith("data: [DONE]\n\n");
        path.Usage!.Value.PromptTokens.ShouldBe(150);
        path.AnswerId.ShouldBe("msg_9");
    }

    [Fact]
    public void CallWithoutArguments_HasAnEmptyObject()
        => Read(Block("""{"type":"tool_use","id":"t","name":"f","input":{}}""")).Single(static next => next.Kind is ChatEventKind.ToolCallArguments).Text.ShouldBe("{}");

    [Fact]
    public void CallThatComesWhole_HasItsArguments()
        => Read(Block("""{"type":"tool_use","id":"t","name":"f","input":{"a":1}}""")).Single(static next => next.Kind is ChatEventKind.ToolCallArguments).Text.ShouldBe("{\"a\": 1}");

    [Theory]
    [InlineData("json_tool_call", "{\\\"a\\\":1}", "{\"a\":1}")]
    [InlineData("json_tool_call_values", "{\\\"values\\\":[1]}", "[1]")]
    public void CallOfTheFormatTool_IsText(string tool, string piece, string text)
    {
        var events = Read(Block($$$"""{"type":"tool_use","id":"t","name":"{{{tool}}}","input":{}}""", $$"""{"type":"input_json_delta","partial_json":"{{piece}}"}""")
            + Data("""{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"""));
        events.Where(static next => next.Kind is ChatEventKind.ToolCallStart).ShouldBeEmpty();
        events.Single(static next => next.Kind is ChatEventKind.Text).Text.ShouldBe(text);
        events.Single(static next => next.Kind is ChatEventKind.Finish).Stop.ShouldBe(StopReason.Stop);
    }

    [Fact]
    public void ServersToolCall_ComesWholeWithItsInput()
    {
        var part = Read(Block("""{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}""", """{"type":"input_json_delta","partial_json":"{\"query\":\"q\"}"}"""))
            .Single(static next => next.Kind is ChatEventKind.Part).Part.ShouldBeOfType<OpaquePart>();
        part.Raw.ShouldBeJson("""{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}}""");
    }

    [Fact]
    public void Compaction_ComesWhole()
        => Read(Block("""{"type":"compaction","content":null}""", """{"type":"compaction_delta","content":"sum"}"""))
            .Single(static next => next.Kind is ChatEventKind.Part).Part.ShouldBeOfType<OpaquePart>().Raw.ShouldBeJson("""{"type":"compaction","content":"sum"}""");

    [Theory]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ChunkAction.Error)]
    [InlineData("""{"error":{"message":"x"}}""", ChunkAction.Error)]
    [InlineData("""{"type":"message_stop"}""", ChunkAction.Done)]
    [InlineData("""{"type":"ping"}""", ChunkAction.Forward)]
    [InlineData("[1]", ChunkAction.Malformed)]
    [InlineData("{", ChunkAction.Malformed)]
    public void Payloads_AreToldApart(string payload, ChunkAction action)
    {
        Claude.Codec.ReadStream(Codecs.Target).Read(Encoding.UTF8.GetBytes(payload), []).ShouldBe(action);
        Claude.Codec.RelayStream(Codecs.View(Surface.Messages)).Next(Encoding.UTF8.GetBytes(payload)).ShouldBe(action);
    }

    [Fact]
    public void ChatStream_BecomesTheEventsOfTheWireExample()
    {
        var (text, _) = Codecs.Translate(Claude.Chat, Claude.Codec, Encoding.UTF8.GetBytes(
            Chunk("""{"role":"assistant","content":""}""") + Chunk("""{"reasoning_content":"hm"}""") + Chunk("""{"content":"Ok"}""")
            + Chunk("""{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}""")
            + Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]}""")
            + Chunk("{}", "tool_calls")
            + Data("""{"id":"c","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":4}}}""") + "data: [DONE]\n\n"));
        var events = Claude.Events(text);
        events[0].GetProperty("message").GetProperty("model").GetString().ShouldBe("public-model");
        events[0].GetProperty("message").GetProperty("id").GetString()!.ShouldStartWith("msg_");
        string.Join('\n', events.Skip(1).Select(static next => next.GetRawText())).ShouldBe("""
            {"type":"ping"}
            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
            {"type":"content_block_stop","index":0}
            {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
            {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Ok"}}
            {"type":"content_block_stop","index":1}
            {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_1","name":"f","input":{}}}
            {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}
            {"type":"content_block_stop","index":2}
            {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":8,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":5}}
            {"type":"message_stop"}
            """);
    }

    [Fact]
    public void BlankTextBeforeACall_OpensNoBlock()
    {
        var events = Write(ChatEvent.OfText("\n\n"), Call(0, "f"), Arguments(0, "{}"), ChatEvent.OfFinish(StopReason.ToolCalls));
        events.Count(static next => next.GetProperty("type").GetString() is "content_block_start").ShouldBe(1);
        events.ShouldNotContain(static next => next.GetProperty("type").GetString() == "content_block_delta");
    }

    [Fact]
    public void BlankTextBeforeText_IsNotLost()
        => string.Concat(Write(ChatEvent.OfText("\n"), ChatEvent.OfText("a")).Where(static next => next.TryGetProperty("delta", out var delta) && delta.TryGetProperty("text", out _))
            .Select(static next => next.GetProperty("delta").GetProperty("text").GetString())).ShouldBe("\na");

    [Fact]
    public void CallsThatComeInterleaved_ComeOneAfterTheOther()
    {
        var events = Write(
            Call(0, "f"), Call(1, "g"), Arguments(0, "{\"a\""), Arguments(1, "{\"b\""), Arguments(0, ":1}"), Arguments(1, ":2}"), Call(2, "h"),
            ChatEvent.OfFinish(StopReason.ToolCalls));
        Inputs(events).ShouldBe(["{\"a\":1}", "{\"b\":2}", ""]);
        events.Where(static next => next.GetProperty("type").GetString() is "content_block_start")
            .Select(static next => next.GetProperty("content_block").GetProperty("name").GetString()).ShouldBe(["f", "g", "h"]);
    }

    [Fact]
    public void UsageAfterTheEnd_IsInTheMessageDelta()
    {
        var events = Write(ChatEvent.OfText("a"), ChatEvent.OfFinish(StopReason.Length), ChatEvent.OfUsage(new TokenUsage(7, 3, 10, 2, 0)));
        events[^2].ShouldBeJson("""
            {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},
             "usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":3}}
            """);
    }

    [Fact]
    public void Error_HasItsEventLine()
        => Claude.Events(Claude.Written(output => Claude.Codec.WriteStream(Codecs.View(Surface.Messages)).Error(new ErrorBody("no", null, null, "500"), output)))
            .ShouldHaveSingleItem().GetProperty("error").GetProperty("type").GetString().ShouldBe("api_error");

    [Fact]
    public void RelayedStream_IsTheUpstreamsButForTheModel()
    {
        var path = Claude.Codec.RelayStream(Codecs.View(Surface.Messages));
        Relay(path, Claude.Stream).ShouldBe(Claude.Stream.Replace("\"claude-x\"", "\"public-model\"", StringComparison.Ordinal).ReplaceLineEndings("\n").TrimEnd('\n') + "\n\n");
        path.Usage!.Value.ShouldBe(new TokenUsage(150, 25, 175, 100, 1) { CacheCreationTokens = 10, TextInputTokens = 40, TextOutputTokens = 24 });
        path.AnswerId.ShouldBe("msg_9");
        path.Finished.ShouldBeTrue();
        path.OutputBytes.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void RelayedStreamThatBreaksOff_IsClosedInOrder()
    {
        var path = Claude.Codec.RelayStream(Codecs.View(Surface.Messages));
        var cut = Claude.Stream[..Claude.Stream.IndexOf("event: content_block_stop", StringComparison.Ordinal)];
        Claude.Events(Relay(path, cut)).TakeLast(3).Select(static next => next.GetProperty("type").GetString()).ShouldBe(["content_block_stop", "message_delta", "message_stop"]);
    }

    [Fact]
    public void RelayedStream_HasNoOutputBeforeTheFirstDelta()
    {
        var path = Claude.Codec.RelayStream(Codecs.View(Surface.Messages));
        var seen = new List<bool>();
        foreach (var payload in Payloads(Claude.Stream).Take(4))
        {
            path.Next(payload);
            seen.Add(path.HasOutput);
        }

        seen.ShouldBe([false, false, false, true]);
    }

    [Fact]
    public void SignsOfLife_AreEvents()
    {
        Encoding.UTF8.GetString(Claude.Codec.RelayStream(Codecs.View(Surface.Messages)).KeepAlive).ShouldBe("event: ping\ndata: {\"type\":\"ping\"}\n\n");
        Encoding.UTF8.GetString(new MessagesCodec().WriteStream(Codecs.View(Surface.Messages)).KeepAlive).ShouldBe("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    private static List<ChatEvent> Read(string stream)
    {
        var reader = Claude.Codec.ReadStream(Codecs.Target);
        var events = new List<ChatEvent>();
        foreach (var payload in Payloads(stream))
        {
            reader.Read(payload, events).ShouldBeOneOf(ChunkAction.Forward, ChunkAction.Done);
        }

        return events;
    }

    private static IEnumerable<byte[]> Payloads(string stream)
        => stream.Split('\n').Where(static line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(static line => Encoding.UTF8.GetBytes(line["data: ".Length..]));

    private static string Relay(StreamPath path, string stream) => Claude.Written(output =>
    {
        var isClosed = false;
        foreach (var payload in Payloads(stream))
        {
            switch (path.Next(payload))
            {
                case ChunkAction.Forward:
                    path.WriteTo(payload, output);
                    break;
                case ChunkAction.Done:
                    isClosed = true;
                    break;
                default:
                    break;
            }
        }

        path.WriteEnd(output, isClosed);
    });

    private static List<JsonElement> Write(params ReadOnlySpan<ChatEvent> events)
    {
        var all = events.ToArray();
        return Claude.Events(Claude.Written(output =>
        {
            var writer = Claude.Codec.WriteStream(Codecs.View(Surface.Messages));
            foreach (var next in all)
            {
                writer.Write(next, output);
            }

            writer.End(output);
        }));
    }

    private static string[] Inputs(List<JsonElement> events)
    {
        var inputs = new string[events.Count(static next => next.GetProperty("type").GetString() is "content_block_start")];
        Array.Fill(inputs, "");
        foreach (var next in events.Where(static next => next.GetProperty("type").GetString() is "content_block_delta"))
        {
            inputs[next.GetProperty("index").GetInt32()] += next.GetProperty("delta").GetProperty("partial_json").GetString();
        }

        return inputs;
    }

    private static ChatEvent Call(int index, string name) => new(ChatEventKind.ToolCallStart) { Index = index, Id = "call_" + index, Name = name };

    private static ChatEvent Arguments(int index, string text) => new(ChatEventKind.ToolCallArguments) { Index = index, Text = text };

    private static string Data(string payload) => $"data: {payload}\n\n";

    private static string Block(string block, params string[] deltas)
        => Data($$"""{"type":"content_block_start","index":0,"content_block":{{block}}}""")
            + string.Concat(deltas.Select(static delta => Data($$"""{"type":"content_block_delta","index":0,"delta":{{delta}}}""")))
            + Data("""{"type":"content_block_stop","index":0}""");

    private static string Chunk(string delta, string? finish = null)
        => Data($$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"g","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{(finish is null ? "null" : $"\"{finish}\"")}}}]}""");
}
