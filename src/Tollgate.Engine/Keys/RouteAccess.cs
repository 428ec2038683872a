using System.Collections.Immutable;
using Tollgate.Engine.Errors;
using Tollgate.Wire;

namespace Tollgate.Engine.Keys;

/// <summary>Whether a key that is restricted to routes may call one of the data plane (admin-api.md 3.5, step A).</summary>
public static class RouteAccess
{
    private static readonly ImmutableArray<string> OpenAi = ["llm_api_routes", "openai_routes"];
    private static readonly ImmutableArray<string> Anthropic = ["llm_api_routes", "anthropic_routes"];
    private static readonly ImmutableArray<string> Google = ["llm_api_routes", "google_routes"];

    /// <summary>Groups that hold the calls that are relayed as they are.</summary>
    public static ImmutableArray<string> PassThrough { get; } = ["llm_api_routes", "mapped_pass_through_routes", "passthrough_routes_wildcard"];

    /// <summary>Checks an inference route.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="path">The path called.</param>
    /// <param name="surface">What is served there: decides the groups of routes that it belongs to.</param>
    /// <exception cref="ApiException">403.</exception>
    public static void CheckInference(Caller caller, string path, Surface surface) => CheckInference(caller, path, GroupsOf(surface));

    /// <summary>Checks a route that belongs to some groups.</summary>
    /// <exception cref="ApiException">403.</exception>
    public static void CheckInference(Caller caller, string path, ImmutableArray<string> groups) => Check(caller, path, groups, isGranted: false);

    /// <summary>Checks a route whose calls are relayed as they are: <c>allowed_passthrough_routes</c> of key or team open it too.</summary>
    /// <exception cref="ApiException">403.</exception>
    public static void CheckRelayed(Caller caller, string path, ImmutableArray<string> groups) => Check(
        caller, path, groups,
        caller.Key is { Identity: var key } && (Allows(key.Metadata.PassThroughRoutes, path, [])
            || (key.Team is { } team && Allows(team.Metadata.PassThroughRoutes, path, []))));

    private static void Check(Caller caller, string path, ImmutableArray<string> groups, bool isGranted)
    {
        if (caller.Key is not { } key)
        {
            return;
        }

        if (!isGranted && !key.Identity.AllowedRoutes.IsDefaultOrEmpty && !Allows(key.Identity.AllowedRoutes, path, groups))
        {
            throw ApiException.Forbidden(
                $"Virtual key is not allowed to call this route. Only allowed to call routes: ['{string.Join("', '", key.Identity.AllowedRoutes)}']. Tried to call route: {path}");
        }

        if (string.Equals(key.Identity.User?.Role, "proxy_admin_viewer", StringComparison.Ordinal))
        {
            throw ApiException.Forbidden("user not allowed to access this OpenAI routes, role= proxy_admin_viewer");
        }
    }

    private static ImmutableArray<string> GroupsOf(Surface surface) => surface switch
    {
        Surface.Messages => Anthropic,
        Surface.GenerateContent => Google,
        _ => OpenAi,
    };

    /// <summary>True when a list allows a path: by name, as a prefix of its segments, by <c>*</c>, or by a group the route belongs to.</summary>
    public static bool Allows(ImmutableArray<string> allowed, string path, ImmutableArray<string> groups)
    {
        foreach (var entry in allowed)
        {
            if (groups.Contains(entry, StringComparer.Ordinal)
                || (entry.EndsWith('*') && path.StartsWith(entry[..^1], StringComparison.Ordinal))
                || (entry.Length > 0 && path.StartsWith(entry, StringComparison.Ordinal) && (path.Length == entry.Length || path[entry.Length] == '/')))
            {
                return true;
            }

            // /v1/chat/completions and /chat/completions are one route.
            if (path.StartsWith("/v1/", StringComparison.Ordinal) && string.Equals(path[3..], entry, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
