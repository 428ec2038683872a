using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Natives;

/// <summary>Small dialects that know messages.</summary>
public sealed class ChatDialectTests
{
    private const string WeatherSchema =
        """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    private static ChatRequest WithTool()
    {
        var request = Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "A"));
        request.Messages.Add(Wires.Message(ChatRole.Assistant, new ToolCallPart("call_1", "get_weather", """{"city":"Oslo"}""")));
        request.Messages.Add(Wires.Message(ChatRole.Tool, new ToolResultPart("call_1") { Content = [new TextPart("cold")] }));
        request.Tools.Add(Wires.WeatherTool);
        return request;
    }

    private static string TextOf(ChatResponse response) => response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text;

    [Fact]
    public void WorkersAi_Writes()
    {
        var request = WithTool();
        request.MaxOutputTokens = 9;
        new WorkersAiCodec().ShouldWrite(request, $$$$$$"""
            {"messages":[{"role":"system","content":"S"},{"role":"user","content":"A"},
              {"role":"assistant","content":"{\"name\": \"get_weather\", \"arguments\": {\"city\":\"Oslo\"}}"},
              {"role":"tool","name":"get_weather","content":"cold"}],
             "stream":false,"max_tokens":9,"tools":[{"type":"function","function":{"name":"get_weather","description":"w","parameters":{{{{{{WeatherSchema}}}}}}}}]}
            """);
    }

    [Fact]
    public void WorkersAi_AnswersAndStreams()
    {
        var codec = new WorkersAiCodec();
        var response = codec.Read("""
            {"result":{"response":"Hi","tool_calls":[{"name":"f","arguments":{"a":1}}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}},"success":true,"errors":[],"messages":[]}
            """);
        response.Choices[0].Stop.ShouldBe(StopReason.ToolCalls);
        response.Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
        TextOf(codec.Read("""{"result":{"response":"Hi"},"success":true}""")).ShouldBe("Hi");
        codec.Stream("data: {\"response\":\"H\",\"p\":\"abc\"}\n\ndata: {\"response\":\"i\"}\n\ndata: [DONE]\n\n").ShouldBe(["text H", "text i"]);
        Should.Throw<WireException>(() => codec.Read("""{"result":null,"success":false,"errors":[{"code":5007,"message":"No such model"}]}"""));
    }

    [Fact]
    public void Snowflake_Writes()
    {
        var request = WithTool();
        request.ToolChoice = new ToolChoice(ToolChoiceMode.Named, "get_weather");
        new SnowflakeCodec().ShouldWrite(request, $$$$$$"""
            {"model":"m","stream":false,"messages":[{"role":"system","content":"S"},{"role":"user","content":"A"},
              {"role":"assistant","content":"","content_list":[{"type":"tool_use","tool_use":{"tool_use_id":"call_1","name":"get_weather","input":{"city":"Oslo"}}}]},
              {"role":"user","content":"","content_list":[{"type":"tool_results","tool_results":{"tool_use_id":"call_1","name":"get_weather","content":[{"type":"text","text":"cold"}]}}]}],
             "tools":[{"tool_spec":{"type":"generic","name":"get_weather","description":"w","input_schema":{{{{{{WeatherSchema}}}}}}}}],
             "tool_choice":{"type":"tool","name":["get_weather"]}}
            """);
    }

    [Fact]
    public void Snowflake_AnswersAndStreams()
    {
        var codec = new SnowflakeCodec();
        var response = codec.Read("""
            {"id":"s1","model":"m","choices":[{"message":{"content":"Hi","content_list":[{"type":"text","text":"Hi"},
             {"type":"tool_use","tool_use":{"tool_use_id":"t1","name":"f","input":{"a":1}}}]}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}
            """);
        response.Choices[0].Parts.Count.ShouldBe(2);
        response.Choices[0].Parts[1].ShouldBe(new ToolCallPart("t1", "f", """{"a": 1}"""));
        response.Choices[0].Stop.ShouldBe(StopReason.ToolCalls);
        codec.Stream(
            """
            data: {"choices":[{"delta":{"type":"text","content":"H"}}],"usage":{}}

            data: {"choices":[{"delta":{"type":"tool_use","tool_use_id":"t1","name":"f"}}]}

            data: {"choices":[{"delta":{"type":"tool_use","input":"{\"a\""}}]}

            data: {"choices":[{"delta":{"type":"tool_use","input":":1}"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}


            """).ShouldBe(["text H", "call 0 t1 f", "arguments 0 {\"a\"", "arguments 0 :1}", "usage 3 2 0"]);
        Should.Throw<WireException>(() => codec.Read("""{"message":"Not authorized"}"""));
    }

    [Fact]
    public void Bytez_WritesAnswersAndStreams()
    {
        var codec = new BytezCodec();
        var request = Wires.Plain((ChatRole.User, "A"));
        request.MaxOutputTokens = 9;
        request.Temperature = 0.5;
        codec.ShouldWrite(request, """{"messages":[{"role":"user","content":"A"}],"stream":false,"params":{"max_new_tokens":9,"temperature":0.5}}""");
        TextOf(codec.Read("""{"error":null,"output":{"role":"assistant","content":"Hi"}}""")).ShouldBe("Hi");
        TextOf(codec.Read("""{"error":null,"output":{"role":"assistant","content":[{"type":"text","text":"Hi"}]}}""")).ShouldBe("Hi");
        TextOf(codec.Read("""{"output":"Hi"}""")).ShouldBe("Hi");
        codec.Stream("Hi").ShouldBe(["text Hi", "finish Stop "]);
        Should.Throw<WireException>(() => codec.Read("""{"output":null}"""));
    }

    [Fact]
    public void LangGraph_WritesAnswersAndStreams()
    {
        var codec = new LangGraphCodec();
        var request = Wires.Plain((ChatRole.User, "A"));
        request.Model = "agent";
        request.Stream = true;
        codec.ShouldWrite(request, """
            {"assistant_id":"agent","input":{"messages":[{"role":"user","content":"A"}]},"stream_mode":"messages-tuple"}
            """);
        TextOf(codec.Read("""{"messages":[{"type":"human","content":"A"},{"type":"ai","content":[{"type":"text","text":"Hi"}]},{"type":"tool","content":"x"}]}"""))
            .ShouldBe("Hi");
        codec.Stream(
            """
            event: metadata
            data: {"run_id":"r"}

            event: messages
            data: [{"content":"H","type":"AIMessageChunk"},{"langgraph_node":"n"}]

            event: messages
            data: [{"content":"i","type":"AIMessageChunk","usage_metadata":{"input_tokens":3,"output_tokens":2}},{}]


            """).ShouldBe(["text H", "text i", "usage 3 2 0"]);
        codec.Events("event: error\ndata: {\"error\":\"GraphRecursionError\",\"message\":\"m\"}\n\n"u8.ToArray()).Last.ShouldBe(ChunkAction.Error);
    }

    [Fact]
    public void LangFlow_WritesAndAnswers()
    {
        var codec = new LangFlowCodec();
        codec.ShouldWrite(Wires.Plain((ChatRole.User, "A"), (ChatRole.Assistant, "B"), (ChatRole.User, "C")), """
            {"input_value":"C","input_type":"chat","output_type":"chat"}
            """);
        TextOf(codec.Read("""{"session_id":"s","outputs":[{"inputs":{},"outputs":[{"results":{"message":{"text":"Hi"}}}]}]}""")).ShouldBe("Hi");
        Should.Throw<WireException>(() => codec.Read("""{"outputs":[]}"""));
    }

    [Fact]
    public void Agent_WritesAMessage()
    {
        var written = Wires.Json(new AgentCodec().Write(Wires.Plain((ChatRole.User, "A"))));
        written.GetProperty("method").GetString().ShouldBe("message/send");
        var message = written.GetProperty("params").GetProperty("message");
        message.GetProperty("role").GetString().ShouldBe("user");
        message.GetProperty("parts")[0].GetProperty("text").GetString().ShouldBe("A");
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":{"kind":"message","role":"agent","parts":[{"kind":"text","text":"H"},{"kind":"text","text":"i"}]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":{"kind":"task","status":{"state":"completed"},"artifacts":[{"parts":[{"kind":"text","text":"Hi"}]}]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":{"kind":"task","status":{"state":"input-required","message":{"parts":[{"kind":"text","text":"Hi"}]}}}}""")]
    public void Agent_AnswersMessagesAndTasks(string body) => TextOf(new AgentCodec().Read(body)).ShouldBe("Hi");

    [Fact]
    public void Agent_Streams()
    {
        var codec = new AgentCodec();
        codec.Stream(
            """
            data: {"jsonrpc":"2.0","id":"1","result":{"kind":"task","id":"t","status":{"state":"submitted"}}}

            data: {"jsonrpc":"2.0","id":"1","result":{"kind":"artifact-update","taskId":"t","artifact":{"artifactId":"a","parts":[{"kind":"text","text":"Hi"}]}}}

            data: {"jsonrpc":"2.0","id":"1","result":{"kind":"status-update","taskId":"t","status":{"state":"completed"},"final":true}}


            """).ShouldBe(["text Hi", "finish Stop "]);
        codec.Events("data: {\"jsonrpc\":\"2.0\",\"id\":\"1\",\"error\":{\"code\":-32603,\"message\":\"x\"}}\n\n"u8.ToArray()).Last.ShouldBe(ChunkAction.Error);
    }

    [Fact]
    public void GigaChat_WritesFunctions()
    {
        var request = WithTool();
        request.Messages.Insert(2, Wires.Message(ChatRole.System, new TextPart("T")));
        new GigaChatCodec().ShouldWrite(request, $$$$$$"""
            {"model":"m","stream":false,"messages":[{"role":"system","content":"S\nT"},{"role":"user","content":"A"},
              {"role":"assistant","content":"","function_call":{"name":"get_weather","arguments":{"city":"Oslo"}}},
              {"role":"function","name":"get_weather","content":"{\"result\": \"cold\"}"}],
             "functions":[{"name":"get_weather","description":"w","parameters":{{{{{{WeatherSchema}}}}}}}],"function_call":"auto"}
            """);
    }

    [Fact]
    public void GigaChat_MakesFormsOfFunctions()
    {
        var codec = new GigaChatCodec();
        var request = Wires.Plain((ChatRole.User, "A"));
        request.Format = new AnswerFormat { Kind = AnswerFormatKind.JsonSchema, Schema = Wires.Json("""{"type":"object"}"""), Description = "d" };
        codec.ShouldWrite(request, """
            {"model":"m","stream":false,"messages":[{"role":"user","content":"A"}],
             "functions":[{"name":"structured_output","description":"d","parameters":{"type":"object"}}],"function_call":{"name":"structured_output"}}
            """);
        var response = codec.Read("""
            {"choices":[{"message":{"role":"assistant","content":"","function_call":{"name":"structured_output","arguments":{"a":1}}},"index":0,"finish_reason":"function_call"}]}
            """);
        TextOf(response).ShouldBe("""{"a": 1}""");
        response.Choices[0].Stop.ShouldBe(StopReason.Stop);
    }

    [Fact]
    public void GigaChat_CarriesItsStateInTheIdOfTheCall()
    {
        const string state = "77d3fb14-457a-46ba-937e-8d856156d003";
        var codec = new GigaChatCodec();
        var response = codec.Read($$$"""
            {"choices":[{"message":{"role":"assistant","content":"","function_call":{"name":"f","arguments":{"a":1}},"functions_state_id":"{{{state}}}"},
             "index":0,"finish_reason":"function_call"}],"created":1,"model":"GigaChat","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}
            """);
        var call = response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<ToolCallPart>();
        call.ShouldBe(new ToolCallPart(state, "f", """{"a": 1}"""));
        response.Choices[0].Stop.ShouldBe(StopReason.ToolCalls);
        var request = Wires.Plain((ChatRole.User, "A"));
        request.Messages.Add(Wires.Message(ChatRole.Assistant, call));
        codec.Write(request).ShouldContain($"\"functions_state_id\":\"{state}\"");
    }

    [Fact]
    public void GigaChat_Streams() => new GigaChatCodec().Stream(
        """
        data: {"choices":[{"delta":{"content":"Hi","role":"assistant"},"index":0}],"created":1,"model":"G","object":"chat.completion"}

        data: {"choices":[{"delta":{"content":"","function_call":{"name":"f","arguments":{}}},"index":0,"finish_reason":"function_call"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}

        data: [DONE]


        """).ShouldBe(["text Hi", "call 0 call_ f", "arguments 0 {}", "usage 3 2 0", "finish ToolCalls function_call"]);

    [Fact]
    public void Oci_WritesTheGenericForm()
    {
        var request = WithTool();
        request.Model = "meta.llama-3.3-70b-instruct";
        request.MaxOutputTokens = 9;
        request.Stream = true;
        var target = Wires.Target with { Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["compartment_id"] = "ocid1.c" } };
        new OciCodec().ShouldWrite(request, $$$$$$"""
            {"compartmentId":"ocid1.c","servingMode":{"servingType":"ON_DEMAND","modelId":"meta.llama-3.3-70b-instruct"},
             "chatRequest":{"apiFormat":"GENERIC","messages":[{"role":"SYSTEM","content":[{"type":"TEXT","text":"S"}]},{"role":"USER","content":[{"type":"TEXT","text":"A"}]},
              {"role":"ASSISTANT","content":[],"toolCalls":[{"id":"call_1","type":"FUNCTION","name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}]},
              {"role":"TOOL","content":[{"type":"TEXT","text":"cold"}],"toolCallId":"call_1"}],"streamOptions":{"isIncludeUsage":true},
              "tools":[{"type":"FUNCTION","name":"get_weather","description":"w","parameters":{{{{{{WeatherSchema}}}}}}}],"isStream":true,"maxTokens":9}}
            """, target);
    }

    [Fact]
    public void Oci_WritesCoheresForm()
    {
        var request = Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "A"), (ChatRole.Assistant, "B"), (ChatRole.User, "C"));
        request.Model = "cohere.command-a";
        new OciCodec().ShouldWrite(request, """
            {"servingMode":{"servingType":"ON_DEMAND","modelId":"cohere.command-a"},
             "chatRequest":{"apiFormat":"COHERE","message":"C","preambleOverride":"S","chatHistory":[{"role":"USER","message":"A"},{"role":"CHATBOT","message":"B"}],"isStream":false}}
            """);
    }

