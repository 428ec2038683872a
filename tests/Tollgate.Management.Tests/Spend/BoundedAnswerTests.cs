using System.Net;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Spend;
using Tollgate.Management.Spend.Logs;

namespace Tollgate.Management.Tests.Spend;

/// <summary>However much was spent, an answer takes a bounded part of the memory.</summary>
public sealed class BoundedAnswerTests
{
    private const string Year = "start_date=2026-01-01&end_date=2026-12-31";

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task ReportsWithMoreLinesThanAreHeld_AreRefusedAndNotCut(DatabaseKind kind)
    {
        await using var host = await SpendHost.StartAsync(kind);
        foreach (var (table, owner) in new[] { (Tables.DailyTagSpend, "tag"), (Tables.DailyUserSpend, "user_id"), (Tables.DailyTeamSpend, "team_id") })
        {
            await FillAsync(host, table, owner);
        }

        foreach (var path in new[]
        {
            "/spend/tags", "/global/spend/tags?" + Year, "/global/spend/all_tag_names", "/global/spend/report?" + Year,
            "/global/spend/report?group_by=api_key&" + Year, "/spend/logs?" + Year, "/global/activity/model?" + Year, "/user/daily/activity/aggregated?" + Year,
            "/global/spend/teams?" + Year,
        })
        {
            var answer = await host.GetAsync(path, HttpStatusCode.BadRequest);
            answer!.ToJsonString().ShouldContain("more than 100000 lines", customMessage: path);
        }

        // What is counted in the database is not bounded by that.
        (await host.GetAsync("/global/spend/keys?limit=5&" + Year))!.AsArray().Count.ShouldBe(5);
        (await host.GetAsync("/global/spend/tags?tags=o1&" + Year))!["spend_per_tag"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task ListOfCallsWithBodies_IsNeverHeldAsAWhole()
    {
        const int Calls = 800;
        const int BodyBytes = 64 * 1024;
        await using var host = await SpendHost.StartAsync(DatabaseKind.Sqlite);
        var body = new string('x', BodyBytes);
        await host.InsertAsync(Tables.SpendLogs, Enumerable.Range(0, Calls).Select(i =>
        {
            var row = Rows.Log($"r{i}", "2026-02-03T00:00:00Z");
            row["response"] = new JsonObject { ["text"] = body };
            return row;
        }));
        var list = await host.Service<SpendLogService>().ListAsync(
            AdminCaller.CommandLine, new Fields([], "query"), TestContext.Current.CancellationToken);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (count, most) = (0, 0L);
        await foreach (var row in list.Rows)
        {
            row["response"]!["text"]!.GetValue<string>().Length.ShouldBe(BodyBytes);
            if (++count % 200 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        // All of them are 100 MB of text; a chunk is an eighth.
        count.ShouldBe(Calls);
        most.ShouldBeLessThan(Calls * BodyBytes);
    }

    private static Task<int> FillAsync(SpendHost host, Table table, string owner) => host.Database.WriteAsync(
        rows => rows.ExecuteAsync(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= @most) "
                + $"INSERT INTO {rows.NameOf(table)} (id, {owner}, \"date\", api_key, model, custom_llm_provider, mcp_namespaced_tool_name, endpoint, updated_at) "
                + "SELECT 'i' || i, 'o' || i, '2026-03-01', 'k' || i, 'm' || i, '', '', '', "
                + (rows.Kind == DatabaseKind.Sqlite ? "'2026-03-01 00:00:00.000'" : "now()") + " FROM n",
            ("most", (long)SpendGroups.Most)),
        TestContext.Current.CancellationToken);
}
