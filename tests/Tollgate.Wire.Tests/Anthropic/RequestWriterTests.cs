using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

public sealed class RequestWriterTests
{
    [Fact]
    public void ChatRequest_IsSaidAsInTheWireExample() => Claude.FromChat(Claude.Question).ShouldBeJson("""
        {"model":"claude-x","max_tokens":200,"temperature":0.2,"stop_sequences":["END"],"metadata":{"user_id":"u-1"},
         "system":[{"type":"text","text":"Be brief."}],
         "messages":[
          {"role":"user","content":[{"type":"text","text":"Weather here?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw=="}}]},
          {"role":"assistant","content":[{"type":"tool_use","id":"call_a1","name":"get_weather","input":{"city":"Oslo"}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_a1","content":"{\"t\":7}"},{"type":"text","text":"And in Rome?"}]}],
         "tools":[{"name":"get_weather","description":"w","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}],
         "tool_choice":{"type":"any","disable_parallel_tool_use":true}}
        """);

    [Theory]
    [InlineData(null, 4096)]
    [InlineData(8192L, 8192)]
    public void NoLimit_IsTheModelsOwn(long? most, long expected)
        => Claude.FromChatWith("\"temperature\":1", Claude.Model() with { MaxOutputTokens = most }).GetProperty("max_tokens").GetInt64().ShouldBe(expected);

    [Fact]
    public void NoLimit_IsTheConfiguredOne_AndRoomForThinkingIsAdded()
    {
        var target = Claude.Model() with { Options = new Dictionary<string, string> { ["default_max_tokens"] = "1000" } };
        var body = Claude.FromChatWith("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}", target);
        body.GetProperty("max_tokens").GetInt64().ShouldBe(3000);
        body.GetProperty("thinking").ShouldBeJson("""{"type":"enabled","budget_tokens":2000}""");
    }

    [Theory]
    [InlineData(false, 50)]
    [InlineData(true, 1074)]
    public void LimitBelowTheThinkingBudget_IsRaisedOnlyWhereRequestsMayBeModified(bool modify, long expected)
        => Claude.FromChatWith("\"max_tokens\":50,\"reasoning_effort\":\"low\"", Claude.Model() with { ModifyParams = modify })
            .GetProperty("max_tokens").GetInt64().ShouldBe(expected);

    [Theory]
    [InlineData("auto", "{\"type\":\"auto\"}")]
    [InlineData("none", "{\"type\":\"none\"}")]
    [InlineData("required", "{\"type\":\"any\"}")]
    public void ToolChoice_HasItsOwnWords(string choice, string expected)
        => Claude.FromChatWith($"\"tool_choice\":\"{choice}\",\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"f\"}}}}]")
            .GetProperty("tool_choice").ShouldBeJson(expected);

    [Fact]
    public void ParallelCallsForbidden_WithoutAChoice_IsAutoWithTheFlag()
        => Claude.FromChatWith("\"parallel_tool_calls\":false,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]")
            .GetProperty("tool_choice").ShouldBeJson("""{"type":"auto","disable_parallel_tool_use":true}""");

    [Theory]
    [InlineData("u-1", true)]
    [InlineData("someone@example.org", false)]
    [InlineData("+49 (30) 1234567", false)]
    public void User_IsSentUnlessItIsAnAddress(string user, bool sent)
        => Claude.FromChatWith($"\"user\":\"{user}\"").TryGetProperty("metadata", out _).ShouldBe(sent);

    [Theory]
    [InlineData("minimal", 1024)]
    [InlineData("low", 1024)]
    [InlineData("medium", 2048)]
    [InlineData("high", 4096)]
    public void Effort_IsABudgetForOlderModels(string effort, long budget)
        => Claude.FromChatWith($"\"reasoning_effort\":\"{effort}\"", Claude.Model("reasoning", "-adaptive_thinking"))
            .GetProperty("thinking").ShouldBeJson($$"""{"type":"enabled","budget_tokens":{{budget}}}""");

    [Fact]
    public void Effort_IsAdaptiveThinkingForNewerModels()
    {
        var body = Claude.FromChatWith("\"reasoning_effort\":\"minimal\"", Claude.Model("reasoning", "adaptive_thinking"));
        body.GetProperty("thinking").ShouldBeJson("""{"type":"adaptive"}""");
        body.GetProperty("output_config").ShouldBeJson("""{"effort":"low"}""");
    }

