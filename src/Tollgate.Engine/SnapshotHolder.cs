namespace Tollgate.Engine;

/// <summary>The current snapshot; replaced as a whole.</summary>
public sealed class SnapshotHolder(GatewaySnapshot first)
{
    private volatile GatewaySnapshot _current = first;

    /// <summary>The snapshot that requests starting now use.</summary>
    public GatewaySnapshot Current => _current;

    /// <summary>Makes <paramref name="next"/> current; requests in flight finish on theirs.</summary>
    public void Swap(GatewaySnapshot next) => _current = next;
}
