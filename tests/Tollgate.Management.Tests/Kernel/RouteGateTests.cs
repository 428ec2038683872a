using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Kernel;
using Tollgate.Management.Tests.Keys;

namespace Tollgate.Management.Tests.Kernel;

public sealed class RouteGateTests
{
    [Fact]
    public async Task RestrictedKey_ReachesItsRoutesOnly()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("root", "proxy_admin");
        var key = await desk.KeyAsync("""{"user_id":"root","allowed_routes":["info_routes","/user/new"]}""");

        await desk.MustAsync("GET", "/key/info", null, key);
        await desk.MustAsync("POST", "/user/new", "{}", key);
        (await desk.RefusedAsync(403, "POST", "/key/generate", "{}", key)).ShouldBe(
            """{"error":{"message":"Virtual key is not allowed to call this route. Only allowed to call routes: ['info_routes', '/user/new']. Tried to call route: /key/generate","type":"auth_error","param":"None","code":"403"}}""");
    }

    [Fact]
    public async Task Refusal_NamesRouteRoleAndHalfTheUser()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.UserAsync("abcdefghijklmnyz");

        (await desk.RefusedAsync(401, "POST", "/user/new", "{}", key)).ShouldBe(
            """{"error":{"message":"Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route=/user/new. Your role=internal_user. Your user_id=abcdef**yz","type":"auth_error","param":"None","code":"401"}}""");
    }

    [Theory]
    [InlineData(null, "None")]
    [InlineData("ann", "***")]
    [InlineData("abcdefghijkl", "abcdef**kl")]
    public void UserIds_AreMasked(string? id, string shown) => RouteGate.Mask(id).ShouldBe(shown);

    [Fact]
    public async Task Viewer_ReadsAndDoesNotWrite()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var viewer = await desk.UserAsync("viewer", "proxy_admin_viewer");
        var key = await desk.KeyAsync();

        await desk.MustAsync("GET", "/user/list?page=1", null, viewer);
        await desk.MustAsync("GET", $"/key/info?key={key}", null, viewer);
        (await desk.RefusedAsync(403, "POST", "/key/generate", "{}", viewer)).ShouldContain(
            "user not allowed to access this route, role= proxy_admin_viewer");
        await desk.RefusedAsync(403, "POST", "/key/delete", $$"""{"key":"{{key}}"}""", viewer);
    }

    [Fact]
    public async Task AdminOnlyRoutes_RefuseEveryoneElse()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite, new ManagementSettings { AdminOnlyRoutes = ["/key/generate"] });
        var ann = await desk.UserAsync("ann");

        (await desk.RefusedAsync(403, "POST", "/key/generate", "{}", ann))
            .ShouldContain("user not allowed to access this route. Route=/key/generate is an admin only route");
        await desk.RefusedAsync(403, "POST", "/key/generate/", "{}", ann);
        await desk.MustAsync("POST", "/key/generate", "{}");
    }

    [Fact]
    public async Task DisabledControlPlane_RefusesTheMasterKeyToo()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite, new ManagementSettings { IsDisabled = true });

        await desk.RefusedAsync(403, "POST", "/key/generate", "{}");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task OrganizationAdmin_ActsForHisOrganization(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var chief = await desk.UserAsync("chief");
        await desk.Database.WriteAsync(
            async rows =>
            {
                await rows.InsertAsync(Tables.Budgets, new JsonObject { ["budget_id"] = "b", ["created_by"] = "x", ["updated_by"] = "x" });
                foreach (var organization in (string[])["own", "other"])
                {
                    await rows.InsertAsync(Tables.Organizations, new JsonObject
                    {
                        ["organization_id"] = organization,
                        ["organization_alias"] = organization,
                        ["budget_id"] = "b",
                        ["created_by"] = "x",
                        ["updated_by"] = "x",
                    });
                }

                await rows.InsertAsync(
                    Tables.OrganizationMemberships, new JsonObject { ["user_id"] = "chief", ["organization_id"] = "own", ["user_role"] = "org_admin" });
                return 0;
            },
            CancellationToken.None);

        await desk.MustAsync("POST", "/user/new", """{"user_id":"recruit","organizations":["own"]}""", chief);

        await desk.RefusedAsync(401, "POST", "/user/new", """{"organizations":["other"]}""", chief);
        await desk.RefusedAsync(403, "POST", "/user/new", """{"organizations":["own","other"]}""", chief);
        await desk.RefusedAsync(403, "POST", "/user/new", """{"organizations":["own"],"user_role":"proxy_admin"}""", chief);
        (await desk.MustAsync("GET", "/user/list?page=1", null, chief))["users"]!.AsArray().Count.ShouldBe(2);
    }
}
