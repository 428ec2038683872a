using System.Text.RegularExpressions;
using Tollgate.Engine.PassThrough;

namespace Tollgate.Providers.PassThrough;

/// <summary>What the paths below a prefix say: the model, and where it stands.</summary>
internal static partial class PassThroughPaths
{
    /// <summary>The model that a path names.</summary>
    /// <param name="kind">How the provider's paths name it.</param>
    /// <param name="path">The path below the prefix, escaped.</param>
    public static PassThroughModel ModelOf(PathModel kind, string path)
    {
        if (Match(kind, path) is { Success: true } found)
        {
            return new PassThroughModel(Uri.UnescapeDataString(found.Groups["model"].Value), IsInPath: true);
        }

        return new PassThroughModel(null, IsInPath: kind == PathModel.Action);
    }

    /// <summary>A path with another model.</summary>
    public static string WithModel(PathModel kind, string path, string model)
    {
        if (Match(kind, path) is not { Success: true } found)
        {
            return path;
        }

        var group = found.Groups["model"];
        return string.Concat(path.AsSpan(0, group.Index), Uri.EscapeDataString(model), path.AsSpan(group.Index + group.Length));
    }

    /// <summary>A part of a path like <c>/projects/x/locations/y</c>; null when it is not there.</summary>
    public static string? Part(string path, string name)
    {
        var segments = path.Split('/');
        var at = Array.IndexOf(segments, name);
        return at >= 0 && at + 1 < segments.Length && segments[at + 1].Length > 0 ? Uri.UnescapeDataString(segments[at + 1]) : null;
    }

    /// <summary>Root and path as one address; a version that both have counts once, one that neither has is put between.</summary>
    public static string Join(string root, string path, string version)
    {
        root = root.TrimEnd('/');
        if (version.Length == 0)
        {
            return root.EndsWith("/v1", StringComparison.Ordinal) && Begins(path, "/v1") ? root[..^3] + path : root + path;
        }

        root = root.EndsWith(version, StringComparison.Ordinal) ? root[..^version.Length] : root;
        return Begins(path, version) ? root + path : root + version + path;
    }

    private static bool Begins(string path, string first)
        => path.StartsWith(first, StringComparison.Ordinal) && (path.Length == first.Length || path[first.Length] == '/');

    private static Match? Match(PathModel kind, string path) => kind switch
    {
        PathModel.Verb => Verb().Match(path),
        PathModel.Action => Action().Match(path),
        PathModel.Deployment => Deployment().Match(path),
        _ => null,
    };

    [GeneratedRegex(@"/(models|tunedModels|endpoints)/(?<model>[^/:]+(%3A[^/:]*)?):[A-Za-z]+$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 200)]
    private static partial Regex Verb();

    [GeneratedRegex(@"^/model/(?<model>.+)/[A-Za-z-]+/?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Action();

    [GeneratedRegex(@"/deployments/(?<model>[^/]+)(/|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Deployment();
}
