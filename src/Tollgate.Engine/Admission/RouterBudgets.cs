using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Admission;

/// <summary>
/// Budgets of providers, deployments and model groups (routing.md section 13): what has been spent takes a deployment out of the choice. Counted
/// in this process, and brought in line with what all replicas have recorded every ten seconds.
/// </summary>
internal sealed partial class RouterBudgets(
    LocalCounters counters, SnapshotHolder snapshots, TimeProvider time, ILogger<RouterBudgets> logger, IIdentityStore? store = null)
{
    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (BudgetSource Source, DateTimeOffset ReadAt)> _known = new(StringComparer.Ordinal);
    private readonly ConditionalSnapshot _cache = new();

    /// <summary>Some budget is configured.</summary>
    public bool IsOn => _cache.IsOn(snapshots.Current);

    /// <summary>Brings the counters in line from now on, until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => store is null ? Task.CompletedTask : SyncAsync(store, stop);

    /// <summary>Holds what a call may cost on a deployment.</summary>
    /// <returns>Null when it fits; else why not.</returns>
    public string? TryTake(CallContext call, Deployment deployment, CallClaims claims)
    {
        Release(call, claims, 0);
        if (call.PricesOf(deployment).IsExplicitlyFree)
        {
            // What costs nothing is never refused for money (routing.md 17.1).
            return null;
        }

        var settings = call.Snapshot.Config.Budgets;
        var now = time.GetUtcNow();
        foreach (var source in SourcesOf(call.Snapshot, deployment))
        {
            var (_, end) = source.Period.Window(now, settings.TimeZone);
            claims.Add(source.Scope, new Claim
            {
                Counter = source.Scope.Counter,
                Kind = ClaimKind.Budget,
                Limit = source.Scope.Limit,
                Amount = call.ExpectedCost,
                RefuseAtLimit = true,
                Epoch = end.UtcTicks,
                Recorded = _known.TryGetValue(source.Scope.Counter, out var known) ? known.Source.RecordedIn(end) : 0,
            });
        }

        if (claims.Count == 0)
        {
            return null;
        }

        var verdict = counters.Take(claims.Span, settings.Mode, settings.RateWindow);
        if (verdict.IsAdmitted)
        {
            claims.AreHeld = true;
            return null;
        }

        var failed = claims.Span[verdict.FailedIndex];
        var reason = Describe(claims.ScopeOf(verdict.FailedIndex), failed, deployment);
        claims.Clear();
        return reason;
    }

    /// <summary>Corrects what was held to what the call cost.</summary>
    public void Settle(CallContext call, CallClaims claims, long cost) => Release(call, claims, cost);

    /// <summary>Budgets of providers with what has been spent, for <c>/provider/budgets</c>.</summary>
    public IEnumerable<(PartialBudgetSetting Budget, decimal Spent, DateTimeOffset ResetAt)> Providers()
    {
        var settings = snapshots.Current.Config.Budgets;
        foreach (var budget in settings.Providers)
        {
            var source = SourceOf(SpendScope.Provider, "provider", budget.Name, budget.Max, budget.Duration, budget.Name);
            var (_, end) = source.Period.Window(time.GetUtcNow(), settings.TimeZone);
            var recorded = _known.TryGetValue(source.Scope.Counter, out var known) ? known.Source.RecordedIn(end) : 0;
            yield return (budget, Money.ToUsd(counters.SpentOf(source.Scope.Counter, recorded)), end);
        }
    }

    private void Release(CallContext call, CallClaims claims, long cost)
    {
        if (claims.AreHeld)
        {
            var settings = call.Snapshot.Config.Budgets;
            counters.Settle(claims.Span, cost, 0, settings.Mode, settings.RateWindow);
        }

        claims.Clear();
    }

    private static List<BudgetSource> SourcesOf(GatewaySnapshot snapshot, Deployment deployment)
    {
        var sources = new List<BudgetSource>();
        var provider = deployment.Connection.Provider;
        foreach (var budget in snapshot.Config.Budgets.Providers)
        {
            if (string.Equals(budget.Name, provider, StringComparison.OrdinalIgnoreCase)
                || string.Equals(budget.Name, deployment.Config.CustomProvider, StringComparison.OrdinalIgnoreCase)
                || deployment.Config.Model.StartsWith(budget.Name + "/", StringComparison.OrdinalIgnoreCase))
            {
                sources.Add(SourceOf(SpendScope.Provider, "provider", budget.Name, budget.Max, budget.Duration, provider));
            }
        }

        if (deployment.Config.MaxBudget is { } own)
        {
            sources.Add(SourceOf(SpendScope.Deployment, "deployment", deployment.Id, own, deployment.Config.BudgetDuration, deployment.Id));
        }

        if (snapshot.Config.GroupBudgets.TryGetValue(deployment.Config.ModelGroup, out var group))
        {
            sources.Add(SourceOf(SpendScope.ModelGroup, "model_group", group.Name, group.Max, group.Duration, group.Name));
        }

        return sources;
    }

    private static BudgetSource SourceOf(SpendScope kind, string name, string id, decimal max, string? duration, string spendId)
    {
        var period = BudgetPeriod.TryParse(duration, out var parsed) ? parsed : new BudgetPeriod(12 * 1000, "mo");
        return new BudgetSource(
            kind,
            spendId,
            period,
            new LimitScope
            {
                Owner = LimitOwner.Gateway,
                Kind = ClaimKind.Budget,
                Counter = $"{name}_spend:{id}:{duration}",
                Id = id,
                Alias = name,

                // A limit of zero is no limit (routing.md section 13), but counted.
                Limit = max > 0 ? Money.ToNano(max) : long.MaxValue,
                Duration = duration,
                Period = period,
            });
    }

    // COMPAT: LiteLLM's wording; its period stands where the limit belongs, ours says both.
    private static string Describe(LimitScope scope, in Claim claim, Deployment deployment)
    {
        var spent = PythonFloat.Format(Money.ToUsd(claim.Used));
        var limit = PythonFloat.Format(Money.ToUsd(claim.Limit));
        return scope.Alias switch
        {
            "provider" => $"Exceeded budget for provider {scope.Id}: {spent} >= {limit}",
            "model_group" => $"Exceeded budget for model group {scope.Id}, budget: {limit}/{scope.Duration}: {spent} >= {limit}",
            _ => $"Exceeded budget for deployment model_name: {deployment.Config.ModelGroup}, litellm_params.model: {deployment.Config.Model}, "
                + $"model_id: {deployment.Id}, budget: {limit}/{scope.Duration}: {spent} >= {limit}",
        };
    }

    private async Task SyncAsync(IIdentityStore from, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SyncInterval, time);
        try
        {
            do
            {
                await SyncOnceAsync(from, stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    /// <summary>Reads what all replicas have recorded.</summary>
    internal async Task SyncOnceAsync(IIdentityStore from, CancellationToken stop)
    {
        var snapshot = snapshots.Current;
        var settings = snapshot.Config.Budgets;
        var sources = settings.Providers
            .Select(static budget => SourceOf(
                SpendScope.Provider, "provider", budget.Name, budget.Max, budget.Duration, budget.Name))
            .Concat(snapshot.Models.Groups.SelectMany(static group => group.Deployments).SelectMany(deployment => SourcesOf(snapshot, deployment)))
            .DistinctBy(static source => source.Scope.Counter, StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var readAt = time.GetUtcNow();
            var (start, end) = source.Period.Window(readAt, settings.TimeZone);
            try
            {
                var spent = Money.ToNano(await from.FindSpendSinceAsync(source.Kind, source.SpendId, null, start, stop));
                source.Record(spent, end);
                _known[source.Scope.Counter] = (source, readAt);
                counters.Raise(source.Scope.Counter, spent, end.UtcTicks);
            }
            catch (IdentityStoreUnavailableException error)
            {
                Log.NotSynchronized(logger, error.Message);
                return;
            }
        }
    }

    /// <summary>A budget and where its spend is recorded.</summary>
    private sealed record BudgetSource(SpendScope Kind, string SpendId, BudgetPeriod Period, LimitScope Scope)
    {
        private long _recorded;
        private long _end;

        public void Record(long spent, DateTimeOffset end)
        {
            _recorded = spent;
            Volatile.Write(ref _end, end.UtcTicks);
        }

        public long RecordedIn(DateTimeOffset end) => Volatile.Read(ref _end) == end.UtcTicks ? _recorded : 0;
    }

    /// <summary>Whether a snapshot has any such budget; asked on every call, answered once a snapshot.</summary>
    private sealed class ConditionalSnapshot
    {
        private GatewaySnapshot? _seen;
        private bool _isOn;

        public bool IsOn(GatewaySnapshot snapshot)
        {
            if (!ReferenceEquals(Volatile.Read(ref _seen), snapshot))
            {
                _isOn = snapshot.Config.Budgets.Providers.Length > 0 || snapshot.Config.GroupBudgets.Count > 0
                    || snapshot.Config.Deployments.Any(static deployment => deployment.MaxBudget is not null);
                Volatile.Write(ref _seen, snapshot);
            }

            return _isOn;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Admission + 3, LogLevel.Warning, "Budgets of providers and deployments could not be brought in line with other replicas: {Reason}")]
        public static partial void NotSynchronized(ILogger logger, string reason);
    }
}
