using System.Collections.Frozen;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Tests;

/// <summary>Where searches of the web and of vector stores go, and with which key.</summary>
public sealed class LookupConnectionTests
{
    [Theory]
    [InlineData("perplexity/search", "https://api.perplexity.ai/search", "Authorization", "Bearer sk-own")]
    [InlineData("tavily/search", "https://api.tavily.com/search", "Authorization", "Bearer sk-own")]
    [InlineData("exa_ai/search", "https://api.exa.ai/search", "x-api-key", "sk-own")]
    [InlineData("brave/search", "https://api.search.brave.com/res/v1/web/search", "X-Subscription-Token", "sk-own")]
    [InlineData("parallel_ai/search", "https://api.parallel.ai/v1beta/search", "x-api-key", "sk-own")]
    [InlineData("google_pse/search", "https://www.googleapis.com/customsearch/v1", "x-goog-api-key", "sk-own")]
    [InlineData("dataforseo/search", "https://api.dataforseo.com/v3/serp/google/organic/live/advanced", "Authorization", "Basic c2stb3du")]
    [InlineData("firecrawl/search", "https://api.firecrawl.dev/v2/search", "Authorization", "Bearer sk-own")]
    [InlineData("linkup/search", "https://api.linkup.so/v1/search", "Authorization", "Bearer sk-own")]
    [InlineData("serper/search", "https://google.serper.dev/search", "X-API-KEY", "sk-own")]
    [InlineData("searchapi/search", "https://www.searchapi.io/api/v1/search", "Authorization", "Bearer sk-own")]
    [InlineData("duckduckgo/search", "https://api.duckduckgo.com/", null, null)]
    [InlineData("you_com/search", "https://ydc-index.io/v1/search", "X-API-Key", "sk-own")]
    [InlineData("tinyfish/search", "https://api.search.tinyfish.ai/", "X-API-Key", "sk-own")]
    [InlineData("nimble/search", "https://sdk.nimbleway.com/v1/search", "Authorization", "Bearer sk-own")]
    [InlineData("fastcrw/search", "https://fastcrw.com/api/v1/search", "Authorization", "Bearer sk-own")]
    [InlineData("apiserpent/search", "https://apiserpent.com/api/search/quick", "X-API-Key", "sk-own")]
    public async Task Search_GoesToTheProvider(string model, string address, string? header, string? value)
    {
        var connection = Search(model, ("GOOGLE_PSE_ENGINE_ID", "engine"));

        connection.UrlOf(Surface.Search).ShouldBe(address);
        var (headers, fault) = await connection.AuthorizeAsync();
        fault.ShouldBeNull();
        if (header is null)
        {
            headers.Keys.ShouldNotContain("Authorization");
        }
        else
        {
            headers[header].ShouldBe(value);
        }
    }

    [Fact]
    public void ServerOfOnesOwn_SearchesBelowItsBase()
    {
        Search("searxng/search", change: deployment => deployment with { ApiBase = "http://own:8080" }).UrlOf(Surface.Search)
            .ShouldBe("http://own:8080/search");
        Search("searxng/search", change: deployment => deployment with { ApiBase = "http://own:8080/search" }).UrlOf(Surface.Search)
            .ShouldBe("http://own:8080/search");
        Search("searxng/search").EndpointFor(Surface.Search).Fault!.Message.ShouldContain("api_base is required");
    }

    [Fact]
    public async Task WhatIsMissing_IsSaid()
    {
        Search("google_pse/search").EndpointFor(Surface.Search).Fault!.Message.ShouldContain("GOOGLE_PSE_ENGINE_ID");
        Search("openai/search").EndpointFor(Surface.Search).Fault!.Message.ShouldContain("does not serve /v1/search");
        (await Search("dataforseo/search", change: static deployment => deployment with { ApiKey = null }).AuthorizeAsync()).Fault!.Message
            .ShouldContain("DATAFORSEO_LOGIN and DATAFORSEO_PASSWORD");
    }

    [Fact]
    public async Task LoginAndPassword_ComeFromTheEnvironment()
        => (await Search(
            "dataforseo/search", [("DATAFORSEO_LOGIN", "l"), ("DATAFORSEO_PASSWORD", "p")], static deployment => deployment with { ApiKey = null })
            .AuthorizeAsync()).Headers["Authorization"].ShouldBe("Basic " + Convert.ToBase64String("l:p"u8));

