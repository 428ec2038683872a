using Npgsql;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Postgres;

/// <summary>The driver's exceptions as those of <see cref="IDatabase"/>.</summary>
internal static class PostgresErrors
{
    /// <summary>A deadlock or a serialization failure: the same work may succeed when it runs again.</summary>
    public static bool IsConflict(Exception error)
        => error is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>What to throw instead; null when the error is a fault of the statement.</summary>
    /// <param name="error">What the driver threw.</param>
    /// <param name="place">Host, port and database.</param>
    public static Exception? Translate(Exception error, string place) => error switch
    {
        PostgresException postgres => OfServer(postgres, place),
        NpgsqlException or TimeoutException => new DatabaseUnavailableException(
            $"the database at {place} cannot be reached: {(error.InnerException ?? error).Message}", error),
        _ => null,
    };

    private static Exception? OfServer(PostgresException error, string place) => error.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => new DuplicateRowException(
            $"{error.TableName}: a row with the same {error.ConstraintName} exists", error),
        PostgresErrorCodes.UndefinedTable => new MissingTableException(TableOf(error), error),
        PostgresErrorCodes.ReadOnlySqlTransaction => new DatabaseUnavailableException(
            $"the database at {place} can only be read now (a standby, or a fail-over)", error),
        PostgresErrorCodes.DiskFull => new DatabaseUnavailableException($"the disk of the database at {place} is full", error),
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => new DatabaseUnavailableException(
            $"the database at {place} is too busy: the same rows are being changed by others", error),
        { } state when IsOutage(state) => new DatabaseUnavailableException(
            $"the database at {place} refuses the connection: {error.MessageText}", error),
        { } state when state.StartsWith("23", StringComparison.Ordinal) => new RowConstraintException(error.MessageText, error),
        _ => null,
    };

    // 08 connection, 28 authentication, 3D000 no such database, 53 resources, 57P0x shutdown and start-up.
    private static bool IsOutage(string state) => state is "3D000"
        || state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("28", StringComparison.Ordinal)
        || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P0", StringComparison.Ordinal);

    // The server names the table only within its message: relation "x" does not exist.
    private static string TableOf(PostgresException error)
        => error.MessageText.Split('"') is { Length: > 2 } parts ? parts[1] : "unknown";
}
