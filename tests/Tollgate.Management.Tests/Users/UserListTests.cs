using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Management.Tests.Keys;

namespace Tollgate.Management.Tests.Users;

public sealed class UserListTests
{
    [Theory]
    [InlineData("/user/list", null, true)]
    [InlineData("/user/list", "*/*", true)]
    [InlineData("/user/list", "application/json", false)]
    [InlineData("/user/list?page=1", null, false)]
    [InlineData("/user/get_users", null, false)]
    public async Task PlainRequest_GetsAnArrayOthersTheObject(string path, string? accept, bool isArray)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("ann", "proxy_admin");

        var (status, json, text) = await desk.SendAsync("GET", path, accept: accept);

        status.ShouldBe(200, text);
        (json is JsonArray).ShouldBe(isArray);
        var user = (isArray ? json![0] : json!["users"]![0])!;
        user["user_role"]!.GetValue<string>().ShouldBe("proxy_admin");
        user["key_count"]!.GetValue<long>().ShouldBe(1);
        text.ShouldContain("\"spend\":0.0");
    }

    [Theory]
    [InlineData(UserListShape.Object, false)]
    [InlineData(UserListShape.Array, true)]
    public async Task ShapeOfTheSettings_Wins(UserListShape shape, bool isArray)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite, new ManagementSettings { UserList = shape });

        (await desk.MustAsync("GET", "/user/list") is JsonArray).ShouldBe(isArray);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Filters_SelectSortAndPage(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("t1");
        await desk.UserAsync("ann", more: ""","user_email":"Ann@Example.com","teams":["t1"],"max_budget":1""");
        await desk.UserAsync("anton", "internal_user_viewer");
        await desk.UserAsync("bob%_", "proxy_admin");

        (await Ids("role=internal_user_viewer")).ShouldBe(["anton"]);
        (await Ids("user_role=proxy_admin")).ShouldBe(["bob%_"]);
        (await Ids("user_ids=an&sort_by=user_id")).ShouldBe(["ann", "anton"]);
        (await Ids("user_ids=ann,bob%25_&sort_by=user_id&sort_order=desc")).ShouldBe(["bob%_", "ann"]);
        (await Ids("user_email=example")).ShouldBe(["ann"]);
        (await Ids("team=t1")).ShouldBe(["ann"]);
        (await Ids("user_ids=%25")).ShouldBe(["bob%_"]);
        (await Ids("sort_by=user_id&page=2&page_size=2")).ShouldBe(["bob%_"]);
        (await Ids("page=9")).ShouldBeEmpty();
        var page = await desk.MustAsync("GET", "/user/list?page_size=2");
        page["total"]!.GetValue<long>().ShouldBe(3);
        page["total_pages"]!.GetValue<long>().ShouldBe(2);
        (await desk.MustAsync("GET", "/user/filter/ui?user_email=ann")).AsArray().Count.ShouldBe(1);
        await desk.RefusedAsync(422, "GET", "/user/list?page=0");
        await desk.RefusedAsync(422, "GET", "/user/list?page_size=101");
        await desk.RefusedAsync(400, "GET", "/user/list?sort_by=password");

        async Task<string[]> Ids(string query) =>
            [.. (await desk.MustAsync("GET", "/user/list?" + query))["users"]!.AsArray().Select(static user => user!["user_id"]!.GetValue<string>())];
    }

    [Fact]
    public async Task RolesAndSeats_AreListed()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("ann");

        (await desk.MustAsync("GET", "/user/available_roles"))["proxy_admin"]!["ui_label"]!.GetValue<string>().ShouldBe("Admin (All Permissions)");
        (await desk.MustAsync("GET", "/user/available_users")).ToJsonString().ShouldBe(
            """{"total_users":null,"total_teams":null,"total_users_used":1,"total_teams_used":0,"total_users_remaining":null,"total_teams_remaining":null}""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Budget_OfANewUserIsSetAndSpendReset(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var (_, _, text) = await desk.SendAsync("POST", "/user/budget", """{"user_id":"project-123","max_budget":10.0,"budget_duration":"1d"}""");
        await desk.MustAsync("POST", "/user/update", """{"user_id":"project-123","spend":3.5}""");
        var again = await desk.MustAsync("POST", "/user/budget", """{"user_id":"project-123","max_budget":20}""");
        var reset = await desk.SendAsync("POST", "/user/reset_spend", """{"user_id":"project-123"}""");

        text.ShouldStartWith("""{"user_id":"project-123","max_budget":10.0,"budget_duration":"1d","budget_reset_at":"2026-02-04T00:00:00.000000Z","spend":0.0,"created":true,"data":{""");
        again["created"]!.GetValue<bool>().ShouldBeFalse();
        again["spend"]!.GetValue<double>().ShouldBe(3.5);
        again["budget_duration"]!.GetValue<string>().ShouldBe("1d");
        reset.Text.ShouldBe(
            """{"user_id":"project-123","spend":0.0,"previous_spend":3.5,"max_budget":20.0,"budget_reset_at":"2026-02-04T00:00:00.000000Z"}""");
        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.User, "project-123", SpendWasSet: true));
        (await desk.MustAsync("GET", "/user/budget?user_id=project-123"))["max_budget"]!.GetValue<double>().ShouldBe(20);
        (await desk.RefusedAsync(404, "GET", "/user/budget?user_id=ghost")).ShouldContain("User ghost not found");
        (await desk.RefusedAsync(404, "POST", "/user/reset_spend", """{"user_id":"ghost"}""")).ShouldContain("not_found_error");
        (await desk.RefusedAsync(400, "POST", "/user/reset_spend", """{"user_id":"project-123","reset_to":1}"""))
            .ShouldContain("reset_to (1) must be <= current spend (0)");
        await desk.RefusedAsync(422, "POST", "/user/budget", """{"max_budget":1}""");
        await desk.RefusedAsync(400, "POST", "/user/budget", """{"user_id":"x","max_budget":-1}""");
    }

    [Fact]
    public async Task ResetOfMany_TakesKeysAlong()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.UserAsync("ann");
        await desk.UserAsync("bob");
        await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","spend":4}""");

        var answer = await desk.MustAsync("POST", "/user/reset_spend", """{"user_ids":["ann","bob"],"include_keys":true}""");

        answer["results"]!.AsArray().Count.ShouldBe(2);
        (await desk.MustAsync("GET", $"/key/info?key={key}"))["info"]!["spend"]!.GetValue<double>().ShouldBe(0);
    }
}
