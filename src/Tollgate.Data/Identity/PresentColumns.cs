using System.Collections.Frozen;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Identity;

/// <summary>The columns that the database has. Adopted databases lack those of releases newer than theirs (database.md 6.3).</summary>
internal sealed class PresentColumns(IEnumerable<(string Table, string Column)> columns)
{
    private const string PostgreSql = """
        SELECT c."relname" AS "table", a."attname" AS "column"
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND c."relname" LIKE 'LiteLLM!_%' ESCAPE '!'
            AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT 'row_ext', 'data' WHERE to_regclass('{own:row_ext}') IS NOT NULL
        """;

    private const string Sqlite = """
        SELECT t.name AS "table", c.name AS "column" FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name LIKE 'LiteLLM!_%' ESCAPE '!'
        """;

    private readonly FrozenSet<(string Table, string Column)> _columns = columns.ToFrozenSet();

    /// <summary>True when the table is there and has the column.</summary>
    public bool Has(Table table, string column) => _columns.Contains((table.Name, column));

    /// <summary>True when values of columns that are missing are kept aside; the embedded database lacks none.</summary>
    public bool KeepsExtras => _columns.Contains(("row_ext", "data"));

    /// <summary>Asks the database.</summary>
    public static async Task<PresentColumns> ReadAsync(IRowReader reader)
    {
        var rows = await reader.QueryAsync(reader.Kind == DatabaseKind.Sqlite ? Sqlite : PostgreSql);
        return new PresentColumns(rows.Select(static row => (Values.Text(row["table"])!, Values.Text(row["column"])!)));
    }
}
