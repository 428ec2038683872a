using System.Text.Json.Nodes;
using Tollgate.Data.Changes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Postgres;

public sealed class AdoptionTests
{
    /// <summary>An older LiteLLM's database: its migrations table, without what came later, and nothing of ours.</summary>
    private const string MakeOlder = """
        CREATE TABLE "_prisma_migrations" (id varchar(36) PRIMARY KEY, migration_name varchar(255) NOT NULL);
        DROP SCHEMA tollgate CASCADE;
        DROP VIEW "LiteLLM_VerificationTokenView";
        ALTER TABLE "LiteLLM_VerificationToken" DROP COLUMN agent_id, DROP COLUMN last_active, DROP COLUMN budget_limits, DROP COLUMN access_group_ids;
        ALTER TABLE "LiteLLM_TeamMembership" DROP COLUMN total_spend;
        ALTER TABLE "LiteLLM_ProxyModelTable" DROP COLUMN blocked;
        ALTER TABLE "LiteLLM_DailyUserSpend" DROP COLUMN endpoint;
        CREATE UNIQUE INDEX "LiteLLM_DailyUserSpend_old_key" ON "LiteLLM_DailyUserSpend"
            (user_id, date, api_key, model, custom_llm_provider, mcp_namespaced_tool_name);
        DROP TABLE "LiteLLM_AccessGroupTable";
        """;

    [Fact]
    public async Task Adoption_LeavesTheirTablesAsTheyAre()
    {
        var (server, settings) = await OlderAsync();
        var before = await server.DumpStructureAsync(DatabaseOf(settings));

        await using var store = await OpenAsync(settings);
        var after = await server.DumpStructureAsync(DatabaseOf(settings));

        after.ShouldBe(before);
        store.IsOwner.ShouldBeFalse();
        (await store.ReadAsync(db => db.CountAsync(Tables.Values, Filter.None), default)).ShouldBe(0);
    }

