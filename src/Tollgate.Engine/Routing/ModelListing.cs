using Tollgate.Engine.Configuration;

namespace Tollgate.Engine.Routing;

/// <summary>The names that clients can be told of: groups, aliases that are not hidden, and what wildcards stand for as far as it is known.</summary>
public static class ModelListing
{
    /// <summary>All visible names: groups and aliases as configured, then expanded wildcards; no name twice.</summary>
    /// <param name="snapshot">The configuration in force.</param>
    /// <param name="withWildcards">List the patterns themselves, too.</param>
    /// <param name="team">The team that asks: its own models are listed for it. Null for nobody's.</param>
    public static IReadOnlyCollection<string> Visible(GatewaySnapshot snapshot, bool withWildcards, string? team = null)
    {
        var names = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var deployment in snapshot.Config.Deployments)
        {
            if (team is not null && deployment.Info is { Blocked: false, TeamPublicName: { } name } info
                && string.Equals(info.TeamId, team, StringComparison.Ordinal))
            {
                names.TryAdd(name, true);
            }
            else if (IsOffered(deployment) && !deployment.ModelGroup.Contains('*', StringComparison.Ordinal))
            {
                names.TryAdd(deployment.ModelGroup, true);
            }
        }

        foreach (var (name, alias) in snapshot.Config.Router.Aliases)
        {
            if (!alias.Hidden && !IsSwitchedOff(snapshot, alias.Target))
            {
                names.TryAdd(name, true);
            }
        }

        foreach (var deployment in snapshot.Config.Deployments.Where(IsOffered))
        {
            if (deployment.ModelGroup.Contains('*', StringComparison.Ordinal))
            {
                Expand(snapshot, deployment.ModelGroup, deployment.Model, deployment.CustomProvider, withWildcards, names);
            }
        }

        return names.Keys;
    }

    // What is switched off cannot be called, and what belongs to a team has a name that only the team knows.
    private static bool IsOffered(DeploymentConfig deployment) => !deployment.Info.Blocked && deployment.Info.TeamId is null;

    private static bool IsSwitchedOff(GatewaySnapshot snapshot, string name) =>
        snapshot.Models.Resolve(name) is { } group && group.Deployments.All(static deployment => deployment.Config.Info.Blocked);

    private static void Expand(
        GatewaySnapshot snapshot, string group, string target, string? provider, bool withWildcards, OrderedDictionary<string, bool> names)
    {
        var slug = provider ?? snapshot.Providers.Resolve(target, null, null).Slug;
        var known = slug is null ? [] : snapshot.Providers.KnownModels(slug);
        if (withWildcards || known.Count == 0)
        {
            names.TryAdd(group, true);
        }

        // Only a pattern with one star at its end says how a known model would be asked for.
        if (group.IndexOf('*', StringComparison.Ordinal) == group.Length - 1 && target.EndsWith('*'))
        {
            foreach (var model in known)
            {
                names.TryAdd(group[..^1] + model, true);
            }
        }
    }
}
