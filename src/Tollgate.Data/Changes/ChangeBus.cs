using System.Collections.Immutable;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Changes;

/// <summary>Tells this process's listeners what has changed, here or on another replica.</summary>
public sealed class ChangeBus
{
    private ImmutableArray<IChangeListener> _listeners = [];

    /// <summary>Adds a listener until the result is disposed.</summary>
    public IDisposable Subscribe(IChangeListener listener)
    {
        ImmutableInterlocked.Update(ref _listeners, (all, added) => all.Add(added), listener);
        return new Subscription(this, listener);
    }

    /// <summary>Calls every listener.</summary>
    public void Publish(ChangeNotice notice)
    {
        foreach (var listener in _listeners)
        {
            listener.OnChange(notice);
        }
    }

    private sealed class Subscription(ChangeBus bus, IChangeListener listener) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref bus._listeners, (all, removed) => all.Remove(removed), listener);
    }
}
