using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;

namespace Tollgate.Management.Models;

/// <summary>Looks every minute whether prices are to be fetched. Every replica does: each keeps its prices itself.</summary>
internal sealed partial class CostMapJob(CostMapSchedule schedule, IRemotePrices remote, TimeProvider time, ILogger<CostMapJob> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (remote.Url is not null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await schedule.RunDueAsync(stoppingToken) is { } count)
                {
                    Log.Fetched(logger, count);
                }

                await Task.Delay(Tick, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is RemotePricesException or DatabaseUnavailableException)
            {
                Log.NotFetched(logger, e.Message);
                await Task.Delay(Tick, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Management + 11, LogLevel.Information, "Prices of {Count} models were fetched")]
        public static partial void Fetched(ILogger logger, int count);

        [LoggerMessage(EventIds.Management + 12, LogLevel.Warning, "Prices could not be fetched, the old ones stay: {Reason}")]
        public static partial void NotFetched(ILogger logger, string reason);
    }
}
