using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Responses;

namespace Tollgate.Engine;

/// <summary>What the control plane may know and tell: changes of identities, budgets of providers.</summary>
public sealed class ControlPlane
{
    private readonly RouterBudgets _budgets;
    private readonly AdmissionControl _admission;

    internal ControlPlane(
        KeyRing ring, SubjectCache subjects, RouterBudgets budgets, AdmissionControl admission, ResponseMemory responses, SharedFigures? figures)
    {
        _admission = admission;
        _budgets = budgets;

        // Those who serve old figures from memory first, then those who would take such a figure for a new one.
        Listeners = figures is null ? [ring, subjects, responses] : [ring, subjects, responses, figures];
    }

    /// <summary>Everything in memory that a change concerns: to be told of each.</summary>
    public IReadOnlyList<IChangeListener> Listeners { get; }

    /// <summary>Budgets of providers with what has been spent in the running period.</summary>
    public IReadOnlyList<(PartialBudgetSetting Budget, decimal Spent, DateTimeOffset ResetAt)> ProviderBudgets() => [.. _budgets.Providers()];

    /// <summary>
    /// Brings budgets of providers and deployments in line with other replicas, and keeps shared slots of running calls, until the gateway stops.
    /// </summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_budgets.RunAsync(stop), _admission.KeepSlotsAsync(stop));
}
