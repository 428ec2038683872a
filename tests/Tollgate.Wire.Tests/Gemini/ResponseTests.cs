using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Gemini;

public class ResponseTests
{
    public const string Call =
        """
        {"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"plan","thought":true},{"functionCall":{"name":"get_weather","args":{"city":"Rome"}},"thoughtSignature":"c2ln"}]}}],
         "usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":8,"thoughtsTokenCount":12,"totalTokenCount":50},"modelVersion":"gemini-x","responseId":"r1"}
        """;

    [Fact]
    public void CallOfATool_IsRead()
    {
        var response = Gem.ReadResponse(Call);
        response.Id.ShouldBe("r1");
        var choice = response.Choices.ShouldHaveSingleItem();
        choice.Stop.ShouldBe(StopReason.ToolCalls);
        choice.Parts[0].ShouldBe(new ThinkingPart("plan", null));
        var call = choice.Parts[1].ShouldBeOfType<ToolCallPart>();
        call.Id.ShouldMatch("^call_[0-9a-f]{28}$");
        (call.Name, call.Arguments, call.Signature).ShouldBe(("get_weather", """{"city": "Rome"}""", "c2ln"));
        var usage = response.Usage!.Value;
        (usage.PromptTokens, usage.CompletionTokens, usage.ReasoningTokens, usage.TotalTokens).ShouldBe((30, 20, 12, 50));
    }

    [Fact]
    public void ThoughtsInsideTheCandidates_AreNotCountedTwice()
    {
        var usage = UsageOf("""{"promptTokenCount":10,"candidatesTokenCount":20,"thoughtsTokenCount":5,"totalTokenCount":30}""");
        (usage.CompletionTokens, usage.ReasoningTokens).ShouldBe((20, 5));
    }

    [Fact]
    public void DetailsOfUsage_AreRead()
    {
        var usage = UsageOf(
            """
            {"promptTokenCount":100,"toolUsePromptTokenCount":4,"cachedContentTokenCount":40,"candidatesTokenCount":9,"totalTokenCount":113,"trafficType":"ON_DEMAND_PRIORITY",
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"AUDIO","tokenCount":30},{"modality":"IMAGE","tokenCount":10}],
             "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":5}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":7},{"modality":"TEXT","tokenCount":2}]}
            """);
        (usage.PromptTokens, usage.CachedTokens, usage.AudioInputTokens, usage.ImageInputTokens, usage.CachedAudioTokens).ShouldBe((104, 40, 30, 10, 5));
        (usage.ImageOutputTokens, usage.TextOutputTokens, usage.Tier).ShouldBe((7, 2, ServiceTier.Priority));
    }

    [Theory]
    [InlineData("STOP", StopReason.Stop, null)]
    [InlineData("MAX_TOKENS", StopReason.Length, null)]
    [InlineData("SAFETY", StopReason.ContentFilter, null)]
    [InlineData("PROHIBITED_CONTENT", StopReason.ContentFilter, "PROHIBITED_CONTENT")]
    [InlineData("MALFORMED_FUNCTION_CALL", StopReason.Stop, "MALFORMED_FUNCTION_CALL")]
    [InlineData("SOMETHING_NEW", StopReason.Stop, "SOMETHING_NEW")]
    public void FinishReason_IsMapped(string word, StopReason stop, string? native)
    {
        var choice = Gem.ReadResponse($$"""{"candidates":[{"finishReason":"{{word}}"}]}""").Choices.ShouldHaveSingleItem();
        (choice.Stop, choice.NativeStop, choice.Parts.Count).ShouldBe((stop, native, 0));
    }

    [Fact]
    public void RefusedPrompt_IsAnAnswerWithoutContent()
    {
        var response = Gem.ReadResponse("""{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}}""");
        response.Choices.ShouldHaveSingleItem().Stop.ShouldBe(StopReason.ContentFilter);
        response.Usage!.Value.PromptTokens.ShouldBe(3);
    }

