using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Takes aliases that lead back to themselves out of the table: they would name nothing.</summary>
internal static class AliasCycles
{
    public static void Remove(Dictionary<string, ModelAlias> aliases, MappingNode? written, DiagnosticBag diagnostics)
    {
        foreach (var name in aliases.Keys.Order(StringComparer.Ordinal).ToList())
        {
            if (!aliases.TryGetValue(name, out var alias))
            {
                continue;
            }

            var chain = new List<string> { name };
            var next = alias.Target;
            while (aliases.TryGetValue(next, out var further) && !chain.Contains(next, StringComparer.Ordinal))
            {
                chain.Add(next);
                next = further.Target;
            }

            // An alias to its own name is LiteLLM's way of saying nothing; the group of that name answers.
            if (chain.Contains(next, StringComparer.Ordinal))
            {
                Report(name, chain.Append(next), written, diagnostics);
                aliases.Remove(name);
            }
        }
    }

    private static void Report(string name, IEnumerable<string> chain, MappingNode? written, DiagnosticBag diagnostics)
    {
        var position = written is not null && written.TryGetEntry(name, out var entry) ? entry.KeyPosition : written?.Position ?? default;
        var path = KeyPath.Child("router_settings.model_group_alias", name);
        diagnostics.Error(DiagnosticCodes.Deployment, position, path, $"aliases lead in a circle: {string.Join(" -> ", chain)}");
    }
}
