using System.Net;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend.Activity;

namespace Tollgate.Management.Tests.Spend;

public sealed class ActivityTests
{
    private const string February = "start_date=2026-02-01&end_date=2026-02-28";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task EmptyDatabase_AnswersWhatIsDocumented(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        const string nothing =
            """
            {"results":[],"metadata":{"total_spend":0.0,"total_prompt_tokens":0,"total_completion_tokens":0,"total_tokens":0,"total_api_requests":0,
            "total_successful_requests":0,"total_failed_requests":0,"total_cache_read_input_tokens":0,"total_cache_creation_input_tokens":0,
            "page":1,"total_pages":PAGES,"has_more":false}}
            """;
        var empty = nothing.Replace("\n", "", StringComparison.Ordinal);
        foreach (var owner in (string[])["user", "team", "organization", "customer", "end_user", "tag", "agent"])
        {
            (await host.GetTextAsync($"/{owner}/daily/activity?{February}")).Text.ShouldBe(empty.Replace("PAGES", "0", StringComparison.Ordinal), owner);
            (await host.GetAsync($"/{owner}/daily/activity?start_date=2026-02-01", HttpStatusCode.BadRequest))!["detail"]!["error"]!.GetValue<string>()
                .ShouldBe("Please provide start_date and end_date");
        }

        (await host.GetTextAsync($"/user/daily/activity/aggregated?{February}")).Text.ShouldBe(empty.Replace("PAGES", "1", StringComparison.Ordinal));
        var others = new Dictionary<string, string>
        {
            ["/global/activity"] = """{"daily_data":[],"sum_api_requests":0,"sum_total_tokens":0}""",
            ["/global/activity/model"] = "[]",
            ["/global/activity/exceptions"] = """{"daily_data":[],"sum_num_rate_limit_exceptions":0}""",
            ["/global/activity/exceptions/deployment"] = "[]",
            ["/global/activity/cache_hits"] = "[]",
            ["/tag/distinct"] = """{"results":[]}""",
            ["/tag/dau"] = """{"results":[]}""",
            ["/tag/wau"] = """{"results":[]}""",
            ["/tag/mau"] = """{"results":[]}""",
            ["/tag/summary"] = """{"results":[]}""",
            ["/tag/user-agent/per-user-analytics"] = """{"results":[],"total_count":0,"page":1,"page_size":50,"total_pages":0}""",
        };
        foreach (var (path, text) in others)
        {
            (await host.GetTextAsync($"{path}?{February}")).Text.ShouldBe(text, path);
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task TeamActivity_BreaksDownByEverything(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.DailyTeamSpend,
            Rows.Daily("team_id", "t1", "2026-02-03", 0.25),
            Rows.Daily("team_id", "t1", "2026-02-04", 1, model: "o3"),
            Rows.Daily("team_id", "t2", "2026-02-04", 2, key: "hash-2"));
        await host.InsertAsync(Tables.Keys, Rows.Key("hash-1", "u1", alias: "ci", team: "t1"));
        await host.InsertAsync(Tables.Teams, new JsonObject { ["team_id"] = "t1", ["team_alias"] = "eng" });

        var answer = await host.GetAsync($"/team/daily/activity?{February}&team_ids=t1");

        answer!["results"]!.AsArray().Select(static day => day!["date"]!.GetValue<string>()).ShouldBe(["2026-02-04", "2026-02-03"]);
        var day = answer["results"]![1]!;
        const string metrics =
            """
            {"spend":0.25,"prompt_tokens":900,"completion_tokens":120,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,
            "total_tokens":1020,"successful_requests":9,"failed_requests":1,"api_requests":10}
            """;
        var expected = metrics.Replace("\n", "", StringComparison.Ordinal);
        const string key = """{"key_alias":"ci","team_id":"t1"}""";
        day["metrics"]!.ToJsonString().ShouldBe(expected);
        day["breakdown"]!["models"]!["gpt-4o"]!["api_key_breakdown"]!["hash-1"]!["metadata"]!.ToJsonString().ShouldBe(key);
        day["breakdown"]!["providers"]!["openai"]!["metrics"]!.ToJsonString().ShouldBe(expected);
        day["breakdown"]!["endpoints"]!["/chat/completions"]!["metadata"]!.ToJsonString().ShouldBe("{}");
        day["breakdown"]!["mcp_servers"]!.AsObject().ShouldBeEmpty();
        day["breakdown"]!["api_keys"]!["hash-1"]!.ToJsonString().ShouldBe($$"""{"metrics":{{expected}},"metadata":{{key}}}""");
        day["breakdown"]!["entities"]!["t1"]!["metadata"]!.ToJsonString().ShouldBe("""{"team_alias":"eng"}""");
        answer["metadata"]!["total_spend"]!.GetValue<double>().ShouldBe(1.25);
        (await SpendAsync(host, $"/team/daily/activity?{February}&exclude_team_ids=t1")).ShouldBe(2);
        (await SpendAsync(host, $"/team/daily/activity?{February}&model=o3")).ShouldBe(1);
        (await SpendAsync(host, $"/team/daily/activity?{February}&api_key=hash-2")).ShouldBe(2);
        var page = await host.GetAsync($"/team/daily/activity?{February}&page_size=2&page=2");
        page!["metadata"]!["total_pages"]!.GetValue<int>().ShouldBe(2);
        page["metadata"]!["has_more"]!.GetValue<bool>().ShouldBeFalse();
        page["results"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task RowsThatDifferInNothing_AreSummed(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        var first = Rows.Daily("user_id", "u1", "2026-02-03", 0.25);
        var second = Rows.Daily("user_id", "u1", "2026-02-03", 0.5);
        first["mcp_namespaced_tool_name"] = null;
        second["mcp_namespaced_tool_name"] = null;
        await host.InsertAsync(Tables.DailyUserSpend, first, second);

        foreach (var path in (string[])["/user/daily/activity", "/user/daily/activity/aggregated"])
        {
            var answer = await host.GetAsync($"{path}?{February}");
            answer!["results"]!.AsArray().Count.ShouldBe(1);
            answer["results"]![0]!["breakdown"]!["models"]!["gpt-4o"]!["metrics"]!["spend"]!.GetValue<double>().ShouldBe(0.75);
            answer["results"]![0]!["breakdown"]!.AsObject().ContainsKey("entities").ShouldBeFalse();
        }

        (await SpendAsync(host, "/user/daily/activity?start_date=2026-02-04&end_date=2026-02-05")).ShouldBe(0);
        (await SpendAsync(host, "/user/daily/activity?start_date=2026-02-04&end_date=2026-02-05&timezone=-60")).ShouldBe(0.75);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task OtherCallers_SeeTheirShare(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.Keys, Rows.Key("own", "u1"), Rows.Key("foreign", "u2"));
        await host.InsertAsync(
            Tables.Teams,
            new JsonObject { ["team_id"] = "led", ["members_with_roles"] = new JsonArray(new JsonObject { ["user_id"] = "u1", ["role"] = "admin" }) },
            new JsonObject { ["team_id"] = "joined", ["members_with_roles"] = new JsonArray(new JsonObject { ["user_id"] = "u1", ["role"] = "user" }) },
            new JsonObject { ["team_id"] = "other" });
        foreach (var team in (string[])["led", "joined", "other"])
        {
            await host.InsertAsync(
                Tables.DailyTeamSpend, Rows.Daily("team_id", team, "2026-02-03", 1, "own"), Rows.Daily("team_id", team, "2026-02-03", 2, "foreign"));
        }

        await host.InsertAsync(Tables.DailyUserSpend, Rows.Daily("user_id", "u1", "2026-02-03", 1), Rows.Daily("user_id", "u2", "2026-02-03", 2));
        await host.InsertAsync(Tables.DailyTagSpend, Rows.Daily("tag", "prod", "2026-02-03", 1, "own"), Rows.Daily("tag", "prod", "2026-02-03", 2, "foreign"));
        var user = Callers.User("u1");

        (await SpendAsync(host, user, "user")).ShouldBe(1);
        (await SpendAsync(host, user, "user", ("user_id", "u1"))).ShouldBe(1);
        (await RefusedAsync(host, user, "user", ("user_id", "u2"))).ShouldBe(403);
        (await SpendAsync(host, user, "team")).ShouldBe(4);
        (await SpendAsync(host, user, "team", ("team_ids", "led"))).ShouldBe(3);
        (await SpendAsync(host, user, "team", ("team_ids", "joined"))).ShouldBe(1);
        (await RefusedAsync(host, user, "team", ("team_ids", "led,other"))).ShouldBe(404);
        (await RefusedAsync(host, Callers.User("u9"), "team")).ShouldBe(404);
        (await SpendAsync(host, user, "tag")).ShouldBe(1);
        (await RefusedAsync(host, user, "organization")).ShouldBe(403);
        (await RefusedAsync(host, user, "customer")).ShouldBe(403);
        (await RefusedAsync(host, user, "agent")).ShouldBe(403);
        (await SpendAsync(host, Callers.User("u1", AdminRole.ProxyAdminViewer), "team")).ShouldBe(9);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task GlobalActivity_CountsByDayAndModel(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.DailyUserSpend, Rows.Daily("user_id", "u1", "2026-02-05", 1), Rows.Daily("user_id", "u1", "2026-01-31", 1, model: "o3", requests: 20));
        var hit = Rows.Log("hit", "2026-02-05T00:00:00Z", 0);
        hit["cache_hit"] = "True";
        await host.InsertAsync(Tables.SpendLogs, hit, Rows.Log("miss", "2026-02-05T00:00:00Z"), Rows.Log("old", "2026-01-05T00:00:00Z"));
        await host.InsertAsync(Tables.Keys, Rows.Key("hash-1", "u1", alias: "ci"));
        const string range = "?start_date=2026-01-30&end_date=2026-02-28";

        (await host.GetTextAsync("/global/activity" + range)).Text.ShouldBe(
            """
            {"daily_data":[{"date":"Jan 31","api_requests":20,"total_tokens":2040},{"date":"Feb 05","api_requests":10,"total_tokens":1020}],
            "sum_api_requests":30,"sum_total_tokens":3060}
            """.Replace("\n", "", StringComparison.Ordinal));
        (await host.GetAsync("/global/activity/model" + range))![0]!.ToJsonString().ShouldBe(
            """{"model":"o3","daily_data":[{"date":"Jan 31","api_requests":20,"total_tokens":2040}],"sum_api_requests":20,"sum_total_tokens":2040}""");
        (await host.GetTextAsync("/global/activity/cache_hits" + range)).Text.ShouldBe(
            """
            [{"api_key":"ci","call_type":"acompletion","model":"openai/gpt-4o","total_rows":2,"cache_hit_true_rows":1,
            "cached_completion_tokens":10,"generated_completion_tokens":10}]
            """.Replace("\n", "", StringComparison.Ordinal));
        (await host.GetAsync("/global/activity", HttpStatusCode.BadRequest)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task ClientPrograms_AreCountedByUser(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.Keys, Rows.Key("k1", "u1"), Rows.Key("k2", "u1"), Rows.Key("k3", "u2"));
        await host.InsertAsync(Tables.Users, new JsonObject { ["user_id"] = "u1", ["user_email"] = "a@b.c" });
        await host.InsertAsync(
            Tables.DailyTagSpend,
            Rows.Daily("tag", "User-Agent: x", "2026-02-10", 1, "k1"),
            Rows.Daily("tag", "User-Agent: x", "2026-02-10", 1, "k2"),
            Rows.Daily("tag", "User-Agent: x", "2026-02-08", 1, "k3", requests: 5),
            Rows.Daily("tag", "prod", "2026-02-10", 1, "k3"));

        (await host.GetTextAsync("/tag/distinct")).Text.ShouldBe("""{"results":[{"tag":"User-Agent: x"}]}""");
        (await host.GetTextAsync("/tag/dau")).Text.ShouldBe(
            """
            {"results":[{"tag":"User-Agent: x","active_users":1,"date":"2026-02-10","period_start":null,"period_end":null},
            {"tag":"User-Agent: x","active_users":1,"date":"2026-02-08","period_start":null,"period_end":null}]}
            """.Replace("\n", "", StringComparison.Ordinal));
        (await host.GetTextAsync("/tag/wau")).Text.ShouldBe(
            """{"results":[{"tag":"User-Agent: x","active_users":2,"date":"2026-02-10","period_start":"2026-02-04","period_end":"2026-02-10"}]}""");
        (await host.GetAsync("/tag/mau?tag_filters=prod&tag_filters=other"))!["results"]![0]!["active_users"]!.GetValue<int>().ShouldBe(1);
        (await host.GetAsync($"/tag/summary?{February}"))!["results"]![0]!.ToJsonString().ShouldBe(
            """
            {"tag":"User-Agent: x","unique_users":2,"total_requests":25,"successful_requests":22,"failed_requests":3,"total_tokens":2550,"total_spend":3.0}
            """);
        var users = await host.GetAsync("/tag/user-agent/per-user-analytics?page_size=1");
        users!["results"]![0]!.ToJsonString().ShouldBe(
            """
            {"user_id":"u1","user_email":"a@b.c","user_agent":"User-Agent: x","successful_requests":18,"failed_requests":2,"total_requests":20,"total_tokens":2040,"spend":2.0}
            """);
        users["total_pages"]!.GetValue<int>().ShouldBe(2);
        (await host.GetAsync("/tag/summary", HttpStatusCode.BadRequest)).ShouldNotBeNull();
    }

    private static async Task<double> SpendAsync(SpendHost host, string path) => (await host.GetAsync(path))!["metadata"]!["total_spend"]!.GetValue<double>();

    private static async Task<double> SpendAsync(SpendHost host, AdminCaller caller, string owner, params (string, string)[] more)
        => (await AskAsync(host, caller, owner, more))["metadata"]!["total_spend"]!.GetValue<double>();

    private static async Task<int> RefusedAsync(SpendHost host, AdminCaller caller, string owner, params (string, string)[] more)
        => (await Should.ThrowAsync<AdminException>(() => AskAsync(host, caller, owner, more))).Status;

    private static Task<JsonNode> AskAsync(SpendHost host, AdminCaller caller, string owner, (string Name, string Value)[] more)
    {
        var query = new JsonObject { ["start_date"] = "2026-02-01", ["end_date"] = "2026-02-28" };
        foreach (var (name, value) in more)
        {
            query[name] = value;
        }

        return host.Service<ActivityService>().DailyAsync(caller, owner, new Fields(query, "query"), CancellationToken.None);
    }
}
