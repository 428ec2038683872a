using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend.Logs;

namespace Tollgate.Management.Tests.Spend;

public sealed class SpendLogTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task EmptyDatabase_AnswersEmptyLists(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);

        (await host.GetTextAsync("/spend/logs")).Text.ShouldBe("[]");
        (await host.GetTextAsync("/spend/logs?start_date=2024-01-01&end_date=2024-01-31")).Text.ShouldBe("[]");
        (await host.GetTextAsync("/spend/logs?request_id=nope")).Text.ShouldBe("[]");
        (await host.GetTextAsync("/spend/logs?api_key=sk-xxx")).Text.ShouldBe("[]");
        (await host.GetTextAsync("/spend/logs/ui/nope")).Text.ShouldBe("null");
        (await host.GetTextAsync("/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28")).Text.ShouldBe(
            """{"data":[],"total":0,"page":1,"page_size":50,"total_pages":0,"next_cursor":null}""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Rows_CarryAllMembersNewestFirst(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.SpendLogs, Rows.Log("r1", "2026-02-03T04:05:06.789Z", 0.0012, team: "t1"), Rows.Log("r2", "2026-02-04T00:00:00Z", 2));

        var rows = (await host.GetAsync("/spend/logs?limit=100"))!.AsArray();

        rows.Select(static row => row!["request_id"]!.GetValue<string>()).ShouldBe(["r2", "r1"]);
        var row = rows[1]!.AsObject();
        row.Select(static member => member.Key).ShouldBe(LogRow.Members);
        row["startTime"]!.GetValue<string>().ShouldBe("2026-02-03T04:05:06.789000Z");
        row["request_duration_ms"]!.GetValue<long>().ShouldBe(2000);
        row["metadata"]!["user_api_key_team_alias"]!.GetValue<string>().ShouldBe("engineering");
        row["request_tags"]!.ToJsonString().ShouldBe("""["prod"]""");
        row["response"]!.ToJsonString().ShouldBe("""{"id":"r1"}""");
        row["team_id"]!.GetValue<string>().ShouldBe("t1");
        row["organization_id"].ShouldBeNull();
        (await host.GetTextAsync("/spend/logs?limit=1")).Text.ShouldContain("\"spend\":2.0");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task SumsOfATeam_NameTheUsersWhoseKeysSpent(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.DailyTeamSpend,
            Rows.Daily("team_id", "t1", "2026-02-03", 0.25),
            Rows.Daily("team_id", "t1", "2026-02-03", 0.5, key: "hash-2", model: "o3"));
        await host.InsertAsync(Tables.Keys, Rows.Key("hash-1", "u1", team: "t1"));

        (await host.GetTextAsync("/spend/logs?team_id=t1&start_date=2026-02-03&end_date=2026-02-03")).Text.ShouldBe(
            """[{"startTime":"2026-02-03","spend":0.75,"users":{"":0.5,"u1":0.25},"models":{"o3":0.5,"gpt-4o":0.25},"hash-2":0.5,"hash-1":0.25}]""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Filters_LeaveWhatTheyName(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        var failed = Rows.Log("failed", "2026-02-05T00:00:00Z", 0, key: Hash("sk-clear"));
        failed["status"] = "failure";
        failed["metadata"] = new JsonObject { ["error_information"] = new JsonObject { ["error_code"] = "429", ["error_message"] = "Slow 100% down" } };
        await host.InsertAsync(
            Tables.SpendLogs, failed, Rows.Log("a", "2026-02-03T00:00:00Z", team: "t1"), Rows.Log("b", "2026-02-04T00:00:00Z", 3, key: "k2", user: "u2", model: "o3"));

        (await Ids(host, "/spend/logs?api_key=sk-clear")).ShouldBe(["failed"]);
        (await Ids(host, "/spend/logs?api_key=k2")).ShouldBe(["b"]);
        (await Ids(host, "/spend/logs?team_id=t1")).ShouldBe(["a"]);
        (await Ids(host, "/spend/logs?user_id=u2")).ShouldBe(["b"]);
        (await Ids(host, "/spend/logs?model=o3")).ShouldBe(["b"]);
        (await Ids(host, "/spend/logs?model=openai/o3")).ShouldBe(["b"]);
        (await Ids(host, "/spend/logs?status=failure")).ShouldBe(["failed"]);
        (await Ids(host, "/spend/logs?request_id=a")).ShouldBe(["a"]);
        (await Ids(host, "/spend/logs?limit=1&offset=1")).ShouldBe(["b"]);
        (await Ids(host, "/spend/logs?start_date=2026-02-03&end_date=2026-02-04&summarize=false")).ShouldBe(["b", "a"]);

        const string page = "/spend/logs/ui?start_date=2026-02-01 00:00:00&end_date=2026-02-28 23:59:59&";
        (await Ids(host, page + "status_filter=success")).ShouldBe(["b", "a"]);
        (await Ids(host, page + "error_code=429")).ShouldBe(["failed"]);
        (await Ids(host, page + "error_message=100%25 D")).ShouldBe(["failed"]);
        (await Ids(host, page + "key_alias=CI-HASH")).ShouldBe(["a"]);
        (await Ids(host, page + "min_spend=1&max_spend=5")).ShouldBe(["b"]);
        (await Ids(host, page + "sort_by=spend&sort_order=asc")).ShouldBe(["failed", "a", "b"]);
        (await Ids(host, page + "sort_by=ttft_ms&page_size=2&page=2")).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Cursors_ReachEveryRowOnce(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.SpendLogs, Enumerable.Range(0, 25).Select(static i => Rows.Log(
            $"r|{i:00}", $"2026-02-03T00:00:{(i / 10).ToString(CultureInfo.InvariantCulture).PadLeft(2, '0')}.001Z")));
        const string path = "/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28&page_size=10";
        foreach (var order in (string[])["desc", "asc"])
        {
            var seen = new List<string>();
            var cursor = "";
            do
            {
                var page = await host.GetAsync($"{path}&sort_order={order}&cursor={cursor}");
                ((int?)page!["total"]).ShouldBe(cursor.Length == 0 ? 25 : null);
                ((int?)page["total_pages"]).ShouldBe(cursor.Length == 0 ? 3 : null);
                seen.AddRange(IdsOf(page["data"]!.AsArray()));
                cursor = page["next_cursor"]?.GetValue<string>();
            }
            while (cursor is not null);

            var all = Enumerable.Range(0, 25).Select(static i => $"r|{i:00}");
            seen.ShouldBe(order == "asc" ? all : all.Reverse());
        }

        IdsOf((await host.GetAsync(path + "&page=3"))!["data"]!.AsArray()).Count().ShouldBe(5);
        (await host.GetAsync(path + "&page=4"))!["data"]!.AsArray().ShouldBeEmpty();
        (await host.GetAsync(path + "&page=99999999"))!["data"]!.AsArray().ShouldBeEmpty();
        IdsOf((await host.GetAsync(path + "&page=4"))!["data"]!.AsArray()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task MoreThanTheLongestList_IsCutAndSaysSo(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.SpendLogs, Enumerable.Range(0, 10_002).Select(static i => Rows.Log(
            i.ToString("00000", CultureInfo.InvariantCulture), "2026-02-03T00:00:00Z")));

        var (text, answer) = await host.GetTextAsync("/spend/logs");

        answer.Headers.GetValues("x-tollgate-truncated").ShouldBe(["true"]);
        var ids = IdsOf(JsonNode.Parse(text)!.AsArray()).ToList();
        ids.Count.ShouldBe(10_000);
        ids.Distinct().Count().ShouldBe(10_000);
        ids[0].ShouldBe("10001");
        (await host.GetTextAsync("/spend/logs?limit=10000")).Answer.Headers.Contains("x-tollgate-truncated").ShouldBeFalse();
        (await host.GetAsync("/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28"))!["total"]!.GetValue<int>().ShouldBe(10_001);

        // How far the rows really go is not counted: skipping to there would read them all.
        (await host.GetAsync("/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28&page=99999999", HttpStatusCode.BadRequest))!
            .ToJsonString().ShouldContain("next_cursor");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task BothDates_SumByDay(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.DailyUserSpend,
            Rows.Daily("user_id", "u1", "2026-02-03", 0.25),
            Rows.Daily("user_id", "u2", "2026-02-03", 0.5, key: "hash-2", model: "o3"),
            Rows.Daily("user_id", "u1", "2026-02-05", 1));
        await host.InsertAsync(Tables.SpendLogs, Rows.Log("r1", "2026-02-03T23:59:59.999Z", 4));

        (await host.GetTextAsync("/spend/logs?start_date=2026-02-03&end_date=2026-02-06")).Text.ShouldBe(
            """
            [{"startTime":"2026-02-03","spend":0.75,"users":{"u1":0.25,"u2":0.5},"models":{"gpt-4o":0.25,"o3":0.5},"hash-1":0.25,"hash-2":0.5},
            {"startTime":"2026-02-05","spend":1.0,"users":{"u1":1.0},"models":{"gpt-4o":1.0},"hash-1":1.0},
            {"startTime":"2026-02-06","spend":0,"users":{},"models":{}}]
            """.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal));
        (await host.GetTextAsync("/spend/logs?start_date=2026-02-03&end_date=2026-02-03&user_id=u2")).Text.ShouldContain("\"spend\":0.5");
        (await host.GetTextAsync("/spend/logs?start_date=2026-02-03&end_date=2026-02-03&request_id=r1")).Text.ShouldContain("\"spend\":4.0");
        (await host.GetTextAsync("/spend/logs?start_date=2026-02-07&end_date=2026-02-09")).Text.ShouldBe("[]");
    }

    [Theory]
    [InlineData("/spend/logs?start_date=2026-02-01", HttpStatusCode.BadRequest, "Please provide both start_date and end_date")]
    [InlineData("/spend/logs?end_date=2026-02-01", HttpStatusCode.BadRequest, "Please provide both start_date and end_date")]
    [InlineData("/spend/logs?start_date=yesterday&end_date=2026-02-01", HttpStatusCode.BadRequest, "yesterday")]
    [InlineData("/spend/logs?start_date=2026-02-30&end_date=2026-03-01", HttpStatusCode.BadRequest, "2026-02-30")]
    [InlineData("/spend/logs?limit=0", HttpStatusCode.UnprocessableEntity, "greater_than_equal")]
    [InlineData("/spend/logs?limit=10001", HttpStatusCode.UnprocessableEntity, "less_than_equal")]
    [InlineData("/spend/logs?limit=ten", HttpStatusCode.UnprocessableEntity, "limit")]
    [InlineData("/spend/logs?offset=-1", HttpStatusCode.UnprocessableEntity, "offset")]
    [InlineData("/spend/logs?cursor=!!", HttpStatusCode.BadRequest, "Invalid cursor")]
    [InlineData("/spend/logs?cursor=MTIz", HttpStatusCode.BadRequest, "Invalid cursor")]
    [InlineData("/spend/logs/v2?start_date=2026-02-01", HttpStatusCode.BadRequest, "Start date and end date are required")]
    [InlineData("/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28&page=0", HttpStatusCode.UnprocessableEntity, "page")]
    [InlineData("/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28&page_size=101", HttpStatusCode.UnprocessableEntity, "page_size")]
    [InlineData("/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28&sort_by=spend;drop", HttpStatusCode.BadRequest, "Invalid sort_by")]
    [InlineData("/spend/logs/session/ui", HttpStatusCode.UnprocessableEntity, "session_id")]
    public async Task WhatDoesNotFit_IsRefused(string path, HttpStatusCode status, string part)
    {
        await using var host = await SpendHost.StartAsync(DatabaseKind.Sqlite);

        (await host.GetAsync(path, status))!.ToJsonString().ShouldContain(part);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task SqlInParameters_IsText(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(Tables.SpendLogs, Rows.Log("r1", "2026-02-03T00:00:00Z"));
        foreach (var text in (string[])["' OR '1'='1", "'; DELETE FROM \"LiteLLM_SpendLogs\"; --", "%", "{own:kv}", "a%00b", "@p0"])
        {
            var value = text.Contains("%00", StringComparison.Ordinal) ? text : Uri.EscapeDataString(text);
            foreach (var name in (string[])["api_key", "user_id", "request_id", "team_id", "end_user", "model", "status"])
            {
                (await host.GetTextAsync($"/spend/logs?{name}={value}")).Text.ShouldBe("[]", $"{name}={text}");
            }

            var page = await host.GetAsync($"/spend/logs/v2?start_date=2026-02-01&end_date=2026-02-28&key_alias={value}&error_message={value}&error_code={value}");
            page!["total"]!.GetValue<int>().ShouldBe(0);
        }

        (await Ids(host, "/spend/logs")).ShouldBe(["r1"]);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task InternalUsers_SeeTheirRowsAndThoseOfTeamsTheyAdministrate(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        await host.InsertAsync(
            Tables.SpendLogs,
            Rows.Log("own", "2026-02-03T00:00:00Z", user: "u1"),
            Rows.Log("led", "2026-02-03T00:00:01Z", user: "u2", team: "t1"),
            Rows.Log("other", "2026-02-03T00:00:02Z", user: "u2", team: "t2"));
        await host.InsertAsync(
            Tables.Teams,
            new JsonObject { ["team_id"] = "t1", ["members_with_roles"] = new JsonArray(new JsonObject { ["user_id"] = "u1", ["role"] = "admin" }) },
            new JsonObject { ["team_id"] = "t2", ["members_with_roles"] = new JsonArray(new JsonObject { ["user_id"] = "u1", ["role"] = "user" }) });
        var logs = host.Service<SpendLogService>();
        var user = Callers.User("u1");

        (await ListAsync(logs, user, [])).ShouldBe(["own"]);
        (await ListAsync(logs, user, new JsonObject { ["user_id"] = "u2" })).ShouldBe(["own"]);
        (await PageAsync(logs, user, [])).ShouldBe(["led", "own"]);
        (await PageAsync(logs, user, new JsonObject { ["team_id"] = "t1" })).ShouldBe(["led"]);
        (await PageAsync(logs, user, new JsonObject { ["team_id"] = "t2" })).ShouldBeEmpty();
        (await PageAsync(logs, user, new JsonObject { ["user_id"] = "u2" })).ShouldBe(["led"]);
        (await logs.BodiesAsync(user, "led", CancellationToken.None)).ShouldNotBeNull();
        (await logs.BodiesAsync(user, "other", CancellationToken.None)).ShouldBeNull();
        (await PageAsync(logs, Callers.User("u1", AdminRole.ProxyAdminViewer), [])).Count.ShouldBe(3);
        (await ListAsync(logs, Callers.Key("hash-9", "/spend/logs"), [])).ShouldBeEmpty();
        (await Should.ThrowAsync<AdminException>(() => ListAsync(logs, Callers.Key("hash-1"), []))).Status.ShouldBe(401);
    }

    private static string Hash(string key)
        => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));

    private static IEnumerable<string> IdsOf(JsonArray rows) => rows.Select(static row => row!["request_id"]!.GetValue<string>());

    private static async Task<IEnumerable<string>> Ids(SpendHost host, string path)
    {
        var answer = await host.GetAsync(path);
        return IdsOf(answer as JsonArray ?? answer!["data"]!.AsArray());
    }

    private static async Task<List<string>> ListAsync(SpendLogService logs, AdminCaller caller, JsonObject query)
    {
        var list = await logs.ListAsync(caller, new Fields(query, "query"), CancellationToken.None);
        var ids = new List<string>();
        await foreach (var row in list.Rows)
        {
            ids.Add(row["request_id"]!.GetValue<string>());
        }

        return ids;
    }

    private static async Task<List<string>> PageAsync(SpendLogService logs, AdminCaller caller, JsonObject query)
    {
        query["start_date"] = "2026-02-01";
        query["end_date"] = "2026-02-28";
        return [.. IdsOf((await logs.PageAsync(caller, new Fields(query, "query"), CancellationToken.None))["data"]!.AsArray())];
    }
}
