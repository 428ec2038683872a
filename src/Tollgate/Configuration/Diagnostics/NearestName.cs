using Tollgate.Engine;

namespace Tollgate.Configuration;

/// <summary>Finds what someone probably meant to type.</summary>
internal static class NearestName
{
    /// <summary>Config.md 2.1: names at most two edits away are worth suggesting.</summary>
    private const int MaxDistance = 2;

    /// <summary>The nearest candidate within two edits (and fewer than half its letters), or null.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = Math.Min(MaxDistance, (name.Length - 1) / 2) + 1;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) >= bestDistance)
            {
                continue;
            }

            var distance = EditDistance.Between(name, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>The sentence for a message, or null.</summary>
    public static string? Suggest(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $"Did you mean '{nearest}'?" : null;
}
