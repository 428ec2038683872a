using System.Text;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Realtime;

namespace Tollgate.Wire.Tests.Realtime;

public sealed class NovaSonicTests
{
    private const string Usage =
        """{"event":{"usageEvent":{"completionId":"c","details":{"delta":{"input":{"speechTokens":15,"textTokens":5},"output":{"speechTokens":8,"textTokens":2}},"total":{"input":{"speechTokens":15,"textTokens":5},"output":{"speechTokens":8,"textTokens":2}}},"totalInputTokens":20,"totalOutputTokens":10,"totalTokens":30}}}""";

    [Fact]
    public void FirstUpdate_BeginsSessionAndConversation()
    {
        var talk = Open();
        talk.Say("""
            {"type":"session.update","session":{"instructions":"Be brief.","voice":"alloy","temperature":0.5,"max_response_output_tokens":"inf",
            "tools":[{"type":"function","name":"look","description":"Looks","parameters":{"type":"object"}}]}}
            """);
        talk.TakeUpstream().ShouldBe(
        [
            """{"event":{"sessionStart":{"inferenceConfiguration":{"maxTokens":1024,"topP":0.9,"temperature":0.5}}}}""",
            """{"event":{"promptStart":{"promptName":"s1","textOutputConfiguration":{"mediaType":"text/plain"},"audioOutputConfiguration":{"mediaType":"audio/lpcm","sampleRateHertz":24000,"sampleSizeBits":16,"channelCount":1,"audioType":"SPEECH","encoding":"base64","voiceId":"tiffany"},"toolUseOutputConfiguration":{"mediaType":"application/json"},"toolConfiguration":{"tools":[{"toolSpec":{"name":"look","description":"Looks","inputSchema":{"json":"{\"type\":\"object\"}"}}}]}}}}""",
            """{"event":{"contentStart":{"promptName":"s1","contentName":"s1_1","type":"TEXT","interactive":true,"role":"SYSTEM","textInputConfiguration":{"mediaType":"text/plain"}}}}""",
            """{"event":{"textInput":{"promptName":"s1","contentName":"s1_1","content":"Be brief."}}}""",
            """{"event":{"contentEnd":{"promptName":"s1","contentName":"s1_1"}}}""",
        ]);
        talk.TakeTypes().ShouldBe(["session.created", "session.updated"]);
        talk.Say("""{"type":"input_audio_buffer.append","audio":"AAAA"}""").Say("""{"type":"input_audio_buffer.append","audio":"BBBB"}""");
        talk.TakeUpstream().ShouldBe(
        [
            """{"event":{"contentStart":{"promptName":"s1","contentName":"s1_2","type":"AUDIO","interactive":true,"role":"USER","audioInputConfiguration":{"mediaType":"audio/lpcm","sampleRateHertz":24000,"sampleSizeBits":16,"channelCount":1,"audioType":"SPEECH","encoding":"base64"}}}}""",
            """{"event":{"audioInput":{"promptName":"s1","contentName":"s1_2","content":"AAAA"}}}""",
            """{"event":{"audioInput":{"promptName":"s1","contentName":"s1_2","content":"BBBB"}}}""",
        ]);
        talk.Leave().TakeUpstream().ShouldBe(
        [
            """{"event":{"contentEnd":{"promptName":"s1","contentName":"s1_2"}}}""", """{"event":{"promptEnd":{"promptName":"s1"}}}""", """{"event":{"sessionEnd":{}}}""",
        ]);
    }

    [Fact]
    public void Answer_IsHeardOnce_AndPaidFor()
    {
        var talk = Open();
        talk.Say("""{"type":"input_audio_buffer.append","audio":"AAAA"}""");
        talk.TakeTypes();
        talk.Hear("""{"event":{"completionStart":{"completionId":"c"}}}""");
        Content(talk, "1", "TEXT", "USER", "FINAL").Hear("""{"event":{"textOutput":{"contentId":"1","content":"Good day"}}}""").Hear(End("1", "PARTIAL_TURN"));
        Content(talk, "2", "TEXT", "ASSISTANT", "SPECULATIVE").Hear("""{"event":{"textOutput":{"contentId":"2","content":"Hello"}}}""").Hear(End("2", "PARTIAL_TURN"));
        Content(talk, "3", "AUDIO", "ASSISTANT", "").Hear("""{"event":{"audioOutput":{"contentId":"3","content":"UklG"}}}""").Hear(Usage).Hear(End("3", "END_TURN"));
        Content(talk, "4", "TEXT", "ASSISTANT", "FINAL").Hear("""{"event":{"textOutput":{"contentId":"4","content":"Hello"}}}""").Hear(End("4", "END_TURN"));
        talk.Hear("""{"event":{"completionEnd":{"stopReason":"END_TURN"}}}""");
        var done = talk.Client[^1].GetProperty("response");
        done.GetProperty("output")[0].GetProperty("content")[0].GetProperty("transcript").GetString().ShouldBe("Hello");
        done.GetProperty("usage").GetRawText().ShouldBe(
            """{"total_tokens":30,"input_tokens":20,"output_tokens":10,"input_token_details":{"cached_tokens":0,"text_tokens":5,"audio_tokens":15,"image_tokens":0},"output_token_details":{"text_tokens":2,"audio_tokens":8}}""");
        talk.TakeTypes().ShouldBe(
        [
            "conversation.item.created", "conversation.item.input_audio_transcription.delta", "conversation.item.input_audio_transcription.completed",
            "response.created", "response.output_item.added", "conversation.item.created", "response.content_part.added",
            "response.audio_transcript.delta", "response.audio.delta", "response.audio.done", "response.audio_transcript.done",
            "response.content_part.done", "response.output_item.done", "response.done",
        ]);
    }

