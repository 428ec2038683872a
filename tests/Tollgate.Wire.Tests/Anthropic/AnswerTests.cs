using System.Text;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

/// <summary>Whole answers: read, written, relayed.</summary>
public sealed class AnswerTests
{
    [Fact]
    public void Answer_IsRead()
    {
        var response = Claude.Codec.Answer(Claude.Answer);
        var choice = response.Choices.ShouldHaveSingleItem();
        choice.Parts.ShouldBe([new ThinkingPart("hm", "sg"), new TextPart("Checking.") { Citations = ((TextPart)choice.Parts[1]).Citations }, new ToolCallPart("toolu_7", "get_weather", "{\"city\": \"Rome\"}")]);
        choice.Stop.ShouldBe(StopReason.ToolCalls);
        response.Id.ShouldBe("msg_9");
        response.Usage!.Value.ShouldBe(new TokenUsage(150, 25, 175, 100, 1) { CacheCreationTokens = 10, TextInputTokens = 40, TextOutputTokens = 24 });
    }

    [Fact]
    public void Answer_IsWrittenForAnthropicsClients()
        => Claude.Parse(Claude.Codec.Write(Claude.Codec.Answer(Claude.Answer))).ShouldBeJson("""
        {"id":"msg_9","type":"message","role":"assistant","model":"public-model","stop_reason":"tool_use","stop_sequence":null,
         "content":[{"type":"thinking","thinking":"hm","signature":"sg"},{"type":"text","text":"Checking."},{"type":"tool_use","id":"toolu_7","name":"get_weather","input":{"city":"Rome"}}],
         "usage":{"input_tokens":40,"cache_creation_input_tokens":10,"cache_read_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":0},
           "output_tokens":25,"total_tokens":175}}
        """);

    [Fact]
    public void ChatAnswer_IsWrittenForAnthropicsClients()
        => Claude.Parse(Claude.Codec.Write(Claude.Chat.Answer("""
        {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"g","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Ok","reasoning_content":"hm",
          "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{broken"}}]}}],
         "usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":4}}}
        """))).ShouldBeJson("""
        {"id":"msg_00112233445566778899aabbccddeeff","type":"message","role":"assistant","model":"public-model","stop_reason":"tool_use","stop_sequence":null,
         "content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Ok"},{"type":"tool_use","id":"call_1","name":"f","input":{}}],
         "usage":{"input_tokens":8,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":5,"total_tokens":17}}
        """);

    [Fact]
    public void Total_IsLeftOutWhereTheOperatorWantsNone()
        => Claude.Parse(Claude.Codec.Write(Claude.Codec.Answer(Claude.Answer), Codecs.View(Surface.Messages) with { HidesTotal = true }))
            .GetProperty("usage").TryGetProperty("total_tokens", out _).ShouldBeFalse();

    [Fact]
    public void EmptyAnswer_HasAnEmptyText()
        => Claude.Parse(Claude.Codec.Write(new ChatResponse())).GetProperty("content").ShouldBeJson("""[{"type":"text","text":""}]""");

    [Theory]
    [InlineData("json_tool_call", """{"a":1}""", """{"a": 1}""")]
    [InlineData("json_tool_call_values", """{"values":[1,2]}""", "[1, 2]")]
    public void CallOfTheFormatTool_IsTheText(string tool, string input, string text)
    {
        var choice = Claude.Codec.Answer($$"""{"content":[{"type":"tool_use","id":"t","name":"{{tool}}","input":{{input}}}],"stop_reason":"tool_use"}""").Choices[0];
        choice.Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe(text);
        choice.Stop.ShouldBe(StopReason.Stop);
    }

    [Fact]
    public void CallOfTheFormatToolBesideOthers_LeavesThemToBeCalled()
    {
        var choice = Claude.Codec.Answer("""
            {"content":[{"type":"tool_use","id":"t","name":"json_tool_call","input":{}},{"type":"tool_use","id":"u","name":"f","input":{}}],"stop_reason":"tool_use"}
            """).Choices[0];
        choice.Parts.OfType<ToolCallPart>().ShouldHaveSingleItem().Name.ShouldBe("f");
        choice.Stop.ShouldBe(StopReason.ToolCalls);
    }

    [Theory]
    [InlineData("end_turn", StopReason.Stop, null)]
    [InlineData("stop_sequence", StopReason.StopSequence, null)]
    [InlineData("max_tokens", StopReason.Length, null)]
    [InlineData("model_context_window_exceeded", StopReason.ContextWindow, "model_context_window_exceeded")]
    [InlineData("refusal", StopReason.Refusal, "refusal")]
    [InlineData("pause_turn", StopReason.Pause, "pause_turn")]
    [InlineData("sneezed", StopReason.Stop, "sneezed")]
    public void StopReasons_AreKnown(string word, StopReason stop, string? native)
    {
        var choice = Claude.Codec.Answer($$"""{"content":[],"stop_reason":"{{word}}","stop_sequence":"END"}""").Choices[0];
        (choice.Stop, choice.NativeStop, choice.StopSequence).ShouldBe((stop, native, "END"));
    }

