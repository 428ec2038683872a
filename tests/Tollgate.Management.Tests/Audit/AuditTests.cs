using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Audit;

public sealed class AuditTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Records_AreFilteredPagedAndFound(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        await plane.MustAsync("POST", "/team/block", """{"team_id":"t1"}""");
        await plane.MustAsync("POST", "/budget/new", """{"budget_id":"b1"}""");

        var page = await plane.MustAsync("GET", "/audit?table_name=LiteLLM_TeamTable&page_size=1&sort_by=action&sort_order=asc");
        page["total"]!.GetValue<int>().ShouldBe(2);
        page["total_pages"]!.GetValue<int>().ShouldBe(2);
        var record = page["audit_logs"]!.AsArray().Single()!;
        record["action"]!.ToString().ShouldBe("blocked");
        record["changed_by"]!.ToString().ShouldBe("default_user_id");
        record["before_value"]!["blocked"]!.GetValue<bool>().ShouldBeFalse();
        (await plane.MustAsync("GET", $"/audit/{record["id"]}"))["object_id"]!.ToString().ShouldBe("t1");

        (await plane.MustAsync("GET", "/audit?object_team_id=t1"))["total"]!.GetValue<int>().ShouldBe(2);
        (await plane.MustAsync("GET", "/audit?start_date=2026-02-03&end_date=2026-02-03&action=created&object_id=b1"))["total"]!.GetValue<int>().ShouldBe(1);
        (await plane.MustAsync("GET", "/audit?end_date=2026-02-02"))["total"]!.GetValue<int>().ShouldBe(0);
        (await plane.MustAsync("GET", "/audit?end_date=9999-12-31&object_team_id=t1"))["total"]!.GetValue<int>().ShouldBe(2);
        (await plane.GetAsync("/audit?sort_by=id;drop")).Status.ShouldBe(400);
        (await plane.GetAsync("/audit?page_size=101")).Status.ShouldBe(422);
        (await plane.GetAsync("/audit/absent")).Text.ShouldBe("""{"detail":{"message":"Audit log with ID absent not found"}}""");
        (await plane.GetAsync("/audit", "viewer")).Status.ShouldBe(200);
        (await Should.ThrowAsync<AdminException>(() => plane.Service<Management.Audit.AuditReader>().ListAsync(CallersByName.Named("u1"), new Fields([], "query"), default)))
            .Status.ShouldBe(403);
    }
}
