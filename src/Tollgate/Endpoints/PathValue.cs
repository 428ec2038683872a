namespace Tollgate.Endpoints;

/// <summary>Names that stand at the end of a path and may hold slashes.</summary>
internal static class PathValue
{
    /// <summary>The text that a catch-all parameter matched, without the slash a client may have put behind it.</summary>
    public static string CatchAll(HttpContext http, string parameter)
    {
        var text = (http.Request.RouteValues[parameter] as string)?.TrimEnd('/') ?? "";

        // The server decodes every escape of a path but this one, and SDKs send names with slashes escaped.
        return text.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) : text;
    }
}
