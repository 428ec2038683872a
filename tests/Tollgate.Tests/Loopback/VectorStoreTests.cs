using System.Text;
using Tollgate.Data.Rows;
using Tollgate.Tests.Configuration;
using Tollgate.Tests.PassThrough;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.Loopback;

/// <summary>Searches of vector stores through a started gateway.</summary>
public sealed class VectorStoreTests
{
    private const string Embedded = """{"object":"list","data":[{"index":0,"embedding":[0.25,-1]}],"usage":{"prompt_tokens":4,"total_tokens":4}}""";

    private const string Hits = """{"value":[{"@search.score":0.9,"id":"1","title":"f.pdf","content":"T"}]}""";

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [InlineData("v1/")]
    [InlineData("")]
    [InlineData("openai/v1/")]
    public async Task Search_MakesAVectorFirst_AndBothArePaid(string prefix)
    {
        await using var api = await StartApiAsync();
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync(prefix + "vector_stores/idx/search", """{"query":"why","max_num_results":2}""");

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("data")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("T");
        api.Last.Target.ShouldBe("/indexes/idx/docs/search?api-version=2024-07-01");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(
            """{"vectorQueries":[{"kind":"vector","vector":[0.25,-1],"fields":"vec","k":2}],"top":2}""");
        api.Last.Header("api-key").ShouldBe("store-key");
        var row = (await gateway.LogAsync(1)).ShouldHaveSingleItem();
        row["call_type"]!.GetValue<string>().ShouldBe("avector_store_search");
        row["spend"]!.GetValue<double>().ShouldBe(0.002 + (4 * 0.001), 1e-9);
        row["total_tokens"]!.GetValue<long>().ShouldBe(4);
        row["custom_llm_provider"]!.GetValue<string>().ShouldBe("azure_ai");
    }

    [Fact]
    public async Task SearchThatFails_HasPaidForItsVector()
    {
        await using var api = await FakeApi.StartAsync((http, seen) => FakeApi.AnswerAsync(
            http, seen.Target.StartsWith("/v1/embeddings", StringComparison.Ordinal) ? Embedded : """{"error":{"code":"","message":"no such index"}}""",
            seen.Target.StartsWith("/v1/embeddings", StringComparison.Ordinal) ? 200 : 404));
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync("v1/vector_stores/idx/search", """{"query":"why"}""");

        answer.Status.ShouldBe(404, answer.Body);
        answer.Error.Message.ShouldContain("Azure_aiException");
        (await gateway.LogAsync(1))[0]["spend"]!.GetValue<double>().ShouldBe(4 * 0.001, 1e-9);
    }

    [Fact]
    public async Task VectorThatCannotBeHad_IsAnErrorOfItsModel()
    {
        await using var api = await FakeApi.StartAsync("""{"error":{"message":"bad key"}}""", 401);
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync("v1/vector_stores/idx/search", """{"query":"why"}""");

        answer.Status.ShouldBe(401, answer.Body);
        answer.Error.Message.ShouldContain("could not be embedded");
        api.Last.Target.ShouldBe("/v1/embeddings");
    }

