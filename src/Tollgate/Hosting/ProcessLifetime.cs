using System.Runtime.InteropServices;
using Tollgate.Engine;

namespace Tollgate.Hosting;

/// <summary>
/// Signals: SIGTERM and SIGINT drain (readiness turns red, new requests are refused, those in flight finish) and then stop; a second one stops
/// at once. SIGHUP reloads the configuration.
/// </summary>
internal sealed partial class ProcessLifetime(
    IHostApplicationLifetime application,
    InFlight inFlight,
    SnapshotHolder snapshots,
    ConfigReloader reloader,
    TimeProvider time,
    ILogger<ProcessLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _stops;

    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnReload));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(static signal => signal.Dispose());

    private void OnReload(PosixSignalContext context)
    {
        // Without this the default action, the end of the process, would follow.
        context.Cancel = true;
        reloader.Reload();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _stops) > 1)
        {
            application.StopApplication();
            return;
        }

        _ = Task.Run(DrainAsync);
    }

    private async Task DrainAsync()
    {
        var timeout = snapshots.Current.Config.Server.DrainTimeout;
        Log.Draining(logger, inFlight.Count, timeout.TotalSeconds);
        try
        {
            await inFlight.DrainAsync().WaitAsync(timeout, time);
        }
        catch (TimeoutException)
        {
            Log.DrainTimedOut(logger, inFlight.Count);
        }

        application.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Hosting + 2, LogLevel.Information, "Shutting down: {InFlight} requests finish first, at most {Seconds} s")]
        public static partial void Draining(ILogger logger, int inFlight, double seconds);

        [LoggerMessage(EventIds.Hosting + 3, LogLevel.Warning, "Shutting down with {InFlight} requests unfinished")]
        public static partial void DrainTimedOut(ILogger logger, int inFlight);
    }
}
