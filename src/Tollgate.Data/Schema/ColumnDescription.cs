namespace Tollgate.Data.Schema;

/// <summary>The logical type of a column; each engine has its own encoding of it (database.md 8).</summary>
public enum ColumnKind : byte
{
    Text,
    TextArray,
    Json,
    Double,
    Int,
    Long,
    Bool,

    /// <summary>UTC, milliseconds, without zone.</summary>
    Timestamp,

    /// <summary>UTC with zone; only in our own tables.</summary>
    TimestampWithZone,
    Bytes,

    /// <summary>A number that the database gives.</summary>
    Serial,

    /// <summary>One of the names of a type; read and written as text.</summary>
    Enumeration,
}

/// <summary>A column as the schema description has it.</summary>
/// <param name="Name">Name, the same on both engines.</param>
/// <param name="Kind">Logical type.</param>
/// <param name="IsNullable">May be NULL.</param>
/// <param name="Default"><c>-</c> for none, <c>now</c>, <c>array</c>, a JSON literal, or an SQL literal.</param>
/// <param name="Since">Since when LiteLLM has it, where that is after 1.81 or near it; null otherwise.</param>
/// <param name="TypeName">The type's own name, for an enumeration.</param>
public sealed record ColumnDescription(
    string Name, ColumnKind Kind, bool IsNullable, string Default, string? Since, string? TypeName = null)
{
    /// <summary>The database fills the column when a row does not.</summary>
    public bool HasDefault => Kind == ColumnKind.Serial || Default is not "-";
}
