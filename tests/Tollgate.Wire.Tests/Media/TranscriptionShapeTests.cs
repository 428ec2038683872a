using System.Text;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Transcriptions in the words of providers that make tasks of them, or ask a model.</summary>
public sealed class TranscriptionShapeTests
{
    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"stt-async-v4"}""")]
    [InlineData("""{"model":"m","language":"en","prompt":"Names","response_format":"json","enable_speaker_diarization":"true","language_hints_strict":"True"}""",
        """{"model":"stt-async-v4","language_hints":["en"],"context":{"text":"Names"},"enable_speaker_diarization":true,"language_hints_strict":true}""")]
    public void TaskOfSoniox_FollowsTheFile(string request, string task)
    {
        var asked = SonioxTranscription.Instance.Ask(request, "stt-async-v4");
        (asked.Body, Encoding.UTF8.GetString(asked.Next.Span)).ShouldBe((MediaBody.Form, task));
    }

    [Fact]
    public void TranscriptOfSoniox_HasWordsAndALength()
        => SonioxTranscription.Instance.Tell(
            """
            {"transcription":{"id":"t","status":"completed","audio_duration_ms":4500},
             "transcript":{"id":"t","text":"Hello there.","tokens":[{"text":"Hel","start_ms":10,"end_ms":90,"language":"en"},{"text":"lo","start_ms":110,"end_ms":160},
              {"text":" ther","start_ms":200,"end_ms":300,"speaker":"1"},{"text":"e.","start_ms":300,"end_ms":400,"speaker":"1"}]}}
            """).ShouldBe("""{"text":"Hello there.","task":"transcribe","language":"en","duration":4.5,"words":[{"word":"Hello","start":0.01,"end":0.16},{"word":"there.","start":0.2,"end":0.4,"speaker_id":"1"}]}""");

    [Theory]
    [InlineData("best", """{"model":"m"}""", """{"language_detection":true}""")]
    [InlineData("universal-2", """{"model":"m","language":"de","speaker_labels":"true","keyterms_prompt":"[\"Oslo\"]"}""",
        """{"speech_models":["universal-2"],"language_code":"de","speaker_labels":true,"keyterms_prompt":["Oslo"]}""")]
    public void TaskOfAssemblyAi_FollowsTheSound(string model, string request, string task)
    {
        var asked = AssemblyTranscription.Instance.Ask(request, model);
        (asked.Body, Encoding.UTF8.GetString(asked.Next.Span)).ShouldBe((MediaBody.File, task));
    }

    [Fact]
    public void TranscriptOfAssemblyAi_HasWordsAndALength()
        => AssemblyTranscription.Instance.Tell(
            """{"id":"t","status":"completed","text":"Hi you","language_code":"en_us","audio_duration":12,"words":[{"text":"Hi","start":250,"end":650,"confidence":0.9,"speaker":"A"},{"text":"you","start":700,"end":900}],"error":null}""")
        .ShouldBe("""{"text":"Hi you","task":"transcribe","language":"en_us","duration":12,"words":[{"word":"Hi","start":0.25,"end":0.65,"speaker_id":"A"},{"word":"you","start":0.7,"end":0.9}]}""");

    [Fact]
    public void SpeechForGemini_StandsInside_WithItsQuestion()
    {
        var asked = GeminiTranscription.Verbatim.Write(
            Json("""{"model":"m","language":"en","temperature":"0.2"}"""), [new MediaFile("file", "application/octet-stream", "RIFFxxxxWAVE"u8.ToArray())],
            new TargetModel { Provider = "gemini", Model = "m" });
        asked.Text().ShouldBe(
            """{"contents":[{"role":"user","parts":[{"text":"Transcribe the speech in this recording word for word. Answer with the transcript and nothing else. The language spoken is 'en'."},{"inlineData":{"mimeType":"audio/wav","data":"UklGRnh4eHhXQVZF"}}]}],"generationConfig":{"temperature":0.2}}""");
        Should.Throw<WireException>(() => GeminiTranscription.InEnglish.Ask("{}")).Param.ShouldBe("file");
    }

    [Theory]
    [InlineData("ID3", null, "audio/mp3")]
    [InlineData("fLaC", null, "audio/flac")]
    [InlineData("OggS", null, "audio/ogg")]
    [InlineData("xxxxftypM4A ", null, "audio/mp4")]
    [InlineData("something", "audio/x-own", "audio/x-own")]
    [InlineData("something", "application/octet-stream", "audio/mp3")]
    public void KindOfSound_IsThatOfTheFile(string bytes, string? named, string expected)
        => GeminiTranscription.Verbatim.Write(Json("{}"), [new MediaFile("file", named, Encoding.ASCII.GetBytes(bytes))], new TargetModel { Provider = "gemini", Model = "m" })
            .Text().ShouldContain($"\"mimeType\":\"{expected}\"");

    [Fact]
    public void TranscriptOfGemini_IsTextWithItsTokens()
        => GeminiTranscription.Verbatim.Tell(
            """
            {"candidates":[{"content":{"parts":[{"text":"thinking","thought":true},{"text":"Hello "},{"text":"there.\n"}]},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":60,"candidatesTokenCount":4,"thoughtsTokenCount":6,"totalTokenCount":70,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":50},{"modality":"TEXT","tokenCount":10}]}}
            """)
        .ShouldBe("""{"text":"Hello there.","task":"transcribe","usage":{"type":"tokens","input_tokens":60,"input_token_details":{"text_tokens":10,"audio_tokens":50},"output_tokens":10,"output_token_details":{"reasoning_tokens":6},"total_tokens":70}}""");

    [Theory]
    [InlineData("""{"promptFeedback":{"blockReason":"SAFETY"}}""")]
    [InlineData("""{"candidates":[{"finishReason":"RECITATION"}]}""")]
    public void TranscriptThatIsBlocked_IsRefused(string answer)
        => Should.Throw<MediaRefusedException>(() => GeminiTranscription.Verbatim.Tell(answer)).Error.Type.ShouldBe("content_policy_violation");

    [Fact]
    public void AnswersWithoutTranscript_AreRefused()
    {
        foreach (var shape in new MediaShape[] { SonioxTranscription.Instance, AssemblyTranscription.Instance, GeminiTranscription.Verbatim })
        {
            Should.Throw<WireException>(() => shape.Tell("{}"));
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
