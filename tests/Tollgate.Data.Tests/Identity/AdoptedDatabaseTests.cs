using System.Text.Json.Nodes;
using Tollgate.Data.Identity;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Tests.Identity;

public sealed class AdoptedDatabaseTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OlderSchema_IsReadForWhatItHas()
    {
        await using var rows = await IdentityRows.CreateAsync(DatabaseKind.PostgreSql);
        await rows.InsertAsync(
            (Tables.Users, """{"user_id": "u"}"""),
            (Tables.Teams, """{"team_id": "t", "team_alias": "eng"}"""),
            (Tables.Keys, """{"token": "h", "user_id": "u", "team_id": "t", "max_budget": 4}"""));
        await rows.Test.Database.WriteAsync(
            async db =>
            {
                foreach (var sql in (string[])
                [
                    "DROP TABLE \"LiteLLM_AccessGroupTable\"",
                    "DROP TABLE \"LiteLLM_DeprecatedVerificationToken\"",
                    "DROP TABLE \"LiteLLM_TagTable\"",
                    "ALTER TABLE \"LiteLLM_VerificationToken\" DROP COLUMN budget_limits CASCADE, DROP COLUMN access_group_ids CASCADE",
                    "ALTER TABLE \"LiteLLM_VerificationToken\" DROP COLUMN agent_id CASCADE, DROP COLUMN project_id CASCADE",
                    "ALTER TABLE \"LiteLLM_TeamTable\" DROP COLUMN soft_budget CASCADE, DROP COLUMN budget_limits CASCADE, DROP COLUMN access_group_ids CASCADE",
                    "ALTER TABLE \"LiteLLM_BudgetTable\" DROP COLUMN allowed_models CASCADE",
                    """
                    INSERT INTO {own:row_ext} (rel, pk, data, updated_at) VALUES
                        ('LiteLLM_VerificationToken', 'h', '{"budget_limits": [{"budget_duration": "1d", "max_budget": 2}], "agent_id": "a"}', now())
                    """,
                ])
                {
                    await db.ExecuteAsync(sql);
                }

                return 0;
            },
            Stop);

        var key = (await rows.Store.FindKeyAsync("h", Stop)).ShouldNotBeNull();

        key.Budget.Max.ShouldBe(4);
        key.Team!.Alias.ShouldBe("eng");
        key.Project.ShouldBeNull();
        key.AgentId.ShouldBe("a");
        key.Windows.ShouldHaveSingleItem().Max.ShouldBe(2);
        (await rows.Store.FindTagAsync("x", Stop)).ShouldBeNull();
        (await rows.Store.FindKeyAsync("unknown", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task ColdKeyAmongAHundredThousand_IsFoundByIndexesOnly()
    {
        await using var rows = await IdentityRows.CreateAsync(DatabaseKind.PostgreSql);
        var plan = await rows.Test.Database.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync("""
                    INSERT INTO "LiteLLM_VerificationToken" (token, user_id, team_id)
                    SELECT encode(sha256(n::text::bytea), 'hex'), 'u' || n % 10000, 't' || n % 10000 FROM generate_series(1, 100000) n
                    """);
                await db.ExecuteAsync("""INSERT INTO "LiteLLM_UserTable" (user_id) SELECT 'u' || n FROM generate_series(1, 10000) n""");
                await db.ExecuteAsync("""INSERT INTO "LiteLLM_TeamTable" (team_id) SELECT 't' || n FROM generate_series(1, 10000) n""");
                await db.ExecuteAsync("""
                    INSERT INTO "LiteLLM_TeamMembership" (user_id, team_id) SELECT 'u' || n, 't' || n FROM generate_series(1, 10000) n
                    """);
                await db.ExecuteAsync("ANALYZE");
                var statement = new IdentityStatements(db.Kind, await PresentColumns.ReadAsync(db)).Key;
                return await db.QueryAsync("EXPLAIN (FORMAT JSON) " + statement.Replace("@hash", $"'{new string('a', 64)}'", StringComparison.Ordinal));
            },
            Stop);

        var scans = Nodes(plan[0].First().Value).Where(static node => node["Relation Name"] is not null).ToList();
        foreach (var table in (Table[])[Tables.Keys, Tables.Users, Tables.Teams, Tables.TeamMemberships])
        {
            var ofTable = scans.Where(node => node["Relation Name"]!.GetValue<string>() == table.Name).ToList();
            ofTable.ShouldNotBeEmpty();
            ofTable.ShouldAllBe(node => node["Node Type"]!.GetValue<string>().StartsWith("Index"), table.Name);
        }
    }

    private static IEnumerable<JsonObject> Nodes(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(static member => Nodes(member.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Nodes),
        _ => [],
    };
}
