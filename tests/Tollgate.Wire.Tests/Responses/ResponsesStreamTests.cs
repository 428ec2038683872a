using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Responses;

public sealed class ResponsesStreamTests
{
    private const string ChatRecording = """
        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"reasoning_content":"Hm"},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"content":"Grüß "},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"content":"dich"},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"zoom","arguments":"{"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"}"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-9","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"id":"chatcmpl-9","choices":[],"usage":{"prompt_tokens":4,"completion_tokens":6,"total_tokens":10}}

        data: [DONE]

        """;

    private const string Recording = """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_up","model":"x","status":"in_progress","output":[],"previous_response_id":"resp_old"}}

        event: response.in_progress
        data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_up","model":"x","output":[]}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}

        event: response.reasoning_summary_part.added
        data: {"type":"response.reasoning_summary_part.added","sequence_number":3,"output_index":0,"summary_index":0}

        event: response.reasoning_summary_text.delta
        data: {"type":"response.reasoning_summary_text.delta","sequence_number":4,"output_index":0,"summary_index":0,"delta":"One"}

        event: response.reasoning_summary_part.added
        data: {"type":"response.reasoning_summary_part.added","sequence_number":5,"output_index":0,"summary_index":1}

        event: response.reasoning_summary_text.delta
        data: {"type":"response.reasoning_summary_text.delta","sequence_number":6,"output_index":0,"summary_index":1,"delta":"Two"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"}],"encrypted_content":"AAAA"}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","sequence_number":8,"output_index":1,"item":{"type":"message","id":"msg_1"}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","sequence_number":9,"output_index":1,"content_index":0,"delta":"Hé"}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","sequence_number":10,"output_index":1,"content_index":0,"delta":"llo"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","sequence_number":11,"output_index":1,"item":{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Héllo"}]}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","sequence_number":12,"output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"look","arguments":""}}

        event: response.function_call_arguments.delta
        data: {"type":"response.function_call_arguments.delta","sequence_number":13,"output_index":2,"delta":"{\"a\":1}"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","sequence_number":14,"output_index":2,"item":{"type":"function_call","call_id":"call_1","name":"look","arguments":"{\"a\":1}"}}

        event: response.completed
        data: {"type":"response.completed","sequence_number":15,"response":{"id":"resp_up","model":"x","status":"completed","output":[],"usage":{"input_tokens":4,"output_tokens":6,"total_tokens":10}}}

        """;

    private readonly ResponsesCodec _codec = new();
    private readonly ChatCodec _chat = new();

    [Fact]
    public void Events_ComeInTheOrderThatTheDialectPromises()
    {
        var events = Events(Codecs.Translate(_chat, _codec, Encoding.UTF8.GetBytes(ChatRecording), view: View()).Text);
        events.Select(static next => next.Type).ShouldBe(
        [
            "response.created", "response.in_progress",
            "response.output_item.added", "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.done", "response.reasoning_summary_part.done", "response.output_item.done",
            "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
            "response.output_text.done", "response.content_part.done", "response.output_item.done",
            "response.output_item.added", "response.output_item.added",
            "response.function_call_arguments.delta", "response.function_call_arguments.delta", "response.function_call_arguments.delta",
            "response.function_call_arguments.done", "response.output_item.done",
            "response.function_call_arguments.done", "response.output_item.done",
            "response.completed",
        ]);
        events.Select(static next => next.Json.GetProperty("sequence_number").GetInt32()).ShouldBe(Enumerable.Range(0, events.Count));
        events[3].Json.GetProperty("item_id").GetString().ShouldBe(events[2].Json.GetProperty("item").GetProperty("id").GetString());
        var final = events[^1].Json.GetProperty("response");
        final.GetProperty("id").GetString().ShouldBe("resp_public");
        final.GetProperty("output").EnumerateArray().Select(static item => item.GetProperty("type").GetString()).ShouldBe(
            ["reasoning", "message", "function_call", "function_call"]);
        final.GetProperty("output")[1].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("Grüß dich");
        final.GetProperty("output")[2].GetProperty("arguments").GetString().ShouldBe("{\"a\":1}");
        final.GetProperty("output")[3].GetProperty("arguments").GetString().ShouldBe("{}");
        final.GetProperty("usage").GetProperty("input_tokens").GetInt32().ShouldBe(4);
    }

