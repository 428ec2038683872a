using System.Globalization;
using Npgsql;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Postgres;

/// <summary>A database URL as Prisma has it, translated for the driver (database.md 1.2).</summary>
/// <param name="Connection">The driver's settings; holds the password.</param>
/// <param name="Schema">Where LiteLLM's tables are.</param>
/// <param name="IsPooler">A transaction-mode pooler is in between: no LISTEN, no session state.</param>
internal sealed record PostgresUrl(NpgsqlConnectionStringBuilder Connection, string Schema, bool IsPooler)
{
    private const int DefaultPort = 5432;

    /// <summary>Host, port and database: fit for messages.</summary>
    public string Place => $"{Connection.Host}:{Connection.Port.ToString(CultureInfo.InvariantCulture)}/{Connection.Database}";

    /// <summary>Translates a URL.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="variable">Where it came from, for the message.</param>
    /// <param name="settings">Pool settings that the URL may override.</param>
    /// <exception cref="StorageStartException">It is no such URL; the message does not repeat it, for it may hold a password.</exception>
    public static PostgresUrl Parse(string url, string variable, StorageSettings settings)
    {
        var rest = Rest(url.Trim()) ?? throw Bad(variable, "must begin with postgresql:// or postgres://");
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        rest = question < 0 ? rest : rest[..question];

        // The last @: a password may hold more of them although it should not.
        var at = rest.LastIndexOf('@');
        var (user, password) = Credentials(at < 0 ? "" : rest[..at]);
        var address = rest[(at + 1)..];
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        var database = slash < 0 ? "" : Uri.UnescapeDataString(address[(slash + 1)..]);
        var (host, port) = HostAndPort(slash < 0 ? address : address[..slash], variable);
        if (host.Length == 0 && !query.Contains("host=", StringComparison.Ordinal))
        {
            throw Bad(variable, "names no host");
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Port = port,
            Username = user.Length > 0 ? user : null,
            Password = password,
            Database = database.Length > 0 ? database : user.Length > 0 ? user : "postgres",
            ApplicationName = "tollgate",
            Timezone = "UTC",
            MaxPoolSize = Math.Max(1, settings.PoolSize),
            Timeout = Math.Clamp((int)settings.PoolTimeout.TotalSeconds, 1, 1024),
            IncludeErrorDetail = false,
        };
        return Apply(query, connection, variable);
    }

    private static PostgresUrl Apply(string query, NpgsqlConnectionStringBuilder connection, string variable)
    {
        var schema = "public";
        var isPooler = false;
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(pair, '=');
            value = Uri.UnescapeDataString(value);
            switch (name)
            {
                case "schema":
                    schema = value;
                    break;
                case "connection_limit":
                    connection.MaxPoolSize = Math.Max(1, Number(value, name, variable));
                    break;
                case "pool_timeout" or "connect_timeout":
                    // The driver has one bound for both waits; 0 means no limit to Prisma.
                    var seconds = Number(value, name, variable);
                    connection.Timeout = seconds == 0 ? 1024 : Math.Clamp(seconds, 1, 1024);
                    break;
                case "socket_timeout":
                    connection.CommandTimeout = Math.Max(0, Number(value, name, variable));
                    break;
                case "pgbouncer":
                    isPooler = value is "true" or "1";
                    break;
                case "host":
                    connection.Host = value;
                    break;
                case "application_name":
                    connection.ApplicationName = value;
                    break;
                default:
                    ApplyTls(name, value, connection, variable);
                    break;
            }
        }

        if (schema is not "public")
        {
            connection.SearchPath = $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        }

        // A pooler has no session of ours to reset.
        connection.NoResetOnClose = isPooler;
        return new PostgresUrl(connection, schema, isPooler);
    }

    private static void ApplyTls(string name, string value, NpgsqlConnectionStringBuilder connection, string variable)
    {
        switch (name)
        {
            case "sslmode":
                connection.SslMode = value switch
                {
                    "disable" => SslMode.Disable,
                    "allow" => SslMode.Allow,
                    "prefer" => SslMode.Prefer,
                    "require" => SslMode.Require,
                    "verify-ca" => SslMode.VerifyCA,
                    "verify-full" => SslMode.VerifyFull,
                    _ => throw Bad(variable, "sslmode must be disable, allow, prefer, require, verify-ca or verify-full"),
                };
                break;
            case "sslaccept" when value is "strict":
                connection.SslMode = SslMode.VerifyFull;
                break;
            case "sslcert" or "sslrootcert":
                connection.RootCertificate = value;
                break;
            case "sslidentity":
                connection.SslCertificate = value;
                break;
            case "sslpassword":
                connection.SslPassword = value;
                break;
            default:
                // statement_cache_size and what else Prisma may know: nothing of ours depends on it.
                break;
        }
    }

    private static string? Rest(string url)
    {
        foreach (var scheme in (string[])["postgresql://", "postgres://"])
        {
            if (url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return url[scheme.Length..];
            }
        }

        return null;
    }

    private static (string User, string? Password) Credentials(string text)
    {
        var (user, password) = Split(text, ':');
        return (Uri.UnescapeDataString(user), password.Length > 0 ? Uri.UnescapeDataString(password) : null);
    }

    private static (string Host, int Port) HostAndPort(string text, string variable)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            return (text.Trim('[', ']'), DefaultPort);
        }

        return int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (Uri.UnescapeDataString(text[..colon]).Trim('[', ']'), port)
            : throw Bad(variable, "has a port that is not a number");
    }

    private static (string Before, string After) Split(string text, char separator)
    {
        var index = text.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    private static int Number(string value, string name, string variable)
        => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Bad(variable, $"has a {name} that is not a number");

    private static StorageStartException Bad(string variable, string what) => new($"{variable}: the database URL {what}");
}
