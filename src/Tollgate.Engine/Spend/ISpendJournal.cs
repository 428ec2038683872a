using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Spend;

/// <summary>
/// Where finished calls are recorded before they count. When <see cref="Append"/> has returned, the record is with the kernel: a killed
/// process loses nothing. A writer moves it into the database later, exactly once.
/// </summary>
public interface ISpendJournal
{
    /// <summary>False when nothing can be recorded now (full disk) and the operator wants calls refused then; checked at admission.</summary>
    bool AcceptsCalls { get; }

    /// <summary>
    /// Records a call. Copies what it needs; thread-safe; does not wait for the database. A failure to write is logged, counted and shown in
    /// readiness, never thrown.
    /// </summary>
    void Append(SpendEvent spent);
}

/// <summary>Hears what has reached the database, so that counters can tell recorded spend from spend on its way.</summary>
public interface IFlushListener
{
    /// <summary>A batch was committed.</summary>
    /// <param name="entries">One per object that gained spend.</param>
    void OnFlushed(IReadOnlyList<FlushedSpend> entries);
}

/// <summary>Spend of one object that has reached the database.</summary>
/// <param name="Kind">Key, user, team, member, organization, project, customer, tag or the gateway itself.</param>
/// <param name="Id">Its id; a member's is <c>team_id|user_id</c>.</param>
/// <param name="Added">USD that this batch added.</param>
/// <param name="Total">USD recorded after the batch; null when the row is gone.</param>
public readonly record struct FlushedSpend(ChangedObject Kind, string Id, decimal Added, decimal? Total);
