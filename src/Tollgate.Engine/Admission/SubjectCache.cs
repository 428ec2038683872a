using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Admission;

/// <summary>Customers, tags and the gateway's own budget in memory: what a call meets besides its key.</summary>
internal sealed class SubjectCache(IIdentityStore? store, LocalCounters counters, SnapshotHolder snapshots, TimeProvider time) : IChangeListener
{
    private const int MostEntries = 100_000;

    private readonly ConcurrentDictionary<string, Subject<CustomerIdentity>> _customers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Subject<TagIdentity?>> _tags = new(StringComparer.Ordinal);
    private Subject<BudgetFacts>? _gateway;
    private long _doubtfulUntil;

    /// <summary>What is cached of one subject.</summary>
    internal sealed record Subject<T>(T Value, ImmutableArray<LimitScope> Scopes, DateTimeOffset ReadAt);

    /// <summary>A customer; null when there is no database.</summary>
    public ValueTask<Subject<CustomerIdentity>?> CustomerAsync(string id, CancellationToken cancellationToken)
        => store is null ? default
            : _customers.TryGetValue(id, out var known) && IsFresh(known.ReadAt) ? new ValueTask<Subject<CustomerIdentity>?>(known)
            : ReadCustomerAsync(store, id, known, cancellationToken);

    /// <summary>A tag; its value is null when it has no row.</summary>
    public ValueTask<Subject<TagIdentity?>?> TagAsync(string name, CancellationToken cancellationToken)
        => store is null && snapshots.Current.Config.Budgets.Tags.IsEmpty ? default
            : _tags.TryGetValue(name, out var known) && IsFresh(known.ReadAt) ? new ValueTask<Subject<TagIdentity?>?>(known)
            : ReadTagAsync(name, known, cancellationToken);

    /// <summary>The gateway's own budget; null when it has none.</summary>
    public ValueTask<Subject<BudgetFacts>?> GatewayAsync(CancellationToken cancellationToken)
    {
        if (store is null || snapshots.Current.Config.Budgets.GlobalMax <= 0)
        {
            return default;
        }

        var known = Volatile.Read(ref _gateway);
        return known is not null && IsFresh(known.ReadAt) ? new ValueTask<Subject<BudgetFacts>?>(known) : ReadGatewayAsync(store, known, cancellationToken);
    }

    /// <inheritdoc/>
    public void OnChange(ChangeNotice notice)
    {
        switch (notice.Kind)
        {
            case ChangedObject.Customer:
                Forget(notice, "customer:");
                _customers.TryRemove(notice.Id, out _);
                break;
            case ChangedObject.Tag:
                Forget(notice, "tag:");
                _tags.TryRemove(notice.Id, out _);
                break;
            case ChangedObject.Global:
                Forget(notice with { Id = "" }, GatewayCounter);
                _gateway = null;
                break;
            case ChangedObject.Everything:
                // Notices may have been missed: what is known stands only while the database is away.
                Interlocked.Exchange(ref _doubtfulUntil, time.GetUtcNow().UtcTicks);
                break;
            case ChangedObject.Budget or ChangedObject.Configuration:
                _customers.Clear();
                _tags.Clear();
                _gateway = null;
                break;
            default:
                break;
        }
    }

    /// <summary>Counter of the gateway's own budget.</summary>
    public const string GatewayCounter = "gateway";

    private void Forget(ChangeNotice notice, string prefix)
    {
        if (notice.SpendWasSet)
        {
            counters.Forget(prefix + notice.Id);
        }
    }

    private bool IsFresh(DateTimeOffset readAt)
        => readAt.UtcTicks > Interlocked.Read(ref _doubtfulUntil) && time.GetUtcNow() - readAt < snapshots.Current.Config.Storage.KeyCacheTtl;

    private async ValueTask<Subject<CustomerIdentity>?> ReadCustomerAsync(
        IIdentityStore from, string id, Subject<CustomerIdentity>? known, CancellationToken cancellationToken)
    {
        var readAt = time.GetUtcNow();
        CustomerIdentity customer;
        ImmutableArray<LimitScope> scopes;
        try
        {
            customer = await from.FindCustomerAsync(id, cancellationToken);
            scopes = LimitScopes.Of(customer);
            await SeedAsync(from, scopes, readAt, cancellationToken);
        }
        catch (IdentityStoreUnavailableException)
        {
            // The key was warm or there would be no call; a customer that cannot be looked up is served as it was known, or unlimited.
            return known;
        }

        var subject = new Subject<CustomerIdentity>(customer, scopes, readAt);
        Rebase(subject.Scopes, readAt);
        Bound(_customers);
        return _customers[id] = subject;
    }

