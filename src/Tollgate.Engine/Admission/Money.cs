namespace Tollgate.Engine.Admission;

/// <summary>Money as whole nano-USD: exact to add, in memory and in Redis; up to 9.2 billion USD.</summary>
public static class Money
{
    private const decimal NanoPerUsd = 1_000_000_000m;

    /// <summary>nano-USD of an amount, rounded to the nearest; saturates.</summary>
    public static long ToNano(decimal usd)
        => usd >= long.MaxValue / NanoPerUsd ? long.MaxValue / 2 : usd <= long.MinValue / NanoPerUsd ? long.MinValue / 2
            : (long)Math.Round(usd * NanoPerUsd, MidpointRounding.AwayFromZero);

    /// <summary>USD of an amount.</summary>
    public static decimal ToUsd(long nano) => nano / NanoPerUsd;
}
