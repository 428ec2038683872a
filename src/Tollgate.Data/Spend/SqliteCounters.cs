using System.Globalization;
using Microsoft.Data.Sqlite;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Spend;

/// <summary>Adds to the counters of the embedded database.</summary>
internal static class SqliteCounters
{
    /// <summary>Adds what the rows of one table gain; returns what they say afterwards.</summary>
    public static Dictionary<(string, string), double> Add(
        SqliteConnection connection, SqliteTransaction transaction, int index, CounterRows rows, NewCustomers newCustomers)
    {
        var spend = new Dictionary<(string, string), double>();
        if (rows.Rows.Count == 0)
        {
            return spend;
        }

        var table = CounterTable.All[index];
        var extra = index switch
        {
            CounterTable.Keys => ", \"last_active\" = coalesce(max(@used, coalesce(\"last_active\", '')), \"last_active\")",
            CounterTable.Members => ", \"total_spend\" = \"total_spend\" + @spend",
            _ => "",
        };
        var update = $"UPDATE \"{table.Table.Name}\" SET \"spend\" = coalesce(\"spend\", 0) + @spend{extra} WHERE {MatchOf(table)} RETURNING \"spend\"";
        Run(connection, transaction, update, rows, spend);
        if (ReplacedKeys.Missing(index, rows, spend) is { Length: > 0 } missing)
        {
            Run(connection, transaction, update, ReplacedKeys.Moved(rows, Current(connection, transaction, missing)), spend);
        }

        if (NewRows.Of(index, rows, spend, newCustomers) is { Rows.Count: > 0 } added)
        {
            var isMember = index == CounterTable.Members;
            var columns = string.Join(", ", table.Key.Select(static c => $"\"{c}\"")) + ", \"spend\"" + (isMember ? ", \"total_spend\"" : "");
            var values = (table.Key.Length == 2 ? "@a, @b" : "@a") + ", @spend" + (isMember ? ", @spend" : "");
            Run(connection, transaction, $"INSERT INTO \"{table.Table.Name}\" ({columns}) VALUES ({values}) RETURNING \"spend\"", added, spend);
        }

        return spend;
    }

    /// <summary>Returns what the rows of one table say.</summary>
    public static Dictionary<(string, string), double> Read(SqliteConnection connection, SqliteTransaction transaction, int index, CounterRows rows)
    {
        var spend = new Dictionary<(string, string), double>();
        var table = CounterTable.All[index];
        Run(connection, transaction, $"SELECT coalesce(\"spend\", 0) FROM \"{table.Table.Name}\" WHERE {MatchOf(table)}", rows, spend);
        return spend;
    }

    /// <summary>Hashes of keys as they were, and as rotations have made them.</summary>
    private static Dictionary<string, string> Current(SqliteConnection connection, SqliteTransaction transaction, string[] hashes)
    {
        var current = new Dictionary<string, string>(StringComparer.Ordinal);
        using var command = new SqliteCommand(
            $"SELECT \"active_token_id\" FROM \"{Tables.DeprecatedKeys.Name}\" WHERE \"token\" = @hash", connection, transaction);
        foreach (var hash in hashes)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("@hash", hash);
            if (command.ExecuteScalar() is string now)
            {
                current[hash] = now;
            }
        }

        return current;
    }

    private static string MatchOf(CounterTable table) =>
        string.Join(" AND ", table.Key.Select(static (column, i) => $"\"{column}\" = {(i == 0 ? "@a" : "@b")}"));

    private static void Run(
        SqliteConnection connection, SqliteTransaction transaction, string sql, CounterRows rows, Dictionary<(string, string), double> spend)
    {
        using var command = new SqliteCommand(sql, connection, transaction);
        foreach (var row in rows.Rows)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("@a", row.First);
            command.Parameters.AddWithValue("@b", row.Second);
            command.Parameters.AddWithValue("@spend", (double)row.Spend);
            command.Parameters.AddWithValue("@used", row.LastUsed is { } used ? SqliteLogs.Timestamp(used.Ticks) : DBNull.Value);
            // The engine returns a whole number as an integer, even from a column of reals.
            if (command.ExecuteScalar() is { } now and not DBNull)
            {
                spend[(row.First, row.Second)] = Convert.ToDouble(now, CultureInfo.InvariantCulture);
            }
        }
    }
}
