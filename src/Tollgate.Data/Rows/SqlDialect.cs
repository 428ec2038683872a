using System.Data.Common;
using System.Text.Json.Nodes;
using Tollgate.Data.Schema;

namespace Tollgate.Data.Rows;

/// <summary>Where the two engines' SQL and value encodings differ. Names that it quotes are constants of ours, never input.</summary>
internal abstract class SqlDialect
{
    public abstract DatabaseKind Kind { get; }

    /// <summary>The quoted name of a table.</summary>
    public abstract string NameOf(Table table);

    /// <summary>What to select for a column.</summary>
    public virtual string Select(ColumnDescription column) => Quote(column.Name);

    /// <summary>A placeholder as a value of a column.</summary>
    public virtual string Value(string parameter, ColumnDescription column) => parameter;

    /// <summary>Adds a parameter with a plain value (see <see cref="ColumnValues"/>) of a column.</summary>
    public abstract void Bind(DbCommand command, string name, ColumnKind kind, object? value);

    /// <summary>Adds a parameter of a statement of the caller's own.</summary>
    public abstract void BindFree(DbCommand command, string name, object? value);

    /// <summary>The plain value of a result column that holds a described column.</summary>
    public abstract object? Read(DbDataReader reader, int ordinal, ColumnKind kind);

    /// <summary>The member for a result column of a statement of the caller's own.</summary>
    public abstract JsonNode? ReadFree(DbDataReader reader, int ordinal);

    /// <summary>Differs, where NULL differs from every value.</summary>
    public abstract string Differs(string column, string parameter);

    /// <summary>The array (a list, or a JSON array) holds the value.</summary>
    public abstract string Holds(string column, string parameter, ColumnKind kind);

    /// <summary>The text of the column is one of those in a parameter bound as <see cref="ColumnKind.TextArray"/>.</summary>
    public abstract string OneOf(string column, string parameter, ColumnKind kind);

    /// <summary>The text of the column contains the parameter, in any case.</summary>
    public abstract string Contains(string column, string parameter);

    /// <summary>Quotes a name.</summary>
    public static string Quote(string name) => $"\"{name}\"";
}
