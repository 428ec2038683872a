using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Spend;

/// <summary>Deletes rows of the logs and of the audit log that are older than they are kept, in small bounded steps (database.md 9.8).</summary>
internal sealed partial class LogRetention(
    IDatabase database, Func<SpendSettings> settings, StorageSettings storage, TimeProvider time, ILogger<LogRetention> logger)
{
    private const int MostFailures = 3;

    /// <summary>Lets other work through between two deletes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Deletes what is too old; returns how many rows.</summary>
    /// <param name="mayGoOn">Asked before each delete: false ends the run (the lease is gone).</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<long> RunAsync(Func<Task<bool>> mayGoOn, CancellationToken cancellationToken)
    {
        var deleted = 0L;
        if (settings().Retention is { } logs)
        {
            deleted += await DeleteAsync(Tables.SpendLogs, "startTime", logs, mayGoOn, cancellationToken);
        }

        if (storage.AuditRetention is { } audit)
        {
            deleted += await DeleteAsync(Tables.AuditLog, "updated_at", audit, mayGoOn, cancellationToken);
        }

        return deleted;
    }

    /// <summary>The moment before which rows are too old. Months have 30 days here, so that the moment does not jump.</summary>
    internal static DateTime Before(BudgetPeriod period, DateTimeOffset now)
    {
        var seconds = period.Count * period.Unit switch
        {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 7 * 86_400.0,
            _ => 30 * 86_400.0,
        };
        return seconds < (now - DateTimeOffset.UnixEpoch).TotalSeconds ? now.UtcDateTime.AddSeconds(-seconds) : DateTime.UnixEpoch;
    }

    private async Task<long> DeleteAsync(
        Table table, string column, BudgetPeriod period, Func<Task<bool>> mayGoOn, CancellationToken cancellationToken)
    {
        var before = Before(period, time.GetUtcNow());
        var deleted = 0L;
        var failures = 0;
        for (var loop = 0; loop < settings().RetentionLoops && failures < MostFailures && await mayGoOn(); loop++)
        {
            try
            {
                var rows = await database.WriteAsync(db => DeleteOnceAsync(db, table, column, before), cancellationToken);
                failures = 0;
                deleted += rows;
                if (rows < settings().RetentionBatch)
                {
                    break;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException and not DatabaseUnavailableException)
            {
                failures++;
                Log.Failed(logger, table.Name, e);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        if (deleted > 0)
        {
            Log.Deleted(logger, table.Name, deleted, before);
        }

        return deleted;
    }

    private async Task<int> DeleteOnceAsync(IRowWriter db, Table table, string column, DateTime before)
    {
        if (db.Kind == DatabaseKind.PostgreSql)
        {
            await db.ExecuteAsync("SET LOCAL statement_timeout = '30s'");
            await db.ExecuteAsync("SET LOCAL lock_timeout = '5s'");
        }

        var name = db.NameOf(table);
        var key = table.Key[0];
        return await db.ExecuteAsync(
            $"DELETE FROM {name} WHERE \"{key}\" IN (SELECT \"{key}\" FROM {name} WHERE \"{column}\" < @before ORDER BY \"{column}\", \"{key}\" LIMIT @most)",
            ("before", before),
            ("most", settings().RetentionBatch));
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 150, LogLevel.Information, "{Deleted} rows of {Table} from before {Before} were deleted")]
        public static partial void Deleted(ILogger logger, string table, long deleted, DateTime before);

        [LoggerMessage(EventIds.Data + 151, LogLevel.Warning, "Old rows of {Table} could not be deleted")]
        public static partial void Failed(ILogger logger, string table, Exception exception);
    }
}
