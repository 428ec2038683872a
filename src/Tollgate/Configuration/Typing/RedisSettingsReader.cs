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

        var timeout = cache.Seconds("socket_timeout") ?? numbers.Seconds("REDIS_SOCKET_TIMEOUT", defaults.OperationTimeout);
        return new RedisSettings
        {
            Url = Usable(Url(router, cache, environment, numbers), diagnostics),
            OperationTimeout = timeout > TimeSpan.Zero ? timeout : defaults.OperationTimeout,
            BreakerFailures = Math.Max(1, numbers.Count("REDIS_CIRCUIT_BREAKER_FAILURE_THRESHOLD", defaults.BreakerFailures)),
            BreakerRecovery = numbers.Seconds("REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT", defaults.BreakerRecovery),
        };
    }

    private static string? Url(Section router, Section cache, EnvironmentSource environment, EnvironmentNumbers numbers)
    {
        if ((router.Text("redis_url") ?? cache.Text("url")) is { } written)
        {
            return written.Trim();
        }

        var host = router.Text("redis_host") ?? cache.Text("host");

        // A host in the file goes before a URL in the environment: it was written for this gateway.
        if (host is null && environment.GetNonEmpty("REDIS_URL") is { } url)
        {
            return url.Trim();
        }

        host ??= environment.GetNonEmpty("REDIS_HOST");
        if (host is null)
        {
            return null;
        }

        var port = router.Int32("redis_port") ?? cache.Int32("port") ?? numbers.Count("REDIS_PORT", DefaultPort);
        var database = router.Int32("redis_db") ?? cache.Int32("db") ?? numbers.Count("REDIS_DB", 0);
        var user = router.Text("redis_username") ?? cache.Text("username") ?? environment.GetNonEmpty("REDIS_USERNAME") ?? "";
        var password = router.Text("redis_password") ?? cache.Text("password") ?? environment.GetNonEmpty("REDIS_PASSWORD");
        var tls = router.Bool("redis_ssl") ?? cache.Bool("ssl") ?? environment.IsOn("REDIS_SSL");
        var checks = cache.Text("ssl_cert_reqs") ?? environment.GetNonEmpty("REDIS_SSL_CERT_REQS");
        var login = password is null ? "" : $"{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@";
        var address = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        var query = checks is null ? "" : "?ssl_cert_reqs=" + Uri.EscapeDataString(checks);
        return string.Create(CultureInfo.InvariantCulture, $"{(tls ? "rediss" : "redis")}://{login}{address}:{port}/{database}{query}");
    }

    /// <summary>The URL when it can be used; else the gateway runs without Redis and says so, as it does while Redis is away.</summary>
    private static string? Usable(string? url, DiagnosticBag diagnostics)
    {
        if (url is null || RedisTarget.TryParse(url, out _, out var problem))
        {
            return url;
        }

        diagnostics.Error(
            DiagnosticCodes.NotAvailable, new SourcePosition("redis", 0, 0), "", $"{problem}; limits are counted by each replica for itself");
        return null;
    }
}
