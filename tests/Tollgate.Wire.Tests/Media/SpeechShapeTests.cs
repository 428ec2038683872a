using System.Text;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Speech in the words of providers.</summary>
public sealed class SpeechShapeTests
{
    [Fact]
    public void SpeechOfGemini_IsAskedForByContents()
        => GeminiSpeech.Instance.Ask("""{"model":"m","input":"Hi","voice":"alloy","instructions":"Say cheerfully"}""").Text().ShouldBe(
            """{"contents":[{"role":"user","parts":[{"text":"Say cheerfully: Hi"}]}],"generationConfig":{"responseModalities":["AUDIO"],"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}}}""");

    [Theory]
    [InlineData("""{}""", "audio/wav", 44 + 4)]
    [InlineData("""{"response_format":"pcm"}""", "audio/pcm", 4)]
    public void SoundOfGemini_IsAFileOrSamples(string request, string type, int length)
    {
        var sound = GeminiSpeech.Instance.Hear(
            """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AQACAA=="}}]}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":50,"totalTokenCount":53}}""",
            request);

        (sound.MediaType, sound.Bytes.Length).ShouldBe((type, length));
        (sound.Usage.PromptTokens, sound.Usage.AudioOutputTokens).ShouldBe((3, 50));
        if (length > 44)
        {
            AudioLength.Of(sound.Bytes.Span, length).ShouldBe(4m / 48_000);
        }
    }

    [Theory]
    [InlineData("""{"stream_format":"sse","response_format":"pcm"}""", "AQACAA==")]
    [InlineData("""{"stream_format":"sse"}""", "UklGRv////9XQVZFZm10IBAAAAABAAEAwF0AAIC7AAACABAAZGF0Yf////8BAAIA")]
    public void SoundOfGeminiInPieces_IsEvents(string request, string first)
    {
        var root = System.Text.Json.JsonDocument.Parse(request).RootElement;
        GeminiSpeech.Instance.StreamsSound(root).ShouldBeTrue();
        var facts = new MediaFacts();
        var path = new SoundEvents(GeminiSpeech.Instance, root, facts);
        string Sent(string payload)
        {
            var bytes = Encoding.UTF8.GetBytes(payload);
            path.Next(bytes).ShouldBe(ChunkAction.Forward);
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            path.WriteTo(bytes, output);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }

        Sent("""{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AQACAA=="}}]}}]}""")
            .ShouldBe($"data: {{\"type\":\"speech.audio.delta\",\"audio\":\"{first}\"}}\n\n");
        Sent("""{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AwA="}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":50,"totalTokenCount":53}}""")
            .ShouldBe("data: {\"type\":\"speech.audio.delta\",\"audio\":\"AwA=\"}\n\n");
        (path.Finished, path.Usage!.Value.AudioOutputTokens).ShouldBe((true, 50));
        var end = new System.Buffers.ArrayBufferWriter<byte>();
        path.WriteEnd(end, isClosed: false);
        Encoding.UTF8.GetString(end.WrittenSpan).ShouldBe("data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":3,\"output_tokens\":50,\"total_tokens\":53}}\n\n");
        path.Next("{}"u8.ToArray()).ShouldBe(ChunkAction.Malformed);
        path.Next("""{"error":{"code":429}}"""u8.ToArray()).ShouldBe(ChunkAction.Error);
    }

    [Fact]
    public void SpeechThatGeminiRefuses_IsOneOfPolicy()
        => Should.Throw<MediaRefusedException>(() => GeminiSpeech.Instance.Hear("""{"promptFeedback":{"blockReason":"SAFETY"}}""")).Error.Type.ShouldBe("content_policy_violation");

    [Theory]
    [InlineData("""{"input":"Hi","voice":"alloy"}""", """{"input":{"text":"Hi"},"voice":{"languageCode":"en-US","name":"en-US-Studio-O"},"audioConfig":{"audioEncoding":"LINEAR16"}}""")]
    [InlineData("""{"input":"<speak>Hi</speak>","voice":"de-DE-Chirp3-HD-Charon","response_format":"mp3","speed":1.5}""", """{"input":{"ssml":"<speak>Hi</speak>"},"voice":{"languageCode":"de-DE","name":"de-DE-Chirp3-HD-Charon"},"audioConfig":{"audioEncoding":"MP3","speakingRate":1.5}}""")]
    [InlineData("""{"input":"Hi","voice":{"languageCode":"fr-FR"},"audioConfig":{"audioEncoding":"ALAW"}}""", """{"input":{"text":"Hi"},"voice":{"languageCode":"fr-FR"},"audioConfig":{"audioEncoding":"ALAW"}}""")]
    public void SpeechOfGooglesCloud_NamesLanguageAndVoice(string request, string body) => CloudSpeech.Instance.Ask(request).Text().ShouldBe(body);

