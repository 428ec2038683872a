using System.Collections.Immutable;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Routing;

/// <summary>
/// The way of one call: attempts on deployments of a group, retries, then fallback groups. <see cref="TryNext"/> and <see cref="Report"/> take
/// turns until one of them ends it.
/// </summary>
internal sealed class RoutePlan
{
    private readonly CallContext _call;
    private readonly RouterSettings _settings;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly List<Deployment> _tried = [];
    private readonly RouterBudgets? _budgets;
    private readonly CallClaims? _claims;
    private List<Deployment>? _overBudget;
    private FallbackChain? _chain;
    private int _retriesInGroup;
    private int _leastOrder = int.MinValue;
    private bool _ended;

    /// <summary>Plans a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="group">The group asked for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Decides between equals.</param>
    /// <param name="budgets">Budgets of providers and deployments; null for none.</param>
    /// <param name="claims">What is held of them for the attempt being made.</param>
    public RoutePlan(CallContext call, ModelGroup group, TimeProvider time, Random random, RouterBudgets? budgets = null, CallClaims? claims = null)
    {
        _budgets = budgets;
        _claims = claims;
        _call = call;
        _settings = call.Snapshot.Config.Router;
        _time = time;
        _random = random;
        Group = group;
    }

    /// <summary>The group being tried.</summary>
    public ModelGroup Group { get; private set; }

    /// <summary>Members of the fallback step that replace the client's.</summary>
    public ImmutableArray<JsonMember> Overrides { get; private set; } = [];

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan Wait { get; private set; }

    /// <summary>Second and further attempts within a group, over the whole call.</summary>
    public int Retries { get; private set; }

    /// <summary>Retries allowed in a group.</summary>
    public int MaxRetries { get; private set; }

    /// <summary>Fallback groups gone to.</summary>
    public int Fallbacks => _chain?.Steps ?? 0;

    /// <summary>Why no deployment of the group could be used at all; null when one could.</summary>
    public ApiException? Refusal { get; private set; }

    /// <summary>The first failure: what the client is told when everything fails.</summary>
    public AttemptOutcome? FirstFailure { get; private set; }

    /// <summary>Picks the deployment for the next attempt.</summary>
    /// <returns>False when the call is at its end.</returns>
    public bool TryNext(out Deployment deployment)
    {
        deployment = null!;
        if (_ended || PickWithinBudget() is not { } picked)
        {
            return false;
        }

        if (_tried.Count == 0)
        {
            // The first pick's own number of retries counts for the group (routing.md 6.1).
            MaxRetries = _call.Envelope.NumRetries ?? picked.Config.NumRetries ?? _settings.NumRetries;
        }

        deployment = picked;
        return true;
    }

    /// <summary>Takes note of what an attempt came to and decides what follows.</summary>
    public void Report(AttemptOutcome outcome)
    {
        _tried.Add(outcome.Deployment);
        if (outcome.Succeeded || outcome.Kind == UpstreamErrorKind.ClientGone || _call.OutputCommitted)
        {
            _ended = true;
            return;
        }

        FirstFailure ??= outcome;
        if (PlanRetry(outcome))
        {
            _retriesInGroup++;
            Retries++;
        }
        else
        {
            _ended = !PlanFallback(outcome);
        }
    }

    /// <summary>A deployment that was picked is not tried: the caller's own budgets stand against it.</summary>
    /// <param name="deployment">The one picked last.</param>
    /// <param name="refusal">What the client is told if nothing else comes.</param>
    public void PassOver(Deployment deployment, ApiException refusal)
    {
        Refusal = refusal;
        (_overBudget ??= []).Add(deployment);
        if (FirstFailure is { } failure && !Group.Deployments.Any(IsUsable))
        {
            _ended = !TryFallbackGroup(failure.Kind);
        }
    }

    /// <summary>
    /// The next deployment whose budgets have room; what the call may cost there is held. When a group has spent all it may, or is switched off, its fallbacks come
    /// first, then the client is told (routing.md section 13).
    /// </summary>
    private Deployment? PickWithinBudget()
    {
        while (true)
        {
            if (Pick() is not { } picked)
            {
                // Nothing was tried: all are over their budgets, or switched off (admin-api.md 13.6).
                if (FirstFailure is null && TryFallbackGroup(UpstreamErrorKind.RateLimit))
                {
                    continue;
                }

                return null;
            }

            if (_budgets is null || _claims is null || _budgets.TryTake(_call, picked, _claims) is not { } reason)
            {
                Refusal = null;
                return picked;
            }

            Refusal = new ApiException(429, $"No deployments available - crossed budget: {reason}", "rate_limit_error") { RetryAfterSeconds = 60 };
            (_overBudget ??= []).Add(picked);
        }
    }

