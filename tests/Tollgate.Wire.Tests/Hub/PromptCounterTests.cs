using System.Text;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Tests.Gemini;

namespace Tollgate.Wire.Tests.Hub;

public class PromptCounterTests
{
    [Theory]
    [InlineData(
        CounterForm.Messages, """{"model":"x","messages":[],"system":"s","max_tokens":5,"stream":true}""", """{"model":"m","messages":[],"system":"s"}""")]
    [InlineData(
        CounterForm.VertexMessages, """{"messages":[],"metadata":{}}""", """{"model":"m","anthropic_version":"vertex-2023-10-16","messages":[]}""")]
    [InlineData(
        CounterForm.GenerateContent, """{"contents":[],"tools":[],"safetySettings":[],"model":"y"}""",
        """{"generateContentRequest":{"model":"models/m","contents":[],"tools":[]}}""")]
    [InlineData(CounterForm.VertexGenerateContent, """{"contents":[],"toolConfig":{},"labels":{}}""", """{"contents":[]}""")]
    [InlineData(
        CounterForm.Converse, """{"messages":[],"system":[],"inferenceConfig":{}}""", """{"input":{"converse":{"messages":[],"system":[]}}}""")]
    [InlineData(CounterForm.InvokeModel, """{"a":1}""", """{"input":{"invokeModel":{"body":"eyJhIjoxfQ=="}}}""")]
    public void Question_HoldsWhatTheProviderTakes(CounterForm form, string body, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(bytes, members).IsNone.ShouldBeTrue();
        Gem.Written(json => PromptCounter.Write(form, bytes, members, "m", json)).ShouldBeJson(expected);
    }

    [Theory]
    [InlineData("""{"input_tokens":7}""", 7L)]
    [InlineData("""{"totalTokens":8,"promptTokensDetails":[]}""", 8L)]
    [InlineData("""{"inputTokens":9}""", 9L)]
    [InlineData("""{"input_tokens":-1}""", null)]
    [InlineData("""{"input_tokens":"7"}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""nothing""", null)]
    public void Answer_IsReadWhoeverGaveIt(string answer, long? expected) => PromptCounter.Read(Encoding.UTF8.GetBytes(answer)).ShouldBe(expected);
}
