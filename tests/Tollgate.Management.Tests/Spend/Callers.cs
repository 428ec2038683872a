using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Tests.Spend;

/// <summary>Callers that are no administrators.</summary>
internal static class Callers
{
    /// <summary>An internal user.</summary>
    public static AdminCaller User(string id, AdminRole role = AdminRole.InternalUser) => new() { Role = role, UserId = id, KeyHash = "hash-of-" + id };

    /// <summary>A key without a user that may call some routes.</summary>
    public static AdminCaller Key(string hash, params string[] routes)
        => AdminCaller.Of(new KeyIdentity { Hash = hash, AllowedRoutes = [.. routes] }, null);
}
