using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Tags;

public sealed class TagTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Lifecycle_ShowsTheBudgetFlat(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var made = await plane.MustAsync("POST", "/tag/new", """{"name":"prod","models":["m1"],"max_budget":5,"budget_duration":"7d"}""");
        made["message"]!.ToString().ShouldBe("Tag prod created successfully");
        made["tag"]!["max_budget"]!.GetValue<double>().ShouldBe(5);
        made["tag"]!["model_info"]!.ToJsonString().ShouldBe("""{"m1":"m1"}""");

        var changed = await plane.MustAsync("POST", "/tag/update", """{"name":"prod","max_budget":9,"description":"d"}""");
        changed["tag"]!["budget_id"]!.ToString().ShouldBe(made["tag"]!["budget_id"]!.ToString());
        (await plane.MustAsync("POST", "/tag/info", """{"names":["prod","absent"]}"""))["prod"]!["max_budget"]!.GetValue<double>().ShouldBe(9);
        (await plane.MustAsync("GET", "/tag/list")).AsArray().Count.ShouldBe(1);

        (await plane.PostAsync("/tag/delete", """{"name":"prod"}""")).Text.ShouldBe("""{"message":"Tag prod deleted successfully"}""");
        (await plane.PostAsync("/tag/delete", """{"name":"prod"}""")).Text.ShouldBe("""{"detail":{"error":"Tag prod not found"}}""");
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task TagsOfTraffic_AreListedBehindThoseThatWereMade(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/tag/new", """{"name":"made"}""");
        await plane.Database.WriteAsync(
            async rows =>
            {
                foreach (var (tag, date) in new[] { ("made", "2026-02-01"), ("seen", "2026-02-01"), ("seen", "2026-02-03") })
                {
                    await rows.InsertAsync(Tables.DailyTagSpend, new JsonObject { ["id"] = tag + date, ["tag"] = tag, ["date"] = date, ["api_key"] = "k" });
                }

                return 0;
            },
            default);

        var listed = (await plane.MustAsync("GET", "/tag/list")).AsArray();
        listed.Select(static tag => tag!["name"]!.ToString()).ShouldBe(["made", "seen"]);
        listed[1]!["models"].ShouldBeNull();
        listed[1]!["created_at"]!.ToString().ShouldBe("2026-02-01");
        (await plane.MustAsync("GET", "/tag/list?start_date=2026-02-04&end_date=2026-02-05")).AsArray().Count.ShouldBe(1);
        (await plane.GetAsync("/tag/list?start_date=2026-02-04")).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("/tag/new", """{"name":"taken"}""", 400)]
    [InlineData("/tag/new", """{"name":""}""", 422)]
    [InlineData("/tag/new", "{}", 422)]
    [InlineData("/tag/new", """{"name":"x","max_budget":"NaN"}""", 400)]
    [InlineData("/tag/new", """{"name":"x","budget_id":"absent"}""", 400)]
    [InlineData("/tag/update", """{"name":"absent"}""", 404)]
    [InlineData("/tag/info", """{"names":["absent"]}""", 404)]
    public async Task BadRequests_AreRefusedAndNothingIsWritten(string path, string body, int status)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/tag/new", """{"name":"taken"}""");
        var size = await plane.SizeAsync();

        (await plane.PostAsync(path, body)).Status.ShouldBe(status);
        (await plane.SizeAsync()).ShouldBe(size);
    }
}
