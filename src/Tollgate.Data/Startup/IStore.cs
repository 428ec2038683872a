using Tollgate.Data.Rows;

namespace Tollgate.Data.Startup;

/// <summary>A database that must be opened before use.</summary>
public interface IStore : IDatabase, IAsyncDisposable
{
    /// <summary>Connects, brings the schema up to date and looks at what is there. May be called again after it failed.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be reached now; trying again may help.</exception>
    /// <exception cref="StorageStartException">It cannot be used as it is.</exception>
    Task OpenAsync(CancellationToken cancellationToken);
}
