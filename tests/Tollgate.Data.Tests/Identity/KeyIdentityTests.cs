using System.Text;
using Tollgate.Data.Identity;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Tests.Identity;

public sealed class KeyIdentityTests
{
    public static TheoryData<DatabaseKind> Engines { get; } = [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task KeyWithEverything_IsReadWholeWithOneStatement(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await InsertEverythingAsync(rows);
        await rows.Store.FindKeyAsync("unknown", Stop);
        rows.Database.Statements = 0;

        var key = (await rows.Store.FindKeyAsync("h1", Stop)).ShouldNotBeNull();

        rows.Database.Statements.ShouldBe(1);
        key.Hash.ShouldBe("h1");
        key.Alias.ShouldBe("ci");
        key.Name.ShouldBe("sk-...abcd");
        key.Blocked.ShouldBeTrue();
        key.Expires.ShouldBe(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
        key.Models.ShouldBe(["gpt-4o", "openai/*"]);
        key.AccessGroupModels.ShouldBe(["a1", "a2", "b1"], ignoreOrder: true);
        key.Aliases["fast"].ShouldBe("gpt-4o-mini");
        key.AllowedRoutes.ShouldBe(["/chat/completions"]);
        Encoding.UTF8.GetString(key.Permissions.Span).ShouldBe("""{"get_spend_routes":true}""");
        key.Limits.ShouldBe(new RateLimits(10, 2000, 3));
        key.Budget.ShouldBe(new BudgetFacts(12.5m, null, "30d", new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), 0.1m, null));
        key.Windows.ShouldBe([new PartialBudget("1d", 5, "1d", default), new PartialBudget("7d", 20.5m, "7d", default)]);
        key.ModelBudgets.OrderBy(static budget => budget.Name, StringComparer.Ordinal).ShouldBe(
        [
            new PartialBudget("bare", 5, "30d", default),
            new PartialBudget("gpt-4o", 0.5m, "1d", new RateLimits(5, 1000, null)),
            new PartialBudget("other", 2, "1h", default),
            new PartialBudget("rates", null, null, new RateLimits(7, null, null)),
        ]);
        key.AgentId.ShouldBe("agent");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task KeyWithEverything_HasItsOwners(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await InsertEverythingAsync(rows);

        var key = (await rows.Store.FindKeyAsync("h1", Stop)).ShouldNotBeNull();

        var user = key.User.ShouldNotBeNull();
        (user.Id, user.Email, user.Alias, user.Role, user.IsActive).ShouldBe(("u1", "u@example.com", "Uma", "internal_user", false));
        user.Budget.ShouldBe(new BudgetFacts(7, null, "1d", null, 1.25m, null));
        user.ModelBudgets.ShouldBe([new PartialBudget("m", 3, "1d", default)]);
        var team = key.Team.ShouldNotBeNull();
        (team.Id, team.Alias, team.Blocked).ShouldBe(("t1", "eng", true));
        team.Models.ShouldBe(["gpt-4o"]);
        team.Aliases["fast"].ShouldBe("gpt-4o");
        team.Limits.ShouldBe(new RateLimits(100, null, null));
        team.Budget.ShouldBe(new BudgetFacts(50, 40, "30d", null, 4, null));
        team.Windows.ShouldBe([new PartialBudget("1d", 9, "1d", default)]);
        team.AccessGroupModels.ShouldBe(["b1"]);
        team.Admins.ShouldBe(["u9"]);
        team.Metadata.Tags.ShouldBe(["eng"]);
        var member = key.Member.ShouldNotBeNull();
        member.Limits.ShouldBe(new RateLimits(4, null, null));
        member.Budget.ShouldBe(new BudgetFacts(6, null, "7d", null, 2.5m, "bm"));
        member.Models.ShouldBe(["gpt-4o"]);
        var organization = key.Organization.ShouldNotBeNull();
        (organization.Id, organization.Alias).ShouldBe(("o1", "Org o1"));
        organization.Limits.ShouldBe(new RateLimits(null, 9000, null));
        organization.Budget.ShouldBe(new BudgetFacts(500, null, null, null, 100, "bo"));
        var project = key.Project.ShouldNotBeNull();
        (project.Id, project.Alias, project.Blocked).ShouldBe(("p1", "apollo", true));
        project.Budget.ShouldBe(new BudgetFacts(30, null, null, null, 3, "bp"));
        project.ModelLimits.RequestsPerMinute["gpt-4o"].ShouldBe(6);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Metadata_SaysWhatCallsGet(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await InsertEverythingAsync(rows);

        var metadata = (await rows.Store.FindKeyAsync("h1", Stop)).ShouldNotBeNull().Metadata;

        metadata.Tags.ShouldBe(["prod", "eu"]);
        metadata.ModelLimits.RequestsPerMinute["gpt-4o"].ShouldBe(11);
        metadata.ModelLimits.TokensPerMinute["gpt-4o"].ShouldBe(22);
        metadata.TemporaryBudgetIncrease.ShouldBe(2.5m);
        metadata.TemporaryBudgetExpiry.ShouldBe(new DateTimeOffset(2026, 3, 20, 0, 0, 0, TimeSpan.Zero));
        metadata.EnforcedParams.ShouldBe(["user"]);
        Encoding.UTF8.GetString(metadata.SpendLogsMetadata.Span).ShouldBe("""{"cost_center":"x"}""");
        Encoding.UTF8.GetString(metadata.Json.Span).ShouldContain("\"purpose\":\"ci\"");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task BareKey_HasNothing(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync((Tables.Keys, """{"token": "h"}"""));

        var key = (await rows.Store.FindKeyAsync("h", Stop)).ShouldNotBeNull();

        (key.User, key.Team, key.Member, key.Organization, key.Project).ShouldBe((null, null, null, null, null));
        key.Budget.ShouldBe(default);
        key.Limits.IsNone.ShouldBeTrue();
        key.Blocked.ShouldBeFalse();
        key.Expires.ShouldBeNull();
        key.Metadata.ShouldBeSameAs(EntityMetadata.None);
        key.Models.ShouldBeEmpty();
        (await rows.Store.FindKeyAsync("other", Stop)).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task BudgetRow_FillsWhatTheKeyLeavesOpen(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            IdentityRows.Budget("b", """
                "max_budget": 10, "soft_budget": 8, "tpm_limit": 500, "rpm_limit": 5, "budget_duration": "7d",
                "budget_reset_at": "2026-03-16T00:00:00Z", "model_max_budget": {"gpt-4o": 1}
                """),
            (Tables.Keys, """{"token": "linked", "budget_id": "b", "rpm_limit": 50, "spend": 3}"""),
            (Tables.Keys, """{"token": "own", "budget_id": "b", "max_budget": 2, "budget_duration": "1d"}"""));

        var linked = (await rows.Store.FindKeyAsync("linked", Stop)).ShouldNotBeNull();
        var own = (await rows.Store.FindKeyAsync("own", Stop)).ShouldNotBeNull();

        linked.Limits.ShouldBe(new RateLimits(50, 500, null));
        linked.Budget.ShouldBe(new BudgetFacts(10, 8, "7d", new DateTimeOffset(2026, 3, 16, 0, 0, 0, TimeSpan.Zero), 3, "b"));
        linked.ModelBudgets.ShouldBe([new PartialBudget("gpt-4o", 1, "7d", default)]);
        own.Budget.ShouldBe(new BudgetFacts(2, 8, "1d", null, 0, null));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task MemberWithoutBudget_HasTheTeamsDefault(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            IdentityRows.Budget("default", "\"max_budget\": 3, \"rpm_limit\": 2"),
            IdentityRows.Budget("own", "\"max_budget\": 9"),
            (Tables.Users, """{"user_id": "u1"}"""),
            (Tables.Users, """{"user_id": "u2"}"""),
            (Tables.Teams, """{"team_id": "t", "metadata": {"team_member_budget_id": "default"}, "default_team_member_models": ["m"]}"""),
            (Tables.TeamMemberships, """{"user_id": "u2", "team_id": "t", "budget_id": "own", "spend": 1}"""),
            (Tables.Keys, """{"token": "first", "user_id": "u1", "team_id": "t"}"""),
            (Tables.Keys, """{"token": "second", "user_id": "u2", "team_id": "t"}"""),
            (Tables.Keys, """{"token": "nobody", "team_id": "t"}"""));

        var first = (await rows.Store.FindKeyAsync("first", Stop)).ShouldNotBeNull().Member.ShouldNotBeNull();
        var second = (await rows.Store.FindKeyAsync("second", Stop)).ShouldNotBeNull().Member.ShouldNotBeNull();

        first.Budget.ShouldBe(new BudgetFacts(3, null, null, null, 0, "default"));
        first.Limits.RequestsPerMinute.ShouldBe(2);
        first.Models.ShouldBe(["m"]);
        second.Budget.ShouldBe(new BudgetFacts(9, null, null, null, 1, "own"));
        (await rows.Store.FindKeyAsync("nobody", Stop)).ShouldNotBeNull().Member.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task OrganizationOfTheTeam_StandsInForTheKeys(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            IdentityRows.Budget("b", "\"max_budget\": 1"),
            IdentityRows.Organization("team-org", "b", "\"spend\": 0"),
            IdentityRows.Organization("key-org", "b", "\"spend\": 0"),
            (Tables.Teams, """{"team_id": "t", "organization_id": "team-org"}"""),
            (Tables.Keys, """{"token": "h1", "team_id": "t"}"""),
            (Tables.Keys, """{"token": "h2", "team_id": "t", "organization_id": "key-org"}"""));

        (await rows.Store.FindKeyAsync("h1", Stop)).ShouldNotBeNull().Organization!.Id.ShouldBe("team-org");
        (await rows.Store.FindKeyAsync("h2", Stop)).ShouldNotBeNull().Organization!.Id.ShouldBe("key-org");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task RotatedKey_WorksUntilItsGracePeriodEnds(DatabaseKind kind)
    {
        await using var rows = await IdentityRows.CreateAsync(kind);
        await rows.InsertAsync(
            (Tables.Keys, """{"token": "new", "key_alias": "ci"}"""),
            (Tables.DeprecatedKeys, """{"id": "1", "token": "old", "active_token_id": "new", "revoke_at": "2026-03-10T13:00:00Z"}"""),
            (Tables.DeprecatedKeys, """{"id": "2", "token": "orphan", "active_token_id": "gone", "revoke_at": "2026-03-10T13:00:00Z"}"""));

        var during = await rows.Store.FindKeyAsync("old", Stop);
        rows.Time.Current = IdentityRows.Now.AddHours(1);
        var after = await rows.Store.FindKeyAsync("old", Stop);

        during.ShouldNotBeNull().Hash.ShouldBe("new");
        during.ReplacedUntil.ShouldBe(IdentityRows.Now.AddHours(1));
        after.ShouldBeNull();
        var current = (await rows.Store.FindKeyAsync("new", Stop)).ShouldNotBeNull();
        current.Alias.ShouldBe("ci");
        current.ReplacedUntil.ShouldBeNull();
        (await rows.Store.FindKeyAsync("orphan", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task DatabaseAway_IsSaidInTheEnginesWords()
    {
        var store = new IdentityStore(new AbsentDatabase(), static () => new BudgetSettings(), TimeProvider.System);

        await Should.ThrowAsync<IdentityStoreUnavailableException>(async () => await store.FindKeyAsync("h", Stop));
        await Should.ThrowAsync<IdentityStoreUnavailableException>(async () => await store.FindCustomerAsync("c", Stop));
        await Should.ThrowAsync<IdentityStoreUnavailableException>(async () => await store.FindGlobalBudgetAsync(Stop));
    }

    private static Task InsertEverythingAsync(IdentityRows rows) => rows.InsertAsync(
        IdentityRows.Budget("bm", "\"max_budget\": 6, \"rpm_limit\": 4, \"budget_duration\": \"7d\", \"allowed_models\": [\"gpt-4o\"]"),
        IdentityRows.Budget("bo", "\"max_budget\": 500, \"tpm_limit\": 9000"),
        IdentityRows.Budget("bp", "\"max_budget\": 30"),
        IdentityRows.Organization("o1", "bo", "\"spend\": 100, \"models\": [\"gpt-4o\"]"),
        (Tables.Users, """
            {"user_id": "u1", "user_email": "u@example.com", "user_alias": "Uma", "user_role": "internal_user", "spend": 1.25, "max_budget": 7,
             "budget_duration": "1d", "metadata": {"scim_active": false}, "model_max_budget": {"m": 3}}
            """),
        (Tables.TeamModelAliases, """
            {"id": 7, "aliases": "{\"fast\": \"gpt-4o\"}", "created_by": "t", "updated_by": "t", "updated_at": "2026-01-01T00:00:00Z"}
            """),
        (Tables.AccessGroups, """
            {"access_group_id": "g1", "access_group_name": "one", "access_model_names": ["a1", "a2"], "updated_at": "2026-01-01T00:00:00Z"}
            """),
        (Tables.AccessGroups, """
            {"access_group_id": "g2", "access_group_name": "two", "access_model_names": ["b1"], "updated_at": "2026-01-01T00:00:00Z"}
            """),
        (Tables.Teams, """
            {"team_id": "t1", "team_alias": "eng", "blocked": true, "models": ["gpt-4o"], "model_id": 7, "organization_id": "o1", "spend": 4,
             "rpm_limit": 100, "max_budget": 50, "soft_budget": 40, "budget_duration": "30d", "metadata": {"tags": ["eng"]},
             "members_with_roles": [{"user_id": "u9", "role": "admin"}, {"user_id": "u1", "role": "user"}, {"user_id": null, "role": "admin"}],
             "budget_limits": [{"budget_duration": "1d", "max_budget": 9}], "access_group_ids": ["g2"]}
            """),
        (Tables.TeamMemberships, """{"user_id": "u1", "team_id": "t1", "spend": 2.5, "budget_id": "bm"}"""),
        (Tables.Projects, """
            {"project_id": "p1", "project_alias": "apollo", "budget_id": "bp", "spend": 3, "blocked": true, "model_rpm_limit": {"gpt-4o": 6},
             "created_by": "t", "updated_by": "t", "updated_at": "2026-01-01T00:00:00Z"}
            """),
        (Tables.Keys, """
            {"token": "h1", "key_alias": "ci", "key_name": "sk-...abcd", "blocked": true, "expires": "2026-05-01T00:00:00Z", "spend": 0.1,
             "models": ["gpt-4o", "openai/*"], "aliases": {"fast": "gpt-4o-mini"}, "allowed_routes": ["/chat/completions"],
             "permissions": {"get_spend_routes": true}, "rpm_limit": 10, "tpm_limit": 2000, "max_parallel_requests": 3, "max_budget": 12.5,
             "budget_duration": "30d", "budget_reset_at": "2026-04-01T00:00:00Z", "user_id": "u1", "team_id": "t1", "project_id": "p1",
             "agent_id": "agent", "access_group_ids": ["g1", "g2", "missing"],
             "budget_limits": [{"budget_duration": "1d", "max_budget": 5}, {"budget_duration": "7d", "max_budget": "20.5"}],
             "model_max_budget": {"gpt-4o": {"budget_limit": "0.5", "time_period": "1d", "rpm_limit": 5, "tpm_limit": 1000},
               "other": {"max_budget": 2.0, "budget_duration": "1h"}, "rates": {"rpm_limit": 7}, "bare": 5, "nonsense": "many"},
             "metadata": {"tags": ["prod", "eu"], "purpose": "ci", "model_rpm_limit": {"gpt-4o": 11}, "model_tpm_limit": {"gpt-4o": 22},
               "temp_budget_increase": 2.5, "temp_budget_expiry": "2026-03-20T00:00:00", "enforced_params": ["user"],
               "spend_logs_metadata": {"cost_center": "x"}}}
            """));
}
