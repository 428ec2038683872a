using System.Collections.Concurrent;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Tests;

/// <summary>Keeps every notice and lets a test wait for one.</summary>
public sealed class HeardChanges : IChangeListener
{
    private readonly ConcurrentQueue<ChangeNotice> _notices = new();
    private readonly ConcurrentDictionary<ChangeNotice, TaskCompletionSource> _awaited = new();

    public IReadOnlyCollection<ChangeNotice> Notices => _notices;

    public void OnChange(ChangeNotice notice)
    {
        _notices.Enqueue(notice);
        Await(notice).TrySetResult();
    }

    public Task HeardAsync(ChangeNotice notice) => Await(notice).Task.WaitAsync(TimeSpan.FromSeconds(20));

    private TaskCompletionSource Await(ChangeNotice notice)
        => _awaited.GetOrAdd(notice, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
