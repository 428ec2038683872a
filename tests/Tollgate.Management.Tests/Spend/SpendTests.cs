using System.Net;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend;

namespace Tollgate.Management.Tests.Spend;

public sealed class SpendTests
{
    private const string January = "start_date=2026-01-01&end_date=2026-01-31";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task EmptyDatabase_AnswersWhatIsDocumented(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        var expected = new Dictionary<string, string>
        {
            ["/spend/total"] = """{"total_spend":0.0,"spend":0.0,"max_budget":0.0,"total_tokens":0,"total_requests":0,"start_date":null,"end_date":null,"currency":"USD"}""",
            ["/spend/keys"] = "[]",
            ["/spend/users"] = "[]",
            ["/spend/users?user_id=nobody"] = "[]",
            ["/spend/tags"] = "[]",
            ["/provider/budgets"] = """{"providers":{}}""",
            ["/global/spend"] = """{"spend":0.0,"max_budget":0.0}""",
            ["/global/spend?" + January] = """{"spend":0.0,"max_budget":0.0,"start_date":"2026-01-01","end_date":"2026-01-31"}""",
            ["/global/spend/logs"] = "[]",
            ["/global/spend/keys"] = "[]",
            ["/global/spend/teams"] = """{"daily_spend":[],"teams":[],"total_spend_per_team":[]}""",
            ["/global/spend/models"] = "[]",
            ["/global/spend/provider?" + January] = "[]",
            ["/global/spend/tags?" + January] = """{"spend_per_tag":[]}""",
            ["/global/spend/all_tag_names"] = """{"tag_names":[]}""",
            ["/global/all_end_users"] = """{"end_users":[]}""",
            ["/global/spend/report?" + January] = "[]",
            ["/key/spend/report?api_key=x&" + January] = "[]",
            ["/team/spend/report?team_id=x&" + January] = "[]",
        };
        foreach (var (path, text) in expected)
        {
            (await host.GetTextAsync(path)).Text.ShouldBe(text, path);
        }

        (await host.PostAsync("/global/spend/end_users", "{}"))!.ToJsonString().ShouldBe("[]");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Total_SumsWhatIsAsked(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind, globalMax: 100);
        await host.InsertAsync(Tables.SpendLogs, Rows.Log("r1", "2026-02-03T00:00:00Z", 7));

        var logsOnly = await host.GetAsync("/spend/total");
        logsOnly!["total_spend"]!.GetValue<double>().ShouldBe(7);
        logsOnly["max_budget"]!.GetValue<double>().ShouldBe(100);
        logsOnly["total_requests"]!.GetValue<int>().ShouldBe(1);

        await SeedAsync(host);
        (await TotalAsync(host, "")).ShouldBe(3.75);
        (await TotalAsync(host, "?start_date=2026-02-03&end_date=2026-02-03")).ShouldBe(0.75);
        (await TotalAsync(host, "?user_id=u2")).ShouldBe(0.5);
        (await TotalAsync(host, "?team_id=t1")).ShouldBe(0.25);
        (await TotalAsync(host, "?team_id=t1&user_id=u2")).ShouldBe(0);
        (await TotalAsync(host, "?model=o3")).ShouldBe(0.5);
        (await TotalAsync(host, "?api_key=hash-2")).ShouldBe(0.5);
        (await host.GetAsync("/spend/total?start_date=2026-02-03", HttpStatusCode.BadRequest))!["error"]!["type"]!.GetValue<string>().ShouldBe("bad_request");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task GlobalSpend_CoversTheLastThirtyDays(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await SeedAsync(host);

        (await host.GetTextAsync("/global/spend")).Text.ShouldBe("""{"spend":0.75,"max_budget":0.0}""");
        (await host.GetAsync("/global/spend?start_date=2025-12-01&end_date=2026-02-28"))!["spend"]!.GetValue<double>().ShouldBe(3.75);
        (await host.GetTextAsync("/global/spend/logs")).Text.ShouldBe("""[{"date":"2026-02-03","spend":0.75}]""");
        (await host.GetTextAsync("/global/spend/logs?api_key=hash-2")).Text.ShouldBe("""[{"date":"2026-02-03","spend":0.5,"api_key":"hash-2"}]""");
        (await host.GetTextAsync("/global/spend/keys?limit=1")).Text.ShouldBe(
            """[{"api_key":"hash-2","key_alias":null,"key_name":null,"total_spend":0.5}]""");
        (await host.GetAsync("/global/spend/keys"))![1]!.ToJsonString().ShouldBe(
            """{"api_key":"hash-1","key_alias":"ci","key_name":"sk-...hash-1","total_spend":0.25}""");
        (await host.GetTextAsync("/global/spend/models?limit=1")).Text.ShouldBe("""[{"model":"o3","total_spend":0.5}]""");
        (await host.GetTextAsync("/global/spend/provider?start_date=2026-02-01&end_date=2026-02-28")).Text.ShouldBe("""[{"provider":"openai","spend":0.75}]""");
        (await host.GetAsync("/global/spend/keys?limit=0", HttpStatusCode.UnprocessableEntity))!["detail"]!["error"]!.GetValue<string>()
            .ShouldBe("Invalid limit: 0, must be greater than 0");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Teams_GoByAliasAndTheRestIsUnassigned(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await SeedAsync(host);

        (await host.GetTextAsync("/global/spend/teams")).Text.ShouldBe(
            """
            {"daily_spend":[{"date":"2026-02-03","Unassigned":0.5,"eng":0.25}],"teams":["Unassigned","eng"],
            "total_spend_per_team":[{"team_id":"Unassigned","total_spend":0.5},{"team_id":"eng","total_spend":0.25}]}
            """.Replace("\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Tags_AreSummed(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await SeedAsync(host);
        await host.InsertAsync(
            Tables.DailyTagSpend, Rows.Daily("tag", "prod", "2026-02-03", 0.123456, requests: 12), Rows.Daily("tag", "test", "2026-01-03", 0.5, "hash-2"));

        (await host.GetTextAsync("/spend/tags")).Text.ShouldBe(
            """[{"individual_request_tag":"test","log_count":10,"total_spend":0.5},{"individual_request_tag":"prod","log_count":12,"total_spend":0.123456}]""");
        (await host.GetTextAsync("/spend/tags?start_date=2026-02-01&end_date=2026-02-28")).Text.ShouldBe(
            """[{"individual_request_tag":"prod","log_count":12,"total_spend":0.123456}]""");
        const string tags = "/global/spend/tags?start_date=2026-01-01&end_date=2026-02-28";
        (await host.GetTextAsync(tags + "&tags=prod,other")).Text.ShouldBe("""{"spend_per_tag":[{"name":"prod","spend":0.1235,"log_count":12}]}""");
        (await host.GetAsync(tags + "&tags=all-tags"))!["spend_per_tag"]!.AsArray().Count.ShouldBe(2);
        (await host.GetTextAsync("/global/spend/all_tag_names")).Text.ShouldBe("""{"tag_names":["prod","test"]}""");
        (await host.GetAsync("/global/spend/tags", HttpStatusCode.BadRequest))!["error"]!["message"]!.GetValue<string>().ShouldBe("Please provide start_date and end_date");
        (await SpendOf(host.Service<SpendService>().TagsAsync(Callers.User("u1"), Query([]), CancellationToken.None))).ShouldBe([0.123456]);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Reports_GroupByTeamCustomerAndKey(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await SeedAsync(host);
        await host.InsertAsync(Tables.DailyCustomerSpend, Rows.Daily("end_user_id", "c1", "2026-02-03", 0.125, requests: 3));
        var pair = Rows.Log("pair", "2026-02-03T10:00:00Z", 0.0625, team: "t1");
        pair["end_user"] = "c1";
        await host.InsertAsync(Tables.SpendLogs, pair);
        const string report = "/global/spend/report?start_date=2026-02-01&end_date=2026-02-28";
        const string detail = """[{"model":"gpt-4o","api_key":"hash-1","spend":0.25,"total_tokens":1020}]""";
        const string eng = $$"""{"team_name":"eng","total_spend":0.25,"metadata":{{detail}}}""";
        const string rest = """{"team_name":"Unassigned Team","total_spend":0.5,"metadata":[{"model":"o3","api_key":"hash-2","spend":0.5,"total_tokens":1020}]}""";

        (await host.GetTextAsync(report)).Text.ShouldBe($$"""[{"group_by_day":"2026-02-03T00:00:00+00:00","teams":[{{eng}},{{rest}}]}]""");
        (await host.GetTextAsync(report + "&team_id=t1")).Text.ShouldBe($$"""[{"group_by_day":"2026-02-03T00:00:00+00:00","teams":[{{eng}}]}]""");
        (await host.GetTextAsync(report + "&group_by=customer")).Text.ShouldStartWith(
            """[{"group_by_day":"2026-02-03T00:00:00+00:00","customers":[{"customer":"c1","total_spend":0.125,""");
        (await host.GetTextAsync(report + "&api_key=hash-2")).Text.ShouldBe(
            """
            [{"api_key":"hash-2","total_cost":0.5,"total_input_tokens":900,"total_output_tokens":120,
            "model_details":[{"model":"o3","total_cost":0.5,"total_input_tokens":900,"total_output_tokens":120}]}]
            """.Replace("\n", "", StringComparison.Ordinal));
        (await host.GetAsync(report + "&group_by=api_key"))!.AsArray().Count.ShouldBe(2);
        (await host.GetAsync(report + "&internal_user_id=u1"))!.AsArray().Count.ShouldBe(1);
        (await host.GetTextAsync(report + "&team_id=t1&customer_id=c1")).Text.ShouldContain("\"team_name\":\"eng\",\"total_spend\":0.0625");
        (await host.GetAsync("/user/spend/report?user_id=u2&start_date=2026-02-01&end_date=2026-02-28"))![0]!["api_key"]!.GetValue<string>().ShouldBe("hash-2");
        (await host.GetAsync(report + "&group_by=moon", HttpStatusCode.UnprocessableEntity))!["detail"]![0]!["type"]!.GetValue<string>().ShouldBe("literal_error");
        (await host.GetAsync("/global/spend/report", HttpStatusCode.BadRequest))!["detail"]!["error"]!.GetValue<string>().ShouldBe("Please provide start_date and end_date");
        (await host.GetTextAsync("/global/all_end_users")).Text.ShouldBe("""{"end_users":["c1"]}""");
        (await host.PostAsync("/global/spend/end_users", """{"startTime":"2026-02-01T00:00:00Z","endTime":"2026-02-28"}"""))!.ToJsonString()
            .ShouldBe("""[{"end_user":"c1","total_count":3,"total_spend":0.125}]""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task KeysAndUsers_GoBySpendWithoutSecrets(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.Keys, Rows.Key("k1", "u1", 1), Rows.Key("k2", "u2", 2), Rows.Key("session", "u1", 9, team: "litellm-dashboard"));
        await host.InsertAsync(
            Tables.Users,
            new JsonObject { ["user_id"] = "u1", ["spend"] = 1, ["password"] = "scrypt:secret" },
            new JsonObject { ["user_id"] = "u2", ["spend"] = 2 });

        (await host.GetAsync("/spend/keys"))!.AsArray().Select(static key => key!["token"]!.GetValue<string>()).ShouldBe(["k2", "k1"]);
        (await host.GetAsync("/spend/keys?limit=1"))!.AsArray().Count.ShouldBe(1);
        var users = await host.GetTextAsync("/spend/users");
        users.Text.ShouldNotContain("secret");
        JsonNode.Parse(users.Text)!.AsArray().Select(static user => user!["user_id"]!.GetValue<string>()).ShouldBe(["u2", "u1"]);
        (await host.GetAsync("/spend/users?user_id=u1"))!.AsArray().Count.ShouldBe(1);
        var spend = host.Service<SpendService>();
        (await spend.KeysAsync(Callers.User("u1"), Query([]), CancellationToken.None)).AsArray().Count.ShouldBe(1);
        (await spend.UsersAsync(Callers.User("u1"), Query(new JsonObject { ["user_id"] = "u2" }), CancellationToken.None))[0]!["user_id"]!
            .GetValue<string>().ShouldBe("u1");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task InternalUsers_ReadTheirOwnSums(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await SeedAsync(host);
        var user = Callers.User("u2");
        var total = host.Service<SpendService>();
        var global = host.Service<GlobalSpendService>();

        (await total.TotalAsync(user, Query(new JsonObject { ["user_id"] = "u1" }), CancellationToken.None))["spend"]!.GetValue<double>().ShouldBe(0.5);
        (await global.TotalAsync(user, Query([]), CancellationToken.None))["spend"]!.GetValue<double>().ShouldBe(0.5);
        (await SpendOf(global.KeysAsync(user, Query([]), CancellationToken.None))).ShouldBe([0.5]);
        var teams = await host.Service<TeamSpendService>().TeamsAsync(user, Query([]), CancellationToken.None);
        teams["teams"]!.ToJsonString().ShouldBe("""["Unassigned"]""");
        (await Should.ThrowAsync<AdminException>(() => global.TotalAsync(Callers.Key("hash-1"), Query([]), CancellationToken.None))).Status.ShouldBe(401);
        (await Should.ThrowAsync<AdminException>(() => total.ProviderBudgetsAsync(user, CancellationToken.None))).Status.ShouldBe(401);
        (await Should.ThrowAsync<AdminException>(() => global.ResetAsync(user, CancellationToken.None))).Status.ShouldBe(401);
        var admin = new AdminCaller { Role = AdminRole.ProxyAdmin, UserId = "boss" };
        (await Should.ThrowAsync<AdminException>(() => global.ResetAsync(admin, CancellationToken.None))).Message.ShouldContain("only for MASTER KEY");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Reset_ZeroesKeysAndTeamsAndSaysSo(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.Keys, Rows.Key("k1", "u1", 1));
        await host.InsertAsync(Tables.Teams, new JsonObject { ["team_id"] = "t1", ["spend"] = 3 });
        await host.InsertAsync(Tables.Users, new JsonObject { ["user_id"] = "u1", ["spend"] = 5 });

        (await host.PostAsync("/global/spend/reset", ""))!.ToJsonString().ShouldBe(
            """{"message":"Spend for all API Keys and Teams reset successfully","status":"success"}""");

        await host.Database.ReadAsync(
            async rows =>
            {
                (await rows.FindAsync(Tables.Keys, "k1"))!["spend"]!.GetValue<double>().ShouldBe(0);
                (await rows.FindAsync(Tables.Teams, "t1"))!["spend"]!.GetValue<double>().ShouldBe(0);
                (await rows.FindAsync(Tables.Users, "u1"))!["spend"]!.GetValue<double>().ShouldBe(5);
                (await rows.SelectAsync(Tables.AuditLog, Filter.None)).Count.ShouldBe(1);
                return true;
            },
            CancellationToken.None);
        (await host.PostAsync("/global/spend/refresh", ""))!["status"]!.GetValue<string>().ShouldBe("success");
    }

    [Fact]
    public async Task Costs_AreEstimated()
    {
        await using var host = await SpendHost.StartAsync(DatabaseKind.Sqlite);

        (await host.PostAsync("/spend/calculate", """{"model":"gpt-4o","messages":[{"role":"user","content":"x"}]}"""))!["cost"]!.GetValue<double>().ShouldBe(0.00001);
        (await host.PostAsync("/spend/calculate", """{"completion_response":{"usage":{"prompt_tokens":20}}}"""))!["cost"]!.GetValue<double>().ShouldBe(0.00002);
        (await host.PostAsync("/spend/calculate", """{"model":"gpt-4o"}""", HttpStatusCode.BadRequest))!.ToJsonString().ShouldContain("messages must be provided if");
        (await host.PostAsync("/spend/calculate", "{}", HttpStatusCode.BadRequest))!.ToJsonString().ShouldContain("or 'completion_response' must be provided".Replace("'", "\\u0027", StringComparison.Ordinal));
        (await host.PostAsync("/spend/calculate", """{"model":"x","messages":[]}""", HttpStatusCode.NotFound)).ShouldNotBeNull();

        var estimate = await host.PostAsync("/cost/estimate", """{"model":"gpt-4o","input_tokens":1000,"output_tokens":500,"num_requests_per_day":10}""");
        estimate!["cost_per_request"]!.GetValue<double>().ShouldBe(0.002);
        estimate["daily_cost"]!.GetValue<double>().ShouldBe(0.02);
        estimate["monthly_input_cost"]!.GetValue<double>().ShouldBe(0.3);
        estimate["margin_cost_per_request"]!.GetValue<double>().ShouldBe(0);
        estimate["num_requests_per_month"].ShouldBeNull();
        estimate["provider"]!.GetValue<string>().ShouldBe("openai");
        (await host.PostAsync("/cost/estimate", """{"model":"gpt-4o","input_tokens":1}""", HttpStatusCode.UnprocessableEntity))!.ToJsonString().ShouldContain("missing");
        (await host.PostAsync("/cost/estimate", """{"model":"gpt-4o","input_tokens":-1,"output_tokens":1}""", HttpStatusCode.UnprocessableEntity)).ShouldNotBeNull();
        (await host.PostAsync("/cost/estimate", """{"model":"x","input_tokens":1,"output_tokens":1}""", HttpStatusCode.NotFound)).ShouldNotBeNull();
    }

    [Fact]
    public async Task ProviderBudgets_AreListed()
    {
        await using var host = await SpendHost.StartAsync(DatabaseKind.Sqlite);
        host.Budgets.All.Add(new ProviderBudget("acme", 100, "30d", 12.5m, new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)));
        host.Budgets.All.Add(new ProviderBudget("local", 0, null, 0, null));

        (await host.GetTextAsync("/provider/budgets")).Text.ShouldBe(
            """
            {"providers":{"acme":{"budget_limit":100.0,"time_period":"30d","spend":12.5,"budget_reset_at":"2026-03-01T00:00:00.000000Z"},
            "local":{"budget_limit":0.0,"time_period":null,"spend":0.0,"budget_reset_at":null}}}
            """.Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Forecast_DrawsTheLineToTheEndOfTheMonth()
    {
        await using var host = await SpendHost.StartAsync(DatabaseKind.Sqlite);

        var answer = await host.PostAsync("/global/predict/spend/logs", """{"data":[{"date":"2026-02-25","spend":1},{"date":"2026-02-26","spend":2}]}""");

        answer!["response"]!.AsArray().Select(static day => (day!["date"]!.GetValue<string>(), Math.Round(day["spend"]!.GetValue<double>(), 6))).ShouldBe(
            [("2026-02-25", 1), ("2026-02-26", 2), ("2026-02-27", 3), ("2026-02-28", 4)]);
        (await host.PostAsync("/global/predict/spend/logs", """{"data":[]}"""))!["response"]!.AsArray().ShouldBeEmpty();
        (await host.PostAsync("/global/predict/spend/logs", """{"data":[{"date":"soon"}]}""", HttpStatusCode.BadRequest)).ShouldNotBeNull();
    }

    private static async Task SeedAsync(SpendHost host)
    {
        await host.InsertAsync(
            Tables.DailyUserSpend,
            Rows.Daily("user_id", "u1", "2026-02-03", 0.25),
            Rows.Daily("user_id", "u2", "2026-02-03", 0.5, key: "hash-2", model: "o3"),
            Rows.Daily("user_id", "u1", "2025-12-03", 3));
        await host.InsertAsync(Tables.DailyTeamSpend, Rows.Daily("team_id", "t1", "2026-02-03", 0.25));
        await host.InsertAsync(Tables.Teams, new JsonObject { ["team_id"] = "t1", ["team_alias"] = "eng" });
        await host.InsertAsync(Tables.Keys, Rows.Key("hash-1", "u1", alias: "ci"));
    }

    private static Fields Query(JsonObject query) => new(query, "query");

    private static async Task<double> TotalAsync(SpendHost host, string query) => (await host.GetAsync("/spend/total" + query))!["total_spend"]!.GetValue<double>();

    private static async Task<IEnumerable<double>> SpendOf(Task<JsonNode> items) => (await items).AsArray().Select(static item => item!["total_spend"]!.GetValue<double>());
}
