using Microsoft.Extensions.Logging;
using Tollgate.Data.Changes;
using Tollgate.Data.Rows;
using Tollgate.Engine;

namespace Tollgate.Data.Postgres;

/// <summary>What an open PostgreSQL store does beside serving: hears changes, looks for foreign ones, keeps its view of the schema fresh.</summary>
internal sealed partial class PostgresUpkeep(PostgresDatabase database, ChangeBus changes, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);
    private const int PollsPerTidy = 30;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] tasks = [ListenAsync(stop.Token), PollAsync(stop.Token)];
        await Task.WhenAny(tasks);
        // One that ends early ends with a fault of ours: it must be seen, not outlived.
        await stop.CancelAsync();
        await Task.WhenAll(tasks);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (!database.Has(ChangeLog.Table))
        {
            Log.NoChangeLog(logger);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        var url = database.DirectUrl;
        await using var source = PostgresDatabase.Build(url, database.Tokens);
        var reader = new ChangeLogReader(database.InstanceId);
        await new ReplicaListener(source, !url.IsPooler, reader, changes, time, logger).RunAsync(cancellationToken);
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var poll = new ConfigurationPoll(database, changes);
        using var timer = new PeriodicTimer(PollInterval, time);
        for (var polls = 0; ; polls++)
        {
            try
            {
                if (!database.HasTriggers)
                {
                    await poll.LookAsync(cancellationToken);
                }

                if (polls % PollsPerTidy == PollsPerTidy - 1)
                {
                    await TidyAsync(cancellationToken);
                }
            }
            catch (DatabaseUnavailableException error)
            {
                Log.Failed(logger, error.Message);
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        await database.ProbeAsync(cancellationToken);
        if (database.Has(ChangeLog.Table))
        {
            await database.MoveExtrasAsync(cancellationToken);
            await database.WriteAsync(db => db.ExecuteAsync(ChangeLog.ForgetStatement(DatabaseKind.PostgreSql)), cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 40, LogLevel.Warning, "There is no tollgate.change_log: changes made by other replicas are seen when cached entries expire")]
        public static partial void NoChangeLog(ILogger logger);

        [LoggerMessage(EventIds.Data + 41, LogLevel.Debug, "The database was not looked at: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
