using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Copy;
using Tollgate.Data.Rows;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Copy;

/// <summary>Every row of one database in another.</summary>
public sealed class StoreCopyTests
{
    private const int Logs = 2500;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ThereAndBackAgain_LosesNothing()
    {
        await using var first = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var second = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var third = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await FillAsync(first.Database);
        using var output = new StringWriter(CultureInfo.InvariantCulture);

        var count = await new StoreCopy(first.Database, second.Database, merges: false, output).RunAsync(Stop);
        (await new StoreCopy(second.Database, third.Database, merges: false, TextWriter.Null).RunAsync(Stop)).ShouldBe(count);

        count.ShouldBeGreaterThan(Logs);
        output.ToString().ShouldContain($"LiteLLM_SpendLogs: {Logs} rows");
        foreach (var table in CopyPlan.Tables)
        {
            var before = await RowsAsync(first.Database, table);
            (await RowsAsync(second.Database, table)).ShouldBe(before, table.Name);
            (await RowsAsync(third.Database, table)).ShouldBe(before, table.Name);
        }
    }

    [Fact]
    public async Task NumbersOfTheTarget_GoOnBehindThoseThatCame()
    {
        await using var from = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var to = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await FillAsync(from.Database);
        await new StoreCopy(from.Database, to.Database, merges: false, TextWriter.Null).RunAsync(Stop);

        await to.Database.WriteAsync(
            async rows =>
            {
                await rows.InsertAsync(Tables.TeamModelAliases, new JsonObject { ["created_by"] = "x", ["updated_by"] = "x" });
                return true;
            },
            Stop);
        (await RowsAsync(to.Database, Tables.TeamModelAliases)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task RowsWithTheSameKeys_RefuseTheCopyBeforeItBegins_OrStay(DatabaseKind kind)
    {
        await using var from = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var to = await TestDatabase.CreateAsync(kind);
        await FillAsync(from.Database);
        await InsertAsync(to.Database, Tables.Users, new JsonObject { ["user_id"] = "ann", ["spend"] = 7.5 });

        var refusal = await Should.ThrowAsync<CopyRefusedException>(
            () => new StoreCopy(from.Database, to.Database, merges: false, TextWriter.Null).RunAsync(Stop));
        refusal.Message.ShouldContain("LiteLLM_UserTable (1)");
        (await RowsAsync(to.Database, Tables.Keys)).ShouldBeEmpty();

        using var output = new StringWriter(CultureInfo.InvariantCulture);
        await new StoreCopy(from.Database, to.Database, merges: true, output).RunAsync(Stop);
        output.ToString().ShouldContain("LiteLLM_UserTable: 1 rows, 1 were there already");
        var ann = await to.Database.ReadAsync(static rows => rows.FindAsync(Tables.Users, "ann"), Stop);
        ann!["spend"]!.GetValue<double>().ShouldBe(7.5);
        (await RowsAsync(to.Database, Tables.SpendLogs)).Count.ShouldBe(Logs);

        // What was interrupted is simply done again.
        (await new StoreCopy(from.Database, to.Database, merges: true, TextWriter.Null).RunAsync(Stop)).ShouldBe(0);
    }

    [Fact]
    public void Plan_HasEveryTableAfterThoseItRefersTo()
    {
        var names = CopyPlan.Tables.Select(static table => table.Name).ToList();
        names.Distinct().Count().ShouldBe(names.Count);
        names.IndexOf("LiteLLM_BudgetTable").ShouldBeLessThan(names.IndexOf("LiteLLM_OrganizationTable"));
        names.IndexOf("LiteLLM_OrganizationTable").ShouldBeLessThan(names.IndexOf("LiteLLM_TeamTable"));
        names.IndexOf("LiteLLM_TeamTable").ShouldBeLessThan(names.IndexOf("LiteLLM_VerificationToken"));
        names.ShouldContain("kv");
        names.ShouldNotContain("lease");
    }

    private static async Task FillAsync(IDatabase database)
    {
        await InsertAsync(database, Tables.Budgets, new JsonObject { ["budget_id"] = "b", ["max_budget"] = 0.1, ["created_by"] = "x", ["updated_by"] = "x" });
        await InsertAsync(database, Tables.Organizations, new JsonObject
        {
            ["organization_id"] = "o",
            ["organization_alias"] = "Ö",
            ["budget_id"] = "b",
            ["models"] = new JsonArray("a", "b,\"c\""),
            ["created_by"] = "x",
            ["updated_by"] = "x",
        });
        await InsertAsync(database, Tables.TeamModelAliases, new JsonObject { ["model_aliases"] = new JsonObject { ["a"] = "b" }, ["created_by"] = "x", ["updated_by"] = "x" });
        await InsertAsync(database, Tables.Teams, new JsonObject { ["team_id"] = "t", ["organization_id"] = "o", ["model_id"] = 1, ["members"] = new JsonArray("ann") });
        await InsertAsync(database, Tables.Users, new JsonObject { ["user_id"] = "ann", ["spend"] = 0.1 + 0.2, ["user_email"] = "Ann@x" });
        await InsertAsync(database, Tables.Users, new JsonObject { ["user_id"] = "bob", ["max_budget"] = null });
        await InsertAsync(database, Tables.Keys, new JsonObject
        {
            ["token"] = "hash",
            ["team_id"] = "t",
            ["user_id"] = "ann",
            ["spend"] = 1e-9,
            ["blocked"] = true,
            ["expires"] = "2030-01-02T03:04:05.678Z",
            ["metadata"] = new JsonObject { ["deep"] = new JsonObject { ["list"] = new JsonArray(1, 2.5, null, "ä") } },
            ["tpm_limit"] = 9_000_000_000,
        });
        await InsertAsync(database, Tables.Values, new JsonObject { ["name"] = "note", ["value"] = new JsonArray(1) });
        await InsertAsync(database, Tables.ModelOverrides, new JsonObject { ["scope"] = "id", ["id"] = "m", ["data"] = new JsonObject { ["blocked"] = true } });
        await database.WriteAsync(
            static async rows =>
            {
                for (var i = 0; i < Logs; i++)
                {
                    await rows.InsertAsync(Tables.SpendLogs, new JsonObject
                    {
                        ["request_id"] = $"r{i}",
                        ["call_type"] = "acompletion",
                        ["startTime"] = "2026-03-04T05:06:07.008Z",
                        ["endTime"] = "2026-03-04T05:06:08.009Z",
                        ["spend"] = i * 0.001,
                        ["total_tokens"] = i,
                        ["request_tags"] = new JsonArray("tag"),
                        ["metadata"] = new JsonObject { ["n"] = i },
                    });
                }

                return true;
            },
            Stop);
    }

    private static Task<bool> InsertAsync(IDatabase database, Table table, JsonObject row) => database.WriteAsync(
        async rows =>
        {
            await rows.InsertAsync(table, row);
            return true;
        },
        Stop);

    private static Task<List<string>> RowsAsync(IDatabase database, Table table) => database.ReadAsync(
        async rows => (await rows.SelectAsync(table, Filter.None)).Select(static row => row.ToJsonString()).Order(StringComparer.Ordinal).ToList(), Stop);
}
