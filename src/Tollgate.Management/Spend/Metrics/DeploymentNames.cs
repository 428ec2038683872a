using Tollgate.Engine;

namespace Tollgate.Management.Spend.Metrics;

/// <summary>What deployments of the hourly rollup are called: it has only their ids.</summary>
internal sealed class DeploymentNames
{
    private readonly Dictionary<string, (string Model, string? ApiBase)> _known;

    /// <summary>The deployments of a snapshot.</summary>
    public DeploymentNames(GatewaySnapshot snapshot)
    {
        _known = snapshot.Config.Deployments.DistinctBy(static deployment => deployment.Id, StringComparer.Ordinal)
            .ToDictionary(static deployment => deployment.Id,
                static deployment => (deployment.Model, deployment.ApiBase), StringComparer.Ordinal);
    }

    /// <summary>Upstream model; the model group for a deployment that is gone.</summary>
    public string ModelOf(string deployment, string modelGroup) => _known.TryGetValue(deployment, out var found) ? found.Model : modelGroup;

    /// <summary>Address; empty for the provider's own.</summary>
    public string ApiBaseOf(string deployment) => _known.TryGetValue(deployment, out var found) ? found.ApiBase ?? "" : "";

    /// <summary>Name of a line in a chart: the address, or the model when there is none.</summary>
    public string LabelOf(string deployment, string modelGroup)
        => ApiBaseOf(deployment) is { Length: > 0 } address ? address : ModelOf(deployment, modelGroup);
}
