using Tollgate.Data.Rows;
using Tollgate.Tests.PassThrough;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.Loopback;

/// <summary>Searches of the web through a started gateway.</summary>
public sealed class SearchTests
{
    private const string Found = """{"results":[{"title":"T","url":"https://u","content":"S"}]}""";

    public static TheoryData<DatabaseKind> Engines => StoredGateway.Engines;

    [Theory]
    [InlineData("v1/search/web", """{"query":"who"}""")]
    [InlineData("search/web", """{"query":"who"}""")]
    [InlineData("v1/search", """{"query":"who","search_tool_name":"web"}""")]
    [InlineData("search", """{"query":"who","search_tool_name":"web"}""")]
    public async Task Search_GoesToTheToolAndIsPaidByTheQuery(string path, string body)
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync(path, body);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldBe("""{"object":"search","results":[{"title":"T","url":"https://u","snippet":"S","date":null,"last_updated":null}]}""");
        api.Last.Target.ShouldBe("/search");
        System.Text.Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"query":"who","max_results":10,"topic":"news"}""");
        api.Last.Header("Authorization").ShouldBe("Bearer tool-key");
        answer.Header("x-litellm-response-cost").ShouldNotBeNull();
        var row = (await gateway.LogAsync(1)).ShouldHaveSingleItem();
        row["call_type"]!.GetValue<string>().ShouldBe("asearch");
        row["spend"]!.GetValue<double>().ShouldBe(0.008, 1e-9);
        row["model_group"]!.GetValue<string>().ShouldBe("web");
        row["model"]!.GetValue<string>().ShouldBe("search");
        row["custom_llm_provider"]!.GetValue<string>().ShouldBe("tavily");
    }

    [Fact]
    public async Task OtherProduct_HasItsOwnPrice()
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api);

        (await gateway.PostAsync("v1/search/web", """{"query":"who","search_depth":"advanced"}""")).Status.ShouldBe(200);

        (await gateway.LogAsync(1))[0]["spend"]!.GetValue<double>().ShouldBe(0.016, 1e-9);
    }

    [Fact]
    public async Task SearchByAddress_HasNoBody()
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api);

        (await gateway.PostAsync("v1/search/own", """{"query":["a","b"],"search_domain_filter":["x.org"]}""")).Status.ShouldBe(200);

        (api.Last.Method, api.Last.Target).ShouldBe(("GET", "/search?q=a%20b%20site%3Ax.org&format=json&pageno=1"));
        api.Last.Body.ShouldBeEmpty();
        (await gateway.LogAsync(1))[0]["spend"]!.GetValue<double>().ShouldBe(0);
    }

    [Theory]
    [InlineData("v1/search", """{"query":"x"}""", "search_tool_name")]
    [InlineData("v1/search", """{"query":"x","search_tool_name":"nobody"}""", "search_tool_name")]
    [InlineData("v1/search/nobody", """{"query":"x"}""", "search_tool_name")]
    [InlineData("v1/search/web", "{}", "query")]
    [InlineData("v1/search/web", """{"query":{"a":1}}""", "query")]
    [InlineData("v1/search/web", """{"query":"x","max_results":99}""", "max_results")]
    [InlineData("v1/search/web", """{"query":"x","search_domain_filter":{}}""", "search_domain_filter")]
    [InlineData("v1/search/web", "[1]", null)]
    [InlineData("v1/search/web", "{\"query\":", null)]
    public async Task BadRequest_SaysWhatIsWrong(string path, string body, string? param)
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync(path, body);

        answer.Status.ShouldBe(400, answer.Body);
        answer.Error.Type.ShouldBe("invalid_request_error");
        answer.Error.Param.ShouldBe(param);
        api.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(401, """{"detail":{"error":"Unauthorized: missing or invalid API key."}}""", 401, "litellm.AuthenticationError: AuthenticationError: TavilyException")]
    [InlineData(429, """{"detail":{"error":"Your request has been blocked."}}""", 429, "litellm.RateLimitError: RateLimitError: TavilyException")]
    [InlineData(400, """{"detail":{"error":"Query is too long."}}""", 400, "litellm.BadRequestError: TavilyException")]
    [InlineData(500, "oops", 500, "litellm.InternalServerError: InternalServerError: TavilyException")]
    [InlineData(200, "<html>", 500, "TavilyException")]
    public async Task Failure_HasTheClassOfItsStatus(int status, string text, int expected, string begins)
    {
        await using var api = await FakeApi.StartAsync(text, status);
        await using var gateway = await StartAsync(api);

        var answer = await gateway.PostAsync("v1/search/web", """{"query":"x"}""");

        answer.Status.ShouldBe(expected, answer.Body);
        answer.Error.Message.ShouldContain(begins);
        answer.Body.ShouldNotContain("tool-key");
        (await gateway.LogAsync(1))[0]["status"]!.GetValue<string>().ShouldBe("failure");
    }

    [Fact]
    public async Task Failure_IsTriedAgain()
    {
        var calls = 0;
        await using var api = await FakeApi.StartAsync((http, _) => FakeApi.AnswerAsync(http, Found, Interlocked.Increment(ref calls) == 1 ? 500 : 200));
        await using var gateway = await StartAsync(api, "num_retries: 1");

        (await gateway.PostAsync("v1/search/web", """{"query":"x"}""")).Status.ShouldBe(200);

        api.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Key_SearchesWithItsToolsOnly()
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api);
        var key = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"object_permission\":{\"search_tools\":[\"own\"]}"));
        var broke = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"max_budget\":0"));

        var refused = await gateway.PostAsync("v1/search/web", """{"query":"x"}""", key);
        (refused.Status, refused.Error.Type).ShouldBe((401, "key_search_tool_access_denied"), refused.Body);
        (await gateway.PostAsync("v1/search/own", """{"query":"x"}""", key)).Status.ShouldBe(200);
        var names = (await gateway.GetAsync("v1/search/tools", key).OkAsync()).GetProperty("data").EnumerateArray()
            .Select(static tool => tool.GetProperty("search_tool_name").GetString()).ToList();
        names.ShouldBe(["own"]);
        (await gateway.GetAsync("search/tools").OkAsync()).GetProperty("data").GetArrayLength().ShouldBe(2);
        (await gateway.PostAsync("v1/search/web", """{"query":"x"}""", broke)).Error.Type.ShouldBe("budget_exceeded");
        (await gateway.PostAsync("v1/search/web", """{"query":"x"}""", ("Authorization", "Bearer sk-nobody"))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task KeyOfABlockedTeam_MayNotSearch()
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api);
        await gateway.PostAsync("team/new", """{"team_id":"t1"}""").OkAsync();
        var key = ("Authorization", "Bearer " + await gateway.NewKeyAsync("\"team_id\":\"t1\""));
        (await gateway.PostAsync("v1/search/own", """{"query":"x"}""", key)).Status.ShouldBe(200);

        await gateway.PostAsync("team/block", """{"team_id":"t1"}""").OkAsync();

        (await gateway.PostAsync("v1/search/own", """{"query":"x"}""", key)).Status.ShouldBe(401);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task ToolOfTheDatabase_IsWrittenUsedAndTakenAway(DatabaseKind kind)
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StoredGateway.StartAsync(kind, new GatewaySetup { General = "store_model_in_db: true" });
        var made = await gateway.PostAsync(
            "search_tools",
            $$$$"""{"search_tool":{"search_tool_name":"db","litellm_params":{"search_provider":"serper","api_key":"serper-secret-key","api_base":"{{{{api.Address}}}}"},"search_tool_info":{"description":"d"}}}""").OkAsync();
        made.GetProperty("litellm_params").GetProperty("api_key").GetString().ShouldBe("****");
        made.GetProperty("is_from_config").GetBoolean().ShouldBeFalse();
        var id = made.GetProperty("search_tool_id").GetString();

        (await gateway.PostAsync("v1/search/db", """{"query":"x"}""")).Status.ShouldBe(200);
        api.Last.Header("X-API-KEY").ShouldBe("serper-secret-key");
        var stored = (await gateway.ReadAsync(static reader => reader.SelectAsync(Tables.SearchTools, Filter.None))).ShouldHaveSingleItem();
        stored.ToJsonString().ShouldNotContain("serper-secret-key");

        await gateway.SendAsync(HttpMethod.Put, "search_tools/" + id, new StringContent("""{"litellm_params":{"search_provider":"tavily"}}""", null, "application/json"));
        (await gateway.PostAsync("v1/search/db", """{"query":"x"}""")).Status.ShouldBe(200);
        api.Last.Header("Authorization").ShouldBe("Bearer serper-secret-key");
        (await gateway.GetAsync("search_tools/list").OkAsync()).GetProperty("search_tools").GetArrayLength().ShouldBe(1);

        using (var gone = await gateway.SendAsync(HttpMethod.Delete, "search_tools/" + id, content: null))
        {
            (await gone.Content.ReadAsStringAsync()).ShouldContain($"Search tool {id} deleted successfully");
        }

        (await gateway.PostAsync("v1/search/db", """{"query":"x"}""")).Status.ShouldBe(400);
        (await gateway.GetAsync("search_tools/" + id)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task ToolsThatCannotBe_AreRefused()
    {
        await using var api = await FakeApi.StartAsync(Found);
        await using var gateway = await StartAsync(api, general: "store_model_in_db: true");
        var key = ("Authorization", "Bearer " + await gateway.NewKeyAsync());

        (await gateway.PostAsync("search_tools", """{"search_tool_name":"x","litellm_params":{"search_provider":"openai"}}""")).Status.ShouldBe(400);
        (await gateway.PostAsync("search_tools", """{"search_tool_name":"x"}""")).Status.ShouldBe(422);
        (await gateway.PostAsync("search_tools", """{"search_tool_name":"x","litellm_params":{"search_provider":"serper"}}""", key)).Status.ShouldBeOneOf(401, 403);
        var providers = (await gateway.GetAsync("search_tools/ui/available_providers").OkAsync()).GetProperty("providers").EnumerateArray()
            .Select(static provider => provider.GetProperty("provider_name").GetString()).ToList();
        providers.ShouldContain("perplexity");
        providers.ShouldContain("tavily");
        providers.ShouldNotContain("openai");
    }

    private static Task<GatewayFixture> StartAsync(FakeApi api, string router = "num_retries: 0", string general = "") => GatewayFixture.StartAsync(new GatewaySetup
    {
        Router = router,
        General = general,
        Sections = $$$"""
            search_tools:
              - search_tool_name: web
                litellm_params: {search_provider: tavily, api_key: tool-key, api_base: '{{{api.Address}}}', topic: news}
              - search_tool_name: own
                litellm_params: {search_provider: searxng, api_base: '{{{api.Address}}}'}

            """,
    });
}
