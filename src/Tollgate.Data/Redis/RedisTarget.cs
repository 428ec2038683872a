using System.Globalization;
using System.Net;
using System.Net.Security;
using StackExchange.Redis;

namespace Tollgate.Data.Redis;

/// <summary>Where Redis is and how to log in, read from a URL (config.md 9.4).</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">Port.</param>
/// <param name="Password">Password; a secret.</param>
/// <param name="Database">Number of the database.</param>
/// <param name="Tls">Encrypted (<c>rediss://</c>).</param>
/// <param name="VerifyCertificate">False with <c>ssl_cert_reqs=none</c>.</param>
public sealed record RedisTarget(string Host, int Port, string? Password, int Database, bool Tls, bool VerifyCertificate)
{
    private const int DefaultPort = 6379;

    /// <summary>Host and port, for logs.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Reads <c>redis://[user][:password]@host[:port][/db]</c> or <c>rediss://</c>.</summary>
    /// <param name="url">The URL. A secret: it is not repeated in <paramref name="problem"/>.</param>
    /// <param name="target">What it says; null when it cannot be used.</param>
    /// <param name="problem">Why it cannot be used.</param>
    public static bool TryParse(string url, out RedisTarget? target, out string? problem)
    {
        target = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss"))
        {
            // The client library knows TCP only, and a relay on a port would undo the permissions of the socket's file.
            problem = "the Redis URL must start with redis:// or rediss://; unix sockets are not supported";
            return false;
        }

        var login = uri.UserInfo.Split(':', 2);
        var user = Uri.UnescapeDataString(login[0]);

        // redis://secret@host has no user in any client's reading but ours would lose the password: it is refused, not guessed.
        if (user is not ("" or "default"))
        {
            problem = "Redis users other than \"default\" are not supported; write the password as redis://:PASSWORD@host";
            return false;
        }

        var query = QueryOf(uri);
        var number = query.GetValueOrDefault("db") ?? uri.AbsolutePath.Trim('/');
        var database = 0;
        if (number.Length > 0 && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out database))
        {
            problem = "the database of the Redis URL must be a number";
            return false;
        }

        var password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : query.GetValueOrDefault("password");
        target = new RedisTarget(
            uri.IdnHost.Length > 0 ? uri.IdnHost.Trim('[', ']') : "localhost",
            uri.Port > 0 ? uri.Port : DefaultPort,
            string.IsNullOrEmpty(password) ? null : password,
            database,
            string.Equals(uri.Scheme, "rediss", StringComparison.Ordinal),
            !string.Equals(query.GetValueOrDefault("ssl_cert_reqs"), "none", StringComparison.OrdinalIgnoreCase));
        problem = null;
        return true;
    }

    internal ConfigurationOptions ToOptions()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            AllowAdmin = false,
            ClientName = "tollgate",
            ConnectTimeout = 1000,
            ConnectRetry = 1,
            DefaultDatabase = Database,
            KeepAlive = 10,
            Password = Password,
            ReconnectRetryPolicy = new LinearRetry(1000),
            Ssl = Tls,
        };
        if (Tls)
        {
            options.SslHost = Host;
            options.CertificateValidation += (_, _, _, errors) => errors == SslPolicyErrors.None || !VerifyCertificate;
        }

        options.EndPoints.Add(IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port));
        return options;
    }

    private static Dictionary<string, string> QueryOf(Uri uri)
    {
        var members = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            members[pair[0]] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
        }

        return members;
    }
}
