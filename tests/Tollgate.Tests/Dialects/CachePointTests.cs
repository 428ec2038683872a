using System.Text;
using System.Text.Json;

namespace Tollgate.Tests.Dialects;

/// <summary>Places that the operator wants cached are marked for upstreams that are told where to cache, whoever asks.</summary>
public sealed class CachePointTests : IAsyncLifetime
{
    private DialectGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await DialectGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("chat")]
    [InlineData("messages")]
    [InlineData("responses")]
    public async Task Anthropic_GetsBlocksWithMarks(string client)
    {
        var sent = await AskAsync(client, "cached-messages");
        sent.GetProperty("system")[0].GetProperty("cache_control").GetRawText().ShouldBe("""{"type":"ephemeral"}""");
        var last = sent.GetProperty("messages").EnumerateArray().Last().GetProperty("content").EnumerateArray().Last();
        last.GetProperty("text").GetString().ShouldBe(Conversation.Question);
        last.GetProperty("cache_control").GetRawText().ShouldBe("""{"type":"ephemeral","ttl":"1h"}""");
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("messages")]
    public async Task Bedrock_GetsCachePoints(string client)
    {
        var sent = await AskAsync(client, "cached-converse");
        sent.GetProperty("system").EnumerateArray().Last().TryGetProperty("cachePoint", out _).ShouldBeTrue(sent.GetRawText());
        sent.GetProperty("messages").EnumerateArray().Last().GetProperty("content").EnumerateArray().Last().TryGetProperty("cachePoint", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task ChatProviderThatCaches_GetsMarks()
    {
        var sent = await AskAsync("chat", "cached-chat");
        sent.GetProperty("messages")[0].GetProperty("content")[0].GetProperty("cache_control").GetProperty("type").GetString().ShouldBe("ephemeral");
    }

    [Theory]
    [InlineData("chat", "cached-generate")]
    [InlineData("messages", "cached-generate")]
    [InlineData("chat", "cached-openai")]
    public async Task ProviderThatCachesByItself_IsToldNothing(string client, string model)
    {
        var sent = await AskAsync(client, model);
        sent.GetRawText().ShouldNotContain("ephemeral");
        sent.GetRawText().ShouldNotContain("cache_control");
    }

    private async Task<JsonElement> AskAsync(string client, string model)
    {
        var (path, body) = client switch
        {
            "chat" => ("/v1/chat/completions", Conversation.Chat(model, stream: false)),
            "responses" => ("/v1/responses", Conversation.Responses(model, stream: false)),
            _ => ("/v1/messages", Conversation.Messages(model, stream: false)),
        };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _gateway.Http.PostAsync(path, content);
        ((int)response.StatusCode).ShouldBe(200, await response.Content.ReadAsStringAsync());
        response.Headers.Contains("x-tollgate-dropped-params").ShouldBeFalse();
        return JsonDocument.Parse(_gateway.Upstream.LastBody).RootElement;
    }
}
