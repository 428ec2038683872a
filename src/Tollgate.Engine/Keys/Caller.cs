namespace Tollgate.Engine.Keys;

/// <summary>What a caller may do, coarsely.</summary>
public enum CallerRole : byte
{
    /// <summary>Identified by nothing: the gateway has no master key, or the route is public.</summary>
    Anonymous,

    /// <summary>The holder of the master key.</summary>
    ProxyAdmin,
}

/// <summary>Who is calling.</summary>
/// <param name="Role">What they may do.</param>
/// <param name="KeyHeader">Name of the header the key came in, lower case; null without key. It is never forwarded.</param>
public sealed record Caller(CallerRole Role, string? KeyHeader)
{
    /// <summary>Nobody in particular.</summary>
    public static Caller Anonymous { get; } = new(CallerRole.Anonymous, null);
}
