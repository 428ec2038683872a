using System.Text;
using System.Text.Json;
using Tollgate.Tests.Dialects;

namespace Tollgate.Tests.Providers;

/// <summary>Every provider of the catalogue that speaks one of the common dialects: request, whole answer, stream and error, through a started gateway.</summary>
public sealed class ProviderConversationTests(CatalogueGateway catalogue) : IClassFixture<CatalogueGateway>
{
    private const string Question = "Which way is north?";

    public static TheoryData<string> Slugs => [.. CatalogueGateway.Chats.Select(static row => row.Slug)];

    public static TheoryData<string> EmbeddingSlugs => [.. CatalogueGateway.Embeddings.Select(static row => row.Slug)];

    public static TheoryData<string> CompletionSlugs => [.. CatalogueGateway.Completions.Select(static row => row.Slug)];

    [Theory]
    [MemberData(nameof(Slugs))]
    public async Task Conversation_IsTheSameWholeAndStreamed(string slug)
    {
        var whole = Seen.Whole("chat", await CallAsync(slug, stream: false));
        var path = catalogue.Upstream.LastPath;
        var body = catalogue.Upstream.LastBody;
        body.ShouldContain(Question);
        (path + body).ShouldContain("up");
        catalogue.Upstream.LastHeaders.ShouldContain(CatalogueGateway.KeyOf(slug), Case.Sensitive, "the provider's key is sent");
        catalogue.Upstream.LastHeaders.ShouldNotContain("sk-catalogue-master");

        whole.Text.ShouldBe(DialectUpstream.Text);
        whole.Tool.ShouldBe(DialectUpstream.Tool);
        whole.Arguments.Replace(" ", "", StringComparison.Ordinal).ShouldBe(DialectUpstream.Arguments);
        (whole.Input, whole.Output).ShouldBe((DialectUpstream.Input, DialectUpstream.Output));

        var streamed = Seen.Stream("chat", await CallAsync(slug, stream: true));
        streamed.Normalized().ShouldBe(whole.Normalized());
    }

    [Theory]
    [MemberData(nameof(Slugs))]
    public async Task Refusal_KeepsStatusMessageAndWhenToComeBack(string slug)
    {
        using var response = await SendAsync(slug, DialectUpstream.Refuse, stream: false);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(429, text);
        text.ShouldContain("Slow down.");
        text.ShouldContain("litellm.RateLimitError: ");
        text.ShouldContain("\"code\":\"429\"");
        response.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBe(7);
    }

    [Theory]
    [MemberData(nameof(EmbeddingSlugs))]
    public async Task Embedding_ComesWithItsUsage(string slug)
    {
        var text = await PostAsync("/v1/embeddings", $$"""{"model":"{{slug}}","input":"{{Question}}"}""");
        catalogue.Upstream.LastBody.ShouldContain(Question);
        catalogue.Upstream.LastHeaders.ShouldContain(CatalogueGateway.KeyOf(slug));
        using var answer = JsonDocument.Parse(text);
        answer.RootElement.GetProperty("data")[0].GetProperty("embedding").GetArrayLength().ShouldBe(2);
        answer.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(4);
    }

    [Theory]
    [MemberData(nameof(CompletionSlugs))]
    public async Task Completion_IsTheSameWholeAndStreamed(string slug)
    {
        var whole = await PostAsync("/v1/completions", $$"""{"model":"{{slug}}","prompt":"{{Question}}"}""");
        catalogue.Upstream.LastBody.ShouldContain(Question);
        catalogue.Upstream.LastHeaders.ShouldContain(CatalogueGateway.KeyOf(slug));
        whole.ShouldContain("\"text\":\" north.\"");
        whole.ShouldContain("\"completion_tokens\":2");
        var streamed = await PostAsync("/v1/completions", $$"""{"model":"{{slug}}","prompt":"{{Question}}","stream":true,"stream_options":{"include_usage":true} }""");
        streamed.ShouldContain("\"text\":\" nor\"");
        streamed.ShouldContain("\"completion_tokens\":2");
        streamed.ShouldEndWith("data: [DONE]\n\n");
    }

    private async Task<string> PostAsync(string path, string body)
    {
        using var response = await catalogue.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, $"{text}\nupstream got {catalogue.Upstream.LastPath}: {catalogue.Upstream.LastBody}");
        return text;
    }

    private async Task<string> CallAsync(string slug, bool stream)
    {
        using var response = await SendAsync(slug, Question, stream);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, $"{text}\nupstream got {catalogue.Upstream.LastPath}: {catalogue.Upstream.LastBody}");
        return text;
    }

    private Task<HttpResponseMessage> SendAsync(string slug, string prompt, bool stream)
    {
        var body = $$"""
            {"model":"{{slug}}","stream":{{(stream ? "true" : "false")}},"stream_options":{{(stream ? """{"include_usage":true}""" : "null")}},"max_tokens":50,
             "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"{{prompt}}"}],
             "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"} } } } }]}
            """;
        return catalogue.Http.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"));
    }
}
