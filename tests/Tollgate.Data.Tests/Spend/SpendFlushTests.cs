using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Tests.Journal;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Tests.Spend;

public sealed class SpendFlushTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Call_FillsTheLogRow(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        var spent = Journals.Event("chatcmpl-1");
        spent.CustomerId = "customer1";
        spent.SessionId = "session1";
        spent.ClientAddress = "10.0.0.1";
        spent.FirstOutput = spent.Start.AddMilliseconds(500);
        spent.Tags.Add("a \"tag\"");
        spent.RequestBody = "{\"messages\":[]}"u8.ToArray();
        setup.Journal.Append(spent);
        await setup.Flush.DrainAsync(default);

        var row = (await setup.RowsAsync(Tables.SpendLogs)).ShouldHaveSingleItem();
        row["request_id"]!.GetValue<string>().ShouldBe("chatcmpl-1");
        row["api_key"]!.GetValue<string>().ShouldBe("key1");
        row["spend"]!.GetValue<double>().ShouldBe(0.25);
        row["total_tokens"]!.GetValue<long>().ShouldBe(15);
        row["startTime"]!.GetValue<string>().ShouldBe("2026-03-01T23:59:59.250000Z");
        row["endTime"]!.GetValue<string>().ShouldBe("2026-03-02T00:00:01.750000Z");
        row["completionStartTime"]!.GetValue<string>().ShouldBe("2026-03-01T23:59:59.750000Z");
        row["request_duration_ms"]!.GetValue<long>().ShouldBe(2500);
        row["metadata"]!.ToJsonString().ShouldBe("{\"user_api_key\":\"key1\"}");
        row["request_tags"]![0]!.GetValue<string>().ShouldBe("a \"tag\"");
        row["proxy_server_request"]!.ToJsonString().ShouldBe("{\"messages\":[]}");
        row["response"]!.ToJsonString().ShouldBe("{}");
        row["messages"]!.ToJsonString().ShouldBe("{}");
        row["team_id"]!.GetValue<string>().ShouldBe("team1");
        row["organization_id"]!.GetValue<string>().ShouldBe("");
        row["end_user"]!.GetValue<string>().ShouldBe("customer1");
        row["session_id"]!.GetValue<string>().ShouldBe("session1");
        row["requester_ip_address"]!.GetValue<string>().ShouldBe("10.0.0.1");
        row["agent_id"].ShouldBeNull();
        row["status"]!.GetValue<string>().ShouldBe("success");
        row["cache_key"]!.GetValue<string>().ShouldBe("Cache OFF");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task CallsWithAReplacedValue_CountForTheKeyAsItIsNow(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.Test.Database.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "now", ["spend"] = 1.0 });
                await db.InsertAsync(Tables.DeprecatedKeys, new JsonObject
                {
                    ["id"] = "1",
                    ["token"] = "key1",
                    ["active_token_id"] = "now",
                    ["revoke_at"] = "2026-03-01T00:00:00Z",
                });
                return 0;
            },
            default);
        setup.Journal.Append(Journals.Event("r1"));
        setup.Journal.Append(Journals.Event("r2"));
        await setup.Flush.DrainAsync(default);

        (await setup.SpendOfAsync(Tables.Keys, "now")).ShouldBe(1.5);
        setup.Listener.Entries.ShouldContain(new FlushedSpend(ChangedObject.Key, "key1", 0.5m, null));
        setup.Listener.Entries.ShouldContain(new FlushedSpend(ChangedObject.Key, "now", 0, 1.5m));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Calls_CountForEveryOneOfTheirOwners(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        await setup.SeedAsync();
        for (var i = 0; i < 3; i++)
        {
            var spent = Journals.Event($"r{i}");
            spent.OrganizationId = "org1";
            spent.CustomerId = "customer1";
            spent.CountGlobally = true;
            spent.Tags.Add("known");
            spent.Tags.Add("unknown");
            setup.Journal.Append(spent);
        }

        await setup.Flush.DrainAsync(default);

        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.75);
        (await setup.SpendOfAsync(Tables.Users, "user1")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.Users, "litellm-proxy-budget")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.Teams, "team1")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.TeamMemberships, "user1", "team1")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.Organizations, "org1")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.OrganizationMemberships, "user1", "org1")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.Customers, "customer1")).ShouldBe(0.75);
        (await setup.SpendOfAsync(Tables.Tags, "known")).ShouldBe(0.75);
        (await setup.RowsAsync(Tables.Tags)).Count.ShouldBe(1);
        (await setup.RowsAsync(Tables.Keys))[0]["last_active"]!.GetValue<string>().ShouldBe("2026-03-02T00:00:01.750000Z");
        (await setup.RowsAsync(Tables.TeamMemberships))[0]["total_spend"]!.GetValue<double>().ShouldBe(0.75);
        setup.Listener.Entries.ShouldContain(new FlushedSpend(ChangedObject.Key, "key1", 0.75m, 1.75m));
        setup.Listener.Entries.ShouldContain(new FlushedSpend(ChangedObject.TeamMember, "team1|user1", 0.75m, 0.75m));
        setup.Listener.Entries.ShouldContain(new FlushedSpend(ChangedObject.Global, "litellm-proxy-budget", 0.75m, 0.75m));
        setup.Listener.Entries.ShouldContain(new FlushedSpend(ChangedObject.Tag, "unknown", 0.75m, null));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task DailyRows_AreSummedOverBatchesAndNeverDoubled(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        for (var i = 0; i < 4; i++)
        {
            var spent = Journals.Event($"r{i}");
            spent.Model = spent.Provider = "";
            spent.CacheReadTokens = 3;
            spent.CacheCreationTokens = 2;
            spent.Succeeded = i != 3;
            spent.Cost = i == 3 ? 0 : 0.25m;
            setup.Journal.Append(spent);
            await setup.Flush.DrainAsync(default);
        }

        var row = (await setup.RowsAsync(Tables.DailyUserSpend)).ShouldHaveSingleItem();
        row["user_id"]!.GetValue<string>().ShouldBe("user1");
        row["date"]!.GetValue<string>().ShouldBe("2026-03-01");
        row["model"]!.GetValue<string>().ShouldBe("");
        row["mcp_namespaced_tool_name"]!.GetValue<string>().ShouldBe("");
        row["endpoint"]!.GetValue<string>().ShouldBe("/chat/completions");
        row["model_group"]!.GetValue<string>().ShouldBe("gpt-4o");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(40);
        row["completion_tokens"]!.GetValue<long>().ShouldBe(20);
        row["cache_read_input_tokens"]!.GetValue<long>().ShouldBe(12);
        row["cache_creation_input_tokens"]!.GetValue<long>().ShouldBe(8);
        row["api_requests"]!.GetValue<long>().ShouldBe(4);
        row["successful_requests"]!.GetValue<long>().ShouldBe(3);
        row["failed_requests"]!.GetValue<long>().ShouldBe(1);
        row["spend"]!.GetValue<double>().ShouldBe(0.75);
        (await setup.RowsAsync(Tables.DailyTeamSpend)).Count.ShouldBe(1);
        (await setup.RowsAsync(Tables.DailyOrganizationSpend)).ShouldBeEmpty();
        (await setup.RowsAsync(Tables.DailyCustomerSpend)).ShouldBeEmpty();
        (await setup.RowsAsync(Tables.DailyTagSpend)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Hours_AreSummedWithTheirHistogram(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        for (var i = 0; i < 2; i++)
        {
            var spent = Journals.Event($"r{i}");
            spent.FirstOutput = spent.Start.AddMilliseconds(100);
            setup.Journal.Append(spent);
            var failed = Journals.Event($"f{i}");
            failed.Succeeded = false;
            failed.ErrorClass = "RateLimitError";
            setup.Journal.Append(failed);
            await setup.Flush.DrainAsync(default);
        }

        var table = kind == DatabaseKind.Sqlite ? "tollgate_rollup_hour" : "tollgate.rollup_hour";
        var rows = await setup.Test.Database.ReadAsync(db => db.QueryAsync($"SELECT * FROM {table} ORDER BY status DESC"), default);
        rows.Count.ShouldBe(2);
        rows[1]["status"]!.GetValue<string>().ShouldBe("RateLimitError");
        rows[0]["status"]!.GetValue<string>().ShouldBe("success");
        rows[0]["requests"]!.GetValue<long>().ShouldBe(2);
        rows[0]["dur_ms_sum"]!.GetValue<double>().ShouldBe(5000);
        rows[0]["ttft_n"]!.GetValue<long>().ShouldBe(2);
        rows[0]["ttft_ms_sum"]!.GetValue<double>().ShouldBe(200);
        var histogram = rows[0]["dur_ms_hist"]!.ToString().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("");
        histogram.ShouldBe("[0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0]");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task FailedCalls_CountAsFailedOnly(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind, Journals.NoSync with { DisableErrorLogs = true });
        await setup.SeedAsync();
        var spent = Journals.Event("r");
        spent.Succeeded = false;
        spent.Cost = 0;
        setup.Journal.Append(spent);
        await setup.Flush.DrainAsync(default);

        (await setup.RowsAsync(Tables.SpendLogs)).ShouldBeEmpty();
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.0);
        (await setup.RowsAsync(Tables.Keys))[0]["last_active"].ShouldBeNull();
        (await setup.RowsAsync(Tables.DailyUserSpend))[0]["failed_requests"]!.GetValue<long>().ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task DisabledLogs_StillCount(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind, Journals.NoSync with { DisableLogs = true }, new BudgetSettings { IgnoreCustomers = true });
        await setup.SeedAsync();
        var spent = Journals.Event("r");
        spent.CustomerId = "customer1";
        setup.Journal.Append(spent);
        await setup.Flush.DrainAsync(default);

        (await setup.RowsAsync(Tables.SpendLogs)).ShouldBeEmpty();
        (await setup.RowsAsync(Tables.Customers)).ShouldBeEmpty();
        (await setup.SpendOfAsync(Tables.Keys, "key1")).ShouldBe(1.25);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task TakenIds_GetTheCallsSuffix(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        setup.Journal.Append(WithCall("same", "aaaaaaaa-1111"));
        setup.Journal.Append(WithCall("other", "dddddddd-1111"));
        await setup.Flush.DrainAsync(default);
        setup.Journal.Append(WithCall("same", "bbbbbbbb-2222"));
        setup.Journal.Append(WithCall("fresh", "eeeeeeee-1111"));
        setup.Journal.Append(WithCall("same", "cccccccc-3333"));
        setup.Journal.Append(WithCall("twice", "12345678-1111"));
        setup.Journal.Append(WithCall("twice", "87654321-1111"));
        await setup.Flush.DrainAsync(default);

        (await setup.RowsAsync(Tables.SpendLogs)).Select(static r => r["request_id"]!.GetValue<string>()).Order(StringComparer.Ordinal)
            .ShouldBe(["fresh", "other", "same", "same_bbbbbbbb", "same_cccccccc", "twice", "twice_87654321"]);
        (await setup.RowsAsync(Tables.DailyUserSpend))[0]["api_requests"]!.GetValue<long>().ShouldBe(7);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task TextsThatTheDatabaseRefuses_DoNotBreakTheBatch(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        var spent = Journals.Event("r\0\ud800");
        spent.CustomerId = "c\0\udc00";
        spent.Tags.Add("t\0\ud83d");
        spent.Metadata = Encoding.UTF8.GetBytes("{\"a\":\"\\u0000\\ud800\"}");
        setup.Journal.Append(spent);
        await setup.Flush.DrainAsync(default);

        (await setup.RowsAsync(Tables.SpendLogs)).ShouldHaveSingleItem()["request_id"]!.GetValue<string>().ShouldBe("r");
        (await setup.RowsAsync(Tables.Customers)).ShouldHaveSingleItem()["user_id"]!.GetValue<string>().ShouldBe("c");
        setup.Flush.Poison.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task BadRecord_IsKeptApartAndTheOthersGoOn(DatabaseKind kind)
    {
        await using var setup = await SpendSetup.CreateAsync(kind);
        for (var i = 0; i < 9; i++)
        {
            var spent = Journals.Event($"r{i}");
            spent.Metadata = i == 5 ? "{no json"u8.ToArray() : spent.Metadata;
            setup.Journal.Append(spent);
        }

        await setup.Flush.DrainAsync(default);

        setup.Flush.Poison.Count.ShouldBe(1, File.ReadAllText(setup.Flush.Poison.Path));
        (await setup.RowsAsync(Tables.SpendLogs)).Select(static r => r["request_id"]!.GetValue<string>()).Order(StringComparer.Ordinal)
            .ShouldBe(["r0", "r1", "r2", "r3", "r4", "r6", "r7", "r8"]);
        (await setup.RowsAsync(Tables.DailyUserSpend))[0]["api_requests"]!.GetValue<long>().ShouldBe(8);
        File.ReadAllLines(setup.Flush.Poison.Path).ShouldHaveSingleItem().ShouldContain("\"record\"");
        setup.Journal.State.Waiting.ShouldBe(0);
    }

    private static SpendEvent WithCall(string id, string callId)
    {
        var spent = Journals.Event(id);
        spent.CallId = callId;
        return spent;
    }
}
