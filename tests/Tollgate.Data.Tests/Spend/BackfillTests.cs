using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Spend;

/// <summary>Sums of past days from the logs.</summary>
public sealed class BackfillTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task DaysWithoutSums_AreSummedFromTheLogsOnce(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test, Tables.SpendLogs, Log("a1", "2026-03-04T05:06:07.000Z", 0.25));
        await InsertAsync(test, Tables.SpendLogs, Log("a2", "2026-03-04T05:59:59.000Z", 0.5));
        await InsertAsync(test, Tables.SpendLogs, Log("a3", "2026-03-04T23:00:00.000Z", 0, "failure"));
        await InsertAsync(test, Tables.SpendLogs, Log("b1", "2026-03-05T00:00:00.000Z", 1));
        await InsertAsync(test, Tables.SpendLogs, Log("c1", "2026-03-06T00:00:00.000Z", 9));
        await InsertAsync(test, Tables.DailyUserSpend, new JsonObject
        {
            ["id"] = "known",
            ["user_id"] = "u",
            ["date"] = "2026-03-05",
            ["api_key"] = "k",
            ["model"] = "m",
            ["custom_llm_provider"] = "",
            ["mcp_namespaced_tool_name"] = "",
            ["endpoint"] = "",
            ["spend"] = 7d,
        });
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var backfill = new SpendBackfill(test.Store, new Today(), output);

        (await backfill.RunAsync(30, Stop)).ShouldBe(2);

        var users = await RowsAsync(test, Tables.DailyUserSpend);
        users.Select(static row => (row["date"]!.GetValue<string>(), row["spend"]!.GetValue<double>())).ShouldBe([("2026-03-04", 0.75), ("2026-03-05", 7d)], ignoreOrder: true);
        var first = users.Single(static row => row["date"]!.GetValue<string>() is "2026-03-04");
        (first["api_requests"]!.GetValue<long>(), first["failed_requests"]!.GetValue<long>(), first["prompt_tokens"]!.GetValue<long>()).ShouldBe((3, 1, 60));
        (first["endpoint"]!.GetValue<string>(), first["cache_read_input_tokens"]!.GetValue<long>()).ShouldBe(("/chat/completions", 15));
        var tags = await RowsAsync(test, Tables.DailyTagSpend);
        tags.Count.ShouldBe(4);
        tags.Sum(static row => row["spend"]!.GetValue<double>()).ShouldBe(3.5, 1e-9);
        var hours = await test.Database.ReadAsync(static rows => rows.QueryAsync("SELECT status, sum(requests) AS n FROM {own:rollup_hour} GROUP BY status ORDER BY status"), Stop);
        hours.Select(static row => (row["status"]!.GetValue<string>(), Convert.ToInt64(row["n"]!.ToString(), CultureInfo.InvariantCulture)))
            .ShouldBe([("RateLimitError", 1L), ("success", 3L)]);
        output.ToString().ShouldContain("2026-03-04: 3 calls into LiteLLM_DailyUserSpend, ");

        (await backfill.RunAsync(30, Stop)).ShouldBe(0);
        (await RowsAsync(test, Tables.DailyTagSpend)).Count.ShouldBe(4);
    }

    private static JsonObject Log(string id, string start, double spend, string status = "success") => new()
    {
        ["request_id"] = id,
        ["call_type"] = "acompletion",
        ["api_key"] = "k",
        ["spend"] = spend,
        ["prompt_tokens"] = 20,
        ["completion_tokens"] = 10,
        ["total_tokens"] = 30,
        ["startTime"] = start,
        ["endTime"] = start,
        ["model"] = "m",
        ["model_group"] = "g",
        ["model_id"] = "d",
        ["user"] = "u",
        ["team_id"] = "t",
        ["status"] = status,
        ["request_tags"] = new JsonArray("one", "two"),
        ["metadata"] = new JsonObject
        {
            ["usage_object"] = new JsonObject { ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 5 } },
            ["error_information"] = status is "failure" ? new JsonObject { ["error_class"] = "RateLimitError" } : null,
        },
    };

    private static Task<bool> InsertAsync(TestDatabase test, Table table, JsonObject row) => test.Database.WriteAsync(
        async rows =>
        {
            await rows.InsertAsync(table, row);
            return true;
        },
        Stop);

    private static Task<IReadOnlyList<JsonObject>> RowsAsync(TestDatabase test, Table table) => test.Database.ReadAsync(rows => rows.SelectAsync(table, Filter.None), Stop);

    private sealed class Today : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);
    }
}
