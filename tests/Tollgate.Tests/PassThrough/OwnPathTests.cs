using System.Text;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.PassThrough;

/// <summary>Paths of the operator's own.</summary>
public sealed class OwnPathTests
{
    [Fact]
    public async Task Path_GoesToItsTargetWithItsHeaders()
    {
        await using var api = await FakeApi.StartAsync("""{"results":[]}""");
        await using var gateway = await StartAsync(api, "headers: {authorization: 'Bearer os.environ/RERANK_KEY', x-extra: one}");
        var answer = await gateway.PostAsync("/own/rerank", """{"model":"rerank-x","litellm_metadata":{"tags":["a"]},"query":"q"}""", ("x-client", "no"), ("x-pass-trace", "yes"));

        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldBe("""{"results":[]}""");
        api.Last.Target.ShouldBe("/v1/rerank");
        api.Last.Header("authorization").ShouldBe("Bearer " + Relays.ProviderKey);
        api.Last.Header("x-extra").ShouldBe("one");
        api.Last.Header("x-client").ShouldBeNull();
        api.Last.Header("trace").ShouldBe("yes");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"model":"rerank-x","query":"q"}""");
    }

    [Theory]
    [InlineData("include_subpath: true", "/own/rerank/a/b%20c/?x=1", "/v1/rerank/a/b%20c/?x=1")]
    [InlineData("include_subpath: true", "/own/rerank/", "/v1/rerank/")]
    [InlineData("default_query_params: {v: '2', x: '0'}", "/own/rerank?x=1", "/v1/rerank?x=1&v=2")]
    public async Task Subpathsandqueries_AreKept(string members, string path, string target)
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StartAsync(api, members);

        (await gateway.GetAsync(path)).Status.ShouldBe(200);
        api.Last.Target.ShouldBe(target);
    }

    [Theory]
    [InlineData("own", 200)]
    [InlineData("team", 200)]
    [InlineData("other", 403)]
    public async Task RestrictedKey_MayCallWhatItsPassThroughRoutesName(string whose, int status)
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StartAsync(api, "include_subpath: true");
        const string Routes = "\"allowed_passthrough_routes\":[\"/own/rerank\"]";
        var team = (await gateway.PostAsync("team/new", "{" + (whose is "team" ? Routes : "\"team_alias\":\"t\"") + "}").OkAsync()).GetProperty("team_id").GetString();
        var key = await gateway.NewKeyAsync($"\"team_id\":\"{team}\",\"allowed_routes\":[\"/v1/models\"]" + (whose is "own" ? "," + Routes : ""));

        (await gateway.PostAsync("/own/rerank/below", "{}", ("Authorization", "Bearer " + key))).Status.ShouldBe(status);
        (await gateway.PostAsync("/openai/chat/completions", "{}", ("Authorization", "Bearer " + key))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task TargetsOwnQuery_IsMergedWhenAsked()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            General = $"pass_through_endpoints: [{{path: /own, target: '{api.Address}/t?a=1&b=2', merge_query_params: true}}]",
        });

        (await gateway.GetAsync("/own?b=3")).Status.ShouldBe(200);
        api.Last.Target.ShouldBe("/t?b=3&a=1");
    }

    [Theory]
    [InlineData("", "GET", "/own/rerank/below", 404)]
    [InlineData("", "GET", "/own/rerankers", 404)]
    [InlineData("include_subpath: true", "GET", "/own/rerank/..%2f..%2fadmin", 400)]
    [InlineData("methods: [POST]", "GET", "/own/rerank", 404)]
    [InlineData("methods: [POST]", "POST", "/own/rerank", 200)]
    public async Task OnlyWhatIsConfigured_IsServed(string members, string method, string path, int status)
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StartAsync(api, members);
        using var response = await gateway.SendAsync(new HttpMethod(method), path, method == "GET" ? null : new StringContent("{}"));

        ((int)response.StatusCode).ShouldBe(status);
        api.Count.ShouldBe(status == 200 ? 1 : 0);
    }

    [Fact]
    public async Task Key_IsNeeded_UnlessThePathIsOpen()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var closed = await StartAsync(api, "");
        await using var open = await StartAsync(api, "auth: false");

        (await closed.GetAsync("/own/rerank", ("Authorization", ""))).Status.ShouldBe(401);
        (await open.GetAsync("/own/rerank", ("Authorization", ""))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Request_CostsWhatTheOperatorSays_UnlessItsUsageSaysMore()
    {
        var answers = new Queue<string>(["""{"ok":true}""", """{"id":"x","model":"gpt-4o-mini-2024-07-18","usage":{"prompt_tokens":1000,"completion_tokens":1000,"total_tokens":2000}}"""]);
        await using var api = await FakeApi.StartAsync((http, _) => FakeApi.AnswerAsync(http, answers.Dequeue()));
        await using var gateway = await StartAsync(api, "cost_per_request: 0.25");
        (await gateway.PostAsync("/own/rerank", "{}")).Status.ShouldBe(200);
        (await gateway.PostAsync("/own/rerank", """{"model":"gpt-4o-mini-2024-07-18"}""")).Status.ShouldBe(200);

        var rows = (await gateway.LogAsync(2)).OrderBy(row => row["total_tokens"]!.GetValue<long>()).ToList();
        rows[0]["spend"]!.GetValue<double>().ShouldBe(0.25);
        rows[0]["model"]!.GetValue<string>().ShouldBe("unknown");
        rows[1]["spend"]!.GetValue<double>().ShouldBe(0.00075, 1e-9);
        rows[1]["model"]!.GetValue<string>().ShouldBe("gpt-4o-mini-2024-07-18");
    }

    [Fact]
    public async Task Budget_RefusesBeforeTheTargetIsAsked()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await StartAsync(api, "cost_per_request: 0.25");
        var key = await gateway.NewKeyAsync("\"max_budget\":0.25");

        (await gateway.PostAsync("/own/rerank", "{}", ("Authorization", "Bearer " + key))).Status.ShouldBe(200);
        (await gateway.PostAsync("/own/rerank", "{}", ("Authorization", "Bearer " + key))).ShouldBeError(400, "Budget", type: "budget_exceeded");
        api.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RoutesOfTheGateway_CannotBeTaken()
    {
        await using var api = await FakeApi.StartAsync("{}");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            General = $"pass_through_endpoints: [{{path: /v1/chat/completions, target: '{api.Address}'}}, {{path: /, target: '{api.Address}', include_subpath: true}}]",
        });

        await gateway.ShouldStillServeAsync();
        (await gateway.GetAsync("health/liveliness")).Body.ShouldContain("alive");
        api.Count.ShouldBe(0);
        (await gateway.GetAsync("routes")).Body.ShouldContain("\"/{**path}\"");
    }

    private static Task<GatewayFixture> StartAsync(FakeApi api, string members) => GatewayFixture.StartAsync(new GatewaySetup
    {
        General = $"pass_through_endpoints: [{{path: /own/rerank, target: '{api.Address}/v1/rerank'{(members.Length > 0 ? ", " + members : "")}}}]",
        Environment = [("RERANK_KEY", Relays.ProviderKey)],
    });
}
