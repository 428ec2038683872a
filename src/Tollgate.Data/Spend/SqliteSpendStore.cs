using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Tollgate.Data.Journal;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>Applies batches to the embedded database.</summary>
internal sealed class SqliteSpendStore(SqliteDatabase database, TimeProvider time) : ISpendStore
{
    private static readonly CursorSql Cursor = new("\"tollgate_journal_cursor\"");
    private static readonly string TakeOnce = OnceSql.TakeIn("\"tollgate_kv\"");
    private static readonly ImmutableArray<bool> AllHaveEndpoint = [.. DailyTable.All.Select(static _ => true)];

    private readonly LastActive _active = new();
    private readonly NewCustomers _newCustomers = new(time);

    /// <inheritdoc/>
    public Task<ImmutableArray<bool>> EndpointInKeyAsync(CancellationToken cancellationToken) => Task.FromResult(AllHaveEndpoint);

    /// <inheritdoc/>
    public Task<JournalPosition?> LoadCursorAsync(string journal, CancellationToken cancellationToken) =>
        database.ReadRawAsync(connection => Task.FromResult(Load(connection, transaction: null, journal)), cancellationToken);

    /// <inheritdoc/>
    public async Task<BatchResult> ApplyAsync(JournalBatch batch, BatchTotals totals, WriteRules rules, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteRawAsync(
                (connection, transaction) => Task.FromResult(Apply(connection, transaction, batch, totals, rules)),
                WritePriority.Batch,
                cancellationToken);
        }
        catch (Exception e) when (e is RowConstraintException or DuplicateRowException or SqliteException { SqliteErrorCode: 18 or 20 })
        {
            // Constraints, too big, wrong type: only another record helps.
            throw new BadRecordException(e.Message, e);
        }
    }

    private BatchResult Apply(SqliteConnection connection, SqliteTransaction transaction, JournalBatch batch, BatchTotals totals, WriteRules rules)
    {
        // The transaction is the only writer, so reading first and writing then is a compare-and-set. What the driver says of rows affected
        // is not relied on.
        var found = Load(connection, transaction, batch.JournalId);
        if (found != batch.From)
        {
            var outcome = CursorSql.Judge(found, batch);
            return new BatchResult(
                outcome,
                outcome == BatchOutcome.AlreadyApplied
                    ? Counters(totals, (index, rows) => SqliteCounters.Read(connection, transaction, index, rows))
                    : []);
        }

        Move(connection, transaction, batch);
        if (batch.Count == 0)
        {
            return new BatchResult(BatchOutcome.Applied, []);
        }

        if (batch.Once is { } once && !Take(connection, transaction, once))
        {
            // Another process has recorded it. What waits for it in counters is told that it has arrived.
            return new BatchResult(BatchOutcome.Applied, Counters(totals, (index, rows) => SqliteCounters.Read(connection, transaction, index, rows)));
        }

        if (rules.WriteLogs)
        {
            SqliteLogs.Write(connection, batch, rules);
        }

        var now = SqliteLogs.Timestamp(time.GetUtcNow().UtcTicks);
        SqliteDaily.Write(connection, transaction, totals, now);
        return new BatchResult(
            BatchOutcome.Applied,
            Counters(totals, (index, rows) => SqliteCounters.Add(connection, transaction, index, rows, _newCustomers)));
    }

    private List<FlushedSpend> Counters(BatchTotals totals, Func<int, CounterRows, Dictionary<(string, string), double>> run)
    {
        var flushed = new List<FlushedSpend>();
        for (var i = 0; i < CounterTable.All.Length; i++)
        {
            var rows = CounterRows.Of(i, totals, _active);
            var spend = run(i, rows);
            if (CounterTable.All[i].Kind is { } kind)
            {
                flushed.AddRange(rows.Rows.Select(row => Flushed.Of(kind, row, spend)));
                flushed.AddRange(Flushed.OfReplaced(kind, rows, spend));
            }
        }

        return flushed;
    }

    private static JournalPosition? Load(SqliteConnection connection, SqliteTransaction? transaction, string journal)
    {
        using var command = new SqliteCommand(Cursor.Load, connection, transaction);
        command.Parameters.AddWithValue("@journal", journal);
        using var reader = command.ExecuteReader();
        return reader.Read() ? new JournalPosition(reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private static bool Take(SqliteConnection connection, SqliteTransaction transaction, string once)
    {
        using var command = new SqliteCommand(TakeOnce, connection, transaction);
        command.Parameters.AddWithValue("@name", OnceSql.Prefix + once);
        using var reader = command.ExecuteReader();
        return reader.Read();
    }

    private void Move(SqliteConnection connection, SqliteTransaction transaction, JournalBatch batch)
    {
        using var command = new SqliteCommand(Cursor.MoveOver(batch), connection, transaction);
        command.Parameters.AddWithValue("@journal", batch.JournalId);
        command.Parameters.AddWithValue("@segment", batch.To.Segment);
        command.Parameters.AddWithValue("@position", batch.To.Offset);
        if (batch.From is { } from)
        {
            command.Parameters.AddWithValue("@fromSegment", from.Segment);
            command.Parameters.AddWithValue("@fromPosition", from.Offset);
            command.Parameters.AddWithValue("@now", SqliteLogs.Timestamp(time.GetUtcNow().UtcTicks));
        }

        command.ExecuteNonQuery();
    }
}
