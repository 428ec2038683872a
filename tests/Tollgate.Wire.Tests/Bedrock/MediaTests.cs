using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Tests.Bedrock;

public sealed class MediaTests
{
    [Fact]
    public void Rerank_IsSaidInBedrocksWords()
    {
        const string request = """{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1}""";
        var target = new TargetModel
        {
            Provider = "bedrock",
            Model = "cohere.rerank-v3-5:0",
            Options = new Dictionary<string, string>(StringComparer.Ordinal) { [BedrockRerank.ArnOption] = "arn:x" },
        };
        Written(new BedrockRerank(), request, target).ShouldBeJson(
            """
            {"queries":[{"type":"TEXT","textQuery":{"text":"q"}}],
             "sources":[{"type":"INLINE","inlineDocumentSource":{"type":"TEXT","textDocument":{"text":"a"}}},{"type":"INLINE","inlineDocumentSource":{"type":"JSON","jsonDocument":{"text":"b"}}}],
             "rerankingConfiguration":{"type":"BEDROCK_RERANKING_MODEL","bedrockRerankingConfiguration":{"modelConfiguration":{"modelArn":"arn:x"},"numberOfResults":1}}}
            """);
        var answer = JsonDocument.Parse(Read(new BedrockRerank(), """{"results":[{"index":1,"relevanceScore":0.75}]}""", request)).RootElement;
        var result = answer.GetProperty("results")[0];
        (result.GetProperty("index").GetInt32(), result.GetProperty("relevance_score").GetDouble()).ShouldBe((1, 0.75));
    }

    [Theory]
    [InlineData("amazon.nova-canvas-v1:0", """{"prompt":"p","n":2,"size":"512x256","quality":"hd","seed":3}""", """{"taskType":"TEXT_IMAGE","textToImageParams":{"text":"p"},"imageGenerationConfig":{"numberOfImages":2,"width":512,"height":256,"quality":"premium","seed":3}}""")]
    [InlineData("stability.stable-diffusion-xl-v1", """{"prompt":"p","size":"512x512","steps":9}""", """{"text_prompts":[{"text":"p","weight":1}],"width":512,"height":512,"steps":9}""")]
    [InlineData("stability.sd3-5-large-v1:0", """{"model":"m","prompt":"p","aspect_ratio":"1:1"}""", """{"prompt":"p","mode":"text-to-image","aspect_ratio":"1:1"}""")]
    public void Pictures_AreAskedForInTheModelsWords(string model, string request, string expected)
        => Written(new BedrockPictures(), request, new TargetModel { Provider = "bedrock", Model = model }).ShouldBeJson(expected);

    [Theory]
    [InlineData("""{"images":["aGk="]}""")]
    [InlineData("""{"artifacts":[{"base64":"aGk=","finishReason":"SUCCESS"}]}""")]
    public void Pictures_ComeInBase64(string answer) => Read(new BedrockPictures(), answer, "{}").ShouldBe("""{"data":[{"b64_json":"aGk="}]}""");

    [Fact]
    public void PicturesThatAreNone_AreReported()
        => Should.Throw<MediaRefusedException>(() => Read(new BedrockPictures(), """{"images":[],"error":"blocked"}""", "{}")).Message.ShouldBe("blocked");

    private static string Written(MediaShape shape, string request, TargetModel target)
        => Encoding.UTF8.GetString(shape.Write(JsonDocument.Parse(request).RootElement, target).Json.Span);

    private static string Read(MediaShape shape, string answer, string request)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            shape.Read(JsonDocument.Parse(answer).RootElement, JsonDocument.Parse(request).RootElement, json);
        }

        return Encoding.UTF8.GetString(written.WrittenSpan);
    }
}