    [Fact]
    public void Effort_IsBothForModelsBetween()
    {
        var body = Claude.FromChatWith("\"reasoning_effort\":\"high\"", Claude.Model("reasoning", "output_config", "-adaptive_thinking"));
        body.GetProperty("thinking").GetProperty("budget_tokens").GetInt64().ShouldBe(4096);
        body.GetProperty("output_config").ShouldBeJson("""{"effort":"high"}""");
    }

    [Theory]
    [InlineData("\"reasoning_effort\":\"max\"", "-max_reasoning_effort")]
    [InlineData("\"reasoning_effort\":\"xhigh\"", "-xhigh_reasoning_effort")]
    [InlineData("\"reasoning_effort\":\"sideways\"", "reasoning")]
    [InlineData("\"reasoning_effort\":\"low\"", "-reasoning")]
    public void EffortThatTheModelHasNot_IsRefused(string member, string flag)
        => Should.Throw<WireException>(() => Claude.FromChatWith(member, Claude.Model(flag))).Param.ShouldBe("reasoning_effort");

    [Theory]
    [InlineData("\"reasoning_effort\":\"none\"")]
    [InlineData("\"temperature\":1")]
    public void NoThinking_IsNotMentioned(string member) => Claude.FromChatWith(member).TryGetProperty("thinking", out _).ShouldBeFalse();

    [Fact]
    public void AdaptiveThinking_IsABudgetForOlderModels()
        => Claude.FromChatWith("\"thinking\":{\"type\":\"adaptive\"}", Claude.Model("-adaptive_thinking"))
            .GetProperty("thinking").ShouldBeJson("""{"type":"enabled","budget_tokens":2048}""");

    [Fact]
    public void Schema_IsAToolThatMustBeCalled()
    {
        var body = Claude.FromChatWith("""
            "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{"a":{"type":"integer"}}}}}
            """);
        body.GetProperty("tools").ShouldBeJson("""[{"name":"json_tool_call","input_schema":{"type":"object","properties":{"a":{"type":"integer"}}}}]""");
        body.GetProperty("tool_choice").ShouldBeJson("""{"type":"tool","name":"json_tool_call"}""");
    }

    [Fact]
    public void SchemaBesideTools_IsNotForced()
    {
        var body = Claude.FromChatWith("""
            "response_format":{"type":"json_object"},"tools":[{"type":"function","function":{"name":"f"}}]
            """);
        body.GetProperty("tools").GetArrayLength().ShouldBe(2);
        body.TryGetProperty("tool_choice", out _).ShouldBeFalse();
    }

    [Fact]
    public void SchemaOfAList_IsWrapped()
        => Claude.FromChatWith("""
            "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"array","items":{"$ref":"#/$defs/x"},"$defs":{"x":{"type":"string"}}}}}
            """).GetProperty("tools")[0].ShouldBeJson("""
            {"name":"json_tool_call_values","input_schema":{"type":"object","properties":{"values":{"type":"array","items":{"$ref":"#/$defs/x"},"$defs":{"x":{"type":"string"}}}},
             "required":["values"],"additionalProperties":false,"$defs":{"x":{"type":"string"}}}}
            """);

    [Fact]
    public void Schema_IsTheProvidersOwnWhereTheModelHasIt()
    {
        var body = Claude.FromChatWith("""
            "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{"a":{"type":"integer","minimum":1,"description":"d"}},"additionalProperties":true}}}
            """, Claude.Model("native_structured_output"));
        body.TryGetProperty("tools", out _).ShouldBeFalse();
        body.GetProperty("output_config").ShouldBeJson("""
            {"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer","description":"d\n\n{minimum: 1}"}},"additionalProperties":false}}}
            """);
    }

    [Fact]
    public void WebSearch_IsATool()
        => Claude.FromChatWith("""
            "web_search_options":{"search_context_size":"medium","user_location":{"type":"approximate","approximate":{"city":"Oslo","country":"NO"}}}
            """).GetProperty("tools").ShouldBeJson("""
            [{"type":"web_search_20250305","name":"web_search","max_uses":5,"user_location":{"type":"approximate","city":"Oslo","country":"NO"}}]
            """);

    [Fact]
    public void HostedTools_PassAndServersHaveTheirOwnPlace()
    {
        var body = Claude.FromChatWith("""
            "tools":[{"type":"bash_20250124","name":"bash"},
             {"type":"computer_20250124","function":{"name":"computer","parameters":{"display_width_px":1024,"display_height_px":768}}},
             {"type":"mcp","server_url":"https://mcp.example/","server_label":"m","headers":{"Authorization":"Bearer t"},"allowed_tools":["a"]}]
            """);
        body.GetProperty("tools").ShouldBeJson("""
            [{"type":"bash_20250124","name":"bash"},{"type":"computer_20250124","name":"computer","display_width_px":1024,"display_height_px":768}]
            """);
        body.GetProperty("mcp_servers").ShouldBeJson("""
            [{"type":"url","url":"https://mcp.example/","name":"m","authorization_token":"t","tool_configuration":{"allowed_tools":["a"],"enabled":true}}]
            """);
    }

