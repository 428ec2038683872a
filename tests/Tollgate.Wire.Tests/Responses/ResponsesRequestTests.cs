using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Responses;

public sealed class ResponsesRequestTests
{
    private const string Conversation = """
        {"model":"public-model","instructions":"Be brief.","input":[
         {"role":"developer","content":"Use metric units."},
         {"type":"message","role":"user","content":[{"type":"input_text","text":"What is this?"},
           {"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"},
           {"type":"input_file","filename":"a.pdf","file_data":"JVBERi0x"},
           {"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}}]},
         {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"A picture."}]},
         {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Let me look.","annotations":[]}]},
         {"type":"function_call","id":"fc_1","call_id":"call_1__thought__sig==","name":"look","arguments":"{\"at\":1}"},
         {"type":"function_call","call_id":"call_1__thought__sig==","name":"look","arguments":"{\"at\":1}"},
         {"type":"custom_tool_call","call_id":"call_2","name":"patch","input":"a b"},
         {"type":"function_call_output","call_id":"call_1__thought__sig==","output":"a cat"},
         {"type":"custom_tool_call_output","call_id":"call_2","output":[{"type":"input_text","text":"done"},{"type":"input_image","file_id":"file-1"}]},
         {"type":"web_search_call","id":"ws_1","status":"completed"}],
         "tools":[{"type":"function","name":"look","description":"Looks","parameters":{"type":"object"},"strict":true},
           {"type":"custom","name":"patch","format":{"type":"text"}},{"type":"web_search","search_context_size":"low","user_location":{"type":"approximate","city":"Oslo"}},
           {"type":"code_interpreter","container":{"type":"auto"}}],
         "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"look"}]},"parallel_tool_calls":false,
         "max_output_tokens":100,"temperature":0.5,"top_p":0.9,"user":"u1","store":false,"service_tier":"flex",
         "text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"},"strict":true},"verbosity":"low"},
         "reasoning":{"effort":"high","summary":"auto"},"metadata":{"a":"b"},"truncation":"auto"}
        """;

    private readonly ResponsesCodec _codec = new();

    [Fact]
    public void Request_IsRead()
    {
        var request = _codec.Read(Conversation);
        request.Messages.Select(static message => message.Role).ShouldBe(
            [ChatRole.System, ChatRole.Developer, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant]);
        var user = request.Messages[2].Parts;
        user[0].ShouldBe(new TextPart("What is this?"));
        user[1].ShouldBeOfType<ImagePart>().Detail.ShouldBe("low");
        user[2].ShouldBeOfType<DocumentPart>().Source.MediaType.ShouldBe("application/pdf");
        user[3].ShouldBeOfType<AudioPart>().Source.MediaType.ShouldBe("audio/wav");
        var assistant = request.Messages[3].Parts;
        assistant[0].ShouldBe(new ThinkingPart("A picture.", null));
        assistant[1].ShouldBe(new TextPart("Let me look."));
        assistant[2].ShouldBe(new ToolCallPart("call_1", "look", "{\"at\":1}") { Signature = "sig==" });
        assistant[3].ShouldBe(new ToolCallPart("call_2", "patch", "a b") { Kind = ToolKind.Custom });
        var results = request.Messages[4].Parts.Cast<ToolResultPart>().ToList();
        results.Select(static result => result.CallId).ShouldBe(["call_1", "call_2"]);
        results[0].Name.ShouldBe("look");
        results[1].Content[1].ShouldBeOfType<ImagePart>().Source.FileId.ShouldBe("file-1");
        request.Messages[5].Parts.ShouldHaveSingleItem().ShouldBeOfType<OpaquePart>().Kind.ShouldBe("web_search_call");
        request.Tools.Select(static tool => tool.Kind).ShouldBe([ToolKind.Function, ToolKind.Custom, ToolKind.CodeExecution]);
        request.WebSearch!.City.ShouldBe("Oslo");
        request.ToolChoice!.Mode.ShouldBe(ToolChoiceMode.Required);
        request.ToolChoice.Allowed.ShouldBe(["look"]);
        request.Format!.Name.ShouldBe("s");
        request.Verbosity.ShouldBe("low");
        request.Reasoning.ShouldBe(new ReasoningRequest { Effort = "high", Summary = "auto" });
        request.MaxOutputTokens.ShouldBe(100);
        request.Store.ShouldBe(false);
        request.Extras.Select(static extra => extra.Name).ShouldBe(["metadata", "truncation"]);
    }

