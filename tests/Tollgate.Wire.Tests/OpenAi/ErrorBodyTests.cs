using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tollgate.Wire.Tests.OpenAi;

public class ErrorBodyTests
{
    public static TheoryData<string, ErrorBody?> Forms => new()
    {
        { """{"error":{"message":"m","type":"t","param":"p","code":"c"}}""", new ErrorBody("m", "t", "p", "c") },
        { """{"error":{"message":"m","type":null,"param":null,"code":null}}""", new ErrorBody("m", null, null, null) },
        { """{"error":{"message":"m","code":429}}""", new ErrorBody("m", null, null, "429") },
        { """{"error":{"message":{"a":1},"code":true}}""", new ErrorBody("""{"a":1}""", null, null, null) },
        { """{"error":{}}""", new ErrorBody("", null, null, null) },
        { """{"error":"text"}""", new ErrorBody("text", null, null, null) },
        { """{"error":[1]}""", null },
        { """{"message":"a \"b\"\n"}""", new ErrorBody("a \"b\"\n", null, null, null) },
        { """{"detail":"Not Found"}""", new ErrorBody("Not Found", null, null, null) },
        { """{"detail":[{"loc":["body"]}]}""", new ErrorBody("""[{"loc":["body"]}]""", null, null, null) },
        { """{"error":null,"message":"m"}""", new ErrorBody("m", null, null, null) },
        { """{"error":{"message":null,"type":"t"}}""", new ErrorBody("", "t", null, null) },
        { """{"object":"error","message":"m","type":"BadRequestError","param":"p","code":400}""", new ErrorBody("m", "BadRequestError", "p", "400") },
        { """{"message":null,"detail":"d"}""", new ErrorBody("d", null, null, null) },
        { """{"error":null}""", null },
        { """{"other":1}""", null },
        { "[]", null },
        { "", null },
        { "<html>", null },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void UpstreamsForms_AreRead(string json, ErrorBody? expected) => ErrorBody.TryRead(Encoding.UTF8.GetBytes(json)).ShouldBe(expected);

    [Theory]
    [InlineData("m", "t", "p", "400")]
    [InlineData("a \"quote\", a\nline, é 😀 <tag> & \\", null, null, null)]
    [InlineData("", "None", "None", "401")]
    public void WrittenBody_ReadsBack(string message, string? type, string? param, string? code)
    {
        var body = new ErrorBody(message, type, param, code);
        ErrorBody.TryRead(Written(body)).ShouldBe(body);
    }

    [Fact]
    public void AllFourMembers_AreWrittenEvenWhenNull()
        => Encoding.UTF8.GetString(Written(new ErrorBody("m", null, null, null)))
            .ShouldBe("""{"error":{"message":"m","type":null,"param":null,"code":null}}""");

    [Fact]
    public void ProviderFields_AreWrittenAsTheyAre()
    {
        var output = new ArrayBufferWriter<byte>();
        new ErrorBody("m", "t", null, "400").WriteTo(output, """{"upstream":{"code":"x"}}"""u8);
        JsonDocument.Parse(output.WrittenMemory).RootElement.GetProperty("error").GetProperty("provider_specific_fields").GetRawText()
            .ShouldBe("""{"upstream":{"code":"x"}}""");
    }

    [Fact]
    public void LoneSurrogateInAMessage_IsStillJson()
        => JsonDocument.Parse(Written(new ErrorBody("cut \ud83d", null, null, null))).RootElement.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Object);

    private static byte[] Written(ErrorBody body)
    {
        var output = new ArrayBufferWriter<byte>();
        body.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }
}