    [Theory]
    [InlineData("{}", "query")]
    [InlineData("""{"query":1}""", "query")]
    [InlineData("""{"query":"q","max_num_results":0}""", "max_num_results")]
    [InlineData("""{"query":"q","filters":7}""", "filters")]
    public async Task BadRequest_SaysWhatIsWrong(string body, string param)
    {
        await using var api = await StartApiAsync();
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync("v1/vector_stores/idx/search", body);

        (answer.Status, answer.Error.Param).ShouldBe((400, param), answer.Body);
        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task StoreThatNobodyKnows_IsTheDefaultProviders()
    {
        await using var api = await FakeApi.StartAsync("""{"object":"vector_store.search_results.page","data":[]}""");
        await using var gateway = await StartAsync(api);

        (await gateway.PostAsync("v1/vector_stores/vs_other/search", """{"query":"q"}""")).Status.ShouldBe(200);

        api.Last.Target.ShouldBe("/v1/vector_stores/vs_other/search");
        (await gateway.LogAsync(1))[0]["call_type"]!.GetValue<string>().ShouldBe("avector_store_search");
    }

    [Fact]
    public async Task Key_SearchesItsStoresOnly()
    {
        await using var api = await StartApiAsync();
        await using var gateway = await StartAsync(api);
        await gateway.PostAsync("team/new", """{"team_id":"owners"}""").OkAsync();
        var kept = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"object_permission\":{\"vector_stores\":[\"vs_a\"]}"));
        var owner = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"team_id\":\"owners\""));
        var other = ("Authorization", "Bearer " + await gateway.NewKeyAsync());
        const string Body = """{"query":"q"}""";

        (await gateway.PostAsync("v1/vector_stores/idx/search", Body, kept)).Error.Type.ShouldBe("key_vector_store_access_denied");
        (await gateway.GetAsync("v1/vector_stores/vs_b", kept)).Error.Type.ShouldBe("key_vector_store_access_denied");
        (await gateway.PostAsync("v1/vector_stores/owned/search", Body, other)).Status.ShouldBe(403);
        (await gateway.PostAsync("v1/vector_stores/owned/search", Body, owner)).Status.ShouldBe(200);
        (await gateway.PostAsync("v1/vector_stores/idx/search", Body, other)).Status.ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task StoreOfTheDatabase_IsWrittenUsedAndForgotten(DatabaseKind kind)
    {
        await using var api = await StartApiAsync();
        await using var gateway = await StoredGateway.StartAsync(kind, new GatewaySetup { General = "store_model_in_db: true" });
        var made = await gateway.PostAsync(
            "vector_store/new",
            $$$"""{"vector_store_id":"dbx","custom_llm_provider":"azure_ai","vector_store_name":"n","vector_store_metadata":"{\"a\":1}","litellm_params":{"api_base":"{{{api.Address}}}","api_key":"db-store-secret"}}""").OkAsync();
        made.GetProperty("message").GetString().ShouldBe("Vector store dbx created successfully");
        made.GetProperty("vector_store").GetProperty("litellm_params").GetProperty("api_key").GetString().ShouldBe("****");
        made.GetProperty("vector_store").GetProperty("vector_store_metadata").GetProperty("a").GetInt32().ShouldBe(1);

        (await gateway.PostAsync("v1/vector_stores/dbx/search", """{"query":"q"}""")).Status.ShouldBe(200);
        api.Last.Header("api-key").ShouldBe("db-store-secret");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"search":"q","top":10}""");
        (await gateway.PostAsync("vector_store/new", """{"vector_store_id":"dbx","custom_llm_provider":"azure_ai"}""")).Status.ShouldBe(400);
        await gateway.PostAsync("vector_store/update", """{"vector_store_id":"dbx","vector_store_name":"m"}""").OkAsync();
        (await gateway.PostAsync("vector_store/update", """{"vector_store_id":"dbx","custom_llm_provider":null}""")).Status.ShouldBe(422);
        (await gateway.PostAsync("vector_store/info", """{"vector_store_id":"dbx"}""").OkAsync()).GetProperty("vector_store")
            .GetProperty("vector_store_name").GetString().ShouldBe("m");
        var list = await gateway.GetAsync("v1/vector_store/list").OkAsync();
        (list.GetProperty("total_count").GetInt32(), list.GetProperty("total_pages").GetInt32()).ShouldBe((1, 1));

        await gateway.PostAsync("vector_store/delete", """{"vector_store_id":"dbx"}""").OkAsync();
        (await gateway.PostAsync("vector_store/info", """{"vector_store_id":"dbx"}""")).Status.ShouldBe(404);
    }

    [Fact]
    public void Sections_AreTyped()
    {
        var config = ConfigFixture.LoadClean("""
            search_tools:
              - search_tool_name: a
                litellm_params: {search_provider: openai, api_key: k, timeout: 7, max_retries: 2}
            vector_store_registry:
              - vector_store_name: n
                litellm_params: {vector_store_id: v, custom_llm_provider: openai/search_api, team_id: t, litellm_embedding_model: openai/e, litellm_embedding_config: {api_key: e}}
            """);

        var tool = config.SearchTools.ShouldHaveSingleItem();
        (tool.Name, tool.Provider, tool.Deployment.Timeout, tool.Deployment.NumRetries).ShouldBe(("a", "openai", TimeSpan.FromSeconds(7), 2));
        tool.Deployment.DefaultParams.ShouldBeEmpty();
        var store = config.VectorStores.ShouldHaveSingleItem();
        (store.Id, store.TeamId, store.Deployment.Model, store.Embedding!.ApiKey).ShouldBe(("v", "t", "openai/search_api", "e"));
    }

    private static Task<FakeApi> StartApiAsync() => FakeApi.StartAsync((http, seen) => FakeApi.AnswerAsync(
        http, seen.Target.StartsWith("/v1/embeddings", StringComparison.Ordinal) ? Embedded : Hits));

    private static Task<GatewayFixture> StartAsync(FakeApi api) => GatewayFixture.StartAsync(new GatewaySetup
    {
        Environment = [("OPENAI_API_BASE", api.Address + "/v1"), ("OPENAI_API_KEY", "k")],
        Sections = $$$"""
            vector_store_registry:
              - vector_store_name: books
                litellm_params:
                  vector_store_id: idx
                  custom_llm_provider: azure_ai
                  api_base: '{{{api.Address}}}'
                  api_key: store-key
                  input_cost_per_query: 0.002
                  azure_search_vector_field: vec
                  litellm_embedding_model: openai/embedder
                  litellm_embedding_config: {api_base: '{{{api.Address}}}/v1', api_key: e, input_cost_per_token: 0.001}
              - vector_store_name: owned
                litellm_params: {vector_store_id: owned, custom_llm_provider: azure_ai, api_base: '{{{api.Address}}}', api_key: k, team_id: owners}

            """,
    });
}
