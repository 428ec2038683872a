using System.Collections.Frozen;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Connections;

/// <summary>Addresses of a connection, worked out once for each surface (02-openai-azure.md section 1.1).</summary>
internal sealed class EndpointTable
{

    private readonly UpstreamEndpoint[] _endpoints = new UpstreamEndpoint[Surfaces.Count];

    public EndpointTable(Func<Surface, UpstreamEndpoint> make)
    {
        for (var i = 0; i < _endpoints.Length; i++)
        {
            _endpoints[i] = make((Surface)i);
        }
    }

    public UpstreamEndpoint this[Surface surface] => _endpoints[(int)surface];

    /// <summary>Addresses below one base URL.</summary>
    public static EndpointTable Below(ConnectionDraft draft)
    {
        var paths = PathsOf(draft);
        return new EndpointTable(surface =>
        {
            if (GateOf(draft, surface) is { } closed)
            {
                return closed;
            }

            return draft.Base is null ? BaseMissing(draft) : Below(draft, draft.Base, surface, paths);
        });
    }

    /// <summary>Path of a surface below a base URL, by the row and its hooks.</summary>
    public static string[] PathsOf(ConnectionDraft draft)
    {
        var paths = new string[Surfaces.Count];
        for (var i = 0; i < paths.Length; i++)
        {
            var known = SurfacePaths.Of((Surface)i);
            paths[i] = draft.Paths[i] ?? (known is null ? "" : draft.Row.Paths.GetValueOrDefault(known.Name) ?? known.Default);
        }

        return paths;
    }

    /// <summary>The fault of a surface that the provider does not serve; null when it does.</summary>
    public static UpstreamEndpoint? GateOf(ConnectionDraft draft, Surface surface)
    {
        if (draft.Fault is not null)
        {
            return new UpstreamEndpoint(null, draft.Fault);
        }

        if (surface == Surface.Models)
        {
            return null;
        }

        // Whoever understands speech may also translate it: tables of providers name the one for both.
        var named = surface is Surface.Translations ? Surface.Transcriptions : surface;
        var route = SurfacePaths.Of(named)?.Route ?? surface.Route();
        return draft.Row.Endpoints.Contains(route, StringComparer.Ordinal)
            ? null
            : BadRequest(draft, $"the provider '{draft.Row.Slug}' does not serve {route}.");
    }

    public static UpstreamEndpoint BaseMissing(ConnectionDraft draft)
        => BadRequest(draft, $"api_base is required for the provider '{draft.Row.Slug}': set litellm_params.api_base"
            + (draft.Row.Base.Env.IsEmpty ? "." : $" or the environment variable {draft.Row.Base.Env[0]}."));

    public static UpstreamEndpoint BadRequest(ConnectionDraft draft, string message)
        => new(null, new ConnectionFault(UpstreamErrorKind.BadRequest, $"{draft.Row.ExceptionName} - {message}"));

    /// <summary>An address, or the fault that says that the base is none.</summary>
    public static UpstreamEndpoint Make(ConnectionDraft draft, string address)
        => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new UpstreamEndpoint(uri, null)
            : BadRequest(draft, "litellm_params.api_base is not an absolute http(s) URL.");

    /// <summary>Splits a base URL; the path loses its trailing slash, the query its question mark.</summary>
    public static (string Root, string Query) Split(string address)
    {
        var mark = address.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (address.TrimEnd('/'), "") : (address[..mark].TrimEnd('/'), address[(mark + 1)..]);
    }

    /// <summary>Joins root, path, the base's own query, more of it and the deployment's.</summary>
    public static string Join(string root, string query, string more, FrozenDictionary<string, string> extra)
    {
        if (extra.Count == 0)
        {
            var own = query.Length > 0 && more.Length > 0 ? $"{query}&{more}" : query + more;
            return own.Length == 0 ? root : $"{root}?{own}";
        }

        var added = extra.OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        IEnumerable<string> parts = [query, more, .. added];
        return $"{root}?{string.Join('&', parts.Where(static part => part.Length > 0))}";
    }

    private static UpstreamEndpoint Below(ConnectionDraft draft, string address, Surface surface, string[] paths)
    {
        var (root, query) = Split(address.Contains("://", StringComparison.Ordinal) ? address : "https://" + address);
        var path = paths[(int)surface];
        if (path.Contains("://", StringComparison.Ordinal))
        {
            // A surface with a host of its own, put there by a hook.
            return Make(draft, Join(path, query, "", draft.Deployment.ExtraQuery));
        }

        // Users paste whole URLs: the operation at the end is theirs, or gives way to the one that is called.
        string? pasted = null;
        foreach (var other in paths)
        {
            if (other.Length > (pasted?.Length ?? 0) && root.EndsWith(other, StringComparison.OrdinalIgnoreCase))
            {
                pasted = other;
            }
        }

        if (string.Equals(pasted, path, StringComparison.Ordinal))
        {
            return Make(draft, Join(root, query, "", draft.Deployment.ExtraQuery));
        }

        if (pasted is not null)
        {
            root = root[..^pasted.Length];
        }

        if (pasted is null && draft.Row.Base.EnsureSuffix is { } suffix && !root.EndsWith(suffix, StringComparison.Ordinal))
        {
            root += suffix;
        }

        return Make(draft, Join(root + path, query, "", draft.Deployment.ExtraQuery));
    }
}
