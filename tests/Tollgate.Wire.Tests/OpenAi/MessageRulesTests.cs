using Tollgate.Wire.OpenAi;
using static Tollgate.Wire.Tests.OpenAi.Rewriting;

namespace Tollgate.Wire.Tests.OpenAi;

public sealed class MessageRulesTests
{
    [Theory]
    [InlineData("""{"role":"assistant","content":null}""", """{"role":"assistant","content":""}""")]
    [InlineData(
        """{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]}""",
        """{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]}""")]
    [InlineData(
        """{"thinking_blocks":[1],"role":"assistant","reasoning_content":"r","content":"x","images":[],"annotations":[]}""",
        """{"role":"assistant","content":"x"}""")]
    [InlineData("""{"role":"user","images":[],"content":"x"}""", """{"role":"user","images":[],"content":"x"}""")]
    [InlineData(
        """{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],"cache_control":{}}""",
        """{"role":"user","content":[{"type":"text","text":"a"}]}""")]
    [InlineData(
        """{"role":"user","content":[{"type":"image_url","image_url":"http://i"}]}""",
        """{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://i"}}]}""")]
    [InlineData(
        """{"role":"user","content":[{"type":"image_url","image_url":{"format":"png","url":"u"}}]}""",
        """{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]}""")]
    [InlineData(
        """{"role":"user","content":[{"type":"file","file":{"file_id":"f","format":"pdf"}}]}""",
        """{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}""")]
    [InlineData(
        """{"role":"assistant","content":"","tool_calls":[{"id":"call_1__thought__abc","provider_specific_fields":{},"function":{"name":"f","provider_specific_fields":{"x":1}}}]}""", """{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"name":"f"}}]}""")]
    [InlineData(
        """{"role":"tool","tool_call_id":"call_1__thought__abc","content":"r"}""",
        """{"role":"tool","tool_call_id":"call_1","content":"r"}""")]
    [InlineData("""{"rol\u0065":"assistant","c\u006fntent":null}""", """{"rol\u0065":"assistant","c\u006fntent":""}""")]
    [InlineData("\"text\"", "\"text\"")]
    public void Sanitizing_RemovesWhatNobodyTakesBack(string message, string expected)
        => Message(new MessageRules(), message).ShouldBe(expected);

    [Theory]
    [InlineData(ContentFlattening.TextOnly, """[{"type":"text","text":"a\n"},{"type":"text","text":"b"}]""", "\"a\\nb\"")]
    [InlineData(
        ContentFlattening.TextOnly, """[{"type":"text","text":"a"},{"type":"input_audio"}]""",
        """[{"type":"text","text":"a"},{"type":"input_audio"}]""")]
    [InlineData(ContentFlattening.Always, """[{"type":"text","text":"a"},{"type":"input_audio"}]""", "\"a\"")]
    [InlineData(ContentFlattening.Never, """[{"type":"text","text":"a"}]""", """[{"type":"text","text":"a"}]""")]
    public void ContentLists_AreFlattened(ContentFlattening flatten, string content, string expected)
        => Message(new MessageRules { Flatten = flatten }, $$$"""{"role":"user","content":{{{content}}}}""").ShouldBe(
            $$$"""{"role":"user","content":{{{expected}}}}""");

    [Theory]
    [InlineData(MessageNames.UserOnly, "assistant", false)]
    [InlineData(MessageNames.UserOnly, "user", true)]
    [InlineData(MessageNames.ToolOnly, "user", false)]
    [InlineData(MessageNames.ToolOnly, "tool", true)]
    [InlineData(MessageNames.None, "user", false)]
    [InlineData(MessageNames.Any, "user", true)]
    public void Names_StayWhereAllowed(MessageNames names, string role, bool stays)
        => Message(new MessageRules { Names = names }, $$$"""{"role":"{{{role}}}","name":"n","content":"x"}""")
            .Contains("\"name\"", StringComparison.Ordinal).ShouldBe(stays);

    [Fact]
    public void DropNullAndStripFields_Remove()
        => Message(
            new MessageRules { DropNull = true, StripFields = ["refusal"] },
            """{"role":"assistant","content":null,"refusal":"x","function_call":null,"tool_calls":[]}""")
            .ShouldBe("""{"role":"assistant","tool_calls":[]}""");

    [Fact]
    public void SystemRole_IsRenamed()
        => Message(new MessageRules { SystemRole = "developer" }, """{"role":"system","content":"s"}""").ShouldBe(
            """{"role":"developer","content":"s"}""");

