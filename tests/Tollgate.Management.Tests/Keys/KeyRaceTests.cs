using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Keys;

/// <summary>The same thing asked for many times at once happens once, and different things at once all happen.</summary>
public sealed class KeyRaceTests
{
    private const int Many = 8;

    private static readonly string[] Overlays =
    [
        "\"tags\":[\"a\"]", "\"guardrails\":[\"g\"]", "\"policies\":[\"p\"]", "\"prompts\":[\"x\"]", "\"enforced_params\":[\"user\"]",
        "\"model_rpm_limit\":{\"a\":1}", "\"model_tpm_limit\":{\"a\":1}", "\"tpm_limit_type\":\"dynamic\"",
    ];

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task ChangesOfOneKey_AllHappen(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var key = (await plane.MustAsync("POST", "/key/generate", "{}"))["key"]!.GetValue<string>();
        await plane.MustAsync("POST", "/user/new", """{"user_id":"ann","auto_create_key":false}""");

        await Task.WhenAll(Overlays.Select(part => plane.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}",{{part}}}""")));
        await Task.WhenAll(Overlays.Select(part => plane.MustAsync("POST", "/user/update", $$"""{"user_id":"ann",{{part}}}""")));

        (await plane.RowsAsync(Tables.Keys)).ShouldHaveSingleItem()["metadata"]!.AsObject().Count.ShouldBe(Overlays.Length);
        (await plane.RowsAsync(Tables.Users)).Single(IsAnn)["metadata"]!.AsObject().Count.ShouldBe(Overlays.Length);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task RegenerationsOfOneKey_HappenOnce(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var key = (await plane.MustAsync("POST", "/key/generate", "{}"))["key"]!.GetValue<string>();

        var statuses = await AllAsync(plane, "/key/regenerate", $$"""{"key":"{{key}}","grace_period":"1h"}""");

        statuses.ShouldBe([200, .. Enumerable.Repeat(404, Many - 1)]);
        var row = (await plane.RowsAsync(Tables.Keys)).ShouldHaveSingleItem();
        (await plane.RowsAsync(Tables.DeletedKeys)).Count.ShouldBe(1);
        (await plane.RowsAsync(Tables.DeprecatedKeys)).ShouldHaveSingleItem()["active_token_id"]!.GetValue<string>()
            .ShouldBe(row["token"]!.GetValue<string>());
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task DeletionsOfOneKey_LeaveOneCopy(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var key = (await plane.MustAsync("POST", "/key/generate", "{}"))["key"]!.GetValue<string>();

        (await AllAsync(plane, "/key/delete", $$"""{"key":"{{key}}"}""")).ShouldBe([200, .. Enumerable.Repeat(404, Many - 1)]);

        (await plane.RowsAsync(Tables.DeletedKeys)).Count.ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task MakingsOfTheSame_AreOneMaking(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        int[] once = [200, .. Enumerable.Repeat(400, Many - 1)];

        (await AllAsync(plane, "/key/service-account/generate", """{"team_id":"t1","key":"sk-of-our-choice"}""")).ShouldBe(once);
        (await AllAsync(plane, "/key/generate", """{"key":"sk-another-choice"}""")).ShouldBe(once);
        (await AllAsync(plane, "/user/update", """{"user_id":"new","user_alias":"x"}""")).ShouldAllBe(static status => status == 200);
        (await AllAsync(plane, "/user/budget", """{"user_id":"newer","max_budget":1}""")).ShouldAllBe(static status => status == 200);
        (await AllAsync(plane, "/user/new", """{"sso_user_id":"s"}""")).ShouldBe([200, .. Enumerable.Repeat(409, Many - 1)]);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task UsersWhoComeAndGoAtOnce_AreAllInTheTeamAndOutAgain(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","team_member_budget":5}""");

        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => plane.MustAsync(
            "POST", "/user/new", $$"""{"user_id":"u{{i}}","teams":["t1"],"auto_create_key":false}""")));

        var team = (await plane.RowsAsync(Tables.Teams)).ShouldHaveSingleItem();
        team["members_with_roles"]!.AsArray().Count.ShouldBe(Many + 1);
        team["members"]!.AsArray().Count.ShouldBe(Many + 1);
        var memberships = await plane.RowsAsync(Tables.TeamMemberships, Filter.NotEqual("user_id", "default_user_id"));
        memberships.Count.ShouldBe(Many);
        memberships.ShouldAllBe(row => row["budget_id"]!.GetValue<string>() == team["metadata"]!["team_member_budget_id"]!.GetValue<string>());

        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => plane.MustAsync("POST", "/user/delete", $$"""{"user_ids":["u{{i}}"]}""")));

        team = (await plane.RowsAsync(Tables.Teams)).ShouldHaveSingleItem();
        team["members_with_roles"]!.AsArray().Count.ShouldBe(1);
        team["members"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task TextsWithNulCharacters_AreStoredWithout(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);

        (await plane.MustAsync("POST", "/user/new", """{"user_id":"a\u0000b","user_email":"\u0000m@x.y"}"""))["user_id"]!.GetValue<string>().ShouldBe("ab");
        (await plane.MustAsync("POST", "/key/generate", """{"key_alias":"a\u0000b"}"""))["key_alias"]!.GetValue<string>().ShouldBe("ab");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t\u0000"}""");
        await plane.MustAsync("POST", "/project/new", """{"team_id":"t","project_id":"p\u0000"}""");
        await plane.MustAsync("POST", "/organization/new", """{"organization_alias":"\u0000","organization_id":"o\u0000"}""");
    }

    private static bool IsAnn(JsonObject user) => user["user_id"]!.GetValue<string>() == "ann";

    private static async Task<IEnumerable<int>> AllAsync(ControlPlane plane, string path, string body)
        => (await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => plane.PostAsync(path, body)))).Select(static answer => answer.Status).Order();
}