    private async ValueTask<Subject<TagIdentity?>?> ReadTagAsync(string name, Subject<TagIdentity?>? known, CancellationToken cancellationToken)
    {
        var readAt = time.GetUtcNow();
        var configured = ConfiguredScopeOf(name);
        TagIdentity? tag = null;
        if (store is not null)
        {
            try
            {
                tag = await store.FindTagAsync(name, cancellationToken);
                await SeedAsync(store, configured, readAt, cancellationToken);
            }
            catch (IdentityStoreUnavailableException) when (known is not null || configured.IsEmpty)
            {
                return known;
            }
            catch (IdentityStoreUnavailableException)
            {
                // Its limit is known without the database; what it has spent is counted from here on, and read when that is back.
                return new Subject<TagIdentity?>(null, configured, readAt);
            }
        }

        var subject = new Subject<TagIdentity?>(tag, tag is null ? configured : LimitScopes.Of(tag).AddRange(configured), readAt);
        Rebase(subject.Scopes, readAt);
        Bound(_tags);
        return _tags[name] = subject;
    }

    /// <summary>The budget that the configuration gives a tag (<c>tag_budget_config</c>); a limit of zero is none (routing.md section 13).</summary>
    private ImmutableArray<LimitScope> ConfiguredScopeOf(string name)
    {
        var budget = snapshots.Current.Config.Budgets.Tags.FirstOrDefault(tag => string.Equals(tag.Name, name, StringComparison.Ordinal));
        return budget is not { Max: > 0 } ? [] :
        [
            new LimitScope
            {
                Owner = LimitOwner.ConfiguredTag,
                Kind = ClaimKind.Budget,
                Counter = "tag_budget:" + name,
                Id = name,
                Limit = Money.ToNano(budget.Max),
                RefuseAtLimit = true,
                Duration = budget.Duration,
                Period = BudgetPeriod.TryParse(budget.Duration, out var parsed) ? parsed : new BudgetPeriod(12 * 1000, "mo"),
                SpendOf = SpendScope.Tag,
                SpendId = name,
            },
        ];
    }

    private async ValueTask<Subject<BudgetFacts>?> ReadGatewayAsync(
        IIdentityStore from, Subject<BudgetFacts>? known, CancellationToken cancellationToken)
    {
        var readAt = time.GetUtcNow();
        BudgetFacts facts;
        try
        {
            facts = await from.FindGlobalBudgetAsync(cancellationToken);
        }
        catch (IdentityStoreUnavailableException)
        {
            return known;
        }

        var scope = new LimitScope
        {
            Owner = LimitOwner.Gateway,
            Kind = ClaimKind.Budget,
            Counter = GatewayCounter,
            Id = "gateway",
            Limit = Money.ToNano(snapshots.Current.Config.Budgets.GlobalMax),
            Recorded = Money.ToNano(facts.Spend),
            ResetAt = facts.ResetAt,
            Resettable = (ChangedObject.Global, "litellm-proxy-budget"),
        };
        var subject = new Subject<BudgetFacts>(facts, [scope], readAt);
        Rebase(subject.Scopes, readAt);
        Volatile.Write(ref _gateway, subject);
        return subject;
    }

    /// <summary>Asks what model budgets have spent so far.</summary>
    private async ValueTask SeedAsync(
        IIdentityStore from, ImmutableArray<LimitScope> scopes, DateTimeOffset readAt, CancellationToken cancellationToken)
    {
        foreach (var scope in scopes)
        {
            if (scope is { Period: { } period, SpendOf: { } source })
            {
                var (start, end) = period.Window(readAt, snapshots.Current.Config.Budgets.TimeZone);
                var spent = Money.ToNano(await from.FindSpendSinceAsync(source, scope.SpendId, scope.Model, start, cancellationToken));
                scope.Seed(spent, end.UtcTicks);
                counters.Raise(scope.Counter, spent, end.UtcTicks);
            }
        }
    }

    private void Rebase(ImmutableArray<LimitScope> scopes, DateTimeOffset readAt)
    {
        foreach (var scope in scopes)
        {
            if (scope.Kind == ClaimKind.Budget && scope.Period is null)
            {
                counters.Rebase(scope.Counter, scope.Recorded, scope.Epoch, readAt);
            }
        }
    }

    private static void Bound<T>(ConcurrentDictionary<string, Subject<T>> cache)
    {
        if (cache.Count >= MostEntries)
        {
            cache.Clear();
        }
    }
}
