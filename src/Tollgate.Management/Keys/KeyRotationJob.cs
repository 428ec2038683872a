using Microsoft.Extensions.Logging;
using Tollgate.Data.Jobs;
using Tollgate.Data.Spend;
using Tollgate.Engine;

namespace Tollgate.Management.Keys;

/// <summary>Rotates due keys at an interval (<c>LITELLM_KEY_ROTATION_ENABLED</c>).</summary>
internal sealed partial class KeyRotationJob(
    KeyService keys, Leases leases, SnapshotHolder snapshots, TimeProvider time, ILogger<KeyRotationJob> logger)
    : LeasedJob("key-rotation", leases, time, logger)
{
    private readonly ILogger _logger = logger;

    /// <inheritdoc/>
    protected override TimeSpan LeaseLength => snapshots.Current.Config.Management.RotationLease;

    /// <inheritdoc/>
    protected override TimeSpan Interval => snapshots.Current.Config.Management.RotationInterval;

    /// <inheritdoc/>
    protected override async Task RunAsync(Func<Task<bool>> holdsLease, CancellationToken stoppingToken)
    {
        if (snapshots.Current.Config.Management.RotatesKeys && await keys.RotateDueAsync(holdsLease, stoppingToken) is > 0 and var rotated)
        {
            Log.Rotated(_logger, rotated);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Management + 1, LogLevel.Information, "{Count} keys were rotated because their time had come")]
        public static partial void Rotated(ILogger logger, int count);
    }
}
