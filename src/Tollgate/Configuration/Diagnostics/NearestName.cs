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

            var distance = Distance(name, candidate);
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

    // Optimal string alignment: a swapped pair of letters, the commonest typo, counts as one edit.
    private static int Distance(string left, string right)
    {
        var (previous, current, next) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var column = 0; column <= right.Length; column++)
        {
            current[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            next[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var (a, b) = (char.ToLowerInvariant(left[row - 1]), char.ToLowerInvariant(right[column - 1]));
                next[column] = Math.Min(Math.Min(next[column - 1], current[column]) + 1, current[column - 1] + (a == b ? 0 : 1));
                if (row > 1 && column > 1
                    && a == char.ToLowerInvariant(right[column - 2]) && char.ToLowerInvariant(left[row - 2]) == b)
                {
                    next[column] = Math.Min(next[column], previous[column - 2] + 1);
                }
            }

            (previous, current, next) = (current, next, previous);
        }

        return current[right.Length];
    }
}