    [Fact]
    public void Usage_CountsEverythingThatIsPaid()
    {
        var usage = Claude.Codec.Answer("""
            {"content":[],"usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":9,
             "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5},"server_tool_use":{"web_search_requests":6},"service_tier":"priority",
             "iterations":[{"type":"compaction","input_tokens":100,"output_tokens":50},{"type":"message","input_tokens":1,"output_tokens":2}]}}
            """).Usage!.Value;
        usage.ShouldBe(new TokenUsage(113, 52, 165, 3, 0)
        {
            CacheCreationTokens = 9,
            CacheCreation1hTokens = 5,
            WebSearchRequests = 6,
            Tier = ServiceTier.Priority,
            TextInputTokens = 101,
            TextOutputTokens = 52,
        });
    }

    [Fact]
    public void WhatTheProvidersToolsDid_IsThereForChatClients()
    {
        var message = Claude.Parse(Claude.Chat.Write(Claude.Codec.Answer("""
            {"content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]},
             {"type":"text","text":"so","citations":[{"type":"web_search_result_location","url":"https://h/","title":"t","cited_text":"c","encrypted_index":"e"}]}],"stop_reason":"end_turn"}
            """))).GetProperty("choices")[0];
        message.GetProperty("finish_reason").GetString().ShouldBe("stop");
        message = message.GetProperty("message");
        message.GetProperty("tool_calls")[0].GetProperty("id").GetString().ShouldBe("srvtoolu_1");
        message.GetProperty("annotations")[0].GetProperty("url_citation").GetProperty("url").GetString().ShouldBe("https://h/");
        var fields = message.GetProperty("provider_specific_fields");
        fields.GetProperty("web_search_results")[0].ShouldBeJson("""{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]}""");
        fields.GetProperty("citations")[0][0].GetProperty("encrypted_index").GetString().ShouldBe("e");
    }

    [Fact]
    public void RelayedAnswer_IsTheUpstreamsButForTheModel()
    {
        var path = Claude.Codec.RelayAnswer(Codecs.View(Surface.Messages));
        path.Read(Encoding.UTF8.GetBytes(Claude.Answer)).ShouldBe(ResponseVerdict.Good);
        var expected = Claude.Answer.Replace("\"claude-x\"", "\"public-model\"", StringComparison.Ordinal);
        Claude.Written(path.WriteTo).ShouldBe(expected);
        path.Length.ShouldBe(Encoding.UTF8.GetByteCount(expected));
        path.UsageEstimated.ShouldBeFalse();
        path.Usage.PromptTokens.ShouldBe(150);
        path.AnswerId.ShouldBe("msg_9");
    }

    [Fact]
    public void RelayedAnswerToAStreamingClient_HasTheEventsOfAStream()
    {
        var path = Claude.Codec.RelayAnswer(Codecs.View(Surface.Messages));
        path.Read(Encoding.UTF8.GetBytes(Claude.Answer));
        Claude.Events(Claude.Written(path.WriteAsStream)).Select(static payload => payload.GetProperty("type").GetString()).ShouldBe(
        [
            "message_start", "ping", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop", "content_block_start",
            "content_block_delta", "content_block_stop", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop",
        ]);
    }

    [Theory]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ResponseVerdict.Error)]
    [InlineData("""{"id":"msg_1"}""", ResponseVerdict.Malformed)]
    [InlineData("""[]""", ResponseVerdict.Malformed)]
    [InlineData("""{"content":[{]""", ResponseVerdict.Malformed)]
    public void RelayedAnswerThatIsNone_IsReported(string body, ResponseVerdict verdict)
        => Claude.Codec.RelayAnswer(Codecs.View(Surface.Messages)).Read(Encoding.UTF8.GetBytes(body)).ShouldBe(verdict);

    [Fact]
    public void AnswerWithoutUsage_IsEstimated()
    {
        var path = Claude.Codec.RelayAnswer(Codecs.View(Surface.Messages) with { PromptBytes = 400 });
        path.Read("""{"content":[{"type":"text","text":"0123456789"}]}"""u8.ToArray());
        path.UsageEstimated.ShouldBeTrue();
        Claude.Parse(Claude.Written(path.WriteTo)).GetProperty("usage").GetProperty("input_tokens").GetInt64().ShouldBe(100);
    }

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(403, "permission_error")]
    [InlineData(404, "not_found_error")]
    [InlineData(413, "request_too_large")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "api_error")]
    [InlineData(529, "overloaded_error")]
    public void Errors_HaveAnthropicsForm(int status, string type)
        => Claude.Parse(Claude.Written(output => new MessagesCodec().WriteError(
                new ErrorBody("no", "x", "p", status.ToString(System.Globalization.CultureInfo.InvariantCulture)) { RequestId = "r" }, status, default, output)))
            .ShouldBeJson($$"""{"type":"error","error":{"type":"{{type}}","message":"no","code":"{{status}}","param":"p"},"request_id":"r"}""");
}
