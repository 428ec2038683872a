using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>
/// Inserts rows of the logs. Works on the engine's own functions: texts of a record are UTF-8 as the engine wants them, and the driver would
/// decode and encode each of them again.
/// </summary>
internal static class SqliteLogs
{
    private static readonly string Insert =
        $"INSERT INTO \"LiteLLM_SpendLogs\" ({string.Join(", ", LogColumn.All.Select(static c => $"\"{c.Name}\""))}) "
        + $"VALUES ({string.Join(", ", LogColumn.All.Select(static _ => "?"))}) ON CONFLICT (\"request_id\") DO NOTHING";

    /// <summary>A moment as the embedded database has it: <c>YYYY-MM-DD HH:MM:SS.mmm</c>.</summary>
    public static string Timestamp(long ticks) =>
        new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static void Write(SqliteConnection connection, JournalBatch batch, WriteRules rules)
    {
        var db = connection.Handle!;
        Check(db, raw.sqlite3_prepare_v2(db, Insert, out var statement));
        using (statement)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var record = SpendRecord.Open(batch[i]);
                if (rules.Logs(record) && !TryInsert(db, statement, record, suffix: ""))
                {
                    // The id is taken. With the call's own suffix it is free, unless the row is this very call's.
                    TryInsert(db, statement, record, RowIds.Suffix(record.CallId));
                }
            }
        }
    }

    private static bool TryInsert(sqlite3 db, sqlite3_stmt statement, in SpendRecord record, string suffix)
    {
        var rest = record.Row[sizeof(short)..];
        for (var i = 0; i < LogColumn.All.Length; i++)
        {
            var field = SpendRecord.TakeField(ref rest, out var isNull);
            if (isNull)
            {
                raw.sqlite3_bind_null(statement, i + 1);
            }
            else if (i == LogColumn.RequestId && suffix.Length > 0)
            {
                raw.sqlite3_bind_text(statement, i + 1, Encoding.UTF8.GetString(field) + suffix);
            }
            else
            {
                Bind(statement, i + 1, LogColumn.All[i].Type, field);
            }
        }

        var result = raw.sqlite3_step(statement);
        var isInserted = raw.sqlite3_changes(db) == 1;
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE)
        {
            Check(db, result);
        }

        return isInserted;
    }

    private static void Bind(sqlite3_stmt statement, int index, LogColumnType type, ReadOnlySpan<byte> field)
    {
        switch (type)
        {
            case LogColumnType.Text:
                BindText(statement, index, field);
                break;
            case LogColumnType.Json:
                BindText(statement, index, field[1..]);
                break;
            case LogColumnType.Double:
                raw.sqlite3_bind_double(statement, index, BinaryPrimitives.ReadDoubleBigEndian(field));
                break;
            case LogColumnType.Integer:
                raw.sqlite3_bind_int(statement, index, BinaryPrimitives.ReadInt32BigEndian(field));
                break;
            default:
                BindTimestamp(statement, index, BinaryPrimitives.ReadInt64BigEndian(field));
                break;
        }
    }

    /// <summary>The engine takes an empty span for NULL.</summary>
    private static void BindText(sqlite3_stmt statement, int index, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            raw.sqlite3_bind_text(statement, index, "");
        }
        else
        {
            raw.sqlite3_bind_text(statement, index, text);
        }
    }

    private static void BindTimestamp(sqlite3_stmt statement, int index, long microseconds)
    {
        var at = new DateTime(RecordEncoder.PostgresEpochTicks + (microseconds * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
        Span<byte> text = stackalloc byte[32];
        at.TryFormat(text, out var length, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        raw.sqlite3_bind_text(statement, index, text[..length]);
    }

    private static void Check(sqlite3 db, int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(db).utf8_to_string(), result & 0xFF, raw.sqlite3_extended_errcode(db));
        }
    }
}
