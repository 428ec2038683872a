using Tollgate.Wire.Hub;
using Tollgate.Wire.Ollama;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Natives;

public sealed class OllamaTests
{
    private static readonly OllamaChatCodec Chat = new();
    private static readonly OllamaGenerateCodec Generate = new();

    [Fact]
    public void Request_IsThatOfTheExamples() => Chat.ShouldWrite(Wires.Q1(), """
        {"model":"qwen2.5:7b-instruct","stream":false,
         "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Weather here?","images":["iVBOR"]},
          {"role":"assistant","content":"","tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]},
          {"role":"tool","content":"{\"t\":7}","tool_name":"get_weather"},{"role":"user","content":"And in Rome?"}],
         "tools":[{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}],
         "options":{"num_predict":200,"temperature":0.2,"stop":["END"]}}
        """);

    [Theory]
    [InlineData("gpt-oss:20b", "low", "\"low\"")]
    [InlineData("gpt-oss:20b", "xhigh", "\"high\"")]
    [InlineData("qwen3", "low", "true")]
    [InlineData("qwen3", "none", "false")]
    [InlineData("qwen3", "minimal", "false")]
    public void Effort_BecomesThink(string model, string effort, string think)
    {
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.Model = model;
        request.Reasoning = new ReasoningRequest { Effort = effort };
        Chat.ShouldWrite(request, $$$"""
            {"model":"{{{model}}}","stream":false,"messages":[{"role":"user","content":"Hi"}],"think":{{{think}}},"options":{}}
            """);
    }

