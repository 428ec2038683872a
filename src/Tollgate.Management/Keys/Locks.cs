using Tollgate.Data.Rows;

namespace Tollgate.Management.Keys;

/// <summary>
/// Makes a check and the write after it one step where no unique key of the database does: aliases, e-mail addresses, sums over rows.
/// </summary>
internal static class Locks
{
    /// <summary>Holds a name until the transaction ends. The embedded store has one writer at a time anyway.</summary>
    public static async Task TakeAsync(IRowWriter rows, string name)
    {
        if (rows.Kind == DatabaseKind.PostgreSql)
        {
            await rows.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", ("name", "tollgate:" + name));
        }
    }
}
