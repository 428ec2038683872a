using Tollgate.Wire.Cohere;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Natives;

/// <summary>Dialects that continue texts.</summary>
public sealed class TextDialectTests
{
    private static ChatRequest Sampled(params ReadOnlySpan<(ChatRole Role, string Text)> messages)
    {
        var request = Wires.Plain(messages);
        request.MaxOutputTokens = 20;
        request.Temperature = 0;
        request.TopP = 1;
        request.Stop.Add("END");
        return request;
    }

    [Fact]
    public void TextGeneration_KeepsTheServersBounds()
    {
        var request = Sampled((ChatRole.User, "Hi"));
        request.Extras.Add(Wires.Extra("adapter_id", "\"a/1\""));
        new TextGenerationCodec().ShouldWrite(request, """
            {"inputs":"Hi","parameters":{"max_new_tokens":20,"temperature":0.01,"top_p":0.99,"stop":["END"],"details":true,"return_full_text":false,
             "adapter_id":"a/1"},"stream":false}
            """);
    }

    [Fact]
    public void TextGeneration_TemplatesByModel()
    {
        var request = Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "U"));
        request.Model = "meta-llama/Llama-3-8b";
        Wires.Json(new TextGenerationCodec().Write(request)).GetProperty("inputs").GetString().ShouldBe(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    [Theory]
    [InlineData("""[{"generated_text":"Hi","details":{"finish_reason":"length","generated_tokens":2,"prefill":[{"id":1},{"id":2},{"id":3}]}}]""")]
    [InlineData("""{"generated_text":"Hi","details":{"finish_reason":"length","generated_tokens":2,"input_length":3}}""")]
    public void TextGeneration_AnswersOneOrAList(string body)
    {
        var response = new TextGenerationCodec().Read(body);
        response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Hi");
        response.Choices[0].Stop.ShouldBe(StopReason.Length);
        response.Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
    }

    [Fact]
    public void TextGeneration_StreamsTokens() => new TextGenerationCodec().Stream(
        """
        data:{"index":1,"token":{"id":7,"text":"Hi","logprob":-0.1,"special":false},"generated_text":null,"details":null}

        data:{"index":2,"token":{"id":2,"text":"</s>","special":true},"generated_text":"Hi","details":{"finish_reason":"eos_token","generated_tokens":2,"input_length":3}}


        """).ShouldBe(["text Hi", "usage 3 2 0", "finish Stop eos_token"]);

    [Fact]
    public void TextGeneration_ReportsErrors()
        => new TextGenerationCodec().Events("data:{\"error\":\"overloaded\",\"error_type\":\"overloaded\"}\n\n"u8.ToArray()).Last.ShouldBe(ChunkAction.Error);

    [Fact]
    public void WatsonxText_SamplesWhenThereIsATemperature()
    {
        var request = Sampled((ChatRole.User, "Hi"));
        request.Temperature = 0.5;
        request.Extras.Add(Wires.Extra("min_new_tokens", "2"));
        request.Extras.Add(Wires.Extra("moderations", "{}"));
        var target = Wires.Target with { Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["model_id"] = "g", ["project_id"] = "p" } };
        new WatsonxTextCodec().ShouldWrite(request, """
            {"model_id":"g","project_id":"p","input":"Hi","parameters":{"decoding_method":"sample","max_new_tokens":20,"temperature":0.5,"top_p":1,
             "stop_sequences":["END"],"min_new_tokens":2},"moderations":{}}
            """, target);
    }

    [Fact]
    public void WatsonxText_AnswersAndStreams()
    {
        var codec = new WatsonxTextCodec();
        var response = codec.Read(
            """{"model_id":"g","results":[{"generated_text":"Hi","generated_token_count":2,"input_token_count":3,"stop_reason":"max_tokens"}]}""");
        response.Choices[0].Stop.ShouldBe(StopReason.Length);
        response.Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
        codec.Stream(
            """
            id: 1
            event: message
            data: {"results":[{"generated_text":"H","generated_token_count":1,"input_token_count":3,"stop_reason":"not_finished"}]}

            id: 2
            event: message
            data: {"results":[{"generated_text":"i","generated_token_count":2,"input_token_count":0,"stop_reason":"eos_token"}]}


            """).ShouldBe(["text H", "usage 3 1 0", "text i", "usage 3 2 0", "finish Stop eos_token"]);
    }

    [Fact]
    public void Replicate_PutsAllIntoInput()
    {
        var request = Sampled((ChatRole.System, "S"), (ChatRole.User, "Hi"));
        var target = Wires.Target with { Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = "v" } };
        new ReplicateCodec().ShouldWrite(request, """
            {"version":"v","input":{"prompt":"Hi","system_prompt":"S","max_new_tokens":20,"temperature":0.01,"top_p":1,"stop_sequences":"END"}}
            """, target);
    }

    [Theory]
    [InlineData("""{"id":"p1","status":"succeeded","output":["H","i"],"error":null,"metrics":{"predict_time":1.5,"input_token_count":3,"output_token_count":2}}""")]
    [InlineData("""{"id":"p1","status":"succeeded","output":"Hi","metrics":{"input_token_count":3,"output_token_count":2}}""")]
    public void Replicate_AnswersPiecesOrText(string body)
    {
        var response = new ReplicateCodec().Read(body);
        response.Id.ShouldBe("p1");
        response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Hi");
        response.Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
    }

    [Fact]
    public void NlpCloud_WritesAnswersAndStreamsText()
    {
        var codec = new NlpCloudCodec();
        var request = Sampled((ChatRole.User, "Hi"));
        request.Stream = true;
        codec.ShouldWrite(request, """{"text":"Hi","max_length":20,"temperature":0,"top_p":1,"end_sequence":"END","stream":true}""");
        codec.Read("""{"generated_text":"Ho","nb_input_tokens":3,"nb_generated_tokens":2}""").Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
        string.Concat(codec.Events("Grüße, 🚀"u8.ToArray(), piece: 1).Events.Select(static next => next.Text)).ShouldBe("Grüße, 🚀");
        codec.Stream("Hi").ShouldBe(["text Hi", "finish Stop "]);
    }

    [Fact]
    public void AlephAlpha_WritesAndAnswers()
    {
        var codec = new AlephAlphaCodec();
        codec.ShouldWrite(Sampled((ChatRole.User, "Hi")), """
            {"model":"m","prompt":"Hi","maximum_tokens":20,"temperature":0,"top_p":1,"stop_sequences":["END"]}
            """);
        var response = codec.Read("""{"completions":[{"completion":"Ho","finish_reason":"maximum_tokens"}],"num_tokens_prompt_total":3,"num_tokens_generated":2}""");
        response.Choices[0].Stop.ShouldBe(StopReason.Length);
        response.Usage.ShouldBe(new TokenUsage(3, 2, 5, 0, 0));
        Should.Throw<WireException>(() => codec.Read("""{"completions":[]}"""));
    }

    [Fact]
    public void TritonGenerate_WritesAnswersAndStreams()
    {
        var codec = new TritonGenerateCodec();
        codec.ShouldWrite(Wires.Plain((ChatRole.User, "Hi")), """
            {"text_input":"Hi","parameters":{"max_tokens":2000,"bad_words":[""]},"stream":false}
            """);
        codec.Read("""{"model_name":"e","text_output":"Ho"}""").Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Ho");
        codec.Stream("data: {\"text_output\":\"H\"}\n\ndata: {\"text_output\":\"o\"}\n\n").ShouldBe(["text H", "text o"]);
    }

    [Fact]
    public void TritonInfer_SpeaksTensors()
    {
        var codec = new TritonInferCodec();
        var request = Wires.Plain((ChatRole.User, "Hi"));
        request.MaxOutputTokens = 20;
        codec.ShouldWrite(request, """
            {"inputs":[{"name":"text_input","shape":[1],"datatype":"BYTES","data":["Hi"]},{"name":"max_tokens","shape":[1],"datatype":"INT32","data":[20]}]}
            """);
        codec.Read("""{"outputs":[{"name":"x","data":[1]},{"name":"text_output","data":["Ho"]}]}""")
            .Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Ho");
        Should.Throw<WireException>(() => codec.Read("""{"outputs":[]}"""));
    }

    [Fact]
    public void Petals_WritesAndAnswers()
    {
        var codec = new PetalsCodec();
        codec.ShouldWrite(Wires.Plain((ChatRole.User, "Hi")), """{"model":"m","inputs":"Hi","max_new_tokens":256}""");
        codec.Read("""{"ok":true,"outputs":"Ho"}""").Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Ho");
    }

    [Fact]
    public void CustomServer_WritesAndAnswers()
    {
        var codec = new CustomServerCodec();
        codec.ShouldWrite(Sampled((ChatRole.User, "Hi")), """
            {"model":"m","params":{"prompt":["Hi"],"max_tokens":20,"temperature":0,"top_p":1}}
            """);
        codec.Read("""{"data":[{"prompt":"Hi","output":["Ho"],"params":{}}],"message":"ok"}""")
            .Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldBe("Ho");
    }

    [Fact]
    public void CohereV1_TellsMessageFromHistory()
    {
        var request = Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "A"), (ChatRole.Assistant, "B"), (ChatRole.User, "C"));
        request.Tools.Add(Wires.WeatherTool);
        new CohereChatV1Codec().ShouldWrite(request, """
            {"model":"m","stream":false,"message":"C","preamble":"S","chat_history":[{"role":"USER","message":"A"},{"role":"CHATBOT","message":"B"}],
             "tools":[{"name":"get_weather","description":"w","parameter_definitions":{"city":{"type":"string","description":"","required":true}}}]}
            """);
    }

    [Fact]
    public void CohereV1_SendsResultsApart()
    {
        var request = Wires.Plain((ChatRole.User, "A"));
        request.Messages.Add(Wires.Message(ChatRole.Assistant, new ToolCallPart("1", "f", """{"a":1}""")));
        request.Messages.Add(Wires.Message(ChatRole.Tool, new ToolResultPart("1") { Content = [new TextPart("r")] }));
        new CohereChatV1Codec().ShouldWrite(request, """
            {"model":"m","stream":false,"message":"","chat_history":[{"role":"USER","message":"A"},{"role":"CHATBOT","message":""}],
             "tool_results":[{"call":{"name":"f","parameters":{"a":1}},"outputs":[{"output":"r"}]}]}
            """);
    }

    [Fact]
    public void CohereV1_AnswersAndStreams()
    {
        var codec = new CohereChatV1Codec();
        var response = codec.Read("""
            {"response_id":"r1","text":"","finish_reason":"COMPLETE","tool_calls":[{"name":"f","parameters":{"a":1}}],"meta":{"tokens":{"input_tokens":3,"output_tokens":2}}}
            """);
        response.Choices[0].Stop.ShouldBe(StopReason.ToolCalls);
        response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<ToolCallPart>().Arguments.ShouldBe("""{"a": 1}""");
        codec.Stream(
            """
            {"is_finished":false,"event_type":"stream-start","generation_id":"g1"}
            {"is_finished":false,"event_type":"text-generation","text":"Hi"}
            {"is_finished":true,"event_type":"stream-end","finish_reason":"MAX_TOKENS","response":{"meta":{"tokens":{"input_tokens":3,"output_tokens":2}}}}

            """).ShouldBe(["start g1", "text Hi", "usage 3 2 0", "finish Length MAX_TOKENS"]);
    }
}
