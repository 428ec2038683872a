using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Admission;

/// <summary>Ends budget periods that are over (routing.md 17.6). Implemented over the database.</summary>
public interface IBudgetResets
{
    /// <summary>
    /// Resets one object if its period is over: spend 0, next boundary, compare-and-set. Notices go out to everyone who caches it.
    /// </summary>
    /// <returns>True when the object's period is not over any more, whoever reset it.</returns>
    ValueTask<bool> ResetIfDueAsync(ChangedObject kind, string id, CancellationToken cancellationToken);
}
