using System.Text;
using System.Text.Json;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Anthropic;

public sealed class ForeignBlocksTests
{
    private const string Found =
        """{"type":"search_result","source":"https://a.example/","title":"Tolls","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}""";

    private const string Chunks =
        """{"type":"document","title":"Rates","source":{"type":"content","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}""";

    [Fact]
    public void PassagesAndChunks_AreSaidInText()
    {
        var parts = Read(Surface.Messages, Surface.Chat, Found, Chunks);
        parts[0].ShouldBe(new TextPart("Tolls\nhttps://a.example/\none\ntwo"));
        var document = parts[1].ShouldBeOfType<DocumentPart>();
        (document.Title, document.Source.Text).ShouldBe(("Rates", "a\nb"));
    }

    [Fact]
    public void PassagesInAResult_AreSaidInText()
    {
        var parts = Read(Surface.Messages, Surface.GenerateContent, $$"""{"type":"tool_result","tool_use_id":"t1","content":[{{Found}}]}""");
        parts.ShouldHaveSingleItem().ShouldBeOfType<ToolResultPart>().Content.ShouldHaveSingleItem().ShouldBeOfType<TextPart>().Text.ShouldEndWith("two");
    }

    [Fact]
    public void OwnDialect_GetsThemAsTheyAre()
        => Read(Surface.Messages, Surface.Messages, Found, Chunks).ShouldAllBe(static part => part is OpaquePart);

    [Fact]
    public void UnknownBlocks_StayWhatTheyAre()
        => Read(Surface.Messages, Surface.Chat, """{"type":"hologram"}""").ShouldHaveSingleItem().ShouldBeOfType<OpaquePart>();

    [Fact]
    public void BlocksOfChatClients_ReachOtherModels()
    {
        var parts = Read(
            Surface.Chat, Surface.GenerateContent,
            """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}""",
            """{"type":"document","title":"Rates","source":{"type":"text","media_type":"text/plain","data":"free"}}""");
        parts[0].ShouldBeOfType<ImagePart>().Source.MediaType.ShouldBe("image/png");
        parts[1].ShouldBeOfType<DocumentPart>().Source.Text.ShouldBe("free");
    }

    private static IList<ContentPart> Read(Surface client, Surface upstream, params string[] blocks)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{{string.Join(',', blocks)}}]}]}""");
        var request = Dialects.Of(client)!.ReadRequest(JsonDocument.Parse(body).RootElement, body);
        ForeignBlocks.Spell(request, upstream, body);
        return request.Messages.SelectMany(static message => message.Parts).ToList();
    }
}
