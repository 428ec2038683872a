using System.Text.Json;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Bedrock;

public sealed class ConverseRequestTests
{
    private const string Weather = """{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}""";

    [Fact]
    public void ExampleOfThePage_IsWrittenAsThere() => Written(
        """
        {"model":"m","stream":false,"max_tokens":200,"temperature":0.2,"stop":"END","user":"u-1","tool_choice":"required","parallel_tool_calls":false,
         "messages":[
          {"role":"system","content":"Be brief."},
          {"role":"user","content":[{"type":"text","text":"Weather here?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}}]},
          {"role":"assistant","content":null,"tool_calls":[{"id":"call_a1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}]},
          {"role":"tool","tool_call_id":"call_a1","content":"{\"t\":7}"},
          {"role":"user","content":"And in Rome?"}],
         "tools":[
        """ + Weather + "]}").ShouldBeJson(
        """
        {"system":[{"text":"Be brief."}],
         "messages":[
          {"role":"user","content":[{"text":"Weather here?"},{"image":{"format":"png","source":{"bytes":"iVBORw=="}}}]},
          {"role":"assistant","content":[{"toolUse":{"toolUseId":"call_a1","name":"get_weather","input":{"city":"Oslo"}}}]},
          {"role":"user","content":[{"toolResult":{"toolUseId":"call_a1","content":[{"text":"{\"t\":7}"}]}},{"text":"And in Rome?"}]}],
         "inferenceConfig":{"maxTokens":200,"temperature":0.2,"stopSequences":["END"]},
         "toolConfig":{"tools":[{"toolSpec":{"name":"get_weather","description":"w","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}}],"toolChoice":{"any":{}}}}
        """);

