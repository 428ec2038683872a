using System.Text;
using System.Text.Json;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Cohere;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.Ollama;

namespace Tollgate.Wire.Tests.Natives;

/// <summary>Whatever an upstream sends, readers report it and throw nothing but what their contract names.</summary>
public sealed class FuzzTests
{
    private static readonly (DialectCodec Codec, string Answer, string Stream)[] Recordings =
    [
        (new OllamaChatCodec(),
            """{"model":"q","message":{"content":"<think>a</think>b","tool_calls":[{"function":{"name":"f","arguments":{"a":[1]}}}]},"done":true,"prompt_eval_count":2,"eval_count":1}""",
            "{\"message\":{\"content\":\"<think>a\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]},\"done\":false}\n{\"done\":true,\"eval_count\":3}\n"),
        (new OllamaGenerateCodec(), """{"response":"x","thinking":"t","done":true,"done_reason":"stop"}""", "{\"response\":\"x\",\"done\":true}\n"),
        (new CohereChatCodec(),
            """{"id":"c","finish_reason":"COMPLETE","message":{"content":[{"type":"text","text":"x"}],"citations":[{"start":0,"sources":[{"document":{"url":"u"}}]}]},"usage":{"tokens":{"input_tokens":1,"output_tokens":2}}}""",
            CohereTests.Recording),
        (new CohereChatV1Codec(), """{"text":"x","tool_calls":[{"name":"f","parameters":{"a":[1]}}],"meta":{"tokens":{"input_tokens":1}}}""",
            "{\"event_type\":\"text-generation\",\"text\":\"x\"}\n{\"event_type\":\"tool-calls-generation\",\"tool_calls\":[{\"name\":\"f\"}]}\n{\"event_type\":\"stream-end\"}\n"),
        (new TextGenerationCodec(), """[{"generated_text":"x","details":{"finish_reason":"length","generated_tokens":1,"prefill":[{}]}}]""",
            "data:{\"token\":{\"text\":\"x\",\"special\":false},\"generated_text\":\"x\",\"details\":{\"input_length\":1}}\n\n"),
        (new WatsonxTextCodec(), """{"results":[{"generated_text":"x","generated_token_count":1,"input_token_count":2,"stop_reason":"eos_token"}]}""",
            "data: {\"results\":[{\"generated_text\":\"x\",\"stop_reason\":\"max_tokens\"}]}\n\n"),
        (new WorkersAiCodec(), """{"result":{"response":"x","tool_calls":[{"name":"f","arguments":{"a":1}}],"usage":{"prompt_tokens":1}},"success":true}""",
            "data: {\"response\":\"x\",\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}\n\ndata: [DONE]\n\n"),
        (new ReplicateCodec(), """{"id":"p","status":"succeeded","output":["x",{"a":1}],"metrics":{"input_token_count":1}}""", "data: {\"x\":1}\n\n"),
        (new SnowflakeCodec(), """{"choices":[{"message":{"content":"x","content_list":[{"type":"tool_use","tool_use":{"name":"f","input":{"a":1}}}]}}],"usage":{}}""",
            "data: {\"choices\":[{\"delta\":{\"type\":\"tool_use\",\"tool_use_id\":\"t\",\"input\":\"{}\"},\"finish_reason\":\"x\"}]}\n\n"),
        (new NlpCloudCodec(), """{"generated_text":"x","nb_input_tokens":1,"nb_generated_tokens":2}""", "some text, {\"not\":\"json\"}"),
        (new AlephAlphaCodec(), """{"completions":[{"completion":"x","finish_reason":"end_of_text"}]}""", "data: {\"x\":1}\n\n"),
        (new TritonGenerateCodec(), """{"text_output":"x"}""", "data: {\"text_output\":\"x\"}\n\n"),
        (new TritonInferCodec(), """{"outputs":[{"name":"text_output","data":["x"]}]}""", "data: {\"x\":1}\n\n"),
        (new PetalsCodec(), """{"outputs":"x"}""", "data: {\"x\":1}\n\n"),
        (new BytezCodec(), """{"output":{"content":[{"text":"x"}]}}""", "text"),
        (new LangGraphCodec(), """{"messages":[{"type":"ai","content":["x",{"text":"y"}],"usage_metadata":{"input_tokens":1}}]}""",
            "data: [{\"content\":\"H\",\"type\":\"AIMessageChunk\"},{}]\n\n"),
        (new LangFlowCodec(), """{"outputs":[{"outputs":[{"results":{"message":{"text":"x"}}}]}]}""", "data: {\"x\":1}\n\n"),
        (new CustomServerCodec(), """{"data":[{"output":["x"]}]}""", "data: {\"x\":1}\n\n"),
        (new AgentCodec(), """{"result":{"kind":"task","status":{"state":"completed","message":{"parts":[]}},"artifacts":[{"parts":[{"text":"x"}]}]}}""",
            "data: {\"result\":{\"kind\":\"artifact-update\",\"artifact\":{\"parts\":[{\"text\":\"x\"}]},\"final\":true}}\n\n"),
        (new CompleteCodec(), """{"id":"c","completion":"x","stop_reason":"stop_sequence","model":"m"}""",
            "data: {\"completion\":\"x\",\"stop_reason\":null}\n\ndata: {\"completion\":\"\",\"stop_reason\":\"max_tokens\"}\n\n"),
        (new AgentCoreCodec(), """{"events":[{"event":{"contentBlockDelta":{"delta":{"text":"x"}}}},{"event":{"metadata":{"usage":{"inputTokens":1,"outputTokens":2}}}}]}""",
            "data: {\"event\":{\"contentBlockDelta\":{\"delta\":{\"text\":\"x\"}}}}\n\ndata: \"y\"\n\ndata: {\"result\":{\"content\":[{\"text\":\"x\"}]}}\n\n"),
        (new GigaChatCodec(), """{"choices":[{"message":{"content":"x","function_call":{"name":"f","arguments":{"a":1}}},"finish_reason":"length"}],"usage":{"prompt_tokens":1}}""",
            "data: {\"choices\":[{\"delta\":{\"content\":\"x\",\"function_call\":{\"name\":\"f\"}},\"finish_reason\":\"stop\"}]}\n\n"),
        (new OciCodec(), """{"chatResponse":{"choices":[{"message":{"content":[{"text":"x"}],"toolCalls":[{"name":"f"}]},"finishReason":"stop"}],"usage":{"promptTokens":1}}}""",
            "data: {\"message\":{\"content\":[{\"text\":\"x\"}]}}\n\ndata: {\"text\":\"x\",\"finishReason\":\"stop\",\"toolCalls\":[{\"parameters\":{}}]}\n\n"),
        (new SapCodec(), """{"final_result":{"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}]}}""",
            "data: {\"final_result\":{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}}\n\n"),
    ];

