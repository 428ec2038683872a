namespace Tollgate.Engine.Admission;

/// <summary>What a claim takes from.</summary>
public enum ClaimKind : byte
{
    /// <summary>Money of a budget.</summary>
    Budget,

    /// <summary>Requests per minute.</summary>
    Requests,

    /// <summary>Tokens per minute.</summary>
    Tokens,

    /// <summary>Requests at the same time.</summary>
    Parallel,
}

/// <summary>How budgets are enforced (<c>tollgate.budget_mode</c>, routing.md 17.5).</summary>
public enum BudgetMode : byte
{
    /// <summary>Reserve an estimate; the last request may pass the limit, but only one.</summary>
    Reserve,

    /// <summary>Look at recorded spend only, as LiteLLM does.</summary>
    Post,

    /// <summary>Reserve an upper bound; the limit is never passed.</summary>
    Strict,
}

/// <summary>One limit that a call must fit into.</summary>
public struct Claim
{
    /// <summary>What is limited: <c>key:HASH</c>, <c>team:ID</c>, <c>model_per_key:HASH:gpt-4o</c>, ... unique per kind; also its name in Redis.</summary>
    public string Counter { get; set; }

    public ClaimKind Kind { get; set; }

    /// <summary>
    /// The limit: nano-USD (10^-9) for budgets, else a count. Whole numbers, so that sums stay exact in memory and in Redis.
    /// </summary>
    public long Limit { get; set; }

    /// <summary>What is reserved: nano-USD, 1 request, estimated tokens, 1 slot.</summary>
    public long Amount { get; set; }

    /// <summary>For tokens: the part of <see cref="Amount"/> that is the output limit (routing.md 14.3, a request larger than the limit).</summary>
    public long OutputPart { get; set; }

    /// <summary>For budgets: refused once spent equals the limit (<c>&gt;=</c>); false lets the first cent through (<c>&gt;</c>).</summary>
    public bool RefuseAtLimit { get; set; }

    /// <summary>For budgets: nano-USD recorded in the database, what a counter starts from when nobody has counted yet.</summary>
    public long Recorded { get; set; }

    /// <summary>For budgets: changes with every reset, so that late increments of an old period do not enter the new one.</summary>
    public long Epoch { get; set; }

    /// <summary>Bucket of the rate window, or term of the budget, that the amount was taken from; the counters' own.</summary>
    internal long Bucket { get; set; }

    /// <summary>After admission: what is left (limit - used - reserved), before this call's own amount was taken for budgets.</summary>
    public long Remaining { get; set; }

    /// <summary>After admission: nano-USD spent, or the count used.</summary>
    public long Used { get; set; }
}

/// <summary>Answer to a set of claims.</summary>
/// <param name="FailedIndex">First claim that did not fit; -1 when all were taken.</param>
/// <param name="RetryAfter">For rates: when the window would admit the call.</param>
public readonly record struct Verdict(int FailedIndex, TimeSpan RetryAfter)
{
    public bool IsAdmitted => FailedIndex < 0;

    public static Verdict Admitted { get; } = new(-1, TimeSpan.Zero);
}

/// <summary>
/// Counters shared by all replicas. All claims of a call are decided in one step: either every one is taken or none. Implemented over Redis
/// with one script each way.
/// </summary>
public interface ISharedCounters
{
    /// <summary>False while the store is given up on (circuit open): callers use local counters then.</summary>
    bool IsAvailable { get; }

    /// <summary>Replicas seen within the last minute, at least 1: what local limits are divided by while the store is away.</summary>
    int Replicas { get; }

    /// <summary>Takes all claims or none.</summary>
    /// <param name="callId">Names the reservation; it expires <paramref name="lease"/> from now when nobody settles it.</param>
    /// <param name="claims">The claims; <see cref="Claim.Used"/> and <see cref="Claim.Remaining"/> are filled in.</param>
    /// <param name="mode">How budgets are enforced.</param>
    /// <param name="lease">How long the call may take at most.</param>
    /// <param name="cancellationToken">The client has left.</param>
    /// <returns>The verdict; null when the store did not answer within its bound (100 ms): decide locally.</returns>
    ValueTask<Verdict?> TryTakeAsync(string callId, Memory<Claim> claims, BudgetMode mode, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Corrects the reservation to what was used. Does not wait for the answer. Order after the call's own
    /// <see cref="TryTakeAsync"/> is kept.
    /// </summary>
    /// <param name="callId">The reservation.</param>
    /// <param name="claims">The claims as they were taken; not kept.</param>
    /// <param name="cost">nano-USD really spent.</param>
    /// <param name="tokens">Tokens really used, of the kind that is limited.</param>
    void Settle(string callId, ReadOnlySpan<Claim> claims, long cost, long tokens);

    /// <summary>Keeps the parallel slots of calls that are still running (every 30 s).</summary>
    void Renew(string callId, ReadOnlySpan<Claim> claims, TimeSpan lease);

    /// <summary>Forgets a budget's counter: its spend was set in the database. The next claim starts from the recorded figure.</summary>
    void Forget(string counter);

    /// <summary>Forgets all budgets' counters: the spend of many objects was set in the database.</summary>
    void ForgetAll();
}
