namespace Tollgate.Data.Rows;

/// <summary>The adopted database lacks a table that a feature needs (an older LiteLLM's database).</summary>
public sealed class MissingTableException(string table, Exception? inner = null)
    : Exception($"the database has no table \"{table}\"; it was made by an older version, so what lives there is not available", inner)
{
    /// <summary>Name of the table, without quotes.</summary>
    public string Table { get; } = table;
}

/// <summary>A row does not fit: a required value is missing, or another row refers to it or is referred to and absent.</summary>
public sealed class RowConstraintException(string message, Exception? inner = null) : Exception(message, inner);
