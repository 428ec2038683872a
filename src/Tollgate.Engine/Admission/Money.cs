namespace Tollgate.Engine.Admission;

/// <summary>Money as whole nano-USD: exact to add, in memory and in Redis; up to 4.6 billion USD.</summary>
public static class Money
{
    private const decimal NanoPerUsd = 1_000_000_000m;

    /// <summary>The most that a counter holds, 4.6 billion USD: two of them still fit a <see langword="long"/>.</summary>
    private const long Most = long.MaxValue / 2;

    /// <summary>nano-USD of an amount, rounded to the nearest; saturates.</summary>
    public static long ToNano(decimal usd)
        => usd >= Most / NanoPerUsd ? Most : usd <= -Most / NanoPerUsd ? -Most
            : (long)Math.Round(usd * NanoPerUsd, MidpointRounding.AwayFromZero);

    /// <summary>A sum that stays within what counters can hold: a figure nobody can reach must not turn into a debt.</summary>
    public static long Add(long nano, long more)
        => Math.Clamp(nano, -Most, Most) + Math.Clamp(more, -Most, Most) is var sum && sum > Most ? Most : sum;

    /// <summary>USD of an amount.</summary>
    public static decimal ToUsd(long nano) => nano / NanoPerUsd;
}
