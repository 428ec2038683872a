using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;

namespace Tollgate.Management.Tests.Keys;

/// <summary>Looking up, listing, rotating and deleting.</summary>
public sealed class KeyLifeTests
{
    private static readonly string[] RowMembers =
        "key_name,key_alias,soft_budget_cooldown,spend,expires,models,aliases,config,router_settings,user_id,team_id,agent_id,project_id,permissions,max_parallel_requests,metadata,blocked,tpm_limit,rpm_limit,max_budget,budget_duration,budget_reset_at,budget_limits,allowed_cache_controls,allowed_routes,policies,access_group_ids,model_spend,model_max_budget,budget_id,organization_id,object_permission_id,created_at,created_by,updated_at,updated_by,last_active,rotation_count,auto_rotate,rotation_interval,last_rotation_at,key_rotation_at,litellm_budget_table,litellm_organization_table,object_permission".Split(',');

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Info_HasEveryMemberAndNoHash(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var key = await desk.KeyAsync("""{"max_budget":3}""");

        var (_, json, text) = await desk.SendAsync("GET", $"/key/info?key={key}");
        var own = await desk.MustAsync("GET", "/key/info", null, key);

        json!["key"]!.GetValue<string>().ShouldBe(key);
        json["info"]!.AsObject().Select(static member => member.Key).ShouldBe(RowMembers);
        text.ShouldContain("\"max_budget\":3.0");
        text.ShouldContain("\"router_settings\":{}");
        own["key"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
        foreach (var unknown in (string[])["sk-ghost", Desk.Master, "%27%20OR%201=1"])
        {
            (await desk.RefusedAsync(404, "GET", "/key/info?key=" + unknown)).ShouldBe(
                """{"error":{"message":"Key not found in database","type":"not_found_error","param":"key","code":"404"}}""");
        }
    }

    [Fact]
    public async Task ManyInfos_ComeAsAList()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync();

        var answer = await desk.MustAsync("POST", "/v2/key/info", $$"""{"keys":["{{key}}","sk-ghost"]}""");

        answer["info"]!.AsArray().ShouldHaveSingleItem()!["token"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
        (await desk.RefusedAsync(422, "POST", "/v2/key/info")).ShouldBe("""{"detail":{"message":"Malformed request. No keys passed in."}}""");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task List_FiltersSortsPagesAndHidesSessions(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("t1");
        var a = KeyText.ToHash(await desk.KeyAsync("""{"key_alias":"alpha","user_id":"ann","max_budget":2}"""));
        var b = KeyText.ToHash(await desk.KeyAsync("""{"key_alias":"beta_100%","team_id":"t1","max_budget":1}"""));
        await desk.KeyAsync("""{"team_id":"litellm-dashboard"}""");

        (await Tokens("")).ShouldBe([a, b], ignoreOrder: true);
        (await Tokens("?user_id=AN")).ShouldBe([a]);
        (await Tokens("?team_id=t1")).ShouldBe([b]);
        (await Tokens("?key_alias=%25")).ShouldBe([b]);
        (await Tokens("?key_hash=" + a)).ShouldBe([a]);
        (await Tokens("?sort_by=max_budget&sort_order=asc")).ShouldBe([b, a]);
        (await Tokens("?sort_by=key_alias&sort_order=asc&size=1&page=2")).ShouldBe([b]);
        (await Tokens("?page=7")).ShouldBeEmpty();
        var counters = await desk.MustAsync("GET", "/key/list?size=1");
        counters["total_count"]!.GetValue<long>().ShouldBe(2);
        counters["total_pages"]!.GetValue<long>().ShouldBe(2);
        (await desk.RefusedAsync(400, "GET", "/key/list?sort_by=token;drop")).ShouldContain("Invalid sort column. Must be one of: spend");
        (await desk.RefusedAsync(400, "GET", "/key/list?sort_order=up")).ShouldContain("Invalid sort order. Must be 'asc' or 'desc'");
        (await desk.RefusedAsync(400, "GET", "/key/list?status=new")).ShouldContain("Invalid status value. Currently only 'deleted' is supported.");
        await desk.RefusedAsync(422, "GET", "/key/list?size=101");
        (await desk.MustAsync("GET", "/key/aliases?search=ALP")).ToJsonString().ShouldBe(
            """{"aliases":["alpha"],"total_count":1,"current_page":1,"total_pages":1,"size":50}""");

        async Task<string[]> Tokens(string query) =>
            [.. (await desk.MustAsync("GET", "/key/list" + query))["keys"]!.AsArray().Select(static token => token!.GetValue<string>())];
    }

    [Fact]
    public async Task FullObjects_CarryBothNamesOfTheOrganizationAndTheUser()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("ann");

        var key = (await desk.MustAsync("GET", "/key/list?expand=user"))["keys"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

        key.ContainsKey("org_id").ShouldBeTrue();
        key.ContainsKey("organization_id").ShouldBeTrue();
        key.ContainsKey("team_alias").ShouldBeTrue();
        key["user"]!["user_id"]!.GetValue<string>().ShouldBe("ann");
        key.ContainsKey("created_by_user").ShouldBeTrue();
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task InternalUser_SeesOwnKeysAndThoseOfHisTeams(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("led");
        await desk.TeamAsync("joined");
        await desk.TeamAsync("foreign");
        var ann = await desk.UserAsync("ann", more: ""","teams":[{"team_id":"led","user_role":"admin"},"joined"]""");
        var ofLed = KeyText.ToHash(await desk.KeyAsync("""{"team_id":"led","user_id":"bob"}"""));
        var service = KeyText.ToHash(await desk.KeyAsync("""{"team_id":"joined"}"""));
        await desk.KeyAsync("""{"team_id":"joined","user_id":"bob"}""");
        await desk.KeyAsync("""{"team_id":"foreign"}""");

        (await Tokens("")).ShouldBe([KeyText.ToHash(ann)]);
        (await Tokens("?include_team_keys=true")).ShouldBe([KeyText.ToHash(ann), ofLed, service], ignoreOrder: true);
        (await desk.RefusedAsync(403, "GET", "/key/list?user_id=bob", null, ann)).ShouldContain("You are not authorized to check another user's keys");
        (await desk.RefusedAsync(403, "GET", "/key/list?team_id=foreign", null, ann)).ShouldContain("this team's keys");
        (await desk.RefusedAsync(403, "GET", "/key/list?organization_id=o", null, ann)).ShouldContain("this organization's keys");
        (await desk.RefusedAsync(403, "GET", "/key/list", null, await desk.KeyAsync()))
            .ShouldContain("You are not authorized to access this endpoint. No 'user_id' is associated with your API key.");

        async Task<string[]> Tokens(string query) =>
            [.. (await desk.MustAsync("GET", "/key/list" + query, null, ann))["keys"]!.AsArray().Select(static token => token!.GetValue<string>())];
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Deleted_InEveryFormAndKeptAsACopy(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var keys = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            keys.Add(await desk.KeyAsync($$"""{"key_alias":"k{{i}}"}"""));
        }

        foreach (var (body, echoed) in (IEnumerable<(string, string)>)
            [
                ($$"""{"key":"{{keys[0]}}"}""", $"[\"{keys[0]}\"]"),
                ($$"""{"keys":["{{KeyText.ToHash(keys[1])}}","sk-ghost"]}""", $"[\"{KeyText.ToHash(keys[1])}\",\"sk-ghost\"]"),
                ($$"""{"keys":"{{keys[2]}}"}""", $"[\"{keys[2]}\"]"),
                ("""{"key_aliases":["k3"]}""", "[\"k3\"]"),
                ("""{"key_aliases":"k4"}""", "[\"k4\"]"),
                ("""{"key_alias":"k5"}""", "[\"k5\"]"),
            ])
        {
            (await desk.MustAsync("POST", "/key/delete", body))["deleted_keys"]!.ToJsonString().ShouldBe(echoed);
        }

        (await desk.RowsAsync(Tables.Keys)).ShouldBeEmpty();
        (await desk.MustAsync("GET", "/key/list?status=deleted&return_full_object=true"))["keys"]!.AsArray()
            .ShouldAllBe(static key => key!["deleted_by"]!.GetValue<string>() == "default_user_id");
        (await desk.RefusedAsync(404, "POST", "/key/delete", $$"""{"key":"{{keys[0]}}"}""")).ShouldBe(
            """{"error":{"message":"No keys found","type":"internal_server_error","param":"None","code":"404"}}""");
        (await desk.RefusedAsync(422, "POST", "/key/delete")).ShouldContain("At least one of 'keys' or 'key_aliases' must be provided.");
        (await desk.RefusedAsync(404, "POST", "/key/delete", """{"key":"' OR 1=1; DELETE FROM x; --"}""")).ShouldContain("No keys found");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Regenerated_KeepsRowAndGrace(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var old = await desk.KeyAsync("""{"key_alias":"rot","max_budget":5,"spend":1}""");

        var first = await desk.MustAsync("POST", $"/key/{old}/regenerate", """{"grace_period":"1h","max_budget":9}""");
        var fresh = first["key"]!.GetValue<string>();
        var second = await desk.MustAsync("POST", "/key/regenerate?key=" + fresh, """{"new_key":"sk-chosen-value"}""");

        first["max_budget"]!.GetValue<double>().ShouldBe(9);
        first["spend"]!.GetValue<double>().ShouldBe(1);
        second["key"]!.GetValue<string>().ShouldBe("sk-chosen-value");
        second["key_alias"]!.GetValue<string>().ShouldBe("rot");
        var row = (await desk.RowsAsync(Tables.Keys)).ShouldHaveSingleItem();
        row["token"]!.GetValue<string>().ShouldBe(KeyText.ToHash("sk-chosen-value"));
        row["rotation_count"]!.GetValue<long>().ShouldBe(2);
        var replaced = await desk.RowsAsync(Tables.DeprecatedKeys);
        replaced.ShouldAllBe(static value => value["active_token_id"]!.GetValue<string>() == KeyText.ToHash("sk-chosen-value"));
        replaced.ToDictionary(static value => value["token"]!.GetValue<string>(), static value => value["revoke_at"]!.GetValue<string>()).ShouldBe(
            new Dictionary<string, string>
            {
                [KeyText.ToHash(old)] = "2026-02-03T05:05:06.000000Z",
                [KeyText.ToHash(fresh)] = "2026-02-03T04:05:06.000000Z",
            },
            ignoreOrder: true);
        (await desk.RowsAsync(Tables.DeletedKeys)).Count.ShouldBe(2);
        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.Key, KeyText.ToHash(old)));
        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.Key, KeyText.ToHash(fresh)));
        (await desk.RowsAsync(Tables.AuditLog)).Count(static audit => audit["action"]!.GetValue<string>() == "rotated").ShouldBe(2);
    }

