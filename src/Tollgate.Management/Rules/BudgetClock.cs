using Tollgate.Engine;
using Tollgate.Engine.Admission;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Rules;

/// <summary>The moment of a change, and when a budget that it sets resets: in the operator's zone (admin-api.md 4.3).</summary>
public sealed class BudgetClock(TimeProvider time, SnapshotHolder snapshots)
{
    /// <summary>Now, as rows carry it.</summary>
    public string Now => Timestamps.Text(time.GetUtcNow());

    /// <summary>When a budget of this length resets next, as rows carry it; null for one that never does.</summary>
    public string? NextReset(string? duration)
        => BudgetPeriod.TryParse(duration, out var period)
            ? Timestamps.Text(period.NextReset(time.GetUtcNow(), snapshots.Current.Config.Budgets.TimeZone))
            : null;
}