    [Theory]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", "\"top_k\":5", """{"top_k":5}""")]
    [InlineData("amazon.nova-pro-v1:0", "\"top_k\":5", """{"inferenceConfig":{"topK":5}}""")]
    [InlineData("mistral.mistral-large-2402-v1:0", "\"top_k\":5", """{"top_k":5}""")]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":100}", """{"thinking":{"type":"enabled","budget_tokens":1024}}""")]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", "\"reasoning_effort\":\"high\"", """{"thinking":{"type":"enabled","budget_tokens":4096}}""")]
    [InlineData("anthropic.claude-opus-4-6-v1", "\"reasoning_effort\":\"minimal\"", """{"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}}""")]
    [InlineData("amazon.nova-2-lite-v1:0", "\"reasoning_effort\":\"medium\"", """{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}}""")]
    [InlineData("openai.gpt-oss-120b-1:0", "\"reasoning_effort\":\"low\"", """{"reasoning_effort":"low"}""")]
    [InlineData("deepseek.r1-v1:0", "\"reasoning_effort\":\"low\"", null)]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", "\"reasoning_effort\":\"none\"", null)]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", "\"anthropic_beta\":[\"context-1m-2025-08-07\",\"files-api-2025-04-14\"]", """{"anthropic_beta":["context-1m-2025-08-07"]}""")]
    [InlineData("mistral.mistral-large-2402-v1:0", "\"safe_prompt\":true,\"metadata\":{\"a\":1},\"additionalModelRequestFields\":{\"x\":1}", """{"safe_prompt":true,"x":1}""")]
    public void ModelsOwnFields_AreThoseOfItsFamily(string model, string member, string? expected)
    {
        var body = Json(Written("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]," + member + "}", model));
        if (expected is null)
        {
            body.TryGetProperty("additionalModelRequestFields", out _).ShouldBeFalse();
        }
        else
        {
            body.GetProperty("additionalModelRequestFields").GetRawText().ShouldBeJson(expected);
        }
    }

    [Fact]
    public void ParallelCallsForbidden_IsToldToNewClaudes()
        => Json(Written("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"parallel_tool_calls\":false,\"tools\":[" + Weather + "]}", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"))
            .GetProperty("additionalModelRequestFields").GetRawText().ShouldBeJson("""{"tool_choice":{"type":"auto","disable_parallel_tool_use":true}}""");

    [Fact]
    public void RootMembers_Pass() => Written(
        """
        {"messages":[{"role":"user","content":"Hi"}],"service_tier":"priority","guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},
         "performanceConfig":{"latency":"optimized"},"requestMetadata":{"team":"a-1"}}
        """).ShouldBeJson(
        """
        {"messages":[{"role":"user","content":[{"text":"Hi"}]}],"serviceTier":{"type":"priority"},
         "guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},"performanceConfig":{"latency":"optimized"},"requestMetadata":{"team":"a-1"}}
        """);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"a":"ü"}}""", "requestMetadata")]
    [InlineData("""{"messages":[{"role":"assistant","content":"Hi"}]}""", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"c","content":"x"}]}""", "tools")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://x/y.png"}]}]}""", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"reasoning_effort":"enormous"}""", "reasoning_effort")]
    public void WhatCannotBeSaid_NamesTheField(string request, string field)
        => Should.Throw<WireException>(() => Written(request, "anthropic.claude-3-haiku-20240307-v1:0")).Param.ShouldBe(field);

    [Fact]
    public void ConversationsAreRepaired_WhereAsked()
    {
        Written("""{"messages":[{"role":"assistant","content":"Hi"},{"role":"user","content":""}]}""", modify: true).ShouldBeJson(
            """{"messages":[{"role":"user","content":[{"text":"Please continue."}]},{"role":"assistant","content":[{"text":"Hi"}]},{"role":"user","content":[{"text":"."}]}]}""");
        Json(Written("""{"messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"c","content":"x"}]}""", modify: true))
            .GetProperty("toolConfig").GetProperty("tools")[0].GetProperty("toolSpec").GetProperty("name").GetString().ShouldBe("dummy_tool");
    }

    [Fact]
    public void CachePoints_FollowWhatIsCached() => Written(
        """
        {"messages":[{"role":"system","content":[{"type":"text","text":"S","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
                     {"role":"user","content":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"}},{"type":"text","text":"B"}]}]}
        """,
        "anthropic.claude-opus-4-5-20251101-v1:0").ShouldBeJson(
        """
        {"system":[{"text":"S"},{"cachePoint":{"type":"default","ttl":"1h"}}],
         "messages":[{"role":"user","content":[{"text":"A"},{"cachePoint":{"type":"default"}},{"text":"B"}]}]}
        """);

    [Fact]
    public void ThoughtsGoBack_ToClaudeOnly()
    {
        const string request = """
            {"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"ZGF0YQ=="}]},{"role":"user","content":"R"}]}
            """;
        Json(Written(request, "anthropic.claude-sonnet-4-20250514-v1:0")).GetProperty("messages")[1].GetProperty("content").GetRawText().ShouldBeJson(
            """[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"reasoningContent":{"redactedContent":"ZGF0YQ=="}},{"text":"A"}]""");
        Json(Written(request, "amazon.nova-pro-v1:0")).GetProperty("messages")[1].GetProperty("content").GetRawText().ShouldBeJson("""[{"text":"A"}]""");
    }

    [Fact]
    public void SealsOfOthers_DoNotLeak()
    {
        var written = Written(
            """
            {"messages":[{"role":"user","content":"Q"},{"role":"assistant","tool_calls":[{"id":"call_1__thought__c2VjcmV0","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"call_1__thought__c2VjcmV0","content":"7"},{"role":"tool","tool_call_id":"call_1__thought__c2VjcmV0","content":"again"}],"tools":[
            """ + Weather + "]}");
        written.ShouldNotContain("c2VjcmV0");
        Json(written).GetProperty("messages")[2].GetRawText().ShouldBeJson("""{"role":"user","content":[{"toolResult":{"toolUseId":"call_1","content":[{"text":"7"}]}}]}""");
    }

    [Fact]
    public void Documents_HaveNamesOfTheirContent()
    {
        const string request = """{"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a_b!!c.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]}]}""";
        var document = Json(Written(request)).GetProperty("messages")[0].GetProperty("content")[0].GetProperty("document");
        document.GetProperty("format").GetString().ShouldBe("pdf");
        document.GetProperty("name").GetString().ShouldBe("a b c pdf " + ConverseNames.Hash("JVBERg=="u8));
        Written(request).ShouldBe(Written(request));
    }

    [Fact]
    public void References_AreWrittenOut()
    {
        var tool = """{"type":"function","function":{"name":"9-lives","parameters":{"$schema":"x","$defs":{"c":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/c"},"b":{"type":"array","items":{"$ref":"#/$defs/c"}}}}}}""";
        Json(Written("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[" + tool + "]}")).GetProperty("toolConfig").GetRawText().ShouldBeJson(
            """{"tools":[{"toolSpec":{"name":"a9_lives","inputSchema":{"json":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"string"}}}}}}}]}""");
    }

    [Fact]
    public void SchemaThatRefersToItself_StaysAsItIs()
    {
        var tool = """{"type":"function","function":{"name":"f","parameters":{"type":"object","$defs":{"n":{"properties":{"next":{"$ref":"#/$defs/n"}}}},"properties":{"a":{"$ref":"#/$defs/n"}}}}}""";
        Written("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[" + tool + "]}").ShouldContain("\"$ref\":\"#/$defs/n\"");
    }

    [Fact]
    public void Schema_IsAToolThatMustBeCalled_OrNative()
    {
        const string request = """{"messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"my-form","schema":{"type":"object","properties":{}}}}}""";
        Json(Written(request)).GetProperty("toolConfig").GetRawText().ShouldBeJson(
            """{"tools":[{"toolSpec":{"name":"my_form","inputSchema":{"json":{"type":"object","properties":{}}}}}],"toolChoice":{"tool":{"name":"my_form"}}}""");
        var native = Target("anthropic.claude-opus-4-5-20251101-v1:0") with { Can = static flag => flag is "native_structured_output" ? true : null };
        Json(Written(request, native)).GetProperty("outputConfig").GetRawText().ShouldBeJson(
            """{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\",\"properties\":{}}","name":"my_form"}}}}""");
    }

    [Theory]
    [InlineData("meta.llama3-1-8b-instruct-v1:0", "\"tool_choice\":\"required\"", Feature.ToolChoice, Handling.Refused)]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", "\"tool_choice\":\"required\"", Feature.ToolChoice, Handling.Changed)]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", "\"parallel_tool_calls\":false", Feature.ParallelToolCalls, Handling.Dropped)]
    [InlineData("anthropic.claude-haiku-4-5-20251001-v1:0", "\"parallel_tool_calls\":false", Feature.ParallelToolCalls, Handling.Carried)]
    [InlineData("deepseek.r1-v1:0", "\"reasoning_effort\":\"low\"", Feature.ReasoningEffort, Handling.Dropped)]
    [InlineData("amazon.nova-2-lite-v1:0", "\"reasoning_effort\":\"low\"", Feature.ReasoningEffort, Handling.Carried)]
    public void Treatment_IsThatOfTheModel(string model, string member, Feature feature, Handling handling)
    {
        var request = new ChatCodec().Read("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[" + Weather + "]," + member + "}");
        new ConverseCodec().TreatmentOf(feature, request, Target(model)).Handling.ShouldBe(handling);
    }

    internal static TargetModel Target(string model, bool modify = false) => new() { Provider = "bedrock", Model = model, ModifyParams = modify };

    private static string Written(string request, string model = "mistral.mistral-large-2402-v1:0", bool modify = false) => Written(request, Target(model, modify));

    private static string Written(string request, TargetModel target) => new ConverseCodec().Write(new ChatCodec().Read(request), target);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
