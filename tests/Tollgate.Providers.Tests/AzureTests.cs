using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests;

public sealed class AzureTests
{
    private const string Resource = "https://r.openai.azure.com";

    [Theory]
    [InlineData("azure/gpt", Resource, null, Surface.Chat, "/openai/deployments/gpt/chat/completions?api-version=2024-07-01-preview")]
    [InlineData(
        "azure/gpt", Resource + "/", "2024-02-15-preview", Surface.Chat,
        "/openai/deployments/gpt/chat/completions?api-version=2024-02-15-preview")]
    [InlineData("azure/my dep/x", Resource, "v", Surface.Embeddings, "/openai/deployments/my%20dep%2Fx/embeddings?api-version=v")]
    [InlineData("azure/gpt", Resource, "v", Surface.Completions, "/openai/deployments/gpt/completions?api-version=v")]
    [InlineData("azure/gpt", Resource, "v", Surface.Models, "/openai/models?api-version=v")]
    [InlineData("azure/o_series/gpt", Resource, "v", Surface.Chat, "/openai/deployments/gpt/chat/completions?api-version=v")]
    [InlineData("azure/responses/gpt", Resource, "v", Surface.Chat, "/openai/deployments/gpt/chat/completions?api-version=v")]
    [InlineData(
        "azure/gpt", Resource + "/openai/deployments/other", "v", Surface.Chat, "/openai/deployments/other/chat/completions?api-version=v")]
    [InlineData(
        "azure/gpt", Resource + "/openai/deployments/other/chat/completions", "v", Surface.Chat,
        "/openai/deployments/other/chat/completions?api-version=v")]
    [InlineData(
        "azure/gpt", Resource + "/openai/deployments/other/chat/completions?api-version=w", "v", Surface.Chat,
        "/openai/deployments/other/chat/completions?api-version=w")]
    [InlineData("azure/gpt", Resource + "/openai", "v", Surface.Chat, "/openai/deployments/gpt/chat/completions?api-version=v")]
    [InlineData("azure/gpt", Resource, "v1", Surface.Chat, "/openai/v1/chat/completions")]
    [InlineData("azure/gpt", Resource, "preview", Surface.Chat, "/openai/v1/chat/completions?api-version=preview")]
    [InlineData("azure/gpt", Resource, "latest", Surface.Embeddings, "/openai/v1/embeddings?api-version=latest")]
    [InlineData("azure/gpt", Resource + "/openai/v1/", null, Surface.Chat, "/openai/v1/chat/completions")]
    [InlineData("azure_text/gpt", Resource, "v", Surface.Completions, "/openai/deployments/gpt/completions?api-version=v")]
    [InlineData("azure_ai/gpt-4o", Resource, "v", Surface.Chat, "/openai/deployments/gpt-4o/chat/completions?api-version=v")]
    public void Address_OfAnOpenAiResource(string model, string apiBase, string? version, Surface surface, string expected)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase, ApiVersion = version }).UrlOf(surface).ShouldBe(
            Resource + expected);

    [Theory]
    [InlineData(
        "https://r.services.ai.azure.com", null, Surface.Chat,
        "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview")]
    [InlineData(
        "https://r.services.ai.azure.com/models", "v", Surface.Chat,
        "https://r.services.ai.azure.com/models/chat/completions?api-version=v")]
    [InlineData(
        "https://r.services.ai.azure.com/models/chat/completions?api-version=w", "v", Surface.Chat,
        "https://r.services.ai.azure.com/models/chat/completions?api-version=w")]
    [InlineData(
        "https://r.services.ai.azure.com", "v", Surface.Embeddings, "https://r.services.ai.azure.com/models/embeddings?api-version=v")]
    [InlineData("https://m.eastus.models.ai.azure.com/v1/", null, Surface.Chat, "https://m.eastus.models.ai.azure.com/v1/chat/completions")]
    [InlineData("https://m.inference.ai.azure.com", null, Surface.Embeddings, "https://m.inference.ai.azure.com/embeddings")]
    public void Address_OfFoundry(string apiBase, string? version, Surface surface, string expected)
        => Providers.Connect("azure_ai/model_router/m", deployment => deployment with { ApiBase = apiBase, ApiVersion = version }).UrlOf(
            surface).ShouldBe(expected);

    [Fact]
    public void Cloudflare_NamesTheDeploymentOnly()
        => Providers.Connect(
            "azure/gpt", static deployment
            => deployment with { ApiBase = "https://gateway.ai.cloudflare.com/v1/a/g/azure-openai/r", ApiVersion = "v" })
            .UrlOf().ShouldBe("https://gateway.ai.cloudflare.com/v1/a/g/azure-openai/r/gpt/chat/completions?api-version=v");

    [Fact]
    public void Version_OfTheClient_BeatsDeploymentAndEnvironment()
    {
        var config = Providers.Config(("AZURE_API_VERSION", "from-env"), ("AZURE_API_BASE", Resource));
        var connection = Providers.Connect("azure/gpt", config: config);
        connection.UrlOf().ShouldEndWith("api-version=from-env");
        connection.UrlOf(apiVersion: "2025-01-01").ShouldEndWith("api-version=2025-01-01");
        connection.UrlOf(apiVersion: "v1").ShouldBe(Resource + "/openai/v1/chat/completions");
        connection.EndpointFor(Surface.Chat, "x&y=1").Fault.ShouldNotBeNull();
        connection.EndpointFor(Surface.Chat, "from-env").Uri.ShouldBeSameAs(connection.EndpointFor(Surface.Chat).Uri);
    }

    [Theory]
    [InlineData("azure/gpt", null, "AZURE_API_BASE")]
    [InlineData("azure_ai/gpt", null, "AZURE_AI_API_BASE")]
    [InlineData("azure/..", Resource, "names no deployment")]
    [InlineData("azure/gpt", "r.openai.azure.com", "not an absolute")]
    public void ImpossibleAddress_IsAClearError(string model, string? apiBase, string message)
    {
        var fault = Providers.Connect(model, deployment => deployment with { ApiBase = apiBase }).EndpointFor(
            Surface.Chat).Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(UpstreamErrorKind.BadRequest);
        fault.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("2023-05-15", """{"tool_choice":"required"}""", false)]
    [InlineData("2024-05-01-preview", """{"tool_choice":"required"}""", false)]
    [InlineData("2024-06-01", """{"tool_choice":"required"}""", true)]
    [InlineData("v1", """{"tool_choice":"required"}""", true)]
    [InlineData("2024-05-01-preview", """{"tool_choice":"auto"}""", true)]
    [InlineData("2024-07-01-preview", """{"response_format":{"type":"json_schema"}}""", false)]
    [InlineData("2024-07-01-preview", """{"response_format":{"type":"json_object"}}""", true)]
    [InlineData("2024-08-01-preview", """{"response_format":{"type":"json_schema"}}""", true)]
    public void Gates_GoByVersion(string version, string body, bool passes)
    {
        var connection = Providers.Connect(
            "azure/gpt", static deployment => deployment with { ApiBase = Resource, ApiVersion = "2022-12-01" });
        var fault = connection.TryRewrite(body, apiVersion: version).Fault;
        (fault is null).ShouldBe(passes);
        (fault?.Kind ?? UpstreamErrorKind.UnsupportedParams).ShouldBe(UpstreamErrorKind.UnsupportedParams);
    }

    [Theory]
    [InlineData("2024-08-01-preview", """{"model":"gpt"}""")]
    [InlineData("2024-09-01-preview", """{"model":"gpt","stream_options":{"include_usage":true}}""")]
    [InlineData("preview", """{"model":"gpt","stream_options":{"include_usage":true}}""")]
    public void StreamOptions_AreSentWhereTaken(string version, string expected)
        => Providers.Connect("azure/gpt", deployment => deployment with { ApiBase = Resource, ApiVersion = version }).Rewrite(
            """{"model":"g"}""", stream: true).ShouldBe(expected);

    [Theory]
    [InlineData("azure/dep", "azure/gpt-5", """{"max_tokens":5}""", "max_completion_tokens")]
    [InlineData("azure/dep", "o3-mini", """{"max_tokens":5}""", "max_completion_tokens")]
    [InlineData("azure/o_series/dep", null, """{"max_tokens":5}""", "max_completion_tokens")]
    [InlineData("azure/gpt5_series/dep", null, """{"max_tokens":5}""", "max_completion_tokens")]
    [InlineData("azure/dep", null, """{"max_tokens":5}""", "max_tokens")]
    public void ModelRules_GoByBaseModelOrPrefix(string model, string? baseModel, string body, string name)
    {
        var text = Providers.Connect(
            model, deployment => deployment with { ApiBase = Resource, Info = new DeploymentInfo { BaseModel = baseModel } }).Rewrite(body);
        text.ShouldContain($"\"{name}\":5");
        text.ShouldContain("\"model\":\"dep\"");
    }

    [Fact]
    public void Body_KeepsWhatIsAzuresOwnAndLosesTheVersion()
        => Providers.Connect("azure/gpt", static deployment => deployment with { ApiBase = Resource })
            .Rewrite("""{"data_sources":[{"type":"azure_search"}],"api_version":"2024-09-01","model":"g","user_security_context":{}}""")
            .ShouldBe("""{"data_sources":[{"type":"azure_search"}],"model":"gpt","user_security_context":{}}""");

    [Theory]
    [InlineData("FLUX.1-Kontext-pro", "https://r.services.ai.azure.com", "https://r.services.ai.azure.com/providers/blackforestlabs/v1/flux-kontext-pro?api-version=preview")]
    [InlineData("FLUX-1.1-pro", "https://r.services.ai.azure.com/models", "https://r.services.ai.azure.com/providers/blackforestlabs/v1/flux-pro-1.1?api-version=preview")]
    [InlineData("flux.2-pro", "https://r.services.ai.azure.com/providers/blackforestlabs/v1/flux-2-pro?api-version=x", "https://r.services.ai.azure.com/providers/blackforestlabs/v1/flux-2-pro?api-version=x")]
    public void Flux_IsBelowItsMaker(string model, string apiBase, string expected)
    {
        var connection = Providers.Connect("azure_ai/" + model, deployment => deployment with { ApiBase = apiBase });
        connection.UrlOf(Surface.ImageGenerations).ShouldBe(expected);
        connection.UrlOf(Surface.ImageEdits).ShouldBe(expected);
        connection.EndpointFor(Surface.Speech).Fault.ShouldNotBeNull();
        connection.ShapeFor(Surface.ImageGenerations).ShouldNotBeNull().ReadsAnswers.ShouldBeFalse();
    }

    [Fact]
    public void FoundryBody_IsFlattenedUnlessItHoldsImages()
    {
        var connection = Providers.Connect(
            "azure_ai/m", static deployment => deployment with { ApiBase = "https://h.models.ai.azure.com" });
        connection.Rewrite("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}""").ShouldContain("\"content\":\"a\"");
        connection.Rewrite(
            """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]}]}""").ShouldContain("image_url");
        connection.Response.ThinkTags.ShouldBeTrue();
    }

    [Fact]
    public async Task Key_GoesIntoTheHeaderOfTheHost()
    {
        (await Providers.Connect("azure/m", static deployment => deployment with { ApiBase = Resource }).AuthorizeAsync(
            )).Headers["api-key"].ShouldBe("sk-own");
        var (services, _) = await Providers.Connect(
            "azure_ai/m", static deployment => deployment with { ApiBase = "https://h.services.ai.azure.com" }).AuthorizeAsync();
        services["api-key"].ShouldBe("sk-own");
        services.ShouldNotContainKey("Authorization");
        services["extra-parameters"].ShouldBe("pass-through");
        var (other, _) = await Providers.Connect(
            "azure_ai/m", static deployment => deployment with { ApiBase = "https://h.models.ai.azure.com" }).AuthorizeAsync();
        other["Authorization"].ShouldBe("Bearer sk-own");
    }

    [Theory]
    [InlineData("AZURE_API_KEY")]
    [InlineData("AZURE_OPENAI_API_KEY")]
    public async Task Key_FromTheEnvironment(string variable)
        => (await Providers.Connect(
            "azure/m", static deployment
            => deployment with { ApiBase = Resource, ApiKey = "" }, Providers.Config((variable, "k"))).AuthorizeAsync())
            .Headers["api-key"].ShouldBe("k");

    [Fact]
    public async Task NoCredential_IsAnAuthenticationErrorExceptForClientsThatBringOne()
    {
        var connection = Providers.Connect("azure/m", static deployment => deployment with { ApiBase = Resource, ApiKey = null });
        var (_, fault) = await connection.AuthorizeAsync();
        fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain("Missing credentials");
        var (headers, none) = await connection.AuthorizeAsync("client");
        none.ShouldBeNull();
        headers["api-key"].ShouldBe("client");
    }

    [Fact]
    public async Task ExtraHeaders_MayBeTheOnlyCredential()
        => (await Providers.Connect("azure/m", static deployment => deployment with
        {
            ApiBase = Resource,
            ApiKey = null,
            ExtraHeaders = FrozenDictionary.ToFrozenDictionary(
                [KeyValuePair.Create("Authorization", "Bearer mine")], StringComparer.Ordinal),
        }).AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer mine");
}
