using System.Collections.Immutable;
using Tollgate.Engine.Keys;

namespace Tollgate.Management.Kernel;

/// <summary>Roles of management callers (admin-api.md 3.4).</summary>
public enum AdminRole
{
    /// <summary>A key without a user.</summary>
    None,
    ProxyAdmin,
    ProxyAdminViewer,
    InternalUser,
    InternalUserViewer,
    Team,
    Customer,
}

/// <summary>Who asks the control plane for something: the holder of the master key, a virtual key with its user, or the operator's own shell.</summary>
public sealed record AdminCaller
{
    /// <summary>User id of the master key (<c>PROXY_ADMIN_ID</c> may override it).</summary>
    public const string DefaultUserId = "default_user_id";

    public required AdminRole Role { get; init; }

    /// <summary>User id; null for a key without one.</summary>
    public string? UserId { get; init; }

    /// <summary>Hash of the caller's key; empty for the command line.</summary>
    public string KeyHash { get; init; } = "";

    /// <summary>The virtual key; null for the master key and the command line.</summary>
    public KeyIdentity? Key { get; init; }

    /// <summary>True for the master key itself (and the command line), which alone may call master-key routes.</summary>
    public bool IsMasterKey { get; init; }

    /// <summary>Value of header <c>litellm-changed-by</c>; null without.</summary>
    public string? ChangedByHeader { get; init; }

    /// <summary>True for <c>proxy_admin</c>.</summary>
    public bool IsAdmin => Role == AdminRole.ProxyAdmin;

    /// <summary>True for <c>proxy_admin</c> and <c>proxy_admin_viewer</c>: may read everything.</summary>
    public bool MaySeeAll => Role is AdminRole.ProxyAdmin or AdminRole.ProxyAdminViewer;

    /// <summary>Who an audit record names.</summary>
    public string ChangedBy => ChangedByHeader ?? UserId ?? DefaultUserId;

    /// <summary>The role as LiteLLM writes it in messages; <c>None</c> for a key without a user.</summary>
    public string RoleName => NameOf(Role);

    /// <summary>The operator at the machine itself.</summary>
    public static AdminCaller CommandLine { get; } = new() { Role = AdminRole.ProxyAdmin, UserId = DefaultUserId, IsMasterKey = true };

    /// <summary>A role as LiteLLM stores it.</summary>
    public static string NameOf(AdminRole role) => role switch
    {
        AdminRole.ProxyAdmin => "proxy_admin",
        AdminRole.ProxyAdminViewer => "proxy_admin_viewer",
        AdminRole.InternalUser => "internal_user",
        AdminRole.InternalUserViewer => "internal_user_viewer",
        AdminRole.Team => "team",
        AdminRole.Customer => "customer",
        _ => "None",
    };

    /// <summary>The role of a stored value. COMPAT: null or unknown text on a user that exists counts as <c>internal_user</c> (admin-api.md 3.4).</summary>
    public static AdminRole RoleOf(string? stored) => stored switch
    {
        "proxy_admin" => AdminRole.ProxyAdmin,
        "proxy_admin_viewer" => AdminRole.ProxyAdminViewer,
        "internal_user_viewer" => AdminRole.InternalUserViewer,
        "team" => AdminRole.Team,
        "customer" => AdminRole.Customer,
        _ => AdminRole.InternalUser,
    };

    /// <summary>The caller behind a virtual key.</summary>
    public static AdminCaller Of(KeyIdentity key, string? changedBy) => new()
    {
        Role = key.UserId is null ? AdminRole.None : RoleOf(key.User?.Role),
        UserId = key.UserId,
        KeyHash = key.Hash,
        Key = key,
        ChangedByHeader = changedBy,
    };

    /// <summary>The caller's rights to the routes of a key, empty when unrestricted.</summary>
    public ImmutableArray<string> AllowedRoutes => Key?.AllowedRoutes ?? [];
}
