using Tollgate.Data.Rows;
using Tollgate.Data.Schema;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Changes;

/// <summary>The table in which changes are recorded, so that replicas can catch up (database.md 9.5).</summary>
internal static class ChangeLog
{
    public static Table Table { get; } = new("change_log", ["seq"], IsOwn: true);

    /// <summary>Forgets what every replica has read long ago (an hour).</summary>
    public static string ForgetStatement(DatabaseKind kind) => kind == DatabaseKind.Sqlite
        ? "DELETE FROM {own:change_log} WHERE at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 hour')"
        : "DELETE FROM {own:change_log} WHERE at < clock_timestamp() - interval '1 hour'";

    /// <summary>Records a change in the session's transaction; a database without our tables keeps none.</summary>
    /// <param name="scope">The session.</param>
    /// <param name="notice">What has changed.</param>
    /// <param name="source">Which instance changed it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task RecordAsync(SessionScope scope, ChangeNotice notice, string source, CancellationToken cancellationToken)
    {
        if (!scope.Shape.Has(Table))
        {
            return;
        }

        await using var command = scope.Command();
        // The database's clock, which all replicas share, and the moment instead of the transaction's start.
        var now = scope.Dialect.Kind == DatabaseKind.Sqlite ? "strftime('%Y-%m-%d %H:%M:%f','now')" : "clock_timestamp()";
        command.CommandText =
            $"INSERT INTO {scope.Dialect.NameOf(Table)} (at, kind, id, src, spend_was_set) VALUES ({now}, @kind, @id, @src, @set)";
        scope.Dialect.Bind(command, "kind", ColumnKind.Text, notice.Kind.ToString());
        scope.Dialect.Bind(command, "id", ColumnKind.Text, Storable.Text(notice.Id));
        scope.Dialect.Bind(command, "src", ColumnKind.Text, source);
        scope.Dialect.Bind(command, "set", ColumnKind.Bool, notice.SpendWasSet);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
