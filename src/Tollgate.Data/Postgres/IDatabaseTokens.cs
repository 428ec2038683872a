namespace Tollgate.Data.Postgres;

/// <summary>Passwords that a cloud makes for a moment, instead of one in the URL (<c>IAM_TOKEN_DB_AUTH</c>). Implemented where clouds are known.</summary>
public interface IDatabaseTokens
{
    /// <summary>A password that is good now; asked for each connection that is opened.</summary>
    /// <param name="host">The server.</param>
    /// <param name="port">Its port.</param>
    /// <param name="user">Who logs in.</param>
    /// <param name="cancellationToken">The connection is not wanted any more.</param>
    /// <exception cref="DatabaseTokenException">None can be had.</exception>
    ValueTask<string> TokenAsync(string host, int port, string user, CancellationToken cancellationToken);
}

/// <summary>There is no password for the database; the message says why, without secrets.</summary>
public sealed class DatabaseTokenException(string message, Exception? inner = null) : Exception(message, inner);
