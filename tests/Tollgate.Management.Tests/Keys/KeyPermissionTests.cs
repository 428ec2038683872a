using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Management.Tests.Keys;

public sealed class KeyPermissionTests
{
    private const string Team = """[{"user_id":"boss","role":"admin"},{"user_id":"ann","role":"user"}]""";

    [Fact]
    public async Task InternalUser_MakesKeysForHimselfOnly()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var ann = await desk.UserAsync("ann");

        var own = await desk.MustAsync("POST", "/key/generate", "{}", ann);
        var text = await desk.RefusedAsync(403, "POST", "/key/generate", """{"user_id":"bob"}""", ann);

        own["user_id"]!.GetValue<string>().ShouldBe("ann");
        text.ShouldContain("User can only create keys for themselves. Got user_id=bob, Your ID=ann");
        text.ShouldContain("Only proxy admin can");
    }

    [Theory]
    [InlineData("""{"key_type":"management"}""")]
    [InlineData("""{"allowed_routes":["/user/new"]}""")]
    [InlineData("""{"allowed_routes":["/*"]}""")]
    [InlineData("""{"allowed_routes":["org_admin_allowed_routes"]}""")]
    [InlineData("""{"permissions":{"get_spend_routes":true}}""")]
    [InlineData("""{"spend":-5}""")]
    public async Task InternalUser_CannotGiveAKeyMoreThanHeHas(string body)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var ann = await desk.UserAsync("ann");
        var size = await desk.SizeAsync();

        (await desk.SendAsync("POST", "/key/generate", body, ann)).Status.ShouldBeOneOf(400, 403);

        (await desk.SizeAsync()).ShouldBe(size);
    }

    [Fact]
    public async Task InternalUserViewer_MakesNone()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var eve = await desk.UserAsync("eve", "internal_user_viewer");

        (await desk.RefusedAsync(401, "POST", "/key/generate", "{}", eve)).ShouldContain("Only proxy admin can be used to generate");
    }

    [Fact]
    public async Task KeyWithoutUser_MakesNone()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync();

        (await desk.RefusedAsync(401, "POST", "/key/generate", "{}", key)).ShouldContain("Only proxy admin can be used to generate");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Team_AdminsMakeKeysMembersNeedThePermission(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("t1", Team);
        var (boss, ann, bob) = (await desk.UserAsync("boss"), await desk.UserAsync("ann"), await desk.UserAsync("bob"));

        await desk.MustAsync("POST", "/key/generate", """{"team_id":"t1","user_id":"ann"}""", boss);
        (await desk.RefusedAsync(400, "POST", "/key/generate", """{"team_id":"t1","user_id":"bob"}""", boss)).ShouldContain("User=bob not assigned to team=t1");
        (await desk.RefusedAsync(400, "POST", "/key/generate", """{"team_id":"t1"}""", bob)).ShouldContain("User=bob not assigned to team=t1");
        var text = await desk.RefusedAsync(401, "POST", "/key/generate", """{"team_id":"t1"}""", ann);

        text.ShouldContain("Team member does not have permissions for endpoint: /key/generate. You only have access to the following endpoints: [] for team t1");
        text.ShouldContain("\"type\":\"team_member_permission_error\",\"param\":\"/key/generate\"");
    }

    [Fact]
    public async Task CreationRules_NameRolesAndParams()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite, new ManagementSettings
        {
            TeamKeys = new KeyCreationRule(["admin"], ["tags"]),
            PersonalKeys = new KeyCreationRule(["proxy_admin"], []),
        });
        await desk.TeamAsync("t1", Team);
        var (boss, ann) = (await desk.UserAsync("boss"), await desk.UserAsync("ann"));

        (await desk.RefusedAsync(400, "POST", "/key/generate", """{"team_id":"t1"}""", ann))
            .ShouldContain("Team member role user not in allowed_team_member_roles=['admin']");
        (await desk.RefusedAsync(400, "POST", "/key/generate", """{"team_id":"t1"}""", boss)).ShouldContain("Required param tags not in data");
        (await desk.RefusedAsync(400, "POST", "/key/generate", "{}", ann))
            .ShouldContain("Personal key creation has been restricted by admin. Allowed roles=['proxy_admin']. Your role=internal_user.");
        await desk.MustAsync("POST", "/key/generate", """{"team_id":"t1","tags":["a"]}""", boss);
        await desk.MustAsync("POST", "/key/generate", "{}");
    }

    [Fact]
    public async Task ForeignKey_IsNeitherSeenNorChanged()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var (ann, bob) = (await desk.UserAsync("ann"), await desk.UserAsync("bob"));
        var size = await desk.SizeAsync();

        (await desk.RefusedAsync(403, "GET", $"/key/info?key={bob}", null, ann)).ShouldContain("You are not allowed to access this key's info. Your role=internal_user");
        (await desk.RefusedAsync(403, "POST", "/key/delete", $$"""{"key":"{{bob}}"}""", ann)).ShouldContain("You are not authorized to delete this key");
        await desk.RefusedAsync(403, "POST", "/key/update", $$"""{"key":"{{bob}}","max_budget":1}""", ann);
        (await desk.RefusedAsync(403, "POST", "/key/regenerate", $$"""{"key":"{{bob}}"}""", ann)).ShouldContain("You are not authorized to regenerate this key");
        await desk.RefusedAsync(403, "POST", "/key/block", $$"""{"key":"{{bob}}"}""", ann);
        (await desk.RefusedAsync(403, "POST", $"/key/{KeyText.ToHash(bob)}/reset_spend", """{"reset_to":0}""", ann))
            .ShouldContain("You must be a proxy admin or team admin to reset key spend");
        (await desk.RefusedAsync(403, "POST", "/key/bulk_update", $$"""{"keys":[{"key":"{{bob}}"}]}""", ann)).ShouldContain("Only proxy admins can perform bulk key updates");
        (await desk.SizeAsync()).ShouldBe(size);
    }

    [Fact]
    public async Task OwnKey_MayBeChangedButNotItsSpend()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var ann = await desk.UserAsync("ann");

        await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{ann}}","key_alias":"mine"}""", ann);
        await desk.RefusedAsync(403, "POST", "/key/update", $$"""{"key":"{{ann}}","spend":0}""", ann);
        (await desk.RefusedAsync(403, "POST", "/key/update", $$"""{"key":"{{ann}}","user_id":"bob"}""", ann)).ShouldContain("to belong to user=bob");
        await desk.MustAsync("GET", "/key/info", null, ann);
    }

    [Fact]
    public async Task RevokedAdmin_LosesTheRightsWithTheRow()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var root = await desk.UserAsync("root", "proxy_admin");
        await desk.MustAsync("POST", "/key/generate", """{"user_id":"x"}""", root);

        await desk.MustAsync("POST", "/user/update", """{"user_id":"root","user_role":"internal_user_viewer"}""");

        (await desk.RefusedAsync(401, "POST", "/key/generate", """{"user_id":"x"}""", root)).ShouldContain("Only proxy admin can be used");
        await desk.RefusedAsync(401, "POST", "/user/new", "{}", root);
    }

    [Fact]
    public async Task HashUsedAsKey_IsRefused()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.UserAsync("root", "proxy_admin");

        await desk.RefusedAsync(401, "POST", "/key/generate", "{}", KeyText.ToHash(key));
    }
}
