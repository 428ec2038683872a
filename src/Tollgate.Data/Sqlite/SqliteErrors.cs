using Microsoft.Data.Sqlite;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Sqlite;

/// <summary>SQLite's result codes as the exceptions of <see cref="IDatabase"/>.</summary>
internal static class SqliteErrors
{
    private const int Constraint = 19;
    private const int ConstraintUnique = 2067;
    private const int ConstraintPrimaryKey = 1555;
    private const int ConstraintRowId = 2579;

    /// <summary>What to throw instead; null when the error is a fault of the statement.</summary>
    public static Exception? Translate(SqliteException error) => (error.SqliteErrorCode, error.SqliteExtendedErrorCode) switch
    {
        (Constraint, ConstraintUnique or ConstraintPrimaryKey or ConstraintRowId) => new DuplicateRowException(error.Message, error),
        (Constraint, _) => new RowConstraintException(error.Message, error),
        (5 or 6, _) => new DatabaseUnavailableException("the database file is locked by another process", error),
        (8, _) => new DatabaseUnavailableException("the database file can only be read: check its owner and mode, and the disk", error),
        (10 or 14, _) => new DatabaseUnavailableException("the database file cannot be opened, read or written: check the disk", error),
        (11 or 26, _) => new DatabaseUnavailableException("the database file is damaged or not a database: restore a backup", error),
        (13, _) => new DatabaseUnavailableException("the disk of the database file is full", error),
        _ => null,
    };
}
