using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Organizations;

public sealed class OrganizationTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Lifecycle_KeepsTheBudgetRowInStep(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var made = await plane.MustAsync(
            "POST", "/organization/new", """{"organization_id":"o1","organization_alias":"acme","models":["a"],"max_budget":100,"budget_duration":"30d","tags":["x"]}""");
        made["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(100);
        made["members"].ShouldBeNull();

        var updated = await plane.MustAsync("PATCH", "/organization/update", """{"organization_id":"o1","max_budget":50,"blocked":true,"tpm_limit":7}""");
        updated["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(50);
        updated["budget_id"]!.ToString().ShouldBe(made["budget_id"]!.ToString());

        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","organization_id":"o1","models":["a"],"max_budget":10}""");
        await plane.MustAsync("POST", "/key/generate", """{"organization_id":"o1"}""");
        var info = await plane.MustAsync("GET", "/organization/info?organization_id=o1");
        info["max_budget"]!.GetValue<double>().ShouldBe(50);
        info["tpm_limit"]!.GetValue<long>().ShouldBe(7);
        info["budget_duration"]!.ToString().ShouldBe("30d");
        info["blocked"]!.GetValue<bool>().ShouldBeTrue();
        info["tags"]!.ToJsonString().ShouldBe("""["x"]""");
        info["teams"]!.AsArray().Single()!["team_id"]!.ToString().ShouldBe("t1");

        var deleted = await plane.MustAsync("DELETE", "/organization/delete", """{"organization_ids":["o1"]}""");
        deleted.AsArray().Single()!["organization_id"]!.ToString().ShouldBe("o1");
        (await plane.RowsAsync(Tables.Teams)).ShouldBeEmpty();
        (await plane.RowsAsync(Tables.Keys)).ShouldBeEmpty();
        (await plane.GetAsync("/organization/info?organization_id=o1")).Status.ShouldBe(404);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Members_JoinChangeAndLeave(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"acme"}""");

        var added = await plane.MustAsync(
            "POST", "/organization/member_add", """{"organization_id":"o1","member":{"role":"org_admin","user_id":"boss","user_email":"b@x.y"},"max_budget_in_organization":5}""");
        added["updated_organization_memberships"]![0]!["max_budget_in_organization"]!.GetValue<double>().ShouldBe(5);
        var again = await plane.PostAsync("/organization/member_add", """{"organization_id":"o1","member":{"role":"internal_user","user_id":"boss"}}""");
        again.Status.ShouldBe(400);
        again.Message!.ShouldContain("already exists");

        var changed = await plane.MustAsync(
            "PATCH", "/organization/member_update", """{"organization_id":"o1","member":{"user_email":"B@x.y","role":"internal_user","max_budget_in_organization":9}}""");
        changed["role"]!.ToString().ShouldBe("internal_user");
        changed["max_budget_in_organization"]!.GetValue<double>().ShouldBe(9);
        (await plane.SendAsync("PATCH", "/organization/member_update", """{"organization_id":"o1","user_id":"boss","role":"owner"}""")).Status.ShouldBe(422);

        var members = (await plane.MustAsync("GET", "/organization/info?organization_id=o1"))["members"]!;
        members[0]!["user_email"]!.ToString().ShouldBe("b@x.y");
        (await plane.MustAsync("DELETE", "/organization/member_delete", """{"organization_id":"o1","user_id":"boss"}"""))["user_id"]!.ToString().ShouldBe("boss");
        var gone = await plane.SendAsync("DELETE", "/organization/member_delete", """{"organization_id":"o1","user_id":"boss"}""");
        gone.Status.ShouldBe(404);
        gone.Message.ShouldBe("User not found in organization");
    }

    [Fact]
    public async Task TeamsBeyondTheirOrganization_AreRefused()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"acme","models":["a","b/*"],"max_budget":10,"tpm_limit":100}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","organization_id":"o1","models":["b/x"],"tpm_limit":60,"tpm_limit_type":"guaranteed_throughput"}""");
        var size = await plane.SizeAsync();

        foreach (var beyond in (string[])
            [
                """{"organization_id":"o1","models":["c"]}""", """{"organization_id":"o1","max_budget":11}""", """{"organization_id":"o1","tpm_limit":101}""",
                """{"organization_id":"o1","tpm_limit":41,"tpm_limit_type":"guaranteed_throughput"}""",
            ])
        {
            (await plane.PostAsync("/team/new", beyond)).Status.ShouldBe(400, beyond);
        }

        (await plane.PostAsync("/team/update", """{"team_id":"t1","max_budget":11}""")).Status.ShouldBe(400);
        (await plane.SizeAsync()).ShouldBe(size);
    }

    [Fact]
    public async Task OrganizationAdmins_RunTheirOwnOrganizationOnly()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"acme"}""");
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o2","organization_alias":"other"}""");
        await plane.MustAsync("POST", "/organization/member_add", """{"organization_id":"o1","member":{"role":"org_admin","user_id":"boss"}}""");
        var teams = plane.Service<Management.Teams.TeamService>();
        var boss = CallersByName.Named("boss");

        await teams.CreateAsync(boss, Body("""{"team_id":"t1","organization_id":"o1"}"""), default);
        await teams.UpdateAsync(boss, Body("""{"team_id":"t1","max_budget":5}"""), default);
        foreach (var foreign in (string[])["""{"organization_id":"o2"}""", "{}"])
        {
            (await Should.ThrowAsync<Management.Kernel.AdminException>(() => teams.CreateAsync(boss, Body(foreign), default))).Status.ShouldBe(403);
        }

        (await Should.ThrowAsync<Management.Kernel.AdminException>(() => teams.UpdateAsync(boss, Body("""{"team_id":"t1","organization_id":"o2"}"""), default)))
            .Status.ShouldBe(403);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t2","organization_id":"o2"}""");
        (await Should.ThrowAsync<Management.Kernel.AdminException>(() => teams.DeleteAsync(boss, Body("""{"team_ids":["t1","t2"]}"""), default))).Status.ShouldBe(403);
        (await plane.RowsAsync(Tables.Teams)).Count.ShouldBe(2);
        (await plane.Service<Management.Organizations.OrganizationReader>().ListAsync(boss, Body("{}"), default)).AsArray().Count.ShouldBe(1);
        (await Should.ThrowAsync<Management.Kernel.AdminException>(() => plane.Service<Management.Organizations.OrganizationReader>().InfoAsync(boss, "o2", default)))
            .Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("{}", 422)]
    [InlineData("""{"organization_alias":"x","budget_id":"absent"}""", 400)]
    [InlineData("""{"organization_alias":"x","max_budget":-1}""", 400)]
    [InlineData("""{"organization_alias":"x","models":"a"}""", 422)]
    [InlineData("""{"organization_alias":"x","organization_id":"o1"}""", 400)]
    public async Task BadOrganizations_AreRefusedAndNothingIsWritten(string body, int status)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"acme"}""");
        var size = await plane.SizeAsync();

        (await plane.PostAsync("/organization/new", body)).Status.ShouldBe(status);
        (await plane.SizeAsync()).ShouldBe(size);
        (await plane.PostAsync("/organization/info", """{"organizations":[]}""")).Detail.ShouldBe("Specify list of organization id's to query. Passed in=[]");
    }

    private static Management.Kernel.Fields Body(string json) => new(Management.Kernel.AdminJson.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
}
