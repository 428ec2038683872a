using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Tests.Gemini;

namespace Tollgate.Wire.Tests.Hub;

public class GoogleToolTests
{
    private static readonly ChatCodec Chat = new();

    [Theory]
    [InlineData("""{"googleSearch":{}}""", """[{"googleSearch":{}}]""")]
    [InlineData("""{"google_search":{}}""", """[{"googleSearch":{}}]""")]
    [InlineData("""{"googleSearch":{"timeRangeFilter":{"startTime":"a"}}}""", """[{"googleSearch":{"timeRangeFilter":{"startTime":"a"}}}]""")]
    [InlineData(
        """{"google_search_retrieval":{"dynamicRetrievalConfig":{"mode":"M"}}}""", """[{"googleSearchRetrieval":{"dynamicRetrievalConfig":{"mode":"M"}}}]""")]
    [InlineData("""{"enterpriseWebSearch":{}}""", """[{"enterpriseWebSearch":{}}]""")]
    [InlineData("""{"codeExecution":{}}""", """[{"codeExecution":{}}]""")]
    [InlineData("""{"code_execution":null}""", """[{"codeExecution":{}}]""")]
    [InlineData("""{"urlContext":{}},{"codeExecution":{}}""", """[{"urlContext":{}},{"codeExecution":{}}]""")]
    [InlineData("""{"urlContext":{},"googleSearch":{}}""", """[{"urlContext":{}},{"googleSearch":{}}]""")]
    [InlineData("""{"computer_use":{"environment":"browser"}}""", """[{"computerUse":{"environment":"ENVIRONMENT_BROWSER"}}]""")]
    [InlineData("""{"fileSearch":{"fileSearchStoreNames":["s"]}}""", """[{"fileSearch":{"fileSearchStoreNames":["s"]}}]""")]
    [InlineData("""{"retrieval":{"vertexRagStore":{}}}""", """[{"retrieval":{"vertexRagStore":{}}}]""")]
    public void ChatToolsInGooglesWords_ReachGoogle(string tools, string expected)
    {
        var request = Chat.Read(Ask(tools));
        Gem.Json(Gem.Write(request)).Member("tools"u8).GetRawText().ShouldBeJson(expected);
        Fidelity.Check(request, Chat, Gem.Codec, dropParams: null, Gem.Target()).Dropped.ShouldBeEmpty();
    }

    [Fact]
    public void PlaceOfMaps_StandsInTheToolConfig()
    {
        var written = Gem.Json(Gem.Write(Chat.Read(Ask("""{"googleMaps":{"enableWidget":true,"latitude":59.9,"longitude":10.7,"languageCode":"no"}}"""))));
        written.Member("tools"u8).GetRawText().ShouldBeJson("""[{"googleMaps":{"enableWidget":true}}]""");
        written.Member("toolConfig"u8).GetRawText().ShouldBeJson(
            """{"retrievalConfig":{"latLng":{"latitude":59.9,"longitude":10.7},"languageCode":"no"}}""");
    }

    [Fact]
    public void FunctionsStandBesideThem()
    {
        var request = Chat.Read(Ask("""{"codeExecution":{}},{"type":"function","function":{"name":"f"}}"""));
        Gem.Json(Gem.Write(request)).Member("tools"u8).GetRawText().ShouldBeJson("""[{"functionDeclarations":[{"name":"f"}]},{"codeExecution":{}}]""");
    }

    [Fact]
    public void ToolThatNobodyKnows_IsRefusedByName()
        => Should.Throw<WireException>(static () => Chat.Read(Ask("""{"somethingElse":{}}"""))).Param.ShouldBe("tools[].function.name");

    [Fact]
    public void OthersWithTheSame_GetTheirOwn()
    {
        var request = Chat.Read(Ask("""{"googleSearch":{}},{"codeExecution":{}},{"urlContext":{}}"""));
        Gem.Json(new MessagesCodec().Write(request)).Member("tools"u8).GetRawText().ShouldBeJson(
            """
            [{"type":"code_execution_20250825","name":"code_execution"},{"type":"web_fetch_20250910","name":"web_fetch"},
             {"type":"web_search_20250305","name":"web_search"}]
            """);
    }

    [Fact]
    public void OthersWithoutTheSame_NameWhatTheyLeaveOut()
    {
        var request = Chat.Read(Ask("""{"googleMaps":{}}"""));
        Should.Throw<WireException>(() => new MessagesCodec().Write(request)).Message.ShouldBe("Unsupported tool type: googleMaps");
        var lenient = Codecs.Target with { DropParams = true };
        Gem.Json(new MessagesCodec().Write(request, lenient)).TryGetProperty("tools", out _).ShouldBeFalse();
        Fidelity.Check(request, Chat, new MessagesCodec(), dropParams: true, lenient).Dropped.ShouldBe(["tools[].type"]);
        var claude = Codecs.Target with { Provider = "bedrock", Model = "anthropic.claude-sonnet-4-5-20250929-v1:0" };
        Fidelity.Check(request, Chat, new ConverseCodec(), dropParams: null, claude).Dropped.ShouldBe(["tools[].type"]);
        Fidelity.Check(request, Chat, new ResponsesCodec(), dropParams: null, Codecs.Target).Dropped.ShouldBe(["tools[].type"]);
        Gem.Json(new ResponsesCodec().Write(request)).TryGetProperty("tools", out _).ShouldBeFalse();
    }

    [Fact]
    public void ToolOfAnother_IsNamedWhenGoogleHasNothingOfTheKind()
        => Fidelity.Check(Chat.Read(Ask("""{"type":"bash_20250124","name":"bash"}""")), Chat, new GenerateContentCodec(), dropParams: null, Gem.Target())
            .Dropped.ShouldBe(["tools[].type"]);

    private static string Ask(string tools) => $$"""{"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{{tools}}]}""";
}
