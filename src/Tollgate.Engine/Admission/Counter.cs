namespace Tollgate.Engine.Admission;

/// <summary>One counter of <see cref="LocalCounters"/>, which holds its lock around every call.</summary>
internal sealed class Counter(long recorded, long epoch)
{
    private long _epoch = epoch;

    // Grows whenever reservations are void, so that a call gives back only what is still held for it, whatever became of the epoch meanwhile.
    private long _term;
    private DateTimeOffset _enteredAt = DateTimeOffset.MinValue;
    private long _unflushed;
    private DateTimeOffset _flushedAt = DateTimeOffset.MinValue;
    private long _bucket;
    private long _current;
    private long _previous;

    /// <summary>nano-USD spent: recorded in the database and on the way there.</summary>
    public long Spent { get; private set; } = recorded;

    /// <summary>nano-USD held for calls that are running.</summary>
    public long Reserved { get; private set; }

    /// <summary>Calls that are running.</summary>
    public long Parallel { get; private set; }

    public DateTimeOffset UsedAt { get; set; }

    /// <summary>Nothing would be lost by dropping it.</summary>
    public bool IsIdle => Reserved == 0 && Parallel == 0 && _unflushed == 0;

    /// <summary>A budget's period has ended: the new one starts from what is recorded.</summary>
    public void EnterEpoch(in Claim claim, DateTimeOffset now)
    {
        if (claim.Kind == ClaimKind.Budget && claim.Epoch > _epoch)
        {
            _epoch = claim.Epoch;
            _enteredAt = now;
            _term++;
            Spent = claim.Recorded;
            Reserved = 0;
            _unflushed = 0;
        }
    }

    public void Take(ref Claim claim, BudgetMode mode, DateTimeOffset now, RateWindow window)
    {
        switch (claim.Kind)
        {
            case ClaimKind.Budget when mode != BudgetMode.Post:
                Reserved = Money.Add(Reserved, claim.Amount);
                claim.Bucket = _term;
                break;
            case ClaimKind.Parallel:
                Parallel++;
                break;
            case ClaimKind.Requests or ClaimKind.Tokens:
                Roll(now, window);
                _current += claim.Amount;
                claim.Bucket = _bucket;
                break;
            default:
                break;
        }
    }

    public void Settle(in Claim claim, long cost, long tokens, BudgetMode mode, DateTimeOffset now, RateWindow window)
    {
        switch (claim.Kind)
        {
            case ClaimKind.Budget:
                // A reservation of a period that has ended went with it.
                if (mode != BudgetMode.Post && claim.Bucket == _term)
                {
                    Reserved = Math.Max(0, Reserved - claim.Amount);
                }

                AddSpend(cost);
                break;
            case ClaimKind.Parallel:
                Parallel = Math.Max(0, Parallel - 1);
                break;
            case ClaimKind.Tokens:
                Roll(now, window);
                Correct(claim.Bucket, tokens - claim.Amount);
                break;
            default:
                break;
        }
    }

    public void AddSpend(long cost)
    {
        Spent = Money.Add(Spent, cost);
        _unflushed = Money.Add(_unflushed, cost);
    }

    public void Flushed(long added, long? total, DateTimeOffset now)
    {
        _flushedAt = now;
        _unflushed = Math.Max(0, _unflushed - added);
        if (total is { } recorded)
        {
            Spent = Money.Add(recorded, _unflushed);
        }
    }

    public void Rebase(long recorded, long epoch, DateTimeOffset readAt)
    {
        // A boundary that lies earlier than the known one was set by somebody: a shorter period, or none. Unless the row is older than what
        // is known, which is a reading from before a reset.
        if (epoch < _epoch && readAt > _enteredAt)
        {
            _epoch = epoch;
            _enteredAt = readAt;
        }

        if (epoch == _epoch && readAt > _flushedAt)
        {
            Spent = Money.Add(recorded, _unflushed);
        }
    }

    public void Raise(long recorded, long epoch)
    {
        if (epoch == _epoch)
        {
            Spent = Math.Max(Spent, recorded);
            _unflushed = 0;
        }
    }

    /// <summary>Forgets what was spent; false when nothing is left worth keeping.</summary>
    public bool Forget()
    {
        if (IsIdle && _current == 0 && _previous == 0)
        {
            return false;
        }

        // Until the row is read again: what runs now counts on top of nothing.
        Spent = 0;
        _unflushed = 0;
        _flushedAt = DateTimeOffset.MinValue;
        return true;
    }

    /// <summary>Requests or tokens of the last window: this bucket's, and the part of the last one's that is still in it (routing.md 14.3).</summary>
    public long UsedInWindow(DateTimeOffset now, RateWindow window)
    {
        Roll(now, window);
        if (window.IsFixed)
        {
            return _current;
        }

        var elapsed = now.UtcTicks % window.Ticks;
        return _current + (long)Math.Ceiling(_previous * (1 - ((double)elapsed / window.Ticks)));
    }

    /// <summary>How long until a claim would fit, if nobody else came: at least a second, at most two windows.</summary>
    public TimeSpan WaitFor(in Claim claim, DateTimeOffset now, RateWindow window, int share)
    {
        if (window.IsFixed)
        {
            return AtLeastASecond(TimeSpan.FromTicks(_bucket + window.Ticks - now.UtcTicks));
        }

        var limit = claim.Limit <= 0 ? 0 : Math.Max(1, claim.Limit / share);
        var left = TimeSpan.FromTicks(window.Ticks - (now.UtcTicks % window.Ticks));
        var room = limit - claim.Amount;
        TimeSpan wait;
        if (room < 0)
        {
            wait = left + window.Length;
        }
        else if (_current <= room)
        {
            // The last bucket only has to fade: previous * (1 - elapsed / window) <= room - current.
            var share0 = _previous == 0 ? 1 : 1 - ((double)(room - _current) / _previous);
            wait = TimeSpan.FromTicks((long)(share0 * window.Ticks) - (now.UtcTicks % window.Ticks));
        }
        else
        {
            // This bucket becomes the last one, then has to fade.
            var share1 = 1 - ((double)room / _current);
            wait = left + TimeSpan.FromTicks((long)(share1 * window.Ticks));
        }

        return AtLeastASecond(wait);
    }

    private static TimeSpan AtLeastASecond(TimeSpan wait) => wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait;

    private void Roll(DateTimeOffset now, RateWindow window)
    {
        if (window.IsFixed)
        {
            // The bucket is the moment of the window's first request.
            if (now.UtcTicks - _bucket >= window.Ticks)
            {
                (_bucket, _current, _previous) = (now.UtcTicks, 0, 0);
            }

            return;
        }

        var bucket = now.UtcTicks / window.Ticks;
        if (bucket == _bucket)
        {
            return;
        }

        _previous = bucket == _bucket + 1 ? _current : 0;
        _current = 0;
        _bucket = bucket;
    }

    private void Correct(long bucket, long difference)
    {
        if (bucket == _bucket)
        {
            _current = Math.Max(0, _current + difference);
        }
        else if (bucket == _bucket - 1)
        {
            _previous = Math.Max(0, _previous + difference);
        }
    }
}