    [Fact]
    public void Oci_AnswersAndStreamsBothForms()
    {
        var codec = new OciCodec();
        var generic = codec.Read("""
            {"modelId":"m","chatResponse":{"apiFormat":"GENERIC","choices":[{"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":"Hi"}]},"finishReason":"length"}],
             "usage":{"promptTokens":3,"completionTokens":2,"totalTokens":5}}}
            """);
        TextOf(generic).ShouldBe("Hi");
        generic.Choices[0].Stop.ShouldBe(StopReason.Length);
        generic.Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
        TextOf(codec.Read("""{"modelId":"c","chatResponse":{"apiFormat":"COHERE","text":"Hi","finishReason":"COMPLETE"}}""")).ShouldBe("Hi");
        codec.Stream(
            """
            data: {"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":"Hi"}]},"pad":"aaa"}

            data: {"finishReason":"stop","usage":{"promptTokens":3,"completionTokens":2}}


            """).ShouldBe(["text Hi", "usage 3 2 0", "finish Stop stop"]);
        codec.Stream(
            """
            data: {"apiFormat":"COHERE","text":"H"}

            data: {"apiFormat":"COHERE","text":"i"}

            data: {"apiFormat":"COHERE","text":"Hi","finishReason":"MAX_TOKENS"}


            """).ShouldBe(["text H", "text i", "finish Length MAX_TOKENS"]);
        Should.Throw<WireException>(() => codec.Read("""{"code":"404","message":"x"}"""));
    }

