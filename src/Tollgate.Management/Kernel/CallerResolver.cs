using Microsoft.AspNetCore.Http;
using Tollgate.Engine;
using Tollgate.Engine.Keys;

namespace Tollgate.Management.Kernel;

/// <summary>Finds out who asks by the same keys that calls are made with.</summary>
public sealed class CallerResolver(SnapshotHolder snapshots, Authenticator authenticator) : ICallerResolver
{
    /// <inheritdoc/>
    public async ValueTask<AdminCaller> ResolveAsync(HttpContext http)
    {
        var snapshot = snapshots.Current;
        AccessGates.Check(http, snapshot);
        var caller = await authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
        var changedBy = http.Request.Headers["litellm-changed-by"].ToString() is { Length: > 0 } name ? name : null;
        if (caller.Key is { } key)
        {
            return AdminCaller.Of(key.Identity, changedBy);
        }

        // COMPAT: without a master key everyone is an internal user, who may read little and change nothing (admin-api.md 3.2).
        return caller.Role == CallerRole.ProxyAdmin
            ? new AdminCaller
            {
                Role = AdminRole.ProxyAdmin,
                UserId = AdminCaller.DefaultUserId,
                KeyHash = snapshot.MasterKeyHash,
                IsMasterKey = true,
                ChangedByHeader = changedBy,
            }
            : new AdminCaller { Role = AdminRole.InternalUser, ChangedByHeader = changedBy };
    }
}
