using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <see cref="ServerSettings"/> from the environment.</summary>
internal static class ServerSettingsReader
{
    public static ServerSettings Read(EnvironmentSource environment, EnvironmentNumbers numbers, CommandLineModel? commandLine)
    {
        var defaults = new ServerSettings();
        return new ServerSettings
        {
            RootPath = RootPath(environment.GetNonEmpty("SERVER_ROOT_PATH")),
            CatchAllModelGroup = commandLine is null ? null : commandLine.Alias ?? commandLine.Model,
            DrainTimeout = numbers.Seconds("GRACEFUL_SHUTDOWN_TIMEOUT")
                ?? numbers.Seconds("SUPERVISORD_STOPWAITSECS", defaults.DrainTimeout),
            MaxConnectionsPerHost = numbers.Count("AIOHTTP_CONNECTOR_LIMIT_PER_HOST") is { } limit && limit > 0 ? limit : null,
            PooledConnectionIdleTimeout = numbers.Seconds("AIOHTTP_KEEPALIVE_TIMEOUT", defaults.PooledConnectionIdleTimeout),
            DocsUrl = Page(environment, "DOCS_URL", "NO_DOCS", defaults.DocsUrl),
            OpenApiUrl = Page(environment, "OPENAPI_URL", "NO_OPENAPI", defaults.OpenApiUrl),
        };
    }

    // Unset keeps the default, set to nothing switches the page off.
    private static string? Page(EnvironmentSource environment, string name, string off, string? fallback) =>
        environment.IsOn(off) ? null
        : environment.Get(name) is not { } written ? fallback
        : written.Trim() is { Length: > 0 } path ? (path.StartsWith('/') ? path : "/" + path)
        : null;

    private static string RootPath(string? written)
    {
        var path = written?.Trim().Trim('/') ?? "";
        return path.Length == 0 ? "" : "/" + path;
    }
}
