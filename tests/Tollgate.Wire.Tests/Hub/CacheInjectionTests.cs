using System.Collections.Immutable;
using System.Text;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Tests.Gemini;

namespace Tollgate.Wire.Tests.Hub;

public class CacheInjectionTests
{
    private const string Mark = "\"cache_control\":{\"type\":\"ephemeral\"}";

    [Theory]
    [InlineData("""[{"location":"message","role":"system"}]""", 0)]
    [InlineData("""[{"location":"message","index":-1}]""", 3)]
    [InlineData("""[{"location":"message","index":"1"}]""", 1)]
    [InlineData("""[{"location":"message","role":"user"}]""", 1, 3)]
    [InlineData("""[{"location":"message","role":"user","index":2}]""", 2)]
    [InlineData("""[{"location":"message","index":9},{"location":"message","index":-9},{"location":"elsewhere"},{"location":"message"},5]""")]
    public void MessagesThatAreMeant_AreMarked(string points, params int[] expected)
    {
        var request = new ChatCodec().Read("""
            {"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}
            """);
        CacheInjection.Apply(request, Points(points));
        request.Messages.Select(static (message, at) => message.Parts[0].Cache is null ? -1 : at).Where(static at => at >= 0).ShouldBe(expected);
    }

    [Fact]
    public void NoMoreThanProvidersTake_AreMarkedAndTheLatestCount()
    {
        var messages = string.Join(',', Enumerable.Range(0, 6).Select(static at => $$"""{"role":"user","content":"{{at}}"}"""));
        var request = new ChatCodec().Read($$"""{"messages":[{{messages}}]}""");
        CacheInjection.Apply(request, Points("""[{"location":"message","role":"user"}]"""));
        request.Messages.Select(static message => message.Parts[0].Cache is not null).ShouldBe([false, false, true, true, true, true]);
    }

    [Fact]
    public void TimeAndTools_AreWritten()
    {
        var request = new ChatCodec().Read("""
            {"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}]}
            """);
        CacheInjection.Apply(request, Points("""[{"location":"message","role":"system","control":{"type":"ephemeral","ttl":"1h"}},{"location":"tool_config"}]"""));
        var written = Gem.Json(new MessagesCodec().Write(request));
        written.Member("system"u8)[0].Member("cache_control"u8).GetRawText().ShouldBeJson("""{"type":"ephemeral","ttl":"1h"}""");
        written.Member("tools"u8)[0].Member("cache_control"u8).GetRawText().ShouldBeJson("""{"type":"ephemeral"}""");
    }

    [Theory]
    [InlineData("""{"system":"s","messages":[],"x":1}""", """{"system":[{"type":"text","text":"s",%}],"messages":[],"x":1}""")]
    [InlineData("""{"system":[{"type":"text","text":"s"}],"messages":[]}""", """{"system":[{"type":"text","text":"s",%}],"messages":[]}""")]
    [InlineData(
        """{"messages":[{"role":"assistant","content":[{"type":"text","text":"t"},{"type":"thinking","thinking":"h"}]}]}""",
        """{"messages":[{"role":"assistant","content":[{"type":"text","text":"t",%},{"type":"thinking","thinking":"h"}]}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":""}]}""", null)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"t","cache_control":{"type":"ephemeral"}}]}]}""", null)]
    [InlineData("""{"messages":5}""", null)]
    [InlineData("""{"messages":[5]}""", null)]
    [InlineData("""{"tools":[{"name":"f"}],"messages":[]}""", """{"tools":[{"name":"f",%}],"messages":[]}""")]
    public void BodiesOfAnthropicsClients_AreMarked(string body, string? expected)
    {
        var marked = CacheInjection.Apply(Encoding.UTF8.GetBytes(body), Surface.Messages, Points("""
            [{"location":"message","role":"system"},{"location":"message","index":-1},{"location":"tool_config"}]
            """));
        (marked is null ? null : Encoding.UTF8.GetString(marked)).ShouldBe(expected?.Replace("%", Mark, StringComparison.Ordinal));
    }

    [Fact]
    public void BodiesOfChatClients_AreMarked()
        => Encoding.UTF8.GetString(CacheInjection.Apply(
            """{"messages":[{"role":"developer","content":"s"},{"role":"user","content":"a"}]}"""u8.ToArray(), Surface.Chat,
            Points("""[{"location":"message","role":"system"}]"""))!)
            .ShouldBe($$"""{"messages":[{"role":"developer","content":[{"type":"text","text":"s",{{Mark}}}]},{"role":"user","content":"a"}]}""");

    private static ImmutableArray<CachePoint> Points(string json) => CachePoint.ReadAll(Encoding.UTF8.GetBytes(json));
}
