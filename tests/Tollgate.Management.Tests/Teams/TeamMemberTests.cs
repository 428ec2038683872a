using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Teams;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Teams;

public sealed class TeamMemberTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task AddingAMemberTwice_IsTheErrorThatTerraformKnows(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        const string Body = """{"team_id":"t1","member":[{"role":"user","user_id":"","user_email":"A@x.y"}]}""";
        await plane.MustAsync("POST", "/team/member_add", Body);
        var size = await plane.SizeAsync();

        var again = await plane.PostAsync("/team/member_add", Body);

        again.Status.ShouldBe(400);
        again.Text.ShouldBe(string.Concat(
            """{"error":{"message":"User already in team. Member: user_id=None, user_email=A@x.y","type":"team_member_already_in_team" """.TrimEnd(),
            ""","param":"user_id","code":"400"}}"""));
        (await plane.SizeAsync()).ShouldBe(size);

        var some = await plane.MustAsync(
            "POST", "/team/member_add", """{"team_id":"t1","member":[{"role":"user","user_email":"a@x.y"},{"role":"admin","user_id":"u2"}]}""");
        some["updated_users"]!.AsArray().Single()!["user_id"]!.ToString().ShouldBe("u2");
        some["members_with_roles"]!.AsArray().Count.ShouldBe(3);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task ManyAdditionsAtOnce_LoseNobody(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t2"}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => plane.PostAsync(
            "/team/member_add",
            $$$"""{"team_id":"t{{{1 + (i % 2)}}}","member":{"role":"user","user_id":"u{{{i / 2}}}"}}""")));

        answers.Where(static answer => answer.Status != 200).Select(static answer => answer.Text).ShouldBeEmpty();
        (await plane.RowsAsync(Tables.Teams)).ShouldAllBe(static team => team["members_with_roles"]!.AsArray().Count == 7);
        (await plane.RowsAsync(Tables.Users, Filter.NotEqual("user_id", "default_user_id")))
            .ShouldAllBe(static user => user["teams"]!.AsArray().Count == 2);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task MemberBudgets_AreOwnOrShared(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","team_member_budget":10,"team_member_tpm_limit":100}""");
        await plane.MustAsync("POST", "/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"u1"}}""");
        await plane.MustAsync("POST", "/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"u2"}}""");

        var changed = await plane.PostAsync("/team/member_update", """{"team_id":"t1","user_id":"u1","max_budget_in_team":3,"role":"admin","allowed_models":["m"]}""");

        changed.Text.ShouldBe("""{"team_id":"t1","user_id":"u1","user_email":null,"max_budget_in_team":3.0,"tpm_limit":100,"rpm_limit":null,"allowed_models":["m"]}""");
        var info = await plane.MustAsync("GET", "/team/info?team_id=t1");
        BudgetOf("u1").ShouldBe(3);
        BudgetOf("u2").ShouldBe(10);
        info["team_info"]!["members_with_roles"]!.AsArray().Single(entry => entry!["user_id"]!.ToString() == "u1")!["role"]!.ToString().ShouldBe("admin");

        await plane.MustAsync("POST", "/team/update", """{"team_id":"t1","team_member_budget":20}""");
        info = await plane.MustAsync("GET", "/team/info?team_id=t1");
        BudgetOf("u1").ShouldBe(3);
        BudgetOf("u2").ShouldBe(20);

        await plane.MustAsync("POST", "/team/member_update", """{"team_id":"t1","user_id":"u1","max_budget_in_team":null,"tpm_limit":null,"allowed_models":[]}""");
        info = await plane.MustAsync("GET", "/team/info?team_id=t1");
        BudgetOf("u1").ShouldBe(20);

        double BudgetOf(string user) => info["team_memberships"]!.AsArray().Single(row => row!["user_id"]!.ToString() == user)!
            ["litellm_budget_table"]!["max_budget"]!.GetValue<double>();
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task RemovedMember_LosesKeysOfTheTeam(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","members_with_roles":[{"role":"user","user_id":"u1","user_email":"u1@x.y"}]}""");
        await plane.MustAsync("POST", "/key/generate", """{"team_id":"t1","user_id":"u1"}""");
        await plane.MustAsync("POST", "/key/generate", """{"user_id":"u1"}""");

        var removed = await plane.MustAsync("POST", "/team/member_delete", """{"team_id":"t1","user_email":"U1@X.Y"}""");

        removed["members_with_roles"]!.AsArray().Count.ShouldBe(1);
        removed["members"]!.ToJsonString().ShouldBe("""["default_user_id"]""");
        (await plane.RowsAsync(Tables.Keys)).Single()["team_id"].ShouldBeNull();
        (await plane.RowsAsync(Tables.TeamMemberships)).Count.ShouldBe(1);
        (await plane.RowsAsync(Tables.Users, Filter.Equal("user_id", "u1"))).Single()["teams"]!.AsArray().ShouldBeEmpty();
        var again = await plane.PostAsync("/team/member_delete", """{"team_id":"t1","user_id":"u1"}""");
        again.Status.ShouldBe(400);
        again.Detail.ShouldBe("User not found in team");
    }

    [Fact]
    public async Task BadRequests_AreRefusedInTheirWords()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        var size = await plane.SizeAsync();

        (await plane.PostAsync("/team/member_add", """{"team_id":"x","member":{"role":"user","user_id":"u"}}""")).Detail.ShouldBe("Team not found for team_id=x");
        (await plane.PostAsync("/team/member_add", """{"team_id":"t1"}""")).Status.ShouldBe(422);
        (await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":{"user_id":"u"}}""")).Status.ShouldBe(422);
        (await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"","user_email":""}}""")).Status.ShouldBe(422);
        (await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"u"},"max_budget_in_team":-2}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":[]}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/team/member_update", """{"team_id":"x","user_id":"u"}""")).Detail.ShouldBe("Team id=x does not exist in db");
        (await plane.PostAsync("/team/member_update", """{"team_id":"t1","user_id":"u"}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/team/member_delete", """{"team_id":"t1"}""")).Status.ShouldBe(422);
        (await plane.SizeAsync()).ShouldBe(size);
    }

    [Fact]
    public async Task TeamAdmins_ManageTheirTeamButNotItsLimits()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/new", """
            {"team_id":"t1","max_budget":10,"models":["a","b"],"metadata":{"note":1},
             "members_with_roles":[{"role":"admin","user_id":"boss"},{"role":"user","user_id":"worker"}]}
            """);
        var members = plane.Service<TeamMemberService>();
        var teams = plane.Service<TeamService>();
        var boss = CallersByName.Named("boss");

        (await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"n1"}}""", "boss")).Status.ShouldBe(200);
        var refused = await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"n2"}}""", "worker");
        refused.Status.ShouldBe(403);
        refused.Detail.ShouldBe("Call not allowed. User not proxy admin OR team admin. route=/team/member_add, team_id=t1");
        (await Should.ThrowAsync<AdminException>(() => members.RemoveAsync(CallersByName.Named("worker"), Body("""{"team_id":"t1","user_id":"boss"}"""), default)))
            .Status.ShouldBe(403);

        await teams.UpdateAsync(boss, Body("""{"team_id":"t1","team_alias":"new","max_budget":5,"models":["a"],"metadata":{"note":2}}"""), default);
        foreach (var beyond in (string[])
            [
                """{"team_id":"t1","max_budget":50}""", """{"team_id":"t1","max_budget":null}""", """{"team_id":"t1","models":["a","c"]}""",
                """{"team_id":"t1","models":[]}""", """{"team_id":"t1","spend":3}""", """{"team_id":"t1","budget_duration":"1s"}""",
                """{"team_id":"t1","metadata":{"temp_budget_increase":100}}""", """{"team_id":"t1","disable_global_guardrails":true}""",
                """{"team_id":"t1","object_permission":{}}""", """{"team_id":"t1","organization_id":"o"}""",
            ])
        {
            (await Should.ThrowAsync<AdminException>(() => teams.UpdateAsync(boss, Body(beyond), default), beyond)).Status.ShouldBe(403, beyond);
        }

        (await Should.ThrowAsync<AdminException>(() => teams.UpdateAsync(CallersByName.Named("worker"), Body("""{"team_id":"t1"}"""), default)))
            .Status.ShouldBe(403);
        (await Should.ThrowAsync<AdminException>(() => teams.DeleteAsync(boss, Body("""{"team_ids":["t1"]}"""), default))).Status.ShouldBe(403);
        (await Should.ThrowAsync<AdminException>(() => teams.CreateAsync(boss, Body("{}"), default))).Status.ShouldBe(403);
        (await plane.PostAsync("/team/new", "{}", "boss")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task BulkAdd_ReportsEachOnItsOwn()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","members_with_roles":[{"role":"user","user_id":"u1"}]}""");

        var answer = await plane.MustAsync(
            "POST", "/team/bulk_member_add", """{"team_id":"t1","members":[{"role":"user","user_id":"u1"},{"role":"user","user_id":"u2"}],"max_budget_in_team":4}""");

        answer["successful_additions"]!.GetValue<int>().ShouldBe(1);
        answer["failed_additions"]!.GetValue<int>().ShouldBe(1);
        answer["results"]![0]!["error"]!.ToString().ShouldStartWith("User already in team");
        answer["results"]![1]!["updated_team_membership"]!["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(4);
        answer["updated_team"]!["members_with_roles"]!.AsArray().Count.ShouldBe(3);
    }

    private static Fields Body(string json) => new(AdminJson.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
}