    [Fact]
    public void Function_IsCalled_AndItsResultSent_WhenAnAnswerIsAskedFor()
    {
        var talk = Open();
        talk.Say("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Look"}]}}""");
        talk.TakeUpstream();
        talk.Say("""{"type":"response.create"}""");
        talk.TakeUpstream().Count.ShouldBe(3);
        talk.TakeTypes();
        talk.Hear("""{"event":{"toolUse":{"contentId":"1","toolName":"look","toolUseId":"t1","content":"{\"where\":\"up\"}"}}}""");
        talk.TakeTypes()[^1].ShouldBe("response.done");
        talk.Say("""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"t1","output":"a bird"}}""").Say("""{"type":"response.create"}""");
        talk.TakeUpstream().ShouldBe(
        [
            """{"event":{"contentStart":{"promptName":"s1","contentName":"s1_2","type":"TOOL","interactive":false,"role":"TOOL","toolResultInputConfiguration":{"toolUseId":"t1","type":"TEXT","textInputConfiguration":{"mediaType":"text/plain"}}}}}""",
            """{"event":{"toolResult":{"promptName":"s1","contentName":"s1_2","content":"{\"result\":\"a bird\"}"}}}""",
            """{"event":{"contentEnd":{"promptName":"s1","contentName":"s1_2"}}}""",
        ]);
    }

    [Fact]
    public void Interruption_AndFailure_AreTold()
    {
        var talk = Open();
        talk.Say("""{"type":"response.create"}""");
        Content(talk, "3", "AUDIO", "ASSISTANT", "").Hear("""{"event":{"audioOutput":{"contentId":"3","content":"UklG"}}}""");
        talk.TakeTypes();
        talk.Hear("""{"event":{"textOutput":{"contentId":"9","role":"ASSISTANT","content":"{ \"interrupted\" : true }"}}}""").Hear(End("3", "INTERRUPTED"));
        talk.Client.Count(static json => json.GetProperty("type").GetString() == "response.done").ShouldBe(1);
        talk.Client[^1].GetProperty("response").GetProperty("status").GetString().ShouldBe("cancelled");
        talk.TakeTypes()[0].ShouldBe("input_audio_buffer.speech_started");
        talk.Hear("""{"type":"error","error":{"message":"Too long","type":"validationException","code":"400"}}""");
        talk.Client[0].GetProperty("error").GetProperty("message").GetString().ShouldBe("Too long");
    }

    [Theory]
    [InlineData("""{"type":"session.update","session":{"turn_detection":null}}""", "session.turn_detection")]
    [InlineData("""{"type":"session.update","session":{"tools":[{"type":"mcp"}]}}""", "session.tools")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","content":[{"type":"input_image"}]}}""", "item.content")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"x"}}""", "item.call_id")]
    [InlineData("""{"type":"unheard_of"}""", "type")]
    public void BadEvent_NamesTheField(string json, string param) => Should.Throw<WireException>(() => Open().Say(json)).Param.ShouldBe(param);

    [Fact]
    public void Frames_AreThoseThatAreRead()
    {
        var inner = EventStreamWriter.Frame(
            [.. EventStreamWriter.Header(":event-type", "chunk"), .. EventStreamWriter.Header(":message-type", "event")],
            Encoding.UTF8.GetBytes($$"""{"bytes":"{{Convert.ToBase64String("{\"event\":{}}"u8)}}"}"""));
        var splitter = new EventStreamSplitter();
        splitter.TryRead(inner, out var consumed, out var next).ShouldBeTrue();
        consumed.ShouldBe(inner.Length);
        Encoding.UTF8.GetString(next.Data.Span).ShouldBe("{\"event\":{}}");

        var outer = EventStreamWriter.Frame(
            [.. EventStreamWriter.Header(":date", DateTimeOffset.UnixEpoch.AddSeconds(1)), .. EventStreamWriter.Header(":chunk-signature", (ReadOnlySpan<byte>)[1, 2, 3])], inner);
        outer.AsSpan(12, 15).ToArray().ShouldBe([5, .. ":date"u8, 8, 0, 0, 0, 0, 0, 0, 3, 232]);
        new EventStreamSplitter().TryRead(outer, out consumed, out _).ShouldBeTrue();
        consumed.ShouldBe(outer.Length);
    }

    private static Talk Content(Talk talk, string id, string type, string role, string stage) => talk.Hear(
        $$"""{"event":{"contentStart":{"contentId":"{{id}}","type":"{{type}}","role":"{{role}}","additionalModelFields":"{\"generationStage\":\"{{stage}}\"}"} } }""");

    private static string End(string id, string reason) => $$"""{"event":{"contentEnd":{"contentId":"{{id}}","stopReason":"{{reason}}"} } }""";

    private static Talk Open() => new(new NovaSonic("voice", "s1"));
}