    private bool PlanRetry(AttemptOutcome outcome)
    {
        if (_call.Envelope.MockFailure is not null && Fallbacks == 0 && outcome.Kind != UpstreamErrorKind.RateLimit)
        {
            // Simulated to see the fallbacks work: retrying what must fail would only take time.
            return false;
        }

        var allowed = MaxRetries;
        if (PolicyFor(outcome.Kind) is { } byPolicy)
        {
            allowed = byPolicy;
        }
        else if (!ErrorClasses.MayRetry(outcome.Kind, outcome.Status, Group.Deployments.Length > 1)
            || FallbackChain.HasListFor(_call, Group.Name, outcome.Kind))
        {
            return false;
        }

        if (_retriesInGroup >= allowed || RetryDelay.For(outcome, HasUntried(), _retriesInGroup + 1, _settings, _random) is not { } wait)
        {
            return false;
        }

        Wait = wait;
        return wait <= CallTimeouts.RemainingOf(_call, _time);
    }

    private int? PolicyFor(UpstreamErrorKind kind)
    {
        if (_settings.RetryPolicy.Count == 0 && _settings.GroupRetryPolicy.Count == 0)
        {
            return null;
        }

        var key = ErrorClasses.PolicyKeyOf(kind)!;
        if (_settings.GroupRetryPolicy.TryGetValue(Group.Name, out var ofGroup) && ofGroup.TryGetValue(key, out var retries))
        {
            return retries;
        }

        return _settings.RetryPolicy.TryGetValue(key, out retries) ? retries : null;
    }

    private bool PlanFallback(AttemptOutcome outcome)
    {
        return TryNextOrder(outcome) || TryFallbackGroup(outcome.Kind);
    }

    private bool TryFallbackGroup(UpstreamErrorKind kind)
    {
        if (_call.IsBoundToProvider)
        {
            return false;
        }

        _chain ??= new FallbackChain(_call);
        if (!_chain.TryNext(Group, kind, out var group, out var overrides))
        {
            return false;
        }

        Group = group;
        Overrides = overrides;
        Wait = TimeSpan.Zero;
        _retriesInGroup = 0;
        _leastOrder = int.MinValue;
        _tried.Clear();
        return true;
    }

    /// <summary>The next <c>order</c> of the group comes before other groups, unless the prompt itself is the reason (routing.md 8.1).</summary>
    private bool TryNextOrder(AttemptOutcome outcome)
    {
        if (_call.Envelope.DisableFallbacks
            || outcome.Kind is UpstreamErrorKind.ContextWindowExceeded or UpstreamErrorKind.ContentPolicyViolation)
        {
            return false;
        }

        var failed = OrderOf(outcome.Deployment);
        foreach (var deployment in Group.Deployments)
        {
            // Deployments are sorted by order: the first one beyond the failed one's is of the next.
            if (OrderOf(deployment) > failed && !deployment.Config.Info.Blocked)
            {
                _leastOrder = OrderOf(deployment);
                _retriesInGroup = 0;
                Wait = TimeSpan.Zero;
                return true;
            }
        }

        return false;
    }

    private bool HasUntried()
    {
        foreach (var deployment in Group.Deployments)
        {
            if (IsUsable(deployment) && OrderOf(deployment) >= _leastOrder && !_tried.Contains(deployment))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Weighted shuffle over the deployments of the lowest order that have not failed in this call; over those of the lowest order at all
    /// when every one has.
    /// </summary>
    private Deployment? Pick()
    {
        var deployments = Group.Deployments;
        if (deployments.Length == 1)
        {
            return IsUsable(deployments[0]) ? deployments[0] : null;
        }

        var again = !HasUntried();
        int? order = null;
        var total = 0.0;
        var count = 0;
        for (var i = 0; i < deployments.Length; i++)
        {
            if (IsCandidate(deployments[i], again, ref order))
            {
                total += Group.WeightOf(i);
                count++;
            }
        }

        var point = _random.NextDouble() * (total > 0 ? total : count);
        for (var i = 0; i < deployments.Length; i++)
        {
            if (!IsCandidate(deployments[i], again, ref order))
            {
                continue;
            }

            point -= total > 0 ? Group.WeightOf(i) : 1;
            if (point < 0 || --count == 0)
            {
                return deployments[i];
            }
        }

        return null;
    }

    private bool IsCandidate(Deployment deployment, bool again, ref int? order)
    {
        var own = OrderOf(deployment);
        if (!IsUsable(deployment) || own < _leastOrder || (!again && _tried.Contains(deployment)))
        {
            return false;
        }

        // Deployments are sorted by order: the first candidate decides.
        order ??= own;
        return own == order;
    }

    private bool IsUsable(Deployment deployment)
        => !deployment.Config.Info.Blocked && (_overBudget is null || !_overBudget.Contains(deployment));

    private static int OrderOf(Deployment deployment) => deployment.Config.Order ?? int.MaxValue;
}
