using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Spend;
using Tollgate.Engine;

namespace Tollgate.Data.Responses;

/// <summary>Writes kept answers, and deletes old ones in one process of all replicas.</summary>
internal sealed partial class ResponseWriter(
    ResponseStore store, ResponseRetention retention, Leases leases, TimeProvider time, ILogger<ResponseWriter> logger) : BackgroundService
{
    private const string LeaseName = "response-retention";
    private static readonly TimeSpan LeaseLength = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(10);

    /// <summary>Bound of the last writing when the process stops.</summary>
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var bound = new CancellationTokenSource(StopBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            if (!await store.WriteAsync(either.Token))
            {
                Log.Lost(logger);
            }
        }
        catch (OperationCanceledException)
        {
            Log.Lost(logger);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Task.WhenAll(WriteAsync(stoppingToken), DeleteAsync(stoppingToken))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        while (true)
        {
            await store.Signal.WaitAsync(stop);
            while (!await store.WriteAsync(stop))
            {
                await Task.Delay(Retry, time, stop);
            }
        }
    }

    private async Task DeleteAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(RetentionInterval, time, stop);
            try
            {
                await retention.RunAsync(() => leases.TryTakeAsync(LeaseName, LeaseLength, stop), stop);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                Log.NotDeleted(logger, failed);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 165, LogLevel.Warning, "Responses that waited for the database are lost: it is away while the gateway stops")]
        public static partial void Lost(ILogger logger);

        [LoggerMessage(EventIds.Data + 166, LogLevel.Warning, "Old responses were not deleted; the next run tries again")]
        public static partial void NotDeleted(ILogger logger, Exception exception);
    }
}