    [Fact]
    public async Task ValueOfAMissingColumn_IsKeptAndMerged()
    {
        var (_, settings) = await OlderAsync();
        await using var store = await OpenAsync(settings);

        var read = await store.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, JsonNode.Parse("""{"token": "t", "key_alias": "k", "agent_id": "a1", "access_group_ids": ["g"]}""")!.AsObject());
                await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "other" });
                await db.UpdateAsync(Tables.Keys, Filter.Equal("token", "t"), new JsonObject { ["budget_limits"] = new JsonArray(1), ["agent_id"] = "a2" });
                return await db.SelectAsync(Tables.Keys, Filter.None, [new SortBy("token")]);
            },
            default);

        read[1]["agent_id"]!.GetValue<string>().ShouldBe("a2");
        read[1]["access_group_ids"]!.ToJsonString().ShouldBe("""["g"]""");
        read[1]["budget_limits"]!.ToJsonString().ShouldBe("[1]");
        read[1]["key_alias"]!.GetValue<string>().ShouldBe("k");
        read[0]["agent_id"].ShouldBeNull();
        read[0]["access_group_ids"]!.ToJsonString().ShouldBe("[]");
    }

    [Fact]
    public async Task MissingFlag_ReadsAsItsDefaultAndGoesWithTheRow()
    {
        var (_, settings) = await OlderAsync();
        await using var store = await OpenAsync(settings);
        var model = JsonNode.Parse("""{"model_id": "m", "model_name": "n", "litellm_params": {}, "created_by": "x", "updated_by": "x"}""")!.AsObject();

        var (fresh, blocked, extras) = await store.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Models, model);
                var fresh = await db.FindAsync(Tables.Models, "m");
                await db.UpdateAsync(Tables.Models, Filter.Equal("model_id", "m"), new JsonObject { ["blocked"] = true });
                var blocked = await db.FindAsync(Tables.Models, "m");
                await db.DeleteAsync(Tables.Models, Filter.Equal("model_id", "m"));
                return (fresh, blocked, await db.QueryAsync("SELECT 1 AS one FROM {own:row_ext}"));
            },
            default);

        fresh!["blocked"]!.GetValue<bool>().ShouldBeFalse();
        blocked!["blocked"]!.GetValue<bool>().ShouldBeTrue();
        extras.ShouldBeEmpty();
    }

    [Fact]
    public async Task ColumnThatAppears_TakesTheKeptValues()
    {
        var (server, settings) = await OlderAsync();
        await using var store = await OpenAsync(settings);
        await store.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "t", ["agent_id"] = "a1", ["budget_limits"] = new JsonArray(1) });
                await db.InsertAsync(Tables.TeamMemberships, new JsonObject { ["user_id"] = "u", ["team_id"] = "t", ["total_spend"] = 3 });
                return 0;
            },
            default);

        await server.ExecuteAsync(
            DatabaseOf(settings),
            """
            ALTER TABLE "LiteLLM_VerificationToken" ADD COLUMN agent_id text;
            ALTER TABLE "LiteLLM_TeamMembership" ADD COLUMN total_spend double precision NOT NULL DEFAULT 0;
            """);
        await store.ProbeAsync(default);
        await store.MoveExtrasAsync(default);
        var agents = await store.ReadAsync(db => db.QueryAsync("""SELECT agent_id FROM "LiteLLM_VerificationToken" """), default);
        var spends = await store.ReadAsync(db => db.QueryAsync("""SELECT total_spend FROM "LiteLLM_TeamMembership" """), default);
        var kept = await store.ReadAsync(db => db.QueryAsync("SELECT data FROM {own:row_ext}"), default);

        agents.ShouldHaveSingleItem().ToJsonString().ShouldBe("""{"agent_id":"a1"}""");
        spends.ShouldHaveSingleItem().ToJsonString().ShouldBe("""{"total_spend":3}""");
        kept.ShouldHaveSingleItem().ToJsonString().ShouldBe("""{"data":{"budget_limits":[1]}}""");
    }

    [Fact]
    public async Task FilterOnAMissingColumn_CountsItAsNothing()
    {
        var (_, settings) = await OlderAsync();
        await using var store = await OpenAsync(settings);

        var (equal, isNull) = await store.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "t" });
                return (await db.CountAsync(Tables.Keys, Filter.Equal("agent_id", "x")), await db.CountAsync(Tables.Keys, Filter.Equal("agent_id", null)));
            },
            default);

        (equal, isNull).ShouldBe((0, 1));
    }

    [Fact]
    public async Task MissingTable_IsNamed()
    {
        var (_, settings) = await OlderAsync();
        await using var store = await OpenAsync(settings);

        var error = await Should.ThrowAsync<MissingTableException>(
            () => store.ReadAsync(db => db.SelectAsync(Tables.AccessGroups, Filter.None), default));

        error.Table.ShouldBe("LiteLLM_AccessGroupTable");
    }

    [Fact]
    public async Task ConflictTarget_IsTheKeyThatIsThere()
    {
        var (_, settings) = await OlderAsync();
        await using var store = await OpenAsync(settings);

        (await store.UniqueColumnsAsync(Tables.DailyUserSpend, default))
            .ShouldBe(["user_id", "date", "api_key", "model", "custom_llm_provider", "mcp_namespaced_tool_name"]);
        (await store.UniqueColumnsAsync(Tables.DailyTeamSpend, default)).ShouldContain("endpoint");
    }

    [Fact]
    public async Task OurDatabaseAfterLiteLlm_IsAdoptedForGood()
    {
        var server = await PostgresServer.SharedAsync();
        var settings = new StorageSettings { DatabaseUrl = await server.CreateMigratedDatabaseAsync() };
        await server.ExecuteAsync(DatabaseOf(settings), "CREATE TABLE \"_prisma_migrations\" (id varchar(36) PRIMARY KEY)");
        await using (var store = await OpenAsync(settings))
        {
            store.IsOwner.ShouldBeFalse();
        }

        await server.ExecuteAsync(DatabaseOf(settings), "DROP TABLE \"_prisma_migrations\"");
        await using var again = await OpenAsync(settings);

        again.IsOwner.ShouldBeFalse();
    }

    [Fact]
    public async Task NoSchemaChanges_RunsWithoutOurTables()
    {
        var (server, settings) = await OlderAsync();

        await using var store = await OpenAsync(settings with { NoSchemaChanges = true });
        var noted = await store.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "t" });
                await db.NoteChangeAsync(new Engine.Keys.ChangeNotice(Engine.Keys.ChangedObject.Key, "t"));
                return await db.FindAsync(Tables.Keys, "t");
            },
            default);

        noted.ShouldNotBeNull();
        await Should.ThrowAsync<MissingTableException>(() => store.ReadAsync(db => db.CountAsync(Tables.Values, Filter.None), default));
    }

    [Fact]
    public async Task UserWithoutRights_IsToldWhatIsMissing()
    {
        var (server, settings) = await OlderAsync();
        var database = DatabaseOf(settings);
        var user = database + "_guest";
        await server.ExecuteAsync(database, $"CREATE ROLE {user} LOGIN");

        var error = await Should.ThrowAsync<StorageStartException>(() => OpenAsync(settings with { DatabaseUrl = server.UrlOf(database, user) }));

        error.Message.ShouldContain($"GRANT CREATE ON DATABASE \"{database}\" TO \"{user}\"");
    }

    [Fact]
    public async Task DatabaseThatCanOnlyBeRead_SaysSo()
    {
        var server = await PostgresServer.SharedAsync();
        var settings = new StorageSettings { DatabaseUrl = await server.CreateDatabaseAsync() };
        await server.ExecuteAsync("postgres", $"ALTER DATABASE {DatabaseOf(settings)} SET default_transaction_read_only = on");

        var error = await Should.ThrowAsync<DatabaseUnavailableException>(() => OpenAsync(settings));

        error.Message.ShouldContain("can only be read");
    }

    internal static string DatabaseOf(StorageSettings settings) => settings.DatabaseUrl![(settings.DatabaseUrl!.LastIndexOf('/') + 1)..];

    internal static async Task<PostgresDatabase> OpenAsync(StorageSettings settings, ChangeBus? changes = null)
    {
        var store = (PostgresDatabase)TestDatabase.Open(settings, changes ?? new ChangeBus(), TimeProvider.System);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    private static async Task<(PostgresServer Server, StorageSettings Settings)> OlderAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var settings = new StorageSettings { DatabaseUrl = await server.CreateMigratedDatabaseAsync(), PoolSize = 4 };
        await server.ExecuteAsync(DatabaseOf(settings), MakeOlder);
        return (server, settings);
    }
}
