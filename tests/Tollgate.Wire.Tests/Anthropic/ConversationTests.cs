using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>How messages become turns, and how broken conversations are repaired.</summary>
public sealed class ConversationTests
{
    private const string Tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";

    private static readonly TargetModel Modifying = Claude.Model() with { ModifyParams = true };

    [Fact]
    public void NeighboursOfARole_AreOneTurn() => Messages("""
        {"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
        {"role":"assistant","content":"c"},{"role":"assistant","content":"d"},{"role":"user","content":""},{"role":"user","content":"e"}
        """).ShouldBeJson("""
        [{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
         {"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]},
         {"role":"user","content":[{"type":"text","text":"e"}]}]
        """);

    [Fact]
    public void Instructions_ComeFirstWhereverTheyStood()
        => Body("""{"role":"user","content":"a"},{"role":"developer","content":"x"},{"role":"system","content":" "},{"role":"system","content":"y"}""")
            .GetProperty("system").ShouldBeJson("""[{"type":"text","text":"x"},{"type":"text","text":"y"}]""");

    [Fact]
    public void ResultsOfTools_ComeBeforeWhatTheUserSays() => Messages("""
        {"role":"user","content":"a"},
        {"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":""}},{"id":"2","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":"https://h/a.png"}]},
        {"role":"user","content":"b"},{"role":"tool","tool_call_id":"2","content":"y"}
        """, Tools)[2].ShouldBeJson("""
        {"role":"user","content":[
          {"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"url","url":"https://h/a.png"}}]},
          {"type":"tool_result","tool_use_id":"2","content":"y"},{"type":"text","text":"b"}]}
        """);

    [Fact]
    public void Thoughts_AreSentBackOnlyWithTheirSeal() => Messages("""
        {"role":"user","content":"a"},
        {"role":"assistant","content":"c","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"thinking","thinking":"u"},{"type":"redacted_thinking","data":"d"}]},
        {"role":"user","content":"b"}
        """)[1].ShouldBeJson("""
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"c"}]}
        """);

    [Fact]
    public void WordsPutIntoTheModelsMouth_LoseTrailingSpace()
        => Messages("""{"role":"user","content":"a"},{"role":"assistant","content":"So: \n"}""")[1].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("So:");

    [Fact]
    public void BlocksOfServerTools_ComeBackInTheirPlace() => Messages("""
        {"role":"user","content":"a"},
        {"role":"assistant","content":"c","tool_calls":[{"id":"srvtoolu_1","type":"function","function":{"name":"web_search","arguments":"{\"query\":\"q\"}"}}],
         "provider_specific_fields":{"web_search_results":[{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]}]}},
        {"role":"tool","tool_call_id":"srvtoolu_1","content":"ran it myself"},{"role":"user","content":"b"}
        """, Tools)[1].GetProperty("content").ShouldBeJson("""
        [{"type":"text","text":"c"},{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},
         {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]}]
        """);

    [Fact]
    public void Documents_AreSaidByWhatTheyAre() => Messages("""
        {"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERg==","filename":"a.pdf"}},
         {"type":"file","file":{"file_data":"data:text/plain;base64,SGk="}},{"type":"file","file":{"file_id":"file_1"}},
         {"type":"image_url","image_url":"data:application/pdf;base64,JVBERg=="}]}
        """)[0].GetProperty("content").ShouldBeJson("""
        [{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="},"title":"a.pdf"},
         {"type":"document","source":{"type":"text","media_type":"text/plain","data":"Hi"}},
         {"type":"document","source":{"type":"file","file_id":"file_1"}},
         {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="}}]
        """);

    [Fact]
    public void CallsWithoutTools_AreRefusedOrGivenADummy()
    {
        const string messages = """{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"x"}""";
        Should.Throw<WireException>(() => Messages(messages)).Param.ShouldBe("tools");
        Body(messages, "", Modifying).GetProperty("tools")[0].GetProperty("name").GetString().ShouldBe("dummy_tool");
    }

    [Fact]
    public void BrokenArguments_AreRefusedOrReplaced()
    {
        const string messages = """{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]},{"role":"tool","tool_call_id":"1","content":"x"}""";
        Should.Throw<WireException>(() => Messages(messages, Tools)).Message.ShouldContain("Unable to convert openai tool calls");
        Messages(messages, Tools, Modifying)[1].GetProperty("content")[0].GetProperty("input").ShouldBeJson("{}");
    }

    [Fact]
    public void Repaired_EveryCallHasItsResultAndEveryResultItsCall() => Messages("""
        {"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},
          {"id":"2","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"1","content":"x"},{"role":"tool","tool_call_id":"9","content":"orphan"},{"role":"user","content":"go on"}
        """, Tools, Modifying).ShouldBeJson("""
        [{"role":"user","content":[{"type":"text","text":"Please continue."}]},
         {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}},{"type":"tool_use","id":"2","name":"f","input":{}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"x"},
           {"type":"tool_result","tool_use_id":"2","content":"[System: the tool 'f' was not run; there is no result.]"},{"type":"text","text":"go on"}]}]
        """);

    [Fact]
    public void Unrepaired_TheConversationIsSentAsItIs()
        => Messages("""{"role":"assistant","content":"c"},{"role":"user","content":""}""").ShouldBeJson("""
        [{"role":"assistant","content":[{"type":"text","text":"c"}]},{"role":"user","content":[{"type":"text","text":" "}]}]
        """);

    [Fact]
    public void ModelWithoutPrefill_GetsAUsersTurnAtTheEnd()
        => Messages("""{"role":"user","content":"a"},{"role":"assistant","content":"c"}""", "", Claude.Model("-assistant_prefill") with { ModifyParams = true })
            .GetArrayLength().ShouldBe(3);

    [Fact]
    public void LostThoughts_SwitchThinkingOffWhereRequestsMayBeModified()
    {
        const string messages = """{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"x"}""";
        Body(messages, Tools + ",\"reasoning_effort\":\"low\"").TryGetProperty("thinking", out _).ShouldBeTrue();
        Body(messages, Tools + ",\"reasoning_effort\":\"low\"", Modifying).TryGetProperty("thinking", out _).ShouldBeFalse();
    }

    private static JsonElement Body(string messages, string more = "", TargetModel? target = null)
        => Claude.FromChat($$"""{"model":"m","messages":[{{messages}}]{{more}}}""", target);

    private static JsonElement Messages(string messages, string more = "", TargetModel? target = null)
        => Body(messages, more, target).GetProperty("messages");
}
