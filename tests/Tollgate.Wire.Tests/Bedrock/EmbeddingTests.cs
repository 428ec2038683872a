using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Bedrock;

public sealed class EmbeddingTests
{
    private const string Png = "data:image/png;base64,iVBORw==";

    public static TheoryData<string, string, string> Requests => new()
    {
        { "titan", """{"input":"a"}""", """{"inputText":"a"}""" },
        { "titan", """{"input":"a","dimensions":256,"normalize":true}""", """{"inputText":"a","dimensions":256,"normalize":true}""" },
        { "titan-image", """{"input":"data:image/png;base64,iVBORw==","dimensions":384}""", """{"inputImage":"iVBORw==","embeddingConfig":{"outputEmbeddingLength":384}}""" },
        { "nova", """{"input":"a"}""", """{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":3072,"text":{"truncationMode":"END","value":"a"}}}""" },
        { "nova", """{"input":"data:image/png;base64,iVBORw==","dimensions":256}""", """{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":256,"image":{"format":"png","detailLevel":"STANDARD_IMAGE","source":{"bytes":"iVBORw=="}}}}""" },
        { "cohere", """{"input":["a","b"],"truncate":"END","dimensions":512}""", """{"texts":["a","b"],"input_type":"search_document","truncate":"END","output_dimension":512}""" },
        { "cohere", """{"input":["data:image/png;base64,iVBORw=="]}""", """{"images":["data:image/png;base64,iVBORw=="],"input_type":"image"}""" },
        { "endpoint", """{"input":["a","b"]}""", """{"inputs":["a","b"]}""" },
        { "marengo", """{"input":"a"}""", """{"inputType":"text","inputText":"a"}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void Requests_AreThoseOfTheModel(string model, string request, string expected) => Written(model, request).ShouldBeJson(expected);

    [Theory]
    [InlineData("titan", """{"embedding":[1,0.5],"inputTextTokenCount":3}""", 1, 3L)]
    [InlineData("titan", """{"embeddingsByType":{"float":[1,0.5]},"inputTextTokenCount":3}""", 1, 3L)]
    [InlineData("nova", """{"embeddings":[{"embeddingType":"TEXT","embedding":[1,0.5]}]}""", 1, null)]
    [InlineData("cohere", """{"embeddings":[[1,0.5],[1,0.5]]}""", 2, null)]
    [InlineData("cohere", """{"embeddings":{"float":[[1,0.5]]}}""", 1, null)]
    [InlineData("marengo", """{"data":[{"embedding":[1,0.5]}]}""", 1, null)]
    [InlineData("endpoint", """{"embedding":[[1,0.5],[1,0.5]]}""", 2, null)]
    [InlineData("endpoint", "[[1,0.5]]", 1, null)]
    [InlineData("endpoint", """{"data":[{"embedding":[1,0.5]}],"usage":{"total_tokens":4}}""", 1, 4L)]
    public void Answers_AreVectors(string model, string answer, int count, long? tokens)
    {
        var response = CodecOf(model).ReadResponse(JsonDocument.Parse(answer).RootElement, Target(model));
        response.Vectors.Count.ShouldBe(count);
        response.Vectors.ShouldAllBe(static vector => vector[0] == 1f && vector[1] == 0.5f);
        response.PromptTokens.ShouldBe(tokens);
    }

    [Theory]
    [InlineData("titan", "{}")]
    [InlineData("nova", """{"embeddings":[]}""")]
    [InlineData("cohere", """{"embeddings":{"int8":[[1]]}}""")]
    [InlineData("marengo", """{"data":[{"embedding":["x"]}]}""")]
    public void AnswersWithoutVectors_AreReported(string model, string answer)
        => Should.Throw<WireException>(() => CodecOf(model).ReadResponse(JsonDocument.Parse(answer).RootElement, Target(model)));

    [Theory]
    [InlineData("titan", "{\"input\":\"" + Png + "\"}")]
    [InlineData("cohere", "{\"input\":[\"a\",\"" + Png + "\"]}")]
    [InlineData("nova", """{"input":"data:application/pdf;base64,JVBERg=="}""")]
    public void WhatCannotBeEmbedded_NamesTheInput(string model, string request) => Should.Throw<WireException>(() => Written(model, request)).Param.ShouldBe("input");

    private static EmbeddingCodec CodecOf(string model) => model switch
    {
        "nova" => new NovaEmbeddings(),
        "cohere" => new BedrockCohereEmbeddings(),
        "endpoint" => new EndpointEmbeddings(),
        "marengo" => new MarengoEmbeddings(),
        _ => new TitanEmbeddings(),
    };

    private static TargetModel Target(string model) => new() { Provider = "bedrock", Model = model is "titan-image" ? "amazon.titan-embed-image-v1" : "amazon.titan-embed-text-v2:0" };

    private static string Written(string model, string request)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            CodecOf(model).WriteRequest(EmbeddingBodies.Read(JsonDocument.Parse(request).RootElement), Target(model), json);
        }

        return Encoding.UTF8.GetString(written.WrittenSpan);
    }
}
