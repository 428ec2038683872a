using System.Collections.Immutable;
using System.Globalization;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Redis;

/// <summary>How Redis is laid out.</summary>
public enum RedisKind
{
    /// <summary>One process.</summary>
    Server,

    /// <summary>Masters that share the key space.</summary>
    Cluster,

    /// <summary>One master of several processes, which sentinels know.</summary>
    Sentinel,
}

/// <summary>Where Redis is and how to log in (config.md 9.4).</summary>
public sealed record RedisTarget
{
    private const int DefaultPort = 6379;

    /// <summary>How it is laid out.</summary>
    public RedisKind Kind { get; private init; }

    /// <summary>The server, or nodes of the cluster to begin with, or the sentinels.</summary>
    public required ImmutableArray<RedisAddress> Nodes { get; init; }

    /// <summary>Login of the processes that hold keys.</summary>
    public required RedisLogin Login { get; init; }

    /// <summary>Login of sentinels; without a password unless one is configured for them.</summary>
    public RedisLogin SentinelLogin { get; private init; } = new(null, null, 0, null);

    /// <summary>What sentinels call the master; null without sentinels.</summary>
    public string? ServiceName { get; private init; }

    /// <summary>The addresses, for logs.</summary>
    public string Name => string.Join(", ", Nodes) + (ServiceName is null ? "" : $" ({ServiceName})");

    /// <summary>Reads settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="target">What they say; null when they cannot be used.</param>
    /// <param name="problem">Why they cannot be used; without secrets.</param>
    public static bool TryCreate(RedisSettings settings, out RedisTarget? target, out string? problem)
    {
        target = null;
        problem = null;
        if (settings.Url is null || !TryParse(settings.Url, out var server, out problem))
        {
            return false;
        }

        var kind = settings.SentinelNodes.Length > 0 ? RedisKind.Sentinel
            : settings.ClusterNodes.Length > 0 ? RedisKind.Cluster : RedisKind.Server;
        if (kind == RedisKind.Server)
        {
            target = server;
            return true;
        }

        if (kind == RedisKind.Sentinel && settings.SentinelService is null)
        {
            problem = "sentinels need the name of the service (service_name, REDIS_SERVICE_NAME)";
            return false;
        }

        if (kind == RedisKind.Cluster && server!.Login.Database > 0)
        {
            problem = "a Redis cluster has no databases other than 0";
            return false;
        }

        var nodes = ImmutableArray.CreateBuilder<RedisAddress>();
        foreach (var text in kind == RedisKind.Sentinel ? settings.SentinelNodes : settings.ClusterNodes)
        {
            if (!RedisAddress.TryParse(text, out var address))
            {
                problem = $"'{text}' is not an address of Redis: host:port";
                return false;
            }

            nodes.Add(address);
        }

        target = server! with
        {
            Kind = kind,
            Nodes = nodes.ToImmutable(),
            ServiceName = kind == RedisKind.Sentinel ? settings.SentinelService : null,
            SentinelLogin = new RedisLogin(null, settings.SentinelPassword, 0, server.Login.Tls),
        };
        return true;
    }

    /// <summary>
    /// Reads <c>redis://[[user]:password@]host[:port][/db]</c>, <c>rediss://</c> with the options of <see cref="RedisTls"/> in its query, or
    /// <c>unix://[[user]:password@]/path[?db=N]</c>.
    /// </summary>
    /// <param name="url">The URL. A secret: it is not repeated in <paramref name="problem"/>.</param>
    /// <param name="target">What it says; null when it cannot be used.</param>
    /// <param name="problem">Why it cannot be used.</param>
    public static bool TryParse(string url, out RedisTarget? target, out string? problem)
    {
        target = null;
        if (!TrySplit(url, out var scheme, out var login, out var place, out var query))
        {
            problem = "the Redis URL must start with redis://, rediss:// or unix://";
            return false;
        }

        var isSocket = string.Equals(scheme, "unix", StringComparison.Ordinal);
        var slash = isSocket ? -1 : place.IndexOf('/', StringComparison.Ordinal);
        var number = query.GetValueOrDefault("db") ?? (slash < 0 ? "" : place[(slash + 1)..].Trim('/'));
        var database = 0;
        if (number.Length > 0 && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out database))
        {
            problem = "the database of the Redis URL must be a number";
            return false;
        }

