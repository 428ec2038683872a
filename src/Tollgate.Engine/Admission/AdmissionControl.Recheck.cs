using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;

namespace Tollgate.Engine.Admission;

/// <summary>Budgets that are asked again while a call is under way: of a session that goes on, of a call that falls back to a dearer group.</summary>
internal sealed partial class AdmissionControl
{
    /// <summary>
    /// Whether a session may go on: its budgets are asked again, as if what it has come to were spent already. Nothing is held for the question.
    /// </summary>
    /// <param name="call">The session; its caller as known now.</param>
    /// <param name="isFree">It costs nothing: budgets do not count.</param>
    /// <param name="soFar">nano-USD that it has come to.</param>
    /// <exception cref="ApiException">The refusal.</exception>
    public async ValueTask RecheckAsync(CallContext call, bool isFree, long soFar)
    {
        var settings = call.Snapshot.Config.Budgets;
        var now = time.GetUtcNow();
        var fresh = new CallClaims();
        await _collector.CollectAsync(call, fresh, new Estimate(0, 0, 0, isFree), now);
        var budgets = new List<Claim>();
        var scopes = new List<LimitScope>();
        for (var i = 0; i < fresh.Count; i++)
        {
            var claim = fresh.Span[i];
            if (claim.Kind == ClaimKind.Budget)
            {
                claim.Limit -= soFar;
                budgets.Add(claim);
                scopes.Add(fresh.ScopeOf(i));
            }
        }

        if (budgets.Count == 0)
        {
            return;
        }

        var asked = budgets.ToArray();
        var verdict = await AskAsync(asked, call.Aborted);
        if (!verdict.IsAdmitted)
        {
            var refused = asked[verdict.FailedIndex];
            refused.Limit += soFar;
            refused.Used += soFar;
            throw Refusals.For(scopes[verdict.FailedIndex], refused, verdict.RetryAfter, settings, call.Envelope.Model, now);
        }
    }

    /// <summary>
    /// Claims the budgets that a call has not met before because the group asked for costs nothing, or is not the one they are for. Rates and
    /// slots have been taken once and are not taken again.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="claims">What is held for it; takes what is held in addition.</param>
    /// <param name="group">The group that it has fallen back to.</param>
    /// <param name="estimate">What it may cost there.</param>
    /// <returns>Null when it may go there; else why not.</returns>
    public async ValueTask<ApiException?> AdmitFallbackAsync(CallContext call, CallClaims claims, string group, Estimate estimate)
    {
        var now = time.GetUtcNow();
        var all = new CallClaims();
        await _collector.CollectAsync(call, all, estimate, now, group);
        var added = new CallClaims();
        for (var i = 0; i < all.Count; i++)
        {
            if (all.Span[i].Kind == ClaimKind.Budget && !claims.Holds(all.Span[i].Counter))
            {
                added.Add(all.ScopeOf(i), all.Span[i]);
            }
        }

        if (added.Count == 0)
        {
            return null;
        }

        var verdict = await TakeAsync(call, added);
        if (!verdict.IsAdmitted)
        {
            var refused = added.Span[verdict.FailedIndex];
            return Refusals.For(added.ScopeOf(verdict.FailedIndex), refused, verdict.RetryAfter, call.Snapshot.Config.Budgets, group, now);
        }

        added.AreHeld = true;
        if (claims.AreHeld && claims.AreShared != added.AreShared)
        {
            // Redis came or went between the two: what was asked is enough, the cost is counted when it is flushed.
            Settle(call, added, 0, 0);
            return null;
        }

        claims.AreHeld = true;
        claims.AreShared = added.AreShared;
        for (var i = 0; i < added.Count; i++)
        {
            claims.Add(added.ScopeOf(i), added.Span[i]);
        }

        return null;
    }

    /// <summary>Takes nothing of some budgets, which shows whether there is anything left of them.</summary>
    private async ValueTask<Verdict> AskAsync(Claim[] budgets, CancellationToken aborted)
    {
        var id = LlmPipeline.NewCallId();
        if (shared is { IsAvailable: true } && await shared.TryTakeAsync(id, budgets, BudgetMode.Post, LeaseMargin, aborted) is { } verdict)
        {
            if (verdict.IsAdmitted)
            {
                shared.Settle(id, budgets, 0, 0);
            }

            return verdict;
        }

        var here = local.Take(budgets, BudgetMode.Post, default);
        if (here.IsAdmitted)
        {
            local.Settle(budgets, 0, 0, BudgetMode.Post, default);
        }

        return here;
    }
}
