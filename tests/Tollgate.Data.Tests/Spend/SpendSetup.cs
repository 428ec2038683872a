using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Journal;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Tests.Journal;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Spend;

/// <summary>A database with its usual objects, a journal and what moves one into the other.</summary>
internal sealed class SpendSetup : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private readonly bool _ownsDatabase;

    private SpendSetup(TestDatabase test, bool ownsDatabase, SpendSettings settings, BudgetSettings budgets)
    {
        Test = test;
        _ownsDatabase = ownsDatabase;
        Settings = settings;
        Journal = Journals.Open(_directory.Path, settings);
        Store = new FaultyStore(StoreOf(test));
        Flush = new SpendFlush(Journal, Store, () => Settings, () => budgets, [Listener], TimeProvider.System, NullLogger.Instance);
    }

    public TestDatabase Test { get; }

    public SpendSettings Settings { get; set; }

    public SpendJournal Journal { get; }

    public FaultyStore Store { get; }

    public SpendFlush Flush { get; }

    public FlushRecorder Listener { get; } = new();

    public static async Task<SpendSetup> CreateAsync(DatabaseKind kind, SpendSettings? settings = null, BudgetSettings? budgets = null, TestDatabase? test = null)
    {
        var owns = test is null;
        test ??= await TestDatabase.CreateAsync(kind);
        return new SpendSetup(test, owns, settings ?? Journals.NoSync, budgets ?? new BudgetSettings());
    }

    public static ISpendStore StoreOf(TestDatabase test) => test.Store is PostgresDatabase postgres
        ? new PostgresSpendStore(postgres, TimeProvider.System)
        : new SqliteSpendStore((SqliteDatabase)test.Store, TimeProvider.System);

    /// <summary>The objects that <see cref="Journals.Event"/> names.</summary>
    public async Task SeedAsync() => await Test.Database.WriteAsync(
        async db =>
        {
            await db.InsertAsync(Tables.Keys, new JsonObject { ["token"] = "key1", ["spend"] = 1.0 });
            await db.InsertAsync(Tables.Users, new JsonObject { ["user_id"] = "user1" });
            await db.InsertAsync(Tables.Teams, new JsonObject { ["team_id"] = "team1" });
            await db.InsertAsync(Tables.Tags, new JsonObject { ["tag_name"] = "known" });
            await db.InsertAsync(Tables.Budgets, new JsonObject { ["budget_id"] = "b1", ["created_by"] = "t", ["updated_by"] = "t" });
            await db.InsertAsync(Tables.Organizations, new JsonObject
            {
                ["organization_id"] = "org1",
                ["organization_alias"] = "o",
                ["budget_id"] = "b1",
                ["models"] = new JsonArray(),
                ["created_by"] = "t",
                ["updated_by"] = "t",
            });
            await db.InsertAsync(Tables.OrganizationMemberships, new JsonObject { ["user_id"] = "user1", ["organization_id"] = "org1" });
            return 0;
        },
        default);

    public Task<IReadOnlyList<JsonObject>> RowsAsync(Table table, Filter? filter = null) =>
        Test.Database.ReadAsync(db => db.SelectAsync(table, filter ?? Filter.None), default);

    public async Task<double> SpendOfAsync(Table table, params string[] key) =>
        (await Test.Database.ReadAsync(db => db.FindAsync(table, key), default)).ShouldNotBeNull()["spend"]!.GetValue<double>();

    public async ValueTask DisposeAsync()
    {
        Journal.Dispose();
        _directory.Dispose();
        if (_ownsDatabase)
        {
            await Test.DisposeAsync();
        }
    }
}

/// <summary>Keeps what listeners are told.</summary>
internal sealed class FlushRecorder : IFlushListener
{
    public List<FlushedSpend> Entries { get; } = [];

    public void OnFlushed(IReadOnlyList<FlushedSpend> entries) => Entries.AddRange(entries);
}

/// <summary>A store whose answers can get lost.</summary>
internal sealed class FaultyStore(ISpendStore store) : ISpendStore
{
    /// <summary>The next commit is made, but its answer does not arrive.</summary>
    public bool LoseNextAnswer { get; set; }

    /// <summary>Called before each batch.</summary>
    public Action<JournalBatch> Before { get; set; } = static _ => { };

    public Task<JournalPosition?> LoadCursorAsync(string journal, CancellationToken cancellationToken) =>
        store.LoadCursorAsync(journal, cancellationToken);

    public Task<ImmutableArray<bool>> EndpointInKeyAsync(CancellationToken cancellationToken) => store.EndpointInKeyAsync(cancellationToken);

    public async Task<BatchResult> ApplyAsync(JournalBatch batch, BatchTotals totals, WriteRules rules, CancellationToken cancellationToken)
    {
        Before(batch);
        var result = await store.ApplyAsync(batch, totals, rules, cancellationToken);
        if (LoseNextAnswer)
        {
            LoseNextAnswer = false;
            throw new DatabaseUnavailableException("the connection broke");
        }

        return result;
    }
}
