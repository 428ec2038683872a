using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Bedrock;

namespace Tollgate.Wire.Tests.Natives;

/// <summary>Agents, Anthropic's text completions, and vectors that come later.</summary>
public sealed class AgentDialectTests
{
    private static readonly string Json = Base64("{\"a\":1}");

    private static string TextOf(ChatResponse response) => response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text;

    [Fact]
    public void AnthropicText_WritesTurns()
    {
        var request = Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "A"), (ChatRole.Assistant, "B"), (ChatRole.User, "C"));
        request.Temperature = 0.5;
        request.TopK = 3;
        request.User = "u";
        request.Stop.Add("X");
        request.Stream = true;
        new CompleteCodec().ShouldWrite(request, """
            {"model":"m","prompt":"S\n\nHuman: A\n\nAssistant: B\n\nHuman: C\n\nAssistant:","max_tokens_to_sample":256,"stop_sequences":["X"],
             "temperature":0.5,"top_k":3,"metadata":{"user_id":"u"},"stream":true}
            """);
    }

    [Theory]
    [InlineData("A", "\n\nHuman: A\n\nAssistant:")]
    [InlineData("\n\nHuman: A\n\nAssistant: Well,", "\n\nHuman: A\n\nAssistant: Well,")]
    public void TurnsThatTheClientWrote_StayAsTheyAre(string prompt, string written)
    {
        var request = new ChatRequest { Origin = Surface.Completions, Model = "m", MaxOutputTokens = 9 };
        request.Messages.Add(Wires.Message(ChatRole.User, new TextPart(prompt)));
        var json = Wires.Json(new CompleteCodec().Write(request));
        json.GetProperty("prompt").GetString().ShouldBe(written);
        json.GetProperty("max_tokens_to_sample").GetInt32().ShouldBe(9);
    }

    [Fact]
    public void AnthropicText_AnswersAndStreams()
    {
        var codec = new CompleteCodec();
        var response = codec.Read("""{"type":"completion","id":"compl_1","completion":" Hi","stop_reason":"max_tokens","model":"claude-2.1","stop":null,"log_id":"l"}""");
        TextOf(response).ShouldBe(" Hi");
        (response.Id, response.Choices[0].Stop).ShouldBe(("compl_1", StopReason.Length));
        codec.Stream(
            """
            event: completion
            data: {"type":"completion","id":"c","completion":" H","stop_reason":null,"model":"claude-2.1"}

            event: ping
            data: {"type":"ping"}

            event: completion
            data: {"type":"completion","id":"c","completion":"i","stop_reason":"stop_sequence","model":"claude-2.1"}


            """).ShouldBe(["text  H", "text i", "finish Stop "]);
        codec.Events("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"u8.ToArray())
            .Last.ShouldBe(ChunkAction.Error);
        Should.Throw<WireException>(() => codec.Read("{}"));
    }

    [Fact]
    public void AgentsWithoutStreams_AreSentMessages()
    {
        var request = Wires.Plain((ChatRole.User, "\"method\":\"message/stream\""));
        request.Stream = true;
        var written = Encoding.UTF8.GetBytes(new AgentCodec().Write(request));
        AgentWords.AsksForStream(written).ShouldBeTrue();
        var without = JsonDocument.Parse(AgentWords.WithoutStream(written)).RootElement;
        without.GetProperty("method").GetString().ShouldBe("message/send");
        without.GetProperty("params").GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString().ShouldBe("\"method\":\"message/stream\"");
        var target = Wires.Target with { Options = new Dictionary<string, string>(StringComparer.Ordinal) { [AgentWords.StreamOption] = "false" } };
        AgentWords.AsksForStream(Encoding.UTF8.GetBytes(new AgentCodec().Write(request, target))).ShouldBeFalse();
    }

    [Fact]
    public void BedrockAgent_HearsTheLastWord_OfASessionOnly()
    {
        var request = Wires.Plain((ChatRole.User, "A"), (ChatRole.Assistant, "B"), (ChatRole.User, "C"));
        Wires.Json(new BedrockAgentCodec().Write(request)).GetProperty("inputText").GetString().ShouldBe("### User:\nA\n\n### Response:\nB\n\n### User:\nC\n\n### Response:\n");
        request.Extras.Add(Wires.Extra("sessionID", "\"s-1\""));
        request.Extras.Add(Wires.Extra("enableTrace", "true"));
        new BedrockAgentCodec().ShouldWrite(request, """{"inputText":"C","sessionID":"s-1","enableTrace":true}""");
    }

    [Fact]
    public void BedrockAgent_StreamsTextThatIsJson_AndItsTraces()
    {
        byte[] frames =
        [
            .. Frames.Event("trace", """{"agentId":"a","trace":{"orchestrationTrace":{"modelInvocationOutput":{"metadata":{"usage":{"inputTokens":7,"outputTokens":3}}}}}}"""),
            .. Frames.Event("chunk", $$"""{"bytes":"{{Json}}"}"""),
            .. Frames.Event("chunk", $$$"""{"bytes":"{{{Base64(" Hi")}}}","attribution":{"citations":[]}}"""),
        ];
        var codec = new BedrockAgentCodec();
        var (events, _) = codec.Events(frames, piece: 13);
        events.Select(static next => next.Kind).ShouldBe([ChatEventKind.Usage, ChatEventKind.Text, ChatEventKind.Text, ChatEventKind.Finish]);
        string.Concat(events.Select(static next => next.Text)).ShouldBe("{\"a\":1} Hi");

        var (answer, status) = GatheredEvents.Of(codec.SplitStream(), frames);
        status.ShouldBe(200);
        var response = codec.Read(Encoding.UTF8.GetString(answer));
        TextOf(response).ShouldBe("{\"a\":1} Hi");
        response.Usage.ShouldBe(new TokenUsage(7, 3, 10, 0, 0));
    }

    [Fact]
    public void ExceptionOfAGatheredStream_HasItsStatus()
    {
        byte[] frames = [.. Frames.Event("chunk", "{\"bytes\":\"SGk=\"}"), .. Frames.Exception("throttlingException", """{"message":"Slow down"}""")];
        var (answer, status) = GatheredEvents.Of(new BedrockAgentCodec().SplitStream(), frames);
        status.ShouldBe(429);
        Encoding.UTF8.GetString(answer).ShouldContain("Slow down");
        Should.Throw<InvalidDataException>(() => GatheredEvents.Of(new BedrockAgentCodec().SplitStream(), frames.AsMemory(0, frames.Length - 3)));
    }

    [Theory]
    [InlineData("""{"chunk":{"bytes":7}}""")]
    [InlineData("""{"chunk":{"bytes":"no base64!"}}""")]
    [InlineData("""{"chunk":[]}""")]
    [InlineData("""{"trace":{"trace":{"orchestrationTrace":7,"x":{"modelInvocationOutput":{"metadata":{"usage":{"inputTokens":"many","outputTokens":-3}}}}}}}""")]
    [InlineData("""{"returnControl":"now"}""")]
    [InlineData("""{"files":{"files":[]}}""")]
    public void ForeignValuesOfAnAgent_SayNothing(string payload)
    {
        var events = new List<ChatEvent>();
        new BedrockAgentCodec().ReadStream(Wires.Target).Read(Encoding.UTF8.GetBytes(payload), events).ShouldBe(ChunkAction.Forward);
        events.ShouldBeEmpty();
        TextOf(new BedrockAgentCodec().Read($$"""{"events":[{{payload}}]}""")).ShouldBe("");
    }

    [Fact]
    public void AgentCore_WritesThePromptAndWhatWasSaid()
    {
        var codec = new AgentCoreCodec();
        codec.ShouldWrite(Wires.Plain((ChatRole.User, "A")), """{"prompt":"A"}""");
        codec.ShouldWrite(Wires.Plain((ChatRole.System, "S"), (ChatRole.User, "A")), """
            {"prompt":"A","messages":[{"role":"system","content":"S"},{"role":"user","content":"A"}]}
            """);
    }

    [Theory]
    [InlineData("""{"result":{"role":"assistant","content":[{"text":"H"},{"text":"i"}]}}""")]
    [InlineData("""{"result":"Hi"}""")]
    [InlineData("""{"response":"Hi"}""")]
    [InlineData("""{"message":{"role":"assistant","content":"Hi"}}""")]
    [InlineData("\"Hi\"")]
    [InlineData("""{"events":[{"event":{"contentBlockDelta":{"delta":{"text":"H"}}}},{"event":{"contentBlockDelta":{"delta":{"text":"i"}}}},{"message":{"content":[{"text":"Hi"}]}}]}""")]
    [InlineData("""{"events":["H","i"]}""")]
    [InlineData("""{"events":[{"result":"Hi"}]}""")]
    public void AgentCore_AnswersInItsForms(string body) => TextOf(new AgentCoreCodec().Read(body)).ShouldBe("Hi");

    [Fact]
    public void AgentCore_Streams()
    {
        var codec = new AgentCoreCodec();
        codec.Stream(
            """
            data: {"init_event_loop":true}

            data: {"event":{"contentBlockDelta":{"delta":{"text":"Hi"},"contentBlockIndex":0}}}

            data: {"event":{"metadata":{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5}}}}

            data: {"message":{"role":"assistant","content":[{"text":"Hi"}]}}


            """).ShouldBe(["text Hi", "usage 3 2 0", "finish Stop "]);
        codec.Stream("data: \"H\"\n\ndata: \"i\"\n\n").ShouldBe(["text H", "text i", "finish Stop "]);
        codec.Stream("data: {\"result\":\"Hi\"}\n\n").ShouldBe(["text Hi", "finish Stop "]);
        codec.Events("data: {\"error\":\"it broke\"}\n\n"u8.ToArray()).Last.ShouldBe(ChunkAction.Error);
        Should.Throw<WireException>(() => codec.Read("""{"something":1}"""));
    }

    [Fact]
    public void VectorsThatComeLater_AreAskedForWithTheirPlace()
    {
        var codec = new AsyncInvokeEmbeddings(new MarengoEmbeddings());
        var request = new EmbeddingRequest { Model = "m", Inputs = [new EmbeddingInput("s3://b/film.mp4")] };
        Should.Throw<WireException>(() => Written(codec, request)).Param.ShouldBe("output_s3_uri");
        request.Extras.Add(Wires.Extra("output_s3_uri", "\"s3://b/out\""));
        request.Extras.Add(Wires.Extra("startSec", "1"));
        Wires.Canonical(Written(codec, request)).ShouldBe(Wires.Canonical("""
            {"modelId":"m","modelInput":{"inputType":"video","mediaSource":{"s3Location":{"uri":"s3://b/film.mp4"}},"startSec":1},
             "outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://b/out"}}}
            """));
        var response = codec.ReadResponse(Wires.Json("""{"invocationArn":"arn:aws:bedrock:us-east-1:1:async-invoke/x"}"""), Wires.Target);
        response.Id.ShouldBe("arn:aws:bedrock:us-east-1:1:async-invoke/x");
        response.Vectors.ShouldHaveSingleItem().ShouldBeEmpty();
    }

    private static string Written(EmbeddingCodec codec, EmbeddingRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            codec.WriteRequest(request, Wires.Target, json);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