    [Theory]
    [InlineData("tools", "\"x\"", "an array")]
    [InlineData("tools", "{}", "an array")]
    [InlineData("tool_choice", "5", "a string or an object")]
    [InlineData("text", "\"x\"", "an object")]
    [InlineData("reasoning", "\"high\"", "an object")]
    [InlineData("instructions", "5", "a string or an array")]
    [InlineData("temperature", "\"hot\"", "a number")]
    [InlineData("temperature", "1e400", "a number")]
    [InlineData("top_p", "[]", "a number")]
    [InlineData("max_output_tokens", "\"x\"", "a whole number")]
    [InlineData("max_output_tokens", "1.5", "a whole number")]
    [InlineData("top_logprobs", "true", "a whole number")]
    [InlineData("parallel_tool_calls", "\"yes\"", "true or false")]
    public void MemberOfWrongType_IsNamed(string name, string value, string expected)
    {
        var error = Should.Throw<WireException>(() => _codec.Read($$"""{"model":"m","input":"x","{{name}}":{{value}}}"""));
        error.Param.ShouldBe(name);
        error.Message.ShouldBe($"Invalid type for '{name}': expected {expected}.");
        Should.NotThrow(() => _codec.Read($$"""{"model":"m","input":"x","{{name}}":null}"""));
    }

    [Fact]
    public void NumberOfProbabilities_AsksForThem()
    {
        var request = _codec.Read("""{"model":"m","input":"x","top_logprobs":2}""");
        (request.LogProbs, request.TopLogProbs).ShouldBe((true, 2));
        _codec.Read("""{"model":"m","input":"x"}""").LogProbs.ShouldBeNull();
    }

    [Fact]
    public void Request_WrittenAgain_SaysTheSame()
    {
        var again = _codec.Read(_codec.Write(_codec.Read(Conversation)));
        var first = _codec.Read(Conversation);
        again.Messages[0].Parts.ShouldBe([new TextPart("Be brief.\nUse metric units.")]);
        again.Messages[1].Parts.OfType<ImagePart>().Single().Detail.ShouldBe("low");
        again.Messages[2].Parts.OfType<ToolCallPart>().Select(static call => call.Arguments).ShouldBe(["{\"at\":1}", "a b"]);
        again.Messages[2].Parts.OfType<ToolCallPart>().ShouldAllBe(static call => call.Signature == null);
        again.Messages[3].Parts.Cast<ToolResultPart>().Select(static result => result.Content.Count).ShouldBe([1, 2]);
        again.Messages[4].Parts.ShouldHaveSingleItem().ShouldBeOfType<OpaquePart>();
        again.Tools.Select(static tool => tool.Name).ShouldBe(first.Tools.Select(static tool => tool.Name));
        again.ToolChoice!.Allowed.ShouldBe(["look"]);
        again.WebSearch.ShouldBe(first.WebSearch);
        again.Reasoning.ShouldBe(first.Reasoning);
        again.Format!.Strict.ShouldBe(true);
        again.Extras.Select(static extra => extra.Name).ShouldContain("metadata");
    }

    [Fact]
    public void WireExample_BecomesChat()
    {
        var request = _codec.Read("""
            {"model":"c","input":[{"role":"user","content":"Hi"},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"ok"}],
             "instructions":"Be brief.","max_output_tokens":50,"reasoning":{"effort":"low"},"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}}}]}
            """);
        Same(new ChatCodec().Write(request), """
            {"model":"upstream-model","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"ok"}],
             "max_tokens":50,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}],"reasoning_effort":"low"}
            """);
    }

