using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Lookups;

/// <summary>A vector store, ready to be searched.</summary>
/// <param name="Config">What the operator wrote.</param>
/// <param name="Group">The store as the one deployment of a group.</param>
/// <param name="Embedding">What makes vectors of queries; null where the provider does that.</param>
public sealed record VectorStore(VectorStoreConfig Config, ModelGroup Group, Deployment? Embedding);

/// <summary>Tools and stores by name. Belongs to one snapshot.</summary>
public sealed class LookupDirectory
{
    private readonly FrozenDictionary<string, ModelGroup> _tools;
    private readonly FrozenDictionary<string, VectorStore> _stores;

    /// <summary>Compiles those of a configuration.</summary>
    public LookupDirectory(GatewayConfig config, IProviderDirectory providers, PriceBook prices)
    {
        _tools = config.SearchTools.GroupBy(static tool => tool.Name, StringComparer.Ordinal).ToFrozenDictionary(
            static tools => tools.Key, tools => new ModelGroup(tools.Key, tools.Select(tool => Compile(tool.Deployment))), StringComparer.Ordinal);
        _stores = config.VectorStores.GroupBy(static store => store.Id, StringComparer.Ordinal).ToFrozenDictionary(
            static stores => stores.Key,
            stores => new VectorStore(
                stores.Last(), new ModelGroup(stores.Key, [Compile(stores.Last().Deployment)]),
                stores.Last().Embedding is { } embedding ? Compile(embedding) : null),
            StringComparer.Ordinal);

        Deployment Compile(DeploymentConfig deployment)
            => new(deployment, providers.Connect(deployment, deployment.Model, config), deployment.Model, prices);
    }

    /// <summary>The tools of a name; null for none.</summary>
    public ModelGroup? FindTool(string name) => _tools.GetValueOrDefault(name);

    /// <summary>The store with an id; null when nobody has told of one.</summary>
    public VectorStore? FindStore(string id) => _stores.GetValueOrDefault(id);
}
