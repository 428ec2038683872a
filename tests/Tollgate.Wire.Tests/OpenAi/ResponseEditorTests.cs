using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

public class ResponseEditorTests
{
    private const string Whole =
        """{"id":"c1","object":"chat.completion","created":5,"model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""";

    private readonly ResponseEditor _editor = new();

    [Fact]
    public void WholeAnswer_IsLeftAlone()
    {
        Read(Whole).ShouldBe(Whole);
        _editor.Edits.Count.ShouldBe(0);
        _editor.UsageEstimated.ShouldBeFalse();
        _editor.Usage.ShouldBe(new TokenUsage(9, 2, 11, 0, 0));
    }

    [Fact]
    public void ForeignModel_IsRestamped() => Read(Whole.Replace("\"gpt\"", "\"gpt-4o-2024\"")).ShouldBe(Whole);

    [Theory]
    [InlineData(Surface.Chat, "chat.completion", "chatcmpl-")]
    [InlineData(Surface.Completions, "text_completion", "cmpl-")]
    public void MissingMembers_AreAdded(Surface surface, string kind, string idPrefix)
    {
        var root = Parse(Read("""{"choices":[{"text":"abcd","message":{"content":"abcd"}}],"extra":true}""", surface));
        root.GetProperty("id").GetString()!.ShouldStartWith(idPrefix);
        root.GetProperty("object").GetString().ShouldBe(kind);
        root.GetProperty("created").GetInt64().ShouldBe(1700000000);
        root.GetProperty("model").GetString().ShouldBe("gpt");
        root.GetProperty("extra").GetBoolean().ShouldBeTrue();
        var usage = root.GetProperty("usage");
        usage.GetProperty("prompt_tokens").GetInt64().ShouldBe(100);
        usage.GetProperty("completion_tokens").GetInt64().ShouldBeGreaterThan(0);
        usage.GetProperty("total_tokens").GetInt64().ShouldBe(100 + usage.GetProperty("completion_tokens").GetInt64());
        _editor.UsageEstimated.ShouldBeTrue();
        _editor.Usage.TotalTokens.ShouldBe(usage.GetProperty("total_tokens").GetInt64());
    }

    [Fact]
    public void OnlyWhatIsMissing_IsAdded()
    {
        var text = Read("""{"choices":[{"message":{}}],"id":"own","model":"x","usage":{"prompt_tokens":1,"completion_tokens":2} }""")!;
        text.ShouldBe(
            """{"choices":[{"message":{}}],"id":"own","model":"gpt","usage":{"prompt_tokens":1,"completion_tokens":2} ,"object":"chat.completion","created":1700000000}""");
        _editor.Usage.TotalTokens.ShouldBe(3);
    }

    [Fact]
    public void NullUsage_IsReplacedByTheEstimate()
    {
        Read("""{"id":"c","object":"o","created":1,"usage":null,"model":"x","choices":[{"message":{"content":"abcd"}}]}""").ShouldBe(
            """{"id":"c","object":"o","created":1,"usage":{"prompt_tokens":100,"completion_tokens":8,"total_tokens":108},"model":"gpt","choices":[{"message":{"content":"abcd"}}]}""");
        _editor.UsageEstimated.ShouldBeTrue();
    }

    [Fact]
    public void EmbeddingsAnswer_NeedsNoIdAndNoCreated()
    {
        var root = Parse(Read("""{"data":[{"index":0,"embedding":[0.1,0.2]}]}""", Surface.Embeddings));
        root.TryGetProperty("id", out _).ShouldBeFalse();
        root.TryGetProperty("created", out _).ShouldBeFalse();
        root.GetProperty("object").GetString().ShouldBe("list");
        root.GetProperty("model").GetString().ShouldBe("gpt");
        root.GetProperty("usage").EnumerateObject().Select(static member => member.Name).ShouldBe(["prompt_tokens", "total_tokens"]);
        _editor.Usage.ShouldBe(new TokenUsage(100, 0, 100, 0, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("<html></html>")]
    [InlineData("{\"id\":\"x\"")]
    [InlineData("{}")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":[ ]}""")]
    [InlineData("""{"choices":null}""")]
    [InlineData("""{"choices":{}}""")]
    [InlineData("""{"data":[1]}""")]
    public void AnswerWithoutChoices_IsMalformed(string answer) => Verdict(answer, Surface.Chat).ShouldBe(ResponseVerdict.Malformed);

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"choices":[{}]}""")]
    public void EmbeddingsWithoutData_IsMalformed(string answer) => Verdict(answer, Surface.Embeddings).ShouldBe(ResponseVerdict.Malformed);

    [Theory]
    [InlineData("""{"error":{"message":"x"}}""", ResponseVerdict.Error)]
    [InlineData("""{"error":"x","choices":[{}]}""", ResponseVerdict.Error)]
    [InlineData("""{"error":null,"choices":[{}]}""", ResponseVerdict.Good)]
    [InlineData("""{"error":false,"choices":[{}]}""", ResponseVerdict.Good)]
    public void ErrorUnderStatus200_IsNoticed(string answer, ResponseVerdict verdict) => Verdict(answer, Surface.Chat).ShouldBe(verdict);

    [Fact]
    public void SecondAnswer_IsReadAfresh()
    {
        Read("""{"choices":[{}]}""");
        Read(Whole).ShouldBe(Whole);
        _editor.UsageEstimated.ShouldBeFalse();
        Verdict("nonsense", Surface.Chat).ShouldBe(ResponseVerdict.Malformed);
        _editor.Edits.Count.ShouldBe(0);
    }

    private ResponseVerdict Verdict(string answer, Surface surface) => _editor.Read(Encoding.UTF8.GetBytes(answer), View(surface));

    private string Read(string answer, Surface surface = Surface.Chat)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        _editor.Read(bytes, View(surface)).ShouldBe(ResponseVerdict.Good);
        var output = new ArrayBufferWriter<byte>();
        _editor.Edits.WriteTo(bytes, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ResponseView View(Surface surface) => new(surface, "\"gpt\""u8.ToArray(), ResponseRules.Identity, 1700000000, 400);

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;
}
