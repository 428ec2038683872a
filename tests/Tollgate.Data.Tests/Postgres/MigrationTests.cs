using Tollgate.Data.Rows;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Postgres;

public sealed class MigrationTests
{
    [Fact]
    public async Task ManyReplicasAtOnce_MigrateOnce()
    {
        var server = await PostgresServer.SharedAsync();
        var settings = new StorageSettings { DatabaseUrl = await server.CreateDatabaseAsync(), PoolSize = 4 };
        var stores = Enumerable.Range(0, 4).Select(_ => TestDatabase.Open(settings, new Data.Changes.ChangeBus(), TimeProvider.System)).ToList();

        var openings = await Task.WhenAll(stores.Select(store => Task.Run(() => store.OpenAsync(CancellationToken.None))));
        var versions = await stores[0].ReadAsync(db => db.QueryAsync("SELECT version FROM {own:schema_version} ORDER BY version"), default);

        openings.SelectMany(opening => opening.Applied).Order(StringComparer.Ordinal)
            .ShouldBe(["0001_litellm", "0002_tollgate", "0003_litellm_log_indexes", "0004_litellm_team_log_index", "0005_responses_tollgate"]);
        openings.ShouldAllBe(opening => opening.IsOwner);
        versions.Count.ShouldBe(5);
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task SecondStart_AppliesNothing(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await test.Store.DisposeAsync();

        await using var again = TestDatabase.Open(test.Settings, test.Changes, TimeProvider.System);
        var opening = await again.OpenAsync(CancellationToken.None);

        opening.Applied.ShouldBeEmpty();
        opening.IsOwner.ShouldBeTrue();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task SchemaOfANewerVersion_IsRefused(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        await test.Database.WriteAsync(db => db.ExecuteAsync("INSERT INTO {own:schema_version} (version) VALUES (9999)"), default);
        await test.Store.DisposeAsync();

        await using var older = TestDatabase.Open(test.Settings, test.Changes, TimeProvider.System);
        var error = await Should.ThrowAsync<StorageStartException>(() => older.OpenAsync(CancellationToken.None));

        error.Message.ShouldContain("9999");
        older.Status.IsReady.ShouldBeFalse();
    }

    [Fact]
    public async Task SchemaNamedInTheUrl_HoldsTheTables()
    {
        var server = await PostgresServer.SharedAsync();
        var settings = new StorageSettings { DatabaseUrl = await server.CreateDatabaseAsync() + "?schema=Gate%20way&connection_limit=3&pgbouncer=true" };

        await using var store = await AdoptionTests.OpenAsync(settings);
        var count = await store.WriteAsync(
            async db =>
            {
                await db.InsertAsync(Tables.Keys, new System.Text.Json.Nodes.JsonObject { ["token"] = "t" });
                return await db.QueryAsync("""SELECT count(*) AS keys FROM "LiteLLM_VerificationToken" """);
            },
            default);
        var schemas = await store.ReadAsync(
            db => db.QueryAsync("SELECT schemaname FROM pg_tables WHERE tablename = 'LiteLLM_VerificationToken'"), default);

        count.ShouldHaveSingleItem()["keys"]!.GetValue<long>().ShouldBe(1);
        schemas.ShouldHaveSingleItem()["schemaname"]!.GetValue<string>().ShouldBe("Gate way");
    }

    [Fact]
    public async Task MigrateCommand_SaysWhatItDid()
    {
        var server = await PostgresServer.SharedAsync();
        var settings = new StorageSettings { DatabaseUrl = await server.CreateDatabaseAsync(), NoSchemaChanges = true };
        var output = new StringWriter();

        await DataServices.MigrateOnceAsync(settings, output, TimeProvider.System, CancellationToken.None);

        output.ToString().ShouldContain("applied 0001_litellm");
        output.ToString().ShouldContain("is up to date (made by Tollgate)");
    }
}
