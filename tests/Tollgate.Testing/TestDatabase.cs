using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Changes;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;

namespace Tollgate.Testing;

/// <summary>An empty database of either engine with every table; all its files go with it.</summary>
/// <example><c>await using var test = await TestDatabase.CreateAsync(kind); await test.Database.WriteAsync(...)</c></example>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private TestDatabase(TemporaryFolder folder, IStore store, ChangeBus changes, StorageSettings settings)
    {
        _folder = folder;
        Store = store;
        Changes = changes;
        Settings = settings;
    }

    /// <summary>The open database.</summary>
    public IDatabase Database => Store;

    /// <summary>The same, to be opened and closed.</summary>
    public IStore Store { get; }

    /// <summary>Its notices.</summary>
    public ChangeBus Changes { get; }

    /// <summary>What it was opened with.</summary>
    public StorageSettings Settings { get; }

    /// <summary>Makes a database and opens it.</summary>
    /// <param name="kind">Which engine.</param>
    /// <param name="time">Clock; null is the system's.</param>
    /// <param name="adjust">Changes the settings before it is opened.</param>
    public static async Task<TestDatabase> CreateAsync(
        DatabaseKind kind, TimeProvider? time = null, Func<StorageSettings, StorageSettings>? adjust = null)
    {
        var folder = new TemporaryFolder();
        var url = kind == DatabaseKind.PostgreSql ? await (await PostgresServer.SharedAsync()).CreateMigratedDatabaseAsync() : null;
        var settings = new StorageSettings { DataDirectory = folder.Path, DatabaseUrl = url, PoolSize = 8 };
        settings = adjust?.Invoke(settings) ?? settings;
        var changes = new ChangeBus();
        var store = Open(settings, changes, time ?? TimeProvider.System);
        await store.OpenAsync(CancellationToken.None);
        return new TestDatabase(folder, store, changes, settings);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A store for these settings, not opened: a second instance on the same database, or one whose opening is under test.</summary>
    public static IStore Open(StorageSettings settings, ChangeBus changes, TimeProvider time)
        => settings.DatabaseUrl is null
            ? new SqliteDatabase(settings, changes, time, NullLogger<SqliteDatabase>.Instance)
            : new PostgresDatabase(settings, changes, time, NullLogger<PostgresDatabase>.Instance);
}
