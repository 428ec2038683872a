using Tollgate.Engine.Admission;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Routing;

/// <summary>Step 6: makes the plan by which a call goes through deployments. The seam for strategies, cooldowns and health.</summary>
internal sealed class Router(TimeProvider time, Random random, RouterBudgets? budgets = null)
{
    /// <summary>Plans a call on its group.</summary>
    /// <param name="call">The call.</param>
    /// <param name="group">The group asked for.</param>
    /// <param name="claims">What is held of deployments' budgets.</param>
    public RoutePlan PlanFor(CallContext call, ModelGroup group, CallClaims? claims = null)
        => new(call, group, time, random, budgets is { IsOn: true } ? budgets : null, claims);
}
