using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Projects;

public sealed class ProjectTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Lifecycle_StaysWithinTheTeam(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","models":["a"]}""");

        var made = await plane.MustAsync(
            "POST", "/project/new", """{"project_id":"p1","team_id":"t1","models":["a"],"max_budget":4,"tags":["x"],"model_rpm_limit":{"a":3}}""");
        made["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(4);
        made["model_rpm_limit"]!.ToJsonString().ShouldBe("""{"a":3}""");
        made["tags"]!.ToJsonString().ShouldBe("""["x"]""");
        made["metadata"]!["model_rpm_limit"].ShouldBeNull();

        (await plane.MustAsync("POST", "/project/update", """{"project_id":"p1","blocked":true,"max_budget":5}"""))["blocked"]!.GetValue<bool>().ShouldBeTrue();
        (await plane.MustAsync("GET", "/project/info?project_id=p1"))["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(5);
        (await plane.PostAsync("/project/new", """{"team_id":"t1","models":["b"]}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/project/new", """{"team_id":"absent"}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/project/new", """{"project_id":"p1","team_id":"t1"}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/project/update", """{"project_id":"absent"}""")).Status.ShouldBe(404);
        (await plane.MustAsync("GET", "/project/list")).AsArray().Count.ShouldBe(1);
        (await Should.ThrowAsync<Management.Kernel.AdminException>(() => plane.Service<Management.Projects.ProjectService>().InfoAsync(CallersByName.Named("u1"), "p1", default)))
            .Status.ShouldBe(403);
        (await plane.MustAsync("DELETE", "/project/delete", """{"project_ids":["p1"]}""")).AsArray().Count.ShouldBe(1);
        (await plane.RowsAsync(Tables.Projects)).ShouldBeEmpty();
    }
}
