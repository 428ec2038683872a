using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Teams;

public sealed class TeamTests
{
    private const string Guide =
        """{"team_alias":"engineering","max_budget":1000,"budget_duration":"30d","tpm_limit":1000000,"rpm_limit":10000,"models":["gpt-4o","claude-3-5-sonnet"]}""";

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task TeamOfTheGuide_AnswersTheWholeRow(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);

        var answer = await plane.PostAsync("/team/new", Guide);

        answer.Status.ShouldBe(200, answer.Text);
        var id = answer.Json["team_id"]!.ToString();
        Guid.TryParse(id, out _).ShouldBeTrue();
        answer.Text.Replace(id, "ID").ShouldBe(string.Concat(
            """{"team_id":"ID","team_alias":"engineering","organization_id":null,"object_permission_id":null,"admins":[]""",
            ""","members":["default_user_id"],"members_with_roles":[{"user_id":"default_user_id","user_email":null,"role":"admin"}]""",
            ""","team_member_permissions":[],"metadata":{},"max_budget":1000.0,"soft_budget":null,"spend":0.0,"models":["gpt-4o","claude-3-5-sonnet"]""",
            ""","max_parallel_requests":null,"tpm_limit":1000000,"rpm_limit":10000,"budget_duration":"30d","budget_reset_at":"2026-03-01T00:00:00.000000Z" """.TrimEnd(),
            ""","budget_limits":null,"blocked":false,"router_settings":{},"access_group_ids":[],"default_team_member_models":[],"policies":[]""",
            ""","model_spend":{},"model_max_budget":{},"model_id":null,"litellm_model_table":null,"object_permission":null""",
            $$""","created_at":"{{ControlPlane.Now}}","updated_at":"{{ControlPlane.Now}}"}"""));
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task CommandsOfTheGuide_WorkInTheirOrder(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var id = (await plane.MustAsync("POST", "/team/new", Guide))["team_id"]!.ToString();

        var added = await plane.MustAsync(
            "POST", "/team/member_add", $$$"""{"team_id":"{{{id}}}","member":{"role":"user","user_id":"john@company.com"},"max_budget_in_team":50}""");
        added["updated_users"]![0]!["teams"]!.AsArray().Single()!.ToString().ShouldBe(id);
        added["updated_team_memberships"]![0]!["litellm_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(50);
        added["members_with_roles"]!.AsArray().Count.ShouldBe(2);

        (await plane.MustAsync("POST", "/team/update", $$"""{"team_id":"{{id}}","max_budget":2000}"""))["data"]!["max_budget"]!
            .GetValue<double>().ShouldBe(2000);
        var info = await plane.MustAsync("GET", $"/team/info?team_id={id}");
        info["team_info"]!["max_budget"]!.GetValue<double>().ShouldBe(2000);
        info["team_info"]!["members_count"]!.GetValue<int>().ShouldBe(2);
        info["team_memberships"]!.AsArray().Count.ShouldBe(2);
        info["keys"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Update_LeavesWhatIsAbsentAndClearsWhatIsNull(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """
            {"team_id":"t1","team_alias":"a","max_budget":10,"budget_duration":"1d","tpm_limit":5,"metadata":{"x":1},"tags":["prod"],
             "model_aliases":{"fast":"gpt-4o"},"object_permission":{"mcp_servers":["s1"]},"team_member_budget":7,"team_member_rpm_limit":3}
            """);

        var data = (await plane.MustAsync(
            "POST", "/team/update", """{"team_id":"t1","max_budget":null,"budget_duration":null,"guardrails":["g"],"spend":3.5}"""))["data"]!;

        data["team_alias"]!.ToString().ShouldBe("a");
        data["max_budget"].ShouldBeNull();
        data["budget_reset_at"].ShouldBeNull();
        data["tpm_limit"]!.GetValue<long>().ShouldBe(5);
        data["spend"]!.GetValue<double>().ShouldBe(3.5);
        data["metadata"]!["x"]!.GetValue<int>().ShouldBe(1);
        data["metadata"]!["tags"]!.ToJsonString().ShouldBe("""["prod"]""");
        data["metadata"]!["guardrails"]!.ToJsonString().ShouldBe("""["g"]""");
        data["litellm_model_table"]!["model_aliases"]!.ToJsonString().ShouldBe("""{"fast":"gpt-4o"}""");
        data["object_permission"]!["mcp_servers"]!.ToJsonString().ShouldBe("""["s1"]""");

        await plane.MustAsync("POST", "/team/update", """{"team_id":"t1","metadata":{"y":2},"team_member_budget":8,"model_aliases":{}}""");
        var info = (await plane.MustAsync("GET", "/team/info?team_id=t1"))["team_info"]!;
        info["metadata"]!["x"].ShouldBeNull();
        info["team_member_budget_table"]!["max_budget"]!.GetValue<double>().ShouldBe(8);
        info["team_member_rpm_limit"]!.GetValue<int>().ShouldBe(3);
        info["model_aliases"]!.ToJsonString().ShouldBe("{}");
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Delete_TakesKeysMembershipsAndNamesInUsersWithIt(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","members_with_roles":[{"role":"user","user_id":"u1"}]}""");
        await plane.MustAsync("POST", "/key/generate", """{"team_id":"t1","key_alias":"gone"}""");
        await plane.MustAsync("POST", "/key/generate", """{"key_alias":"stays"}""");

        (await plane.PostAsync("/team/delete", """{"team_ids":["t1","absent"]}""")).Status.ShouldBe(404);
        (await plane.RowsAsync(Tables.Teams)).Count.ShouldBe(1);

        (await plane.PostAsync("/team/delete", """{"team_ids":["t1"]}""")).Text.ShouldBe("""{"deleted_teams":["t1"]}""");
        (await plane.RowsAsync(Tables.Teams)).ShouldBeEmpty();
        (await plane.RowsAsync(Tables.DeletedTeams)).Single()["team_id"]!.ToString().ShouldBe("t1");
        (await plane.RowsAsync(Tables.Keys)).Single()["key_alias"]!.ToString().ShouldBe("stays");
        (await plane.RowsAsync(Tables.DeletedKeys)).Single()["key_alias"]!.ToString().ShouldBe("gone");
        (await plane.RowsAsync(Tables.TeamMemberships)).ShouldBeEmpty();
        (await plane.RowsAsync(Tables.Users, Filter.Equal("user_id", "u1"))).Single()["teams"]!.AsArray().ShouldBeEmpty();
        var listed = await plane.MustAsync("GET", "/v2/team/list?status=deleted");
        listed["teams"]![0]!["team_id"]!.ToString().ShouldBe("t1");
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Block_IsSeenAndAudited(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");

        (await plane.MustAsync("POST", "/team/block", """{"team_id":"t1"}"""))["blocked"]!.GetValue<bool>().ShouldBeTrue();
        (await plane.MustAsync("POST", "/team/unblock", """{"team_id":"t1"}"""))["blocked"]!.GetValue<bool>().ShouldBeFalse();
        (await plane.RowsAsync(Tables.AuditLog, Filter.Equal("table_name", "LiteLLM_TeamTable")))
            .Select(static row => row["action"]!.ToString()).Order().ShouldBe(["blocked", "created", "unblocked"]);
        var absent = await plane.PostAsync("/team/block", """{"team_id":"x"}""");
        absent.Status.ShouldBe(404);
        absent.Detail.ShouldBe("Team not found, passed team_id=x");
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Lists_FindTeamsByUserOrganizationAndText(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/organization/new", """{"organization_id":"o1","organization_alias":"acme"}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","team_alias":"Alpha 100%","organization_id":"o1"}""");
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t2","team_alias":"beta","members_with_roles":[{"role":"user","user_id":"u1"}]}""");

        (await plane.MustAsync("GET", "/team/list")).AsArray().Count.ShouldBe(2);
        IdsOf(await plane.MustAsync("GET", "/team/list?organization_id=o1")).ShouldBe(["t1"]);
        IdsOf(await plane.MustAsync("GET", "/team/list?organization_id=default_organization")).ShouldBe(["t2"]);
        IdsOf(await plane.MustAsync("GET", "/team/list?user_id=u1", caller: "u1")).ShouldBe(["t2"]);
        (await plane.GetAsync("/team/list", "u1")).Status.ShouldBe(401);
        (await plane.GetAsync("/team/list?user_id=u2", "u1")).Status.ShouldBe(401);
        IdsOf((await plane.MustAsync("GET", "/v2/team/list?team_alias=100%25"))["teams"]!).ShouldBe(["t1"]);
        IdsOf((await plane.MustAsync("GET", "/v2/team/list?search=t2"))["teams"]!).ShouldBe(["t2"]);
        var page = await plane.MustAsync("GET", "/v2/team/list?page=2&page_size=1&sort_by=team_id&sort_order=desc");
        IdsOf(page["teams"]!).ShouldBe(["t1"]);
        page["total"]!.GetValue<int>().ShouldBe(2);
        page["total_pages"]!.GetValue<int>().ShouldBe(2);
        (await plane.GetAsync("/v2/team/list?page=0")).Status.ShouldBe(422);
        (await plane.GetAsync("/v2/team/list?sort_by=team_id;--")).Status.ShouldBe(400);
        (await plane.MustAsync("GET", "/v2/team/list?search=%27%20OR%201%3D1%20--"))["total"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task Info_IsForThoseWhoBelong()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1","members_with_roles":[{"role":"user","user_id":"u1"}]}""");

        (await plane.GetAsync("/team/info?team_id=t1", "u1")).Status.ShouldBe(200);
        (await plane.GetAsync("/team/info?team_id=t1", "viewer")).Status.ShouldBe(200);
        var foreign = await plane.GetAsync("/team/info?team_id=t1", "stranger");
        foreign.Status.ShouldBe(403);
        foreign.Text.ShouldBe(
            """{"error":{"message":"User=stranger not authorized to access this team=t1","type":"auth_error","param":"None","code":"403"}}""");
        var absent = await plane.GetAsync("/team/info?team_id=x");
        absent.Status.ShouldBe(404);
        absent.Message.ShouldBe("Team not found, passed team id: x.");
        (await plane.GetAsync("/team/info")).Status.ShouldBe(422);
    }

    [Theory]
    [InlineData("""{"team_id":"t1"}""", 400, "Team id = t1 already exists. Please use a different team id.")]
    [InlineData("""{"organization_id":"x"}""", 400, "Organization not found, passed organization_id=x")]
    [InlineData("""{"max_budget":-1}""", 400, "max_budget cannot be negative. Received: -1")]
    [InlineData("""{"max_budget":10,"soft_budget":10}""", 400, "soft_budget (10) must be strictly lower than max_budget (10)")]
    [InlineData("""{"budget_duration":"1y"}""", 400, "Unsupported duration unit, passed duration: 1y")]
    [InlineData("""{"models":["a"],"default_team_member_models":["b"]}""", 400, "default_team_member_models must be models of the team. Not one of them: b")]
    [InlineData("""{"budget_limits":[{"max_budget":1}]}""", 400, "budget_limits: budget_duration is required for every budget")]
    [InlineData("""{"members_with_roles":[{"role":"user","user_email":"twice@x.y"}]}""", 400, "Multiple users with this email found in db. Please use 'user_id' instead.")]
    public async Task BadTeams_AreRefusedAndNothingIsWritten(string body, int status, string message)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/team/new", """{"team_id":"t1"}""");
        await plane.Database.WriteAsync(
            async rows =>
            {
                await rows.InsertAsync(Tables.Users, new JsonObject { ["user_id"] = "a", ["user_email"] = "twice@x.y" });
                await rows.InsertAsync(Tables.Users, new JsonObject { ["user_id"] = "b", ["user_email"] = "TWICE@x.y" });
                return 0;
            },
            default);
        var size = await plane.SizeAsync();

        var answer = await plane.PostAsync("/team/new", body);

        answer.Status.ShouldBe(status, answer.Text);
        answer.Detail.ShouldBe(message);
        (await plane.SizeAsync()).ShouldBe(size);
    }

    [Theory]
    [InlineData("""{"models":"gpt-4o"}""", "list_type")]
    [InlineData("""{"models":[1]}""", "string_type")]
    [InlineData("""{"metadata":[]}""", "dict_type")]
    [InlineData("""{"blocked":"maybe"}""", "bool_parsing")]
    [InlineData("""{"team_id":5}""", "string_type")]
    [InlineData("""{"members_with_roles":[{"role":"owner","user_id":"u"}]}""", "literal_error")]
    [InlineData("""{"members_with_roles":[{"role":"user"}]}""", "value_error")]
    [InlineData("""{"members_with_roles":"u"}""", "list_type")]
    [InlineData("""{"team_member_permissions":["/everything"]}""", "enum")]
    [InlineData("""{"object_permission":{"mcp_servers":"s"}}""", "list_type")]
    [InlineData("""{"model_aliases":{"a":1}}""", "string_type")]
    [InlineData("[]", "dict_type")]
    public async Task WrongTypes_AreA422AndNothingIsWritten(string body, string type)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);

        var answer = await plane.PostAsync("/team/new", body);

        answer.Status.ShouldBe(422, answer.Text);
        answer.Json["detail"]![0]!["type"]!.ToString().ShouldBe(type);
        (await plane.SizeAsync()).ShouldBe(0);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task HugeAndForeignTexts_AreKept(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        var body = new JsonObject
        {
            ["team_id"] = "t'\";--\u6f22",
            ["team_alias"] = "\ud83d\ude00 \\ % _ '",
            ["metadata"] = new JsonObject { ["note"] = new string('x', 1_000_000), ["deep"] = new JsonObject { ["a"] = new JsonArray(1, null) } },
        };

        var made = await plane.MustAsync("POST", "/team/new", body.ToJsonString());

        made["team_id"]!.ToString().ShouldBe("t'\";--\u6f22");
        made["team_alias"]!.ToString().ShouldBe("\ud83d\ude00 \\ % _ '");
        made["metadata"]!["note"]!.ToString().Length.ShouldBe(1_000_000);
        made["metadata"]!["deep"]!.ToJsonString().ShouldBe("""{"a":[1,null]}""");
    }

    private static IEnumerable<string> IdsOf(JsonNode teams) => teams.AsArray().Select(static team => team!["team_id"]!.ToString());
}