    [Theory]
    [InlineData("""{}""", "audio/wav")]
    [InlineData("""{"response_format":"opus"}""", "audio/ogg")]
    public void SoundOfGooglesCloud_ComesInBase64(string request, string type)
    {
        var sound = CloudSpeech.Instance.Hear("""{"audioContent":"aGk="}""", request);
        (Encoding.ASCII.GetString(sound.Bytes.Span), sound.MediaType).ShouldBe(("hi", type));
    }

    [Theory]
    [InlineData("""{"model":"m","input":"Hi","voice":"nova","speed":1.2,"response_format":"wav"}""", """{"model":"speech-02-hd","text":"Hi","stream":false,"voice_setting":{"voice_id":"female-yujie","speed":1.2},"audio_setting":{"format":"wav"}}""")]
    [InlineData("""{"model":"m","input":"Hi","voice":"own","vol":2,"sample_rate":32000,"language_boost":"auto"}""", """{"model":"speech-02-hd","text":"Hi","stream":false,"voice_setting":{"voice_id":"own","speed":1,"vol":2},"audio_setting":{"format":"mp3","sample_rate":32000},"language_boost":"auto"}""")]
    public void SpeechOfMiniMax_HasSettings(string request, string body) => MiniMaxSpeech.Instance.Ask(request, "speech-02-hd").Text().ShouldBe(body);

    [Fact]
    public void SoundOfMiniMax_IsHexadecimal()
    {
        var sound = MiniMaxSpeech.Instance.Hear("""{"data":{"audio":"494433","status":2},"extra_info":{},"base_resp":{"status_code":0,"status_msg":"success"}}""");
        (Encoding.ASCII.GetString(sound.Bytes.Span), sound.MediaType).ShouldBe(("ID3", "audio/mpeg"));
    }

    [Theory]
    [InlineData(1004, "401", "invalid_request_error")]
    [InlineData(1002, "429", "invalid_request_error")]
    [InlineData(1026, "400", "content_policy_violation")]
    [InlineData(2013, "400", "invalid_request_error")]
    public void ErrorOfMiniMax_HasAStatus(int code, string status, string type)
    {
        var error = Should.Throw<MediaRefusedException>(
            () => MiniMaxSpeech.Instance.Hear($$$"""{"base_resp":{"status_code":{{{code}}},"status_msg":"no"}}""")).Error;
        (error.Message, error.Code, error.Type).ShouldBe(($"no ({code})", status, type));
    }

    [Theory]
    [InlineData("neural", """{"input":"Hi","voice":"alloy"}""", """{"Engine":"neural","OutputFormat":"mp3","Text":"Hi","TextType":"text","VoiceId":"Joanna"}""")]
    [InlineData("aws", """{"input":"<speak>Hi</speak>","voice":"Vicki","response_format":"opus","language_code":"de-DE","SampleRate":"8000"}""", """{"OutputFormat":"ogg_vorbis","Text":"<speak>Hi</speak>","TextType":"ssml","VoiceId":"Vicki","LanguageCode":"de-DE","SampleRate":"8000"}""")]
    public void SpeechOfPolly_HasItsEngine(string model, string request, string body) => PollySpeech.Instance.Ask(request, model).Text().ShouldBe(body);

    [Fact]
    public void SpeechOfAzure_IsMarkup()
    {
        var request = AzureSpeech.Instance.Ask("""{"input":"You & <me>","voice":"alloy","speed":1.2,"style":"cheerful","styledegree":"2","response_format":"opus"}""");

        request.Text().ShouldBe(
            "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='https://www.w3.org/2001/mstts' xml:lang='en-US'><voice name='en-US-JennyNeural'>"
            + "<mstts:express-as style='cheerful' styledegree='2'><prosody rate='+20%'>You &amp; &lt;me&gt;</prosody></mstts:express-as></voice></speak>");
        (request.Body, request.ContentType).ShouldBe((MediaBody.Text, "application/ssml+xml"));
        request.Headers.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create("X-Microsoft-OutputFormat", "ogg-48khz-16bit-mono-opus"));
    }

    [Theory]
    [InlineData("x' onload='", "name='x&apos; onload=&apos;'")]
    [InlineData("de-DE-KatjaNeural", "xml:lang='de-DE'")]
    public void VoiceOfAzure_CannotBreakOut(string voice, string part)
        => AzureSpeech.Instance.Ask($$"""{"input":"Hi","voice":"{{voice}}"}""").Text().ShouldContain(part);

    [Fact]
    public void MarkupOfTheClient_IsSentAsItIs()
        => AzureSpeech.Instance.Ask("""{"input":"<speak version='1.0'/>"}""").Text().ShouldBe("<speak version='1.0'/>");

    [Fact]
    public void AnswersWithoutSound_AreRefused()
    {
        foreach (var shape in new MediaShape[] { GeminiSpeech.Instance, CloudSpeech.Instance, MiniMaxSpeech.Instance })
        {
            Should.Throw<WireException>(() => shape.Hear("{}"));
            Should.Throw<WireException>(() => shape.Ask("{}")).Param.ShouldBe("input");
        }
    }
}
