using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Spend;

/// <summary>Runs <see cref="LogRetention"/> at its interval, or at the minutes of its cron line, in one process of all replicas.</summary>
internal sealed partial class RetentionJob(
    LogRetention retention, Leases leases, Func<SpendSettings> settings, TimeProvider time, ILogger<RetentionJob> logger) : BackgroundService
{
    private const string LeaseName = "log-retention";
    private static readonly TimeSpan LeaseLength = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    private DateTimeOffset _last;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Tick, time, stoppingToken);
                if (IsTime(time.GetUtcNow()))
                {
                    _last = time.GetUtcNow();
                    await retention.RunAsync(() => leases.TryTakeAsync(LeaseName, LeaseLength, stoppingToken), stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.Failed(logger, e);
            }
        }
    }

    private bool IsTime(DateTimeOffset now) => settings().RetentionCron is { } line && CronSchedule.Parse(line) is { } cron
        ? cron.Includes(now)
        : now - _last >= settings().RetentionInterval;

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 152, LogLevel.Warning, "Old log rows were not deleted; the next run tries again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