    [Fact]
    public void OwnParameters_GoWhereOllamaHasThem()
    {
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.Temperature = 1;
        request.Extras.Add(Wires.Extra("num_ctx", "8192"));
        request.Extras.Add(Wires.Extra("keep_alive", "\"24h\""));
        request.Extras.Add(Wires.Extra("logit_bias", "{}"));
        request.Format = new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Schema = Wires.Json("""{"type":"object"}""") };
        Chat.ShouldWrite(request, """
            {"model":"m","stream":false,"messages":[{"role":"user","content":"Hi"}],"format":{"type":"object"},"keep_alive":"24h",
             "options":{"num_ctx":8192,"temperature":1}}
            """);
    }

    [Fact]
    public void CustomTools_AreFunctionsOfAText()
    {
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.Messages.Add(Wires.Message(ChatRole.Assistant, new ToolCallPart("1", "patch", "*** Begin") { Kind = ToolKind.Custom }));
        request.Tools.Add(new ToolDefinition { Kind = ToolKind.Custom, Name = "patch", Description = "d" });
        Chat.ShouldWrite(request, """
            {"model":"m","stream":false,"messages":[{"role":"user","content":"Hi"},
              {"role":"assistant","content":"","tool_calls":[{"function":{"name":"patch","arguments":{"input":"*** Begin"}}}]}],
             "tools":[{"type":"function","function":{"name":"patch","description":"d","parameters":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}}}],
             "options":{}}
            """);
    }

    [Fact]
    public void OperatorsParameters_ComeWithClientsOfOtherDialects()
    {
        var request = Wires.Plain((ChatRole.User, "Hi"));
        var other = new ChatRequest { Origin = Surface.Messages, Model = "m", Messages = { request.Messages[0] } };
        other.Extras.Add(Wires.Extra("metadata", "{}"));
        other.Configured.Add(Wires.Extra("num_ctx", "8192"));
        Chat.ShouldWrite(other, """{"model":"m","stream":false,"messages":[{"role":"user","content":"Hi"}],"options":{"num_ctx":8192}}""");
    }

    [Fact]
    public void ArgumentsThatAreNoJson_AreRefusedByField()
    {
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.Messages.Add(Wires.Message(ChatRole.Assistant, new ToolCallPart("1", "f", "{broken")));
        Should.Throw<WireException>(() => Chat.Write(request)).Param.ShouldBe("messages[1].tool_calls");
    }

    [Fact]
    public void ImageThatIsElsewhere_IsAskedForAsBytes()
    {
        var image = new ImagePart(MediaSource.FromUrl("https://h/i.png"));
        Chat.NeedsBytes(image, Wires.Target).ShouldBeTrue();
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.Messages[0].Parts.Add(image);
        Should.Throw<WireException>(() => Chat.Write(request));
    }

    [Fact]
    public void Answer_IsRead()
    {
        var response = Chat.Read("""
            {"model":"q","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Sunny","thinking":"hm",
             "tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"Rome","days":[1,2]}}}]},"done":true,"done_reason":"stop",
             "prompt_eval_count":26,"eval_count":3}
            """);
        var choice = response.Choices.ShouldHaveSingleItem();
        choice.Stop.ShouldBe(StopReason.ToolCalls);
        choice.Parts[0].ShouldBe(new ThinkingPart("hm", null));
        choice.Parts[1].ShouldBeOfType<TextPart>().Text.ShouldBe("Sunny");
        choice.Parts[2].ShouldBeOfType<ToolCallPart>().Arguments.ShouldBe("""{"city": "Rome", "days": [1, 2]}""");
        response.Usage.ShouldBe(new TokenUsage(26, 3, 29, 0, 0));
    }

    [Fact]
    public void CachedPrompt_LeavesUsageToBeEstimated()
        => Chat.Read("""{"message":{"content":"x"},"done":true,"eval_count":3}""").Usage.ShouldBeNull();

    [Fact]
    public void ThinkTagsInText_AreThoughts()
    {
        var choice = Chat.Read("""{"message":{"content":"\n<think>a</think>\n\nb"},"done":true,"done_reason":"length"}""").Choices[0];
        choice.Parts.Count.ShouldBe(2);
        choice.Parts[0].ShouldBe(new ThinkingPart("a", null));
        choice.Parts[1].ShouldBeOfType<TextPart>().Text.ShouldBe("b");
        choice.Stop.ShouldBe(StopReason.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Stream_IsReadHoweverItIsCut(int piece) => Chat.Stream(
        """
        {"model":"q","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Su"},"done":false}
        {"model":"q","created_at":"2026-01-01T00:00:01Z","message":{"role":"assistant","content":"nny"},"done":false}
        {"model":"q","created_at":"2026-01-01T00:00:01Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":26,"eval_count":3}

        """, piece).ShouldBe(["start ", "text Su", "text nny", "usage 26 3 0", "finish Stop stop"]);

    [Fact]
    public void StreamedThoughtsAndCalls_AreRead() => Chat.Stream(
        """
        {"message":{"role":"assistant","thinking":"h"},"done":false}
        {"message":{"role":"assistant","thinking":"m"},"done":false}
        {"message":{"tool_calls":[{"function":{"name":"f","arguments":{}}}]},"done":false}
        {"message":{"tool_calls":[{"function":{"name":"g","arguments":{"a":1}}}]},"done":false}
        {"message":{"content":""},"done":true,"done_reason":"stop"}
        """).ShouldBe(
        ["start ", "thinking h", "thinking m", "call 0 call_ f", "arguments 0 {}", "call 1 call_ g", "arguments 1 {\"a\": 1}", "finish ToolCalls stop"]);

    [Fact]
    public void StreamedThinkTags_MayBeCutAnywhere() => Chat.Stream(
        """
        {"message":{"content":"<th"},"done":false}
        {"message":{"content":"ink>a</"},"done":false}
        {"message":{"content":"b</think"},"done":false}
        {"message":{"content":">\n"},"done":false}
        {"message":{"content":"c"},"done":false}
        {"message":{"content":"</d"},"done":true,"done_reason":"stop"}
        """).ShouldBe(["start ", "thinking a", "thinking </b", "text c", "text </d", "finish Stop stop"]);

    [Fact]
    public void ErrorInTheStream_IsOne()
        => Chat.Events("{\"error\":\"model runner has unexpectedly stopped\"}\n"u8.ToArray()).Last.ShouldBe(ChunkAction.Error);

    [Fact]
    public void Generate_HasOnePrompt()
    {
        var request = Wires.Plain((ChatRole.System, "Be brief."), (ChatRole.User, "Hi"));
        request.Stream = true;
        request.Extras.Add(Wires.Extra("template", "\"{{ .Prompt }}\""));
        Generate.ShouldWrite(request, """
            {"model":"m","system":"Be brief.","prompt":"Hi","stream":true,"template":"{{ .Prompt }}","options":{}}
            """);
    }

    [Fact]
    public void Generate_TemplatesConversations() => Generate.ShouldWrite(
        Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "A"), (ChatRole.Assistant, "B"), (ChatRole.User, "C")), """
        {"model":"m","prompt":"### System:\nS\n\n### User:\nA\n\n### Response:\nB\n\n### User:\nC\n\n### Response:\n","stream":false,"options":{}}
        """);

    [Fact]
    public void Generate_AnswersAndStreamsText()
    {
        Generate.Read("""{"model":"q","response":"Hi","done":true,"done_reason":"stop","prompt_eval_count":2,"eval_count":1}""")
            .Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Hi");
        Generate.Stream("{\"response\":\"H\",\"done\":false}\n{\"response\":\"i\",\"done\":true,\"done_reason\":\"length\"}\n")
            .ShouldBe(["start ", "text H", "text i", "finish Length length"]);
    }
}