        if (!TryReadAddress(isSocket, slash < 0 ? place : place[..slash], out var address))
        {
            problem = isSocket ? "the Redis URL must name the socket's file" : "the address of the Redis URL must be host or host:port";
            return false;
        }

        var user = login.User ?? query.GetValueOrDefault("username");
        var password = login.Password ?? query.GetValueOrDefault("password");

        // redis://secret@host has a user and no password in any client's reading, which then logs in as nobody: refused, not guessed.
        if (!string.IsNullOrEmpty(user) && string.IsNullOrEmpty(password))
        {
            problem = "a Redis user needs a password; write a password alone as redis://:PASSWORD@host";
            return false;
        }

        var tls = string.Equals(scheme, "rediss", StringComparison.Ordinal) ? TlsOf(query) : null;
        target = new RedisTarget
        {
            Nodes = [address],
            Login = new RedisLogin(string.IsNullOrEmpty(user) ? null : user, string.IsNullOrEmpty(password) ? null : password, database, tls),
        };
        problem = null;
        return true;
    }

    /// <summary>Two targets are one when they say the same.</summary>
    public bool Equals(RedisTarget? other) => other is not null && Kind == other.Kind && Nodes.SequenceEqual(other.Nodes)
        && Login == other.Login && SentinelLogin == other.SentinelLogin && string.Equals(ServiceName, other.ServiceName, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Name, Login);

    private static bool TrySplit(
        string url, out string scheme, out (string? User, string? Password) login, out string place, out Dictionary<string, string> query)
    {
        // By hand: the framework's parser knows no user before a path, and gives names of its own to ports and paths.
        (scheme, login, place, query) = ("", default, "", new(StringComparer.OrdinalIgnoreCase));
        var colon = url.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0 || url[..colon].ToLowerInvariant() is not ("redis" or "rediss" or "unix"))
        {
            return false;
        }

        scheme = url[..colon].ToLowerInvariant();
        var rest = url[(colon + 3)..].Split('#')[0].Split('?', 2);
        foreach (var part in rest.Length > 1 ? rest[1].Split('&', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var pair = part.Split('=', 2);
            query[pair[0]] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
        }

        var path = rest[0].IndexOf('/', StringComparison.Ordinal);
        var at = rest[0].LastIndexOf('@', path < 0 ? rest[0].Length - 1 : path);
        if (at >= 0)
        {
            var words = rest[0][..at].Split(':', 2);
            login = (Uri.UnescapeDataString(words[0]), words.Length > 1 ? Uri.UnescapeDataString(words[1]) : null);
        }

        place = rest[0][(at + 1)..];
        return true;
    }

    private static bool TryReadAddress(bool isSocket, string place, out RedisAddress address)
    {
        if (isSocket)
        {
            address = new RedisAddress(Uri.UnescapeDataString(place), 0);
            return place.StartsWith('/');
        }

        var host = place.Length == 0 ? "localhost" : place;
        var hasPort = host.LastIndexOf(':') > host.LastIndexOf(']');
        return RedisAddress.TryParse(
            hasPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{DefaultPort}"), out address);
    }

    private static RedisTls TlsOf(Dictionary<string, string> query) => new(
        !string.Equals(query.GetValueOrDefault("ssl_cert_reqs"), "none", StringComparison.OrdinalIgnoreCase),
        query.GetValueOrDefault("ssl_check_hostname")?.ToLowerInvariant() is not ("false" or "0" or "no" or "off"),
        NonEmpty(query.GetValueOrDefault("ssl_ca_certs")),
        NonEmpty(query.GetValueOrDefault("ssl_certfile")),
        NonEmpty(query.GetValueOrDefault("ssl_keyfile")));

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
