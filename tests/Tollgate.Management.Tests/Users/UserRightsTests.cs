using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Users;

/// <summary>What users may do to themselves, and administrators of organizations to the users of theirs (admin-api.md 3.5, 6).</summary>
public sealed class UserRightsTests
{
    [Theory]
    [InlineData("\"max_budget\":null")]
    [InlineData("\"budget_duration\":null")]
    [InlineData("\"tpm_limit\":null")]
    [InlineData("\"object_permission\":null")]
    public async Task User_DoesNotClearHisOwnLimits(string part)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync(
            "POST",
            "/user/new",
            """{"user_id":"ann","max_budget":5,"budget_duration":"1d","tpm_limit":10,"object_permission":{"agents":["a"]},"auto_create_key":false}""");

        (await plane.PostAsync("/user/update", $$"""{"user_id":"ann",{{part}}}""", "ann")).Status.ShouldBe(403);

        var row = (await plane.RowsAsync(Tables.Users)).ShouldHaveSingleItem();
        row["max_budget"]!.GetValue<double>().ShouldBe(5);
        row["budget_duration"]!.GetValue<string>().ShouldBe("1d");
        row["tpm_limit"]!.GetValue<long>().ShouldBe(10);
        row["object_permission_id"].ShouldNotBeNull();
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task OrganizationAdmin_PutsUsersIntoHisOwnTeamsOnly(DatabaseKind kind)
    {
        await using var plane = await TwoOrganizationsAsync(kind);
        var size = await plane.SizeAsync();

        (await plane.PostAsync(
            "/user/new", """{"user_id":"spy","organizations":["o1"],"teams":[{"team_id":"t2","user_role":"admin"}]}""", "chief")).Status.ShouldBe(403);
        (await plane.PostAsync("/user/new", """{"user_id":"spy","organizations":["o1"],"team_id":"t2"}""", "chief")).Status.ShouldBe(403);
        (await plane.SizeAsync()).ShouldBe(size);

        (await plane.MustAsync("POST", "/user/new", """{"user_id":"ok","organizations":["o1"],"teams":["t1","ghost"]}""", "chief"))["teams"]!
            .ToJsonString().ShouldBe("""["t1"]""");
    }

    [Fact]
    public async Task OrganizationAdmin_ListsHisOwnOrganizations()
    {
        await using var plane = await TwoOrganizationsAsync(DatabaseKind.Sqlite);

        (await plane.MustAsync("GET", "/user/list?organization_ids=o1", null, "chief"))["total"]!.GetValue<int>().ShouldBe(2);
        (await plane.GetAsync("/user/list?organization_ids=o1,o2", "chief")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task OrganizationAdmin_DoesNotBecomeTheUser()
    {
        await using var plane = await TwoOrganizationsAsync(DatabaseKind.Sqlite);
        foreach (var part in (string[])["\"password\":\"a-new-password\"", "\"user_email\":\"chief@x.y\"", "\"sso_user_id\":\"chief\""])
        {
            (await plane.PostAsync("/user/update", $$"""{"user_id":"ann","organization_id":"o1",{{part}}}""", "chief")).Status.ShouldBe(403);
        }

        await plane.MustAsync("POST", "/user/update", """{"user_id":"ann","organization_id":"o1","user_email":"ann@x.y","user_alias":"A"}""", "chief");
    }

    [Fact]
    public async Task OrganizationAdmin_DeletesWhoIsInNoOtherOrganization()
    {
        await using var plane = await TwoOrganizationsAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/organization/member_add", """{"organization_id":"o2","member":{"role":"internal_user","user_id":"ann"}}""");

        (await plane.PostAsync("/user/delete", """{"user_ids":["ann"],"organization_id":"o1"}""", "chief")).Status.ShouldBe(403);
        await plane.MustAsync("DELETE", "/organization/member_delete", """{"organization_id":"o2","user_id":"ann"}""");
        await plane.MustAsync("POST", "/user/delete", """{"user_ids":["ann"],"organization_id":"o1"}""", "chief");
    }

    [Fact]
    public async Task Viewer_ChangesNoTeamHeAdministers()
    {
        await using var plane = await TwoOrganizationsAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/member_add", """{"team_id":"t1","member":{"role":"admin","user_id":"viewer"}}""");
        var size = await plane.SizeAsync();

        (await plane.PostAsync("/team/member_add", """{"team_id":"t1","member":{"role":"user","user_id":"x"}}""", "viewer")).Status.ShouldBe(403);
        (await plane.PostAsync("/team/member_delete", """{"team_id":"t1","user_id":"viewer"}""", "viewer")).Status.ShouldBe(403);
        (await plane.PostAsync("/team/permissions_update", """{"team_id":"t1","team_member_permissions":[]}""", "viewer")).Status.ShouldBe(403);
        (await plane.SizeAsync()).ShouldBe(size);
        await plane.MustAsync("POST", "/user/update", """{"user_id":"viewer","user_email":"v@x.y"}""", "viewer");
        await plane.MustAsync("GET", "/team/t2/callback", null, "viewer");
    }

    [Fact]
    public async Task TeamAdmin_ChangesHisTeamWithinItsLimits()
    {
        await using var plane = await TwoOrganizationsAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t3","max_budget":5}""");
        await plane.MustAsync("POST", "/team/member_add", """{"team_id":"t3","member":{"role":"admin","user_id":"boss"}}""");

        await plane.MustAsync("POST", "/team/update", """{"team_id":"t3","team_alias":"x","max_budget":4}""", "boss");
        (await plane.PostAsync("/team/update", """{"team_id":"t3","max_budget":6}""", "boss")).Status.ShouldBe(403);
        (await plane.PostAsync("/team/update", """{"team_id":"t1","team_alias":"x"}""", "boss")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task AddedRights_ComeOnTopOfTheUsualOnes()
    {
        await using var plane = await TwoOrganizationsAsync(DatabaseKind.Sqlite);

        await plane.MustAsync("POST", "/team/permissions_bulk_update", """{"team_ids":["t1"],"permissions":["/key/generate"]}""");

        (await plane.MustAsync("GET", "/team/permissions_list?team_id=t1"))["team_member_permissions"]!.ToJsonString()
            .ShouldBe("""["/key/info","/key/health","/key/generate"]""");
    }

    /// <summary>Organizations o1 with team t1, administered by chief and joined by ann, and o2 with team t2.</summary>
    private static async Task<ControlPlane> TwoOrganizationsAsync(DatabaseKind kind)
    {
        var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/user/new", """{"user_id":"ann","user_email":"ann@x.y","auto_create_key":false}""");
        await plane.MustAsync("POST", "/user/new", """{"user_id":"viewer","user_role":"proxy_admin_viewer","auto_create_key":false}""");
        foreach (var number in (string[])["1", "2"])
        {
            await plane.MustAsync("POST", "/organization/new", $$"""{"organization_id":"o{{number}}","organization_alias":"o"}""");
            await plane.MustAsync("POST", "/team/new", $$"""{"team_id":"t{{number}}","organization_id":"o{{number}}"}""");
        }

        await plane.MustAsync(
            "POST",
            "/organization/member_add",
            """{"organization_id":"o1","member":[{"role":"org_admin","user_id":"chief"},{"role":"internal_user","user_id":"ann"}]}""");
        return plane;
    }
}
