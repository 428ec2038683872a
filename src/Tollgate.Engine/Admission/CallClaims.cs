namespace Tollgate.Engine.Admission;

/// <summary>The claims of one call with the scopes they come from; reused from call to call.</summary>
internal sealed class CallClaims
{
    private Claim[] _claims = new Claim[16];
    private LimitScope[] _scopes = new LimitScope[16];
    private int _slotsFreed;

    public int Count { get; private set; }

    /// <summary>The claims were taken and are to be settled.</summary>
    public bool AreHeld { get; set; }

    /// <summary>They were taken from the shared counters.</summary>
    public bool AreShared { get; set; }

    /// <summary>The claims.</summary>
    public Memory<Claim> Memory => _claims.AsMemory(0, Count);

    public Span<Claim> Span => _claims.AsSpan(0, Count);

    /// <summary>The scope of a claim.</summary>
    public LimitScope ScopeOf(int index) => _scopes[index];

    /// <summary>Money is claimed from this counter.</summary>
    public bool Holds(string counter)
    {
        foreach (ref readonly var claim in Span)
        {
            if (claim.Kind == ClaimKind.Budget && string.Equals(claim.Counter, counter, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public void Add(LimitScope scope, in Claim claim)
    {
        if (Count == _claims.Length)
        {
            Array.Resize(ref _claims, Count * 2);
            Array.Resize(ref _scopes, Count * 2);
        }

        _claims[Count] = claim;
        _scopes[Count++] = scope;
    }

    /// <summary>True for the one who is to give back the parallel slots: the call's end, or its client's departure before it.</summary>
    public bool TryFreeSlots() => Interlocked.Exchange(ref _slotsFreed, 1) == 0;

    /// <summary>As good as new.</summary>
    public void Clear()
    {
        Array.Clear(_scopes, 0, Count);
        Array.Clear(_claims, 0, Count);
        Count = 0;
        AreHeld = false;
        AreShared = false;
        _slotsFreed = 0;
    }
}
