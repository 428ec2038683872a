using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Gemini;

public class RequestReaderTests
{
    private const string Whole =
        """
        {"system_instruction":{"parts":[{"text":"Be brief."}]},
         "contents":[
          {"role":"user","parts":[{"text":"Weather here?"},{"inlineData":{"mimeType":"image/png","data":"iVBOR"}}]},
          {"role":"model","parts":[{"text":"plan","thought":true},{"functionCall":{"name":"w","args":{"city":"Oslo"}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"w","args":{}}}]},
          {"role":"user","parts":[{"functionResponse":{"name":"w","response":{"t":7}}},{"functionResponse":{"name":"w","response":{"error":"no"}}},{"text":"And?"}]}],
         "generationConfig":{"temperature":0.2,"topP":0.9,"topK":40,"maxOutputTokens":200,"stopSequences":["END"],"candidateCount":2,"seed":-3,
          "responseMimeType":"application/json","responseSchema":{"type":"OBJECT"},"thinkingConfig":{"thinkingBudget":100,"includeThoughts":true},
          "speechConfig":{"languageCode":"de"}},
         "tools":[{"functionDeclarations":[{"name":"w","description":"d","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]},{"googleSearch":{}},{"codeExecution":{}}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["w"]}},
         "safetySettings":[{"category":"A","threshold":"B"}]}
        """;

    [Fact]
    public void WholeRequest_IsRead()
    {
        var request = Gem.ReadRequest(Whole);
        request.Messages.Select(static message => message.Role).ShouldBe([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.User]);
        request.Messages[1].Parts[1].ShouldBeOfType<ImagePart>().Source.MediaType.ShouldBe("image/png");
        var calls = request.Messages[2].Parts.OfType<ToolCallPart>().ToList();
        calls[0].Signature.ShouldBe("c2ln");
        calls[0].Id.ShouldNotBe(calls[1].Id);
        var results = request.Messages[3].Parts.OfType<ToolResultPart>().ToList();
        results.Select(static result => result.CallId).ShouldBe(calls.Select(static call => call.Id));
        results[0].Content[0].ShouldBe(new TextPart("""{"t":7}"""));
        results[1].IsError.ShouldBeTrue();
        (request.Temperature, request.TopP, request.TopK, request.MaxOutputTokens, request.Choices, request.Seed).ShouldBe((0.2, 0.9, 40, 200, 2, -3));
        request.Stop.ShouldBe(["END"]);
        request.Format!.Schema!.Value.GetRawText().ShouldBe("""{"type":"object"}""");
        request.Reasoning!.BudgetTokens.ShouldBe(100);
        request.WebSearch.ShouldNotBeNull();
        request.Tools.Select(static tool => tool.Kind).ShouldBe([ToolKind.Function, ToolKind.CodeExecution]);
        request.Tools[0].Parameters!.Value.GetRawText().ShouldBeJson("""{"type":"object","properties":{"city":{"type":"string"}}}""");
        request.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceMode.Named, "w"));
    }

    [Fact]
    public void RequestThatIsReadAndWritten_IsTheSame()
    {
        var written = Gem.Json(Gem.Write(Gem.ReadRequest(Whole)));
        written.Member("safetySettings"u8).GetRawText().ShouldBeJson("""[{"category":"A","threshold":"B"}]""");
        written.Member("generationConfig"u8).Member("speechConfig"u8).GetRawText().ShouldBeJson("""{"languageCode":"de"}""");
        written.Member("generationConfig"u8).Member("thinkingConfig"u8).GetRawText().ShouldBeJson("""{"thinkingBudget":100,"includeThoughts":true}""");
        written.Member("contents"u8)[1].Member("parts"u8)[1].Text("thoughtSignature"u8).ShouldBe("c2ln");
        written.Member("contents"u8)[2].Member("parts"u8).GetArrayLength().ShouldBe(3);
    }

    [Theory]
    [InlineData("""{}""", "contents")]
    [InlineData("""{"contents":[1]}""", "contents[0]")]
    [InlineData("""{"contents":[{"role":"boss","parts":[{"text":"x"}]}]}""", "contents[0].role")]
    [InlineData("""{"contents":[{"parts":[7]}]}""", "contents[0].parts[0]")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":{}}]}]}""", "contents[0].parts[0].functionCall.name")]
    [InlineData("""{"contents":"x","generationConfig":3}""", "generationConfig")]
    [InlineData("""{"contents":"x","generationConfig":{"temperature":"hot"}}""", "generationConfig.temperature")]
    [InlineData("""{"contents":"x","generationConfig":{"thinkingConfig":{"thinkingBudget":1,"thinkingLevel":"LOW"}}}""", "generationConfig.thinkingConfig")]
    [InlineData("""{"contents":"x","tools":[{"functionDeclarations":[{}]}]}""", "tools[].functionDeclarations[].name")]
    public void BrokenRequest_NamesTheField(string json, string param) => Should.Throw<WireException>(() => Gem.ReadRequest(json)).Param.ShouldBe(param);

    [Fact]
    public void TextAlone_IsATurnOfTheUser()
        => Gem.ReadRequest("""{"contents":"Hi"}""").Messages.ShouldHaveSingleItem().Parts.ShouldHaveSingleItem().ShouldBe(new TextPart("Hi"));

    [Fact]
    public void BudgetOfZero_IsNoThinking()
        => Gem.ReadRequest("""{"contents":"x","generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}""").Reasoning!.Mode.ShouldBe(ReasoningMode.Disabled);
}