    [Fact]
    public void AnswerWithoutCandidates_IsNone() => Should.Throw<WireException>(() => Gem.ReadResponse("{}"));

    [Fact]
    public void Sources_BecomeCitationsInCharacters()
    {
        var response = Gem.ReadResponse(
            """
            {"candidates":[{"content":{"parts":[{"text":"Äpfel "},{"text":"sind rot."}]},"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["a","b"],
             "groundingChunks":[{"web":{"uri":"https://x.example","title":"X"}}],
             "groundingSupports":[{"segment":{"endIndex":6,"text":"Äpfel"},"groundingChunkIndices":[0,9]}]}}],"usageMetadata":{"promptTokenCount":1}}
            """);
        var text = response.Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<TextPart>();
        text.Text.ShouldBe("Äpfel sind rot.");
        var citation = text.Citations.ShouldHaveSingleItem();
        (citation.Url, citation.Title, citation.Start, citation.End).ShouldBe(("https://x.example", "X", 0, 5));
        response.Usage!.Value.WebSearchRequests.ShouldBe(1);
        response.Extras.ShouldHaveSingleItem().Name.ShouldBe("vertex_ai_grounding_metadata");
        Gem.Write(response).ShouldContain("\"endIndex\":6");
    }

    [Fact]
    public void Image_KeepsItsBytes()
    {
        var image = Gem.ReadResponse("""{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBOR"}}]}}]}""")
            .Choices[0].Parts.ShouldHaveSingleItem().ShouldBeOfType<ImagePart>();
        image.Source.AsUrl().ShouldBe("data:image/png;base64,iVBOR");
    }

    [Fact]
    public void Probabilities_TakeOpenAisForm()
        => Gem.ReadResponse(
            """
            {"candidates":[{"content":{"parts":[{"text":"a"}]},"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-0.5}],
             "topCandidates":[{"candidates":[{"token":"b","logProbability":-2}]}]}}]}
            """).Choices[0].LogProbs!.Value.GetRawText().ShouldBeJson(
                """{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2,"bytes":[98]}]}]}""");

    [Fact]
    public void Answer_IsWrittenForGooglesClients()
    {
        var response = new ChatResponse { Usage = new TokenUsage(30, 20, 50, 4, 12) };
        response.Choices.Add(new ChatChoice(0)
        {
            Parts = [new ThinkingPart("plan", null), new TextPart("Hi"), new ToolCallPart("c1", "f", "{\"a\": 1}") { Signature = "c2ln" }],
            Stop = StopReason.ToolCalls,
        });
        Gem.Write(response).ShouldBeJson(
            """
            {"candidates":[{"content":{"parts":[{"text":"plan","thought":true},{"text":"Hi"},
              {"functionCall":{"id":"c1","name":"f","args":{"a":1}},"thoughtSignature":"c2ln"}],"role":"model"},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":8,"totalTokenCount":50,"thoughtsTokenCount":12,"cachedContentTokenCount":4},
             "modelVersion":"m","responseId":"id0"}
            """);
    }

    [Theory]
    [InlineData(400, "INVALID_ARGUMENT")]
    [InlineData(401, "UNAUTHENTICATED")]
    [InlineData(403, "PERMISSION_DENIED")]
    [InlineData(404, "NOT_FOUND")]
    [InlineData(408, "DEADLINE_EXCEEDED")]
    [InlineData(429, "RESOURCE_EXHAUSTED")]
    [InlineData(500, "INTERNAL")]
    [InlineData(503, "UNAVAILABLE")]
    public void Error_HasGooglesEnvelope(int status, string word)
        => Gem.Text(output => Gem.Codec.WriteError(new ErrorBody("no", "t", null, "x"), status, default, output)).ShouldBeJson(
            $$"""{"error":{"code":{{status}},"message":"no","status":"{{word}}","type":"t","param":null} }""");

    private static TokenUsage UsageOf(string usage)
        => Gem.ReadResponse($$"""{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{{usage}}}""").Usage!.Value;
}
