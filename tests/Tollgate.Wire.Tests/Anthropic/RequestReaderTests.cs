using System.Text;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

public sealed class RequestReaderTests
{
    private const string Code = """
        {"model":"claude-x","max_tokens":64000,"stream":true,"temperature":1,"metadata":{"user_id":"user_1_account_2_session_3"},
         "system":[{"type":"text","text":"x-anthropic-billing-header: cc"},{"type":"text","text":"You are","cache_control":{"type":"ephemeral"}}],
         "messages":[{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},
            {"type":"document","title":"t","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"doc"}}]},
           {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"ok"},{"type":"tool_use","id":"toolu_1__thought__sig","name":"Bash","input":{"a": 1}},
            {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}]},
           {"role":"user","content":[{"type":"text","text":"next"},{"type":"tool_result","tool_use_id":"toolu_1__thought__sig","is_error":true,"content":[{"type":"text","text":"boom"}]}]}],
         "tools":[{"name":"Bash","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"web_search_20250305","name":"web_search","max_uses":3}],
         "tool_choice":{"type":"tool","name":"Bash","disable_parallel_tool_use":true},"thinking":{"type":"enabled","budget_tokens":5000},
         "output_config":{"effort":"high"},"output_format":{"type":"json_schema","schema":{"type":"object"}},"stop_sequences":["a","b"],"container":"c"}
        """;

    [Fact]
    public void Request_IsRead()
    {
        var request = Claude.Codec.Read(Code);
        request.Model.ShouldBe("claude-x");
        request.Stream.ShouldBeTrue();
        request.MaxOutputTokens.ShouldBe(64000);
        request.User.ShouldBe("user_1_account_2_session_3");
        request.Stop.ShouldBe(["a", "b"]);
        request.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceMode.Named, "Bash"));
        request.ParallelToolCalls.ShouldBe(false);
        request.Reasoning.ShouldBe(new ReasoningRequest { Mode = ReasoningMode.Enabled, BudgetTokens = 5000, Effort = "high" });
        request.Format!.Kind.ShouldBe(AnswerFormatKind.JsonSchema);
        request.WebSearch!.MaxUses.ShouldBe(3);
        request.Tools.Select(static tool => tool.Kind).ShouldBe([ToolKind.Function, ToolKind.WebSearch]);
        request.Tools[0].Cache.ShouldBe(new CacheHint("1h"));
        request.Extras.ShouldHaveSingleItem().Name.ShouldBe("container");
    }

    [Fact]
    public void Messages_AreRead_WithResultsOfToolsApart()
    {
        var messages = Claude.Codec.Read(Code).Messages;
        messages.Select(static message => message.Role).ShouldBe([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.User]);
        messages[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("You are");
        messages[0].Parts[0].Cache.ShouldBe(new CacheHint(null));
        Encoding.ASCII.GetString(messages[1].Parts[1].ShouldBeOfType<ImagePart>().Source.Base64.Span).ShouldBe("iVBO");
        var document = messages[1].Parts[2].ShouldBeOfType<DocumentPart>();
        (document.Title, document.WantsCitations, document.Source.Text).ShouldBe(("t", true, "doc"));
        messages[2].Parts[0].ShouldBe(new ThinkingPart("t", "s"));
        messages[2].Parts[2].ShouldBe(new ToolCallPart("toolu_1", "Bash", "{\"a\": 1}") { Signature = "sig" });
        messages[2].Parts[3].ShouldBeOfType<OpaquePart>().Kind.ShouldBe("server_tool_use");
        var result = messages[3].Parts.ShouldHaveSingleItem().ShouldBeOfType<ToolResultPart>();
        (result.CallId, result.IsError).ShouldBe(("toolu_1", true));
        messages[4].Parts.ShouldHaveSingleItem().ShouldBe(new TextPart("next"));
    }

    [Fact]
    public void Request_TranslatedToChat_SaysTheSame()
    {
        var request = Claude.Codec.Read("""
            {"model":"claude-x","max_tokens":10,"system":"s","messages":[{"role":"user","content":"Hi"},
              {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"r"}]}],
             "tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"}}
            """);
        var body = Claude.Parse(Claude.Chat.Write(request));
        body.GetProperty("messages").GetArrayLength().ShouldBe(4);
        body.GetProperty("messages")[3].GetProperty("tool_call_id").GetString().ShouldBe("toolu_1");
        body.GetProperty("tool_choice").GetString().ShouldBe("required");
    }

    [Theory]
    [InlineData("""{"max_tokens":1}""", "messages")]
    [InlineData("""{"messages":"x"}""", "messages")]
    [InlineData("""{"messages":[],"max_tokens":"x"}""", "max_tokens")]
    [InlineData("""{"messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result"}]}]}""", "messages[0].content[0].tool_use_id")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64"}}]}]}""", "messages[0].content[0].source.data")]
    [InlineData("""{"messages":[],"system":3}""", "system")]
    [InlineData("""{"messages":[],"tools":[{"description":"x"}]}""", "tools[0].name")]
    [InlineData("""{"messages":[],"tool_choice":{"type":"perhaps"}}""", "tool_choice")]
    [InlineData("""{"messages":[],"thinking":{"type":"deeply"}}""", "thinking.type")]
    [InlineData("""{"messages":[],"stop_sequences":"x"}""", "stop_sequences")]
    public void WrongBody_NamesTheField(string body, string param)
        => Should.Throw<WireException>(() => Claude.Codec.Read(body)).Param.ShouldBe(param);
}
