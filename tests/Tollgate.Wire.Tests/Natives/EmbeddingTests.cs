using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Cohere;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Wire.Tests.Natives;

public sealed class EmbeddingTests
{
    private static readonly TargetModel Target = Wires.Target with
    {
        Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["model_id"] = "g", ["project_id"] = "p" },
    };

    private static readonly EmbeddingCodec[] Codecs =
    [
        new OllamaEmbeddings(), new CohereEmbeddings(), new WatsonxEmbeddings(), new SnowflakeEmbeddings(), new OciEmbeddings(), new TritonEmbeddings(),
        new FeatureExtraction(),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Codecs.Length)];

    [Fact]
    public void Ollama_Embeds()
    {
        var codec = new OllamaEmbeddings();
        var request = Of("a", "b");
        request.Dimensions = 2;
        request.Extras.Add(Wires.Extra("keep_alive", "\"5m\""));
        request.Extras.Add(Wires.Extra("num_ctx", "4096"));
        Write(codec, request, """{"model":"m","input":["a","b"],"dimensions":2,"keep_alive":"5m","options":{"num_ctx":4096}}""");
        var response = codec.ReadResponse(Wires.Json("""{"model":"m","embeddings":[[0.1,2],[3,4]],"prompt_eval_count":7}"""), Target);
        response.Vectors.Count.ShouldBe(2);
        response.Vectors[1].ShouldBe([3f, 4f]);
        response.PromptTokens.ShouldBe(7);
    }

    [Fact]
    public void Cohere_EmbedsTexts()
    {
        var codec = new CohereEmbeddings();
        var request = Of("a");
        request.Dimensions = 256;
        Write(codec, request, """{"model":"m","input_type":"search_document","texts":["a"],"embedding_types":["float"],"output_dimension":256}""");
        request.InputType = "search_query";
        request.Truncate = "END";
        Write(
            codec, request, """{"model":"m","input_type":"search_query","texts":["a"],"embedding_types":["float"],"truncate":"END","output_dimension":256}""");
        var response = codec.ReadResponse(
            Wires.Json("""{"id":"x","embeddings":{"float":[[0.5,1]]},"meta":{"billed_units":{"input_tokens":3}},"response_type":"embeddings_by_type"}"""), Target);
        response.Vectors.ShouldHaveSingleItem().ShouldBe([0.5f, 1f]);
        response.PromptTokens.ShouldBe(3);
    }

    [Fact]
    public void Cohere_EmbedsImagesAndMixtures()
    {
        var codec = new CohereEmbeddings();
        var image = new EmbeddingInput(null, MediaSource.FromBase64("image/png", "iVBOR"u8.ToArray()));
        var request = new EmbeddingRequest { Model = "m", Inputs = [image] };
        Write(codec, request, """{"model":"m","input_type":"image","images":["data:image/png;base64,iVBOR"],"embedding_types":["float"]}""");
        request.Inputs.Add(new EmbeddingInput("a"));
        Write(codec, request, """
            {"model":"m","input_type":"search_document","inputs":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBOR"}}]},
             {"content":[{"type":"text","text":"a"}]}],"embedding_types":["float"]}
            """);
        var response = codec.ReadResponse(Wires.Json("""{"embeddings":[[1]],"meta":{"billed_units":{"images":2}}}"""), Target);
        (response.PromptTokens, response.ImageTokens).ShouldBe((2, 2));
    }

    [Fact]
    public void Watsonx_Embeds()
    {
        var codec = new WatsonxEmbeddings();
        var request = Of("a");
        request.Extras.Add(Wires.Extra("truncate_input_tokens", "10"));
        Write(codec, request, """{"model_id":"g","project_id":"p","inputs":["a"],"parameters":{"truncate_input_tokens":10}}""");
        var response = codec.ReadResponse(Wires.Json("""{"model_id":"g","results":[{"embedding":[1,2]}],"input_token_count":3}"""), Target);
        response.Vectors.ShouldHaveSingleItem().ShouldBe([1f, 2f]);
        response.PromptTokens.ShouldBe(3);
    }

    [Fact]
    public void Snowflake_Embeds()
    {
        var codec = new SnowflakeEmbeddings();
        Write(codec, Of("a"), """{"model":"m","text":["a"]}""");
        codec.ReadResponse(Wires.Json("""{"data":[{"object":"embedding","embedding":[[1,2]],"index":0}],"usage":{"total_tokens":3}}"""), Target)
            .Vectors.ShouldHaveSingleItem().ShouldBe([1f, 2f]);
    }

    [Fact]
    public void Oci_Embeds()
    {
        var codec = new OciEmbeddings();
        var request = Of("a");
        request.InputType = "search_query";
        Write(codec, request, """{"servingMode":{"servingType":"ON_DEMAND","modelId":"m"},"inputs":["a"],"inputType":"SEARCH_QUERY"}""");
        codec.ReadResponse(Wires.Json("""{"id":"x","embeddings":[[1,2]],"modelId":"m"}"""), Target).Vectors.ShouldHaveSingleItem().ShouldBe([1f, 2f]);
    }

    [Fact]
    public void Triton_CutsItsTensor()
    {
        var codec = new TritonEmbeddings();
        Write(codec, Of("a", "b"), """{"inputs":[{"name":"input_text","shape":[2],"datatype":"BYTES","data":["a","b"]}]}""");
        var response = codec.ReadResponse(Wires.Json("""{"outputs":[{"name":"e","datatype":"FP32","shape":[2,2],"data":[1,2,3,4]}]}"""), Target);
        response.Vectors.Count.ShouldBe(2);
        response.Vectors[1].ShouldBe([3f, 4f]);
        Should.Throw<WireException>(() => codec.ReadResponse(Wires.Json("""{"outputs":[{"shape":[3,2],"data":[1,2,3,4]}]}"""), Target));
    }

    [Fact]
    public void FeatureExtraction_AnswersBareVectors()
    {
        var codec = new FeatureExtraction();
        Write(codec, Of("a"), """{"inputs":["a"]}""");
        codec.ReadResponse(Wires.Json("[[1,2]]"), Target).Vectors.ShouldHaveSingleItem().ShouldBe([1f, 2f]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnswersOfAnyForm_AreReadOrRefused(int which)
    {
        foreach (var text in (string[])["{}", "[]", "[[null]]", "null", """{"embeddings":{"float":[["x"]]}}""", """{"data":[{"embedding":[[]]}]}""",
            """{"results":[1]}""", """{"embeddings":"x"}""", """{"outputs":[{"shape":[0,1],"data":[]}]}""", """{"outputs":[{"shape":[1e9,1],"data":[1]}]}"""])
        {
            try
            {
                Codecs[which].ReadResponse(Wires.Json(text), Target);
            }
            catch (WireException)
            {
                // What the contract names.
            }
        }
    }

    private static EmbeddingRequest Of(params ReadOnlySpan<string> texts)
    {
        var request = new EmbeddingRequest { Model = "m" };
        foreach (var text in texts)
        {
            request.Inputs.Add(new EmbeddingInput(text));
        }

        return request;
    }

    private static void Write(EmbeddingCodec codec, EmbeddingRequest request, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            codec.WriteRequest(request, Target, json);
        }

        Wires.Canonical(Encoding.UTF8.GetString(output.WrittenSpan)).ShouldBe(Wires.Canonical(expected));
    }
}