    [Theory]
    [InlineData(
        """{"role":"assistant","tool_calls":[{"id":"a"}]}""", """{"role":"assistant","tool_calls":[{"id":"a"}],"reasoning_content":" "}""")]
    [InlineData(
        """{"role":"assistant","tool_calls":[{"id":"a"}],"reasoning_content":"r"}""",
        """{"role":"assistant","tool_calls":[{"id":"a"}],"reasoning_content":"r"}""")]
    [InlineData(
        """{"role":"assistant","reasoning_content":null,"tool_calls":[{"id":"a"}]}""",
        """{"role":"assistant","tool_calls":[{"id":"a"}],"reasoning_content":" "}""")]
    [InlineData("""{"role":"assistant","content":"x"}""", """{"role":"assistant","content":"x"}""")]
    public void PadReasoning_FillsToolTurns(string message, string expected)
        => Message(new MessageRules { KeepReasoning = true, PadReasoning = static _ => true }, message).ShouldBe(expected);

    [Theory]
    [InlineData("""[{"role":"system","content":"s"},{"role":"user","content":"u"}]""", """[{"role":"user","content":"s\nu"}]""")]
    [InlineData(
        """[{"role":"system","content":"s"},{"role":"assistant","content":"a"}]""",
        """[{"role":"user","content":"s"},{"role":"assistant","content":"a"}]""")]
    [InlineData(
        """[{"role":"user","content":"a"},{"role":"user","content":"b"}]""",
        """[{"role":"user","content":"a"},{"role":"user","content":"b"}]""")]
    [InlineData(
        """[{"role":"system","content":"s"},{"role":"system","content":"t"},{"role":"user","content":[{"type":"text","text":"u"}]}]""",
        """[{"role":"user","content":[{"type":"text","text":"s"},{"type":"text","text":"t"},{"type":"text","text":"u"}]}]""")]
    public void FoldSystem_JoinsTheUserBehind(string messages, string expected)
        => Messages(new MessageRules { FoldSystem = true }, messages).ShouldBe(expected);

    [Fact]
    public void MergeSameRole_SystemFirstAndTurnsAlternate()
        => Messages(
            new MessageRules { MergeSameRole = true },
            """[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"system","content":"s"},{"role":"assistant","content":"c"}]""")
            .ShouldBe("""[{"role":"system","content":"s"},{"role":"user","content":"a\nb"},{"role":"assistant","content":"c"}]""");

    [Fact]
    public void DropEmptyAssistant_KeepsToolTurns()
        => Messages(
            new MessageRules { DropEmptyAssistant = true },
            """[{"role":"assistant","content":""},{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]},{"role":"assistant"}]""")
            .ShouldBe("""[{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]}]""");

    [Fact]
    public void AppendedMessage_StandsLast()
    {
        var rules = new MessageRules { AppendMessage = static _ => Utf8("""{"role":"user","content":"!"}""") };
        Messages(rules, """[{"role":"user","content":"a"}]""").ShouldBe(
            """[{"role":"user","content":"a"},{"role":"user","content":"!"}]""");
        Messages(rules, "[]").ShouldBe("""[{"role":"user","content":"!"}]""");
    }

    [Fact]
    public void ImageSuffix_IsAddedOnce()
        => Message(
            new MessageRules { ImageUrlSuffix = "#t" },
            """{"role":"user","content":[{"type":"image_url","image_url":{"url":"a"}},{"type":"image_url","image_url":"b"},{"type":"image_url","image_url":{"url":"c#t"}}]}""")
            .ShouldBe(
                """{"role":"user","content":[{"type":"image_url","image_url":{"url":"a#t"}},{"type":"image_url","image_url":{"url":"b#t"}},{"type":"image_url","image_url":{"url":"c#t"}}]}""");

    [Fact]
    public void ToolRules_StripSchemaKeysButNotProperties()
    {
        const string tools = """[{"type":"function","function":{"strict":true,"name":"f","parameters":{"$schema":"x","type":"object","properties":{"strict":{"type":"string","additionalProperties":false}},"additionalProperties":false}},"cache_control":{}},{"type":"web_search"}]""";
        var rules = Rules(
            static rules
            => rules.Tools = new ToolRules { StripKeys = ["strict", "additionalProperties", "$schema"], FunctionsOnly = true });
        Rewrite(rules, $$$"""{"model":"m","tools":{{{tools}}}}""").ShouldBe(
            """{"model":"real-model","tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"strict":{"type":"string"}}}}}]}""");
    }

    private static string Message(MessageRules rules, string message) => Messages(rules, $"[{message}]")[1..^1];

    private static string Messages(MessageRules rules, string messages)
        => Rewrite(
            Rules(builder => builder.Messages = rules),
            $$$"""{"model":"m","messages":{{{messages}}}}""")["{\"model\":\"real-model\",\"messages\":".Length..^1];
}
