using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Routing;

/// <summary>Finds the deployments behind a requested name, in the order of routing.md 2.2. Belongs to one snapshot.</summary>
public sealed class ModelResolver
{
    /// <summary>Names remembered that needed more than a look-up; clients invent names, so there is a bound.</summary>
    private const int MaxDerivedGroups = 4096;

    private readonly GatewayConfig _config;
    private readonly IProviderDirectory _providers;
    private readonly PriceBook? _prices;
    private readonly FrozenDictionary<string, ModelGroup> _groups;
    private readonly FrozenDictionary<string, ModelGroup> _byId;
    private readonly FrozenDictionary<string, ModelGroup> _byUpstreamModel;
    private readonly FrozenDictionary<(string Team, string Name), ModelGroup> _ofTeams;
    private readonly ImmutableArray<WildcardGroup> _wildcards;
    private readonly WildcardGroup? _catchAll;
    private readonly ConcurrentDictionary<string, ModelGroup> _derived = new(StringComparer.Ordinal);

    private sealed record WildcardGroup(WildcardPattern Pattern, ImmutableArray<DeploymentConfig> Deployments);

    /// <summary>Compiles all deployments of a configuration.</summary>
    public ModelResolver(GatewayConfig config, IProviderDirectory providers, PriceBook? prices = null)
    {
        _config = config;
        _providers = providers;
        _prices = prices;
        var concrete = config.Deployments.Where(static deployment => !deployment.ModelGroup.Contains('*')).Select(Compile).ToList();
        _groups = concrete.GroupBy(static deployment => deployment.Config.ModelGroup, StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, static group => new ModelGroup(group.Key, group), StringComparer.Ordinal);
        _byId = concrete.ToFrozenDictionary(
            static deployment => deployment.Id, static deployment => new ModelGroup(deployment.Config.ModelGroup, [deployment]), StringComparer.Ordinal);
        _byUpstreamModel = concrete.GroupBy(static deployment => deployment.Config.Model, StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, static group => new ModelGroup(group.First().Config.ModelGroup, group), StringComparer.Ordinal);
        _ofTeams = concrete.Where(static deployment => deployment.Config.Info is { TeamId: not null, TeamPublicName: not null })
            .GroupBy(static deployment => (deployment.Config.Info.TeamId!, deployment.Config.Info.TeamPublicName!))
            .ToFrozenDictionary(static group => group.Key, static group => new ModelGroup(group.First().Config.ModelGroup, group));
        var wildcards = config.Deployments.Where(static deployment => deployment.ModelGroup.Contains('*'))
            .GroupBy(static deployment => deployment.ModelGroup, StringComparer.Ordinal)
            .Select(static group => new WildcardGroup(new WildcardPattern(group.Key), [.. group]))
            .ToList();
        _catchAll = wildcards.Find(static wildcard => string.Equals(wildcard.Pattern.Text, "*", StringComparison.Ordinal));

        // Most specific first: longer text, then fewer stars, then file order (routing.md 2.3).
        _wildcards = [.. wildcards.Where(wildcard => wildcard != _catchAll)
            .OrderByDescending(static wildcard => wildcard.Pattern.Text.Length).ThenBy(static wildcard => wildcard.Pattern.Stars)];
    }

    /// <summary>Groups with a name of their own, in no order.</summary>
    public IEnumerable<ModelGroup> Groups => _groups.Values;

    /// <summary>Patterns of wildcard groups, most specific first.</summary>
    public IEnumerable<string> WildcardNames =>
        _wildcards.Select(static wildcard => wildcard.Pattern.Text).Concat(_catchAll is null ? [] : [_catchAll.Pattern.Text]);

    /// <summary>Wildcard deployments that name a concrete model to be probed with.</summary>
    public IEnumerable<Deployment> ProbeTargets() => _config.Deployments
        .Where(static deployment => deployment.ModelGroup.Contains('*', StringComparison.Ordinal) && deployment.Info.HealthCheckModel is not null)
        .Select(deployment => Compile(deployment, deployment.Info.HealthCheckModel!));

    /// <summary>Finds the group that a team calls by a name of its own; null when it has none.</summary>
    public ModelGroup? ResolveForTeam(string team, string requested)
        => _ofTeams.Count > 0 && _ofTeams.TryGetValue((team, requested), out var group) ? group : null;

    /// <summary>Finds the group that serves a name; null when none does.</summary>
    public ModelGroup? Resolve(string requested)
    {
        if (_config.Models.AliasMap.Count == 0 && _groups.TryGetValue(requested, out var group))
        {
            return group;
        }

        return _derived.TryGetValue(requested, out group) ? group : ResolveSlowly(requested);
    }

