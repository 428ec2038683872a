namespace Tollgate.Engine;

/// <summary>
/// How many edits are between two names, for "did you mean". Optimal string alignment: a swapped pair of letters, the commonest typo, counts as
/// one edit. The cost is the product of the lengths; callers bound them.
/// </summary>
public static class EditDistance
{
    /// <summary>Edits between two texts, case apart.</summary>
    public static int Between(string left, string right)
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