    [Theory]
    [InlineData("{\"type\":\"computer_20250124\",\"function\":{\"name\":\"computer\",\"parameters\":{}}}", "display_width_px")]
    [InlineData("{\"type\":\"image_generation\"}", "Unsupported tool type: image_generation")]
    public void ToolThatIsNone_IsRefused(string tool, string reason)
        => Should.Throw<WireException>(() => Claude.FromChatWith($"\"tools\":[{tool}]")).Message.ShouldContain(reason);

    [Fact]
    public void LongNames_AreShortenedEverywhere()
    {
        var name = new string('n', 80) + ".x";
        var body = Claude.FromChat($$$"""
            {"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"a.b","type":"function","function":{"name":"{{{name}}}","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"a.b","content":"ok"}],"tools":[{"type":"function","function":{"name":"{{{name}}}" } }],"tool_choice":{"type":"function","function":{"name":"{{{name}}}" } }}
            """);
        var sent = body.GetProperty("tools")[0].GetProperty("name").GetString()!;
        sent.Length.ShouldBe(64);
        sent.ShouldMatch("^[a-zA-Z0-9_-]+$");
        body.GetProperty("tool_choice").GetProperty("name").GetString().ShouldBe(sent);
        var call = body.GetProperty("messages")[1].GetProperty("content")[0];
        call.GetProperty("name").GetString().ShouldBe(sent);
        call.GetProperty("id").GetString().ShouldBe("a_b");
        body.GetProperty("messages")[2].GetProperty("content")[0].GetProperty("tool_use_id").GetString().ShouldBe("a_b");
    }

    [Fact]
    public void CustomTool_IsAFunctionOfOneText()
    {
        var body = Claude.FromChat("""
            {"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{"name":"patch","input":"a\nb"}}]},
             {"role":"tool","tool_call_id":"c","content":"ok"}],"tools":[{"type":"custom","custom":{"name":"patch"}}]}
            """);
        body.GetProperty("tools")[0].GetProperty("input_schema").GetProperty("required")[0].GetString().ShouldBe("input");
        body.GetProperty("messages")[1].GetProperty("content")[0].GetProperty("input").ShouldBeJson("""{"input":"a\nb"}""");
    }

    [Fact]
    public void ChatClientsOwnParametersOfTheProvider_Pass()
    {
        var body = Claude.FromChatWith("""
            "inference_geo":"eu","container":"c1","context_management":[{"type":"compaction","compact_threshold":9}],"safety_identifier":"s","top_k":3
            """);
        body.GetProperty("inference_geo").GetString().ShouldBe("eu");
        body.GetProperty("top_k").GetInt32().ShouldBe(3);
        body.GetProperty("context_management").ShouldBeJson("""{"edits":[{"type":"compact_20260112","trigger":{"type":"input_tokens","value":9}}]}""");
        body.TryGetProperty("safety_identifier", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://host/a.png", false, true)]
    [InlineData("https://host/a.png", false, false)]
    [InlineData("https://host/a.png", true, true)]
    public void Addresses_AreFetchedWhereTheHostDoesNot(string url, bool bytesOnly, bool fetched)
    {
        var target = Claude.Model() with { Options = new Dictionary<string, string> { ["media_as_bytes"] = bytesOnly ? "true" : "false" } };
        Claude.Codec.NeedsBytes(new ImagePart(MediaSource.FromUrl(url)), target).ShouldBe(fetched);
    }

    [Fact]
    public void EveryToolChoice_ThatForces_GivesWayToThinkingWhereItMay()
        => Claude.FromChatWith("\"reasoning_effort\":\"low\",\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]",
            Claude.Model() with { ModifyParams = true }).GetProperty("tool_choice").ShouldBeJson("""{"type":"auto"}""");

    [Fact]
    public void DroppedParameters_AreLeftOut()
    {
        var body = Claude.FromChatWith("\"reasoning_effort\":\"low\",\"temperature\":0.5,\"stop\":[\" \",\"x\"]", Claude.Model() with { DropParams = true });
        body.TryGetProperty("temperature", out _).ShouldBeFalse();
        body.GetProperty("stop_sequences").ShouldBeJson("[\"x\"]");
        body.GetProperty("thinking").ValueKind.ShouldBe(JsonValueKind.Object);
    }
}
