using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.AccessGroups;

public sealed class AccessGroupTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task ModelGroups_HoldDeploymentsOfFileAndRows(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.Database.WriteAsync(
            async rows =>
            {
                await rows.InsertAsync(Tables.Models, new JsonObject
                {
                    ["model_id"] = "row-1",
                    ["model_name"] = "gpt-4o",
                    ["litellm_params"] = new JsonObject(),
                    ["model_info"] = new JsonObject { ["mode"] = "chat" },
                    ["created_by"] = "x",
                    ["updated_by"] = "x",
                });
                return 0;
            },
            default);
        await plane.Service<Configuration.IGatewayConfiguration>().RefreshAsync(default);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","models":["prod"]}""");

        (await plane.PostAsync("/access_group/new", """{"access_group":"prod","model_names":["gpt-4o"]}""")).Text.ShouldBe(
            """{"access_group":"prod","model_names":["gpt-4o"],"model_ids":null,"models_updated":2}""");
        (await plane.GetAsync("/access_group/prod/info")).Text.ShouldBe("""{"access_group":"prod","model_names":["gpt-4o"],"deployment_count":2}""");
        (await plane.PostAsync("/access_group/new", """{"access_group":"prod","model_names":["claude"]}""")).Status.ShouldBe(409);
        await plane.MustAsync("PUT", "/access_group/prod/update", """{"model_ids":["file-2"]}""");
        (await plane.GetAsync("/access_group/list")).Text.ShouldBe(string.Concat(
            """{"access_groups":[{"access_group":"beta","model_names":["claude"],"deployment_count":1}""",
            """,{"access_group":"prod","model_names":["claude"],"deployment_count":1}]}"""));
        (await plane.RowsAsync(Tables.Models)).Single()["model_info"]!["mode"]!.ToString().ShouldBe("chat");

        (await plane.MustAsync("DELETE", "/access_group/prod/delete"))["stale_references"]!["teams"]!.ToJsonString().ShouldBe("""["t1"]""");
        (await plane.GetAsync("/access_group/prod/info")).Status.ShouldBe(404);
        (await plane.PostAsync("/access_group/new", """{"access_group":"x","model_names":["none"]}""")).Detail.ShouldBe("Model(s) not found: none");
        (await plane.PostAsync("/access_group/new", """{"access_group":"x"}""")).Status.ShouldBe(400);
        (await plane.PostAsync("/access_group/new", """{"access_group":" ","model_names":["gpt-4o"]}""")).Status.ShouldBe(400);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task UnifiedGroups_AreWrittenIntoTeamsAndKeys(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        var key = (await plane.MustAsync("POST", "/key/generate", "{}"))["key"]!.ToString();

        var answer = await plane.PostAsync("/v1/access_group", $$"""{"access_group_name":"g","access_model_names":["m"],"assigned_team_ids":["t1"],"assigned_key_ids":["{{key}}"]}""");
        answer.Status.ShouldBe(201, answer.Text);
        var id = answer.Json["access_group_id"]!.ToString();
        (await plane.RowsAsync(Tables.Teams)).Single()["access_group_ids"]!.ToJsonString().ShouldBe($"""["{id}"]""");
        (await plane.RowsAsync(Tables.Keys)).Single()["access_group_ids"]!.ToJsonString().ShouldBe($"""["{id}"]""");

        await plane.MustAsync("PUT", $"/v1/unified_access_group/{id}", """{"assigned_team_ids":[],"description":"d"}""");
        (await plane.RowsAsync(Tables.Teams)).Single()["access_group_ids"]!.AsArray().ShouldBeEmpty();
        (await plane.MustAsync("GET", $"/v1/access_group/{id}"))["description"]!.ToString().ShouldBe("d");
        (await plane.PostAsync("/v1/access_group", """{"access_group_name":"g"}""")).Status.ShouldBe(409);
        (await plane.PostAsync("/v1/access_group", """{"access_group_name":"h","assigned_team_ids":["absent"]}""")).Status.ShouldBe(400);

        var deleted = await plane.SendAsync("DELETE", $"/v1/access_group/{id}");
        deleted.Status.ShouldBe(204);
        deleted.Text.ShouldBeEmpty();
        (await plane.RowsAsync(Tables.Keys)).Single()["access_group_ids"]!.AsArray().ShouldBeEmpty();
        (await plane.GetAsync($"/v1/access_group/{id}")).Status.ShouldBe(404);
        (await plane.MustAsync("GET", "/v1/access_group")).AsArray().ShouldBeEmpty();
    }
}
