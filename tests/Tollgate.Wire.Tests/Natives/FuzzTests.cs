using System.Text;
using System.Text.Json;
using Tollgate.Wire.Cohere;
using Tollgate.Wire.Hub;
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
