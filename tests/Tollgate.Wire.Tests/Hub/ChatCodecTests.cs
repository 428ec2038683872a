using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Hub;

public sealed class ChatCodecTests
{
    private const string Conversation = """
        {"model":"public-model","messages":[
         {"role":"system","content":"Be brief."},
         {"role":"user","content":[{"type":"text","text":"What is this?","cache_control":{"type":"ephemeral","ttl":"1h"}},
           {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}},
           {"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},
           {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0x"}}]},
         {"role":"assistant","content":"Let me look.","reasoning_content":"A picture.","tool_calls":[
           {"id":"call_1__thought__sig==","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}},
           {"id":"call_2","type":"function","function":{"name":"zoom","arguments":""}}]},
         {"role":"tool","tool_call_id":"call_1__thought__sig==","content":"a cat"},
         {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"big"},{"type":"image_url","image_url":"https://host/cat.png"}]}],
         "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object"},"strict":true}}],
         "tool_choice":{"type":"function","function":{"name":"look"}},"parallel_tool_calls":false,
         "max_completion_tokens":100,"max_tokens":50,"temperature":0.5,"top_p":0.9,"stop":"END","seed":7,"n":2,"user":"u1",
         "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"},"strict":true}},
         "reasoning_effort":"high","safe_prompt":true}
        """;

    private readonly ChatCodec _codec = new();

