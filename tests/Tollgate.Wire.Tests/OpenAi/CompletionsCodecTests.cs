using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;
using Tollgate.Wire.Tests.Responses;

namespace Tollgate.Wire.Tests.OpenAi;

public sealed class CompletionsCodecTests
{
    private readonly CompletionsCodec _codec = new();
    private readonly ChatCodec _chat = new();

    [Fact]
    public void Prompt_BecomesAUserMessage()
        => ResponsesRequestTests.Same(
            _chat.Write(_codec.Read("""{"model":"m","prompt":["Once"],"max_tokens":5,"logprobs":2,"stop":["END"],"n":2,"echo":true,"suffix":"x","best_of":3}""")),
            """{"model":"upstream-model","messages":[{"role":"user","content":"Once"}],"max_tokens":5,"n":2,"logprobs":true,"top_logprobs":2,"stop":["END"]}""");

    [Theory]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"prompt":5}""")]
    [InlineData("""{"prompt":["a","b"]}""")]
    [InlineData("""{"prompt":[]}""")]
    [InlineData("""{"prompt":[[1,2],[3]]}""")]
    [InlineData("""{"prompt":[true]}""")]
    [InlineData("""{"prompt":[1,2,3]}""")]
    public void PromptThatChatCannotTake_IsRefused(string json)
        => Should.Throw<WireException>(() => _codec.Read(json)).Param.ShouldBe("prompt");

    [Fact]
    public void Answer_IsATextCompletion()
    {
        var answer = _chat.Answer("""
            {"id":"chatcmpl-1","created":5,"choices":[{"index":0,"finish_reason":"length","message":{"content":"Hi you"},
              "logprobs":{"content":[{"token":"Hi","logprob":-0.5,"top_logprobs":[{"token":"Ho","logprob":-1.5}]},{"token":" you","logprob":-0.25,"top_logprobs":[]}]}}],
             "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}
            """);
        ResponsesRequestTests.Same(_codec.Write(answer), """
            {"id":"cmpl-00112233445566778899aabbccddeeff","object":"text_completion","created":5,"model":"public-model","choices":[{"text":"Hi you","index":0,
              "logprobs":{"tokens":["Hi"," you"],"token_logprobs":[-0.5,-0.25],"top_logprobs":[{"Ho":-1.5},{}],"text_offset":[0,2]},"finish_reason":"length"}],
             "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{},"completion_tokens_details":{}}}
            """);
    }

    [Fact]
    public void Stream_HasTextChunks()
    {
        const string stream = """
            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

            data: [DONE]

            """;
        var (text, _) = Codecs.Translate(_chat, _codec, Encoding.UTF8.GetBytes(stream));
        var lines = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        const string head = "data: {\"id\":\"cmpl-00112233445566778899aabbccddeeff\",\"object\":\"text_completion\",\"created\":1700000000,\"model\":\"public-model\",\"choices\":";
        lines[0].ShouldBe(head + "[{\"text\":\"Hi\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]}");
        lines[1].ShouldBe(head + "[{\"text\":\"\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"}]}");
        lines[2].ShouldStartWith(head + "[],\"usage\":{\"prompt_tokens\":3");
        lines[3].ShouldBe("data: [DONE]");
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"Hi"}]""", "Hi")]
    [InlineData("""[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]""", "Be brief.\n\nHi")]
    [InlineData(
        """[{"role":"user","content":"Hi"},{"role":"assistant","content":"Ho"},{"role":"user","content":"Ha"}]""",
        "user: Hi\n\nassistant: Ho\n\nuser: Ha\n\nassistant:")]
    public void Conversation_BecomesAPrompt(string messages, string prompt)
        => PromptOf(messages, Codecs.Target).ShouldBe(prompt);

    [Fact]
    public void Conversation_IsPutIntoTheOperatorsTemplate()
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["roles"] = """{"system":{"pre_message":"[S]","post_message":"[/S]"},"user":{"pre_message":"[U]","post_message":"[/U]"},"assistant":{"pre_message":"[A]"}}""",
            ["initial_prompt_value"] = "{",
            ["final_prompt_value"] = "}",
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
        };
        PromptOf(
            """[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]""",
            Codecs.Target with { Options = options }).ShouldBe("{<s>[S]s[/S][U]a[/U][A]b</s><s>[U]c[/U]}");
        PromptOf("""[{"role":"user","content":"a"}]""", Codecs.Target with { Options = new Dictionary<string, string> { ["hf_model_name"] = "mistral-7b" } })
            .ShouldBe("<s>[INST] a [/INST]\n");
    }

    [Fact]
    public void ParametersOfAChatClient_AreKept()
        => ResponsesRequestTests.Same(
            _codec.Write(_chat.Read("""{"messages":[{"role":"user","content":"Hi"}],"max_completion_tokens":5,"n":2,"stop":"END","seed":1,"best_of":3}""")),
            """{"model":"upstream-model","prompt":"Hi","max_tokens":5,"seed":1,"n":2,"stop":["END"],"best_of":3}""");

    [Fact]
    public void CompletionsAnswer_IsAChatAnswer()
    {
        var answer = _codec.Answer("""
            {"id":"cmpl-1","created":5,"choices":[{"index":0,"text":"Hi","finish_reason":"length"},{"index":1,"message":{"content":"Ho"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}
            """);
        answer.Choices.Select(static choice => (((TextPart)choice.Parts[0]).Text, choice.Stop)).ShouldBe([("Hi", StopReason.Length), ("Ho", StopReason.Stop)]);
        answer.Usage!.Value.TotalTokens.ShouldBe(5);
        Should.Throw<WireException>(() => _codec.Answer("""{"choices":[]}"""));
        Should.Throw<WireException>(() => _codec.Answer("""{"choices":[{"index":0}]}"""));
    }

    [Fact]
    public void CompletionsStream_IsAChatStream()
    {
        const string stream = """
            data: {"id":"cmpl-1","choices":[{"index":0,"text":"Hi","finish_reason":null}]}

            data: {"id":"cmpl-1","choices":[{"index":0,"text":" you","finish_reason":"stop"}]}

            data: {"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

            data: [DONE]

            """;
        var (text, path) = Codecs.Translate(_codec, _chat, Encoding.UTF8.GetBytes(stream));
        text.ShouldContain("\"content\":\"Hi\"");
        text.ShouldContain("\"content\":\" you\"");
        text.ShouldContain("\"finish_reason\":\"stop\"");
        text.ShouldEndWith("data: [DONE]\n\n");
        path.Usage!.Value.TotalTokens.ShouldBe(5);
    }

    private string PromptOf(string messages, TargetModel target)
        => JsonDocument.Parse(_codec.Write(_chat.Read($$"""{"messages":{{messages}}}"""), target)).RootElement.GetProperty("prompt").GetString()!;
}
