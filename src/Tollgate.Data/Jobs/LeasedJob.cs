using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Engine;

namespace Tollgate.Data.Jobs;

/// <summary>Something that one process of all replicas does again and again.</summary>
/// <param name="name">Name of the lease, and of the job in logs.</param>
/// <param name="leases">Who does it.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
public abstract partial class LeasedJob(string name, Leases leases, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Wait before the first run, and after one that found no database. Default 10 s: a restart must not put a daily job off by a day.</summary>
    protected virtual TimeSpan FirstWait => TimeSpan.FromSeconds(10);

    /// <summary>How long others stay away from a job whose process has died over it.</summary>
    protected abstract TimeSpan LeaseLength { get; }

    /// <summary>Wait between the end of a run and the next.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Does it.</summary>
    /// <param name="holdsLease">Takes the lease or prolongs it, before each part of the work; false when another process has it.</param>
    /// <param name="stoppingToken">The process stops.</param>
    protected abstract Task RunAsync(Func<Task<bool>> holdsLease, CancellationToken stoppingToken);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var wait = FirstWait;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, stoppingToken);
                wait = Interval;
                await RunAsync(() => leases.TryTakeAsync(name, LeaseLength, stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseUnavailableException e)
            {
                Log.Unavailable(logger, name, e.Message);
                wait = FirstWait;
            }
            catch (Exception e)
            {
                Log.Failed(logger, name, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 141, LogLevel.Debug, "The job {Job} cannot run now: {Reason}")]
        public static partial void Unavailable(ILogger logger, string job, string reason);

        [LoggerMessage(EventIds.Data + 142, LogLevel.Error, "The job {Job} failed; the next run tries again")]
        public static partial void Failed(ILogger logger, string job, Exception exception);
    }
}
