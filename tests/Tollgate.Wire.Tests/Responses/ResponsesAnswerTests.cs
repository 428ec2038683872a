using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Responses;

public sealed class ResponsesAnswerTests
{
    private const string Whole = """
        {"id":"resp_up","object":"response","created_at":1,"status":"completed","model":"x","error":null,"incomplete_details":null,"output":[
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"},{"type":"summary_text","text":"Two"}]},
          {"type":"web_search_call","id":"ws_1","status":"completed"},
          {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hi",
            "annotations":[{"type":"url_citation","url":"https://a","title":"A","start_index":0,"end_index":2}],"logprobs":[{"token":"Hi","logprob":-0.5}]}]},
          {"type":"function_call","id":"fc_1","call_id":"call_1","name":"look","arguments":"{}"},
          {"type":"image_generation_call","id":"ig_1","result":"iVBORw0KGgo=","output_format":"webp"}],
         "usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":16},"service_tier":"flex"}
        """;

    private readonly ResponsesCodec _codec = new();

    [Fact]
    public void Answer_IsRead()
    {
        var answer = _codec.Answer(Whole);
        answer.Id.ShouldBe("resp_up");
        var choice = answer.Choices.ShouldHaveSingleItem();
        choice.Stop.ShouldBe(StopReason.ToolCalls);
        choice.Parts[0].ShouldBe(new ThinkingPart("One\n\nTwo", null));
        choice.Parts[1].ShouldBeOfType<OpaquePart>().Kind.ShouldBe("web_search_call");
        choice.Parts[2].ShouldBeOfType<TextPart>().Citations[0].Url.ShouldBe("https://a");
        choice.Parts[3].ShouldBe(new ToolCallPart("call_1", "look", "{}"));
        choice.Parts[4].ShouldBeOfType<ImagePart>().Source.MediaType.ShouldBe("image/webp");
        choice.LogProbs!.Value.GetRawText().ShouldBe("""{"content":[{"token":"Hi","logprob":-0.5}]}""");
        answer.Usage!.Value.ShouldSatisfyAllConditions(
            static usage => usage.PromptTokens.ShouldBe(9),
            static usage => usage.CachedTokens.ShouldBe(4),
            static usage => usage.ReasoningTokens.ShouldBe(3),
            static usage => usage.WebSearchRequests.ShouldBe(1),
            static usage => usage.Tier.ShouldBe(ServiceTier.Flex));
    }

    [Theory]
    [InlineData("", 0, 0, 0)]
    [InlineData("""{"type":"web_search_call","action":{"type":"search","query":"a"}},{"type":"web_search_call","action":{"type":"open_page"}}""", 1, 0, 0)]
    [InlineData("""{"type":"file_search_call","queries":["a"]},{"type":"file_search_call"},7,{"type":null}""", 0, 2, 0)]
    [InlineData("""{"type":"code_interpreter_call","container_id":"c1"},{"type":"code_interpreter_call","container_id":"c1"},{"type":"message"}""", 0, 0, 1)]
    [InlineData("""{"type":"code_interpreter_call","container_id":"c1"},{"type":"code_interpreter_call","container_id":"c2"}""", 0, 0, 2)]
    public void ToolsThatAreBilledByThePiece_AreCounted(string items, long searches, long files, long sessions)
    {
        var json = Encoding.UTF8.GetBytes($$$"""{"output":[{{{items}}}],"usage":{"input_tokens":1}}""");
        var usage = ResponseEdits.UsageOf(json, 0)!.Value;
        (usage.WebSearchRequests, usage.FileSearches, usage.CodeSessions).ShouldBe((searches, files, sessions));
        (usage.PromptTokens, usage.TotalTokens).ShouldBe((1, 1));
    }

    [Fact]
    public void Answer_BecomesChat()
    {
        using var written = JsonDocument.Parse(new ChatCodec().Write(_codec.Answer(Whole)));
        var choice = written.RootElement.GetProperty("choices").EnumerateArray().ShouldHaveSingleItem();
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        choice.GetProperty("message").GetProperty("reasoning_content").GetString().ShouldBe("One\n\nTwo");
        choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("id").GetString().ShouldBe("call_1");
    }

    [Theory]
    [InlineData("max_output_tokens", StopReason.Length)]
    [InlineData("content_filter", StopReason.ContentFilter)]
    public void IncompleteAnswer_SaysWhy(string reason, StopReason stop)
    {
        var answer = _codec.Answer($$$"""{"id":"r","status":"incomplete","incomplete_details":{"reason":"{{{reason}}}"},"output":[]}""");
        answer.Choices[0].Stop.ShouldBe(stop);
        using var again = JsonDocument.Parse(_codec.Write(answer));
        again.RootElement.GetProperty("status").GetString().ShouldBe("incomplete");
        again.RootElement.GetProperty("incomplete_details").GetProperty("reason").GetString().ShouldBe(reason);
    }