    private static readonly string[] Foreign = ["null", "1e99", "-5", "\"x\"", "[]", "{}", "true", "\"\\ud800\"", "[[]]", "{\"text\":1}"];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Recordings.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnswersWithForeignValues_AreReadOrRefused(int which)
    {
        var (codec, answer, _) = Recordings[which];
        foreach (var mutated in Mutations(answer))
        {
            if (Parses(mutated))
            {
                using var path = new TranslatedAnswer(codec, codec, Wires.Target, View);
                path.Read(Encoding.UTF8.GetBytes(mutated));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void StreamsWithForeignValues_AreReadOrReported(int which)
    {
        var (codec, _, stream) = Recordings[which];
        foreach (var mutated in Mutations(stream))
        {
            codec.Events(Encoding.UTF8.GetBytes(mutated));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void StreamsCutAtEveryByte_AreReadOrReported(int which)
    {
        var (codec, _, stream) = Recordings[which];
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var length = 0; length <= bytes.Length; length++)
        {
            codec.Events(bytes.AsMemory(0, length), piece: 11);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EventsInAnyOrder_AreReadOrReported(int which)
    {
        var (codec, _, stream) = Recordings[which];
        var lines = stream.Split('\n').Where(static line => line.Contains('{', StringComparison.Ordinal)).ToArray();
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            random.Shuffle(lines);
            codec.Events(Encoding.UTF8.GetBytes(string.Join("\n\n", lines) + "\n\n"));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void RandomRequests_AreWrittenAsJsonOrRefused(int which)
    {
        var (codec, _, _) = Recordings[which];
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var request = RandomRequest(random);
            try
            {
                Parses(codec.Write(request)).ShouldBeTrue();
            }
            catch (WireException)
            {
                // Said in a way that the dialect cannot say.
            }
        }
    }

    private static AnswerView View { get; } = new() { Surface = Surface.Chat, Model = "m", ModelJson = "\"m\""u8.ToArray() };

    private static IEnumerable<string> Mutations(string text)
    {
        var random = new Random(5);
        for (var i = 0; i < 400; i++)
        {
            var at = random.Next(text.Length);
            yield return i % 2 == 0
                ? text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at))
                : Replaced(text, at, Foreign[random.Next(Foreign.Length)]);
        }
    }

    /// <summary>The value behind the next colon gives way to another.</summary>
    private static string Replaced(string text, int from, string with)
    {
        var colon = text.IndexOf("\":", from, StringComparison.Ordinal);
        if (colon < 0)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text[(colon + 2)..]);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            return reader.Read() && reader.TrySkip()
                ? text[..(colon + 2)] + with + Encoding.UTF8.GetString(bytes.AsSpan((int)reader.BytesConsumed)) : text;
        }
        catch (JsonException)
        {
            // Inside of a string that holds JSON itself.
            return text;
        }
    }

    private static bool Parses(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ChatRequest RandomRequest(Random random)
    {
        var request = random.Next(3) == 0 ? Wires.Q1(Surface.Messages) : Wires.Plain((ChatRole.User, "Hi \"\\ \u2028"));
        request.Stream = random.Next(2) == 0;
        request.MaxOutputTokens = random.Next(2) == 0 ? null : random.Next(1000);
        request.Temperature = random.Next(2) == 0 ? null : random.NextDouble();
        request.Seed = random.Next(2) == 0 ? null : random.Next();
        request.Reasoning = random.Next(2) == 0 ? null : new ReasoningRequest { Effort = random.Next(2) == 0 ? "high" : null, BudgetTokens = random.Next(3) };
        request.Format = random.Next(2) == 0 ? null : new AnswerFormat { Kind = (AnswerFormatKind)random.Next(3) };
        request.ToolChoice = random.Next(2) == 0 ? null : new ToolChoice((ToolChoiceMode)random.Next(4), "get_weather");
        for (var i = random.Next(4); i > 0; i--)
        {
            request.Messages.Add(Wires.Message((ChatRole)random.Next(4), RandomPart(random), RandomPart(random)));
        }

        return request;
    }

    private static ContentPart RandomPart(Random random) => random.Next(9) switch
    {
        0 => new ThinkingPart("t", "sig"),
        1 => new RefusalPart("no"),
        2 => new ToolCallPart("c", "f", "{broken"),
        3 => new ToolCallPart("c2", "g", """{"a":1}"""),
        4 => new ImagePart(MediaSource.FromUrl("https://h/i.png")),
        5 => new DocumentPart(MediaSource.FromText("d")),
        6 => new OpaquePart(Surface.Messages, "x", Wires.Json("{}")),
        7 => new RedactedThinkingPart("r"),
        _ => new TextPart("text"),
    };
}
