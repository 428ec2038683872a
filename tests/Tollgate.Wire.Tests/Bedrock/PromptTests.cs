using System.Text;
using System.Text.Json;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Hub;

namespace Tollgate.Wire.Tests.Bedrock;

public sealed class PromptTests
{
    private const string Conversation = """
        {"messages":[{"role":"system","content":"S"},{"role":"user","content":"A"},{"role":"assistant","content":"B"},{"role":"user","content":"C"}],
         "max_tokens":9,"temperature":0.5,"top_p":0.25,"stop":["x",""],"top_k":3,"seed":7}
        """;

    [Theory]
    [InlineData("claude2", """{"prompt":"S\n\nHuman: A\n\nAssistant: B\n\nHuman: C\n\nAssistant:","max_tokens_to_sample":9,"temperature":0.5,"top_p":0.25,"top_k":3,"stop_sequences":["x"]}""")]
    [InlineData("titan", """{"inputText":"S\n\nUser: A\n\nBot: B\n\nUser: C\n\nBot: ","textGenerationConfig":{"maxTokenCount":9,"temperature":0.5,"topP":0.25,"stopSequences":["x"]}}""")]
    [InlineData("llama2", """{"prompt":"<s>[INST] <<SYS>>\nS\n<</SYS>>\n [/INST]\n<s>[INST] A [/INST]\nB\n</s><s>[INST] C [/INST]\n","max_gen_len":9,"temperature":0.5,"top_p":0.25}""")]
    [InlineData("llama3", """{"prompt":"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nA<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nB<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nC<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n","max_gen_len":9,"temperature":0.5,"top_p":0.25}""")]
    [InlineData("mistral", """{"prompt":"<s>[INST] \nS [/INST]\n<s>[INST] A [/INST]\nB</s><s>[INST] C [/INST]\n","max_tokens":9,"temperature":0.5,"top_p":0.25,"top_k":3,"stop":["x"]}""")]
    [InlineData("cohere", """{"prompt":"S\nA\nB\nC","max_tokens":9,"temperature":0.5,"p":0.25,"k":3,"stop_sequences":["x"],"stream":true}""")]
    [InlineData("j2", """{"prompt":"S\nA\nB\nC","maxTokens":9,"temperature":0.5,"topP":0.25,"stopSequences":["x"]}""")]
    [InlineData("deepseek_r1", """{"prompt":"<｜begin▁of▁sentence｜>S<｜User｜>A<｜Assistant｜>B<｜end▁of▁sentence｜><｜User｜>C<｜Assistant｜><think>\n","max_tokens":9,"temperature":0.5,"top_p":0.25,"stop":["x"]}""")]
    [InlineData("qwen", """{"prompt":"<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nA<|im_end|>\n<|im_start|>assistant\nB<|im_end|>\n<|im_start|>user\nC<|im_end|>\n<|im_start|>assistant\n","max_gen_len":9,"temperature":0.5,"top_p":0.25,"top_k":3,"stop":["x"]}""")]
    [InlineData("tgi", """{"inputs":"S\nA\nB\nC","parameters":{"max_new_tokens":9,"temperature":0.5,"top_p":0.25,"top_k":3,"seed":7,"stop":["x"],"return_full_text":false},"stream":true}""")]
    public void Conversation_IsOnePrompt(string family, string expected)
    {
        var request = new ChatCodec().Read(Conversation);
        request.Stream = true;
        new PromptCodec().Write(request, Target(family)).ShouldBeJson(expected);
    }

    [Theory]
    [InlineData("claude2", """{"completion":" Hi","stop_reason":"stop_sequence"}""", " Hi", StopReason.StopSequence, -1, -1)]
    [InlineData("titan", """{"inputTextTokenCount":3,"results":[{"tokenCount":4,"outputText":"Hi","completionReason":"LENGTH"}]}""", "Hi", StopReason.Length, 3, 4)]
    [InlineData("llama3", """{"generation":"Hi","prompt_token_count":3,"generation_token_count":4,"stop_reason":"length"}""", "Hi", StopReason.Length, 3, 4)]
    [InlineData("mistral", """{"outputs":[{"text":"Hi","stop_reason":"stop"}]}""", "Hi", StopReason.Stop, -1, -1)]
    [InlineData("cohere", """{"generations":[{"finish_reason":"MAX_TOKENS","text":"Hi"}]}""", "Hi", StopReason.Length, -1, -1)]
    [InlineData("j2", """{"completions":[{"data":{"text":"Hi"},"finishReason":{"reason":"endoftext"}}]}""", "Hi", StopReason.Stop, -1, -1)]
    [InlineData("qwen", """{"choices":[{"text":"Hi","finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}""", "Hi", StopReason.Stop, 3, 4)]
    [InlineData("tgi", """[{"generated_text":"Hi"}]""", "Hi", StopReason.Stop, -1, -1)]
    public void Answers_AreReadWhereverTheTextIs(string family, string answer, string text, StopReason stop, long prompt, long completion)
    {
        var response = new PromptCodec().Answer(answer, Target(family));
        response.Choices[0].Parts.ShouldBe([new TextPart(text)]);
        response.Choices[0].Stop.ShouldBe(stop);
        response.Usage.ShouldBe(prompt < 0 ? null : new TokenUsage(prompt, completion, prompt + completion, 0, 0));
    }

