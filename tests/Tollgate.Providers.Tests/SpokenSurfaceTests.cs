using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

public sealed class SpokenSurfaceTests
{
    private const string Elsewhere = "https://elsewhere.example/v1";
    private const string Resource = "https://r.openai.azure.com";

    [Theory]
    [InlineData("openai/gpt-4o", null, Surface.Chat, Surface.Chat)]
    [InlineData("openai/gpt-4o", null, Surface.Responses, Surface.Responses)]
    [InlineData("openai/gpt-4o", null, Surface.Messages, Surface.Responses)]
    [InlineData("openai/gpt-4o", null, Surface.GenerateContent, Surface.Chat)]
    [InlineData("openai/gpt-4o", null, Surface.Completions, Surface.Chat)]
    [InlineData("openai/gpt-3.5-turbo-instruct", null, Surface.Completions, Surface.Completions)]
    [InlineData("openai/anything", Elsewhere, Surface.Completions, Surface.Completions)]
    [InlineData("openai/anything", Elsewhere, Surface.Messages, Surface.Chat)]
    [InlineData("openai/anything", Elsewhere, Surface.Responses, Surface.Responses)]
    [InlineData("openai/gpt-5-codex", null, Surface.Chat, Surface.Responses)]
    [InlineData("openai/gpt-5-codex", null, Surface.GenerateContent, Surface.Responses)]
    [InlineData("openai/gpt-5-codex", Elsewhere, Surface.Chat, Surface.Chat)]
    [InlineData("openai/responses/anything", Elsewhere, Surface.Chat, Surface.Responses)]
    [InlineData("openai/chat_completions/gpt-5-codex", null, Surface.Chat, Surface.Chat)]
    [InlineData("azure/responses/dep", Resource, Surface.Chat, Surface.Responses)]
    [InlineData("azure/dep", Resource, Surface.Messages, Surface.Responses)]
    [InlineData("groq/llama", null, Surface.Responses, Surface.Responses)]
    [InlineData("groq/llama", null, Surface.Completions, Surface.Chat)]
    [InlineData("deepseek/deepseek-chat", null, Surface.Responses, Surface.Chat)]
    public void Surface_ByModelAndHost(string model, string? apiBase, Surface called, Surface spoken)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase }).SpokenFor(called).ShouldBe(spoken);

    [Theory]
    [InlineData("""{"reasoning_effort":{"effort":"low","summary":"auto"}}""", "openai/gpt-5", Surface.Responses)]
    [InlineData("""{"reasoning_effort":"low"}""", "openai/gpt-5", Surface.Chat)]
    [InlineData("""{"tools":[{"type":"function"},{"type":"web_search"}]}""", "openai/gpt-4o", Surface.Responses)]
    [InlineData("""{"tools":[{"type":"function"}]}""", "openai/gpt-4o", Surface.Chat)]
    [InlineData("""{"tools":[{"type":"function"}],"reasoning_effort":"low"}""", "openai/gpt-5.4", Surface.Responses)]
    [InlineData("""{"tools":[{"type":"function"}],"reasoning_effort":"none"}""", "openai/gpt-5.4", Surface.Chat)]
    [InlineData("""{"tools":[{"type":"function"}],"reasoning_effort":"low"}""", "openai/gpt-5.1", Surface.Chat)]
    [InlineData("""{"tools":[{"type":"web_search"}]}""", "openai/chat_completions/gpt-4o", Surface.Chat)]
    [InlineData("""{"tools":5,"reasoning_effort":[]}""", "openai/gpt-4o", Surface.Chat)]
    public void Surface_ByWhatACallAsksFor(string body, string model, Surface spoken)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members);
        Providers.Connect(model).SpokenFor(new UpstreamRequest(json, members, Surface.Chat, false, RequestPolicy.Default, null)).ShouldBe(spoken);
    }

    [Fact]
    public void Operator_Decides()
    {
        Providers.Connect("openai/gpt-4o", static deployment => deployment with { UseChatCompletionsApi = true })
            .SpokenFor(Surface.Responses).ShouldBe(Surface.Chat);
        Providers.Connect("openai/own", static deployment => deployment with { ApiBase = Elsewhere, Info = new DeploymentInfo { Mode = "responses" } })
            .SpokenFor(Surface.Chat).ShouldBe(Surface.Responses);
        var all = Providers.Config() with { Models = new ModelSettings { RouteAllChatToResponses = true, MessagesOverChat = true } };
        Providers.Connect("openai/gpt-4o", config: all).SpokenFor(Surface.Chat).ShouldBe(Surface.Responses);
        var chat = Providers.Config() with { Models = new ModelSettings { MessagesOverChat = true } };
        Providers.Connect("openai/gpt-4o", config: chat).SpokenFor(Surface.Messages).ShouldBe(Surface.Chat);
    }

    [Theory]
    [InlineData(Resource, null, "/openai/v1/responses?api-version=preview")]
    [InlineData(Resource, "2025-04-01-preview", "/openai/responses?api-version=2025-04-01-preview")]
    [InlineData(Resource, "v1", "/openai/v1/responses")]
    [InlineData(Resource + "/openai/v1/", null, "/openai/v1/responses?api-version=preview")]
    [InlineData(Resource + "/openai/deployments/dep/chat/completions", "2025-04-01-preview", "/openai/responses?api-version=2025-04-01-preview")]
    [InlineData(Resource + "/openai/responses?api-version=x", null, "/openai/v1/responses?api-version=x")]
    public void Responses_LiveBesideTheDeploymentsOfAzure(string apiBase, string? version, string expected)
        => Providers.Connect("azure/dep", deployment => deployment with { ApiBase = apiBase, ApiVersion = version })
            .UrlOf(Surface.Responses).ShouldBe(Resource + expected);

    [Fact]
    public void Responses_GetDefaultsInTheirOwnWords()
    {
        var connection = Providers.Connect("openai/gpt-5", static deployment => deployment with
        {
            DefaultParams = [Member("max_tokens", "50"), Member("reasoning_effort", "\"low\""), Member("stop", "\"x\""), Member("truncation", "\"auto\"")],
        });
        connection.Rewrite("""{"model":"m","input":"x","metadata":{"a":"b"},"stream":true}""", stream: true, Surface.Responses).ShouldBe(
            """{"model":"gpt-5","input":"x","metadata":{"a":"b"},"stream":true,"max_output_tokens":50,"reasoning":{"effort":"low"},"truncation":"auto"}""");
    }

    private static JsonMember Member(string name, string json) => new(name, Encoding.UTF8.GetBytes(json));
}
