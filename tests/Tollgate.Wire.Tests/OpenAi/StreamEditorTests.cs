using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

public class StreamEditorTests
{
    private const string Hello =
        """{"id":"c1","object":"chat.completion.chunk","created":5,"model":"gpt","choices":[{"index":0,"delta":{"content":"Hi"}}]}""";

    private const string Usage = """{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}""";

    private static readonly string UsageOnly = $$"""{"id":"c1","created":5,"model":"gpt","choices":[],"usage":{{Usage}}}""";

    [Fact]
    public void ChunkThatIsRight_IsLeftAlone()
    {
        var editor = Chunks.Editor();
        editor.Forward(Hello).ShouldBe(Hello);
        editor.Edits.Count.ShouldBe(0);
        editor.HasOutput.ShouldBeTrue();
        editor.OutputBytes.ShouldBe(2);
        editor.Finished.ShouldBeFalse();
        editor.Usage.ShouldBeNull();
    }

    [Fact]
    public void ForeignModel_IsRestamped()
        => Chunks.Editor().Forward("""{"model":"upstream/x-1","choices":[{"delta":{"content":"a"}}],"x":1}""")
            .ShouldBe("""{"model":"gpt","choices":[{"delta":{"content":"a"}}],"x":1}""");

    [Fact]
    public void NullModel_IsRestamped()
        => Chunks.Editor().Forward("""{"model":null,"choices":[{"delta":{}}]}""").ShouldBe("""{"model":"gpt","choices":[{"delta":{}}]}""");

