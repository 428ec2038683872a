using System.Runtime.InteropServices;

namespace Tollgate.Mock.Tests;

public sealed class EmbeddingTests
{
    [Fact]
    public async Task SameText_HasTheSameUnitVector_HoweverEscaped()
    {
        await using var mock = await MockClient.StartAsync();
        var plain = await VectorsAsync(mock, """{"model":"e","input":"grüße"}""");
        var escaped = await VectorsAsync(mock, """{"model":"e","input":["gr\u00fc\u00dfe","other"]}""");
        plain.Single().Length.ShouldBe(1536);
        escaped[0].ShouldBe(plain[0]);
        escaped[1].ShouldNotBe(plain[0]);
        plain[0].Sum(value => value * value).ShouldBe(1f, 0.001f);
    }

    [Fact]
    public async Task Base64_HoldsTheSameFloats()
    {
        await using var mock = await MockClient.StartAsync();
        var floats = await VectorsAsync(mock, """{"model":"e","input":"x","dimensions":8}""");
        var answer = await mock.JsonAsync("v1/embeddings", """{"model":"e","input":"x","dimensions":8,"encoding_format":"base64"}""");
        var bytes = answer.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        MemoryMarshal.Cast<byte, float>(bytes).ToArray().ShouldBe(floats[0]);
    }

    [Theory]
    [InlineData("""[1,2,3]""", 1, 3)]
    [InlineData("""[[1,2,3],[4]]""", 2, 4)]
    [InlineData("""["12345"]""", 1, 2)]
    public async Task EveryKindOfInput_IsCounted(string input, int vectors, int tokens)
    {
        await using var mock = await MockClient.StartAsync(new MockServerOptions { EmbeddingDimensions = 3 });
        var answer = await mock.JsonAsync("embeddings", $$"""{"model":"e","input":{{input}}}""");
        answer.GetProperty("data").GetArrayLength().ShouldBe(vectors);
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(tokens);
        answer.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(tokens);
        answer.GetProperty("model").GetString().ShouldBe("e");
    }

    private static async Task<List<float[]>> VectorsAsync(MockClient mock, string body)
    {
        var answer = await mock.JsonAsync("v1/embeddings", body);
        return [.. answer.GetProperty("data").EnumerateArray().Select(
            item => item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];
    }
}
