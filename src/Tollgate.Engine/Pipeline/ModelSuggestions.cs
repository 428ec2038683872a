using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Pipeline;

/// <summary>"Did you mean" for model names.</summary>
internal static class ModelSuggestions
{
    private const int MostShown = 3;
    private const int LongestName = 128;

    /// <summary>Up to three close names as a sentence with a leading blank; empty when none is close.</summary>
    public static string For(string requested, ModelResolver models)
    {
        if (requested.Length > LongestName)
        {
            return "";
        }

        var close = models.Groups
            .Select(group => (group.Name, Distance: Distance(requested, group.Name)))
            .Where(item => item.Distance <= Math.Max(2, requested.Length / 4))
            .OrderBy(static item => item.Distance)
            .ThenBy(static item => item.Name, StringComparer.Ordinal)
            .Take(MostShown)
            .Select(static item => $"'{item.Name}'")
            .ToList();
        return close.Count == 0 ? "" : $" Did you mean {string.Join(", ", close)}?";
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
