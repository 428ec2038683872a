using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Hub;

public class EmbeddingBodiesTests
{
    [Fact]
    public void Request_IsRead()
    {
        var request = Read(
            """{"model":"m","input":["a",{"type":"text","text":"b"},"data:image/png;base64,iVBO",{"type":"image_url","image_url":{"url":"gs://x/y.png"}}],"dimensions":8,"encoding_format":"base64","input_type":"search_query","truncate":"END","user":"u","title":"t","seed":null}""");
        request.Inputs.Select(static input => input.Text).ShouldBe(["a", "b", null, null]);
        request.Inputs[2].Media!.MediaType.ShouldBe("image/png");
        request.Inputs[3].Media!.Url.ShouldBe("gs://x/y.png");
        (request.Dimensions, request.AsBase64, request.InputType, request.Truncate, request.User).ShouldBe((8, true, "search_query", "END", "u"));
        request.Extras.ShouldHaveSingleItem().Name.ShouldBe("title");
        request.Slice(1, 2).Inputs.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{"input":[1,2]}""", "input")]
    [InlineData("""{"input":[[1,2]]}""", "input")]
    [InlineData("""{"input":"a","dimensions":0}""", "dimensions")]
    [InlineData("""{"input":"a","encoding_format":"x"}""", "encoding_format")]
    public void BrokenRequest_NamesTheField(string json, string param) => Should.Throw<WireException>(() => Read(json)).Param.ShouldBe(param);

    [Theory]
    [InlineData(false, """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,-0.5]}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""")]
    [InlineData(true, """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAL8="}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""")]
    public void Answer_IsWritten(bool asBase64, string expected)
    {
        var response = new EmbeddingResponse { PromptTokens = 3 };
        response.Vectors.Add([1, -0.5f]);
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            EmbeddingBodies.Write(response, "m", asBase64, json);
        }

        Encoding.UTF8.GetString(written.WrittenSpan).ShouldBe(expected);
    }

    private static EmbeddingRequest Read(string json) => EmbeddingBodies.Read(JsonDocument.Parse(json).RootElement);
}
