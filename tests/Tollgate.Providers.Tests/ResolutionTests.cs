using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests;

public sealed class ResolutionTests
{
    [Theory]
    // Rule 1
    [InlineData("azure/command-a-03-2025", null, null, "openai", "command-a-03-2025")]
    [InlineData("azure/mistral-large-2411", null, null, "openai", "mistral-large-2411")]
    [InlineData("azure/gpt-4o", null, null, "azure", "gpt-4o")]
    [InlineData("azure/my-deployment", null, null, "azure", "my-deployment")]
    // Rule 2
    [InlineData("cohere/command-r-plus", null, null, "cohere_chat", "command-r-plus")]
    [InlineData("cohere/embed-english-v3.0", null, null, "cohere", "embed-english-v3.0")]
    [InlineData("anthropic/claude-2.1", null, null, "anthropic_text", "claude-2.1")]
    [InlineData("anthropic/claude-instant-1", null, null, "anthropic_text", "claude-instant-1")]
    [InlineData("anthropic/claude-sonnet-4-5", null, null, "anthropic", "claude-sonnet-4-5")]
    // Rule 3
    [InlineData("org/model", "groq", null, "groq", "org/model")]
    [InlineData("groq/model", "groq", null, "groq", "model")]
    [InlineData("model", "nobody", null, "nobody", "model")]
    // Rule 4
    [InlineData("openai/gpt-4o", null, null, "openai", "gpt-4o")]
    [InlineData("openrouter/openai/gpt-4o", null, null, "openrouter", "openai/gpt-4o")]
    [InlineData("openai/responses/gpt-5", null, null, "openai", "responses/gpt-5")]
    [InlineData("venice/x", null, null, "veniceai", "x")]
    [InlineData("doubao/x", null, null, "volcengine", "x")]
    [InlineData("azure/gpt-35-turbo-instruct", null, null, "azure_text", "gpt-35-turbo-instruct")]
    [InlineData("bedrock/converse/eu.anthropic.x", null, null, "bedrock", "converse/eu.anthropic.x")]
    [InlineData("cognition/x", null, null, "cognition", "x")]
    [InlineData("openai/*", null, null, "openai", "*")]
    // Rule 5
    [InlineData("llama-3", null, "https://api.groq.com/openai/v1", "groq", "llama-3")]
    [InlineData("x", null, "https://codestral.mistral.ai/v1/fim/completions", "text-completion-codestral", "x")]
    [InlineData("x", null, "https://ollama.com", "ollama", "x")]
    // Rule 6
    [InlineData("whisper-1", null, null, "openai", "whisper-1")]
    [InlineData("embed-english-v3.0", null, null, "cohere", "embed-english-v3.0")]
    [InlineData("amazon.nova-lite-v1:0", null, null, "bedrock", "amazon.nova-lite-v1:0")]
    // Rule 7
    [InlineData("gpt-99-new", null, null, "openai", "gpt-99-new")]
    [InlineData("o3", null, null, "openai", "o3")]
    [InlineData("ft:gpt-4o:org::id", null, null, "openai", "ft:gpt-4o:org::id")]
    [InlineData("claude-new", null, null, "anthropic", "claude-new")]
    [InlineData("gemini-new", null, null, "vertex_ai", "gemini-new")]
    [InlineData("command-new", null, null, "cohere_chat", "command-new")]
    [InlineData(
        "owner/name:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", null, null, "replicate",
        "owner/name:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("*", null, null, "openai", "*")]
    // Rule 8
    [InlineData("local-model", null, "http://host:8080/v1", "openai", "local-model")]
    [InlineData("meta-llama/Llama-3-8b", null, "http://host:8080/v1", "openai", "meta-llama/Llama-3-8b")]
    public void Rules_PlaceTheModel(string model, string? custom, string? apiBase, string slug, string rest)
    {
        var resolved = Providers.Directory.Resolve(model, custom, apiBase);
        resolved.Slug.ShouldBe(slug);
        resolved.Model.ShouldBe(rest);
    }

    [Theory]
    [InlineData("o1zzz")]
    [InlineData("nobody/model")]
    [InlineData("local-model")]
    [InlineData("")]
    [InlineData("/")]
    public void UnknownModel_IsNotGuessed(string model)
    {
        var resolved = Providers.Directory.Resolve(model, null, null);
        resolved.Slug.ShouldBeNull();
        resolved.Notice.ShouldNotBeNull().ShouldStartWith(
            "LLM Provider NOT provided. Pass in the LLM provider you are trying to call. You passed model=" + model);
        var fault = Providers.Connect(model).EndpointFor(Surface.Chat).Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(UpstreamErrorKind.BadRequest);
        fault.Message.ShouldStartWith("LLM Provider NOT provided. ");
    }

    [Fact]
    public void OddNames_AreNoticed()
    {
        Providers.Directory.Resolve("local-model", null, "http://host/v1").Notice.ShouldNotBeNull().ShouldContain("OpenAI-compatible");
        Providers.Directory.Resolve("vllm/x", null, null).ShouldBe(
            new ProviderResolution(
            "hosted_vllm", "x", "'vllm/' runs models in-process, which this gateway does not; treated as 'hosted_vllm/'"));
        Providers.Directory.Resolve("openai/x", null, null).Notice.ShouldBeNull();
    }

    [Theory]
    [InlineData("nvidia_riva/x", "nvidia_riva")]
    [InlineData("cursor/x", "cursor")]
    [InlineData("azure_ai/agents/a1", "azure_ai")]
    public async Task ProviderOfAnotherDialect_IsAClearError(string model, string slug)
    {
        var connection = Providers.Connect(model, static deployment => deployment with { ApiBase = "https://host.example/v1" });
        connection.Provider.ShouldBe(slug);
        foreach (var surface in Enum.GetValues<Surface>())
        {
            var fault = connection.EndpointFor(surface).Fault.ShouldNotBeNull();
            fault.Kind.ShouldBe(UpstreamErrorKind.BadRequest);
            fault.Message.ShouldContain($"the dialect of provider '{slug}'");
        }

        (await connection.AuthorizeAsync()).Fault.ShouldNotBeNull();
        connection.TryRewrite("{}").Fault.ShouldNotBeNull();
    }

    [Fact]
    public void DeadProvider_IsNotFound()
        => Providers.Connect("palm/chat-bison").EndpointFor(Surface.Chat).Fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.NotFound);

    [Fact]
    public void UnknownCustomProvider_IsAClearError()
        => Providers.Connect("m", static deployment => deployment with { CustomProvider = "nobody" }).EndpointFor(Surface.Chat).Fault
            .ShouldNotBeNull().Message.ShouldContain("unknown provider 'nobody'");

    [Fact]
    public void Connecting_DoesNotReadTheModelCatalogue_CallingDoes()
    {
        var catalogue = ProviderCatalogue.Load();
        var directory = new ProviderDirectory(catalogue, TimeProvider.System, NullLoggerFactory.Instance);
        IUpstreamConnection connection = null!;
        foreach (var model in new[] { "openai/gpt-4o", "gpt-4o", "azure/gpt-4o", "hosted_vllm/x/y", "groq/llama", "o3-mini" })
        {
            connection = directory.Connect(
                Providers.Deployment(model) with { ApiBase = "http://host/v1" }, model, Providers.Config());
            connection.Provider.ShouldNotBeEmpty();
        }

        catalogue.Models.IsLoaded.ShouldBeFalse();
        connection.Rewrite("""{"model":"o3-mini","messages":[]}""");
        catalogue.Models.IsLoaded.ShouldBeTrue("o3-mini asks for flags");
    }

    [Fact]
    public void KnownModels_AreListedWithoutPrefix()
    {
        Providers.Directory.KnownModels("groq").ShouldContain("llama-3.3-70b-versatile");
        Providers.Directory.KnownModels("openai").ShouldContain("gpt-4o");
        Providers.Directory.KnownModels("vertex_ai").ShouldNotBeEmpty();
        Providers.Directory.KnownModels("nobody").ShouldBeEmpty();
        Providers.Directory.IsProvider("venice").ShouldBeTrue();
        Providers.Directory.IsProvider("nobody").ShouldBeFalse();
        Providers.Directory.Slugs.Count.ShouldBeGreaterThan(200);
    }
}
