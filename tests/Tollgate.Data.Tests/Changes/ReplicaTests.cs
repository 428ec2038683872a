using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Changes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Tests.Postgres;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Changes;

public sealed class ReplicaTests
{
    private static readonly ChangeNotice KeyChanged = new(ChangedObject.Key, "t", SpendWasSet: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ChangeOnOneReplica_IsHeardOnceOnTheOther(bool canListen)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var other = await Replica.StartAsync(test.Settings, canListen);
        var own = new HeardChanges();
        using var subscription = test.Changes.Subscribe(own);

        await NoteAsync(test.Database, KeyChanged);
        await NoteAsync(test.Database, new ChangeNotice(ChangedObject.Configuration, "m"));
        await other.Heard.HeardAsync(KeyChanged);
        await other.Heard.HeardAsync(new ChangeNotice(ChangedObject.Configuration, "m"));

        other.Heard.Notices.Count(notice => notice == KeyChanged).ShouldBe(1);
        own.Notices.Count(notice => notice == KeyChanged).ShouldBe(1);
    }

    [Theory]
    [InlineData("""UPDATE "LiteLLM_VerificationToken" SET models = ARRAY['gpt-4'] WHERE token = 't'""", ChangedObject.Key, "t")]
    [InlineData("""INSERT INTO "LiteLLM_VerificationToken" (token) VALUES ('new')""", ChangedObject.Key, "new")]
    [InlineData("""DELETE FROM "LiteLLM_VerificationToken" WHERE token = 't'""", ChangedObject.Key, "t")]
    [InlineData("""INSERT INTO "LiteLLM_TeamMembership" (user_id, team_id) VALUES ('u', 'a')""", ChangedObject.TeamMember, "a|u")]
    [InlineData("""INSERT INTO "LiteLLM_Config" (param_name) VALUES ('general_settings')""", ChangedObject.Configuration, "general_settings")]
    public async Task RawSql_IsHeard(string sql, ChangedObject kind, string id)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var server = await PostgresServer.SharedAsync();
        await server.ExecuteAsync(AdoptionTests.DatabaseOf(test.Settings), """INSERT INTO "LiteLLM_VerificationToken" (token) VALUES ('t')""");
        await using var other = await Replica.StartAsync(test.Settings, canListen: true);

        await server.ExecuteAsync(AdoptionTests.DatabaseOf(test.Settings), sql);

        await other.Heard.HeardAsync(new ChangeNotice(kind, id));
    }

    [Fact]
    public async Task RawSqlOfAUserWithoutRightsToOurSchema_WorksAndIsHeard()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var server = await PostgresServer.SharedAsync();
        var database = AdoptionTests.DatabaseOf(test.Settings);
        await using var other = await Replica.StartAsync(test.Settings, canListen: true);

        await server.ExecuteAsync(
            database,
            $"""
            CREATE ROLE {database}_app; GRANT ALL ON ALL TABLES IN SCHEMA public TO {database}_app; SET ROLE {database}_app;
            INSERT INTO "LiteLLM_VerificationToken" (token) VALUES ('theirs');
            """);

        await other.Heard.HeardAsync(new ChangeNotice(ChangedObject.Key, "theirs"));
    }

    [Fact]
    public async Task SpendOfEveryFlush_IsNotRecorded()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var server = await PostgresServer.SharedAsync();

        await server.ExecuteAsync(
            AdoptionTests.DatabaseOf(test.Settings),
            """
            INSERT INTO "LiteLLM_VerificationToken" (token) VALUES ('t');
            UPDATE "LiteLLM_VerificationToken" SET spend = spend + 1, last_active = now(), updated_at = now();
            """);
        var rows = await test.Database.ReadAsync(db => db.QueryAsync("SELECT count(*) AS records FROM {own:change_log}"), default);

        rows[0]["records"]!.GetValue<long>().ShouldBe(1);
    }

    [Fact]
    public async Task LostConnection_DropsEverythingOnceItIsBack()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var other = await Replica.StartAsync(test.Settings, canListen: true);
        var server = await PostgresServer.SharedAsync();

        await server.ExecuteAsync(
            AdoptionTests.DatabaseOf(test.Settings),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%change_log WHERE at >%' AND datname = current_database() AND pid <> pg_backend_pid()");

        await other.Heard.HeardAsync(new ChangeNotice(ChangedObject.Everything, ""));
        await NoteAsync(test.Database, KeyChanged);
        await other.Heard.HeardAsync(KeyChanged);
    }

    [Fact]
    public async Task ConfigurationRowsChangedWithoutARecord_AreNoticedByLooking()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        var heard = new HeardChanges();
        var changes = new ChangeBus();
        using var subscription = changes.Subscribe(heard);
        var poll = new ConfigurationPoll(test.Database, changes);
        var server = await PostgresServer.SharedAsync();

        await poll.LookAsync(default);
        await poll.LookAsync(default);
        var before = heard.Notices.Count;
        await server.ExecuteAsync(AdoptionTests.DatabaseOf(test.Settings), """INSERT INTO "LiteLLM_Config" VALUES ('router_settings', '{"a": 1}')""");
        await poll.LookAsync(default);
        await server.ExecuteAsync(AdoptionTests.DatabaseOf(test.Settings), """UPDATE "LiteLLM_Config" SET param_value = '{"a": 2}'""");
        await poll.LookAsync(default);

        before.ShouldBe(0);
        heard.Notices.Count.ShouldBe(2);
    }

    private static Task<int> NoteAsync(IDatabase database, ChangeNotice notice) => database.WriteAsync(
        async db =>
        {
            await db.NoteChangeAsync(notice);
            return 0;
        },
        default);

    /// <summary>Another process's ears on the same database.</summary>
    private sealed class Replica : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly PostgresDatabase _database;
        private Task _run = Task.CompletedTask;

        private Replica(PostgresDatabase database) => _database = database;

        public HeardChanges Heard { get; } = new();

        public static async Task<Replica> StartAsync(StorageSettings settings, bool canListen)
        {
            var changes = new ChangeBus();
            var database = await AdoptionTests.OpenAsync(settings, changes);
            var replica = new Replica(database);
            changes.Subscribe(replica.Heard);
            var listener = new ReplicaListener(
                database.Source, canListen, new ChangeLogReader(database.InstanceId), changes, TimeProvider.System, NullLogger.Instance);
            replica._run = listener.RunAsync(replica._stop.Token);
            await listener.Listening;
            return replica;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _database.DisposeAsync();
            _stop.Dispose();
        }
    }
}
