using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Engine;

namespace Tollgate.Management.Keys;

/// <summary>Rotates due keys at an interval, in one process of all replicas (<c>LITELLM_KEY_ROTATION_ENABLED</c>).</summary>
internal sealed partial class KeyRotationJob(
    KeyService keys, Leases leases, SnapshotHolder snapshots, TimeProvider time, ILogger<KeyRotationJob> logger) : BackgroundService
{
    private const string LeaseName = "key-rotation";

    // A restart must not put a daily job off by a day.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var wait = FirstWait;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, stoppingToken);
                var settings = snapshots.Current.Config.Management;
                wait = settings.RotationInterval;
                if (settings.RotatesKeys)
                {
                    var rotated = await keys.RotateDueAsync(
                        () => leases.TryTakeAsync(LeaseName, settings.RotationLease, stoppingToken), stoppingToken);
                    if (rotated > 0)
                    {
                        Log.Rotated(logger, rotated);
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseUnavailableException e)
            {
                Log.Unavailable(logger, e.Message);
                wait = FirstWait;
            }
            catch (Exception e)
            {
                Log.Failed(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Management + 1, LogLevel.Information, "{Count} keys were rotated because their time had come")]
        public static partial void Rotated(ILogger logger, int count);

        [LoggerMessage(EventIds.Management + 2, LogLevel.Debug, "Keys are not rotated now: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);

        [LoggerMessage(EventIds.Management + 3, LogLevel.Error, "Rotating keys failed; the next run tries again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
