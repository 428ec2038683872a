using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Data.Journal;
using Tollgate.Data.Postgres;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;

namespace Tollgate.Data.Spend;

/// <summary>
/// Makes the sums of past days from the logs where a database has none: it was adopted, or is older than the tables (database.md 9.7). What
/// has a row for a day is left alone, so nothing counts twice however often it runs.
/// </summary>
/// <param name="store">The open database.</param>
/// <param name="time">Says which day is today: that one the running gateway sums itself.</param>
/// <param name="output">Takes a line for each day.</param>
public sealed class SpendBackfill(IStore store, TimeProvider time, TextWriter output)
{
    private const int ChunkRows = 500;

    private static readonly Table Hours = new("rollup_hour", ["hour", "deployment", "model_group", "api_key", "status", "route"], IsOwn: true);

    private readonly BatchTotals _totals = new(new TextTable());
    private readonly PostgresDaily? _postgres = store is PostgresDatabase database ? new PostgresDaily(database, time) : null;

    /// <summary>Fills the days before today.</summary>
    /// <param name="days">How many.</param>
    /// <param name="cancellationToken">Stops it between two days.</param>
    /// <returns>Days for which something was missing and calls were found.</returns>
    public async Task<int> RunAsync(int days, CancellationToken cancellationToken)
    {
        var endpoint = _postgres is null ? [.. DailyTable.All.Select(static _ => true)] : await _postgres.ProbeAsync(cancellationToken);
        var rules = new WriteRules(endpoint, WriteLogs: false, WriteErrorLogs: false, IgnoreCustomers: false);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var filled = 0;
        for (var day = today.AddDays(-days); day < today; day = day.AddDays(1))
        {
            var missing = await store.ReadAsync(rows => MissingAsync((RowReader)rows, day), cancellationToken);
            _totals.Clear();
            var calls = missing.IsEmpty ? 0 : await SumAsync(day, rules, cancellationToken);

            // Calls without an organization leave its table empty for ever: that is not missing.
            missing = [.. missing.Where(HasSums)];
            if (!missing.IsEmpty)
            {
                await WriteAsync(missing, cancellationToken);
                filled++;
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}: {calls} calls into {string.Join(", ", missing.Select(NameOf))}"));
            }
        }

        return filled;
    }

    /// <summary>Places in <see cref="DailyTable.All"/> of those without a row for the day; one past them for the hours.</summary>
    private static async Task<ImmutableArray<int>> MissingAsync(RowReader rows, DateOnly day)
    {
        var missing = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < DailyTable.All.Length; i++)
        {
            var table = DailyTable.All[i].Table;
            var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (rows.Shape.Has(table) && await rows.CountAsync(table, Filter.Equal("date", date)) == 0)
            {
                missing.Add(i);
            }
        }

        if (rows.Shape.Has(Hours) && await rows.CountAsync(Hours, Of(day, "hour")) == 0)
        {
            missing.Add(DailyTable.All.Length);
        }

        return missing.ToImmutable();
    }

    private async Task<long> SumAsync(DateOnly day, WriteRules rules, CancellationToken cancellationToken)
    {
        var calls = 0L;
        IReadOnlyList<JsonObject> chunk;
        JsonObject? last = null;
        do
        {
            var filter = last is null ? Of(day, "startTime") : Filter.All(Of(day, "startTime"), After(last));
            chunk = await store.ReadAsync(
                rows => rows.SelectAsync(
                    Tables.SpendLogs, filter, [new SortBy("startTime"), new SortBy("request_id")], new RowRange(ChunkRows)),
                cancellationToken);
            if (chunk.Count > 0)
            {
                _totals.Add(Encoded(chunk), rules);
                calls += chunk.Count;
                last = chunk[^1];
            }
        }
        while (chunk.Count == ChunkRows);
        return calls;
    }

    private static JournalBatch Encoded(IReadOnlyList<JsonObject> rows)
    {
        var batch = new JournalBatch();
        var size = 0;
        foreach (var row in rows)
        {
            var call = LoggedCall.Of(row);
            var buffer = batch.Reserve(size + RecordEncoder.SizeBound(call));
            var length = RecordEncoder.Encode(call, buffer[size..]);
            batch.Add(size + RecordFrame.Header, length - RecordFrame.Header, size + length);
            size += length;
        }

        return batch;
    }

    private async Task WriteAsync(ImmutableArray<int> missing, CancellationToken cancellationToken)
    {
        for (var i = 0; i < DailyTable.All.Length; i++)
        {
            if (!missing.Contains(i))
            {
                _totals.Daily[i].Clear();
            }
        }

        if (!missing.Contains(DailyTable.All.Length))
        {
            _totals.Hours.Clear();
        }

        if (store is SqliteDatabase sqlite)
        {
            await sqlite.WriteRawAsync(
                (connection, transaction) =>
                {
                    SqliteDaily.Write(connection, transaction, _totals, SqliteLogs.Timestamp(time.GetUtcNow().UtcTicks));
                    return Task.FromResult(true);
                },
                WritePriority.Batch,
                cancellationToken);
            return;
        }

        await using var connection = await ((PostgresDatabase)store).Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await _postgres!.WriteAsync(connection, _totals, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static Filter Of(DateOnly day, string column) => Filter.All(
        Filter.AtLeast(column, day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)),
        Filter.Less(column, day.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)));

    private static Filter After(JsonObject last) => Filter.Any(
        Filter.Greater("startTime", last["startTime"]!),
        Filter.All(Filter.Equal("startTime", last["startTime"]), Filter.Greater("request_id", last["request_id"]!)));

    private bool HasSums(int place) => place < DailyTable.All.Length ? _totals.Daily[place].Count > 0 : _totals.Hours.Count > 0;

    private static string NameOf(int place) => place < DailyTable.All.Length ? DailyTable.All[place].Table.Name : Hours.Name;
}
