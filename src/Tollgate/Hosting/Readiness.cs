using Tollgate.Data.Spend;
using Tollgate.Data.Startup;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Hosting;

/// <summary>Whether requests should be sent here, and what is missing (observability.md section 16).</summary>
internal sealed class Readiness(
    IStore store, StorageSettings settings, InFlight inFlight, TimeProvider time, SpendStatus? spend = null, ISharedCounters? shared = null)
{
    /// <summary>A fail-over of the database must not take all replicas out at once.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private long _lastGood;
    private bool _wasGood;

    /// <summary>What readiness says now.</summary>
    public ReadinessState Now()
    {
        var status = store.Status;
        if (status.IsReady)
        {
            _wasGood = true;
            _lastGood = time.GetTimestamp();
        }

        var hasDatabase = settings.DatabaseUrl is not null || settings.EmbeddedDatabase;
        var tolerated = status.IsReady || !hasDatabase || settings.AllowWhenUnavailable || (_wasGood && time.GetElapsedTime(_lastGood) < Grace);
        return new ReadinessState(
            tolerated && !inFlight.IsDraining,
            hasDatabase,
            inFlight.IsDraining ? "shutting_down" : hasDatabase ? "connected" : "healthy",
            !hasDatabase ? "Not connected" : status.IsReady ? "connected" : "disconnected",
            status.Reason,
            shared is null ? null : shared.IsAvailable ? "redis" : "redis (away: local limits)",
            spend);
    }
}

/// <summary>Answer of readiness.</summary>
/// <param name="IsReady">Requests may come.</param>
/// <param name="HasDatabase">A store is configured.</param>
/// <param name="Status">LiteLLM's word for it.</param>
/// <param name="Database"><c>connected</c>, <c>disconnected</c> or <c>Not connected</c>.</param>
/// <param name="Reason">Why the database cannot be used; null when it can.</param>
/// <param name="Shared">Shared counters; null without Redis.</param>
/// <param name="Spend">The journal; null without a database.</param>
internal readonly record struct ReadinessState(
    bool IsReady, bool HasDatabase, string Status, string Database, string? Reason, string? Shared, SpendStatus? Spend);
