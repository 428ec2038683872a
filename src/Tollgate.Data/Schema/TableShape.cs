using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Schema;

/// <summary>A described table as the database really has it.</summary>
/// <param name="Description">What it should be.</param>
/// <param name="Columns">Described columns that are there, in the description's order.</param>
/// <param name="Missing">Described columns that are not there; their values live in <c>row_ext</c>.</param>
internal sealed record TableShape(
    TableDescription Description, ImmutableArray<ColumnDescription> Columns, ImmutableArray<ColumnDescription> Missing)
{
    private readonly FrozenSet<string> _present = Columns.Select(column => column.Name).ToFrozenSet(StringComparer.Ordinal);

    public bool Has(string column) => _present.Contains(column);

    public ColumnDescription Column(string name) => Description.Find(name)
        ?? throw new ArgumentException($"{Description.Name}.{name}: not a column of the schema description", nameof(name));
}

/// <summary>The tables that the database really has; replaced as a whole by each probe.</summary>
internal sealed class DatabaseShape
{
    private readonly FrozenDictionary<TableDescription, TableShape> _tables;

    private DatabaseShape(FrozenDictionary<TableDescription, TableShape> tables) => _tables = tables;

    /// <summary>Every table as described.</summary>
    public static DatabaseShape Full { get; } = From((_, _) => true);

    /// <summary>Tables of the description that are not there.</summary>
    public IEnumerable<TableDescription> MissingTables => SchemaDescription.Tables.Where(table => !_tables.ContainsKey(table));

    /// <summary>Tables that are there.</summary>
    public IEnumerable<TableShape> Tables => _tables.Values;

    /// <summary>Keeps the columns for which <paramref name="exists"/> answers true; a table without any is missing.</summary>
    public static DatabaseShape From(Func<TableDescription, string, bool> exists)
    {
        var tables = new Dictionary<TableDescription, TableShape>();
        foreach (var table in SchemaDescription.Tables)
        {
            var columns = table.Columns.ToLookup(column => exists(table, column.Name));
            if (columns[true].Any())
            {
                tables[table] = new TableShape(table, [.. columns[true]], [.. columns[false]]);
            }
        }

        return new DatabaseShape(tables.ToFrozenDictionary());
    }

    /// <exception cref="MissingTableException">The database lacks the table.</exception>
    public TableShape Of(Table table)
        => _tables.GetValueOrDefault(SchemaDescription.Of(table)) ?? throw new MissingTableException(table.Name);

    public bool Has(Table table) => _tables.ContainsKey(SchemaDescription.Of(table));
}