    [Fact]
    public void LaterIds_BecomeTheFirst()
    {
        var editor = Chunks.Editor();
        editor.Forward("""{"id":"one","choices":[{"delta":{"content":"a"}}]}""").ShouldBe("""{"id":"one","choices":[{"delta":{"content":"a"}}]}""");
        editor.Forward("""{"choices":[{"delta":{"content":"b"}}],"id":"second"}""").ShouldBe("""{"choices":[{"delta":{"content":"b"}}],"id":"one"}""");
        editor.Forward("""{"id":"one","choices":[{"delta":{}}]}""").ShouldBe("""{"id":"one","choices":[{"delta":{}}]}""");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void ChunksWithoutAnId_DoNotSpreadIt(string none)
    {
        var editor = Chunks.Editor();
        editor.Forward($$$"""{"id":{{{none}}},"choices":[{"delta":{"content":"a"}}]}""").ShouldNotBeNull();
        editor.Forward("""{"id":"real","choices":[{"delta":{"content":"b"}}]}""").ShouldBe("""{"id":"real","choices":[{"delta":{"content":"b"}}]}""");
        editor.Forward($$$"""{"id":{{{none}}},"choices":[{"delta":{}}]}""").ShouldBe("""{"id":"real","choices":[{"delta":{}}]}""");
    }

    [Fact]
    public void FinishReasonOfNoLetters_IsNull()
        => Chunks.Editor().Forward("""{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":""}]}""")
            .ShouldBe("""{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}""");

    [Theory]
    [InlineData("""{"content":"a"}""", "stop")]
    [InlineData("""{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}""", "tool_calls")]
    [InlineData("""{"content":"a","tool_calls":[]}""", "stop")]
    public void EndWithoutAReason_HasTheOneThatFits(string delta, string reason)
    {
        var editor = Chunks.Editor();
        editor.Forward($$"""{"id":"c1","created":5,"choices":[{"index":0,"delta":{{delta}}}]}""").ShouldNotBeNull();
        editor.FinishChunk().ShouldContain($"\"finish_reason\":\"{reason}\"");
    }

    [Fact]
    public void UsageOfGroq_CountsWhereThereIsNoOther()
    {
        var editor = Chunks.Editor(showUsage: true);
        editor.Forward($$$"""{"id":"c1","created":5,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{{{Usage}}}}}""").ShouldNotBeNull();
        editor.Usage!.Value.TotalTokens.ShouldBe(11);
        editor.UsageChunk()!.ShouldContain($"\"usage\":{Usage}");
    }

    [Fact]
    public void LaterCreationTimes_BecomeTheFirst()
    {
        var editor = Chunks.Editor();
        editor.Forward("""{"created":5,"choices":[{"delta":{"content":"a"}}]}""").ShouldBe("""{"created":5,"choices":[{"delta":{"content":"a"}}]}""");
        editor.Forward("""{"created":6,"choices":[{"delta":{"content":"b"}}]}""").ShouldBe("""{"created":5,"choices":[{"delta":{"content":"b"}}]}""");
    }

    [Fact]
    public void UsageChunkNobodyAskedFor_IsTakenAndDropped()
    {
        var editor = Chunks.Editor();
        editor.Look(Hello).ShouldBe(ChunkAction.Forward);
        editor.Look(UsageOnly).ShouldBe(ChunkAction.Drop);
        editor.Usage.ShouldBe(new TokenUsage(9, 2, 11, 0, 0));
        editor.UsageChunk().ShouldBeNull();
    }

    [Fact]
    public void UsageChunkAskedFor_IsShownWithOneEmptyChoice()
    {
        var editor = Chunks.Editor(showUsage: true);
        editor.Forward(UsageOnly)
            .ShouldBe($$$"""{"id":"c1","created":5,"model":"gpt","choices":[{"index":0,"delta":{}}],"usage":{{{Usage}}}}""");
        editor.UsageChunk().ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"model":"gpt","usage":U}""", """{"model":"gpt","usage":U,"choices":[{"index":0,"delta":{}}]}""")]
    [InlineData("""{"choices":null,"usage":U}""", """{"choices":[{"index":0,"delta":{}}],"usage":U}""")]
    public void UsageChunkWithoutChoices_HasThemAdded(string chunk, string forwarded)
        => Chunks.Editor(showUsage: true).Forward(chunk.Replace("U", Usage)).ShouldBe(forwarded.Replace("U", Usage));

    [Theory]
    [InlineData("""{"usage":U}""", """{"usage":U,"choices":[]}""")]
    [InlineData("""{"choices":null,"usage":U}""", """{"choices":[],"usage":U}""")]
    public void UsageChunkOfCompletionsWithoutChoices_HasNoneListed(string chunk, string forwarded)
        => Chunks.Editor(Surface.Completions, showUsage: true).Forward(chunk.Replace("U", Usage)).ShouldBe(forwarded.Replace("U", Usage));

    [Fact]
    public void UsageChunkOfCompletions_KeepsItsEmptyChoices()
    {
        var editor = Chunks.Editor(Surface.Completions, showUsage: true);
        editor.Forward(UsageOnly).ShouldBe(UsageOnly);
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}],"usage":U}""", """{"choices":[{"delta":{"content":"a"}}]}""")]
    [InlineData("""{"usage":U,"choices":[{"delta":{"content":"a"}}]}""", """{"choices":[{"delta":{"content":"a"}}]}""")]
    [InlineData("""{"model":"m" , "usage" : U , "choices":[{"delta":{}}]}""", """{"model":"gpt" , "choices":[{"delta":{}}]}""")]
    [InlineData("""{"choices":[{"delta":{}}],"model":"m","usage":U }""", """{"choices":[{"delta":{}}],"model":"gpt" }""")]
    [InlineData("""{"choices":[{"delta":{}}],"usage":null}""", """{"choices":[{"delta":{}}]}""")]
    public void UsageBesideOutput_IsCutOut(string chunk, string forwarded)
        => Chunks.Editor().Forward(chunk.Replace("U", Usage)).ShouldBe(forwarded);

    [Fact]
    public void UsageBesideOutputAskedFor_ComesLastInAChunkOfItsOwn()
    {
        var editor = Chunks.Editor(showUsage: true);
        editor.Forward("""{"id":"c1","created":5,"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""")
            .ShouldBe("""{"id":"c1","created":5,"choices":[{"delta":{"content":"a"}}]}""");
        editor.Forward($$"""{"id":"c1","created":5,"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{{Usage}}}""").ShouldNotBeNull();
        editor.UsageChunk().ShouldBe(
            $$$"""data: {"id":"c1","object":"chat.completion.chunk","created":5,"model":"gpt","choices":[{"index":0,"delta":{}}],"usage":{{{Usage}}}}""" + "\n\n");
        editor.UsageChunk().ShouldBeNull();
        editor.Usage!.Value.TotalTokens.ShouldBe(11);
    }

    [Fact]
    public void UsageBesideOutputThenOnItsOwn_IsShownOnce()
    {
        var editor = Chunks.Editor(showUsage: true);
        editor.Forward($$$"""{"id":"c1","choices":[{"delta":{"content":"a"}}],"usage":{{{Usage}}}}""");
        editor.Forward(UsageOnly).ShouldNotBeNull();
        editor.UsageChunk().ShouldBeNull();
    }

    [Fact]
    public void NullUsageAskedFor_StaysAsTheUpstreamSentIt()
    {
        const string chunk = """{"choices":[{"delta":{"content":"a"}}],"usage":null}""";
        Chunks.Editor(showUsage: true).Forward(chunk).ShouldBe(chunk);
    }

    [Theory]
    [InlineData("""{"choices":[],"prompt_filter_results":[{"prompt_index":0}],"model":"","id":""}""")]
    [InlineData("""{"id":"x","choices":null}""")]
    [InlineData("""{"id":"x","choices":[ ]}""")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"choices":[],"usage":null}""")]
    public void ChunkWithoutChoices_IsDropped(string chunk)
    {
        Chunks.Editor().Look(chunk).ShouldBe(ChunkAction.Drop);
        Chunks.Editor(showUsage: true).Look(chunk).ShouldBe(ChunkAction.Drop);
    }

    [Fact]
    public void IdOfADroppedChunk_IsNotTheStreams()
    {
        var editor = Chunks.Editor();
        editor.Look("""{"id":"","choices":[]}""").ShouldBe(ChunkAction.Drop);
        editor.Forward("""{"id":"real","choices":[{"delta":{}}]}""").ShouldBe("""{"id":"real","choices":[{"delta":{}}]}""");
    }

    [Theory]
    [InlineData("[DONE]", ChunkAction.Done)]
    [InlineData(" [DONE] ", ChunkAction.Done)]
    [InlineData("""{"error":{"message":"x"}}""", ChunkAction.Error)]
    [InlineData("""{"error":"x"}""", ChunkAction.Error)]
    [InlineData("""{"error":{"message":"x"},"choices":[]}""", ChunkAction.Error)]
    [InlineData("""{"error":null,"choices":[{"delta":{}}]}""", ChunkAction.Forward)]
    [InlineData("", ChunkAction.Drop)]
    [InlineData("  ", ChunkAction.Drop)]
    [InlineData("[1]", ChunkAction.Malformed)]
    [InlineData("{\"choices\":[", ChunkAction.Malformed)]
    [InlineData("<html>", ChunkAction.Malformed)]
    [InlineData("done", ChunkAction.Malformed)]
    public void OtherPayloads_AreToldApart(string payload, ChunkAction action) => Chunks.Editor().Look(payload).ShouldBe(action);

    [Theory]
    [InlineData("""{"delta":{"content":"a"}}""", true)]
    [InlineData("""{"delta":{"role":"assistant","content":"a"}}""", true)]
    [InlineData("""{"delta":{"reasoning_content":"hm"}}""", true)]
    [InlineData("""{"delta":{"reasoning":"hm"}}""", true)]
    [InlineData("""{"delta":{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":""}}]}}""", true)]
    [InlineData("""{"delta":{"refusal":"no"}}""", true)]
    [InlineData("""{"delta":{},"finish_reason":"stop"}""", true)]
    [InlineData("""{"text":"a"}""", true)]
    [InlineData("""{"delta":{"role":"assistant"}}""", false)]
    [InlineData("""{"delta":{"role":"assistant","content":""}}""", false)]
    [InlineData("""{"delta":{"role":"assistant","content":null,"refusal":null,"tool_calls":[]}}""", false)]
    [InlineData("""{"delta":{},"finish_reason":null}""", false)]
    [InlineData("""{"delta":{"role":"assistant"},"finish_reason":""}""", false)]
    [InlineData("""{"delta":{}}""", false)]
    [InlineData("""{"delta":null}""", false)]
    [InlineData("""{"text":""}""", false)]
    [InlineData("3", false)]
    public void Output_IsNoticed(string choice, bool output)
    {
        var editor = Chunks.Editor();
        editor.Look($$$"""{"choices":[{{{choice}}}]}""").ShouldBe(ChunkAction.Forward);
        editor.HasOutput.ShouldBe(output);
    }

    [Fact]
    public void OutputOfASecondChoice_IsNoticed()
    {
        var editor = Chunks.Editor();
        editor.Look("""{"choices":[{"index":0,"delta":{}},{"index":1,"delta":{"content":"a"}}]}""");
        editor.HasOutput.ShouldBeTrue();
        editor.Look("""{"choices":[{"index":0,"delta":{}}]}""");
        editor.HasOutput.ShouldBeFalse();
    }

    [Theory]
    [InlineData("\"stop\"", true)]
    [InlineData("\"tool_calls\"", true)]
    [InlineData("\"\"", false)]
    [InlineData("null", false)]
    public void FinishReason_EndsTheStream(string reason, bool finished)
    {
        var editor = Chunks.Editor();
        editor.Look($$$"""{"choices":[{"delta":{},"finish_reason":{{{reason}}}}]}""");
        editor.Finished.ShouldBe(finished);
    }

    [Theory]
    [InlineData(Surface.Chat, "chat.completion.chunk", """{"index":0,"delta":{},"finish_reason":"stop"}""")]
    [InlineData(Surface.Completions, "text_completion", """{"index":0,"text":"","finish_reason":"stop"}""")]
    public void FinishChunk_CarriesIdCreatedAndModelOfTheStream(Surface surface, string kind, string choice)
    {
        var editor = Chunks.Editor(surface);
        editor.Look("""{"id":"c1","created":5,"model":"m","choices":[{"index":0,"text":"a"}]}""");
        editor.FinishChunk()
            .ShouldBe("data: {\"id\":\"c1\",\"object\":\"" + kind + "\",\"created\":5,\"model\":\"gpt\",\"choices\":[" + choice + "]}\n\n");
        editor.Finished.ShouldBeTrue();
    }

    [Fact]
    public void FinishChunkOfAStreamWithoutChunks_IsStillValid()
    {
        var text = Chunks.Editor().FinishChunk();
        System.Text.Json.JsonDocument.Parse(text["data: ".Length..]).RootElement.GetProperty("model").GetString().ShouldBe("gpt");
    }

    [Fact]
    public void OutputBytes_AddUpOverTheStream()
    {
        var editor = Chunks.Editor();
        editor.Look("""{"choices":[{"delta":{"content":"abc"}}]}""");
        editor.Look("""{"choices":[{"delta":{"reasoning_content":"de"}},{"delta":{"content":"f"}}]}""");
        editor.OutputBytes.ShouldBe(6);
        editor.Look("""{"choices":[{"delta":{"score":5}}]}""");
        editor.OutputBytes.ShouldBe(7);
    }
}
