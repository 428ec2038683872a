using System.Collections.Concurrent;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;

namespace Tollgate.Engine.Admission;

/// <summary>
/// Step 3 of a call: may it run? Budgets and limits of its key, team, organization, owner, customer, tags and of the gateway are claimed in one
/// decision and held until <see cref="Settle"/>.
/// </summary>
internal sealed partial class AdmissionControl(
    LocalCounters local, ISharedCounters? shared, SubjectCache subjects, KeyRing ring, IBudgetResets? resets, ISpendJournal? journal, TimeProvider time)
{
    /// <summary>Counters of a replica that has died are freed this long after its longest call.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(60);

    /// <summary>How often a call that may wait for a budget looks again.</summary>
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(10);

    /// <summary>Slots of calls that still run are kept this often (routing.md 14.3).</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(30);

    /// <summary>How often an output limit is lowered: each budget that a call has may ask for it, and others spend meanwhile.</summary>
    private const int MostCaps = 16;

    private readonly ClaimCollector _collector = new(subjects);
    private readonly ConcurrentDictionary<string, (Claim[] Slots, TimeSpan Lease)> _running = new(StringComparer.Ordinal);

    /// <summary>Admits a call or says why not.</summary>
    /// <exception cref="ApiException">The refusal.</exception>
    public async ValueTask AdmitAsync(CallContext call, CallClaims claims, Estimate estimate)
    {
        if (journal is { AcceptsCalls: false })
        {
            throw new ApiException(503, "Spend cannot be recorded now (the journal's disk is full); calls are refused until it can.", "service_unavailable")
            {
                RetryAfterSeconds = 5,
            };
        }

        var settings = call.Snapshot.Config.Budgets;
        var now = call.AdmittedAt = time.GetUtcNow();
        await _collector.CollectAsync(call, claims, estimate, now);
        if (claims.Count == 0)
        {
            NoteSpendOfStream(call, claims);
            return;
        }

        var deadline = now + settings.Wait;
        var retried = false;
        var caps = 0;
        while (true)
        {
            var verdict = await TakeAsync(call, claims);
            if (verdict.IsAdmitted)
            {
                claims.AreHeld = true;
                NoteSpendOfStream(call, claims);
                return;
            }

            var scope = claims.ScopeOf(verdict.FailedIndex);
            now = time.GetUtcNow();
            if (!retried && scope.Kind == ClaimKind.Budget && await ResetIfDueAsync(call, scope, now))
            {
                // The period was over: the objects have been read again, with the new one.
                retried = true;
                claims.Clear();
                await _collector.CollectAsync(call, claims, estimate, now);
                continue;
            }

            if (scope.Kind == ClaimKind.Budget && settings is { CapsOutput: true, Mode: BudgetMode.Strict } && caps++ < MostCaps
                && OutputCap.Lower(call, claims.Span[verdict.FailedIndex].Remaining) is { } lowered)
            {
                // It fits this budget now; the next may be smaller yet.
                estimate = lowered;
                call.ExpectedCost = lowered.Cost;
                claims.Clear();
                await _collector.CollectAsync(call, claims, estimate, now);
                continue;
            }

            if (scope.Kind != ClaimKind.Budget || now >= deadline)
            {
                NoteSpend(call, claims);
                throw Refusals.For(scope, claims.Span[verdict.FailedIndex], verdict.RetryAfter, settings, call.Envelope.Model, now);
            }

            await Task.Delay(WaitStep, time, call.Aborted);
        }
    }

    /// <summary>True when a rate limit stands in a call's way, so that it matters how much the call is.</summary>
    public async ValueTask<bool> IsRatedAsync(CallContext call)
    {
        var claims = new CallClaims();
        await _collector.CollectAsync(call, claims, default, time.GetUtcNow());
        foreach (ref readonly var claim in claims.Span)
        {
            if (claim.Kind is ClaimKind.Requests or ClaimKind.Tokens)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Corrects what was held to what was used; gives everything back for a call that used nothing.</summary>
    public void Settle(CallContext call, CallClaims claims, long cost, long tokens)
    {
        if (!claims.AreHeld)
        {
            return;
        }

        claims.AreHeld = false;
        var holdsSlots = claims.TryFreeSlots();
        var settings = call.Snapshot.Config.Budgets;
        if (claims.AreShared)
        {
            _running.TryRemove(call.Uid, out _);
            shared!.Settle(call.Uid, claims.Span, cost, tokens);

            // The figure to go on with should the store be lost.
            foreach (ref readonly var claim in claims.Span)
            {
                if (claim.Kind == ClaimKind.Budget)
                {
                    local.AddSpend(claim.Counter, claim.Recorded, claim.Epoch, cost);
                }
            }
        }
        else
        {
            local.Settle(claims.Span, cost, tokens, settings.Mode, settings.RateWindow, holdsSlots);
        }
    }

    /// <summary>Gives back the slots of a call whose client has left before it is settled; may run beside <see cref="Settle"/>.</summary>
    public void ReleaseSlots(CallContext call, CallClaims claims)
    {
        if (!claims.AreHeld || !claims.TryFreeSlots())
        {
            return;
        }

        var settings = call.Snapshot.Config.Budgets;
        foreach (ref readonly var claim in claims.Span)
        {
            if (claim.Kind != ClaimKind.Parallel)
            {
                continue;
            }

            if (claims.AreShared)
            {
                shared!.Settle(call.Uid, new ReadOnlySpan<Claim>(in claim), 0, 0);
            }
            else
            {
                local.Settle(new ReadOnlySpan<Claim>(in claim), 0, 0, settings.Mode, settings.RateWindow);
            }
        }
    }

    /// <summary>Keeps the shared slots of running calls until stopped.</summary>
    public async Task KeepSlotsAsync(CancellationToken stop)
    {
        if (shared is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(RenewInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var (callId, (slots, lease)) in _running)
                {
                    shared.Renew(callId, slots, lease);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    /// <summary>A stream's headers leave before its cost is known: they tell what the key had spent before.</summary>
    private void NoteSpendOfStream(CallContext call, CallClaims claims)
    {
        if (call.Envelope.Stream)
        {
            NoteSpend(call, claims);
        }
    }

    private void NoteSpend(CallContext call, CallClaims claims)
    {
        if (call.Caller.Key is not { } key)
        {
            return;
        }

        foreach (ref readonly var claim in claims.Span)
        {
            if (claim.Kind == ClaimKind.Budget && string.Equals(claim.Counter, key.SpendCounter, StringComparison.Ordinal))
            {
                call.KeySpend = claim.Used;
                return;
            }
        }

        call.KeySpend = local.SpentOf(key.SpendCounter, Money.ToNano(key.Identity.Budget.Spend));
    }

    private static bool HoldsSlot(CallClaims claims)
    {
        foreach (ref readonly var claim in claims.Span)
        {
            if (claim.Kind == ClaimKind.Parallel)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<Verdict> TakeAsync(CallContext call, CallClaims claims)
    {
        var settings = call.Snapshot.Config.Budgets;
        var share = 1;
        if (shared is not null)
        {
            if (shared.IsAvailable)
            {
                var lease = CallTimeouts.LongestOf(call) + LeaseMargin;
                if (await shared.TryTakeAsync(call.Uid, claims.Memory, settings.Mode, lease, call.Aborted) is { } verdict)
                {
                    claims.AreShared = true;
                    if (verdict.IsAdmitted && HoldsSlot(claims))
                    {
                        _running[call.Uid] = (claims.Span.ToArray(), lease);
                    }

                    return verdict;
                }
            }

            if (settings.FailClosed && HasBudget(claims))
            {
                throw new ApiException(503, "Budgets cannot be checked now: the shared counters are away.", "service_unavailable") { RetryAfterSeconds = 1 };
            }

            share = shared.Replicas;
        }

        claims.AreShared = false;
        return local.Take(claims.Span, settings.Mode, settings.RateWindow, share);
    }

    private async ValueTask<bool> ResetIfDueAsync(CallContext call, LimitScope scope, DateTimeOffset now)
    {
        if (resets is null || scope.ResetAt > now || scope.ResetAt is null || scope.Resettable is not { } row || call.Snapshot.Config.Budgets.NeverReset
            || !await resets.ResetIfDueAsync(row.Kind, row.Id, call.Aborted))
        {
            return false;
        }

        if (call.Caller.Key is { } key)
        {
            ring.Drop(key);
            var hash = KeyHash.FromHex(key.Identity.Hash);
            if (hash is { } known && await ring.FindAsync(known, call.Aborted) is { } fresh)
            {
                call.Caller = fresh.CallerFor(call.Caller.KeyHeader!);
            }
        }

        return true;
    }

    private static bool HasBudget(CallClaims claims)
    {
        foreach (ref readonly var claim in claims.Span)
        {
            if (claim.Kind == ClaimKind.Budget)
            {
                return true;
            }
        }

        return false;
    }
}
