using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;

namespace Tollgate.Management.Tests.Keys;

public sealed class UpdateKeyTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task AbsentStaysNullClears(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var key = await desk.KeyAsync(
            """{"key_alias":"a","models":["m"],"max_budget":5,"budget_duration":"1d","duration":"1h","tpm_limit":7,"metadata":{"x":1},"tags":["t"],"aliases":{"a":"b"}}""");

        var kept = await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","rpm_limit":9}""");
        var cleared = await desk.MustAsync(
            "POST",
            "/key/update",
            $$"""{"key":"{{KeyText.ToHash(key)}}","max_budget":null,"budget_duration":null,"duration":null,"tpm_limit":null,"models":null,"aliases":null,"tags":null,"key_alias":""}""");

        kept["key"]!.GetValue<string>().ShouldBe(key);
        kept["tpm_limit"]!.GetValue<long>().ShouldBe(7);
        kept["rpm_limit"]!.GetValue<long>().ShouldBe(9);
        kept["expires"]!.GetValue<string>().ShouldBe("2026-02-03T05:05:06.000000Z");
        kept["metadata"]!["tags"]!.ToJsonString().ShouldBe("""["t"]""");
        cleared["token"]!.GetValue<string>().ShouldBe(KeyText.ToHash(key));
        foreach (var name in (string[])["max_budget", "budget_duration", "budget_reset_at", "expires", "tpm_limit", "key_alias"])
        {
            cleared[name].ShouldBeNull(name);
        }

        cleared["models"]!.ToJsonString().ShouldBe("[]");
        cleared["aliases"]!.ToJsonString().ShouldBe("{}");
        cleared["metadata"]!.ToJsonString().ShouldBe("""{"x":1}""");
        cleared["rpm_limit"]!.GetValue<long>().ShouldBe(9);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Metadata_IsReplacedAndOverlaid(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var key = await desk.KeyAsync("""{"metadata":{"x":1},"tags":["t"],"model_rpm_limit":{"m":1}}""");

        var replaced = await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","metadata":{"y":2},"guardrails":["g"]}""");
        var emptied = await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","metadata":null}""");

        JsonNode.DeepEquals(replaced["metadata"], JsonNode.Parse("""{"y":2,"guardrails":["g"]}""")).ShouldBeTrue(replaced.ToJsonString());
        emptied["metadata"]!.ToJsonString().ShouldBe("{}");
    }

    [Fact]
    public async Task Spend_IsSetAndAnnounced()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync();

        await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","spend":12.5}""");

        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.Key, KeyText.ToHash(key), SpendWasSet: true));
        var text = (await desk.SendAsync("POST", $"/key/{key}/reset_spend", """{"reset_to":2}""")).Text;
        text.ShouldBe($$"""{"key_hash":"{{KeyText.ToHash(key)}}","spend":2.0,"previous_spend":12.5,"max_budget":null,"budget_reset_at":null}""");
        (await desk.RefusedAsync(400, "POST", $"/key/{key}/reset_spend", """{"reset_to":-1}""")).ShouldContain("reset_to must be >= 0");
        (await desk.RefusedAsync(400, "POST", $"/key/{key}/reset_spend", """{"reset_to":9}""")).ShouldContain("reset_to (9) must be <= current spend (2)");
        await desk.RefusedAsync(400, "POST", $"/key/{key}/reset_spend", "{}");
        await desk.RefusedAsync(400, "POST", $"/key/{key}/reset_spend", """{"reset_to":"0"}""");
    }

    [Fact]
    public async Task OwnAlias_MayBeSentAgain()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync("""{"key_alias":"mine"}""");
        await desk.KeyAsync("""{"key_alias":"other"}""");

        await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","key_alias":"mine"}""");
        await desk.RefusedAsync(400, "POST", "/key/update", $$"""{"key":"{{key}}","key_alias":"other"}""");
    }

    [Theory]
    [InlineData("""{"key":"sk-ghost","max_budget":1}""", 404, "Key not found")]
    [InlineData("""{"key":"' OR '1'='1","max_budget":1}""", 404, "Key not found")]
    [InlineData("""{"max_budget":1}""", 422, "\"type\":\"missing\",\"loc\":[\"body\",\"key\"]")]
    public async Task UnknownKey_IsRefused(string body, int status, string part)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);

        (await desk.RefusedAsync(status, "POST", "/key/update", body)).ShouldContain(part);
    }

    [Theory]
    [InlineData(""" "temp_budget_increase":5 """, 422)]
    [InlineData(""" "temp_budget_expiry":"1d" """, 422)]
    [InlineData(""" "max_budget":-1 """, 400)]
    [InlineData(""" "team_id":"ghost" """, 404)]
    [InlineData(""" "duration":"x" """, 400)]
    public async Task BadChange_ChangesNothing(string field, int status)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync("""{"max_budget":1}""");
        var before = (await desk.RowsAsync(Tables.Keys))[0].ToJsonString();

        await desk.RefusedAsync(status, "POST", "/key/update", $$"""{"key":"{{key}}","rpm_limit":3,{{field}}}""");

        (await desk.RowsAsync(Tables.Keys))[0].ToJsonString().ShouldBe(before);
        (await desk.RowsAsync(Tables.AuditLog)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task TemporaryBudget_IsKeptInMetadata()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync("""{"metadata":{"x":1}}""");

        var row = await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","temp_budget_increase":5,"temp_budget_expiry":"10d"}""");
        var dated = await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","temp_budget_increase":6,"temp_budget_expiry":"2026-05-01"}""");

        row["metadata"]!["temp_budget_expiry"]!.GetValue<string>().ShouldBe("2026-02-13T04:05:06.000000Z");
        row["metadata"]!["x"]!.GetValue<int>().ShouldBe(1);
        dated["metadata"]!["temp_budget_expiry"]!.GetValue<string>().ShouldBe("2026-05-01T00:00:00.000000Z");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task MoveIntoATeam_NeedsItsModelsLimitsAndMembers(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("t1", """[{"user_id":"ann","role":"user"}]""", """{"models":["small","local/*"],"tpm_limit":10}""");
        var wrongModel = await desk.KeyAsync("""{"models":["big"]}""");
        var tooFast = await desk.KeyAsync("""{"models":["small"],"tpm_limit":11}""");
        var stranger = await desk.KeyAsync("""{"models":["small"],"user_id":"bob"}""");
        var fits = await desk.KeyAsync("""{"models":["small","local/x"],"user_id":"ann","tpm_limit":10}""");

        (await Move(wrongModel, 401)).ShouldContain("This team can only access models=['small', 'local/*']. Tried to access big");
        (await Move(tooFast, 403)).ShouldContain("has a tpm_limit=11 which is greater than the team's tpm_limit=10");
        (await Move(stranger, 403)).ShouldContain("User=bob is not a member of the team=t1. Check team members via");
        await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{fits}}","team_id":"t1"}""");

        Task<string> Move(string key, int status) => desk.RefusedAsync(status, "POST", "/key/update", $$"""{"key":"{{key}}","team_id":"t1"}""");
    }

    [Fact]
    public async Task SoftBudget_ChangesItsRowOnlyWhenNobodySharesIt()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync("""{"soft_budget":1}""");
        await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","soft_budget":2}""");
        var budget = (await desk.RowsAsync(Tables.Budgets)).ShouldHaveSingleItem();
        budget["soft_budget"]!.GetValue<double>().ShouldBe(2);
        await desk.KeyAsync($$"""{"budget_id":"{{budget["budget_id"]!.GetValue<string>()}}"}""");

        var row = await desk.MustAsync("POST", "/key/update", $$"""{"key":"{{key}}","soft_budget":3}""");

        row["litellm_budget_table"]!["soft_budget"]!.GetValue<double>().ShouldBe(3);
        (await desk.RowsAsync(Tables.Budgets)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task BlockAndUnblock_SetTheFlag(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        var key = await desk.KeyAsync();

        (await desk.MustAsync("POST", "/key/block", $$"""{"key":"{{key}}"}"""))["blocked"]!.GetValue<bool>().ShouldBeTrue();
        (await desk.MustAsync("POST", "/key/unblock", $$"""{"key":"{{KeyText.ToHash(key)}}"}"""))["blocked"]!.GetValue<bool>().ShouldBeFalse();
        (await desk.RefusedAsync(404, "POST", "/key/block", """{"key":"sk-ghost"}""")).ShouldContain("not_found_error");
        (await desk.RefusedAsync(400, "POST", "/key/block", """{"key":"nonsense"}""")).ShouldContain("Invalid key format.");
        await desk.RefusedAsync(422, "POST", "/key/block");
        (await desk.RowsAsync(Tables.AuditLog)).Select(static row => row["action"]!.GetValue<string>()).ShouldBe(["created", "blocked", "unblocked"], ignoreOrder: true);
    }

    [Fact]
    public async Task BulkUpdate_ReportsEachKey()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var key = await desk.KeyAsync("""{"tpm_limit":1}""");

        var answer = await desk.MustAsync(
            "POST", "/key/bulk_update", $$"""{"keys":[{"key":"{{key}}","max_budget":3,"tpm_limit":99,"team_id":null},{"key":"sk-ghost","max_budget":1}]}""");

        answer["total_requested"]!.GetValue<int>().ShouldBe(2);
        var row = answer["successful_updates"]![0]!["key_info"]!;
        row["max_budget"]!.GetValue<double>().ShouldBe(3);
        row["tpm_limit"]!.GetValue<long>().ShouldBe(1);
        answer["failed_updates"]!.ToJsonString().ShouldBe("""[{"key":"sk-ghost","key_info":null,"failed_reason":"Key not found"}]""");
        (await desk.RefusedAsync(400, "POST", "/key/bulk_update", """{"keys":[]}""")).ShouldContain("No keys provided for update");
        (await desk.RefusedAsync(400, "POST", "/key/bulk_update", $$"""{"keys":[{{string.Join(',', Enumerable.Repeat("""{"key":"a"}""", 501))}}]}"""))
            .ShouldContain("Maximum 500 keys can be updated at once. Found 501 keys.");
    }

    [Fact]
    public async Task TeamBulkUpdate_TouchesTheTeamsKeysOnly()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.TeamAsync("t1");
        var own = await desk.KeyAsync("""{"team_id":"t1"}""");
        var foreign = await desk.KeyAsync();

        var some = await desk.MustAsync(
            "POST", "/team/key/bulk_update", $$$"""{"team_id":"t1","key_ids":["{{{own}}}","{{{foreign}}}"],"update_fields":{"rpm_limit":4}}""");
        var all = await desk.MustAsync("POST", "/team/key/bulk_update", """{"team_id":"t1","all_keys_in_team":true,"update_fields":{"tpm_limit":5}}""");

        some["successful_updates"]!.AsArray().Count.ShouldBe(1);
        some["failed_updates"]!.AsArray().Count.ShouldBe(1);
        all["successful_updates"]![0]!["key_info"]!["tpm_limit"]!.GetValue<long>().ShouldBe(5);
        (await desk.RefusedAsync(422, "POST", "/team/key/bulk_update", """{"team_id":"t1","update_fields":{"user_id":"x"}}""")).ShouldContain("extra_forbidden");
        await desk.RefusedAsync(404, "POST", "/team/key/bulk_update", """{"team_id":"ghost","update_fields":{}}""");
    }
}
