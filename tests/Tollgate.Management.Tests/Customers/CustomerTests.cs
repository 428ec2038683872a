using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Customers;

public sealed class CustomerTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Lifecycle_WorksUnderBothNames(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var made = await plane.MustAsync("POST", "/customer/new", """{"user_id":"c1","alias":"\u6f22","max_budget":5,"budget_duration":"1d"}""");
        made["litellm_budget_table"]!["budget_reset_at"]!.ToString().ShouldBe("2026-02-04T00:00:00.000000Z");
        made["spend"]!.GetValue<double>().ShouldBe(0);

        var changed = await plane.MustAsync("POST", "/end_user/update", """{"user_id":"c1","max_budget":7,"alias":null,"spend":2}""");
        changed["budget_id"]!.ToString().ShouldBe(made["budget_id"]!.ToString());
        changed["alias"]!.ToString().ShouldBe("\u6f22");
        (await plane.MustAsync("GET", "/customer/info?end_user_id=c1"))["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(7);
        (await plane.MustAsync("GET", "/end_user/list")).AsArray().Count.ShouldBe(1);

        (await plane.MustAsync("POST", "/customer/block", """{"user_ids":["c1","new"]}"""))["blocked_users"]!.AsArray().Count.ShouldBe(2);
        (await plane.PostAsync("/customer/unblock", """{"user_ids":["c1"]}""")).Text.ShouldBe("""{"blocked_users":["new"]}""");
        (await plane.RowsAsync(Tables.Customers, Filter.Equal("user_id", "c1"))).Single()["spend"]!.GetValue<double>().ShouldBe(2);
        (await plane.PostAsync("/customer/delete", """{"user_ids":["c1","new"]}""")).Text.ShouldBe(
            """{"deleted_customers":2,"message":"Successfully deleted customers with ids: ['c1', 'new']"}""");
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task IdThatNoDatabaseTakes_IsNoFailure(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        foreach (var (path, body) in new[]
        {
            ("/customer/new", """{"user_id":"a\u0000b"}"""), ("/customer/block", """{"user_ids":["c\u0000"]}"""), ("/budget/new", """{"budget_id":"a\u0000b"}"""),
            ("/tag/new", """{"name":"a\u0000b"}"""),
        })
        {
            await plane.MustAsync("POST", path, body);
        }

        (await plane.MustAsync("GET", "/customer/info?end_user_id=ab"))["user_id"]!.ToString().ShouldBe("ab");
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task SharedBudget_IsCopiedBeforeItIsChanged(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/budget/new", """{"budget_id":"b1","max_budget":10,"rpm_limit":4}""");
        await plane.MustAsync("POST", "/customer/new", """{"user_id":"c1","budget_id":"b1"}""");
        await plane.MustAsync("POST", "/customer/new", """{"user_id":"c2","budget_id":"b1"}""");

        var changed = await plane.MustAsync("POST", "/customer/update", """{"user_id":"c1","max_budget":3}""");

        changed["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(3);
        changed["litellm_budget_table"]!["rpm_limit"]!.GetValue<long>().ShouldBe(4);
        (await plane.MustAsync("GET", "/customer/info?end_user_id=c2"))["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(10);
    }

    [Fact]
    public async Task Refusals_HaveTheirTypes()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/customer/new", """{"user_id":"c1"}""");
        var size = await plane.SizeAsync();

        (await plane.PostAsync("/customer/new", """{"user_id":"c1"}""")).Text.ShouldBe(
            """{"error":{"message":"Customer already exists, passed user_id=c1. Please pass a new user_id.","type":"bad_request","param":"user_id","code":"400"}}""");
        var absent = await plane.GetAsync("/customer/info?end_user_id=x");
        absent.Status.ShouldBe(404);
        absent.Json["error"]!["type"]!.ToString().ShouldBe("not_found");
        absent.Message.ShouldBe("End User Id=x does not exist in db");
        (await plane.PostAsync("/customer/update", """{"user_id":"x"}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/customer/delete", """{"user_ids":["c1","x"]}""")).Status.ShouldBe(404);
        (await plane.PostAsync("/customer/new", """{"user_id":"y","default_model":"none"}""")).Status.ShouldBe(422);
        (await plane.PostAsync("/customer/new", """{"user_id":"y","allowed_model_region":"mars"}""")).Status.ShouldBe(422);
        (await plane.PostAsync("/customer/new", """{"user_id":"y","max_budget":-1}""")).Message.ShouldBe("max_budget cannot be negative. Received: -1");
        (await plane.PostAsync("/customer/new", "{}")).Status.ShouldBe(422);
        (await plane.GetAsync("/customer/list", "u1")).Status.ShouldBe(401);
        (await plane.SizeAsync()).ShouldBe(size);
    }
}
