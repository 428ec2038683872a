using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Schema;

/// <summary>A table as the schema description has it.</summary>
/// <param name="Name">Name without quotes and without our schema.</param>
/// <param name="IsOwn">True for a table of ours.</param>
/// <param name="Columns">Columns in order.</param>
public sealed record TableDescription(string Name, bool IsOwn, ImmutableArray<ColumnDescription> Columns)
{
    private readonly FrozenDictionary<string, ColumnDescription> _byName =
        Columns.ToFrozenDictionary(column => column.Name, StringComparer.Ordinal);

    /// <summary>The column of this name; null when the description has none.</summary>
    public ColumnDescription? Find(string column) => _byName.GetValueOrDefault(column);
}

/// <summary>All tables: what migrations were made from and what reads and writes are checked against.</summary>
public static class SchemaDescription
{
    private const string OwnPrefix = "tollgate.";
    private static readonly FrozenDictionary<(string Name, bool IsOwn), TableDescription> ByName = Load();

    /// <summary>Every table, LiteLLM's and ours.</summary>
    public static IEnumerable<TableDescription> Tables => ByName.Values;

    /// <summary>The description of a table.</summary>
    /// <exception cref="ArgumentException">There is no such table.</exception>
    public static TableDescription Of(Table table) => ByName.TryGetValue((table.Name, table.IsOwn), out var found)
        ? found
        : throw new ArgumentException($"{table.Name}: not a table of the schema description", nameof(table));

    private static FrozenDictionary<(string, bool), TableDescription> Load()
    {
        var columns = new Dictionary<string, List<ColumnDescription>>(StringComparer.Ordinal);
        foreach (var line in EmbeddedText.Lines("Schema.columns.tsv"))
        {
            var cells = line.Split('\t');
            if (!columns.TryGetValue(cells[0], out var list))
            {
                columns[cells[0]] = list = [];
            }

            list.Add(Column(cells));
        }

        return columns.ToFrozenDictionary(pair => Key(pair.Key), pair => Describe(pair.Key, pair.Value));
    }

    private static (string Name, bool IsOwn) Key(string table) => table.StartsWith(OwnPrefix, StringComparison.Ordinal)
        ? (table[OwnPrefix.Length..], true)
        : (table, false);

    private static TableDescription Describe(string table, List<ColumnDescription> columns)
    {
        var (name, isOwn) = Key(table);
        return new TableDescription(name, isOwn, [.. columns]);
    }

    private static ColumnDescription Column(string[] cells)
    {
        var type = cells[2];
        var enumeration = type.StartsWith("enum:", StringComparison.Ordinal) ? type["enum:".Length..] : null;
        var since = cells[5] is "-" ? null : cells[5];
        return new ColumnDescription(cells[1], KindOf(type), cells[3] is "yes", cells[4], since, enumeration);
    }

    private static ColumnKind KindOf(string type) => type switch
    {
        "text" => ColumnKind.Text,
        "text[]" => ColumnKind.TextArray,
        "jsonb" => ColumnKind.Json,
        "float8" => ColumnKind.Double,
        "int4" => ColumnKind.Int,
        "int8" => ColumnKind.Long,
        "bool" => ColumnKind.Bool,
        "ts3" => ColumnKind.Timestamp,
        "tstz" => ColumnKind.TimestampWithZone,
        "bytea" => ColumnKind.Bytes,
        "serial" or "bigserial" => ColumnKind.Serial,
        _ => ColumnKind.Enumeration,
    };
}
