using System.Text.Json.Nodes;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Spend;

/// <summary>Lets one process of many do a job: a row with an end date, which its holder prolongs.</summary>
public sealed class Leases(IDatabase database, TimeProvider time)
{
    private static readonly Table Lease = new("lease", ["name"], IsOwn: true);

    private readonly string _holder = Guid.NewGuid().ToString("D");

    /// <summary>Takes the lease or prolongs it; false when another process holds it.</summary>
    /// <param name="name">Which job.</param>
    /// <param name="length">For how long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DatabaseUnavailableException">The database is away.</exception>
    public async Task<bool> TryTakeAsync(string name, TimeSpan length, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var held = new JsonObject { ["holder"] = _holder, ["expires_at"] = RowTime.Text(now + length) };
        try
        {
            return await database.WriteAsync(
                async db =>
                {
                    var free = Filter.All(
                        Filter.Equal("name", name), Filter.Any(Filter.Equal("holder", _holder), Filter.Less("expires_at", now)));
                    if (await db.UpdateAsync(Lease, free, held) > 0)
                    {
                        return true;
                    }

                    if (await db.FindAsync(Lease, name) is not null)
                    {
                        return false;
                    }

                    var row = held.DeepClone().AsObject();
                    row["name"] = name;
                    await db.InsertAsync(Lease, row);
                    return true;
                },
                cancellationToken);
        }
        catch (DuplicateRowException)
        {
            // Two took it for the first time at once; the other was quicker.
            return false;
        }
    }
}
