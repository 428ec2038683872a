using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>
/// Budgets given to a group: a group of one passes it on to its deployment, several share it once instead of having it each (admin-api.md 13.5).
/// </summary>
internal static class GroupBudgets
{
    /// <summary>The deployments with such budgets on them; what is left for whole groups goes to <paramref name="shared"/>.</summary>
    public static ImmutableArray<DeploymentConfig> Apply(
        ImmutableArray<DeploymentConfig> deployments, ModelOverrides overrides, out FrozenDictionary<string, PartialBudgetSetting> shared)
    {
        var budgets = new Dictionary<string, PartialBudgetSetting>(StringComparer.Ordinal);
        foreach (var (group, budget) in overrides.Budgets)
        {
            if (Coercion.Number(budget.Get("max_budget")) is not ({ } most and >= 0 and < (double)decimal.MaxValue))
            {
                continue;
            }

            var duration = Coercion.NonEmptyText(budget.Get("budget_duration"));
            DeploymentConfig[] members = [.. deployments.Where(d => string.Equals(d.ModelGroup, group, StringComparison.Ordinal))];
            if (members is [var only])
            {
                deployments = deployments.Replace(only, only with { MaxBudget = (decimal)most, BudgetDuration = duration });
            }
            else
            {
                budgets[group] = new PartialBudgetSetting(group, (decimal)most, duration);
            }
        }

        shared = budgets.ToFrozenDictionary(StringComparer.Ordinal);
        return deployments;
    }
}
