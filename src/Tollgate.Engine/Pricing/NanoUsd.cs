namespace Tollgate.Engine.Pricing;

/// <summary>Money as counters hold it: whole 10^-9 USD.</summary>
public static class NanoUsd
{
    private const decimal PerUsd = 1_000_000_000m;

    /// <summary>Above this, 9,223,372,036 USD, a sum is taken for the most that there is.</summary>
    private const decimal Most = long.MaxValue / PerUsd;

    /// <summary>An amount, rounded up so that no call is free by rounding; zero for less than nothing.</summary>
    public static long Ceiling(decimal usd)
        => usd <= 0 ? 0 : usd >= Most ? long.MaxValue : (long)decimal.Ceiling(usd * PerUsd);
}
