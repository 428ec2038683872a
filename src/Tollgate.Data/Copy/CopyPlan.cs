using System.Collections.Immutable;
using Tollgate.Data.Rows;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Copy;

/// <summary>Which tables are copied, those first that others refer to.</summary>
internal static class CopyPlan
{
    // What one database says of itself: its schema, who works in it now, what it could not keep elsewhere (read with the rows it belongs to).
    private static readonly ImmutableArray<string> OfItself = ["schema_version", "change_log", "lease", "row_ext"];

    /// <summary>Every table with its key, in an order that foreign keys allow.</summary>
    public static ImmutableArray<Table> Tables { get; } = Order();

    /// <summary>Rows that the target's own stand for: whether a database was adopted is not carried into another.</summary>
    public static bool IsOfItself(Table table, string key) => table.IsOwn && table.Name is "kv" && key is "mode";

    private static ImmutableArray<Table> Order()
    {
        var lines = EmbeddedText.Lines("Schema.keys.tsv").Select(static line => line.Split('\t')).ToList();
        var left = lines.Where(static cells => cells[1] is "pk").Select(static cells => TableOf(cells[0], cells[2]))
            .Where(static table => !table.IsOwn || !OfItself.Contains(table.Name, StringComparer.Ordinal)).ToList();
        var references = lines.Where(static cells => cells[1] is "fk")
            .ToLookup(static cells => cells[0], static cells => cells[4], StringComparer.Ordinal);
        var ordered = ImmutableArray.CreateBuilder<Table>(left.Count);
        while (left.Count > 0)
        {
            var waiting = left.Select(static table => table.Name).ToHashSet(StringComparer.Ordinal);
            var next = left.FindAll(table => !references[table.Name].Any(
                name => waiting.Contains(name) && !string.Equals(name, table.Name, StringComparison.Ordinal)));
            if (next.Count == 0)
            {
                throw new InvalidOperationException("The foreign keys of the schema description go round in a circle.");
            }

            ordered.AddRange(next);
            left.RemoveAll(next.Contains);
        }

        return ordered.ToImmutable();
    }

    private static Table TableOf(string name, string key)
    {
        const string OwnPrefix = "tollgate.";
        var isOwn = name.StartsWith(OwnPrefix, StringComparison.Ordinal);
        return new Table(isOwn ? name[OwnPrefix.Length..] : name, [.. key.Split(',')], isOwn);
    }
}
