using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Keys;

/// <summary>Nobody gives a key more rights than his own, nor lets strangers pay for it (admin-api.md 3.3, 3.4, 5, 9).</summary>
public sealed class KeyOwnerTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task TeamAdmin_GetsNoKeyOfAnAdministratorOfTheProxy(DatabaseKind kind)
    {
        await using var plane = await TeamOfThreeAsync(kind);
        var own = await KeyAsync(plane, """{"team_id":"t1"}""", "boss");
        var roots = await KeyAsync(plane, """{"team_id":"t1","user_id":"root"}""");
        var size = await plane.SizeAsync();

        (await plane.PostAsync("/key/generate", """{"team_id":"t1","user_id":"root"}""", "boss")).Status.ShouldBe(403);
        (await plane.PostAsync("/key/update", $$"""{"key":"{{own}}","user_id":"root"}""", "boss")).Status.ShouldBe(403);
        (await plane.PostAsync("/key/regenerate", $$"""{"key":"{{own}}","user_id":"root"}""", "boss")).Status.ShouldBe(403);
        (await plane.PostAsync("/key/regenerate", $$"""{"key":"{{roots}}"}""", "boss")).Status.ShouldBe(403);
        (await plane.SizeAsync()).ShouldBe(size);

        (await plane.PostAsync("/key/update", $$"""{"key":"{{own}}","user_id":"stranger"}""", "boss")).Status.ShouldBe(403);
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{own}}","user_id":"ann"}""", "boss");
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{roots}}","user_id":"root","max_budget":1}""", "boss");
        await plane.MustAsync("POST", "/key/regenerate", $$"""{"key":"{{roots}}"}""");
        await plane.MustAsync("POST", "/key/generate", """{"team_id":"t1","user_id":"ann"}""", "boss");
    }

    [Fact]
    public async Task Owner_DoesNotUnblockHisKey()
    {
        await using var plane = await TeamOfThreeAsync(DatabaseKind.Sqlite);
        var key = await KeyAsync(plane, "{}", "ann");
        await plane.MustAsync("POST", "/key/block", $$"""{"key":"{{key}}"}""");

        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","blocked":false}""", "ann")).Status.ShouldBe(403);
        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","blocked":null}""", "ann")).Status.ShouldBe(403);
        (await plane.PostAsync("/key/regenerate", $$"""{"key":"{{key}}","blocked":false}""", "ann")).Status.ShouldBe(403);
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","blocked":true,"key_alias":"mine"}""", "ann");
        (await plane.RowsAsync(Tables.Keys)).ShouldHaveSingleItem()["blocked"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task StrangersOrganizationAndProject_DoNotPay(DatabaseKind kind)
    {
        await using var plane = await TeamOfThreeAsync(kind);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"o1"}""");
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o2","organization_alias":"o2"}""");
        await plane.MustAsync("POST", "/organization/member_add", """{"organization_id":"o1","member":{"role":"internal_user","user_id":"ann"}}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t2"}""");
        await plane.MustAsync("POST", "/project/new", """{"project_id":"mine","team_id":"t1"}""");
        await plane.MustAsync("POST", "/project/new", """{"project_id":"theirs","team_id":"t2"}""");
        var key = await KeyAsync(plane, """{"organization_id":"o1","project_id":"mine"}""", "ann");

        (await plane.PostAsync("/key/generate", """{"organization_id":"o2"}""", "ann")).Message.ShouldBe("User=ann is not a member of organization=o2.");
        (await plane.PostAsync("/key/generate", """{"project_id":"theirs"}""", "ann")).Message.ShouldBe("User=ann is not a member of the team of project=theirs.");
        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","project_id":"theirs"}""", "ann")).Status.ShouldBe(403);
        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","organization_id":null}""", "ann")).Status.ShouldBe(403);
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","organization_id":"o1","max_budget":3}""", "ann");
    }

    [Fact]
    public async Task Member_DoesNotTakeAKeyOutOfTheTeam()
    {
        await using var plane = await TeamOfThreeAsync(DatabaseKind.Sqlite);
        var key = await KeyAsync(plane, """{"team_id":"t1","user_id":"ann"}""");

        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","team_id":null}""", "ann")).Message
            .ShouldBe("Only proxy admins and team admins can take a key from its team_id=t1.");
        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","team_id":""}""", "ann")).Status.ShouldBe(403);
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","team_id":null}""", "boss");
    }

    [Theory]
    [InlineData("""{"project_id":"p1","team_id":"t1","models":["b"]}""", "Model 'b' is not among the models of project=p1.")]
    [InlineData("""{"project_id":"p1","team_id":"t1","models":["all-proxy-models"]}""", "Model 'all-proxy-models' is not among")]
    [InlineData("""{"project_id":"p1","team_id":"t1","max_budget":6}""", "Key max_budget (6) exceeds the max_budget of project=p1 (5)")]
    [InlineData("""{"project_id":"p1","team_id":"t2"}""", "Project=p1 belongs to team=t1, not to the key's team=t2.")]
    [InlineData("""{"project_id":"ghost"}""", "Project not found for project_id=ghost")]
    public async Task KeyOfAProject_LiesWithinIt(string body, string message)
    {
        await using var plane = await TeamOfThreeAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/project/new", """{"project_id":"p1","team_id":"t1","models":["a"],"max_budget":5}""");
        var size = await plane.SizeAsync();

        var answer = await plane.PostAsync("/key/generate", body);

        answer.Status.ShouldBe(400);
        answer.Message.ShouldNotBeNull().ShouldStartWith(message);
        (await plane.SizeAsync()).ShouldBe(size);
        var key = await KeyAsync(plane, """{"project_id":"p1","team_id":"t1","models":["a"],"max_budget":5}""");
        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","max_budget":5.5}""")).Status.ShouldBe(400);
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","key_alias":"x"}""");
        await plane.MustAsync("DELETE", "/project/delete", """{"project_ids":["p1"]}""");
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","max_budget":5.5}""");
    }

    [Fact]
    public async Task Organization_FollowsTheTeam()
    {
        await using var plane = await TeamOfThreeAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"o1"}""");
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o2","organization_alias":"o2"}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t2","organization_id":"o1"}""");
        var key = await KeyAsync(plane, """{"team_id":"t2"}""");

        (await plane.PostAsync("/key/update", $$"""{"key":"{{key}}","organization_id":"o2"}""")).Status.ShouldBe(400);
        (await plane.RowsAsync(Tables.Keys)).ShouldHaveSingleItem()["organization_id"]!.GetValue<string>().ShouldBe("o1");
    }

    [Theory]
    [InlineData("""{"max_budget":200}""", "max_budget is over max limit set in config - user_value=200; max_value=100")]
    [InlineData("""{"max_budget":null}""", "max_budget is over max limit set in config - user_value=None; max_value=100")]
    [InlineData("""{"duration":"-1"}""", "duration is over max limit set in config - user_value=-1; max_value=7d")]
    [InlineData("""{"duration":"8d"}""", "duration is over max limit set in config - user_value=8d; max_value=7d")]
    public async Task Bounds_HoldForChangesToo(string change, string message)
    {
        var settings = new ManagementSettings { KeyBounds = KeyUpperBounds.None with { MaxBudget = 100, Duration = "7d" } };
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite, GatewayConfig.Empty with { Management = settings });
        await plane.MustAsync("POST", "/user/new", """{"user_id":"ann","auto_create_key":false}""");
        var key = await KeyAsync(plane, "{}", "ann");
        var body = change.Replace("{", $$"""{"key":"{{key}}",""", StringComparison.Ordinal);

        (await plane.PostAsync("/key/update", body, "ann")).Message.ShouldBe(message);
        (await plane.PostAsync("/key/regenerate", body, "ann")).Message.ShouldBe(message);
        await plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","max_budget":99,"duration":"6d"}""", "ann");
        await plane.MustAsync("POST", "/key/update", body);
    }

    /// <summary>Team t1: its administrator boss, the plain member ann, and root who administers the proxy.</summary>
    private static async Task<ControlPlane> TeamOfThreeAsync(DatabaseKind kind)
    {
        var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/user/new", """{"user_id":"root","user_role":"proxy_admin","auto_create_key":false}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        await plane.MustAsync(
            "POST",
            "/team/member_add",
            """{"team_id":"t1","member":[{"role":"admin","user_id":"boss"},{"role":"user","user_id":"ann"},{"role":"user","user_id":"root"}]}""");
        return plane;
    }

    private static async Task<string> KeyAsync(ControlPlane plane, string body, string caller = "master")
        => (await plane.MustAsync("POST", "/key/generate", body, caller))["key"]!.GetValue<string>();
}
