using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Tests.Gemini;

namespace Tollgate.Wire.Tests.Hub;

public class WebSearchTests
{
    private const string AnthropicTool = """
        {"type":"web_search_20250305","name":"web_search","max_uses":3,"allowed_domains":["a.example"],"blocked_domains":["b.example"],
         "user_location":{"type":"approximate","city":"Oslo","country":"NO","timezone":"Europe/Oslo"}}
        """;

    private static readonly ChatCodec Chat = new();
    private static readonly MessagesCodec Messages = new();
    private static readonly ResponsesCodec Responses = new();

    private static readonly TargetModel Searching = Codecs.Target with { Can = static flag => flag is "web_search" ? true : null };

    [Fact]
    public void AnthropicSearch_IsSaidToResponses()
    {
        var request = Messages.Read(Ask(AnthropicTool));
        ToolsOf(Responses.Write(request)).ShouldBeJson(
            """
            [{"type":"web_search","user_location":{"type":"approximate","city":"Oslo","country":"NO","timezone":"Europe/Oslo"},
              "filters":{"allowed_domains":["a.example"],"blocked_domains":["b.example"]}}]
            """);
        Fidelity.Check(request, Messages, Responses, dropParams: null, Searching).Dropped.ShouldBe(["tools[].max_uses"]);
    }

    [Fact]
    public void AnthropicSearch_IsSaidToChatModelsThatSearch()
    {
        var request = Messages.Read(Ask(AnthropicTool));
        Gem.Json(Chat.Write(request, Searching)).Member("web_search_options"u8).GetRawText().ShouldBeJson(
            """{"user_location":{"type":"approximate","approximate":{"city":"Oslo","country":"NO","timezone":"Europe/Oslo"}}}""");
        Fidelity.Check(request, Messages, Chat, dropParams: null, Searching).Dropped
            .ShouldBe(["tools[].allowed_domains", "tools[].blocked_domains", "tools[].max_uses"]);
    }

    [Fact]
    public void AnthropicSearch_IsLeftOutAndNamedForModelsThatDoNot()
    {
        var request = Messages.Read(Ask(AnthropicTool));
        Gem.Json(Chat.Write(request)).TryGetProperty("web_search_options", out _).ShouldBeFalse();
        Fidelity.Check(request, Messages, Chat, dropParams: null, Codecs.Target).Dropped.ShouldBe(["tools[].type: web_search"]);
    }

    [Theory]
    [InlineData("vertex_ai", """[{"googleSearch":{"excludeDomains":["b.example"]}}]""")]
    [InlineData("gemini", """[{"googleSearch":{}}]""")]
    public void AnthropicSearch_IsSaidToGoogle(string provider, string expected)
    {
        var request = Messages.Read(Ask(AnthropicTool));
        var target = Gem.Target(provider: provider);
        ToolsOf(Gem.Write(request, target)).ShouldBeJson(expected);
        string[] blocked = provider is "gemini" ? ["tools[].blocked_domains"] : [];
        Fidelity.Check(request, Messages, Gem.Codec, dropParams: null, target).Dropped
            .ShouldBe([.. blocked, "tools[].allowed_domains", "tools[].user_location", "tools[].max_uses"], ignoreOrder: true);
    }

    [Fact]
    public void ResponsesSearch_IsSaidToAnthropic()
    {
        var request = Responses.Read("""
            {"model":"m","input":"Hi","tools":[{"type":"web_search","search_context_size":"low","filters":{"allowed_domains":["a.example"]},
             "user_location":{"type":"approximate","country":"NO"}}]}
            """);
        ToolsOf(Messages.Write(request)).ShouldBeJson(
            """
            [{"type":"web_search_20250305","name":"web_search","max_uses":1,"allowed_domains":["a.example"],
              "user_location":{"type":"approximate","country":"NO"}}]
            """);
    }

    [Fact]
    public void AnthropicToolOfAChatClient_IsCheckedLikeAnthropics()
    {
        var request = Chat.Read(Ask(AnthropicTool));
        ToolsOf(Messages.Write(request)).ShouldBeJson($"[{AnthropicTool}]");
        Fidelity.Check(request, Chat, Responses, dropParams: null, Searching).Dropped.ShouldBe(["tools[].max_uses"]);
    }

    [Fact]
    public void ResponsesToolOfAChatClient_IsPassedOnAsItIs()
    {
        const string tool = """{"type":"web_search_preview","search_context_size":"low"}""";
        ToolsOf(Responses.Write(Chat.Read(Ask(tool)))).ShouldBeJson($"[{tool}]");
    }

    [Fact]
    public void GooglesExcludedDomains_AreBlockedDomains()
    {
        var request = Gem.ReadRequest("""{"contents":[{"parts":[{"text":"Hi"}]}],"tools":[{"google_search":{"exclude_domains":["b.example"]}}]}""");
        ToolsOf(Messages.Write(request)).ShouldBeJson("""[{"type":"web_search_20250305","name":"web_search","blocked_domains":["b.example"]}]""");
    }

    [Fact]
    public void SearchThatIsLeftOut_IsNamedOnce()
    {
        var claude = Codecs.Target with { Provider = "bedrock", Model = "anthropic.claude-sonnet-4-5-20250929-v1:0" };
        Fidelity.Check(Messages.Read(Ask(AnthropicTool)), Messages, new ConverseCodec(), dropParams: null, claude).Dropped
            .ShouldBe(["tools[].type: web_search"]);
    }

    [Theory]
    [InlineData("\"a.example\"")]
    [InlineData("[1]")]
    public void DomainsThatAreNone_AreRefused(string domains)
        => Should.Throw<WireException>(() => Messages.Read(Ask($$"""{"type":"web_search_20250305","name":"web_search","allowed_domains":{{domains}}}""")))
            .Param.ShouldBe("tools");

    private static string Ask(string tools)
        => $$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"tools":[{{tools}}]}""";

    private static string ToolsOf(string body) => Gem.Json(body).Member("tools"u8).GetRawText();
}
