using System.Text;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Realtime;

namespace Tollgate.Wire.Tests.Realtime;

public sealed class GeminiLiveTests
{
    private const string Ready = """{"setupComplete":{}}""";
    private const string Usage =
        """
        {"promptTokenCount":20,"responseTokenCount":10,"totalTokenCount":30,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":15},{"modality":"TEXT","tokenCount":5}],"responseTokensDetails":[{"modality":"AUDIO","tokenCount":8}]}
        """;

    [Fact]
    public void FirstUpdate_SetsTheSessionUp()
    {
        var talk = Open();
        talk.TakeTypes().ShouldBe(["session.created"]);
        talk.Say("""
            {"type":"session.update","session":{"modalities":["text","audio"],"instructions":"Be brief.","voice":"alloy","input_audio_format":"pcm16",
            "input_audio_transcription":{"model":"whisper-1"},"turn_detection":{"type":"server_vad","prefix_padding_ms":300,"silence_duration_ms":500},
            "temperature":0.8,"max_response_output_tokens":100,
            "tools":[{"type":"function","name":"look","description":"Looks","parameters":{"type":"object","properties":{"where":{"type":"string"}},"required":["where"],"additionalProperties":false}}]}}
            """);
        talk.TakeUpstream().ShouldHaveSingleItem().ShouldBe(
            """{"setup":{"model":"models/gemini-live","generationConfig":{"responseModalities":["AUDIO"],"temperature":0.8,"maxOutputTokens":100,"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}},"systemInstruction":{"parts":[{"text":"Be brief."}]},"tools":[{"functionDeclarations":[{"name":"look","description":"Looks","parameters":{"type":"object","properties":{"where":{"type":"string"}},"required":["where"]}}]}],"realtimeInputConfig":{"automaticActivityDetection":{"prefixPaddingMs":300,"silenceDurationMs":500}},"inputAudioTranscription":{},"outputAudioTranscription":{}}}""");
        talk.TakeTypes().ShouldBeEmpty();
        talk.Hear(Ready);
        talk.Client[0].GetProperty("session").GetProperty("voice").GetString().ShouldBe("alloy");
        talk.Client[0].GetProperty("session").GetProperty("model").GetString().ShouldBe("voice");
        talk.TakeTypes().ShouldBe(["session.updated"]);
        Should.Throw<WireException>(() => talk.Say("""{"type":"session.update","session":{"voice":"echo"}}""")).Message.ShouldContain("cannot be changed");
    }

    [Fact]
    public void Sound_WaitsForTheSetup_AndIsAnsweredInSoundAndWords()
    {
        var talk = Open();
        talk.TakeTypes();
        talk.Say("""{"type":"input_audio_buffer.append","audio":"AAAA"}""");
        talk.TakeUpstream().ShouldBe(
            ["""{"setup":{"model":"models/gemini-live","generationConfig":{"responseModalities":["AUDIO"]},"outputAudioTranscription":{}}}"""]);
        talk.Hear(Ready);
        talk.TakeUpstream().ShouldBe(["""{"realtimeInput":{"audio":{"data":"AAAA","mimeType":"audio/pcm;rate=24000"}}}"""]);
        talk.Say("""{"type":"input_audio_buffer.commit"}""");
        talk.TakeUpstream().ShouldBe(["""{"realtimeInput":{"audioStreamEnd":true}}"""]);
        talk.TakeTypes().ShouldBe(["input_audio_buffer.committed", "conversation.item.created"]);

        talk.Hear("""{"serverContent":{"inputTranscription":{"text":"Good "}}}""").Hear("""{"serverContent":{"inputTranscription":{"text":"day"}}}""");
        talk.Hear("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"UklG"}}]}}}""");
        talk.Hear("""{"serverContent":{"outputTranscription":{"text":"Hello"}}}""").Hear("""{"serverContent":{"generationComplete":true}}""");
        talk.Hear($$"""{"serverContent":{"turnComplete":true},"usageMetadata":{{Usage}} }""");
        var events = talk.Client;
        talk.TakeTypes().ShouldBe(
        [
            "conversation.item.input_audio_transcription.delta", "conversation.item.input_audio_transcription.delta",
            "response.created", "response.output_item.added", "conversation.item.created", "response.content_part.added", "response.audio.delta",
            "response.audio_transcript.delta", "conversation.item.input_audio_transcription.completed", "response.audio.done",
            "response.audio_transcript.done", "response.content_part.done", "response.output_item.done", "response.done",
        ]);
        events[6].GetProperty("delta").GetString().ShouldBe("UklG");
        events[8].GetProperty("transcript").GetString().ShouldBe("Good day");
        var done = events[^1].GetProperty("response");
        done.GetProperty("status").GetString().ShouldBe("completed");
        done.GetProperty("output")[0].GetProperty("content")[0].GetProperty("transcript").GetString().ShouldBe("Hello");
        done.GetProperty("usage").GetRawText().ShouldBe(
            """{"total_tokens":30,"input_tokens":20,"output_tokens":10,"input_token_details":{"cached_tokens":0,"text_tokens":5,"audio_tokens":15,"image_tokens":0},"output_token_details":{"text_tokens":2,"audio_tokens":8}}""");
        events.Select(static json => json.GetProperty("event_id").GetString()).Distinct().Count().ShouldBe(events.Count);
        events.Where(static json => json.TryGetProperty("response_id", out _)).Select(static json => json.GetProperty("response_id").GetString())
            .Distinct().ShouldHaveSingleItem().ShouldBe(done.GetProperty("id").GetString());
    }