    [Fact]
    public void Chat_BecomesResponses()
    {
        var request = new ChatCodec().Read("""
            {"model":"m","stream":true,"max_tokens":5,"user":"u-1","tool_choice":"required","parallel_tool_calls":false,"reasoning_effort":"low","stop":"END",
             "messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"Weather here?"},{"type":"image_url","image_url":{"url":"https://host/a.png"}}]},
              {"role":"assistant","content":"Looking.","tool_calls":[{"id":"call_a1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}]},
              {"role":"tool","tool_call_id":"call_a1","content":"{\"t\":7}"},
              {"role":"user","content":"And in Rome?"}],
             "tools":[{"type":"function","function":{"name":"get_weather","description":"w","parameters":{"type":"object"}}},{"type":"web_search"}],
             "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"}}},"prompt_cache_retention":"24h"}
            """);
        request.Stream = true;
        Same(_codec.Write(request), """
            {"model":"upstream-model","instructions":"Be brief.","input":[
              {"type":"message","role":"user","content":[{"type":"input_text","text":"Weather here?"},{"type":"input_image","image_url":"https://host/a.png"}]},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Looking."}]},
              {"type":"function_call","call_id":"call_a1","name":"get_weather","arguments":"{\"city\":\"Oslo\"}"},
              {"type":"function_call_output","call_id":"call_a1","output":"{\"t\":7}"},
              {"type":"message","role":"user","content":[{"type":"input_text","text":"And in Rome?"}]}],
             "max_output_tokens":16,"reasoning":{"effort":"low"},"text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"}}},
             "tools":[{"type":"function","name":"get_weather","description":"w","parameters":{"type":"object"}},{"type":"web_search"}],
             "tool_choice":"required","parallel_tool_calls":false,"user":"u-1","stream":true,"prompt_cache_retention":"24h"}
            """);
    }

