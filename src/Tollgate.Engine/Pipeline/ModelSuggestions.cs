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
            .Select(group => (group.Name, Distance: EditDistance.Between(requested, group.Name)))
            .Where(item => item.Distance <= Math.Max(2, requested.Length / 4))
            .OrderBy(static item => item.Distance)
            .ThenBy(static item => item.Name, StringComparer.Ordinal)
            .Take(MostShown)
            .Select(static item => $"'{item.Name}'")
            .ToList();
        return close.Count == 0 ? "" : $" Did you mean {string.Join(", ", close)}?";
    }
}
