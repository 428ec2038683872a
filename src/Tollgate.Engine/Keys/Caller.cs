namespace Tollgate.Engine.Keys;

/// <summary>What a caller may do, coarsely.</summary>
public enum CallerRole : byte
{
    /// <summary>Identified by nothing: the gateway has no master key, or the route is public.</summary>
    Anonymous,

    /// <summary>The holder of the master key.</summary>
    ProxyAdmin,

    /// <summary>The holder of a virtual key.</summary>
    VirtualKey,
}

/// <summary>Who is calling.</summary>
/// <param name="Role">What they may do.</param>
/// <param name="KeyHeader">Name of the header the key came in, lower case; null without key. It is never forwarded.</param>
public sealed record Caller(CallerRole Role, string? KeyHeader)
{
    /// <summary>Nobody in particular.</summary>
    public static Caller Anonymous { get; } = new(CallerRole.Anonymous, null);

    /// <summary>The virtual key; null for the master key and for nobody.</summary>
    public KeyEntry? Key { get; init; }

    /// <summary>Let through because the database is away and the operator wants that: a key nobody could look up.</summary>
    public bool IsStandIn { get; init; }

    /// <summary>True for the master key and for keys of users with role <c>proxy_admin</c>.</summary>
    public bool IsAdmin => Role == CallerRole.ProxyAdmin || string.Equals(Key?.Identity.User?.Role, "proxy_admin", StringComparison.Ordinal);
}