    [Fact]
    public void ThinkingBudget_BecomesAnEffort_AndItsSealIsAskedFor()
    {
        var request = new ChatRequest { Origin = Surface.Messages, Reasoning = new ReasoningRequest { Mode = ReasoningMode.Enabled, BudgetTokens = 6000 } };
        request.User = new string('u', 70);
        using var written = JsonDocument.Parse(_codec.Write(request));
        var root = written.RootElement;
        root.GetProperty("reasoning").GetRawText().ShouldBe("""{"effort":"medium","summary":"detailed"}""");
        root.GetProperty("include")[0].GetString().ShouldBe("reasoning.encrypted_content");
        root.GetProperty("user").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    public void SealedThoughts_GoBackToWhoSealedThem()
    {
        var carrier = ReasoningCarrier.OfBlocks([new ThinkingPart("why", "sig"), new RedactedThinkingPart("data")]);
        ReasoningCarrier.IsOurs(carrier).ShouldBeTrue();
        var request = _codec.Read(
            $$$"""{"input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"{{{carrier}}}"},{"role":"assistant","content":"x"}]}""");
        request.Messages[0].Parts.ShouldBe([new ThinkingPart("why", "sig"), new RedactedThinkingPart("data"), new TextPart("x")]);

        // The same thoughts say nothing to an upstream of this dialect.
        _codec.Write(request).ShouldNotContain("sig");
    }

    [Fact]
    public void ReasoningItem_ComesBackAsItWas()
    {
        const string item = """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm"}],"encrypted_content":"AAAA"}""";
        var answer = _codec.Answer($$$"""{"id":"resp_1","status":"completed","output":[{{{item}}},{"type":"message","content":[{"type":"output_text","text":"x"}]}]}""");
        var thoughts = answer.Choices[0].Parts[0].ShouldBeOfType<ThinkingPart>();
        thoughts.Text.ShouldBe("Hm");
        var request = new ChatRequest { Origin = Surface.Messages };
        request.Messages.Add(new ChatMessage(ChatRole.Assistant) { Parts = [thoughts] });
        using var written = JsonDocument.Parse(_codec.Write(request));
        written.RootElement.GetProperty("input")[0].GetRawText().ShouldBe(item);
    }

    [Fact]
    public void SealOfAnItem_IsTakenAway_ForOtherProviders()
    {
        var seal = ReasoningCarrier.OfItem(JsonDocument.Parse("""{"type":"reasoning","encrypted_content":"AAAA"}""").RootElement);
        var request = new ChatRequest { Origin = Surface.Messages };
        request.Messages.Add(new ChatMessage(ChatRole.Assistant)
        {
            Parts = [new ThinkingPart("Hm", seal), new RedactedThinkingPart(seal), new ThinkingPart("So", "sig"), new TextPart("x")],
        });
        ReasoningCarrier.Remove(request);
        request.Messages[0].Parts.ShouldBe([new ThinkingPart("Hm", null), new ThinkingPart("So", "sig"), new TextPart("x")]);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"input":5}""", "input")]
    [InlineData("""{"input":[1]}""", "input[0]")]
    [InlineData("""{"input":[{}]}""", "input[0].type")]
    [InlineData("""{"input":[{"role":"king","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"input":[{"role":"user","content":[{"text":"x"}]}]}""", "input[0].content[0].type")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_text"}]}]}""", "input[0].content[0].text")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image"}]}]}""", "input[0].content[0]")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:x"}]}]}""", "input[0].content[0]")]
    [InlineData("""{"input":[{"type":"function_call","call_id":"c"}]}""", "input[0].name")]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", "input[0].call_id")]
    [InlineData("""{"input":"x","tools":[{}]}""", "tools[0].type")]
    [InlineData("""{"input":"x","tools":[{"type":"function"}]}""", "tools[0].name")]
    [InlineData("""{"input":"x","conversation":"conv_1"}""", "conversation")]
    public void BadRequest_NamesTheField(string json, string field)
        => Should.Throw<WireException>(() => _codec.Read(json)).Param.ShouldBe(field);

    [Fact]
    public void NameWithHalfACharacter_IsNoError()
        => _codec.Read("""{"input":"x","a\ud800":1}""").Extras.ShouldHaveSingleItem().Name.ShouldBe("a");

    [Fact]
    public void MutatedRequests_AreReadOrRefused()
    {
        var random = new Random(20261121);
        var original = Encoding.UTF8.GetBytes(Conversation);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = Mutation.Of(original, random);
            try
            {
                using var document = JsonDocument.Parse(bytes);
                var request = _codec.ReadRequest(document.RootElement, bytes);
                _codec.Write(request);
            }
            catch (Exception exception) when (exception is WireException or JsonException)
            {
                // Refused.
            }
        }
    }

    internal static void Same(string actual, string expected)
    {
        using var left = JsonDocument.Parse(actual);
        using var right = JsonDocument.Parse(expected);
        JsonElement.DeepEquals(left.RootElement, right.RootElement).ShouldBeTrue($"{actual}\nis not\n{expected}");
    }

    [Fact]
    public void ToolsInGroups_GoByBothNames_AndComeBackInTwo()
    {
        var request = _codec.Read("""
            {"model":"m","input":[{"role":"user","content":"Hi"},
             {"type":"function_call","call_id":"c1","namespace":"crm","name":"find","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"none"}],
             "tools":[{"type":"namespace","name":"crm","description":"Customers","tools":[
               {"type":"function","name":"find","parameters":{"type":"object"}},{"type":"custom","name":"note"}]}],
             "tool_choice":{"type":"function","namespace":"crm","name":"find"}}
            """);
        request.Tools.Select(static tool => (tool.Namespace, tool.Name, tool.Kind)).ShouldBe(
            [("crm", "crm__find", ToolKind.Function), ("crm", "crm__note", ToolKind.Custom)]);
        request.ToolChoice!.Name.ShouldBe("crm__find");
        request.Messages[1].Parts.ShouldHaveSingleItem().ShouldBe(new ToolCallPart("c1", "crm__find", "{}"));

        var answer = new ChatCodec().Answer("""
            {"id":"a","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","tool_calls":[
             {"id":"c2","type":"function","function":{"name":"crm__find","arguments":"{}"}},{"id":"c3","type":"function","function":{"name":"other","arguments":"{}"}}]}}]}
            """);
        using var written = JsonDocument.Parse(_codec.Write(answer, Codecs.View(Surface.Responses, request: request)));
        var calls = written.RootElement.GetProperty("output").EnumerateArray().ToList();
        calls[0].GetProperty("namespace").GetString().ShouldBe("crm");
        calls[0].GetProperty("name").GetString().ShouldBe("find");
        calls[1].TryGetProperty("namespace", out _).ShouldBeFalse();
        calls[1].GetProperty("name").GetString().ShouldBe("other");
    }

    [Theory]
    [InlineData("""{"type":"namespace","tools":[]}""", "tools[0].name")]
    [InlineData("""{"type":"namespace","name":"crm","tools":[{"type":"function"}]}""", "tools[0].tools[0].name")]
    public void ToolsInAGroupWithoutAName_AreRefused(string tool, string param)
        => Should.Throw<WireException>(() => _codec.Read($$"""{"model":"m","input":"Hi","tools":[{{tool}}]}""")).Param.ShouldBe(param);
}