    [Fact]
    public void LaterForm_HasLaterNames()
    {
        var talk = Open();
        talk.Say("""{"type":"session.update","session":{"type":"realtime","output_modalities":["text"],"audio":{"input":{"format":{"type":"audio/pcm","rate":16000},"turn_detection":null}}}}""");
        talk.TakeUpstream().ShouldBe(
            ["""{"setup":{"model":"models/gemini-live","generationConfig":{"responseModalities":["TEXT"]},"realtimeInputConfig":{"automaticActivityDetection":{"disabled":true}}}}"""]);
        talk.Hear(Ready).TakeTypes();
        talk.Say("""{"type":"input_audio_buffer.append","audio":"AAAA"}""").Say("""{"type":"input_audio_buffer.commit"}""");
        talk.TakeUpstream().ShouldBe(["""{"realtimeInput":{"activityStart":{}}}""", """{"realtimeInput":{"audio":{"data":"AAAA","mimeType":"audio/pcm;rate=16000"}}}"""]);
        talk.Say("""{"type":"response.create"}""");
        talk.TakeUpstream().ShouldBe(["""{"realtimeInput":{"activityEnd":{}}}"""]);
        talk.TakeTypes();
        talk.Hear("""{"serverContent":{"modelTurn":{"parts":[{"text":"Hm","thought":true},{"text":"Hi"}]},"turnComplete":true}}""");
        talk.TakeTypes().ShouldBe(
        [
            "response.created", "response.output_item.added", "conversation.item.added", "response.content_part.added", "response.output_text.delta",
            "conversation.item.input_audio_transcription.completed", "response.output_text.done", "response.content_part.done",
            "response.output_item.done", "conversation.item.done", "response.done",
        ]);
    }

    [Fact]
    public void Texts_AreOneTurn_WhenAnAnswerIsAskedFor()
    {
        var talk = Open();
        talk.Hear(Ready);
        talk.Say("""{"type":"conversation.item.create","item":{"type":"message","role":"system","content":[{"type":"input_text","text":"Rules"}]}}""");
        talk.TakeUpstream();
        talk.Say("""{"type":"conversation.item.create","item":{"id":"mine","type":"message","role":"user","content":[{"type":"input_text","text":"Hello"},{"type":"input_image","image_url":"data:image/png;base64,iVBO"}]}}""");
        talk.Client[^1].GetProperty("item").GetProperty("id").GetString().ShouldBe("mine");
        talk.TakeUpstream().ShouldBeEmpty();
        talk.Say("""{"type":"response.create","response":{"instructions":"Shout."}}""");
        talk.TakeUpstream().ShouldBe(
            ["""{"clientContent":{"turns":[{"role":"user","parts":[{"text":"Rules"}]},{"role":"user","parts":[{"text":"Hello"},{"inlineData":{"mimeType":"image/png","data":"iVBO"}}]},{"role":"user","parts":[{"text":"Shout."}]}],"turnComplete":true}}"""]);
        talk.Say("""{"type":"response.create"}""");
        talk.TakeUpstream().ShouldBe(["""{"clientContent":{"turnComplete":true}}"""]);
    }

    [Fact]
    public void Functions_AreCalled_AndTheirResultsGoTogether()
    {
        var talk = Open();
        talk.Say("""{"type":"response.create"}""").Hear(Ready);
        talk.TakeUpstream();
        talk.TakeTypes();
        talk.Hear($$"""{"toolCall":{"functionCalls":[{"id":"c1","name":"look","args":{"where":"up"} },{"id":"c2","name":"hear"}]},"usageMetadata":{{Usage}} }""");
        talk.Client[3].GetProperty("delta").GetString().ShouldBe("""{"where":"up"}""");
        talk.Client[^1].GetProperty("response").GetProperty("output").GetArrayLength().ShouldBe(2);
        talk.Client[^1].GetProperty("response").GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(30);
        talk.TakeTypes()[..6].ShouldBe(
        [
            "response.created", "response.output_item.added", "conversation.item.created", "response.function_call_arguments.delta",
            "response.function_call_arguments.done", "response.output_item.done",
        ]);
        talk.Say("""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"c1","output":"{\"seen\":1}"}}""");
        talk.Say("""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"c2","output":"a bird"}}""");
        talk.TakeUpstream().ShouldBeEmpty();
        talk.Say("""{"type":"response.create"}""");
        talk.TakeUpstream().ShouldBe(
            ["""{"toolResponse":{"functionResponses":[{"id":"c1","name":"look","response":{"seen":1}},{"id":"c2","name":"hear","response":{"output":"a bird"}}]}}"""]);
        Should.Throw<WireException>(() => talk.Say("""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"c1","output":""}}""")).Param.ShouldBe("item.call_id");
    }