    [Fact]
    public void Stream_CutAnywhere_SaysTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Recording);
        var whole = Codecs.Translate(_codec, _chat, bytes).Text;
        for (var piece = 1; piece < 300; piece += 13)
        {
            Codecs.Translate(_codec, _chat, bytes, piece).Text.ShouldBe(whole, $"in pieces of {piece}");
        }
    }

    [Fact]
    public void Stream_IsReadForChatClients()
    {
        var (text, path) = Codecs.Translate(_codec, _chat, Encoding.UTF8.GetBytes(Recording));
        text.ShouldContain("\"reasoning_content\":\"One\"");
        text.ShouldContain("\"reasoning_content\":\"\\n\\n\"");
        text.ShouldContain("\"content\":\"Hé\"");
        text.ShouldContain("\"finish_reason\":\"tool_calls\"");
        text.ShouldContain("\"id\":\"resp_up\"");
        path.Usage!.Value.TotalTokens.ShouldBe(10);
        path.Finished.ShouldBeTrue();
    }

    [Fact]
    public void SealOfThoughts_HoldsTheItem()
    {
        var reader = _codec.ReadStream(Codecs.Target);
        var events = new List<ChatEvent>();
        foreach (var (_, json) in Events(Recording))
        {
            reader.Read(Encoding.UTF8.GetBytes(json.GetRawText()), events).ShouldBeOneOf(ChunkAction.Forward, ChunkAction.Drop);
        }

        var seal = events.Single(static next => next.Kind is ChatEventKind.Signature).Text;
        ReasoningCarrier.ItemIn(seal).GetProperty("encrypted_content").GetString().ShouldBe("AAAA");
    }

    [Fact]
    public void PiecesThatNeverCame_AreTakenFromTheItem()
    {
        const string stream = """
            data: {"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"all of it"}]}}

            data: {"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{\"b\":2}"}}

            data: {"type":"response.completed","response":{"id":"r","output":[]}}

            """;
        var (text, _) = Codecs.Translate(_codec, _chat, Encoding.UTF8.GetBytes(stream));
        text.ShouldContain("all of it");
        text.ShouldContain("{\\\"b\\\":2}");
    }

    [Fact]
    public void RelayedStream_KeepsItsBytes_ButForIdsAndModel()
    {
        var (text, path) = Relay(Recording);
        var expected = Recording.Replace("resp_up", "resp_public", StringComparison.Ordinal).Replace("\"model\":\"x\"", "\"model\":\"public-model\"", StringComparison.Ordinal)
            .Replace("resp_old", "resp_before", StringComparison.Ordinal).ReplaceLineEndings("\n");
        text.ShouldBe(expected.TrimEnd('\n') + "\n\ndata: [DONE]\n\n");
        path.Usage!.Value.CompletionTokens.ShouldBe(6);
        path.Finished.ShouldBeTrue();
        path.OutputBytes.ShouldBeGreaterThan(0);
        path.AnswerId.ShouldBe("resp_public");
    }

    [Fact]
    public void FailureMidStream_EndsWithAFailedResponse()
    {
        var path = _codec.RelayStream(View())!;
        path.Next("""{"type":"response.created","sequence_number":0,"response":{"id":"r","output":[]}}"""u8.ToArray()).ShouldBe(ChunkAction.Forward);
        path.HasOutput.ShouldBeFalse();
        path.Next("""{"type":"response.output_text.delta","sequence_number":1,"delta":"x"}"""u8.ToArray()).ShouldBe(ChunkAction.Forward);
        path.HasOutput.ShouldBeTrue();
        path.Next("""{"type":"response.failed","response":{"error":{"code":"server_error","message":"no"}}}"""u8.ToArray()).ShouldBe(ChunkAction.Error);
        var output = new ArrayBufferWriter<byte>();
        path.WriteError(new ErrorBody("no", null, null, "429"), output);
        var events = Events(Encoding.UTF8.GetString(output.WrittenSpan));
        events.Select(static next => next.Type).ShouldBe(["error", "response.failed"]);
        events[0].Json.GetProperty("sequence_number").GetInt32().ShouldBe(2);
        events[1].Json.GetProperty("response").GetProperty("error").GetProperty("code").GetString().ShouldBe("rate_limit_exceeded");
    }

    [Fact]
    public void FailedResponse_IsReadAsAnError()
    {
        var error = ErrorBody.TryRead("""{"type":"response.failed","response":{"id":"r","error":{"code":"rate_limit_exceeded","message":"slow down"}}}"""u8);
        error!.Message.ShouldBe("slow down");
        error.Code.ShouldBe("rate_limit_exceeded");
    }

    [Fact]
    public void MutatedRecordings_NeverThrow()
    {
        var random = new Random(20261121);
        var payloads = Events(Recording).Select(static next => Encoding.UTF8.GetBytes(next.Json.GetRawText())).ToList();
        for (var round = 0; round < 1500; round++)
        {
            var translated = new TranslatedStream(_codec.ReadStream(Codecs.Target), _codec.WriteStream(View()));
            foreach (var path in (StreamPath[])[translated, _codec.RelayStream(View())!])
            {
                var output = new ArrayBufferWriter<byte>();
                for (var i = 0; i < 12; i++)
                {
                    var payload = Mutation.Of(payloads[random.Next(payloads.Count)], random);
                    if (path.Next(payload) is ChunkAction.Forward)
                    {
                        path.WriteTo(payload, output);
                    }
                }

                path.WriteEnd(output, isClosed: false);
            }
        }
    }

    private (string Text, StreamPath Path) Relay(string recording)
    {
        var path = _codec.RelayStream(View())!;
        var output = new ArrayBufferWriter<byte>();
        foreach (var (_, json) in Events(recording))
        {
            var payload = Encoding.UTF8.GetBytes(json.GetRawText());
            path.Next(payload).ShouldBe(ChunkAction.Forward);
            path.WriteTo(payload, output);
        }

        path.WriteEnd(output, isClosed: false);
        return (Encoding.UTF8.GetString(output.WrittenSpan), path);
    }

    private static AnswerView View() => Codecs.View(Surface.Responses) with { PublicId = static _ => "resp_public", PreviousResponseId = "resp_before" };

    private static List<(string Type, JsonElement Json)> Events(string stream)
    {
        var events = new List<(string, JsonElement)>();
        foreach (var block in stream.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var data = block.Split('\n').Single(static line => line.StartsWith("data: ", StringComparison.Ordinal))[6..];
            if (!string.Equals(data, "[DONE]", StringComparison.Ordinal))
            {
                var json = JsonDocument.Parse(data).RootElement;
                events.Add((json.GetProperty("type").GetString()!, json));
            }
        }

        return events;
    }
}
