using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Wire.Json;

namespace Tollgate.Management.Tests.Keys;

public sealed class GenerateKeyTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task FullRequest_IsEchoedWithTheKeyAndStoredAsHash(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var answer = await desk.MustAsync(
            "POST",
            "/key/generate",
            """
            {"key_alias":"my-api-key","models":["gpt-4o","claude"],"max_budget":100,"budget_duration":"30d","tpm_limit":"100000","rpm_limit":1000.0,
             "duration":"90d","metadata":{"team":"engineering"},"tags":["prod"],"model_rpm_limit":{"gpt-4o":5},"no_such_field":1}
            """);

        var key = answer["key"]!.GetValue<string>();
        key.Length.ShouldBe(25);
        key.ShouldStartWith("sk-");
        answer["token"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
        answer["token_id"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
        answer["key_name"]!.GetValue<string>().ShouldBe("sk-..." + key[^4..]);
        answer["expires"]!.GetValue<string>().ShouldBe("2026-05-04T04:05:06.000000Z");
        answer["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-03-01T00:00:00.000000Z");
        answer["duration"]!.GetValue<string>().ShouldBe("90d");
        answer["tpm_limit"]!.GetValue<long>().ShouldBe(100000);
        answer["tags"]!.ToJsonString().ShouldBe("""["prod"]""");
        JsonNode.DeepEquals(answer["metadata"], JsonNode.Parse("""{"team":"engineering","tags":["prod"],"model_rpm_limit":{"gpt-4o":5}}"""))
            .ShouldBeTrue(answer["metadata"]!.ToJsonString());
        answer["user_id"].ShouldBeNull();
        answer.AsObject().ContainsKey("soft_budget").ShouldBeTrue();
        var row = (await desk.RowsAsync(Tables.Keys)).ShouldHaveSingleItem();
        row["token"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
        row.ToJsonString().ShouldNotContain(key);
        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.Key, KeyText.ToHash(key)));
        var audit = (await desk.RowsAsync(Tables.AuditLog)).ShouldHaveSingleItem();
        audit["action"]!.GetValue<string>().ShouldBe("created");
        audit["object_id"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task EmptyBody_MakesAKeyWithEveryMember(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var (status, json, text) = await desk.SendAsync("POST", "/key/generate");

        status.ShouldBe(200, text);
        text.ShouldContain("\"spend\":0.0");
        text.ShouldContain("\"models\":[]");
        foreach (var name in "key,token,token_id,key_name,key_alias,duration,models,spend,max_budget,soft_budget,user_id,team_id,agent_id,organization_id,project_id,max_parallel_requests,metadata,tpm_limit,rpm_limit,budget_duration,budget_limits,allowed_cache_controls,config,permissions,model_max_budget,model_rpm_limit,model_tpm_limit,guardrails,policies,prompts,blocked,aliases,object_permission,budget_id,tags,disable_global_guardrails,enforced_params,allowed_routes,allowed_passthrough_routes,allowed_vector_store_indexes,rpm_limit_type,tpm_limit_type,router_settings,access_group_ids,expires,litellm_budget_table,created_by,updated_by,created_at,updated_at".Split(','))
        {
            json!.AsObject().ContainsKey(name).ShouldBeTrue(name);
        }
    }

    [Theory]
    [InlineData("""{"max_budget":-1}""", 400, "max_budget cannot be negative. Received: -1")]
    [InlineData("""{"spend":-0.5}""", 400, "spend cannot be negative")]
    [InlineData("""{"duration":"soon"}""", 400, "Unsupported duration unit, passed duration: soon")]
    [InlineData("""{"duration":"10y"}""", 400, "Unsupported duration unit")]
    [InlineData("""{"budget_duration":"monthly"}""", 400, "Unsupported duration unit")]
    [InlineData("""{"max_budget":"ten"}""", 422, "max_budget")]
    [InlineData("""{"models":"gpt-4o"}""", 422, "list_type")]
    [InlineData("""{"models":[1]}""", 422, "string_type")]
    [InlineData("""{"metadata":[]}""", 422, "dict_type")]
    [InlineData("""{"key_alias":7}""", 422, "string_type")]
    [InlineData("""{"blocked":"perhaps"}""", 422, "bool_parsing")]
    [InlineData("""{"tpm_limit":1.5}""", 422, "int_parsing")]
    [InlineData("""{"max_parallel_requests":9999999999}""", 422, "less_than_equal")]
    [InlineData("""{"key_type":"root"}""", 422, "enum")]
    [InlineData("""{"key":"abcdefghijkl"}""", 400, "Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: abcd****ijkl")]
    [InlineData("""{"key":"sk-desk-master"}""", 400, "Key already exists")]
    [InlineData("""{"organization_id":"ghost"}""", 400, "Organization not found for organization_id=ghost")]
    [InlineData("""{"project_id":"ghost"}""", 400, "Project not found")]
    [InlineData("""{"budget_id":"ghost"}""", 400, "Budget not found")]
    [InlineData("""{"model_max_budget":{"m":[]}}""", 400, "model_max_budget")]
    [InlineData("""{"budget_limits":[{"max_budget":1}]}""", 400, "budget_limits")]
    [InlineData("""{"rpm_limit_type":"always"}""", 422, "literal_error")]
    [InlineData("""{"object_permission":{"mcp_servers":"x"}}""", 422, "list_type")]
    [InlineData("[1]", 422, "dict_type")]
    [InlineData("{", 422, "\"json_invalid\",\"loc\":[\"body\",1]")]
    [InlineData("""{"models":[1]}""", 422, "\"loc\":[\"body\",\"models\",0]")]
    public async Task WhatDoesNotFit_IsRefusedAndNothingIsWritten(string body, int status, string part)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);

        var text = await desk.RefusedAsync(status, "POST", "/key/generate", body);

        text.ShouldContain(part);
        text.ShouldContain(status == 422 ? "\"detail\":[" : "\"code\":\"400\"");
        (await desk.SizeAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task AliasInUse_IsRefusedAlsoForManyAtOnce(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.SendAsync("POST", "/key/generate", """{"key_alias":"one"}""")));

        answers.Count(static answer => answer.Status == 200).ShouldBe(1);
        var refused = answers.First(static answer => answer.Status != 200);
        refused.Status.ShouldBe(400);
        refused.Text.ShouldContain("Key with alias 'one' already exists. Unique key aliases across all keys are required.");
        refused.Text.ShouldContain("\"type\":\"bad_request_error\",\"param\":\"key_alias\"");
        (await desk.RowsAsync(Tables.Keys)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task HostileTexts_AreJustTexts(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        const string Alias = """'; DROP TABLE \"LiteLLM_VerificationToken\"; -- \\u0041 \ud83d\ude80 {\"a\":1} %_*""";
        var huge = new string('x', 1_000_000);

        var key = await desk.KeyAsync($$$"""{"key_alias":"{{{Alias}}}","models":["' OR 1=1 --","日本語"],"metadata":{"note":"{{{huge}}}","'":"\""}}""");

        var info = (await desk.MustAsync("GET", $"/key/info?key={key}"))["info"]!;
        info["key_alias"]!.GetValue<string>().ShouldBe(JsonNode.Parse($"\"{Alias}\"")!.GetValue<string>());
        info["models"]!.AsArray().Select(static model => model!.GetValue<string>()).ShouldBe(["' OR 1=1 --", "日本語"]);
        info["metadata"]!["note"]!.GetValue<string>().Length.ShouldBe(1_000_000);
        (await desk.RowsAsync(Tables.Keys)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task SoftBudgetAndPermissions_GetRowsOfTheirOwn(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var answer = await desk.MustAsync(
            "POST", "/key/generate", """{"soft_budget":5,"object_permission":{"mcp_servers":["srv1"],"mcp_tool_permissions":{"srv1":["search"]}}}""");

        answer["soft_budget"]!.GetValue<double>().ShouldBe(5);
        answer["budget_id"]!.GetValue<string>().ShouldBe((await desk.RowsAsync(Tables.Budgets))[0]["budget_id"]!.GetValue<string>());
        answer["object_permission"]!["mcp_servers"]!.ToJsonString().ShouldBe("""["srv1"]""");
        answer["object_permission"]!["mcp_tool_permissions"]!.ToJsonString().ShouldBe("""{"srv1":["search"]}""");
        answer["object_permission"]!["agents"]!.ToJsonString().ShouldBe("[]");
    }

    [Fact]
    public async Task DefaultsAndBounds_AreTheOperators()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite, new ManagementSettings
        {
            KeyDefaults = [new JsonMember("max_budget", "7"u8.ToArray()), new JsonMember("models", "[\"small\"]"u8.ToArray())],
            KeyBounds = KeyUpperBounds.None with { MaxBudget = 100, Duration = "30d", RequestsPerMinute = 10 },
        });

        var filled = await desk.MustAsync("POST", "/key/generate", "{}");
        var tooMuch = await desk.RefusedAsync(400, "POST", "/key/generate", """{"max_budget":200}""");
        var tooLong = await desk.RefusedAsync(400, "POST", "/key/generate", """{"duration":"5w"}""");
        var forEver = await desk.RefusedAsync(400, "POST", "/key/generate", """{"duration":"-1"}""");

        filled["max_budget"]!.GetValue<double>().ShouldBe(7);
        filled["models"]!.ToJsonString().ShouldBe("""["small"]""");
        filled["duration"]!.GetValue<string>().ShouldBe("30d");
        filled["rpm_limit"]!.GetValue<long>().ShouldBe(10);
        tooMuch.ShouldContain("max_budget is over max limit set in config - user_value=200; max_value=100");
        tooLong.ShouldContain("duration is over max limit");
        forEver.ShouldContain("duration is over max limit");
    }

    [Theory]
    [InlineData("llm_api", """["llm_api_routes"]""")]
    [InlineData("management", """["management_routes"]""")]
    [InlineData("read_only", """["info_routes"]""")]
    [InlineData("default", "[]")]
    public async Task KeyType_PresetsRoutes(string type, string routes)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);

        var answer = await desk.MustAsync("POST", "/key/generate", $$"""{"key_type":"{{type}}"}""");

        answer["allowed_routes"]!.ToJsonString().ShouldBe(routes);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task GuaranteedThroughput_FitsIntoTheTeams(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("t1", more: """{"tpm_limit":100}""");
        await desk.KeyAsync("""{"team_id":"t1","tpm_limit":70,"tpm_limit_type":"guaranteed_throughput"}""");

        var text = await desk.RefusedAsync(400, "POST", "/key/generate", """{"team_id":"t1","tpm_limit":40,"tpm_limit_type":"guaranteed_throughput"}""");

        text.ShouldContain("Allocated TPM limit=70 + Key TPM limit=40 is greater than team TPM limit=100");
        await desk.KeyAsync("""{"team_id":"t1","tpm_limit":30,"tpm_limit_type":"guaranteed_throughput"}""");
    }

    [Fact]
    public async Task ServiceAccounts_NeedATeamAndHaveNoUser()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.TeamAsync("t1");

        (await desk.RefusedAsync(400, "POST", "/key/service-account/generate", "{}")).ShouldContain("team_id is required for service account keys.");
        (await desk.RefusedAsync(400, "POST", "/key/service-account/generate", """{"team_id":"t9"}"""))
            .ShouldContain("team_id does not exist in the database.");
        var answer = await desk.MustAsync(
            "POST", "/key/service-account/generate", """{"team_id":"t1","user_id":"u1","metadata":{"service_account_id":"sa"}}""");

        answer["user_id"].ShouldBeNull();
        answer["team_id"]!.GetValue<string>().ShouldBe("t1");
    }
}
