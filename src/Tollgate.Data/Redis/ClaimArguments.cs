using Tollgate.Engine.Admission;

namespace Tollgate.Data.Redis;

/// <summary>Claims as keys and arguments of the scripts.</summary>
internal static class ClaimArguments
{
    /// <summary>From the number of a kind to that of the same in fixed windows: 1 and 2 become 4 and 5.</summary>
    private const int FixedKinds = 3;

    public static string[] Keys(RedisConnection connection, string callId, ReadOnlySpan<Claim> claims, bool isFixed)
    {
        var keys = new string[claims.Length + 1];
        keys[0] = connection.Together("tollgate:call:" + callId);
        for (var i = 0; i < claims.Length; i++)
        {
            keys[i + 1] = connection.Together(KeyOf(claims[i].Kind, claims[i].Counter, isFixed));
        }

        return keys;
    }

    public static RedisArgument[] ForTaking(
        string callId, ReadOnlySpan<Claim> claims, BudgetMode mode, TimeSpan lease, TimeSpan slotLease, RateWindow window)
    {
        const int Fixed = 5;
        const int PerClaim = 7;
        var values = new RedisArgument[Fixed + (claims.Length * PerClaim)];
        values[0] = callId;
        values[1] = mode switch { BudgetMode.Strict => "strict", BudgetMode.Post => "post", _ => "reserve" };
        values[2] = Milliseconds(lease);
        values[3] = Milliseconds(slotLease < lease ? slotLease : lease);
        values[4] = Milliseconds(window.Length);
        for (var i = 0; i < claims.Length; i++)
        {
            ref readonly var claim = ref claims[i];
            var at = Fixed + (i * PerClaim);
            values[at] = KindOf(claim.Kind, window.IsFixed);
            values[at + 1] = claim.Limit;
            values[at + 2] = Amount(claim);
            values[at + 3] = claim.OutputPart;
            values[at + 4] = claim.RefuseAtLimit ? 1 : 0;
            values[at + 5] = claim.Recorded;
            values[at + 6] = claim.Epoch;
        }

        return values;
    }

    public static RedisArgument[] ForSettling(string callId, ReadOnlySpan<Claim> claims, long cost, long tokens, RateWindow window)
    {
        const int Fixed = 4;
        const int PerClaim = 3;
        var values = new RedisArgument[Fixed + (claims.Length * PerClaim)];
        values[0] = callId;
        values[1] = cost;
        values[2] = tokens;
        values[3] = Milliseconds(window.Length);
        for (var i = 0; i < claims.Length; i++)
        {
            var at = Fixed + (i * PerClaim);
            values[at] = KindOf(claims[i].Kind, window.IsFixed);
            values[at + 1] = Amount(claims[i]);
            values[at + 2] = claims[i].Epoch;
        }

        return values;
    }

    public static RedisArgument[] ForRenewing(string callId, ReadOnlySpan<Claim> claims, TimeSpan lease)
    {
        const int Fixed = 2;
        const int PerClaim = 2;
        var values = new RedisArgument[Fixed + (claims.Length * PerClaim)];
        values[0] = callId;
        values[1] = Milliseconds(lease);
        for (var i = 0; i < claims.Length; i++)
        {
            values[Fixed + (i * PerClaim)] = (int)claims[i].Kind;
            values[Fixed + (i * PerClaim) + 1] = Amount(claims[i]);
        }

        return values;
    }

    /// <summary>A counter's name in Redis; rates of fixed windows have LiteLLM's (routing.md 14.2), braces included.</summary>
    public static string KeyOf(ClaimKind kind, string counter, bool isFixed) => kind switch
    {
        ClaimKind.Requests when isFixed => $"{{{Described(counter)}}}:requests",
        ClaimKind.Tokens when isFixed => $"{{{Described(counter)}}}:tokens",
        ClaimKind.Budget => "tollgate:budget:" + counter,
        ClaimKind.Requests => "tollgate:rate:requests:" + counter,
        ClaimKind.Tokens => "tollgate:rate:tokens:" + counter,
        _ => "tollgate:parallel:" + counter,
    };

    /// <summary>Descriptor and value without our unit before them: <c>api_key:HASH</c>.</summary>
    private static string Described(string counter) => counter[(counter.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The scripts know rates of fixed windows as kinds of their own.</summary>
    private static int KindOf(ClaimKind kind, bool isFixed)
        => (int)kind + (isFixed && kind is (ClaimKind.Requests or ClaimKind.Tokens) ? FixedKinds : 0);

    /// <summary>A negative estimate would give what it should take.</summary>
    private static long Amount(in Claim claim) => Math.Max(0, claim.Amount);

    private static long Milliseconds(TimeSpan span) => Math.Max(1, (long)span.TotalMilliseconds);
}
