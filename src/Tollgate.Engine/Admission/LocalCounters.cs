namespace Tollgate.Engine.Admission;

/// <summary>
/// The counters of one process: budgets, sliding rate windows, parallel slots. All claims of a call are decided under one lock, so either
/// every one is taken or none, and what fits is never refused because of a neighbour that was about to give back.
/// </summary>
/// <remarks>PERF: the lock is held for some hundred nanoseconds; a call needs it twice.</remarks>
internal sealed class LocalCounters(TimeProvider time)
{
    /// <summary>Counters nobody has used for so long are dropped; what they counted is in the database by then.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Counter> _counters = new(StringComparer.Ordinal);
    private DateTimeOffset _sweepAt = time.GetUtcNow() + IdleTime;

    /// <summary>Number of counters held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _counters.Count;
            }
        }
    }

    /// <summary>Takes all claims or none.</summary>
    /// <param name="claims">The claims; usage and what remains are filled in.</param>
    /// <param name="mode">How budgets are enforced.</param>
    /// <param name="window">How rates are counted.</param>
    /// <param name="share">Rate limits are divided by this: replicas that cannot see each other's counts.</param>
    public Verdict Take(Span<Claim> claims, BudgetMode mode, RateWindow window, int share = 1)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Sweep(now);
            var failed = -1;
            var wait = TimeSpan.Zero;
            for (var i = 0; i < claims.Length; i++)
            {
                ref var claim = ref claims[i];
                var counter = CounterOf(claim, now);
                var fits = claim.Kind == ClaimKind.Budget ? FitsBudget(counter, ref claim, mode) : FitsRate(counter, ref claim, now, window, share);
                if (fits)
                {
                    continue;
                }

                var needed = claim.Kind is ClaimKind.Requests or ClaimKind.Tokens ? counter.WaitFor(claim, now, window, share) : TimeSpan.Zero;

                // The first budget decides; of rates, the one with the longest wait (routing.md 14.4).
                if (failed < 0 || (claims[failed].Kind != ClaimKind.Budget && needed > wait))
                {
                    failed = i;
                    wait = needed;
                }

                if (claim.Kind == ClaimKind.Budget)
                {
                    break;
                }
            }

            if (failed >= 0)
            {
                return new Verdict(failed, wait);
            }

            foreach (ref var claim in claims)
            {
                _counters[claim.Counter].Take(ref claim, mode, now, window);
            }

            return Verdict.Admitted;
        }
    }

    /// <summary>Corrects what was taken to what was used.</summary>
    /// <param name="claims">The claims as they were taken.</param>
    /// <param name="cost">nano-USD really spent.</param>
    /// <param name="tokens">Tokens really used.</param>
    /// <param name="mode">The mode they were taken in.</param>
    /// <param name="window">How rates are counted.</param>
    /// <param name="withSlots">False when the parallel slots have been given back before.</param>
    public void Settle(ReadOnlySpan<Claim> claims, long cost, long tokens, BudgetMode mode, RateWindow window, bool withSlots = true)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (ref readonly var claim in claims)
            {
                if (claim.Kind == ClaimKind.Parallel && !withSlots)
                {
                    continue;
                }

                CounterOf(claim, now).Settle(claim, cost, tokens, mode, now, window);
            }
        }
    }

    /// <summary>Adds spend that no claim was held for, so that the figure is right when the object gets a budget.</summary>
    public void AddSpend(string counter, long recorded, long epoch, long cost)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            CounterOf(new Claim { Counter = counter, Recorded = recorded, Epoch = epoch }, now).AddSpend(cost);
        }
    }

    /// <summary>nano-USD spent as far as this process knows; the recorded figure when it has not counted yet.</summary>
    public long SpentOf(string counter, long recorded)
    {
        lock (_gate)
        {
            return _counters.TryGetValue(counter, out var known) ? known.Spent : recorded;
        }
    }

    /// <summary>A batch has reached the database: the counter is what is recorded there and what is still on its way.</summary>
    public void Flushed(string counter, long added, long? total)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_counters.TryGetValue(counter, out var known))
            {
                known.Flushed(added, total, now);
            }
        }
    }

    /// <summary>The row was read at <paramref name="readAt"/> and said <paramref name="recorded"/>; ignored when a batch has come in since.</summary>
    public void Rebase(string counter, long recorded, long epoch, DateTimeOffset readAt)
    {
        lock (_gate)
        {
            if (_counters.TryGetValue(counter, out var known))
            {
                known.Rebase(recorded, epoch, readAt);
            }
        }
    }

    /// <summary>All replicas together have recorded at least so much in this period; what this one counts is part of it.</summary>
    public void Raise(string counter, long recorded, long epoch)
    {
        lock (_gate)
        {
            if (_counters.TryGetValue(counter, out var known))
            {
                known.Raise(recorded, epoch);
            }
        }
    }

    /// <summary>The recorded spend was set by someone: what was counted is void, what is running still counts.</summary>
    public void Forget(string counter)
    {
        lock (_gate)
        {
            if (_counters.TryGetValue(counter, out var known) && !known.Forget())
            {
                _counters.Remove(counter);
            }
        }
    }

    /// <summary>Forgets every budget counter (spend of all keys and teams was set).</summary>
    public void ForgetAll()
    {
        lock (_gate)
        {
            foreach (var (name, counter) in _counters.ToList())
            {
                if (!counter.Forget())
                {
                    _counters.Remove(name);
                }
            }
        }
    }

    private Counter CounterOf(in Claim claim, DateTimeOffset now)
    {
        if (!_counters.TryGetValue(claim.Counter, out var counter))
        {
            _counters[claim.Counter] = counter = new Counter(claim.Recorded, claim.Epoch);
        }

        counter.UsedAt = now;
        counter.EnterEpoch(claim, now);
        return counter;
    }

    private static bool FitsBudget(Counter counter, ref Claim claim, BudgetMode mode)
    {
        claim.Used = counter.Spent;
        var left = claim.Limit - Money.Add(counter.Spent, counter.Reserved);
        claim.Remaining = Math.Max(0, left);
        var over = claim.RefuseAtLimit ? counter.Spent >= claim.Limit : counter.Spent > claim.Limit;
        var fits = claim.Amount <= left;
        return mode switch
        {
            BudgetMode.Post => !over,
            BudgetMode.Strict => fits,

            // The last call may pass the limit, but only one, and only when nothing else is running.
            _ => !over && (fits || counter.Reserved == 0),
        };
    }

    private static bool FitsRate(Counter counter, ref Claim claim, DateTimeOffset now, RateWindow window, int share)
    {
        var limit = claim.Limit <= 0 ? 0 : Math.Max(1, claim.Limit / share);
        if (claim.Kind == ClaimKind.Parallel)
        {
            claim.Used = counter.Parallel;
            claim.Remaining = Math.Max(0, limit - counter.Parallel - 1);
            return counter.Parallel < limit;
        }

        var used = counter.UsedInWindow(now, window);
        claim.Used = used;
        claim.Remaining = Math.Max(0, limit - used - claim.Amount);
        if (used + claim.Amount <= limit)
        {
            return true;
        }

        // A request that alone is larger than the limit could never run otherwise (routing.md 14.3).
        return claim.Kind == ClaimKind.Tokens && used == 0 && claim.Amount > limit && claim.Amount - claim.OutputPart <= limit && limit > 0;
    }

    private void Sweep(DateTimeOffset now)
    {
        if (now < _sweepAt)
        {
            return;
        }

        _sweepAt = now + IdleTime;
        foreach (var (name, counter) in _counters.ToList())
        {
            if (counter.IsIdle && now - counter.UsedAt > IdleTime)
            {
                _counters.Remove(name);
            }
        }
    }
}
