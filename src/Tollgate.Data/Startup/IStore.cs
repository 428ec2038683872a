using Tollgate.Data.Rows;

namespace Tollgate.Data.Startup;

/// <summary>What opening a store found and did.</summary>
/// <param name="Place">File, or host, port and database.</param>
/// <param name="IsOwner">The database is ours; false for one adopted from LiteLLM.</param>
/// <param name="Applied">Names of the schema versions applied now.</param>
public sealed record StoreOpening(string Place, bool IsOwner, IReadOnlyList<string> Applied);

/// <summary>A database that must be opened before use.</summary>
public interface IStore : IDatabase, IAsyncDisposable
{
    /// <summary>Connects, brings the schema up to date and looks at what is there. May be called again after it failed.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be reached now; trying again may help.</exception>
    /// <exception cref="StorageStartException">It cannot be used as it is.</exception>
    Task<StoreOpening> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Upkeep of an open store, and hearing of changes made elsewhere; runs until it is cancelled, through outages too.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
