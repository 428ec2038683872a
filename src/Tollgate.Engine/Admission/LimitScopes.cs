using System.Collections.Immutable;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Admission;

/// <summary>Compiles what an object's rows say into scopes, in the order in which budgets are checked (routing.md 17.1).</summary>
internal static class LimitScopes
{
    /// <summary>Scopes that every call of a key meets, and those for single models.</summary>
    public static ImmutableArray<LimitScope> Of(KeyIdentity key)
    {
        var scopes = ImmutableArray.CreateBuilder<LimitScope>();
        AddKey(scopes, key);
        if (key.Team is { } team)
        {
            AddBudget(scopes, LimitOwner.Team, "team:" + team.Id, team.Id, team.Alias, team.Budget, refuseAtLimit: false, ChangedObject.Team);
            AddWindows(scopes, LimitOwner.TeamWindow, "team", team.Id, team.Alias, team.Windows, SpendScope.Team);
            AddRates(scopes, LimitOwner.Team, "team", team.Id, team.Limits, model: null);
            AddModelRates(scopes, LimitOwner.TeamModel, "model_per_team", team.Id, team.Metadata.ModelLimits);
        }

        if (key.Organization is { } organization)
        {
            AddBudget(
                scopes, LimitOwner.Organization, "organization:" + organization.Id, organization.Id, organization.Alias, organization.Budget,
                refuseAtLimit: true, ChangedObject.Organization);
            AddRates(scopes, LimitOwner.Organization, "organization", organization.Id, organization.Limits, model: null);
        }

        if (key.Project is { } project)
        {
            AddBudget(
                scopes, LimitOwner.Project, "project:" + project.Id, project.Id, project.Alias, project.Budget, refuseAtLimit: true,
                ChangedObject.Project);
            AddRates(scopes, LimitOwner.Project, "project", project.Id, project.Limits, model: null);
            AddModelRates(scopes, LimitOwner.Project, "model_per_project", project.Id, project.ModelLimits);
        }

        if (key.User is { } user)
        {
            // The owner's own budget counts only for keys outside teams.
            if (key.Team is null)
            {
                AddBudget(scopes, LimitOwner.User, "user:" + user.Id, user.Id, user.Alias, user.Budget, refuseAtLimit: false, ChangedObject.User);
                AddModelBudgets(scopes, LimitOwner.UserModel, "user", user.Id, user.Alias, user.ModelBudgets, SpendScope.UserAndModel);
            }

            AddRates(scopes, LimitOwner.User, "user", user.Id, user.Limits, model: null);
        }

        if (key.Member is { } member)
        {
            var id = $"{member.TeamId}|{member.UserId}";
            AddBudget(
                scopes, LimitOwner.Member, "member:" + id, $"{member.UserId} in Team={member.TeamId}", null, member.Budget, refuseAtLimit: true,
                ChangedObject.TeamMember, id);
            AddRates(scopes, LimitOwner.Member, "team_member", $"{member.TeamId}:{member.UserId}", member.Limits, model: null);
        }

        return scopes.ToImmutable();
    }

    /// <summary>Scopes of a customer.</summary>
    public static ImmutableArray<LimitScope> Of(CustomerIdentity customer)
    {
        var scopes = ImmutableArray.CreateBuilder<LimitScope>();
        AddBudget(
            scopes, LimitOwner.Customer, "customer:" + customer.Id, customer.Id, null, customer.Budget, refuseAtLimit: false, ChangedObject.Customer);
        AddModelBudgets(
            scopes, LimitOwner.CustomerModel, "end_user", customer.Id, alias: null, customer.ModelBudgets, SpendScope.CustomerAndModel);
        AddRates(scopes, LimitOwner.Customer, "end_user", customer.Id, customer.Limits, model: null);
        return scopes.ToImmutable();
    }

    /// <summary>Scopes of a tag.</summary>
    public static ImmutableArray<LimitScope> Of(TagIdentity tag)
    {
        var scopes = ImmutableArray.CreateBuilder<LimitScope>();
        AddBudget(scopes, LimitOwner.Tag, "tag:" + tag.Name, tag.Name, null, tag.Budget, refuseAtLimit: false, ChangedObject.Tag);
        AddRates(scopes, LimitOwner.Tag, "tag", tag.Name, tag.Limits, model: null);
        return scopes.ToImmutable();
    }

    private static void AddKey(ImmutableArray<LimitScope>.Builder scopes, KeyIdentity key)
    {
        var metadata = key.Metadata;
        if (key.Budget.Max is { } max)
        {
            scopes.Add(new LimitScope
            {
                Owner = LimitOwner.Key,
                Kind = ClaimKind.Budget,
                Counter = "key:" + key.Hash,
                Id = key.Hash,
                Alias = key.Alias ?? key.Name,
                Limit = Money.ToNano(max),
                RefuseAtLimit = true,
                Recorded = Money.ToNano(key.Budget.Spend),
                ResetAt = key.Budget.ResetAt,
                Increase = Money.ToNano(metadata.TemporaryBudgetIncrease),
                IncreaseUntil = metadata.TemporaryBudgetExpiry,
                Resettable = (ChangedObject.Key, key.Hash),
            });
        }

        AddWindows(scopes, LimitOwner.KeyWindow, "key", key.Hash, key.Alias ?? key.Name, key.Windows, SpendScope.Key);
        foreach (var budget in key.ModelBudgets)
        {
            AddModelBudget(scopes, LimitOwner.KeyModel, $"key_model:{key.Hash}:{budget.Name}", key.Hash, key.Alias, budget, SpendScope.KeyAndModel);

            // The key's own field goes before its budget's entry (routing.md section 16); both count on one counter, so only one may claim.
            var own = metadata.ModelLimits;
            var limits = new RateLimits(
                own.RequestsPerMinute.ContainsKey(budget.Name) ? null : budget.Limits.RequestsPerMinute,
                own.TokensPerMinute.ContainsKey(budget.Name) ? null : budget.Limits.TokensPerMinute,
                budget.Limits.ParallelRequests);
            AddRates(scopes, LimitOwner.KeyModel, "model_per_key", $"{key.Hash}:{budget.Name}", limits, budget.Name);
        }

        AddRates(scopes, LimitOwner.Key, "api_key", key.Hash, key.Limits, model: null);
        AddModelRates(scopes, LimitOwner.KeyModel, "model_per_key", key.Hash, metadata.ModelLimits);
    }

