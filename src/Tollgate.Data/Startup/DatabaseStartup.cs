using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine;

namespace Tollgate.Data.Startup;

/// <summary>
/// Opens the store beside the start of the host, so that liveness answers meanwhile; then keeps it up. What cannot be opened within
/// <see cref="StorageSettings.StartWait"/> stops the host with <see cref="Failure"/> set, unless calls are served without a database.
/// </summary>
public sealed partial class DatabaseStartup(
    IStore store, StorageSettings settings, IHostApplicationLifetime host, TimeProvider time, ILogger<DatabaseStartup> logger) : BackgroundService
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the store is open; is cancelled when it will not be.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Why the store could not be opened: the process should end with 1. Null otherwise.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What follows may work without a pause for long (SQLite): the host's start does not wait for it.
        await Task.Yield();
        try
        {
            if (!await OpenAsync(stoppingToken))
            {
                host.StopApplication();
                return;
            }

            _opened.TrySetResult();
            await store.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Stopped(logger);
        }
        finally
        {
            _opened.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await store.OpenAsync(cancellationToken);
                return true;
            }
            catch (StorageStartException error)
            {
                return Fail(error);
            }
            catch (DatabaseUnavailableException error)
            {
                if (!settings.AllowWhenUnavailable && time.GetElapsedTime(started) + wait > settings.StartWait)
                {
                    return Fail(error);
                }

                Log.Waiting(logger, error.Message, wait.TotalSeconds);
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private bool Fail(Exception error)
    {
        Failure = error.Message;
        Log.Failed(logger, error.Message);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 20, LogLevel.Warning, "{Reason}; trying again in {Seconds} s")]
        public static partial void Waiting(ILogger logger, string reason, double seconds);

        [LoggerMessage(EventIds.Data + 21, LogLevel.Critical, "{Reason}")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(EventIds.Data + 22, LogLevel.Debug, "The upkeep of the database has stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
