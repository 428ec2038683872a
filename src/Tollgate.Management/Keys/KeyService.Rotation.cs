using Tollgate.Data.Rows;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

// Rotation that nobody asks for: keys with auto_rotate, when their time has come (admin-api.md 4.9).
public sealed partial class KeyService
{
    /// <summary>Keys that one run rotates at most; the rest is for the next.</summary>
    private const int MostRotations = 1000;

    /// <summary>COMPAT: LiteLLM's name for its own jobs in audit records (database.md 4.4).</summary>
    private static readonly AdminCaller Job = new() { Role = AdminRole.ProxyAdmin, UserId = "system" };

    /// <summary>Rotates the keys that are due, each in a transaction of its own and once, whoever else tries at the same time.</summary>
    /// <param name="mayGoOn">Asked before each key: false ends the run (another replica does it).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were rotated.</returns>
    public async Task<int> RotateDueAsync(Func<Task<bool>> mayGoOn, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var due = await database.ReadAsync(
            rows => rows.SelectAsync(
                Tables.Keys, Filter.All(Filter.Equal("auto_rotate", true), Filter.AtMost("key_rotation_at", now)),
                [new SortBy("key_rotation_at")], new RowRange(MostRotations)),
            cancellationToken);
        var rotated = 0;
        foreach (var row in due)
        {
            if (!await mayGoOn())
            {
                break;
            }

            rotated += await RotateDueAsync(row["token"]!.GetValue<string>(), now, cancellationToken) ? 1 : 0;
        }

        return rotated;
    }

    private Task<bool> RotateDueAsync(string token, DateTime now, CancellationToken cancellationToken)
    {
        var settings = snapshots.Current.Config.Management;
        var fresh = KeyText.Generate(settings.KeyBytes);
        var grace = Durations.Read(settings.RotationGracePeriod, ErrorGroup.Internal);
        return database.WriteAsync(
            async rows =>
            {
                await Locks.TakeAsync(rows, "key:" + token);
                var stillDue = Filter.All(
                    Filter.Equal("token", token), Filter.Equal("auto_rotate", true), Filter.AtMost("key_rotation_at", now));
                if (await rows.SelectAsync(Tables.Keys, stillDue) is not [var row])
                {
                    // Somebody rotated it, or changed their mind, since the list was made.
                    return false;
                }

                await RotateAsync(rows, Job, row, new Fields([]), fresh, grace);
                return true;
            },
            cancellationToken);
    }
}
