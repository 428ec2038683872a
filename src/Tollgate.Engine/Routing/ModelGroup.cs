using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Routing;

/// <summary>All deployments behind one public name.</summary>
public sealed class ModelGroup
{
    private readonly double[]? _weights;

    /// <summary>Makes a group; deployments that share the lowest <c>order</c> come first.</summary>
    public ModelGroup(string name, IEnumerable<Deployment> deployments)
    {
        Name = name;
        Deployments = [.. deployments.OrderBy(static deployment => deployment.Config.Order ?? int.MaxValue)];
        _weights = WeightsOf(Deployments);
    }

    /// <summary>The public name.</summary>
    public string Name { get; }

    /// <summary>Team whose keys alone may call it; null for everyone (<c>model_info.team_id</c>).</summary>
    public string? TeamId => Deployments[0].Config.Info.TeamId;

    /// <summary>The deployments, lowest <c>order</c> first, else as configured.</summary>
    public ImmutableArray<Deployment> Deployments { get; }

    /// <summary>Share of traffic of the deployment at <paramref name="index"/>, relative to the others; 1 when none has a weight.</summary>
    public double WeightOf(int index) => _weights is null ? 1 : _weights[index];

    /// <summary>
    /// The first of <c>weight</c>, <c>rpm</c>, <c>tpm</c> that any deployment sets, missing ones counting zero (routing.md 4.1); null when
    /// none is set.
    /// </summary>
    private static double[]? WeightsOf(ImmutableArray<Deployment> deployments)
    {
        foreach (var weight in (ReadOnlySpan<Func<DeploymentConfig, double?>>)[
            static config => config.Weight, static config => config.Rpm, static config => config.Tpm])
        {
            var weights = deployments.Select(deployment => weight(deployment.Config) ?? 0).ToArray();
            if (weights.Any(static value => value > 0))
            {
                return weights;
            }
        }

        return null;
    }
}
