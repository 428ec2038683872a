using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Management.Tests.Spend;

/// <summary>A gateway that never calls anyone.</summary>
internal sealed class NoProviders : IProviderDirectory
{
    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase) => new(null, model, null);

    public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config) => null!;

    public IReadOnlyList<string> KnownModels(string providerSlug) => [];

    public bool IsProvider(string slug) => false;

    public IReadOnlyCollection<string> Slugs => [];
}