    [Fact]
    public async Task Regenerate_RefusesWhatItCannotDo()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync();
        var other = await desk.KeyAsync();

        (await desk.RefusedAsync(400, "POST", "/key/regenerate")).ShouldContain("No key passed in.");
        (await desk.RefusedAsync(404, "POST", "/key/sk-ghost/regenerate")).ShouldContain("not found.");
        (await desk.RefusedAsync(400, "POST", "/key/regenerate", $$"""{"key":"{{key}}","new_key":"nope"}""")).ShouldContain("must start with 'sk-'");
        (await desk.RefusedAsync(400, "POST", "/key/regenerate", $$"""{"key":"{{key}}","new_key":"{{other}}"}""")).ShouldContain("Key already exists");
        (await desk.RefusedAsync(400, "POST", "/key/regenerate", $$"""{"key":"{{key}}","grace_period":"later"}""")).ShouldContain("Unsupported duration unit");
        (await desk.RefusedAsync(400, "POST", "/key/regenerate", $$"""{"key":"{{Desk.Master}}"}""")).ShouldContain("New master key is required.");
        (await desk.RowsAsync(Tables.DeletedKeys)).ShouldBeEmpty();
    }

    [Fact]
    public async Task ChangedByHeader_NamesTheActorInTheAudit()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var root = await desk.UserAsync("root", "proxy_admin");

        await desk.MustAsync("POST", "/key/generate", "{}", root);

        var audits = await desk.RowsAsync(Tables.AuditLog);
        audits.ShouldContain(row => row["changed_by"]!.GetValue<string>() == "root" && row["changed_by_api_key"]!.GetValue<string>() == KeyText.ToHash(root));
    }

    [Fact]
    public async Task Health_SaysThatNoCallbackWasAsked()
        => JsonNode.DeepEquals(
            await WithDesk(static async desk => await desk.MustAsync("POST", "/key/health", "{}", await desk.KeyAsync())),
            JsonNode.Parse("""{"key":"healthy","logging_callbacks":null}""")).ShouldBeTrue();

    private static async Task<JsonNode> WithDesk(Func<Desk, Task<JsonNode>> work)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        return await work(desk);
    }
}
