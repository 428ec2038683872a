using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

public sealed class ChoicesEditorTests
{
    private static readonly ResponseRules Tags = new() { ThinkTags = true };

    [Theory]
    [InlineData(
        """{"index":0,"message":{"reasoning":"r","content":"c"}}""", """{"index":0,"message":{"reasoning_content":"r","content":"c"}}""")]
    [InlineData("""{"delta":{"reasoning_content":null,"reasoning":"r"}}""", """{"delta":{"reasoning_content":"r"}}""")]
    [InlineData("""{"delta":{"reasoning_content":"a","reasoning":"a"}}""", """{"delta":{"reasoning_content":"a","reasoning":"a"}}""")]
    [InlineData("""{"delta":{"reasoning":null,"content":"x"}}""", """{"delta":{"reasoning":null,"content":"x"}}""")]
    [InlineData("""{"text":"x"}""", """{"text":"x"}""")]
    public void ReasoningNames_AreRenamed(string choice, string expected)
        => One(new ResponseRules { ReasoningNames = ["reasoning_content", "reasoning"] }, choice).ShouldBe(expected);

    [Theory]
    [InlineData("\"\"", "null")]
    [InlineData("\"eos\"", "\"stop\"")]
    [InlineData("\"stop\"", "\"stop\"")]
    [InlineData("null", "null")]
    public void FinishReasons_AreMapped(string reason, string expected)
        => One(new ResponseRules { FinishReasons = ImmutableDictionary<string, string>.Empty.Add("eos", "stop") },
            $$$"""{"finish_reason":{{{reason}}},"delta":{}}""")
            .ShouldBe($$$"""{"finish_reason":{{{expected}}},"delta":{}}""");

    [Fact]
    public void FinishOnToolCalls_AlsoWhenTheyCameEarlier()
    {
        var output = Stream(
            new ResponseRules { FinishOnToolCalls = true },
            """{"delta":{"tool_calls":[{"index":0}]},"finish_reason":null}""",
            """{"delta":{},"finish_reason":""}""");
        output[1].ShouldBe("""{"delta":{},"finish_reason":"tool_calls"}""");
    }

    [Theory]
    [InlineData("<think>a\\nb</think>c", "a\\nb", "c")]
    [InlineData("\\n <think>a</think>c", "a", "c")]
    [InlineData("\\u003cthink\\u003ea\\u003c/think\\u003ec", "a", "c")]
    [InlineData("<think>never closed", "never closed", "")]
    public void ThinkTags_OfAMessage_BecomeReasoning(string content, string reasoning, string text)
        => One(Tags, $$$"""{"message":{"role":"assistant","content":"{{{content}}}"}}""")
            .ShouldBe($$$"""{"message":{"role":"assistant","content":"{{{text}}}","reasoning_content":"{{{reasoning}}}"}}""");

    [Theory]
    [InlineData("a <think>b</think>")]
    [InlineData("<thinking")]
    [InlineData("")]
    public void ThinkTags_NotLeading_StayContent(string content)
        => One(Tags, $$$"""{"message":{"content":"{{{content}}}"}}""").ShouldBe($$$"""{"message":{"content":"{{{content}}}"}}""");

