using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Tollgate.Data.Journal;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Spend;

/// <summary>Applies batches to PostgreSQL.</summary>
internal sealed class PostgresSpendStore(PostgresDatabase database, TimeProvider time) : ISpendStore
{
    private static readonly CursorSql Cursor = new("tollgate.\"journal_cursor\"");

    private static readonly string TakeOnce = OnceSql.TakeIn("tollgate.\"kv\"");

    private readonly PostgresLogs _logs = new(database);
    private readonly PostgresDaily _daily = new(database, time);
    private readonly PostgresCounters _counters = new(database, time);

    /// <inheritdoc/>
    public Task<JournalPosition?> LoadCursorAsync(string journal, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await LoadAsync(connection, journal, cancellationToken);
    });

    /// <inheritdoc/>
    public Task<ImmutableArray<bool>> EndpointInKeyAsync(CancellationToken cancellationToken) => GuardAsync(() => _daily.ProbeAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<BatchResult> ApplyAsync(JournalBatch batch, BatchTotals totals, WriteRules rules, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (!await MoveAsync(connection, batch, cancellationToken))
            {
                var found = await LoadAsync(connection, batch.JournalId, cancellationToken);
                var outcome = CursorSql.Judge(found, batch);
                var known = outcome == BatchOutcome.AlreadyApplied ? await _counters.ReadAsync(connection, totals, cancellationToken) : [];
                return new BatchResult(outcome, known);
            }

            if (batch.Count == 0)
            {
                await transaction.CommitAsync(cancellationToken);
                return new BatchResult(BatchOutcome.Applied, []);
            }

            if (batch.Once is { } once && !await TakeAsync(connection, once, cancellationToken))
            {
                // Another process has recorded it. What waits for it in counters is told that it has arrived.
                var arrived = await _counters.ReadAsync(connection, totals, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return new BatchResult(BatchOutcome.Applied, arrived);
            }

            await _logs.WriteAsync(connection, transaction, batch, rules, cancellationToken);
            await _daily.WriteAsync(connection, totals, cancellationToken);
            var flushed = await _counters.WriteAsync(connection, totals, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return new BatchResult(BatchOutcome.Applied, flushed);
        });

    private static async Task<JournalPosition?> LoadAsync(NpgsqlConnection connection, string journal, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Cursor.Load, connection);
        command.Parameters.AddWithValue("journal", journal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new JournalPosition(reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private static async Task<bool> TakeAsync(NpgsqlConnection connection, string once, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeOnce, connection);
        command.Parameters.AddWithValue("name", OnceSql.Prefix + once);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    private async Task<bool> MoveAsync(NpgsqlConnection connection, JournalBatch batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Cursor.MoveOver(batch), connection);
        command.Parameters.AddWithValue("journal", batch.JournalId);
        command.Parameters.AddWithValue("segment", batch.To.Segment);
        command.Parameters.AddWithValue("position", batch.To.Offset);
        if (batch.From is { } from)
        {
            command.Parameters.AddWithValue("fromSegment", from.Segment);
            command.Parameters.AddWithValue("fromPosition", from.Offset);
            command.Parameters.AddWithValue("now", NpgsqlDbType.TimestampTz, time.GetUtcNow().UtcDateTime);
        }

        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (PostgresException e) when (PostgresErrors.IsConflict(e))
        {
            throw new WriteConflictException(e.MessageText, e);
        }
        catch (PostgresException e) when (IsBadData(e))
        {
            throw new BadRecordException(e.MessageText, e);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // A table or column may have come or gone with an upgrade of LiteLLM: what was probed is probed again.
            _daily.Forget();
            _logs.Forget();
            throw PostgresErrors.Translate(e, database.Url.Place) is DatabaseUnavailableException away
                ? away
                : new DatabaseUnavailableException(e.Message, e);
        }
    }

    /// <summary>22 data, 23 constraints, 54 limits (a text too long for an index): only another record helps.</summary>
    private static bool IsBadData(PostgresException e) =>
        e.SqlState.StartsWith("22", StringComparison.Ordinal)
        || e.SqlState.StartsWith("23", StringComparison.Ordinal)
        || e.SqlState.StartsWith("54", StringComparison.Ordinal);
}
