using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Management.Tests.Keys;
using Tollgate.Wire.Json;

namespace Tollgate.Management.Tests.Users;

public sealed class UserTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task GuidesUser_IsMadeReadChangedAndDeleted(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var made = await desk.MustAsync(
            "POST",
            "/user/new",
            """{"user_id":"john@company.com","user_email":"john@company.com","max_budget":50,"budget_duration":"30d","user_role":"internal_user","models":["m"]}""");
        var info = await desk.MustAsync("GET", "/user/info?user_id=john@company.com");
        var changed = await desk.MustAsync("POST", "/user/update", """{"user_id":"john@company.com","max_budget":100}""");
        var deleted = await desk.SendAsync("POST", "/user/delete", """{"user_ids":["john@company.com"]}""");

        made["key"]!.GetValue<string>().ShouldStartWith("sk-");
        made["max_budget"]!.GetValue<double>().ShouldBe(50);
        made["token"].ShouldBeNull();
        made["teams"].ShouldBeNull();
        info["user_info"]!["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-03-01T00:00:00.000000Z");
        info["user_info"]!.AsObject().ContainsKey("password").ShouldBeFalse();
        var key = info["keys"]!.AsArray().ShouldHaveSingleItem()!;
        key["models"]!.ToJsonString().ShouldBe("""["m"]""");
        key["max_budget"].ShouldBeNull();
        key["team_alias"]!.GetValue<string>().ShouldBe("None");
        changed["data"]!["max_budget"]!.GetValue<double>().ShouldBe(100);
        changed["data"]!["budget_duration"]!.GetValue<string>().ShouldBe("30d");
        deleted.Text.ShouldBe("1");
        (await desk.RowsAsync(Tables.Users)).ShouldBeEmpty();
        (await desk.RowsAsync(Tables.Keys)).ShouldBeEmpty();
        (await desk.RowsAsync(Tables.DeletedKeys)).Count.ShouldBe(1);
        (await desk.RefusedAsync(404, "GET", "/user/info?user_id=john@company.com")).ShouldContain("User john@company.com not found");
    }

    [Theory]
    [InlineData("""{"user_role":"emperor"}""", 422, "enum")]
    [InlineData("""{"max_budget":-1}""", 400, "max_budget cannot be negative. Received: -1")]
    [InlineData("""{"budget_duration":"x"}""", 400, "Unsupported duration unit")]
    [InlineData("""{"password":"short"}""", 422, "password must be at least 8 characters")]
    [InlineData("""{"user_id":"here"}""", 409, "User with id here already exists")]
    [InlineData("""{"user_email":"HERE@example.com"}""", 409, "User with email HERE@example.com already exists")]
    [InlineData("""{"user_id":7}""", 422, "string_type")]
    [InlineData("""{"teams":"t1"}""", 422, "list_type")]
    [InlineData("""{"organizations":["ghost"]}""", 400, "Organization not found")]
    [InlineData("""{"key_alias":"taken"}""", 400, "Key with alias 'taken' already exists")]
    public async Task WhatDoesNotFit_IsRefusedAndNothingIsWritten(string body, int status, string part)
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("here", more: ""","user_email":"here@example.com","key_alias":"taken" """);
        var size = await desk.SizeAsync();

        (await desk.RefusedAsync(status, "POST", "/user/new", body)).ShouldContain(part);

        (await desk.SizeAsync()).ShouldBe(size);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Password_IsStoredHashedAndNeverShown(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);

        var answer = await desk.SendAsync(
            "POST", "/user/new", """{"user_id":"ann","user_role":"proxy_admin","password":"correct horse","auto_create_key":false}""");

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json!["key"]!.GetValue<string>().ShouldBe("");
        var stored = (await desk.RowsAsync(Tables.Users))[0]["password"]!.GetValue<string>();
        (await new PasswordHash().VerifyAsync(stored, "correct horse", CancellationToken.None)).ShouldBeTrue();
        answer.Text.ShouldNotContain("password");
        (await desk.RowsAsync(Tables.AuditLog)).ShouldAllBe(row => !row.ToJsonString().Contains(stored) && !row.ToJsonString().Contains("horse"));
        (await desk.SendAsync("GET", "/user/info?user_id=ann")).Text.ShouldNotContain(stored);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Teams_AreJoinedAndLeft(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.TeamAsync("t1");
        await desk.TeamAsync("t2", """[{"user_id":"old","role":"user"}]""");

        var made = await desk.MustAsync(
            "POST", "/user/new", """{"user_id":"ann","teams":["t1","ghost",{"team_id":"t2","user_role":"admin","max_budget_in_team":3}]}""");
        var info = await desk.MustAsync("GET", "/user/info?user_id=ann");

        made["teams"]!.ToJsonString().ShouldBe("""["t1","t2"]""");
        info["teams"]!.AsArray().Select(static team => team!["team_id"]!.GetValue<string>()).ShouldBe(["t1", "t2"]);
        info["teams"]![1]!["members_with_roles"]!.AsArray().Count.ShouldBe(2);
        (await desk.RowsAsync(Tables.TeamMemberships)).ToDictionary(static row => row["team_id"]!.GetValue<string>(), static row => row["budget_id"] is not null)
            .ShouldBe(new Dictionary<string, bool> { ["t1"] = false, ["t2"] = true }, ignoreOrder: true);
        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.Team, "t2"));

        await desk.MustAsync("POST", "/user/delete", """{"user_ids":["ann"]}""");

        (await desk.RowsAsync(Tables.TeamMemberships)).ShouldBeEmpty();
        (await desk.RowsAsync(Tables.Teams)).ShouldAllBe(team => !team["members_with_roles"]!.ToJsonString().Contains("ann"));
    }

    [Fact]
    public async Task Defaults_AreTheOperatorsExceptForAdministrators()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite, new ManagementSettings
        {
            UserDefaults = [new JsonMember("user_role", "\"internal_user\""u8.ToArray()), new JsonMember("tpm_limit", "9"u8.ToArray())],
            InternalUserBudget = 3,
            InternalUserBudgetDuration = "1d",
        });

        var user = await desk.MustAsync("POST", "/user/new", "{}");
        var admin = await desk.MustAsync("POST", "/user/new", """{"user_role":"proxy_admin"}""");

        user["user_role"]!.GetValue<string>().ShouldBe("internal_user");
        user["max_budget"]!.GetValue<double>().ShouldBe(3);
        user["tpm_limit"]!.GetValue<long>().ShouldBe(9);
        admin["tpm_limit"].ShouldBeNull();
        admin["max_budget"].ShouldBeNull();
    }

    [Fact]
    public async Task PlusInTheAddress_IsAPlus()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("a+b@c.d");

        (await desk.MustAsync("GET", "/user/info?user_id=a+b@c.d"))["user_id"]!.GetValue<string>().ShouldBe("a+b@c.d");
        (await desk.MustAsync("GET", "/v2/user/info?user_id=a%2Bb%40c.d"))["user_id"]!.GetValue<string>().ShouldBe("a+b@c.d");
    }

    [Fact]
    public async Task AdminWithoutId_SeesEverything()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("ann");
        await desk.TeamAsync("t1");
        await desk.KeyAsync("""{"team_id":"t1"}""");
        await desk.KeyAsync("""{"team_id":"litellm-dashboard"}""");

        var info = await desk.MustAsync("GET", "/user/info");

        info["user_info"].ShouldBeNull();
        info["keys"]!.AsArray().Select(static key => key!["team_alias"]?.GetValue<string>()).ShouldBe(["t1 alias", "None"], ignoreOrder: true);
        info["teams"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Update_IgnoresEmptyValuesAndClearsBudgets(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind);
        await desk.UserAsync("ann", more: ""","max_budget":5,"budget_duration":"1d","tpm_limit":7,"models":["m"],"user_alias":"Ann","metadata":{"a":1}""");

        var answer = await desk.MustAsync(
            "POST",
            "/user/update",
            """{"user_id":"ann","max_budget":null,"budget_duration":null,"tpm_limit":null,"models":[],"user_alias":null,"metadata":{},"spend":2.5}""");

        var row = answer["data"]!;
        row["max_budget"].ShouldBeNull();
        row["budget_reset_at"].ShouldBeNull();
        row["tpm_limit"].ShouldBeNull();
        row["models"]!.ToJsonString().ShouldBe("""["m"]""");
        row["user_alias"]!.GetValue<string>().ShouldBe("Ann");
        row["metadata"]!.ToJsonString().ShouldBe("""{"a":1}""");
        row["spend"]!.GetValue<double>().ShouldBe(2.5);
        desk.Notes.All.ShouldContain(new ChangeNotice(ChangedObject.User, "ann", SpendWasSet: true));
    }

    [Fact]
    public async Task UpdateOfUnknown_MakesTheUser()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);

        (await desk.MustAsync("POST", "/user/update", """{"user_id":"new","max_budget":1}"""))["user_id"]!.GetValue<string>().ShouldBe("new");
        var byMail = await desk.MustAsync("POST", "/user/update", """{"user_email":"n@e.w","max_budget":1}""");
        (await desk.RefusedAsync(400, "POST", "/user/update", "{}")).ShouldContain("Authentication Error, Either user_id or user_email must be provided");

        Guid.TryParse(byMail["user_id"]!.GetValue<string>(), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Users_ChangeOnlyTheirOwnNames()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var ann = await desk.UserAsync("ann");
        await desk.UserAsync("bob");

        await desk.MustAsync("POST", "/user/update", """{"user_id":"ann","user_alias":"Ann"}""", ann);
        await desk.RefusedAsync(403, "POST", "/user/update", """{"user_id":"ann","max_budget":1000}""", ann);
        (await desk.RefusedAsync(403, "POST", "/user/update", """{"user_id":"ann","user_role":"proxy_admin"}""", ann)).ShouldContain("Only proxy admins can modify user roles.");
        (await desk.RefusedAsync(403, "POST", "/user/update", """{"user_id":"bob","user_alias":"x"}""", ann))
            .ShouldContain("User does not have permission to update this user. Only PROXY_ADMIN can update other users.");
        (await desk.RefusedAsync(403, "GET", "/user/info?user_id=bob", null, ann)).ShouldContain("key not allowed to access this user's info. user_id=bob, key's user_id=ann");
        (await desk.RefusedAsync(404, "GET", "/v2/user/info?user_id=bob", null, ann)).ShouldContain("User not found: bob");
        await desk.RefusedAsync(401, "POST", "/user/delete", """{"user_ids":["bob"]}""", ann);
        await desk.RefusedAsync(401, "POST", "/user/budget", """{"user_id":"ann","max_budget":1000}""", ann);
        await desk.RefusedAsync(401, "POST", "/user/reset_spend", """{"user_id":"ann"}""", ann);
        await desk.RefusedAsync(403, "GET", "/user/list", null, ann);
    }

    [Fact]
    public async Task BulkUpdate_ReportsEachUser()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("ann");
        await desk.UserAsync("bob");

        var some = await desk.MustAsync(
            "POST", "/user/bulk_update", """{"users":[{"user_id":"ann","max_budget":5},{"user_id":"bob","max_budget":-5}]}""");
        var all = await desk.MustAsync("POST", "/user/bulk_update", """{"all_users":true,"user_updates":{"tpm_limit":3}}""");

        some["successful_updates"]!.GetValue<int>().ShouldBe(1);
        some["failed_updates"]!.GetValue<int>().ShouldBe(1);
        some["results"]![1]!["error"]!.GetValue<string>().ShouldContain("cannot be negative");
        all["successful_updates"]!.GetValue<int>().ShouldBe(2);
        (await desk.RefusedAsync(400, "POST", "/user/bulk_update", "{}")).ShouldContain("Must specify either 'users'");
        (await desk.RefusedAsync(400, "POST", "/user/bulk_update", $$"""{"users":[{{string.Join(',', Enumerable.Repeat("""{"user_id":"a"}""", 501))}}]}"""))
            .ShouldContain("Maximum 500 users can be updated at once. Found 501 users.");
    }

    [Fact]
    public async Task DeletingAnUnknownUser_DeletesNobody()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        await desk.UserAsync("ann");

        (await desk.RefusedAsync(404, "POST", "/user/delete", """{"user_ids":["ann","ghost"]}"""))
            .ShouldBe("""{"detail":{"error":"User not found, passed user_id=ghost"}}""");

        (await desk.RowsAsync(Tables.Users)).Count.ShouldBe(1);
    }
}