    [Fact]
    public void ThoughtsOfDeepSeek_EndAtTheMark()
    {
        new PromptCodec().Answer("""{"generation":"let me see</think>\n\nYes"}""", Target("deepseek_r1")).Choices[0].Parts
            .ShouldBe([new ThinkingPart("let me see", null), new TextPart("Yes")]);
        string[] pieces = ["""{"generation":"let me "}""", """{"generation":"see</th"}""", """{"generation":"ink>\n\nYe"}""", """{"generation":"s","stop_reason":"stop"}"""];
        var events = Read("deepseek_r1", pieces);
        Text(events, ChatEventKind.Thinking).ShouldBe("let me see");
        Text(events, ChatEventKind.Text).ShouldBe("Yes");
    }

    [Theory]
    [InlineData("titan", """{"outputText":"H"}""", """{"outputText":"i","completionReason":"FINISH","inputTextTokenCount":3,"totalOutputTextTokenCount":4}""", true)]
    [InlineData("llama3", """{"generation":"H","prompt_token_count":3,"generation_token_count":1}""", """{"generation":"i","generation_token_count":4,"stop_reason":"stop"}""", true)]
    [InlineData("claude2", """{"completion":"H"}""", """{"completion":"i","stop_reason":"stop_sequence","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":4}}""", true)]
    [InlineData("mistral", """{"outputs":[{"text":"H","stop_reason":null}]}""", """{"outputs":[{"text":"i","stop_reason":"stop"}],"amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":4}}""", true)]
    [InlineData("tgi", """{"token":{"text":"H","special":false},"generated_text":null}""", """{"token":{"text":"i","special":false},"generated_text":"Hi","details":{"finish_reason":"eos_token","generated_tokens":4}}""", false)]
    public void Streams_AreRead(string family, string first, string last, bool counts)
    {
        var events = Read(family, [first, last]);
        Text(events, ChatEventKind.Text).ShouldBe("Hi");
        events.Count(static next => next.Kind is ChatEventKind.Finish).ShouldBe(1);
        var usage = events.LastOrDefault(static next => next.Usage is not null).Usage;
        usage.ShouldBe(counts ? new TokenUsage(3, 4, 7, 0, 0) : null);
    }

    [Theory]
    [InlineData("titan", Feature.TopK, Handling.Refused)]
    [InlineData("mistral", Feature.TopK, Handling.Carried)]
    [InlineData("llama3", Feature.Stop, Handling.Refused)]
    [InlineData("tgi", Feature.Seed, Handling.Carried)]
    [InlineData("tgi", Feature.Tools, Handling.Refused)]
    public void Treatment_IsThatOfTheFamily(string family, Feature feature, Handling handling)
        => new PromptCodec().TreatmentOf(feature, new ChatCodec().Read(Conversation), Target(family)).Handling.ShouldBe(handling);

    [Fact]
    public void AnyPiece_IsReadOrReported()
    {
        var random = new Random(20260107);
        var piece = """{"outputs":[{"text":"i","stop_reason":"stop"}],"token":{"text":"x"},"amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":4}}"""u8.ToArray();
        var reader = new PromptCodec().ReadStream(Target("deepseek_r1"));
        for (var round = 0; round < 3000; round++)
        {
            var mutated = ConverseAnswerTests.Mutated(piece, random);
            reader.Read(mutated, new List<ChatEvent>());
            try
            {
                using var document = JsonDocument.Parse(mutated);
                new PromptCodec().ReadResponse(document.RootElement, mutated, Target("mistral"));
            }
            catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException)
            {
                // These are what an answer's path reports as malformed.
            }
        }
    }

    private static List<ChatEvent> Read(string family, string[] pieces)
    {
        var reader = new PromptCodec().ReadStream(Target(family));
        var events = new List<ChatEvent>();
        foreach (var piece in pieces)
        {
            reader.Read(Encoding.UTF8.GetBytes(piece), events).ShouldBe(ChunkAction.Forward);
        }

        reader.Finish(events);
        return events;
    }

    private static string Text(List<ChatEvent> events, ChatEventKind kind) => string.Concat(events.Where(next => next.Kind == kind).Select(static next => next.Text));

    private static TargetModel Target(string family) => new()
    {
        Provider = "bedrock",
        Model = "m",
        Options = new Dictionary<string, string>(StringComparer.Ordinal) { [PromptCodec.FamilyOption] = family },
    };
}
