using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Changes;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Sqlite;

public sealed class SqliteDatabaseTests
{
    [Fact]
    public async Task SecondProcess_IsToldWhatToDo()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var second = TestDatabase.Open(test.Settings, new ChangeBus(), TimeProvider.System);

        var error = await Should.ThrowAsync<StorageStartException>(() => second.OpenAsync(CancellationToken.None));

        error.Message.ShouldContain("another Tollgate");
        error.Message.ShouldContain("DATABASE_URL");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task File_IsForTheOwnerOnlyAndTuned()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);

        var journal = await test.Database.ReadAsync(db => db.QueryAsync("PRAGMA journal_mode"), default);
        var keys = await test.Database.ReadAsync(db => db.QueryAsync("PRAGMA foreign_keys"), default);

        journal[0]["journal_mode"]!.GetValue<string>().ShouldBe("wal");
        keys[0]["foreign_keys"]!.GetValue<long>().ShouldBe(1);
        File.GetUnixFileMode(Path.Combine(test.Settings.DataDirectory, "tollgate.db")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task FileThatIsNoDatabase_SaysSo()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("tollgate.db"), new string('x', 5000));
        await using var store = Store(folder.Path);

        var error = await Should.ThrowAsync<DatabaseUnavailableException>(() => store.OpenAsync(CancellationToken.None));

        error.Message.ShouldContain("damaged or not a database");
    }

    [Fact]
    public async Task BeforeItIsOpen_CallsAreRefusedWithTheReason()
    {
        using var folder = new TemporaryFolder();
        await using var store = Store(folder.Path);

        await Should.ThrowAsync<DatabaseUnavailableException>(() => store.ReadAsync(db => db.CountAsync(Tables.Keys, Filter.None), default));
        store.Status.IsReady.ShouldBeFalse();
    }

    [Fact]
    public async Task ReadersCannotWrite()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);

        await Should.ThrowAsync<DatabaseUnavailableException>(
            () => test.Database.ReadAsync(db => db.QueryAsync("INSERT INTO {own:kv} (name) VALUES ('x') RETURNING name"), default));
    }

    [Fact]
    public async Task InteractiveWriter_GoesBeforeBatchesThatWait()
    {
        var gate = new WriteGate();
        var order = new List<string>();
        await gate.EnterAsync(WritePriority.Batch, default);
        var batch = WriteAsync(WritePriority.Batch, "batch");
        var interactive = WriteAsync(WritePriority.Interactive, "interactive");

        gate.Leave();
        await Task.WhenAll(batch, interactive);

        order.ShouldBe(["interactive", "batch"]);

        async Task WriteAsync(WritePriority priority, string name)
        {
            await gate.EnterAsync(priority, default);
            order.Add(name);
            gate.Leave();
        }
    }

    [Fact]
    public async Task WriterThatGaveUp_DoesNotKeepTheGate()
    {
        var gate = new WriteGate();
        await gate.EnterAsync(WritePriority.Batch, default);
        using var stop = new CancellationTokenSource();
        var given = gate.EnterAsync(WritePriority.Interactive, stop.Token);
        var next = gate.EnterAsync(WritePriority.Batch, default);

        await stop.CancelAsync();
        gate.Leave();

        await Should.ThrowAsync<OperationCanceledException>(() => given);
        await next;
    }

    private static SqliteDatabase Store(string directory)
        => new(new StorageSettings { DataDirectory = directory }, new ChangeBus(), TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
}