    [Fact]
    public void Sap_TakesChatApart()
    {
        var request = Wires.Plain((ChatRole.User, "A"));
        request.Model = "gpt-4o";
        request.Temperature = 0.5;
        request.Stream = true;
        request.Tools.Add(Wires.WeatherTool);
        request.Extras.Add(Wires.Extra("masking", "{}"));
        var written = Wires.Json(new SapCodec().Write(request)).GetProperty("config");
        written.GetProperty("stream").GetProperty("enabled").GetBoolean().ShouldBeTrue();
        var modules = written.GetProperty("modules");
        modules.TryGetProperty("masking", out _).ShouldBeTrue();
        var templating = modules.GetProperty("prompt_templating");
        templating.GetProperty("prompt").GetProperty("template")[0].GetProperty("content").GetString().ShouldBe("A");
        templating.GetProperty("prompt").GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString().ShouldBe("get_weather");
        var model = templating.GetProperty("model");
        model.GetProperty("name").GetString().ShouldBe("gpt-4o");
        model.GetProperty("params").GetRawText().ShouldBe("""{"temperature":0.5}""");
    }

    [Fact]
    public void Sap_UnwrapsAnswersAndStreams()
    {
        var codec = new SapCodec();
        var response = codec.Read("""
            {"request_id":"r","final_result":{"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},
             "finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}
            """);
        TextOf(response).ShouldBe("Hi");
        response.Usage!.Value.PromptTokens.ShouldBe(3);
        var events = codec.Stream(
            """
            data: {"request_id":"r","final_result":{"id":"","choices":[]}}

            data: {"request_id":"r","final_result":{"id":"c1","object":"chat.completion.chunk","created":1,"model":"g","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}}

            data: {"request_id":"r","final_result":{"id":"c1","object":"chat.completion.chunk","created":1,"model":"g","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}}

            data: [DONE]


            """);
        events.ShouldContain("text Hi");
        events.ShouldContain(static line => line.StartsWith("finish Stop", StringComparison.Ordinal));
        codec.Events("data: {\"error\":{\"request_id\":\"r\",\"code\":400,\"message\":\"x\"}}\n\n"u8.ToArray()).Last.ShouldBe(ChunkAction.Error);
    }
}
