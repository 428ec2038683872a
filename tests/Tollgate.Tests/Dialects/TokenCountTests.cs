using System.Text;
using System.Text.Json;

namespace Tollgate.Tests.Dialects;

/// <summary>Whoever counts the tokens of its prompts is asked, whichever dialect the question came in.</summary>
public sealed class TokenCountTests : IAsyncLifetime
{
    private DialectGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await DialectGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("messages", "messages", 41)]
    [InlineData("messages", "generate", 42)]
    [InlineData("messages", "converse", 43)]
    [InlineData("messages", "vertex", 42)]
    [InlineData("messages", "invoke", 43)]
    [InlineData("generate", "messages", 41)]
    [InlineData("generate", "generate", 42)]
    [InlineData("generate", "converse", 43)]
    [InlineData("generate", "vertex", 42)]
    [InlineData("generate", "invoke", 43)]
    public async Task Provider_Counts(string client, string upstream, int expected)
    {
        var answer = await CountAsync(client, upstream);
        if (client is "messages")
        {
            answer.GetProperty("input_tokens").GetInt32().ShouldBe(expected);
        }
        else
        {
            answer.GetProperty("totalTokens").GetInt32().ShouldBe(expected);
            answer.GetProperty("promptTokensDetails")[0].GetProperty("tokenCount").GetInt32().ShouldBe(expected);
        }

        var sent = JsonDocument.Parse(_gateway.Upstream.LastBody).RootElement;
        Prompt(sent).ShouldContain(Conversation.Question, Case.Sensitive, _gateway.Upstream.LastBody);
        sent.TryGetProperty("max_tokens", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("messages", "chat")]
    [InlineData("generate", "ollama")]
    public async Task EstimateStandsIn_WhereNobodyCounts(string client, string upstream)
        => (await CountAsync(client, upstream)).GetProperty(client is "messages" ? "input_tokens" : "totalTokens").GetInt32().ShouldBeGreaterThan(10);

    [Fact]
    public async Task VertexIsAskedWithThePromptAlone()
    {
        await CountAsync("messages", "vertex");
        _gateway.Upstream.LastPath.ShouldBe("/v1/publishers/google/models/gemini-up:countTokens");
        var sent = JsonDocument.Parse(_gateway.Upstream.LastBody).RootElement;
        sent.TryGetProperty("contents", out _).ShouldBeTrue(_gateway.Upstream.LastBody);
        sent.TryGetProperty("generateContentRequest", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task InvokeModelIsAskedWithTheFinishedBody()
    {
        await CountAsync("messages", "invoke");
        _gateway.Upstream.LastPath.ShouldBe("/model/anthropic.claude-up/count-tokens");
        var sent = JsonDocument.Parse(_gateway.Upstream.LastBody).RootElement;
        var body = JsonDocument.Parse(sent.GetProperty("input").GetProperty("invokeModel").GetProperty("body").GetBytesFromBase64()).RootElement;
        body.GetProperty("anthropic_version").GetString().ShouldBe("bedrock-2023-05-31");
        body.TryGetProperty("model", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task RequestInAMember_IsCountedToo()
    {
        var answer = await PostAsync("/v1beta/models/to-generate:countTokens", $$"""{"generateContentRequest":{{Conversation.GenerateContent()}}}""");
        answer.GetProperty("totalTokens").GetInt32().ShouldBe(42);
        _gateway.Upstream.LastBody.ShouldStartWith("""{"generateContentRequest":{"model":"models/up","systemInstruction":""");
    }

    private Task<JsonElement> CountAsync(string client, string upstream) => client is "messages"
        ? PostAsync("/v1/messages/count_tokens", Conversation.Messages("to-" + upstream, stream: false))
        : PostAsync($"/v1beta/models/to-{upstream}:countTokens", Conversation.GenerateContent());

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _gateway.Http.PostAsync(path, content);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The prompt in a question; one that is a whole body is in base64.</summary>
    private static string Prompt(JsonElement sent)
        => sent.TryGetProperty("input", out var input) && input.TryGetProperty("invokeModel", out var invoke)
            ? Encoding.UTF8.GetString(invoke.GetProperty("body").GetBytesFromBase64()) : sent.GetRawText();
}