    private static void AddBudget(
        ImmutableArray<LimitScope>.Builder scopes, LimitOwner owner, string counter, string shown, string? alias, in BudgetFacts budget,
        bool refuseAtLimit, ChangedObject kind, string? id = null)
    {
        if (budget.Max is not { } max)
        {
            return;
        }

        scopes.Add(new LimitScope
        {
            Owner = owner,
            Kind = ClaimKind.Budget,
            Counter = counter,
            Id = shown,
            Alias = alias,
            Limit = Money.ToNano(max),
            RefuseAtLimit = refuseAtLimit,
            Recorded = Money.ToNano(budget.Spend),
            ResetAt = budget.ResetAt,
            Resettable = budget.BudgetId is { } row ? (ChangedObject.Budget, row) : (kind, id ?? shown),
        });
    }

    /// <summary>Budgets and rates of single models that are not a key's.</summary>
    private static void AddModelBudgets(
        ImmutableArray<LimitScope>.Builder scopes, LimitOwner owner, string name, string id, string? alias, ImmutableArray<PartialBudget> budgets,
        SpendScope source)
    {
        foreach (var budget in budgets)
        {
            AddModelBudget(scopes, owner, $"{name}_model:{id}:{budget.Name}", id, alias, budget, source);
            AddRates(scopes, owner, $"model_per_{name}", $"{id}:{budget.Name}", budget.Limits, budget.Name);
        }
    }

    private static void AddModelBudget(
        ImmutableArray<LimitScope>.Builder scopes, LimitOwner owner, string counter, string id, string? alias, PartialBudget budget, SpendScope source)
    {
        if (budget.Max is { } max)
        {
            scopes.Add(new LimitScope
            {
                Owner = owner,
                Kind = ClaimKind.Budget,
                Counter = counter,
                Id = id,
                Alias = alias,
                Limit = Money.ToNano(max),
                RefuseAtLimit = true,
                Model = budget.Name,
                Duration = budget.Duration,
                Period = PeriodOf(budget.Duration),
                SpendOf = source,
                SpendId = id,
            });
        }
    }

    private static void AddWindows(
        ImmutableArray<LimitScope>.Builder scopes, LimitOwner owner, string name, string id, string? alias, ImmutableArray<PartialBudget> windows,
        SpendScope source)
    {
        foreach (var window in windows)
        {
            if (window.Max is { } max)
            {
                scopes.Add(new LimitScope
                {
                    Owner = owner,
                    Kind = ClaimKind.Budget,
                    Counter = $"{name}_window:{id}:{window.Duration}",
                    Id = id,
                    Alias = alias,
                    Limit = Money.ToNano(max),
                    RefuseAtLimit = true,
                    Duration = window.Duration,
                    Period = PeriodOf(window.Duration),
                    SpendOf = source,
                    SpendId = id,
                });
            }
        }
    }

    private static void AddModelRates(ImmutableArray<LimitScope>.Builder scopes, LimitOwner owner, string descriptor, string id, ModelLimits limits)
    {
        foreach (var (model, limit) in limits.RequestsPerMinute)
        {
            AddRates(scopes, owner, descriptor, $"{id}:{model}", new RateLimits(limit, null, null), model);
        }

        foreach (var (model, limit) in limits.TokensPerMinute)
        {
            AddRates(scopes, owner, descriptor, $"{id}:{model}", new RateLimits(null, limit, null), model);
        }
    }

    private static void AddRates(
        ImmutableArray<LimitScope>.Builder scopes, LimitOwner owner, string descriptor, string id, in RateLimits limits, string? model)
    {
        Add(ClaimKind.Requests, limits.RequestsPerMinute, "rpm");
        Add(ClaimKind.Tokens, limits.TokensPerMinute, "tpm");
        Add(ClaimKind.Parallel, limits.ParallelRequests, "parallel");

        void Add(ClaimKind kind, long? limit, string unit)
        {
            if (limit is { } value)
            {
                scopes.Add(new LimitScope
                {
                    Owner = owner,
                    Kind = kind,
                    Counter = $"{unit}:{descriptor}:{id}",
                    Id = id,
                    Alias = descriptor,
                    Limit = value,
                    Model = model,
                });
            }
        }
    }

    /// <summary>A budget without a period never starts anew: its window is all time.</summary>
    private static BudgetPeriod PeriodOf(string? duration)
        => BudgetPeriod.TryParse(duration, out var period) ? period : new BudgetPeriod(12 * 1000, "mo");
}
