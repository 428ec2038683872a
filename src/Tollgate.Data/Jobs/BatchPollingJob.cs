using Microsoft.Extensions.Logging;
using Tollgate.Data.Spend;
using Tollgate.Engine;
using Tollgate.Engine.PassThrough.Stored;

namespace Tollgate.Data.Jobs;

/// <summary>Asks at an interval for batches that nobody asks for.</summary>
public sealed class BatchPollingJob(
    BatchPolling polling, Leases leases, SnapshotHolder snapshots, TimeProvider time, ILogger<BatchPollingJob> logger)
    : LeasedJob("batch-polling", leases, time, logger)
{
    /// <summary>An upstream may take its time; the lease is prolonged before each batch.</summary>
    protected override TimeSpan LeaseLength { get; } = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    protected override TimeSpan FirstWait => TimeSpan.FromMinutes(1) < Interval ? TimeSpan.FromMinutes(1) : Interval;

    /// <inheritdoc/>
    protected override TimeSpan Interval => snapshots.Current.Config.Management.BatchPollingInterval;

    /// <inheritdoc/>
    protected override Task RunAsync(Func<Task<bool>> holdsLease, CancellationToken stoppingToken) => polling.RunAsync(holdsLease, stoppingToken);
}
