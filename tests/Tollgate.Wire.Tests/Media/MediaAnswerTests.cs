using System.Buffers;
using System.Text;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Answers about pictures, sounds and documents on their way to the client.</summary>
public sealed class MediaAnswerTests
{
    [Fact]
    public void Pictures_ComeThroughByteForByte_AndAreCounted()
    {
        const string Answer = """{"created":5, "data":[{"b64_json":"aGk="},{"url":"https://x/y"}],"size":"1024x1536","quality":"high","new":[1.50]}""";
        var (verdict, text, path, facts) = Read(Surface.ImageGenerations, Answer);

        verdict.ShouldBe(ResponseVerdict.Good);
        text.ShouldBe(Answer);
        (facts.Images, facts.Size, facts.Quality).ShouldBe((2, "1024x1536", "high"));
        path.Usage.ShouldBe(default);
    }

    [Fact]
    public void PicturesWithoutADate_GetOne() =>
        Read(Surface.ImageEdits, """{"data":[]}""").Text.ShouldBe("""{"data":[],"created":99}""");

    [Fact]
    public void TokensOfPictures_AreThoseOfPictures()
    {
        var usage = Read(
            Surface.ImageGenerations,
            """{"created":1,"data":[{}],"usage":{"input_tokens":10,"output_tokens":272,"total_tokens":282,"input_tokens_details":{"text_tokens":4,"image_tokens":6}}}""")
            .Path.Usage;

        usage.ShouldBe(new TokenUsage(10, 272, 282, 0, 0) { TextInputTokens = 4, ImageInputTokens = 6, ImageOutputTokens = 272 });
    }

    [Theory]
    [InlineData("""{"text":"Hello","usage":{"type":"duration","seconds":12}}""", 12)]
    [InlineData("""{"task":"transcribe","duration":"3.5","text":"Hello"}""", 3.5)]
    [InlineData("""{"task":"transcribe","duration":8.47,"text":"Hello","segments":[]}""", 8.47)]
    public void Transcript_SaysHowLongTheSpeechWas(string answer, double seconds)
    {
        var (verdict, text, _, facts) = Read(Surface.Transcriptions, answer);

        verdict.ShouldBe(ResponseVerdict.Good);
        text.ShouldBe(answer);
        facts.Seconds.ShouldBe((decimal)seconds);
    }

    [Fact]
    public void TranscriptInTokens_IsReadAsUsage() =>
        Read(
            Surface.Transcriptions,
            """{"text":"Hi","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":4,"audio_tokens":10},"output_tokens":3,"total_tokens":17}}""")
            .Path.Usage.ShouldBe(new TokenUsage(14, 3, 17, 0, 0) { TextInputTokens = 4, AudioInputTokens = 10 });

    [Theory]
    [InlineData("1\n00:00:00,000 --> 00:00:02,000\nHello\n", "text/plain; charset=utf-8")]
    [InlineData("WEBVTT\n\n00:00.000 --> 00:02.000\nHello", "text/vtt")]
    [InlineData("", null)]
    public void Subtitles_AreRelayedAsTheyAre(string answer, string? contentType)
    {
        var (verdict, text, path, _) = Read(Surface.Transcriptions, answer, contentType);

        verdict.ShouldBe(ResponseVerdict.Good);
        text.ShouldBe(answer);
        path.ContentType.ShouldBe(contentType ?? "text/plain; charset=utf-8");
    }

    [Fact]
    public void Page_IsNoTranscript() => Read(Surface.Transcriptions, "<html>", "text/html").Verdict.ShouldBe(ResponseVerdict.Malformed);

    [Fact]
    public void Judgement_CarriesTheClientsModel() =>
        Read(Surface.Moderations, """{"id":"modr-1","model":"omni-2024","results":[{"flagged":true}]}""").Text
            .ShouldBe("""{"id":"modr-1","model":"mine","results":[{"flagged":true}]}""");

    [Fact]
    public void Order_SaysWhatIsBilled()
    {
        var (_, _, path, facts) = Read(Surface.Rerank, """{"id":"r","results":[],"meta":{"billed_units":{"search_units":3}}}""");

        facts.SearchUnits.ShouldBe(3);
        path.AnswerId.ShouldBe("r");
        Read(Surface.Rerank, """{"results":[],"usage":{"total_tokens":70}}""").Path.Usage.ShouldBe(new TokenUsage(70, 0, 70, 0, 0));
    }

    [Theory]
    [InlineData(Surface.ImageGenerations, """{"created":1}""")]
    [InlineData(Surface.ImageGenerations, """[]""")]
    [InlineData(Surface.Moderations, """{"data":[]}""")]
    [InlineData(Surface.Rerank, """{"results":{}}""")]
    [InlineData(Surface.Transcriptions, """{"texts":1}""")]
    [InlineData(Surface.Speech, "nothing")]
    public void AnswerWithoutWhatItShouldHave_IsMalformed(Surface surface, string answer) =>
        Read(surface, answer).Verdict.ShouldBe(ResponseVerdict.Malformed);

    [Fact]
    public void ErrorUnderAGoodStatus_IsAnError() =>
        Read(Surface.ImageGenerations, """{"error":{"message":"no"}}""").Verdict.ShouldBe(ResponseVerdict.Error);

    [Fact]
    public void Stream_IsRelayedEventByEvent_AndMetered()
    {
        var facts = new MediaFacts();
        var stream = new MediaStream(Surface.ImageGenerations, facts);
        var output = new ArrayBufferWriter<byte>();
        foreach (var payload in new[]
        {
            """{"type":"image_generation.partial_image","b64_json":"aa"}""",
            """{"type":"image_generation.completed","b64_json":"bb","size":"1024x1024","quality":"low","usage":{"input_tokens":5,"output_tokens":272,"total_tokens":277}}""",
        })
        {
            var bytes = Encoding.UTF8.GetBytes(payload);
            stream.Next(bytes).ShouldBe(ChunkAction.Forward);
            stream.WriteTo(bytes, output);
        }

        stream.WriteEnd(output, isClosed: false);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldStartWith(
            "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"aa\"}\n\nevent: image_generation.completed\ndata: ");
        stream.Usage.ShouldBe(new TokenUsage(5, 272, 277, 0, 0) { ImageOutputTokens = 272 });
        (facts.Images, facts.Quality, stream.Finished).ShouldBe((1, "low", true));
    }

    private static (ResponseVerdict Verdict, string Text, MediaAnswer Path, MediaFacts Facts) Read(Surface surface, string answer, string? contentType = null)
    {
        var facts = new MediaFacts();
        var path = new MediaAnswer(surface, "\"mine\""u8.ToArray(), contentType, facts, createdUnixSeconds: 99);
        var verdict = path.Read(Encoding.UTF8.GetBytes(answer));
        var output = new ArrayBufferWriter<byte>();
        if (verdict == ResponseVerdict.Good)
        {
            path.WriteTo(output);
            output.WrittenCount.ShouldBe(path.Length);
        }

        return (verdict, Encoding.UTF8.GetString(output.WrittenSpan), path, facts);
    }
}
