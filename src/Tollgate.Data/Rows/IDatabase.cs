using System.Text.Json.Nodes;

namespace Tollgate.Data.Rows;

/// <summary>Which engine holds the data.</summary>
public enum DatabaseKind
{
    /// <summary>The embedded file.</summary>
    Sqlite,

    PostgreSql,
}

/// <summary>How far the database can be used now.</summary>
/// <param name="IsReady">True when statements can be expected to work.</param>
/// <param name="Reason">Why not, for readiness and logs; null when ready. Never holds a password.</param>
public readonly record struct DatabaseStatus(bool IsReady, string? Reason);

/// <summary>
/// The one door to the database, the same on both engines. Rows travel as JSON objects with the column names of LiteLLM (which are also the
/// names of its API), in the order of the schema description.
/// </summary>
/// <remarks>
/// <para>Values in rows: text as string, <c>text[]</c> as array of strings, <c>jsonb</c> as its value (text that holds JSON is unwrapped),
/// numbers as numbers (a <c>double precision</c> as <see cref="double"/>, so that 0 is written <c>0.0</c> by the answer writer), booleans,
/// timestamps as <c>yyyy-MM-ddTHH:mm:ss.ffffffZ</c>. SQL NULL is a JSON null, except that NULL in an array column reads as <c>[]</c>.</para>
/// <para>A column that the adopted database lacks is kept in <c>row_ext</c> and merged on read (database.md 6.3).</para>
/// </remarks>
public interface IDatabase
{
    /// <summary>Which engine.</summary>
    DatabaseKind Kind { get; }

    /// <summary>How far it can be used now.</summary>
    DatabaseStatus Status { get; }

    /// <summary>Reads: runs <paramref name="work"/> on one connection without a transaction.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be reached now.</exception>
    Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// Writes: runs <paramref name="work"/> in one transaction, commits when it returns and rolls back when it throws. On a deadlock or
    /// serialization failure the work runs again (three times at most), so it must not act on anything but its session.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be reached or written now.</exception>
    /// <exception cref="DuplicateRowException">A unique key was violated.</exception>
    Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>Reads rows.</summary>
public interface IRowReader
{
    /// <summary>Which engine, for the few statements that differ.</summary>
    DatabaseKind Kind { get; }

    /// <summary>The row with this primary key (values in the key's order); null when there is none.</summary>
    Task<JsonObject?> FindAsync(Table table, params string[] key);

    /// <summary>Rows that pass the filter.</summary>
    Task<IReadOnlyList<JsonObject>> SelectAsync(Table table, Filter filter, SortBy[]? order = null, RowRange range = default);

    /// <summary>How many rows pass the filter.</summary>
    Task<long> CountAsync(Table table, Filter filter);

    /// <summary>
    /// Runs a statement of our own. Names are quoted as in PostgreSQL (<c>"LiteLLM_SpendLogs"</c>); <c>{own:kv}</c> stands for our own table
    /// <c>kv</c>; parameters are <c>@name</c> and come from <paramref name="parameters"/> (pairs of name without @ and value).
    /// Values come back by the column's type in the database (SQLite: text, numbers).
    /// </summary>
    Task<IReadOnlyList<JsonObject>> QueryAsync(string sql, params (string Name, object? Value)[] parameters);

    /// <summary>The SQL name of a table on this engine, quoted.</summary>
    string NameOf(Table table);
}

/// <summary>Reads and writes rows within one transaction.</summary>
public interface IRowWriter : IRowReader
{
    /// <summary>Inserts a row; members that are absent take the column's default, members without a column are ignored.</summary>
    Task InsertAsync(Table table, JsonObject row);

    /// <summary>Sets the given columns of the rows that pass the filter; returns how many there were.</summary>
    Task<int> UpdateAsync(Table table, Filter filter, JsonObject changes);

    /// <summary>Inserts a row, or sets its columns when the primary key exists.</summary>
    Task UpsertAsync(Table table, JsonObject row);

    /// <summary>Deletes the rows that pass the filter; returns how many there were.</summary>
    Task<int> DeleteAsync(Table table, Filter filter);

    /// <summary>Runs a statement that changes rows; conventions of <see cref="IRowReader.QueryAsync"/>. Returns the rows affected.</summary>
    Task<int> ExecuteAsync(string sql, params (string Name, object? Value)[] parameters);

    /// <summary>
    /// Records that an object has changed: in the same transaction a row of <c>change_log</c>, after the commit a notice to this process and
    /// to every other replica (database.md 9.5).
    /// </summary>
    Task NoteChangeAsync(Engine.Keys.ChangeNotice notice);
}

/// <summary>The database cannot be reached, or not written, now; the message says why without secrets.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A unique key was violated.</summary>
public sealed class DuplicateRowException(string message, Exception? inner = null) : Exception(message, inner);
