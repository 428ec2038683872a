using Tollgate.Engine.Keys;
using Tollgate.Engine.Spend;

namespace Tollgate.Engine.Admission;

/// <summary>Tells the shared counters what was set in the database: they know nothing of a reset that moves no boundary.</summary>
internal sealed class SharedFigures(ISharedCounters shared, TimeProvider time) : IChangeListener
{
    /// <summary>
    /// Calls that were on their way when the notice came carry the old figure, and would bring it back. By now they are through: an operation
    /// of the store is bounded by a fraction of this.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public void OnChange(ChangeNotice notice)
    {
        if (notice.SpendWasSet)
        {
            Forget(notice);
            _ = ForgetAgainAsync(notice);
        }
    }

    private async Task ForgetAgainAsync(ChangeNotice notice)
    {
        await Task.Delay(Settled, time);
        Forget(notice);
    }

    private void Forget(ChangeNotice notice)
    {
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
