using Tollgate.Wire.Cohere;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Natives;

public sealed class CohereTests
{
    public const string Recording =
        """
        event: message-start
        data: {"id":"29f14a5a","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}

        event: tool-plan-delta
        data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will look."}}}

        event: tool-call-start
        data: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"get_weather_k1","type":"function","function":{"name":"get_weather","arguments":""}}}}}

        event: tool-call-delta
        data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"city\":\"Rome\"}"}}}}}

        event: tool-call-end
        data: {"type":"tool-call-end","index":0}

        event: message-end
        data: {"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":40,"output_tokens":9},"tokens":{"input_tokens":91,"output_tokens":28},"cached_tokens":16}}}


        """;

    private static readonly CohereChatCodec Codec = new();

    [Fact]
    public void Request_IsWritten()
    {
        var request = Wires.Q1();
        request.TopP = 0.9;
        request.TopK = 3;
        request.Extras.Add(Wires.Extra("safety_mode", "\"STRICT\""));
        Codec.ShouldWrite(request, """
            {"model":"qwen2.5:7b-instruct","stream":false,"max_tokens":200,"temperature":0.2,"p":0.9,"k":3,"stop_sequences":["END"],
             "messages":[{"role":"system","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"Weather here?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBOR"}}]},
              {"role":"assistant","tool_calls":[{"id":"call_a1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}]},
              {"role":"tool","tool_call_id":"call_a1","content":"{\"t\":7}"},{"role":"user","content":"And in Rome?"}],
             "tools":[{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}],
             "tool_choice":"REQUIRED","safety_mode":"STRICT"}
            """);
    }

    [Fact]
    public void SchemaThinkingAndDocuments_AreWritten()
    {
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.Format = new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Schema = Wires.Json("""{"type":"object"}""") };
        request.Reasoning = new ReasoningRequest { Mode = ReasoningMode.Enabled, BudgetTokens = 700 };
        request.Messages[0].Parts.Add(new DocumentPart(MediaSource.FromText("facts")) { Title = "T" });
        Codec.ShouldWrite(request, """
            {"model":"m","stream":false,"messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_object","json_schema":{"type":"object"}},
             "thinking":{"type":"enabled","token_budget":700},"documents":[{"data":{"title":"T","text":"facts"}}]}
            """);
    }

    [Fact]
    public void NamedTool_IsRefusedByField()
    {
        var request = Wires.Q1();
        request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, "get_weather");
        Should.Throw<WireException>(() => Codec.Write(request)).Param.ShouldBe("tool_choice");
    }

    [Fact]
    public void Answer_IsReadWithCitations()
    {
        var response = Codec.Read("""
            {"id":"c1","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Rome is warm."}],
             "citations":[{"start":8,"end":12,"text":"warm","sources":[{"type":"document","id":"doc:0","document":{"id":"doc:0","title":"T","url":"https://h/w"}}]}]},
             "usage":{"billed_units":{"input_tokens":1,"output_tokens":1},"tokens":{"input_tokens":71,"output_tokens":15},"cached_tokens":4}}
            """);
        var choice = response.Choices.ShouldHaveSingleItem();
        choice.Stop.ShouldBe(StopReason.Stop);
        choice.Parts[0].ShouldBe(new ThinkingPart("hm", null));
        var citation = choice.Parts[1].ShouldBeOfType<TextPart>().Citations.ShouldHaveSingleItem();
        (citation.Start, citation.End, citation.Url, citation.Title, citation.CitedText).ShouldBe((8, 12, "https://h/w", "T", "warm"));
        response.Id.ShouldBe("c1");
        response.Usage.ShouldBe(new TokenUsage(71, 15, 86, 4, 0));
        response.Extras.ShouldHaveSingleItem().Name.ShouldBe("citations");
    }

    [Theory]
    [InlineData("MAX_TOKENS", StopReason.Length)]
    [InlineData("ERROR_TOXIC", StopReason.ContentFilter)]
    [InlineData("STOP_SEQUENCE", StopReason.StopSequence)]
    [InlineData("NEW_WORD", StopReason.Stop)]
    public void FinishReasons_AreTranslated(string native, StopReason expected) => Codec.Read(
        $$$"""{"finish_reason":"{{{native}}}","message":{"content":"x"}}""").Choices[0].Stop.ShouldBe(expected);

    [Fact]
    public void PlanWithoutText_IsTheText()
    {
        var choice = Codec.Read("""
            {"id":"c1","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"I will look.",
             "tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]}}
            """).Choices[0];
        choice.Parts[0].ShouldBeOfType<TextPart>().Text.ShouldBe("I will look.");
        choice.Parts[1].ShouldBe(new ToolCallPart("t1", "f", "{}"));
        choice.Stop.ShouldBe(StopReason.ToolCalls);
    }

    [Fact]
    public void GivingUpWithoutAnAnswer_IsNoAnswer()
        => Should.Throw<WireException>(() => Codec.Read("""{"finish_reason":"ERROR","message":{"content":[]}}"""));

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(100_000)]
    public void Stream_IsReadHoweverItIsCut(int piece) => Codec.Stream(Recording, piece).ShouldBe(
    [
        "start 29f14a5a", "text I will look.", "call 0 get_weather_k1 get_weather", "arguments 0 {\"city\":\"Rome\"}", "BlockEnd", "usage 91 28 16",
        "finish ToolCalls TOOL_CALL",
    ]);

    [Fact]
    public void StreamedTextThoughtsAndCitations_AreRead() => Codec.Stream(
        """
        data: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}}

        data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"hm"}}}}

        data: {"type":"content-end","index":0}

        data: {"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"warm"}}}}

        data: {"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":4,"text":"warm","sources":[{"type":"tool","id":"f:0"}]}}}}

        data: {"type":"citation-end","index":0}

        data: {"type":"message-end","delta":{"finish_reason":"COMPLETE"}}


        """).ShouldBe(["thinking hm", "BlockEnd", "text warm", "citation 0-4 f:0", "finish Stop COMPLETE"]);

    [Theory]
    [InlineData("""{"type":"message-end","delta":{"error":"internal","finish_reason":"ERROR"}}""")]
    [InlineData("""{"message":"invalid api token"}""")]
    public void ErrorsInTheStream_AreSuch(string payload)
        => Codec.ReadStream(Wires.Target).Read(System.Text.Encoding.UTF8.GetBytes(payload), []).ShouldBe(ChunkAction.Error);
}
