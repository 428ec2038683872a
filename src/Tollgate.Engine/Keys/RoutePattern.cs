namespace Tollgate.Engine.Keys;

/// <summary>A route as operators write it: exact, or with a <c>*</c> at its end.</summary>
public sealed class RoutePattern
{
    private readonly string _path;
    private readonly bool _prefix;

    /// <summary>Reads a pattern.</summary>
    public RoutePattern(string text)
    {
        _prefix = text.EndsWith('*');
        _path = _prefix ? text[..^1] : text.TrimEnd('/');
    }

    /// <summary>True when a path (without root prefix) is meant.</summary>
    public bool Matches(string path) => _prefix
        ? path.StartsWith(_path, StringComparison.OrdinalIgnoreCase)
        : path.AsSpan().TrimEnd('/').Equals(_path, StringComparison.OrdinalIgnoreCase);
}
