#pragma warning disable RS0030 // What is about to be stored comes as a JSON tree; no call comes here.
using System.Text.Json.Nodes;
using Tollgate.Configuration;
using Tollgate.Engine;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Configuration;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>
/// Loads the configuration again (SIGHUP, a change in the database): a good one becomes current at once, a bad one changes nothing and is
/// explained.
/// </summary>
internal sealed partial class ConfigReloader(
    ConfigSource source,
    SnapshotHolder snapshots,
    IProviderDirectory providers,
    PriceSetup prices,
    ILogger<ConfigReloader> logger,
    DatabaseConfiguration? database = null) : IGatewayConfiguration
{
    private readonly Lock _oneAtATime = new();
    private readonly Lock _queue = new();
    private Task? _running;
    private Task? _waiting;
    private string? _fingerprint;

    /// <inheritdoc/>
    public ConfigurationView View => source.View;

    /// <summary>Reloads the files, with the database's rows as last read.</summary>
    /// <returns>False when the old configuration was kept.</returns>
    public bool Reload() => Apply(source.Load).IsApplied;

    /// <inheritdoc/>
    public async Task<ReloadOutcome> ReloadAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        return Apply(source.Load);
    }

    /// <inheritdoc/>
    /// <remarks>Callers that come while one read runs share the next: it starts after all their commits.</remarks>
    public Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (database is null)
        {
            return Task.CompletedTask;
        }

        lock (_queue)
        {
            _waiting ??= ReadAfterAsync(_running);
            return _waiting.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public string? FaultOf(JsonObject entry) => EntryCheck.FaultOf(entry, source.Environment, providers);

    /// <inheritdoc/>
    public string? FaultOf(string section, JsonObject values) => EntryCheck.FaultOf(section, values);

    /// <inheritdoc/>
    public bool IsReservedVariable(string name) => !StoredSettings.MaySetVariable(name);

    private async Task ReadAfterAsync(Task? previous)
    {
        await (previous ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_queue)
        {
            _running = _waiting;
            _waiting = null;
        }

        // Never cancelled: several callers wait for it.
        var stored = await database!.ReadAsync(CancellationToken.None);
        var fingerprint = stored.Rows.Fingerprint();
        if (string.Equals(fingerprint, _fingerprint, StringComparison.Ordinal))
        {
            return;
        }

        source.Stored = stored;
        if (Apply(source.LoadRows).IsApplied)
        {
            _fingerprint = fingerprint;
        }
    }

    private ReloadOutcome Apply(Func<ConfigResult> load)
    {
        lock (_oneAtATime)
        {
            var (result, failure) = Load(load);
            if (result?.Config is not { } config)
            {
                return new ReloadOutcome(false, failure ?? Lines(result!));
            }

            if (OpenPrices() is not { } published)
            {
                return new ReloadOutcome(false, ["The price file cannot be used; the log says why."]);
            }

            foreach (var diagnostic in ConfigSource.WorthShowing(result))
            {
                Log.Problem(logger, DiagnosticPrinter.ToText(diagnostic));
            }

            snapshots.Swap(new GatewaySnapshot(config, providers, published));
            Log.Reloaded(logger, config.Deployments.Length);
            return new ReloadOutcome(true, Lines(result));
        }
    }

    private static string[] Lines(ConfigResult result) => [.. ConfigSource.WorthShowing(result).Select(DiagnosticPrinter.ToText)];

    private (ConfigResult? Result, string[]? Failure) Load(Func<ConfigResult> load)
    {
        try
        {
            var result = load();
            if (result.HasFatal)
            {
                Log.Rejected(logger, result.Diagnostics.Count(static diagnostic => diagnostic.Level >= DiagnosticLevel.Error), DiagnosticPrinter.ToText(result.Diagnostics));
            }

            return (result, null);
        }
        catch (IOException exception)
        {
            Log.Rejected(logger, 1, exception.Message);
            return (null, [exception.Message]);
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
