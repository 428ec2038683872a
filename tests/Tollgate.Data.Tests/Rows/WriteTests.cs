using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Rows;

public sealed class WriteTests
{
    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task Update_SetsOnlyTheGivenColumns(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test.Database, """{"token": "t", "key_alias": "old", "spend": 1.5}""");

        var changed = await test.Database.WriteAsync(
            db => db.UpdateAsync(Tables.Keys, Filter.Equal("token", "t"), new JsonObject { ["key_alias"] = "new", ["max_budget"] = 7 }), default);
        var row = await FindAsync(test.Database, "t");

        changed.ShouldBe(1);
        row!["key_alias"]!.GetValue<string>().ShouldBe("new");
        row["max_budget"]!.GetValue<double>().ShouldBe(7);
        row["spend"]!.GetValue<double>().ShouldBe(1.5);
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task Upsert_InsertsThenSets(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await UpsertAsync(test.Database, new JsonObject { ["name"] = "n", ["value"] = new JsonObject { ["a"] = 1 } });
        await UpsertAsync(test.Database, new JsonObject { ["name"] = "n", ["value"] = new JsonArray(1, 2) });
        var rows = await test.Database.ReadAsync(db => db.SelectAsync(Tables.Values, Filter.None), default);

        rows.ShouldHaveSingleItem()["value"]!.ToJsonString().ShouldBe("[1,2]");
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task Delete_RemovesWhatPassesTheFilter(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test.Database, """{"token": "a"}""", """{"token": "b"}""");

        var deleted = await test.Database.WriteAsync(db => db.DeleteAsync(Tables.Keys, Filter.Equal("token", "a")), default);

        deleted.ShouldBe(1);
        (await FindAsync(test.Database, "a")).ShouldBeNull();
        (await FindAsync(test.Database, "b")).ShouldNotBeNull();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task SameKeyTwice_IsADuplicateAndNothingIsKept(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await Should.ThrowAsync<DuplicateRowException>(() => InsertAsync(test.Database, """{"token": "a"}""", """{"token": "a"}"""));

        (await FindAsync(test.Database, "a")).ShouldBeNull();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task ReferenceToNothing_IsAConstraint(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);

        await Should.ThrowAsync<RowConstraintException>(() => InsertAsync(test.Database, """{"token": "a", "budget_id": "none"}"""));
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task WorkThatThrows_LeavesNoTrace(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var heard = new HeardChanges();
        using var subscription = test.Changes.Subscribe(heard);

        await Should.ThrowAsync<InvalidOperationException>(() => test.Database.WriteAsync<int>(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "a" });
                await db.NoteChangeAsync(new ChangeNotice(ChangedObject.Key, "a"));
                throw new InvalidOperationException();
            },
            default));

        (await FindAsync(test.Database, "a")).ShouldBeNull();
        heard.Notices.ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task NotedChange_IsHeardAfterTheCommitAndRecorded(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var heard = new HeardChanges();
        using var subscription = test.Changes.Subscribe(heard);
        var notice = new ChangeNotice(ChangedObject.Team, "team", SpendWasSet: true);

        var before = await test.Database.WriteAsync(
            async db =>
            {
                await db.NoteChangeAsync(notice);
                return heard.Notices.Count;
            },
            default);
        var rows = await test.Database.ReadAsync(db => db.QueryAsync("SELECT kind, id FROM {own:change_log}"), default);

        before.ShouldBe(0);
        heard.Notices.ShouldBe([notice]);
        rows.ShouldHaveSingleItem().ToJsonString().ShouldBe("""{"kind":"Team","id":"team"}""");
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task OwnStatements_TakeParametersOfEveryKind(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test.Database, """{"token": "a", "spend": 2.5, "tpm_limit": 4, "expires": "2026-03-01T00:00:00Z"}""");

        var rows = await test.Database.ReadAsync(
            db => db.QueryAsync(
                """
                SELECT token, spend * @factor AS cost, sum(tpm_limit) AS tokens FROM "LiteLLM_VerificationToken"
                WHERE expires >= @since AND token = @token GROUP BY token, spend
                """,
                ("factor", 2.0), ("since", new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc)), ("token", "a")),
            default);

        rows.ShouldHaveSingleItem().ToJsonString().ShouldBe("""{"token":"a","cost":5,"tokens":4}""");
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task ManyWritersAtOnce_LoseNothing(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await InsertAsync(test.Database, """{"token": "a"}""");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => test.Database.WriteAsync(
            db => db.ExecuteAsync("""UPDATE "LiteLLM_VerificationToken" SET spend = spend + 1 WHERE token = 'a'"""), default))));

        (await FindAsync(test.Database, "a"))!["spend"]!.GetValue<double>().ShouldBe(40);
    }

    private static Task<JsonObject?> FindAsync(IDatabase database, string token)
        => database.ReadAsync(db => db.FindAsync(Tables.Keys, token), default);

    private static Task<int> UpsertAsync(IDatabase database, JsonObject row) => database.WriteAsync(
        async db =>
        {
            await db.UpsertAsync(Tables.Values, row);
            return 0;
        },
        default);

    private static Task<int> InsertAsync(IDatabase database, params string[] rows) => database.WriteAsync(
        async db =>
        {
            foreach (var row in rows)
            {
                await db.InsertAsync(Tables.Keys, JsonNode.Parse(row)!.AsObject());
            }

            return 0;
        },
        default);
}
