namespace Tollgate.Management.Rules;

/// <summary>Lists of models as objects hold them (admin-api.md 4.7).</summary>
internal static class ModelLists
{
    /// <summary>Every model of the gateway.</summary>
    public const string AllProxyModels = "all-proxy-models";

    /// <summary>True when the list lets every model through: it is empty or says so.</summary>
    public static bool IsEverything(IReadOnlyCollection<string> models)
        => models.Count == 0 || models.Contains(AllProxyModels, StringComparer.Ordinal) || models.Contains("*", StringComparer.Ordinal);

    /// <summary>The first model that the outer list does not let through; null when all are within.</summary>
    public static string? FirstOutside(IEnumerable<string> models, IReadOnlyCollection<string> outer)
        => IsEverything(outer) ? null : models.FirstOrDefault(model => !outer.Any(pattern => Covers(pattern, model)));

    private static bool Covers(string pattern, string model) => pattern.EndsWith('*')
        ? model.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : string.Equals(pattern, model, StringComparison.Ordinal);
}
