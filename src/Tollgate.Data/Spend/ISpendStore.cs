using System.Collections.Immutable;
using Tollgate.Data.Journal;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Spend;

/// <summary>What became of a batch.</summary>
internal enum BatchOutcome
{
    /// <summary>It is in the database now.</summary>
    Applied,

    /// <summary>It was in the database already: an earlier commit whose answer was lost.</summary>
    AlreadyApplied,

    /// <summary>The cursor is somewhere else: reading starts again from there.</summary>
    CursorMoved,
}

/// <summary>What became of a batch, and what the counters say now.</summary>
internal sealed record BatchResult(BatchOutcome Outcome, IReadOnlyList<FlushedSpend> Flushed);

/// <summary>Applies batches to one engine's database, each in one transaction with the move of the cursor.</summary>
internal interface ISpendStore
{
    /// <summary>Where the cursor of a journal is; null when it has none.</summary>
    Task<JournalPosition?> LoadCursorAsync(string journal, CancellationToken cancellationToken);

    /// <summary>For each daily table, whether its unique key has the endpoint.</summary>
    Task<ImmutableArray<bool>> EndpointInKeyAsync(CancellationToken cancellationToken);

    /// <summary>Applies a batch. The sums are those of the batch.</summary>
    /// <exception cref="BadRecordException">A record cannot be stored, whatever is tried.</exception>
    /// <exception cref="WriteConflictException">The batch met another transaction; the same batch may go through next time.</exception>
    /// <exception cref="Rows.DatabaseUnavailableException">The database is away; whether the batch is in it may be unknown.</exception>
    Task<BatchResult> ApplyAsync(JournalBatch batch, BatchTotals totals, WriteRules rules, CancellationToken cancellationToken);
}

/// <summary>A record of a batch cannot be stored.</summary>
internal sealed class BadRecordException(string message, Exception inner) : Exception(message, inner);

/// <summary>A batch met another transaction.</summary>
internal sealed class WriteConflictException(string message, Exception inner) : Exception(message, inner);
