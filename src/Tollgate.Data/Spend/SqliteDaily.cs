using Microsoft.Data.Sqlite;

namespace Tollgate.Data.Spend;

/// <summary>Adds to the daily tables and to the hours of the embedded database.</summary>
internal static class SqliteDaily
{
    private const string Hours = """
        INSERT INTO "tollgate_rollup_hour" ("hour", "deployment", "model_group", "api_key", "status", "route", "requests", "tokens_in",
            "tokens_out", "spend", "dur_ms_sum", "dur_ms_hist", "ttft_ms_sum", "ttft_n")
        VALUES (@hour, @deployment, @group, @key, @status, @route, @requests, @in, @out, @spend, @ms, @hist, @ttft, @ttftCount)
        ON CONFLICT ("hour", "deployment", "model_group", "api_key", "status", "route") DO UPDATE SET
            "requests" = "requests" + excluded."requests", "tokens_in" = "tokens_in" + excluded."tokens_in",
            "tokens_out" = "tokens_out" + excluded."tokens_out", "spend" = "spend" + excluded."spend",
            "dur_ms_sum" = "dur_ms_sum" + excluded."dur_ms_sum", "ttft_ms_sum" = "ttft_ms_sum" + excluded."ttft_ms_sum",
            "ttft_n" = "ttft_n" + excluded."ttft_n", "dur_ms_hist" = (
                SELECT json_group_array(added.value + coalesce(json_extract("tollgate_rollup_hour"."dur_ms_hist", '$[' || added.key || ']'), 0))
                FROM json_each(@hist) AS added)
        """;

    public static void Write(SqliteConnection connection, SqliteTransaction transaction, BatchTotals totals, string now)
    {
        for (var i = 0; i < DailyTable.All.Length; i++)
        {
            var rows = DailyRows.Of(i, totals);
            if (rows.Count > 0)
            {
                WriteDaily(connection, transaction, DailyTable.All[i], rows, now);
            }
        }

        if (totals.Hours.Count > 0)
        {
            WriteHours(connection, transaction, totals);
        }
    }

    private static void WriteDaily(SqliteConnection connection, SqliteTransaction transaction, DailyTable daily, List<DailyRow> rows, string now)
    {
        var name = $"\"{daily.Table.Name}\"";
        var numbers = string.Join(", ", DailyRow.NumberColumns.Select(static c => $"\"{c}\""));
        var values = string.Join(", ", DailyRow.NumberColumns.Select(static (_, i) => $"@n{i}"));
        var additions = string.Join(", ", DailyRow.NumberColumns.Append("spend").Select(static c => $"\"{c}\" = \"{c}\" + excluded.\"{c}\""));
        var target = string.Join(", ", daily.Key.Select(static c => $"\"{c}\""));
        using var command = new SqliteCommand(
            $"""
            INSERT INTO {name} ("id", {target}, "model_group", {numbers}, "spend", "updated_at")
            VALUES (@id, @k0, @k1, @k2, @k3, @k4, '', @k5, @group, {values}, @spend, @now)
            ON CONFLICT ({target}) DO UPDATE SET {additions}, "updated_at" = excluded."updated_at"
            """,
            connection,
            transaction);
        foreach (var row in rows)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("@id", Guid.NewGuid().ToString("D"));
            for (var i = 0; i < row.Key.Length; i++)
            {
                command.Parameters.AddWithValue($"@k{i}", row.Key[i]);
            }

            var counts = row.Numbers;
            for (var i = 0; i < counts.Length; i++)
            {
                command.Parameters.AddWithValue($"@n{i}", counts[i]);
            }

            command.Parameters.AddWithValue("@group", row.ModelGroup);
            command.Parameters.AddWithValue("@spend", (double)row.Sum.Spend);
            command.Parameters.AddWithValue("@now", now);
            command.ExecuteNonQuery();
        }
    }

    private static void WriteHours(SqliteConnection connection, SqliteTransaction transaction, BatchTotals totals)
    {
        using var command = new SqliteCommand(Hours, connection, transaction);
        foreach (var (key, sum) in totals.Hours)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("@hour", SqliteLogs.Timestamp(key.Hour * TimeSpan.TicksPerHour));
            command.Parameters.AddWithValue("@deployment", totals.Texts[key.Deployment]);
            command.Parameters.AddWithValue("@group", totals.Texts[key.ModelGroup]);
            command.Parameters.AddWithValue("@key", totals.Texts[key.KeyHash]);
            command.Parameters.AddWithValue("@status", totals.Texts[key.Status]);
            command.Parameters.AddWithValue("@route", totals.Texts[key.Route]);
            command.Parameters.AddWithValue("@requests", sum.Requests);
            command.Parameters.AddWithValue("@in", sum.TokensIn);
            command.Parameters.AddWithValue("@out", sum.TokensOut);
            command.Parameters.AddWithValue("@spend", (double)sum.Spend);
            command.Parameters.AddWithValue("@ms", sum.Milliseconds);
            command.Parameters.AddWithValue("@hist", sum.Histogram);
            command.Parameters.AddWithValue("@ttft", sum.FirstOutputMilliseconds);
            command.Parameters.AddWithValue("@ttftCount", sum.FirstOutputs);
            command.ExecuteNonQuery();
        }
    }
}
