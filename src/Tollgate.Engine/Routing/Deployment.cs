using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Routing;

/// <summary>A deployment ready to be called: the unit that is picked, cooled down and measured.</summary>
/// <param name="config">What the operator wrote.</param>
/// <param name="connection">The way to the upstream.</param>
/// <param name="upstreamModel">Model with provider prefix, wildcards filled in.</param>
public sealed class Deployment(DeploymentConfig config, IUpstreamConnection connection, string upstreamModel)
{
    public DeploymentConfig Config { get; } = config;

    public IUpstreamConnection Connection { get; } = connection;

    /// <summary>Model with provider prefix, wildcards filled in.</summary>
    public string UpstreamModel { get; } = upstreamModel;

    public string Id => Config.Id;
}
