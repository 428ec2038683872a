using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Journal;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Spend;

/// <summary>
/// Keeps the journal moving into the database: after each interval, or at once when a batch's worth waits. While the database is away the
/// journal grows and the writer tries again, 0.25 s doubling to 5 s.
/// </summary>
internal sealed partial class SpendWriter(
    SpendJournal journal, SpendFlush flush, Func<SpendSettings> settings, TimeProvider time, ILogger<SpendWriter> logger) : BackgroundService
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Bound of the last flush when the process stops; what is left stays in the journal.</summary>
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var bound = new CancellationTokenSource(StopBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            journal.Recover();
            await flush.DrainAsync(either.Token);
        }
        catch (Exception e) when (e is DatabaseUnavailableException or OperationCanceledException)
        {
            if (journal.State.Waiting is > 0 and var waiting)
            {
                Log.LeftForNextStart(logger, waiting);
            }
        }

        journal.Sync();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var wait = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PauseAsync(wait, stoppingToken);
                await flush.DrainAsync(stoppingToken);
                wait = TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Whatever it is, the records are safe in the journal and the next attempt may go through.
                wait = wait == TimeSpan.Zero ? FirstWait : wait * 2 < LongestWait ? wait * 2 : LongestWait;
                Report(e, wait);
            }
        }
    }

    private void Report(Exception e, TimeSpan wait)
    {
        if (e is DatabaseUnavailableException)
        {
            Log.Waiting(logger, e.Message, journal.State.Waiting, wait.TotalSeconds);
        }
        else
        {
            Log.Failed(logger, wait.TotalSeconds, e);
        }
    }

    private async Task PauseAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
            return;
        }

        using var interval = new CancellationTokenSource(settings().FlushInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, cancellationToken);
        try
        {
            await journal.Signal.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The interval is over: flush what there is.
            return;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 130, LogLevel.Warning, "Spend waits in the journal: {Reason}; {Waiting} calls wait, next attempt in {Seconds} s")]
        public static partial void Waiting(ILogger logger, string reason, long waiting, double seconds);

        [LoggerMessage(EventIds.Data + 131, LogLevel.Error, "The spend journal could not be moved into the database; next attempt in {Seconds} s")]
        public static partial void Failed(ILogger logger, double seconds, Exception exception);

        [LoggerMessage(EventIds.Data + 132, LogLevel.Warning, "{Waiting} calls stay in the journal and are moved into the database at the next start")]
        public static partial void LeftForNextStart(ILogger logger, long waiting);
    }
}