    [Fact]
    public void Answer_IsWritten()
    {
        var answer = new ChatCodec().Answer("""
            {"id":"chatcmpl-1","created":5,"choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"Hi","reasoning_content":"Hm",
             "tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]}}],
             "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":1}}}
            """);
        const string body = """{"model":"public-model","input":"x","instructions":"Be brief.","temperature":0.50,"previous_response_id":"resp_0","tools":[]}""";
        var view = Codecs.View(Surface.Responses, request: _codec.Read(body)) with
        {
            RequestJson = JsonDocument.Parse(body).RootElement,
            PublicId = static id => "resp_public_" + id,
        };
        ResponsesRequestTests.Same(_codec.Write(answer, view), """
            {"id":"resp_public_chatcmpl-1","object":"response","created_at":5,"status":"completed","error":null,"incomplete_details":null,"model":"public-model",
             "instructions":"Be brief.","max_output_tokens":null,"parallel_tool_calls":true,"previous_response_id":"resp_0","reasoning":{"effort":null,"summary":null},
             "store":true,"temperature":0.50,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null,"truncation":"disabled","user":null,"metadata":{},
             "output":[
              {"type":"reasoning","id":"rs_00112233445566778899aabbccddeeff","status":"completed","summary":[{"type":"summary_text","text":"Hm"}],"content":[{"type":"reasoning_text","text":"Hm"}]},
              {"type":"message","id":"msg_00112233445566778899aabbccddeeff","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}]},
              {"type":"function_call","id":"fc_00112233445566778899aabbccddeeff","status":"completed","call_id":"call_1","name":"look","arguments":"{}"}],
             "usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":1},"output_tokens":2,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":5}}
            """);
    }

    [Fact]
    public void WholeAnswer_IsKeptAsTheClientSeesIt()
    {
        var kept = "";
        var view = Codecs.View(Surface.Responses) with { Keep = whole => kept = Encoding.UTF8.GetString(whole.Span) };
        _codec.Write(_codec.Answer(Whole), view).ShouldBe(kept);
    }

    [Fact]
    public void SealedThoughts_ComeSealed_WhereToolsMayBeCalled()
    {
        var answer = new ChatResponse();
        answer.Choices.Add(new ChatChoice(0) { Parts = [new ThinkingPart("why", "sig"), new RedactedThinkingPart("data"), new TextPart("x")], Stop = StopReason.Stop });
        var request = _codec.Read("""{"input":"x","tools":[{"type":"function","name":"f"}]}""");
        using var written = JsonDocument.Parse(_codec.Write(answer, Codecs.View(Surface.Responses, request: request)));
        var output = written.RootElement.GetProperty("output");
        var history = _codec.Read($$$"""{"input":[{{{output[0].GetRawText()}}},{{{output[1].GetRawText()}}},{"role":"user","content":"go on"}]}""");
        history.Messages[0].Parts.ShouldBe([new ThinkingPart("why", "sig"), new RedactedThinkingPart("data")]);
        _codec.Write(answer).ShouldNotContain("encrypted_content");
    }

    [Fact]
    public void RelayedAnswer_IsTheUpstreamsOwnBytes_ButForIdAndModel()
    {
        var path = _codec.RelayAnswer(View())!;
        path.Read(Encoding.UTF8.GetBytes(Whole)).ShouldBe(ResponseVerdict.Good);
        var output = new ArrayBufferWriter<byte>();
        path.WriteTo(output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(
            Whole.Replace("\"resp_up\"", "\"resp_public\"", StringComparison.Ordinal).Replace("\"model\":\"x\"", "\"model\":\"public-model\"", StringComparison.Ordinal));
        output.WrittenCount.ShouldBe(path.Length);
        path.AnswerId.ShouldBe("resp_public");
        path.Usage.PromptTokens.ShouldBe(9);
        path.UsageEstimated.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"id":"r","status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"},"output":[]}""", ResponseVerdict.Error)]
    [InlineData("""{"error":{"message":"no"}}""", ResponseVerdict.Error)]
    [InlineData("""{"id":"r"}""", ResponseVerdict.Malformed)]
    [InlineData("""[]""", ResponseVerdict.Malformed)]
    [InlineData("""{""", ResponseVerdict.Malformed)]
    public void RelayedAnswer_ThatIsNone_IsTold(string json, ResponseVerdict verdict)
        => _codec.RelayAnswer(View())!.Read(Encoding.UTF8.GetBytes(json)).ShouldBe(verdict);

    [Fact]
    public void RelayedAnswer_BecomesAStream_ForAnUpstreamThatSentNone()
    {
        var path = _codec.RelayAnswer(View())!;
        path.Read(Encoding.UTF8.GetBytes(Whole)).ShouldBe(ResponseVerdict.Good);
        var output = new ArrayBufferWriter<byte>();
        path.WriteAsStream(output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        text.ShouldContain("event: response.output_text.delta\n");
        text.ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public void MutatedAnswers_NeverThrow()
    {
        var random = new Random(7);
        var original = Encoding.UTF8.GetBytes(Whole);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = Mutation.Of(original, random);
            var translated = new TranslatedAnswer(_codec, new ChatCodec(), Codecs.Target, Codecs.View(Surface.Chat));
            var relayed = _codec.RelayAnswer(View())!;
            foreach (var path in (AnswerPath[])[translated, relayed])
            {
                if (path.Read(bytes) is ResponseVerdict.Good)
                {
                    path.WriteTo(new ArrayBufferWriter<byte>());
                }
            }
        }
    }

    private static AnswerView View() => Codecs.View(Surface.Responses) with { PublicId = static _ => "resp_public" };
}
