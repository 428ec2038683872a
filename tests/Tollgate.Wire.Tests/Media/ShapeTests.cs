using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Requests and answers in the words of providers.</summary>
public sealed class ShapeTests
{
    private const string Order = """{"model":"m","query":"q","documents":["a",{"text":"b","more":1}],"top_n":1,"return_documents":true,"own":2}""";

    public static TheoryData<string, string, string> Requests => new()
    {
        { "standard", Order, "" },
        { "cohere", """{"model":"m","query":"q","documents":["a","{\"text\":\"b\",\"more\":1}"],"top_n":1,"own":2}""", "" },
        { "voyage", """{"model":"m","query":"q","documents":["a","b"],"top_k":1,"return_documents":true,"own":2}""", "" },
        { "tei", """{"query":"q","texts":["a","b"],"return_text":true,"own":2}""", "" },
        { "nvidia", """{"model":"m","query":{"text":"q"},"passages":[{"text":"a"},{"text":"b"}],"own":2}""", "" },
        { "mixedbread", """{"model":"m","query":"q","input":["a",{"text":"b","more":1}],"top_k":1,"return_input":true,"own":2}""", "" },
        { "deepinfra", """{"queries":["q"],"documents":["a","b"],"own":2}""", "/m" },
    };

    public static TheoryData<string> Answers =>
    [
        """{"id":"r1","results":[{"index":0,"relevance_score":0.2},{"index":1,"relevance_score":0.9}]}""",
        """{"id":"r1","object":"list","data":[{"index":0,"relevance_score":0.2},{"index":1,"relevance_score":0.9,"document":"b"}]}""",
        """{"id":"r1","rankings":[{"index":1,"logit":0.9},{"index":0,"logit":0.2}]}""",
        """{"id":"r1","scores":[0.2,0.9]}""",
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Order_IsAskedForInTheProvidersWords(string shape, string body, string address)
    {
        var request = Write(Named(shape), Order);

        Encoding.UTF8.GetString(request.Json.Span).ShouldBe(body);
        request.Address.ShouldBe(address);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Order_IsTold_MostRelevantFirst_CutAndWithDocuments(string answer) =>
        Read(RerankShape.Standard, answer, Order).ShouldStartWith(
            """{"id":"r1","results":[{"index":1,"relevance_score":0.9,"document":{"text":"b""");

    [Fact]
    public void ListOfTei_IsAnOrder() =>
        Read(RerankShape.Tei, """[{"index":1,"score":0.5,"text":"b"},{"index":0,"score":0.1,"text":"a"}]""", Order)
            .ShouldBe("""{"results":[{"index":1,"relevance_score":0.5,"document":{"text":"b"}}]}""");

    [Fact]
    public void TokensReadByTheUpstream_AreWhatIsBilled() =>
        Read(RerankShape.Voyage, """{"data":[{"index":0,"relevance_score":0.5}],"usage":{"total_tokens":26}}""", """{"model":"m","query":"q","documents":["a"]}""")
            .ShouldBe("""{"results":[{"index":0,"relevance_score":0.5}],"meta":{"billed_units":{"total_tokens":26},"tokens":{"input_tokens":26}},"usage":{"total_tokens":26}}""");

    [Theory]
    [InlineData("""{"results":[{"index":0}]}""")]
    [InlineData("""{"results":[{"relevance_score":1}]}""")]
    [InlineData("""{"scores":["a"]}""")]
    [InlineData("""{}""")]
    [InlineData("""7""")]
    public void AnswerThatIsNoOrder_IsRefused(string answer) => Should.Throw<WireException>(() => Read(RerankShape.Standard, answer, Order));

    [Fact]
    public void DocumentsThatAreNone_AreNamed() =>
        Should.Throw<WireException>(() => Write(RerankShape.Cohere, """{"model":"m","query":"q","documents":"a"}""")).Param.ShouldBe("documents");

    [Fact]
    public void VoiceOfElevenLabs_StandsInThePath()
    {
        var request = Write(ElevenLabsSpeech.Instance, """{"model":"m","input":"Hi","voice":"alloy","response_format":"opus","speed":1.1,"instructions":"x","seed":4}""");

        request.Address.ShouldBe("/21m00Tcm4TlvDq8ikWAM?output_format=opus_48000_128");
        Encoding.UTF8.GetString(request.Json.Span).ShouldBe("""{"text":"Hi","model_id":"m","voice_settings":{"speed":1.1},"seed":4}""");
        Write(ElevenLabsSpeech.Instance, """{"model":"m","input":"Hi","voice":"my/own"}""").Address.ShouldBe("/my%2Fown?output_format=mp3_44100_128");
    }

    [Fact]
    public void TranscriptOfElevenLabs_IsOpenAis()
    {
        var request = Write(ElevenLabsTranscription.Instance, """{"model":"m","language":"en","response_format":"json","diarize":"true"}""");

        request.Body.ShouldBe(MediaBody.Form);
        Encoding.UTF8.GetString(request.Json.Span).ShouldBe("""{"model_id":"m","language_code":"en","diarize":"true"}""");
        Read(
            ElevenLabsTranscription.Instance,
            """{"language_code":"en","text":"Hi you","words":[{"text":"Hi","start":0.1,"end":0.4,"type":"word"},{"text":" ","type":"spacing","start":0.4,"end":0.5},{"text":"you","start":0.5,"end":1.5,"type":"word"}]}""",
            "{}").ShouldBe(
            """{"text":"Hi you","task":"transcribe","language":"en","words":[{"word":"Hi","start":0.1,"end":0.4},{"word":"you","start":0.5,"end":1.5}],"duration":1.5}""");
    }

    [Fact]
    public void SoundForDeepgram_IsTheBody_AndTheRestTheQuery()
    {
        var request = Write(DeepgramTranscription.Instance, """{"model":"nova-3","language":"de","punctuate":"true","response_format":"json"}""");

        request.Body.ShouldBe(MediaBody.File);
        request.Address.ShouldBe("?model=nova-3&language=de&punctuate=true");
        Read(
            DeepgramTranscription.Instance,
            """{"metadata":{"duration":25.93},"results":{"channels":[{"alternatives":[{"transcript":"hi you","words":[{"word":"hi","start":0.1,"end":0.4}]}]}]}}""",
            "{}").ShouldBe("""{"text":"hi you","task":"transcribe","duration":25.93,"words":[{"word":"hi","start":0.1,"end":0.4}]}""");
    }

    [Fact]
    public void SpeakersOfDeepgram_AreLines() =>
        Read(
            DeepgramTranscription.Instance,
            """{"results":{"channels":[{"alternatives":[{"transcript":"x","words":[{"word":"hi","speaker":0},{"word":"you","punctuated_word":"you.","speaker":0},{"word":"yes","speaker":1}]}]}]}}""",
            "{}").ShouldContain("\"text\":\"Speaker 0: hi you.\\nSpeaker 1: yes\"");

    [Theory]
    [InlineData("""{"results":{"channels":[]}}""")]
    [InlineData("""{}""")]
    [InlineData("""{"results":{"channels":[{"alternatives":[]}]}}""")]
    public void AnswerOfDeepgramWithoutATranscript_IsRefused(string answer) =>
        Should.Throw<WireException>(() => Read(DeepgramTranscription.Instance, answer, "{}"));

    [Fact]
    public void PictureOfStability_IsAForm()
    {
        var shape = new StabilityPictures(isEdit: false);
        var request = Write(shape, """{"model":"sd3.5-large","prompt":"a cat","size":"1792x1024","n":1,"seed":3}""", "sd3.5-large");

        (request.Body, request.Address, request.Accept).ShouldBe((MediaBody.Form, "/sd3", "application/json"));
        Encoding.UTF8.GetString(request.Json.Span).ShouldBe("""{"model":"sd3.5-large","aspect_ratio":"16:9","prompt":"a cat","seed":3}""");
        Read(shape, """{"image":"aGk=","finish_reason":"SUCCESS"}""", "{}").ShouldBe("""{"data":[{"b64_json":"aGk="}]}""");
        Should.Throw<MediaRefusedException>(() => Read(shape, """{"image":"aGk=","finish_reason":"CONTENT_FILTERED"}""", "{}"));
        Should.Throw<WireException>(() => Write(shape, """{"model":"core","prompt":"x","n":2}""")).Param.ShouldBe("n");
        Should.Throw<WireException>(() => Write(shape, """{"model":"core","prompt":"x","size":"7x7"}""")).Param.ShouldBe("size");
    }

    [Fact]
    public void PicturesOfFal_AreAskedForByPath()
    {
        var request = Write(FalPictures.Instance, """{"model":"fal-ai/flux/dev","prompt":"a cat","size":"512x768","n":2}""", "fal-ai/flux/dev");

        request.Address.ShouldBe("/fal-ai/flux/dev");
        Encoding.UTF8.GetString(request.Json.Span).ShouldBe("""{"prompt":"a cat","image_size":{"width":512,"height":768},"num_images":2}""");
        Read(FalPictures.Instance, """{"images":[{"url":"https://a"},{"url":"https://b"}]}""", "{}").ShouldBe("""{"data":[{"url":"https://a"},{"url":"https://b"}]}""");
    }

    [Fact]
    public void MutatedAnswers_AreReadOrRefused()
    {
        var random = new Random(11);
        foreach (var (shape, answer) in new (MediaShape, string)[]
        {
            (RerankShape.Standard, """{"id":"r1","results":[{"index":0,"relevance_score":0.2,"document":{"text":"a"}}],"meta":{"billed_units":{"search_units":1}},"usage":{"total_tokens":3}}"""),
            (DeepgramTranscription.Instance, """{"metadata":{"duration":25.93},"results":{"channels":[{"alternatives":[{"transcript":"hi","words":[{"word":"hi","start":0.1,"end":0.4,"speaker":1}]}]}]}}"""),
            (ElevenLabsTranscription.Instance, """{"language_code":"en","text":"Hi","words":[{"text":"Hi","start":0.1,"end":0.4,"type":"word"}]}"""),
            (FalPictures.Instance, """{"images":[{"url":"https://a"}]}"""),
        })
        {
            for (var i = 0; i < 3000; i++)
            {
                var facts = new MediaFacts();
                var inner = new MediaAnswer(Surface.Rerank, "\"m\""u8.ToArray(), null, facts, 1);
                using var request = JsonDocument.Parse(Order);
                Should.NotThrow(() => new ShapedAnswer(shape, request.RootElement, inner).Read(Mutate(answer, random)));
            }
        }
    }

    private static byte[] Mutate(string text, Random random)
    {
        string[] values = ["null", "[]", "{}", "\"x\"", "7", "-1", "1e400", "true", "[null]"];
        var at = text.IndexOf(':', random.Next(text.Length));
        if (at < 0 || random.Next(4) == 0)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            return bytes;
        }

        var end = text.AsSpan(at + 1).IndexOfAny(",}]");
        return Encoding.UTF8.GetBytes(text[..(at + 1)] + values[random.Next(values.Length)] + text[(at + 1 + end)..]);
    }

    private static RerankShape Named(string name) => name switch
    {
        "cohere" => RerankShape.Cohere,
        "voyage" => RerankShape.Voyage,
        "tei" => RerankShape.Tei,
        "nvidia" => RerankShape.Nvidia,
        "mixedbread" => RerankShape.Mixedbread,
        "deepinfra" => RerankShape.DeepInfra,
        _ => RerankShape.Standard,
    };

    private static MediaRequest Write(MediaShape shape, string request, string? model = null)
    {
        using var document = JsonDocument.Parse(request);
        return shape.Write(document.RootElement, new TargetModel { Provider = "p", Model = model ?? document.RootElement.GetProperty("model").GetString()! });
    }

    private static string Read(MediaShape shape, string answer, string request)
    {
        using var document = JsonDocument.Parse(answer);
        using var asked = JsonDocument.Parse(request);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            shape.Read(document.RootElement, asked.RootElement, json);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
