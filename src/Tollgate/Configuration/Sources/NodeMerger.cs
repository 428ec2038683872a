using System.Collections.Immutable;

namespace Tollgate.Configuration;

/// <summary>
/// Merges an included file into the including one: lists are joined, mappings merged, other values replaced (config.md 2.3).
/// </summary>
internal sealed class NodeMerger(DiagnosticBag diagnostics)
{
    public MappingNode Merge(MappingNode main, MappingNode included, string path = "")
    {
        var entries = main.Entries.ToBuilder();
        foreach (var entry in included.Entries)
        {
            var index = IndexOf(entries, entry.Key);
            if (index < 0)
            {
                entries.Add(entry);
                continue;
            }

            var childPath = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            entries[index] = entries[index] with { Value = MergeValue(entries[index].Value, entry, childPath) };
        }

        return new MappingNode(entries.ToImmutable(), main.Position);
    }

    private ConfigNode MergeValue(ConfigNode mine, MappingEntry theirs, string path)
    {
        switch (mine, theirs.Value)
        {
            case (SequenceNode left, SequenceNode right):
                return new SequenceNode([.. left.Items, .. right.Items], left.Position);
            case (MappingNode left, MappingNode right):
                return Merge(left, right, path);
            case (ScalarNode left, ScalarNode right) when string.Equals(left.Text, right.Text, StringComparison.Ordinal)
                && left.Kind == right.Kind:
                return mine;
            default:
                if (!mine.IsNull)
                {
                    var message = $"replaces the value of {mine.Position.File}:{mine.Position.Line}";
                    diagnostics.Notice(DiagnosticCodes.IncludeOverride, theirs.KeyPosition, path, message);
                }

                return theirs.Value;
        }
    }

    private static int IndexOf(ImmutableArray<MappingEntry>.Builder entries, string key)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (string.Equals(entries[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
