using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Journal;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>
/// Moves records from the journal into the database, each exactly once: a batch and the move of the journal's cursor are one transaction, so
/// a batch that is in the database is behind the cursor, and one that is not is before it, whatever was killed when.
/// </summary>
/// <param name="journal">Where the records are.</param>
/// <param name="store">Where they go.</param>
/// <param name="spend">Settings of the moment.</param>
/// <param name="budgets">Settings of the moment.</param>
/// <param name="listeners">Who hears of it.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
internal sealed partial class SpendFlush(
    SpendJournal journal,
    ISpendStore store,
    Func<SpendSettings> spend,
    Func<BudgetSettings> budgets,
    IEnumerable<IFlushListener> listeners,
    TimeProvider time,
    ILogger logger)
{
    private const int MostConflicts = 3;
    private const int ShortestRetryMs = 50;
    private const int LongestRetryMs = 400;

    private readonly IFlushListener[] _listeners = [.. listeners];
    private readonly JournalBatch _batch = new();
    private readonly BatchTotals _totals = new(new TextTable());
    private JournalPosition? _cursor;
    private ImmutableArray<bool> _endpointInKey;
    private JournalBatch? _inFlight;
    private bool _isProbed;
    private bool _hasCursor;
    private long _written;

    /// <summary>Records that went to the database since the start.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Where records are kept that the database refuses.</summary>
    public PoisonFile Poison { get; } = new(journal.Directory, time);

    /// <summary>Moves everything that is in the journal now.</summary>
    /// <exception cref="DatabaseUnavailableException">The database is away; what was not moved is moved next time.</exception>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PrepareAsync(cancellationToken);
            if (_inFlight is { } unanswered)
            {
                // Whether it is in the database is unknown. The same batch again tells, because its cursor moves once only.
                await DeliverAsync(unanswered, cancellationToken);
            }

            // What comes in meanwhile waits for the next time: under load there would always be a few more, and a transaction for a few rows
            // costs as much as one for thousands.
            var end = journal.NextSequence;
            while (!journal.HasDelivered(end) && journal.TryRead(_cursor, spend().FlushRows, _batch))
            {
                await DeliverPartsAsync(_batch, cancellationToken);
            }

            await DrainMemoryAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // What is known of the tables may be old when the database is back.
            _isProbed = false;
            throw;
        }
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!_isProbed)
        {
            _endpointInKey = await store.EndpointInKeyAsync(cancellationToken);
            _isProbed = true;
        }

        if (!_hasCursor)
        {
            _cursor = await store.LoadCursorAsync(journal.Id, cancellationToken);
            journal.Seek(_cursor);
            _hasCursor = true;
        }
    }

    private async Task DrainMemoryAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_inFlight is null && journal.TryReadMemory(spend().FlushRows, _batch))
            {
                await DeliverPartsAsync(_batch, cancellationToken);
            }
        }
        finally
        {
            // While it is unknown whether a batch of it is in the database, it must not go into the journal.
            if (_inFlight is null)
            {
                journal.ReleaseMemory();
            }
        }
    }

    /// <summary>A record that may be in the database already, by another process, goes alone: it is taken whole or not at all.</summary>
    private async Task DeliverPartsAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        while (batch.Count > 1 && batch.FirstNamed is >= 0 and var named)
        {
            var count = Math.Max(named, 1);
            var first = batch.Part(0, count, batch.From);
            await DeliverAsync(first, cancellationToken);
            batch = batch.Part(count, batch.Count - count, first.To);
        }

        await DeliverAsync(batch, cancellationToken);
    }

    private async Task DeliverAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            Finish(batch, await ApplyAsync(batch, cancellationToken));
        }
        catch (BadRecordException e) when (batch.Count > 1)
        {
            _inFlight = null;
            Log.Searching(logger, batch.Count, e.Message);
            await DeliverHalvesAsync(batch, cancellationToken);
        }
        catch (BadRecordException e)
        {
            Poison.Add(batch, e.Message);
            Log.Poisoned(logger, Poison.Path, e);
            var empty = batch.WithoutRecords();
            Finish(empty, await ApplyAsync(empty, cancellationToken));
        }
        catch (WriteConflictException) when (batch.Count > 1)
        {
            await DeliverHalvesAsync(batch, cancellationToken);
        }
        catch (WriteConflictException e)
        {
            throw new DatabaseUnavailableException("the rows of one call stay locked by others", e);
        }
    }

    private async Task DeliverHalvesAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        var half = batch.Count / 2;
        var first = batch.Part(0, half, batch.From);
        await DeliverAsync(first, cancellationToken);
        await DeliverAsync(batch.Part(half, batch.Count - half, first.To), cancellationToken);
    }

    private async Task<BatchResult> ApplyAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        var settings = spend();
        var rules = new WriteRules(_endpointInKey, !settings.DisableLogs, !settings.DisableErrorLogs, budgets().IgnoreCustomers);
        Sum(batch, rules);
        _inFlight = batch;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await store.ApplyAsync(batch, _totals, rules, cancellationToken);
            }
            catch (WriteConflictException e) when (attempt <= MostConflicts)
            {
                // The jitter keeps two that met from meeting again.
                Log.Conflict(logger, attempt, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(ShortestRetryMs, LongestRetryMs)), time, cancellationToken);
            }
        }
    }

    private void Sum(JournalBatch batch, WriteRules rules)
    {
        try
        {
            _totals.Sum(batch, rules);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            throw new BadRecordException(e.Message, e);
        }
    }

    private void Finish(JournalBatch batch, BatchResult result)
    {
        _inFlight = null;
        if (result.Outcome == BatchOutcome.CursorMoved)
        {
            _hasCursor = false;
            Log.CursorMoved(logger, batch.JournalId);
            throw new DatabaseUnavailableException("the journal's cursor was moved by somebody else; it is read again");
        }

        var isMemory = !string.Equals(batch.JournalId, journal.Id, StringComparison.Ordinal);
        if (isMemory)
        {
            journal.MemoryDelivered(batch.To);
        }
        else
        {
            _cursor = batch.To;
            journal.Delivered(batch.To, batch.Count, batch.Count == 0 ? 0 : SpendRecord.Open(batch[batch.Count - 1]).End);
        }

        Interlocked.Add(ref _written, batch.Count);
        if (result.Flushed.Count > 0)
        {
            foreach (var listener in _listeners)
            {
                listener.OnFlushed(result.Flushed);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 120, LogLevel.Warning, "A batch of {Count} calls is refused by the database ({Error}); the call that it refuses is looked for")]
        public static partial void Searching(ILogger logger, int count, string error);

        [LoggerMessage(EventIds.Data + 121, LogLevel.Error, "The database refuses the spend of a call; the record is kept in {Path} and not accounted")]
        public static partial void Poisoned(ILogger logger, string path, Exception exception);

        [LoggerMessage(EventIds.Data + 122, LogLevel.Debug, "A batch met another transaction, attempt {Attempt}: {Error}")]
        public static partial void Conflict(ILogger logger, int attempt, string error);

        [LoggerMessage(EventIds.Data + 123, LogLevel.Warning, "The cursor of journal {Journal} is not where it was left; it is read again")]
        public static partial void CursorMoved(ILogger logger, string journal);
    }
}
