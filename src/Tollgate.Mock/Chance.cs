namespace Tollgate.Mock;

/// <summary>Randomness without state: the same seed and number give the same draw, whatever runs in parallel.</summary>
internal static class Chance
{
    /// <summary>A number from 0 (included) to 1 (excluded).</summary>
    public static double Unit(ulong seed)
    {
        // SplitMix64's finalizer: neighbouring seeds give independent numbers.
        seed += 0x9E3779B97F4A7C15;
        seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EB;
        return ((seed ^ (seed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Whether request <paramref name="number"/> meets a fate of this rate.</summary>
    public static bool Hits(double rate, long seed, long number, Fate fate) =>
        rate > 0 && (rate >= 1 || Unit(((ulong)seed * 0xD1342543DE82EF95) + ((ulong)number * 4) + (ulong)fate) < rate);
}

/// <summary>What may happen to a request; each is drawn on its own.</summary>
internal enum Fate
{
    RateLimit,
    Error,
    Cut,
}
