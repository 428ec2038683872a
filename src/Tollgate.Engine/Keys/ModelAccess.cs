using System.Collections.Immutable;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Keys;

/// <summary>Which models a key may call: its own list, its team's, its owner's, its organization's and its project's (llm-api.md 2.5).</summary>
public static class ModelAccess
{
    private const string AllProxyModels = "all-proxy-models";
    private const string AllTeamModels = "all-team-models";
    private const string NoDefaultModels = "no-default-models";

    /// <summary>The name that a key means by a name: its own aliases first, then its team's.</summary>
    public static string AliasOf(KeyIdentity key, string model)
        => key.Aliases.Count > 0 && key.Aliases.TryGetValue(model, out var own) ? own
            : key.Team is { Aliases.Count: > 0 } team && team.Aliases.TryGetValue(model, out var shared) ? shared
            : model;

    /// <summary>Lets a call of a model pass.</summary>
    /// <exception cref="ApiException">401 that says whose list it is not on.</exception>
    public static void Check(KeyIdentity key, string model, GatewaySnapshot snapshot)
    {
        if (FirstRefusal(key, model, snapshot) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>True when a key may call a model.</summary>
    public static bool Allows(KeyIdentity key, string model, GatewaySnapshot snapshot) => FirstRefusal(key, model, snapshot) is null;

    /// <summary>Lets a call that is of no model pass, unless the key's team or project is switched off.</summary>
    /// <exception cref="ApiException">401 that says which.</exception>
    internal static void CheckOwners(KeyIdentity key)
    {
        if (key.Team is { Blocked: true } team)
        {
            throw TeamBlocked(team);
        }

        if (key.Project is { Blocked: true } project)
        {
            throw ProjectBlocked(project);
        }
    }

    private static ApiException TeamBlocked(TeamIdentity team)
        => ApiException.Unauthorized($"Authentication Error, Team={team.Id} is blocked. Update via `/team/unblock` if you're an admin.");

    private static ApiException ProjectBlocked(ProjectIdentity project)
        => ApiException.Unauthorized($"Authentication Error, Project={project.Id} is blocked. Update via `/project/update` if you're an admin.");

    private static ApiException? FirstRefusal(KeyIdentity key, string model, GatewaySnapshot snapshot)
    {
        var team = key.Team;
        if (!IsOn(key.Models, key.AccessGroupModels, model, key, snapshot))
        {
            return Denied("key", "key_model_access_denied", key.Models, model);
        }

        if (team is not null)
        {
            if (team.Blocked)
            {
                return TeamBlocked(team);
            }

            if (!IsOn(team.Models, team.AccessGroupModels, model, key, snapshot))
            {
                return Denied("team", "team_model_access_denied", team.Models, model);
            }

            if (key.Member is { } member && !IsOn(member.Models, [], model, key, snapshot))
            {
                return Denied("team member", "team_model_access_denied", member.Models, model);
            }
        }
        else if (key.User is { } user)
        {
            if (user.Models is [NoDefaultModels])
            {
                return ApiException.Unauthorized(
                    $"User not allowed to access model. No default model access, only team models allowed. Tried to access {model}",
                    "key_model_access_denied",
                    "model");
            }

            if (!IsOn(user.Models, [], model, key, snapshot))
            {
                return Denied("user", "user_model_access_denied", user.Models, model);
            }
        }

        if (key.Project is { } project)
        {
            if (project.Blocked)
            {
                return ProjectBlocked(project);
            }

            if (!IsOn(project.Models, [], model, key, snapshot))
            {
                return Denied("project", "project_model_access_denied", project.Models, model);
            }
        }

        return key.Organization is { } organization && !IsOn(organization.Models, [], model, key, snapshot)
            ? Denied("org", "org_model_access_denied", organization.Models, model)
            : null;
    }

    private static bool IsOn(
        ImmutableArray<string> list, ImmutableArray<string> fromGroups, string model, KeyIdentity key, GatewaySnapshot snapshot)
    {
        if (list.IsDefaultOrEmpty)
        {
            return true;
        }

        foreach (var item in list)
        {
            if (string.Equals(item, model, StringComparison.Ordinal) || item is "*" or AllProxyModels or AllTeamModels)
            {
                // The team's own list decides about what all-team-models stands for.
                return true;
            }
        }

        return fromGroups.Contains(model, StringComparer.Ordinal) || IsOnSlowly(list, model, key, snapshot);
    }

    /// <summary>Aliases, wildcards and access groups.</summary>
    private static bool IsOnSlowly(ImmutableArray<string> list, string model, KeyIdentity key, GatewaySnapshot snapshot)
    {
        if (key.Team?.Aliases.ContainsKey(model) == true || key.Aliases.ContainsKey(model))
        {
            return true;
        }

        var config = snapshot.Config;
        var target = config.Models.AliasMap.TryGetValue(model, out var renamed) ? renamed
            : config.Router.Aliases.TryGetValue(model, out var alias) ? alias.Target : null;
        foreach (var item in list)
        {
            if (target is not null && string.Equals(item, target, StringComparison.Ordinal))
            {
                return true;
            }

            if (item.Contains('*', StringComparison.Ordinal) && (Matches(item, model, snapshot) || (target is not null && Matches(item, target, snapshot))))
            {
                return true;
            }

            if (snapshot.IsInAccessGroup(item, model) || (target is not null && snapshot.IsInAccessGroup(item, target)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A pattern means names that fit it, and for a provider's (<c>openai/*</c>) also that provider's models without prefix.</summary>
    private static bool Matches(string pattern, string model, GatewaySnapshot snapshot)
    {
        var compiled = snapshot.PatternFor(pattern);
        return compiled.Match(model) is not null
            || (!model.Contains('/', StringComparison.Ordinal) && snapshot.Providers.Resolve(model, null, null) is { Slug: { } slug }
                && compiled.Match($"{slug}/{model}") is not null);
    }

    // COMPAT: the list is Python's.
    private static ApiException Denied(string who, string type, ImmutableArray<string> list, string model) => ApiException.Unauthorized(
        $"{who} not allowed to access model. This {who} can only access models=['{string.Join("', '", list)}']. Tried to access {model}", type, "model");
}