    [Fact]
    public void ParametersOfTheTool_CountWhereTheClientSendsNone()
    {
        var connection = Search("tavily/search", change: static deployment => deployment with
        {
            DefaultParams = [new JsonMember("search_depth", Encoding.UTF8.GetBytes("\"advanced\"")), new JsonMember("topic", Encoding.UTF8.GetBytes("\"news\""))],
        });

        connection.Rewrite("""{"query":"q","topic":"finance"}""", surface: Surface.Search)
            .ShouldBe("""{"query":"q","topic":"finance","search_depth":"advanced"}""");
    }

    [Theory]
    [InlineData("bedrock/vector_store", "KB 1", "https://bedrock-agent-runtime.eu-west-1.amazonaws.com/knowledgebases/KB%201/retrieve")]
    [InlineData("s3_vectors/vector_store", "b:i", "https://s3vectors.eu-west-1.api.aws/QueryVectors")]
    [InlineData("vertex_ai/vector_store", "7", "https://europe-west1-aiplatform.googleapis.com/v1beta1/projects/p/locations/europe-west1:retrieveContexts")]
    [InlineData("vertex_ai/search_api", "ds", "https://europe-west1-discoveryengine.googleapis.com/v1/projects/p/locations/europe-west1/collections/default_collection/dataStores/ds/servingConfigs/default_config:search")]
    [InlineData("gemini/vector_store", "s", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent")]
    [InlineData("gemini/gemini-3-flash", "s", "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash:generateContent")]
    [InlineData("azure_ai/vector_store", "idx", "https://svc.search.windows.net/indexes/idx/docs/search?api-version=2024-07-01")]
    [InlineData("openai/vector_store", "vs_1", "https://api.openai.com/v1/vector_stores/vs_1/search")]
    public void Store_IsWhereItsProviderKeepsIt(string model, string store, string address) => Store(model, store).UrlOf(Surface.VectorSearch).ShouldBe(address);

    [Theory]
    [InlineData("milvus/vector_store", "books", "http://own:1", "http://own:1/v2/vectordb/entities/search")]
    [InlineData("pg_vector/vector_store", "vs", "http://own:1", "http://own:1/v1/vector_stores/vs/search")]
    [InlineData("pg_vector/vector_store", "vs", "http://own:1/v1", "http://own:1/v1/vector_stores/vs/search")]
    [InlineData("azure/vector_store", "vs", "https://r.openai.azure.com", "https://r.openai.azure.com/openai/vector_stores/vs/search?api-version=2025-01-01")]
    public void StoreOfOnesOwn_IsBelowItsBase(string model, string store, string apiBase, string address)
        => Store(model, store, deployment => deployment with { ApiBase = apiBase, ApiVersion = model.StartsWith("azure/", StringComparison.Ordinal) ? "2025-01-01" : null })
            .UrlOf(Surface.VectorSearch).ShouldBe(address);

    [Fact]
    public async Task Store_TakesItsProvidersKey()
    {
        (await Store("azure_ai/vector_store", "i").AuthorizeAsync()).Headers["api-key"].ShouldBe("sk-own");
        (await Store("gemini/vector_store", "i").AuthorizeAsync()).Headers["x-goog-api-key"].ShouldBe("sk-own");
    }

    [Fact]
    public void StoreThatCannotBeSearched_SaysSo()
        => Store("mongodb/vector_store", "x").EndpointFor(Surface.VectorSearch).Fault!.Message.ShouldContain("does not serve");

    private static IUpstreamConnection Search(
        string model, (string, string) environment, Func<DeploymentConfig, DeploymentConfig>? change = null) => Search(model, [environment], change);

    private static IUpstreamConnection Search(
        string model, (string, string)[]? environment = null, Func<DeploymentConfig, DeploymentConfig>? change = null)
        => Providers.Connect(
            model, deployment => (change?.Invoke(deployment) ?? deployment) with { Info = new DeploymentInfo { Mode = "search" } },
            Providers.Config(environment ?? []));

    private static IUpstreamConnection Store(string model, string store, Func<DeploymentConfig, DeploymentConfig>? change = null)
        => Providers.Connect(model, deployment => (change?.Invoke(deployment) ?? deployment) with
        {
            ModelGroup = store,
            Info = new DeploymentInfo { Mode = "vector_store" },
            ProviderParams = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["aws_region_name"] = "eu-west-1",
                ["vertex_project"] = "p",
                ["vertex_location"] = "europe-west1",
                ["vertex_credentials"] = "{}",
                ["azure_search_service_name"] = "svc",
            }.ToFrozenDictionary(StringComparer.Ordinal),
        });
}
