using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Gemini;

/// <summary>What chat clients see of Google's answers, and what becomes of what they send back (04-gemini-vertex.md).</summary>
public sealed class ChatClientTests
{
    private static readonly ChatCodec Chat = new();

    [Fact]
    public void Seals_StandBesideTextsAndCalls()
    {
        var message = MessageOf("""{"text":"a","thoughtSignature":"c2ln"},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2Vh"}""");

        message.GetProperty("provider_specific_fields").GetRawText().ShouldBe("""{"thought_signatures":["c2ln"]}""");
        var call = message.GetProperty("tool_calls")[0];
        call.GetProperty("provider_specific_fields").GetRawText().ShouldBe("""{"thought_signature":"c2Vh"}""");
        call.GetProperty("id").GetString().ShouldEndWith("__thought__c2Vh");
    }

    [Fact]
    public void SealsOfTexts_AreSentBack()
    {
        var request = Chat.Read("""
            {"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"t","provider_specific_fields":{"thought_signatures":["c2ln",7]}},{"role":"user","content":"v"}]}
            """);

        Gem.Write(request, Gem.Target("gemini-3-pro")).ShouldContain("""{"role":"model","parts":[{"text":"t","thoughtSignature":"c2ln"}]}""");
    }

    [Fact]
    public void CodeThatRan_StandsBesideTheText()
        => MessageOf("""
            {"text":"a"},{"executableCode":{"language":"PYTHON","code":"1+1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"2"}}
            """).GetProperty("provider_specific_fields").GetRawText()
            .ShouldBe("""{"code_execution":[{"language":"PYTHON","code":"1+1","outcome":"OUTCOME_OK","output":"2"}]}""");

    [Fact]
    public void Sound_HasAnIdAnEndAndAnEmptyTranscript()
        => MessageOf("""{"inlineData":{"mimeType":"audio/pcm","data":"aaaa"}}""").GetProperty("audio").GetRawText()
            .ShouldBe("""{"id":"audio_00112233445566778899aabbccddeeff","data":"aaaa","transcript":"","expires_at":1700086400}""");

    [Fact]
    public void RefusedPrompt_HasNoContent()
    {
        var choice = Answer("""{"promptFeedback":{"blockReason":"SAFETY"}}""").GetProperty("choices")[0];

        choice.GetProperty("finish_reason").GetString().ShouldBe("content_filter");
        choice.GetProperty("message").GetProperty("content").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void ListsOfCandidates_StandAtTheRoot_AsOne()
    {
        var answer = Answer("""
            {"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","safetyRatings":[{"category":"X"}],"groundingMetadata":{"webSearchQueries":["q"]}},
             {"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"STOP","safetyRatings":[{"category":"Y"}]}]}
            """);

        answer.GetProperty("vertex_ai_safety_results").GetRawText().ShouldBe("""[{"category":"X"},{"category":"Y"}]""");
        answer.GetProperty("vertex_ai_grounding_metadata").GetRawText().ShouldBe("""[{"webSearchQueries":["q"]}]""");
    }

    [Fact]
    public void Stream_HasThemWithTheEndOfTheAnswer()
    {
        const string stream = """
            data: {"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]},"safetyRatings":[{"category":"X"}]}]}

            data: {"candidates":[{"index":0,"content":{"parts":[{"text":"","thoughtSignature":"c2ln"},{"executableCode":{"language":"PYTHON","code":"1"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}


            """;
        var (text, _) = Codecs.Translate(Gem.Codec, Chat, Encoding.UTF8.GetBytes(stream), target: Gem.Target());

        text.ShouldContain("""{"provider_specific_fields":{"thought_signatures":["c2ln"]}}""");
        text.ShouldContain("""{"provider_specific_fields":{"code_execution":[{"language":"PYTHON","code":"1"}]}}""");
        text.ShouldContain("""
            "finish_reason":"stop"}],"vertex_ai_safety_results":[{"category":"X"}]}
            """.Trim());
    }

    [Fact]
    public void Film_KeepsWhichPieceIsMeant()
        => Gem.Write(Chat.Read("""
            {"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"gs://a/b.mp4","video_metadata":{"fps":1,"start_offset":"1s","end_offset":"2s"}}}]}]}
            """)).ShouldContain("""
            {"fileData":{"mimeType":"video/mp4","fileUri":"gs://a/b.mp4"},"videoMetadata":{"fps":1,"startOffset":"1s","endOffset":"2s"}}
            """.Trim());

    [Theory]
    [InlineData("""{"metadata":{"Cost Center":"c","n":1}}""", "vertex_ai", """{"cost_center":"c"}""")]
    [InlineData("""{"metadata":{"requester_metadata":{"a":"b"},"x":"y"}}""", "vertex_ai", """{"a":"b"}""")]
    [InlineData("""{"metadata":{"a":"b"},"labels":{"c":"d"}}""", "vertex_ai", """{"c":"d"}""")]
    [InlineData("""{"metadata":{"a":"b"}}""", "gemini", null)]
    [InlineData("""{"metadata":{"a":1}}""", "vertex_ai", null)]
    public void Metadata_LabelCallsOfVertexAi(string members, string provider, string? labels)
    {
        var request = Chat.Read($$"""{"messages":[{"role":"user","content":"u"}],{{members[1..]}}""");
        var root = JsonDocument.Parse(Gem.Write(request, Gem.Target(provider: provider))).RootElement;

        (root.TryGetProperty("labels", out var written) ? written.GetRawText() : null).ShouldBe(labels);
    }

    [Theory]
    [InlineData("gemini-3-pro", """{"presence_penalty":0.2}""", "presence_penalty")]
    [InlineData("gemini-2.5-flash", """{"presence_penalty":0.2}""", null)]
    [InlineData("gemini-2.5-flash", """{"parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}""", "parallel_tool_calls")]
    [InlineData("gemini-2.5-flash", """{"parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"f"}}]}""", null)]
    public void ParametersThatTheModelHasNot_AreRefused(string model, string members, string? refused)
    {
        var request = Chat.Read($$"""{"messages":[{"role":"user","content":"u"}],{{members[1..]}}""");
        var report = Fidelity.Check(request, Chat, Gem.Codec, dropParams: null, Gem.Target(model));

        report.Refused.ShouldBe(refused is null ? [] : [refused]);
        Gem.Write(request, Gem.Target(model)).Contains("presencePenalty", StringComparison.Ordinal)
            .ShouldBe(members.Contains("presence", StringComparison.Ordinal) && refused is null);
    }

    private static JsonElement MessageOf(string parts)
        => Answer($$"""{"candidates":[{"index":0,"content":{"parts":[{{parts}}]},"finishReason":"STOP"}]}""").GetProperty("choices")[0].GetProperty("message");

    private static JsonElement Answer(string json) => JsonDocument.Parse(Chat.Write(Gem.ReadResponse(json))).RootElement;
}
