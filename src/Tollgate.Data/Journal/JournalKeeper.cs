using Microsoft.Extensions.Hosting;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Journal;

/// <summary>Forces the journal to the disk in groups, tries to write again after a failure, and says once a minute that it cannot.</summary>
internal sealed class JournalKeeper(SpendJournal journal, Func<SpendSettings> settings, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan RecoverInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var recovered = time.GetTimestamp();
        var reported = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var sync = settings().JournalSync;
            var isGrouped = sync > TimeSpan.Zero;
            await Task.Delay(isGrouped && sync < RecoverInterval ? sync : RecoverInterval, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (isGrouped)
            {
                journal.Sync();
            }

            if (time.GetElapsedTime(recovered) >= RecoverInterval)
            {
                recovered = time.GetTimestamp();
                journal.Recover();
            }

            if (time.GetElapsedTime(reported) >= ReportInterval)
            {
                reported = time.GetTimestamp();
                journal.Report();
            }
        }
    }
}
