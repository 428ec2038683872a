namespace Tollgate.Data.Journal;

/// <summary>How the journal is doing, for readiness and metrics.</summary>
/// <param name="Bytes">Bytes of all segments on the disk.</param>
/// <param name="Waiting">Records that the database does not have yet.</param>
/// <param name="OldestAge">Age of the oldest of them; zero when none.</param>
/// <param name="InMemory">Events that could not be written and wait in memory: a crash would lose them.</param>
/// <param name="Lost">Events lost since the start.</param>
/// <param name="Damaged">Segments with damaged records met since the start.</param>
/// <param name="Failure">Why nothing can be written now; null when all is well.</param>
public readonly record struct JournalState(
    long Bytes,
    long Waiting,
    TimeSpan OldestAge,
    int InMemory,
    long Lost,
    long Damaged,
    string? Failure);