    [Fact]
    public void Request_IsRead()
    {
        var request = _codec.Read(Conversation);
        request.Messages.Select(static message => message.Role).ShouldBe(
            [ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Tool]);
        var user = request.Messages[1].Parts;
        user[0].Cache.ShouldBe(new CacheHint("1h"));
        var image = user[1].ShouldBeOfType<ImagePart>();
        image.Source.MediaType.ShouldBe("image/png");
        Encoding.ASCII.GetString(image.Source.Base64.Span).ShouldBe("iVBORw0KGgo=");
        user[2].ShouldBeOfType<AudioPart>().Source.MediaType.ShouldBe("audio/wav");
        user[3].ShouldBeOfType<DocumentPart>().Title.ShouldBe("a.pdf");
        var assistant = request.Messages[2].Parts;
        assistant[0].ShouldBe(new ThinkingPart("A picture.", null));
        assistant[2].ShouldBe(new ToolCallPart("call_1", "look", "{\"at\":1}") { Signature = "sig==" });
        request.Messages[3].Parts[0].ShouldBeOfType<ToolResultPart>().CallId.ShouldBe("call_1");
        request.Messages[4].Parts[0].ShouldBeOfType<ToolResultPart>().Content[1].ShouldBeOfType<ImagePart>().Source.Url.ShouldBe("https://host/cat.png");
        request.MaxOutputTokens.ShouldBe(100);
        request.Choices.ShouldBe(2);
        request.Stop.ShouldBe(["END"]);
        request.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceMode.Named, "look"));
        request.Reasoning!.Effort.ShouldBe("high");
        request.Format!.Strict.ShouldBe(true);
        request.Extras.ShouldHaveSingleItem().Name.ShouldBe("safe_prompt");
    }

    [Fact]
    public void Request_WrittenAgain_SaysTheSame()
    {
        var again = _codec.Read(_codec.Write(_codec.Read(Conversation)));
        again.Messages[0].Parts.ShouldBe([new TextPart("Be brief.")]);
        again.Messages[1].Parts.OfType<ImagePart>().Single().Detail.ShouldBe("low");
        again.Messages[2].Parts.OfType<ToolCallPart>().Select(static call => call.Arguments).ShouldBe(["{\"at\":1}", "{}"]);
        again.Messages[4].Parts.OfType<ToolResultPart>().Single().Content.ShouldBe([new TextPart("big")]);
        again.Messages[5].Role.ShouldBe(ChatRole.User);
        again.Messages[5].Parts.ShouldHaveSingleItem().ShouldBeOfType<ImagePart>();
        again.Tools.ShouldHaveSingleItem().Strict.ShouldBe(true);
        again.Temperature.ShouldBe(0.5);
        again.Extras.ShouldHaveSingleItem().Name.ShouldBe("safe_prompt");
    }

    [Fact]
    public void Thoughts_GoOnlyToThoseWhoReadThem()
    {
        _codec.Write(_codec.Read(Conversation)).ShouldNotContain("reasoning_content");
        var reads = Codecs.Target with { Rules = new ResponseRules { ReasoningNames = ["reasoning_content"] } };
        _codec.Write(_codec.Read(Conversation), reads).ShouldContain("\"reasoning_content\":\"A picture.\"");
    }

    [Fact]
    public void CacheHints_GoOnlyToThoseWhoTakeThem()
    {
        _codec.Write(_codec.Read(Conversation)).ShouldNotContain("cache_control");
        var takes = Codecs.Target with { Options = new Dictionary<string, string> { ["cache_control"] = "true" } };
        _codec.Write(_codec.Read(Conversation), takes).ShouldContain("""cache_control":{"type":"ephemeral","ttl":"1h"}""");
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"messages":{}}""", "messages")]
    [InlineData("""{"messages":[1]}""", "messages[0]")]
    [InlineData("""{"messages":[{"role":"king"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"x"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{}]}]}""", "messages[0].tool_calls[].function.name")]
    [InlineData("""{"messages":[],"tools":5}""", "tools")]
    [InlineData("""{"messages":[],"tools":[5]}""", "tools[0]")]
    [InlineData("""{"messages":[],"tool_choice":"maybe"}""", "tool_choice")]
    [InlineData("""{"messages":[],"temperature":"hot"}""", "temperature")]
    [InlineData("""{"messages":[],"stop":5}""", "stop")]
    [InlineData("""{"messages":[],"response_format":{"type":"xml"}}""", "response_format")]
    [InlineData("""{"messages":[],"thinking":{"type":"hard"}}""", "thinking")]
    public void BadRequest_NamesTheField(string json, string field)
        => Should.Throw<WireException>(() => _codec.Read(json)).Param.ShouldBe(field);

    [Fact]
    public void BrokenBase64_IsRefused()
        => Should.Throw<WireException>(() => _codec.Read(
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,a$b"}}]}]}"""));

    [Fact]
    public void Answer_GoesThroughTheHub()
    {
        var answer = _codec.Answer("""
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"x","choices":[{"index":0,"finish_reason":"stop","message":
             {"role":"assistant","content":"Hi","reasoning_content":"Hm","annotations":[{"type":"url_citation","url_citation":{"url":"https://a","title":"A","start_index":0,"end_index":2}}],
              "tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]}}],
             "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}
            """);
        answer.Choices[0].Stop.ShouldBe(StopReason.ToolCalls);
        using var written = JsonDocument.Parse(_codec.Write(answer));
        var root = written.RootElement;
        root.GetProperty("model").GetString().ShouldBe("public-model");
        root.GetProperty("created").GetInt64().ShouldBe(1);
        var message = root.GetProperty("choices")[0].GetProperty("message");
        message.GetProperty("content").GetString().ShouldBe("Hi");
        message.GetProperty("reasoning_content").GetString().ShouldBe("Hm");
        message.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("look");
        message.GetProperty("annotations")[0].GetProperty("url_citation").GetProperty("end_index").GetInt32().ShouldBe(2);
        root.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(5);
    }

    [Fact]
    public void Answer_InAProvidersOwnWords_IsNormalized()
    {
        var target = Codecs.Target with { Rules = new ResponseRules { ReasoningNames = ["thoughts"], ThinkTags = true } };
        var answer = _codec.Answer("""{"choices":[{"message":{"role":"assistant","content":"<think>why</think>so"},"finish_reason":"stop"}]}""", target);
        answer.Choices[0].Parts.ShouldBe([new ThinkingPart("why", null), new TextPart("so")]);
    }

    [Fact]
    public void LongToolNames_ComeBackAsTheClientsOwn()
    {
        var name = new string('n', 80) + ".x";
        var request = _codec.Read($$$"""{"messages":[],"tools":[{"type":"function","function":{"name":"{{{name}}}"}}]}""");
        var wire = ToolNames.ForWire(name);
        wire.Length.ShouldBe(64);
        _codec.Write(request).ShouldContain(wire);
        var answer = _codec.Answer(
            $$$"""{"choices":[{"message":{"tool_calls":[{"id":"1","type":"function","function":{"name":"{{{wire}}}","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""");
        ToolRestorer.For(request)!.Apply(answer);
        answer.Choices[0].Parts.OfType<ToolCallPart>().Single().Name.ShouldBe(name);
    }
}
