using Microsoft.AspNetCore.Http;

namespace Tollgate.Management.Kernel;

/// <summary>Query parameters in which a plus sign is a plus sign: e-mail addresses that nobody escaped.</summary>
internal static class QueryText
{
    /// <summary>The first value of a parameter, percent signs decoded; null when absent.</summary>
    public static string? Raw(HttpContext http, string name)
    {
        foreach (var pair in (http.Request.QueryString.Value ?? "").TrimStart('?').Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && pair.AsSpan(0, equals).SequenceEqual(name))
            {
                return Uri.UnescapeDataString(pair[(equals + 1)..]);
            }
        }

        return null;
    }
}
