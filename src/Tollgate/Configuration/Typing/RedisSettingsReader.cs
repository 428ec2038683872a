using System.Globalization;
using Tollgate.Data.Redis;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Reads <see cref="RedisSettings"/>: the router's keys, then those of the cache, then the environment, each part that one of them leaves
/// open from the next (config.md 5.3, 6, 9.4).
/// </summary>
internal static class RedisSettingsReader
{
    private const int DefaultPort = 6379;

    public static RedisSettings Read(
        Section models, Section router, EnvironmentSource environment, EnvironmentNumbers numbers, DiagnosticBag diagnostics)
    {
        var defaults = new RedisSettings();
        var cache = models.Child("cache_params");
        if (cache.Text("type") is { } type && !type.StartsWith("redis", StringComparison.OrdinalIgnoreCase))
        {
            cache = new Section(null);
        }

        var options = new RedisOptions(router, cache, environment);
        var nodes = RedisNodes.Read(options, environment, diagnostics);
        var timeout = options.Seconds("socket_timeout") ?? numbers.Seconds("REDIS_SOCKET_TIMEOUT", defaults.OperationTimeout);
        return Usable(diagnostics, new RedisSettings
        {
            Url = Url(options, nodes, environment, numbers),
            ClusterNodes = nodes.Cluster,
            SentinelNodes = nodes.Sentinels,
            SentinelService = options.Text("service_name"),
            SentinelPassword = options.Text("sentinel_password"),
            OperationTimeout = timeout > TimeSpan.Zero ? timeout : defaults.OperationTimeout,
            BreakerFailures = Math.Max(1, numbers.Count("REDIS_CIRCUIT_BREAKER_FAILURE_THRESHOLD", defaults.BreakerFailures)),
            BreakerRecovery = numbers.Seconds("REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT", defaults.BreakerRecovery),
        });
    }

    private static string? Url(RedisOptions options, RedisNodes nodes, EnvironmentSource environment, EnvironmentNumbers numbers)
    {
        if (options.Written("url") is { } written)
        {
            return WithTls(written.Trim(), options);
        }

        var host = options.Written("host");

        // A host in the file goes before a URL in the environment: it was written for this gateway.
        if (host is null && environment.GetNonEmpty("REDIS_URL") is { } url)
        {
            return WithTls(url.Trim(), options);
        }

        // Nodes need no host besides them; what they do need is a login.
        host ??= environment.GetNonEmpty("REDIS_HOST") ?? (nodes.IsEmpty ? null : "localhost");
        if (host is null)
        {
            return null;
        }

        var port = options.Int32("port") ?? numbers.Count("REDIS_PORT", DefaultPort);
        var database = options.Int32("db") ?? numbers.Count("REDIS_DB", 0);
        var password = options.Text("password");
        var login = password is null ? "" : $"{Uri.EscapeDataString(options.Text("username") ?? "")}:{Uri.EscapeDataString(password)}@";
        var scheme = options.Flag("ssl") ? "rediss" : "redis";
        var address = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        return WithTls(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{login}{address}:{port}/{database}"), options);
    }

    /// <summary>Adds the options of encryption that the URL does not say itself.</summary>
    private static string WithTls(string url, RedisOptions options)
    {
        if (!url.StartsWith("rediss:", StringComparison.OrdinalIgnoreCase))
        {
            return url;
        }

        foreach (var name in (ReadOnlySpan<string>)["ssl_cert_reqs", "ssl_check_hostname", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"])
        {
            if (options.Text(name) is { } value && !url.Contains(name + "=", StringComparison.OrdinalIgnoreCase))
            {
                url += (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + name + "=" + Uri.EscapeDataString(value);
            }
        }

        return url;
    }

    /// <summary>The settings when they can be used; else the gateway runs without Redis and says so, as it does while Redis is away.</summary>
    private static RedisSettings Usable(DiagnosticBag diagnostics, RedisSettings settings)
    {
        if (settings.Url is null || RedisTarget.TryCreate(settings, out _, out var problem))
        {
            return settings;
        }

        diagnostics.Error(
            DiagnosticCodes.NotAvailable, new SourcePosition("redis", 0, 0), "", $"{problem}; limits are counted by each replica for itself");
        return settings with { Url = null };
    }
}
