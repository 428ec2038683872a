using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Tests.Identity;

public sealed class IdentityOfOthersTests
{
    public static TheoryData<DatabaseKind> Engines { get; } = [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Customer_HasItsBudgetRowElseTheConfiguredOne(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind, new BudgetSettings { DefaultCustomerBudgetId = "default", DefaultCustomerMax = 99 });
        await rows.InsertAsync(
            IdentityRows.Budget("default", "\"max_budget\": 1, \"rpm_limit\": 5, \"budget_duration\": \"1d\""),
            IdentityRows.Budget("gold", "\"max_budget\": 100, \"model_max_budget\": {\"m\": 4}"),
            (Tables.Customers, """{"user_id": "rich", "budget_id": "gold", "spend": 7, "blocked": true, "default_model": "m"}"""),
            (Tables.Customers, """{"user_id": "plain", "spend": 2}"""));

        var rich = await rows.Store.FindCustomerAsync("rich", Stop);
        var plain = await rows.Store.FindCustomerAsync("plain", Stop);
        var unknown = await rows.Store.FindCustomerAsync("unknown", Stop);

        (rich.Exists, rich.Blocked, rich.DefaultModel).ShouldBe((true, true, "m"));
        rich.Budget.ShouldBe(new BudgetFacts(100, null, null, null, 7, "gold"));
        rich.ModelBudgets.ShouldBe([new PartialBudget("m", 4, null, default)]);
        plain.Budget.ShouldBe(new BudgetFacts(1, null, "1d", null, 2, "default"));
        (unknown.Id, unknown.Exists, unknown.Blocked).ShouldBe(("unknown", false, false));
        unknown.Budget.ShouldBe(new BudgetFacts(1, null, "1d", null, 0, "default"));
        unknown.Limits.RequestsPerMinute.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task CustomerWithoutAnyBudgetRow_HasTheConfiguredAmount(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind, new BudgetSettings { DefaultCustomerMax = 0.5m });

        (await rows.Store.FindCustomerAsync("c", Stop)).Budget.ShouldBe(new BudgetFacts(0.5m, null, null, null, 0, null));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Tag_HasRowAndBudget(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            IdentityRows.Budget("b", "\"max_budget\": 5, \"tpm_limit\": 10"),
            (Tables.Tags, """{"tag_name": "prod", "budget_id": "b", "spend": 1.5, "updated_at": "2026-01-01T00:00:00Z"}"""));

        var tag = (await rows.Store.FindTagAsync("prod", Stop)).ShouldNotBeNull();

        tag.Budget.ShouldBe(new BudgetFacts(5, null, null, null, 1.5m, "b"));
        tag.Limits.TokensPerMinute.ShouldBe(10);
        (await rows.Store.FindTagAsync("other", Stop)).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task GlobalBudget_IsTheFixedRowAgainstTheConfiguredAmount(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind, new BudgetSettings { GlobalMax = 100, GlobalDuration = "30d" });
        (await rows.Store.FindGlobalBudgetAsync(Stop)).ShouldBe(new BudgetFacts(100, null, "30d", null, 0, null));
        await rows.InsertAsync((Tables.Users,
            """{"user_id": "litellm-proxy-budget", "spend": 12.5, "max_budget": 1, "budget_reset_at": "2026-04-01T00:00:00Z"}"""));

        (await rows.Store.FindGlobalBudgetAsync(Stop))
            .ShouldBe(new BudgetFacts(100, null, "30d", new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), 12.5m, null));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task SpendSinceMidnight_IsTheSumOfDays(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            Day("1", "2026-03-08", "k", "gpt-4o-2024", "gpt-4o", 1),
            Day("2", "2026-03-09", "k", "gpt-4o-2024", "gpt-4o", 2),
            Day("3", "2026-03-10", "k", "claude", "openai/sonnet", 4),
            Day("4", "2026-03-10", "other", "gpt-4o-2024", "gpt-4o", 8));
        var since = new DateTimeOffset(2026, 3, 9, 0, 0, 0, TimeSpan.Zero);

        (await Sum(SpendScope.Key, "k")).ShouldBe(6);
        (await Sum(SpendScope.KeyAndModel, "k", "gpt-4o")).ShouldBe(2);
        (await Sum(SpendScope.KeyAndModel, "k", "openai/*")).ShouldBe(4);
        (await Sum(SpendScope.KeyAndModel, "k", "openai/gpt-4o")).ShouldBe(2);
        (await Sum(SpendScope.KeyAndModel, "k", "sonnet")).ShouldBe(4);
        (await Sum(SpendScope.KeyAndModel, "k", "gpt_4o")).ShouldBe(0);
        (await Sum(SpendScope.User, "u")).ShouldBe(14);
        (await Sum(SpendScope.Provider, "p")).ShouldBe(14);
        (await Sum(SpendScope.ModelGroup, "gpt-4o")).ShouldBe(10);
        (await Sum(SpendScope.Team, "t")).ShouldBe(0);
        (await Sum(SpendScope.Customer, "c")).ShouldBe(0);
        (await Sum(SpendScope.Tag, "x")).ShouldBe(0);
        (await Sum(SpendScope.Deployment, "d")).ShouldBe(0);

        async Task<decimal> Sum(SpendScope scope, string id, string? model = null)
            => await rows.Store.FindSpendSinceAsync(scope, id, model, since, Stop);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task SpendSinceADaysMiddle_TakesTheRestOfThatDayFromTheLogs(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            Day("1", "2026-03-09", "k", "m", "g", 100),
            Day("2", "2026-03-10", "k", "m", "g", 4),
            Log("r1", "2026-03-09T11:59:59Z", 1),
            Log("r2", "2026-03-09T12:00:00Z", 2),
            Log("r3", "2026-03-09T23:59:59Z", 3),
            Log("r4", "2026-03-10T00:00:00Z", 50));
        var noon = new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero);

        (await rows.Store.FindSpendSinceAsync(SpendScope.Key, "k", null, noon, Stop)).ShouldBe(9);
        (await rows.Store.FindSpendSinceAsync(SpendScope.Tag, "x", null, noon, Stop)).ShouldBe(5);
        (await rows.Store.FindSpendSinceAsync(SpendScope.Deployment, "d", null, noon.AddSeconds(1), Stop)).ShouldBe(0);
        (await rows.Store.FindSpendSinceAsync(SpendScope.Deployment, "d", null, noon.AddHours(11.5), Stop)).ShouldBe(3);
    }

    private static (Table, string) Day(string id, string date, string key, string model, string group, double spend) => (Tables.DailyUserSpend,
        $$"""
        {"id": "{{id}}", "user_id": "u", "date": "{{date}}", "api_key": "{{key}}", "model": "{{model}}", "model_group": "{{group}}",
         "custom_llm_provider": "p", "endpoint": "", "mcp_namespaced_tool_name": "", "spend": {{spend}}, "updated_at": "2026-01-01T00:00:00Z"}
        """);

    private static (Table, string) Log(string id, string start, double spend) => (Tables.SpendLogs,
        $$"""
        {"request_id": "{{id}}", "call_type": "acompletion", "api_key": "k", "spend": {{spend}}, "startTime": "{{start}}", "endTime": "{{start}}",
         "model": "m", "model_id": "d", "model_group": "g", "request_tags": ["x"]}
        """);
}