    /// <summary>
    /// Finds a deployment by its id; null when there is none. One of a wildcard entry is made with a model that does not exist: it reaches the
    /// entry's upstream, which is all that the keeper of an answer must do.
    /// </summary>
    public Deployment? FindDeployment(string id)
    {
        if (_byId.TryGetValue(id, out var group))
        {
            return group.Deployments[0];
        }

        foreach (var config in _config.Deployments)
        {
            if (string.Equals(config.Id, id, StringComparison.Ordinal))
            {
                return Compile(config, config.Model.Replace("*", "any", StringComparison.Ordinal));
            }
        }

        return null;
    }

    private ModelGroup? ResolveSlowly(string requested)
    {
        // The global rename comes before everything else and is applied once.
        var name = _config.Models.AliasMap.GetValueOrDefault(requested, requested);
        var group = _groups.GetValueOrDefault(name) ?? Find(name);
        if (group is not null && _derived.Count < MaxDerivedGroups)
        {
            _derived.TryAdd(requested, group);
        }

        return group;
    }

    private ModelGroup? Find(string name)
    {
        if (_byId.TryGetValue(name, out var byId))
        {
            return byId;
        }

        if (_config.Router.Aliases.TryGetValue(name, out var alias))
        {
            return _groups.GetValueOrDefault(alias.Target) ?? FindWithoutAlias(alias.Target);
        }

        return FindWithoutAlias(name);
    }

    private ModelGroup? FindWithoutAlias(string name)
    {
        if (FindWildcard(name) is { } matched)
        {
            return matched;
        }

        if (_byUpstreamModel.TryGetValue(name, out var byModel))
        {
            return byModel;
        }

        // A bare name may be meant for a provider wildcard: gpt-4o for openai/*.
        if (!name.Contains('/', StringComparison.Ordinal) && _providers.Resolve(name, null, null) is { Slug: { } slug }
            && FindWildcard($"{slug}/{name}") is { } prefixed)
        {
            return prefixed;
        }

        if (_catchAll is not null && Instantiate(name, _catchAll, [name]) is { } caught)
        {
            return caught;
        }

        if (_config.General.AllowNonRegisteredModels && FromEnvironment(name) is { } unregistered)
        {
            return unregistered;
        }

        return _config.Server.CatchAllModelGroup is { } only ? _groups.GetValueOrDefault(only) : null;
    }

    private ModelGroup? FindWildcard(string name)
    {
        foreach (var wildcard in _wildcards)
        {
            if (wildcard.Pattern.Match(name) is { } captures && Instantiate(name, wildcard, captures) is { } group)
            {
                return group;
            }
        }

        return null;
    }

    private ModelGroup? Instantiate(string name, WildcardGroup wildcard, string[] captures)
    {
        var deployments = wildcard.Deployments
            .Where(config => MayServe(wildcard.Pattern.Text, config.Model, captures))
            .Select(config => Compile(config, config.Model is "*" ? name : WildcardPattern.Fill(config.Model, captures)))
            .ToList();
        return deployments.Count == 0 ? null : new ModelGroup(name, deployments);
    }

    /// <summary>
    /// A name with another provider's prefix must not go out with this entry's credentials: <c>x/*</c> → <c>openai/*</c> refuses
    /// <c>x/azure/y</c> (routing.md 2.3, provider guard). Where the client's own prefix is the entry's (<c>openrouter/*</c> →
    /// <c>openrouter/*</c>), what follows is a model id, and aggregators' ids begin with other providers' names.
    /// </summary>
    private bool MayServe(string pattern, string target, string[] captures)
    {
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || captures.Length == 0 || string.Equals(pattern, target, StringComparison.Ordinal) || !target.AsSpan(slash + 1).SequenceEqual("*"))
        {
            return true;
        }

        var rest = captures[0];
        var inner = rest.IndexOf('/', StringComparison.Ordinal);
        return inner < 0 || !_providers.IsProvider(rest[..inner]) || rest.AsSpan(0, inner).SequenceEqual(target.AsSpan(0, slash));
    }

    private ModelGroup? FromEnvironment(string name)
        => _providers.Resolve(name, null, null).Slug is null
            ? null
            : new ModelGroup(name, [Compile(new DeploymentConfig { ModelGroup = name, Id = name, Model = name })]);

    private Deployment Compile(DeploymentConfig config) => Compile(config, config.Model);

    private Deployment Compile(DeploymentConfig config, string model) => new(config, _providers.Connect(config, model, _config), model, _prices);
}
