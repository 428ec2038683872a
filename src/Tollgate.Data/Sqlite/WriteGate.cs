namespace Tollgate.Data.Sqlite;

/// <summary>Who goes first when writers wait.</summary>
public enum WritePriority : byte
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Log batches and upkeep.</summary>
    Batch,
}

/// <summary>Lets one writer in at a time, interactive ones before batches.</summary>
internal sealed class WriteGate
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _interactive = new();
    private readonly Queue<TaskCompletionSource> _batch = new();
    private bool _isTaken;

    public async Task EnterAsync(WritePriority priority, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (priority == WritePriority.Interactive ? _interactive : _batch).Enqueue(turn);
        }

        await using (cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken)))
        {
            await turn.Task;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            while (_interactive.TryDequeue(out var next) || _batch.TryDequeue(out next))
            {
                // One that was cancelled while it waited has left the queue already.
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _isTaken = false;
        }
    }
}