    [Fact]
    public void Interruption_BreaksTheAnswerOff_AndWhatItUsedIsNotLost()
    {
        var translator = new GeminiLive("models/gemini-live", "voice", "s1");
        var talk = new Talk(translator);
        talk.Say("""{"type":"response.create"}""").Hear(Ready);
        talk.TakeTypes();
        talk.Hear("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"UklG"}}]}}}""").Hear("""{"serverContent":{"interrupted":true}}""");
        var done = talk.Client[^1].GetProperty("response");
        done.GetProperty("status").GetString().ShouldBe("cancelled");
        done.GetProperty("status_details").GetProperty("reason").GetString().ShouldBe("turn_detected");
        talk.TakeTypes().ShouldContain("input_audio_buffer.speech_started");
        talk.Hear($$"""{"serverContent":{"turnComplete":true},"usageMetadata":{{Usage}} }""").TakeTypes().ShouldBeEmpty();
        translator.Unreported!.Value.PromptTokens.ShouldBe(20);
        translator.Unreported!.Value.AudioOutputTokens.ShouldBe(8);
    }

    [Fact]
    public void Cancelled_TheRestOfTheTurnIsNotHeard()
    {
        var talk = Open();
        talk.Say("""{"type":"response.create"}""").Hear(Ready);
        talk.Hear("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"UklG"}}]}}}""");
        talk.TakeTypes();
        talk.Say("""{"type":"response.cancel"}""").TakeTypes()[^1].ShouldBe("response.done");
        talk.Hear("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"UklG"}}]}}}""").TakeTypes().ShouldBeEmpty();
        talk.Hear("""{"serverContent":{"turnComplete":true}}""").TakeTypes().ShouldBeEmpty();
        talk.Hear("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"UklG"}}]}}}""").TakeTypes()[0].ShouldBe("response.created");
        Should.Throw<WireException>(() => Open().Say("""{"type":"response.cancel"}"""));
    }

    [Theory]
    [InlineData("nonsense", null)]
    [InlineData("[]", null)]
    [InlineData("{}", "type")]
    [InlineData("""{"type":"session.update"}""", "session")]
    [InlineData("""{"type":"session.update","session":{"input_audio_format":"g711_ulaw"}}""", "session.input_audio_format")]
    [InlineData("""{"type":"session.update","session":{"tools":[{"type":"mcp"}]}}""", "session.tools")]
    [InlineData("""{"type":"input_audio_buffer.append"}""", "audio")]
    [InlineData("""{"type":"conversation.item.create"}""", "item")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"mcp"}}""", "item.type")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message"}}""", "item.content")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","content":[{"type":"video"}]}}""", "item.content.type")]
    [InlineData("""{"type":"conversation.item.delete","item_id":"x"}""", "type")]
    public void BadEvent_NamesTheField(string json, string? param)
        => Should.Throw<WireException>(() => Open().Say(json)).Param.ShouldBe(param);

    [Fact]
    public void MutatedEvents_AreNeverMoreThanAWireException()
    {
        string[] client =
        [
            """{"type":"session.update","session":{"modalities":["audio"],"tools":[{"type":"function","name":"x","parameters":{"type":"object"}}],"turn_detection":{"silence_duration_ms":5}}}""",
            """{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]}}""",
            """{"type":"input_audio_buffer.append","audio":"AAAA"}""", """{"type":"response.create","response":{"instructions":"x"}}""",
        ];
        string[] upstream =
        [
            Ready, """{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"UklG"}},{"text":"x"}]},"inputTranscription":{"text":"y"},"turnComplete":true}}""",
            $$"""{"toolCall":{"functionCalls":[{"id":"c1","name":"look","args":{"a":1} }]},"usageMetadata":{{Usage}} }""",
        ];
        var random = new Random(11);
        for (var round = 0; round < 3000; round++)
        {
            var translator = new GeminiLive("models/m", "voice", "s1");
            var outbox = new RealtimeOutbox();
            for (var step = 0; step < 6; step++)
            {
                var isClient = random.Next(2) == 0;
                var bytes = Encoding.UTF8.GetBytes(isClient ? client[random.Next(client.Length)] : upstream[random.Next(upstream.Length)]);
                for (var change = random.Next(3); change > 0; change--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)"\"{}[]:,0atrue\\x"[random.Next(15)];
                }

                try
                {
                    if (isClient)
                    {
                        translator.TakeFromClient(bytes, outbox);
                    }
                    else
                    {
                        translator.TakeFromUpstream(bytes, outbox);
                    }
                }
                catch (WireException)
                {
                    // What it may say.
                }
            }
        }
    }

    private static Talk Open() => new(new GeminiLive("models/gemini-live", "voice", "s1"));
}