    [Fact]
    public void ThinkTags_CutAnywhere_SplitTheSame()
    {
        const string text = "<think>why < not</think>be </think> cause";
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
            {
                var parts = new[] { text[..first], text[first..second], text[second..] };
                var (reasoning, content) = Collect(Tags, parts);
                reasoning.ShouldBe("why < not", $"cut at {first} and {second}");
                content.ShouldBe("be </think> cause", $"cut at {first} and {second}");
            }
        }
    }

    [Fact]
    public void ThinkTags_HeldTextAtTheEnd_IsNotLost()
    {
        Stream(Tags, """{"delta":{"content":"<thi"}}""", """{"delta":{},"finish_reason":"stop"}""")[1].ShouldContain(
            "\"content\":\"<thi\"");
        Collect(Tags, ["<think>a</th"]).Reasoning.ShouldBe("a</th");
    }

    [Fact]
    public void Choices_AreTrackedByIndex()
    {
        var editor = new ChoicesEditor(Tags);
        Edit(editor, """[{"index":1,"delta":{"content":"<think>x"}},{"index":0,"delta":{"content":"plain"}}]""")
            .ShouldBe("""[{"index":1,"delta":{"content":"","reasoning_content":"x"}},{"index":0,"delta":{"content":"plain"}}]""");
        Edit(editor, """[{"index":0,"delta":{"content":"</think>"}},{"index":1,"delta":{"content":"y</think>z"}}]""")
            .ShouldBe("""[{"index":0,"delta":{"content":"</think>"}},{"index":1,"delta":{"content":"z","reasoning_content":"y"}}]""");
    }

    [Fact]
    public void MergeReasoning_OpensAndClosesTags()
    {
        var rules = new ResponseRules { MergeReasoning = true, ReasoningNames = ["reasoning"] };
        One(rules, """{"message":{"content":"c","reasoning_content":"r"}}""").ShouldBe("""{"message":{"content":"<think>r</think>c"}}""");
        var output = Stream(
            rules,
            """{"delta":{"role":"assistant","reasoning":"a"}}""",
            """{"delta":{"reasoning":"b","content":null}}""",
            """{"delta":{"content":"c"}}""",
            """{"delta":{"content":"d"}}""");
        output.ShouldBe([
            """{"delta":{"role":"assistant","content":"<think>a"}}""",
            """{"delta":{"content":"b"}}""",
            """{"delta":{"content":"</think>c"}}""",
            """{"delta":{"content":"d"}}"""]);
    }

    [Fact]
    public void MergeReasoning_WithoutContent_IsClosedAtTheEnd()
        => Stream(
            new ResponseRules { MergeReasoning = true },
            """{"delta":{"reasoning_content":"a"}}""",
            """{"delta":{},"finish_reason":"stop"}""")[1].ShouldBe("""{"delta":{"content":"</think>"},"finish_reason":"stop"}""");

    [Fact]
    public void ContentParts_BecomeTextAndReasoning()
        => One(
            new ResponseRules { ContentParts = true },
            """{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"r"}]},{"type":"text","text":"a"},{"type":"text","text":"b"}]}}""")
            .ShouldBe("""{"message":{"content":"ab","reasoning_content":"r"}}""");

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[null,1]")]
    [InlineData("""[{"delta":null}]""")]
    public void OddChoices_AreLeftAlone(string choices) => Edit(new ChoicesEditor(Tags), choices).ShouldBe(choices);

    private static (string Reasoning, string Content) Collect(ResponseRules rules, string[] parts)
    {
        var chunks = parts.Select((part, i) =>
            $$$"""{"delta":{"content":{{{Encoding.UTF8.GetString(JsonText.Quote(part))}}}},"finish_reason":{{{(i == parts.Length - 1 ? "\"stop\"" : "null")}}}}""");
        var reasoning = new StringBuilder();
        var content = new StringBuilder();
        foreach (var chunk in Stream(rules, [.. chunks]))
        {
            using var parsed = System.Text.Json.JsonDocument.Parse(chunk);
            var delta = parsed.RootElement.GetProperty("delta");
            content.Append(delta.GetProperty("content").GetString());
            reasoning.Append(delta.TryGetProperty("reasoning_content", out var r) ? r.GetString() : "");
        }

        return (reasoning.ToString(), content.ToString());
    }

    private static string One(ResponseRules rules, string choice) => Stream(rules, choice)[0];

    private static string[] Stream(ResponseRules rules, params string[] chunks)
    {
        var editor = new ChoicesEditor(rules);
        return [.. chunks.Select(chunk => Edit(editor, $"[{chunk}]")[1..^1])];
    }

    private static string Edit(ChoicesEditor editor, string choices)
    {
        var json = Encoding.UTF8.GetBytes($$$"""{"choices":{{{choices}}}}""");
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var edits = new JsonEdits();
        editor.Edit(json, members[0], edits);
        var output = new ArrayBufferWriter<byte>(64);
        edits.WriteTo(json, output);
        return Encoding.UTF8.GetString(output.WrittenSpan)["{\"choices\":".Length..^1];
    }
}
