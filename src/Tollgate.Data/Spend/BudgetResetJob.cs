using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;

namespace Tollgate.Data.Spend;

/// <summary>Resets due budgets about every ten minutes, in one process of all replicas.</summary>
internal sealed partial class BudgetResetJob(BudgetResets resets, Leases leases, TimeProvider time, ILogger<BudgetResetJob> logger) : BackgroundService
{
    private const string LeaseName = "budget-reset";

    // COMPAT: LiteLLM's interval, 597 to 605 s at random (database.md 1.2), so that replicas spread.
    private const int ShortestWait = 597;
    private const int LongestWait = 605;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseLength = TimeSpan.FromSeconds(30);

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
                await resets.ResetDueAsync(() => leases.TryTakeAsync(LeaseName, LeaseLength, stoppingToken), stoppingToken);
                wait = TimeSpan.FromSeconds(Random.Shared.Next(ShortestWait, LongestWait + 1));
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
                wait = TimeSpan.FromSeconds(ShortestWait);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 141, LogLevel.Debug, "Budgets are not reset now: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);

        [LoggerMessage(EventIds.Data + 142, LogLevel.Error, "Resetting budgets failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
