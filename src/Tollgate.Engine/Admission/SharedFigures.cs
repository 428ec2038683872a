using Tollgate.Engine.Keys;
using Tollgate.Engine.Spend;

namespace Tollgate.Engine.Admission;

/// <summary>Tells the shared counters what was set in the database: they know nothing of a reset that moves no boundary.</summary>
internal sealed class SharedFigures(ISharedCounters shared) : IChangeListener
{
    /// <inheritdoc/>
    public void OnChange(ChangeNotice notice)
    {
        if (!notice.SpendWasSet)
        {
            return;
        }

        if (notice.Kind == ChangedObject.Everything)
        {
            shared.ForgetAll();
        }
        else if (SpendFlushes.CounterOf(notice.Kind, notice.Id) is { } counter)
        {
            shared.Forget(counter);
        }
    }
}
