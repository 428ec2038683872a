using Microsoft.Extensions.Logging;
using Tollgate.Data.Jobs;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Spend;

/// <summary>Runs <see cref="LogRetention"/> at its interval, or at the minutes of its cron line.</summary>
internal sealed class RetentionJob(
    LogRetention retention, Leases leases, Func<SpendSettings> settings, TimeProvider time, ILogger<RetentionJob> logger)
    : LeasedJob("log-retention", leases, time, logger)
{
    private readonly TimeProvider _time = time;
    private DateTimeOffset _last;

    /// <inheritdoc/>
    protected override TimeSpan FirstWait => Interval;

    /// <inheritdoc/>
    protected override TimeSpan LeaseLength { get; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    protected override TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task RunAsync(Func<Task<bool>> holdsLease, CancellationToken stoppingToken)
    {
        var now = _time.GetUtcNow();
        if (IsTime(now))
        {
            _last = now;
            await retention.RunAsync(holdsLease, stoppingToken);
        }
    }

    private bool IsTime(DateTimeOffset now) => settings().RetentionCron is { } line && CronSchedule.Parse(line) is { } cron
        ? cron.Includes(now)
        : now - _last >= settings().RetentionInterval;
}
