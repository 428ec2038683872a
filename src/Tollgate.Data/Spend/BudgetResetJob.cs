using Microsoft.Extensions.Logging;
using Tollgate.Data.Jobs;

namespace Tollgate.Data.Spend;

/// <summary>Resets due budgets about every ten minutes.</summary>
internal sealed class BudgetResetJob(BudgetResets resets, Leases leases, TimeProvider time, ILogger<BudgetResetJob> logger)
    : LeasedJob("budget-reset", leases, time, logger)
{
    // COMPAT: LiteLLM's interval, 597 to 605 s at random (database.md 1.2), so that replicas spread.
    private const int ShortestWait = 597;
    private const int LongestWait = 605;

    /// <inheritdoc/>
    protected override TimeSpan LeaseLength { get; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromSeconds(Random.Shared.Next(ShortestWait, LongestWait + 1));

    /// <inheritdoc/>
    protected override Task RunAsync(Func<Task<bool>> holdsLease, CancellationToken stoppingToken) => resets.ResetDueAsync(holdsLease, stoppingToken);
}
