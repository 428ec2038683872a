using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Routing;

/// <summary>Step 6: makes the plan by which a call goes through deployments. The seam for strategies, cooldowns and health.</summary>
internal sealed class Router(TimeProvider time, Random random)
{
    /// <summary>Plans a call on its group.</summary>
    public RoutePlan PlanFor(CallContext call, ModelGroup group) => new(call, group, time, random);
}
