using Tollgate.Configuration;
using Tollgate.Data.Postgres;
using Tollgate.Engine.Configuration;
using Tollgate.Providers.Amazon;

namespace Tollgate.Hosting;

/// <summary>Logs in to the database with tokens of its cloud (<c>IAM_TOKEN_DB_AUTH</c>).</summary>
internal sealed class DatabaseLogin(DatabaseTokens tokens) : IDatabaseTokens
{
    /// <summary>The login that the settings ask for; null for the password in the URL.</summary>
    public static IDatabaseTokens? Of(StorageSettings settings, EnvironmentSource environment)
        => settings.UsesTokens ? new DatabaseLogin(new DatabaseTokens(environment.GetNonEmpty, TimeProvider.System)) : null;

    /// <inheritdoc/>
    public async ValueTask<string> TokenAsync(string host, int port, string user, CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.TokenAsync(host, port, user, cancellationToken);
        }
        catch (InvalidOperationException error)
        {
            throw new DatabaseTokenException(error.Message, error);
        }
    }
}
