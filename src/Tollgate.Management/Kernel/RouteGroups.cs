using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Management.Kernel;

/// <summary>
/// Named sets of routes (admin-api.md 3.5): what a key's <c>allowed_routes</c> may name, and what the roles' rules are written in. A route is
/// exact, holds <c>{x}</c> for one segment, or ends with <c>/*</c> for everything below.
/// </summary>
public static class RouteGroups
{
    private static readonly FrozenDictionary<string, RouteSet> Groups = Build();

    /// <summary>True when this is the name of a group.</summary>
    public static bool IsGroup(string name) => Groups.ContainsKey(name);

    /// <summary>True when the group has the route; false for names that are no group.</summary>
    public static bool Has(string group, string path) => Groups.TryGetValue(group, out var routes) && routes.Has(path);

    /// <summary>True for calls of models and everything else that is no management.</summary>
    public static bool IsInference(string path) => Has("llm_api_routes", path);

    /// <summary>Step A: true when a key with these <c>allowed_routes</c> may call the route. An empty list is no restriction.</summary>
    public static bool Allow(ImmutableArray<string> allowedRoutes, string path)
    {
        if (allowedRoutes.IsDefaultOrEmpty)
        {
            return true;
        }

        foreach (var entry in allowedRoutes)
        {
            if (Allows(entry, path))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Allows(string entry, string path)
    {
        if (entry.EndsWith('*'))
        {
            return path.AsSpan().StartsWith(entry.AsSpan(0, entry.Length - 1), StringComparison.Ordinal);
        }

        if (Groups.TryGetValue(entry, out var group))
        {
            return group.Has(path);
        }

        return entry.Length > 0 && path.StartsWith(entry, StringComparison.Ordinal)
            && (path.Length == entry.Length || path[entry.Length] == '/' || entry[^1] == '/');
    }

    private static FrozenDictionary<string, RouteSet> Build()
    {
        var groups = new Dictionary<string, RouteSet>(StringComparer.Ordinal);
        foreach (var (name, routes) in RouteTables.All())
        {
            groups[name] = new RouteSet(routes);
        }

        return groups.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A set of routes: most look-ups end in the hash set.</summary>
    private sealed class RouteSet
    {
        private readonly FrozenSet<string> _exact;
        private readonly ImmutableArray<string> _prefixes;
        private readonly string[][] _templates;

        public RouteSet(IEnumerable<string> routes)
        {
            var all = routes.ToList();
            _prefixes = [.. all.Where(static route => route.EndsWith("/*", StringComparison.Ordinal)).Select(static route => route[..^1])];
            _templates = [.. all.Where(static route => route.Contains('{', StringComparison.Ordinal)).Select(static route => route.Split('/'))];
            _exact = all.Where(static route => !route.EndsWith("/*", StringComparison.Ordinal) && !route.Contains('{', StringComparison.Ordinal))
                .ToFrozenSet(StringComparer.Ordinal);
        }

        public bool Has(string path)
        {
            if (_exact.Contains(path) || (path.Length > 1 && path[^1] == '/' && _exact.Contains(path[..^1])))
            {
                return true;
            }

            foreach (var prefix in _prefixes)
            {
                if (path.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return _templates.Length > 0 && Array.Exists(_templates, template => Fits(template, path));
        }

        private static bool Fits(string[] template, string path)
        {
            var segments = path.TrimEnd('/').Split('/');
            if (segments.Length != template.Length)
            {
                return false;
            }

            for (var i = 0; i < segments.Length; i++)
            {
                if (!template[i].StartsWith('{') && !string.Equals(template[i], segments[i], StringComparison.Ordinal))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
