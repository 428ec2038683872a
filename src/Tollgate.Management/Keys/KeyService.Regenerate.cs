using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

// Rotation of virtual keys and of the master key (admin-api.md 4.9, 5.8).
public sealed partial class KeyService
{
    /// <summary>Gives a key a new value; limits, owner and spend stay. The old value works on for the grace period.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">The key of path or query; the body's wins.</param>
    /// <param name="fields">Fields to change besides; <c>new_key</c>, <c>grace_period</c>, <c>new_master_key</c>.</param>
    public async Task<JsonNode> RegenerateAsync(AdminCaller caller, string? key, Fields fields, CancellationToken cancellationToken)
    {
        if ((fields.Text("key") is { Length: > 0 } named ? named : key) is not { Length: > 0 } old)
        {
            throw AdminException.Of(ErrorGroup.Internal, 400, "No key passed in.");
        }

        if (snapshots.Current.Config.General.MasterKey is { Length: > 0 } master && string.Equals(old, master, StringComparison.Ordinal))
        {
            return await RotateMasterKeyAsync(caller, fields, cancellationToken);
        }

        var settings = snapshots.Current.Config.Management;
        var fresh = fields.Text("new_key") is { Length: > 0 } chosen ? KeyForm.Chosen(chosen) : KeyText.Generate(settings.KeyBytes);
        var grace = fields.Has("grace_period") ? fields.Text("grace_period") : settings.RotationGracePeriod;
        var period = Durations.Read(grace, ErrorGroup.Internal);
        return await WriteAsync(
            async rows =>
            {
                var row = await LockAsync(rows, KeyText.ToHash(old)) ?? throw AdminException.Of(ErrorGroup.Internal, 404, "Key not found.");
                if (!await KeyAccess.MayChangeAsync(rows, caller, row, "/key/regenerate"))
                {
                    throw AdminException.Of(ErrorGroup.Internal, 403, "You are not authorized to regenerate this key");
                }

                // The answer shows the key to whoever asked.
                await KeyOwners.CheckRankAsync(rows, caller, BudgetRules.TextOf(row, "user_id"), ErrorGroup.Internal);
                await CheckMayChangeAsync(rows, caller, row, fields, "/key/regenerate");
                return await RotateAsync(rows, caller, row, fields, fresh, period);
            },
            cancellationToken);
    }

    private async Task<JsonObject> RotateAsync(
        IRowWriter rows, AdminCaller caller, JsonObject row, Fields fields, string fresh, BudgetPeriod? grace)
    {
        var now = time.GetUtcNow();
        var old = row["token"]!.GetValue<string>();
        var token = KeyText.ToHash(fresh);
        if (await rows.FindAsync(Tables.Keys, token) is not null
            || string.Equals(fresh, snapshots.Current.Config.General.MasterKey, StringComparison.Ordinal))
        {
            throw KeyWriter.AlreadyExists();
        }

        var more = new JsonObject
        {
            ["token"] = token,
            ["key_name"] = snapshots.Current.Config.Management.HideKeyNames ? null : KeyText.Mask(fresh),
            ["rotation_count"] = (long)(BudgetRules.NumberOf(row, "rotation_count") ?? 0) + 1,
            ["last_rotation_at"] = Timestamps.Text(now),
        };
        if (row["auto_rotate"]?.GetValue<bool>() == true && BudgetPeriod.TryParse(BudgetRules.TextOf(row, "rotation_interval"), out var interval))
        {
            more["key_rotation_at"] = Timestamps.Text(interval.After(now));
        }

        await writer.ArchiveAsync(rows, caller, row);
        var after = await ChangeAsync(rows, caller, row, fields, ErrorGroup.Internal, more, AuditAction.Rotated);

        // Values that an earlier rotation still lets work follow to the new row.
        await rows.UpdateAsync(Tables.DeprecatedKeys, Filter.Equal("active_token_id", old), new JsonObject { ["active_token_id"] = token });
        await rows.DeleteAsync(Tables.DeprecatedKeys, Filter.Equal("token", token));
        await rows.DeleteAsync(Tables.DeprecatedKeys, Filter.Equal("token", old));

        // Without grace it works no longer, but what its last calls cost still finds the key by it.
        await rows.InsertAsync(Tables.DeprecatedKeys, new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString(),
            ["token"] = old,
            ["active_token_id"] = token,
            ["revoke_at"] = Timestamps.Text(grace is { Count: > 0 } length ? length.After(now) : now),
            ["created_at"] = Timestamps.Text(now),
        });

        var (budget, permission) = await KeyShapes.LinkedAsync(rows, after);
        return KeyShapes.Created(fresh, after, budget, permission, fields.Text("duration"));
    }

    private async Task<JsonNode> RotateMasterKeyAsync(AdminCaller caller, Fields fields, CancellationToken cancellationToken)
    {
        if (!caller.IsMasterKey)
        {
            throw AdminException.Of(ErrorGroup.Internal, 403, "Only the holder of the master key can change it.");
        }

        if (fields.Text("new_master_key") is not { Length: > 0 } fresh)
        {
            throw AdminException.Of(ErrorGroup.Internal, 400, "New master key is required.");
        }

        // With a salt key of its own the master key encrypts nothing.
        var config = snapshots.Current.Config;
        if (config.Storage.SaltKey is null || string.Equals(config.Storage.SaltKey, config.General.MasterKey, StringComparison.Ordinal))
        {
            var parts = rotations.ToList();
            if (parts.Count == 0)
            {
                throw AdminException.Of(ErrorGroup.Internal, 501, "Secrets in the database cannot be encrypted anew here; the master key stays as it is.");
            }

            await database.WriteAsync(
                async rows =>
                {
                    foreach (var part in parts)
                    {
                        await part.ReencryptAsync(rows, KeyForm.Chosen(fresh), cancellationToken);
                    }

                    return parts.Count;
                },
                cancellationToken);
        }

        return new JsonObject { ["key"] = fresh, ["token"] = fresh, ["key_name"] = fresh, ["expires"] = null };
    }
}
