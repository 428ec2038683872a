using Tollgate.Data.Rows;

namespace Tollgate.Data.Startup;

/// <summary>No database at all: the embedded one is switched off and no URL is set.</summary>
internal sealed class NoDatabase : IStore
{
    // COMPAT: LiteLLM's words for what needs a database when it has none (database.md 8).
    private const string Reason = "No connected db.";

    public DatabaseKind Kind => DatabaseKind.Sqlite;

    public DatabaseStatus Status => new(IsReady: false, Reason);

    public Task<StoreOpening> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(new StoreOpening("none", IsOwner: false, []));

    public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken)
        => Task.FromException<T>(new DatabaseUnavailableException(Reason));

    public Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
        => Task.FromException<T>(new DatabaseUnavailableException(Reason));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
