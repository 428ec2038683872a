using Microsoft.Extensions.Logging;
using Npgsql;
using Tollgate.Data.Postgres;
using Tollgate.Engine.Keys;
using Tollgate.Engine;

namespace Tollgate.Data.Changes;

/// <summary>
/// Hears what other replicas, triggers and operators change: LISTEN on a connection of its own, or a look each second where a pooler is in
/// between. After a lost connection everything cached is dropped, because notices may have been missed.
/// </summary>
internal sealed partial class ReplicaListener(
    NpgsqlDataSource source, bool canListen, ChangeLogReader reader, ChangeBus changes, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);

    // A look without a notice now and then, should one get lost on the way.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _backOff = FirstBackOff;

    /// <summary>Completes when notices are heard for the first time.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var hasBegun = false;
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                if (canListen)
                {
                    await using var listen = new NpgsqlCommand($"LISTEN {ReplicaNotice.Identity}; LISTEN {ReplicaNotice.Configuration}", connection);
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                }

                await reader.BeginAsync(connection, cancellationToken);
                if (hasBegun)
                {
                    changes.Publish(new ChangeNotice(ChangedObject.Everything, ""));
                    Log.Again(logger);
                }

                hasBegun = true;
                _listening.TrySetResult();
                await FollowAsync(connection, cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && PostgresErrors.Translate(error, "") is not null)
            {
                Log.Lost(logger, error.Message, _backOff.TotalSeconds);
                await Task.Delay(_backOff, time, cancellationToken);
                _backOff = _backOff * 2 < LongestBackOff ? _backOff * 2 : LongestBackOff;
            }
        }
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (canListen)
            {
                await connection.WaitAsync(LongestSilence, cancellationToken);
            }
            else
            {
                await Task.Delay(PollInterval, time, cancellationToken);
            }

            foreach (var notice in await reader.ReadAsync(connection, cancellationToken))
            {
                changes.Publish(notice);
            }

            _backOff = FirstBackOff;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 30, LogLevel.Warning, "Changes made elsewhere are not heard ({Reason}); trying again in {Seconds} s")]
        public static partial void Lost(ILogger logger, string reason, double seconds);

        [LoggerMessage(EventIds.Data + 31, LogLevel.Information, "Changes made elsewhere are heard again; what was cached is read anew")]
        public static partial void Again(ILogger logger);
    }
}
