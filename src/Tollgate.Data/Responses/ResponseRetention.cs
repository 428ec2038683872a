using Tollgate.Data.Rows;
using Tollgate.Data.Spend;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Responses;

/// <summary>Deletes kept answers that are too old, and the oldest while there is not room for all, in small steps.</summary>
internal sealed class ResponseRetention(IDatabase database, StorageSettings settings, TimeProvider time)
{
    private const int MostRows = 500;

    /// <summary>Deletes what is too much; returns how many answers.</summary>
    /// <param name="mayGoOn">Asked before each step: false ends the run (the lease is gone).</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<int> RunAsync(Func<Task<bool>> mayGoOn, CancellationToken cancellationToken)
    {
        var before = LogRetention.Before(settings.ResponseRetention, time.GetUtcNow());
        var deleted = 0;
        while (await mayGoOn())
        {
            var step = await database.WriteAsync(db => DeleteAsync(db, before), cancellationToken);
            deleted += step;
            if (step == 0)
            {
                break;
            }
        }

        return deleted;
    }

    private async Task<int> DeleteAsync(IRowWriter db, DateTime before)
    {
        var table = db.NameOf(Tables.Responses);
        var old = await db.ExecuteAsync(
            $"DELETE FROM {table} WHERE name IN (SELECT name FROM {table} WHERE created_at < @before ORDER BY created_at LIMIT @most)",
            ("before", before),
            ("most", (long)MostRows));
        if (old > 0)
        {
            return old;
        }

        var sum = await db.QueryAsync($"SELECT coalesce(sum(size), 0) AS size FROM {table}");
        var tooMuch = sum[0]["size"]!.GetValue<long>() - settings.ResponseStoreMaxBytes;
        var names = new List<string>();
        if (tooMuch > 0)
        {
            foreach (var row in await db.QueryAsync($"SELECT name, size FROM {table} ORDER BY created_at, name LIMIT @most", ("most", (long)MostRows)))
            {
                if (tooMuch <= 0)
                {
                    break;
                }

                names.Add(row["name"]!.GetValue<string>());
                tooMuch -= row["size"]!.GetValue<long>();
            }
        }

        return names.Count == 0 ? 0 : await db.DeleteAsync(Tables.Responses, Filter.In("name", names));
    }
}
