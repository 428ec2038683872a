using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>How the recording of spend is doing, for readiness and metrics.</summary>
public sealed class SpendStatus
{
    private readonly SpendJournal _journal;
    private readonly SpendFlush _flush;

    internal SpendStatus(SpendJournal journal, SpendFlush flush)
    {
        _journal = journal;
        _flush = flush;
    }

    /// <summary>The journal: bytes, what waits, what is lost, why nothing can be written.</summary>
    public JournalState Journal => _journal.State;

    /// <summary>Calls that reached the database since the start.</summary>
    public long Written => _flush.Written;

    /// <summary>Calls that the database refused; they are kept in <c>journal/poison</c>.</summary>
    public long Poisoned => _flush.Poison.Count;
}
