namespace Tollgate.Engine.Upstream;

/// <summary>One deployment's way to its upstream: addresses, authentication, dialect.</summary>
public interface IUpstreamConnection
{
    /// <summary>Provider slug.</summary>
    string Provider { get; }
}
