using Tollgate.Data.Rows;
using Tollgate.Management.Credentials;

namespace Tollgate.Configuration;

/// <summary>Reads what the database holds of the configuration: models, credentials, settings, overrides.</summary>
/// <param name="database">The database.</param>
/// <param name="secrets">Opens what is encrypted.</param>
/// <param name="isOwnDatabase">True for a database that Tollgate made: there an unset <c>store_model_in_db</c> means on.</param>
internal sealed class DatabaseConfiguration(IDatabase database, ISecretBox secrets, Func<bool> isOwnDatabase)
{
    /// <summary>Reads all rows.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be reached now.</exception>
    public async Task<StoredConfiguration> ReadAsync(CancellationToken cancellationToken) =>
        new(await DatabaseRows.ReadAsync(database, isOwnDatabase(), cancellationToken), secrets);
}
