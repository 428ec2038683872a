using Tollgate.Configuration;
using Tollgate.Engine;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>Loads the configuration again (SIGHUP): a good one becomes current at once, a bad one changes nothing and is explained.</summary>
internal sealed partial class ConfigReloader(
    ConfigSource source, SnapshotHolder snapshots, IProviderDirectory providers, PriceSetup prices, ILogger<ConfigReloader> logger)
{
    private readonly Lock _oneAtATime = new();

    /// <summary>Reloads.</summary>
    /// <returns>False when the old configuration was kept.</returns>
    public bool Reload()
    {
        lock (_oneAtATime)
        {
            var result = Load();
            if (result?.Config is not { } config || OpenPrices() is not { } published)
            {
                return false;
            }

            foreach (var diagnostic in ConfigSource.WorthShowing(result))
            {
                Log.Problem(logger, DiagnosticPrinter.ToText(diagnostic));
            }

            snapshots.Swap(new GatewaySnapshot(config, providers, published));
            Log.Reloaded(logger, config.Deployments.Length);
            return true;
        }
    }

    private ConfigResult? Load()
    {
        try
        {
            var result = source.Load();
            if (result.HasFatal)
            {
                Log.Rejected(logger, result.Diagnostics.Count(static diagnostic => diagnostic.Level >= DiagnosticLevel.Error), DiagnosticPrinter.ToText(result.Diagnostics));
            }

            return result;
        }
        catch (IOException exception)
        {
            Log.Rejected(logger, 1, exception.Message);
            return null;
        }
    }

    private IPriceSource? OpenPrices()
    {
        try
        {
            return prices.Open();
        }
        catch (CatalogueException exception)
        {
            Log.Rejected(logger, 1, exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Configuration + 1, LogLevel.Information, "Configuration reloaded: {Deployments} deployments")]
        public static partial void Reloaded(ILogger logger, int deployments);

        [LoggerMessage(EventIds.Configuration + 2, LogLevel.Error, "Reload rejected, the old configuration stays: {Errors} errors\n{Problems}")]
        public static partial void Rejected(ILogger logger, int errors, string problems);

        [LoggerMessage(EventIds.Configuration + 3, LogLevel.Warning, "{Problem}")]
        public static partial void Problem(ILogger logger, string problem);
    }
}
