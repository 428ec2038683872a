using System.Text.Json.Nodes;
using Tollgate.Data.Identity;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Identity;

/// <summary>A database with rows for identities, and a store over it that counts statements.</summary>
internal sealed class IdentityRows : IAsyncDisposable
{
    private IdentityRows(TestDatabase test, FixedClock time, BudgetSettings budgets)
    {
        Test = test;
        Time = time;
        Database = new CountingDatabase(test.Database);
        Store = new IdentityStore(Database, () => budgets, time);
    }

    public static DateTimeOffset Now { get; } = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public TestDatabase Test { get; }

    public FixedClock Time { get; }

    public CountingDatabase Database { get; }

    public IdentityStore Store { get; }

    public static async Task<IdentityRows> CreateAsync(DatabaseKind kind, BudgetSettings? budgets = null)
        => new(await TestDatabase.CreateAsync(kind), new FixedClock(Now), budgets ?? new BudgetSettings());

    public async Task InsertAsync(params (Table Table, string Row)[] rows) => await Test.Database.WriteAsync(
        async db =>
        {
            foreach (var (table, row) in rows)
            {
                await db.InsertAsync(table, JsonNode.Parse(row)!.AsObject());
            }

            return rows.Length;
        },
        TestContext.Current.CancellationToken);

    public static (Table, string) Budget(string id, string members) => (Tables.Budgets,
        $$"""{"budget_id": "{{id}}", "created_by": "t", "updated_by": "t", "updated_at": "2026-01-01T00:00:00Z", {{members}}}""");

    public static (Table, string) Organization(string id, string budget, string members) => (Tables.Organizations,
        $$"""
        {"organization_id": "{{id}}", "organization_alias": "Org {{id}}", "budget_id": "{{budget}}", "created_by": "t", "updated_by": "t",
         "updated_at": "2026-01-01T00:00:00Z", {{members}}}
        """);

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}

internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Current { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Current;
}

/// <summary>Counts the statements that pass through.</summary>
internal sealed class CountingDatabase(IDatabase inner) : IDatabase
{
    public int Statements { get; set; }

    public DatabaseKind Kind => inner.Kind;

    public DatabaseStatus Status => inner.Status;

    public Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken)
        => inner.ReadAsync(reader => work(new CountingReader(this, reader)), cancellationToken);

    public Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
        => throw new InvalidOperationException("identities are only read");

    private sealed class CountingReader(CountingDatabase owner, IRowReader inner) : IRowReader
    {
        public DatabaseKind Kind => inner.Kind;

        public Task<JsonObject?> FindAsync(Table table, params string[] key) => Counted(inner.FindAsync(table, key));

        public Task<IReadOnlyList<JsonObject>> SelectAsync(Table table, Filter filter, SortBy[]? order = null, RowRange range = default)
            => Counted(inner.SelectAsync(table, filter, order, range));

        public Task<long> CountAsync(Table table, Filter filter) => Counted(inner.CountAsync(table, filter));

        public Task<IReadOnlyList<JsonObject>> QueryAsync(string sql, params (string Name, object? Value)[] parameters)
            => Counted(inner.QueryAsync(sql, parameters));

        public string NameOf(Table table) => inner.NameOf(table);

        private T Counted<T>(T result)
        {
            owner.Statements++;
            return result;
        }
    }
}

/// <summary>A database that is away.</summary>
internal sealed class AbsentDatabase : IDatabase
{
    public DatabaseKind Kind => DatabaseKind.PostgreSql;

    public DatabaseStatus Status => new(false, "away");

    public Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken)
        => throw new DatabaseUnavailableException("the server is away");

    public Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
        => throw new DatabaseUnavailableException("the server is away");
}
